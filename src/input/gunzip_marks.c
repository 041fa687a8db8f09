/*
 * What an index is told: the headers that the chunks of a round have passed, each with the text
 * before it, which by now lies in the slice, or in front of the chunk.
 */
#include <string.h>

#include "input/gunzip_engine.h"

/* The window at `text` of a chunk's text. */
static void window_at(const struct gunzip_chunk *chunk, const uint8_t *chunk_text, size_t text,
                      uint64_t valid, struct gzip_window *window)
{
    const size_t all = GZIP_WINDOW_BYTES, here = text < all ? text : all;
    window->valid = (uint32_t)(valid < all ? valid : all);
    if (here < window->valid)
        memcpy(window->bytes, chunk->before.bytes + here, all - here);
    memcpy(window->bytes + all - here, chunk_text + text - here, here);
}

/* How much text before a mark is of its member; `ends` ends of members lie before it. */
static uint64_t valid_at(const struct gunzip_chunk *chunk, const struct gzip_mark *mark,
                         size_t ends)
{
    const bool goes_on = chunk->drained || chunk->start.what == GZIP_BLOCK;
    if (mark->place == GZIP_MEMBER)
        return 0;
    if (ends)
        return mark->text - chunk->out.ends[ends - 1].text;
    return mark->text + (goes_on ? chunk->before.valid : 0);
}

/* A new mark of this rank, or NULL: no memory. */
static struct index_mark *add(struct gunzip *g, uint64_t bit, enum gzip_place place, uint64_t text,
                              pfq_error *own)
{
    if (own->status ||
        memory_grow(&g->marks, &g->mark_capacity, g->mark_count + 1, sizeof *g->marks, own))
        return NULL;
    struct index_mark *const mark = &g->marks[g->mark_count++];
    mark->bit = bit;
    mark->place = place;
    mark->text = text;
    mark->window.valid = 0;
    return mark;
}

static void add_decoded(struct gunzip *g, const struct gunzip_chunk *chunk,
                        const uint8_t *chunk_text, pfq_error *own)
{
    size_t ends = 0;
    for (size_t i = 0; i < chunk->out.mark_count; i++) {
        const struct gzip_mark *const mark = &chunk->out.marks[i];
        while (ends < chunk->out.end_count && chunk->out.ends[ends].footer < mark->bit / 8)
            ends++;
        struct index_mark *const added =
            add(g, mark->bit, mark->place, chunk->text_at + mark->text, own);
        if (added)
            window_at(chunk, chunk_text, mark->text, valid_at(chunk, mark, ends), &added->window);
    }
}

/* Of a walked chunk only blocks that are the first behind a multiple are worth telling. */
static void add_walked(struct gunzip *g, const struct gunzip_chunk *chunk, pfq_error *own)
{
    const uint64_t apart = g->rules.mark_bytes;
    uint64_t text = chunk->text_at;
    for (size_t i = 0; i < chunk->row.count; i++) {
        const struct gzip_bgzf_block *const block = &chunk->row.blocks[i];
        if (!i || block->offset / apart != chunk->row.blocks[i - 1].offset / apart)
            add(g, 8 * block->offset, GZIP_MEMBER, text, own);
        text += block->size;
    }
}

pfq_status gunzip_tell_marks(struct inflow *inflow, struct span text, pfq_error *own,
                             pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    struct index_piece piece = {.text = text, .text_at = g->text};
    size_t done = 0;
    g->mark_count = 0;
    for (size_t i = 0; i < g->count && !own->status; i++) {
        const struct gunzip_chunk *const chunk = &g->chunks[i];
        if (!chunk->counts)
            continue;
        if (!done)
            piece.text_at = chunk->text_at;
        if (chunk->way == GUNZIP_WALKED)
            add_walked(g, chunk, own);
        else
            add_decoded(g, chunk, text.data + done, own);
        done += (size_t)gunzip_chunk_text(chunk);
    }
    piece.marks = g->marks;
    piece.count = g->mark_count;
    return index_writer_add(inflow->writer, &piece, own, err);
}
