/*
 * A chunk by itself.
 */
#include "input/gunzip.h"

#include <stdlib.h>

#include "base/memory.h"
#include "gzip/header.h"

/* ---- stages ---- */

static void find(struct gunzip_chunk *chunk, const struct gunzip_rules *rules)
{
    struct gzip_found found = chunk->search;
    switch (gzip_find(&rules->input, chunk->search.bit, chunk->boundary, rules->starts, &found)) {
    case GZIP_YES:
        chunk->start = (struct gunzip_place){found.bit, found.place};
        chunk->stage = GUNZIP_START;
        break;
    case GZIP_MORE:
        chunk->search = found;
        chunk->wants = true;
        break;
    case GZIP_NO:
        chunk->stage = GUNZIP_DONE;
        break;
    }
}

static bool is_first(const struct gunzip_chunk *chunk, const struct gunzip_rules *rules)
{
    return chunk->start.bit == rules->first.bit && chunk->start.what == rules->first.what;
}

/* Begins to decode at the start. */
static pfq_status start_decoder(struct gunzip_chunk *chunk, const struct gunzip_rules *rules,
                                pfq_error *err)
{
    if (!chunk->decoder)
        chunk->decoder = gzip_decoder_create(err);
    if (!chunk->decoder)
        return PFQ_NO_MEMORY;
    const bool first = is_first(chunk, rules);
    const struct gzip_window *const window = first          ? rules->window
                                             : chunk->knows ? &chunk->window
                                                            : NULL;
    const struct gzip_start from = {.bit = chunk->start.bit,
                                    .place = chunk->start.what,
                                    .window = chunk->start.what == GZIP_BLOCK ? window : NULL,
                                    .member = first ? rules->member : GZIP_NOWHERE};
    chunk->way = GUNZIP_DECODED;
    chunk->stage = GUNZIP_DECODE;
    chunk->drained = 0;
    return gzip_decoder_start(chunk->decoder, &from, err);
}

/* Does a member begin here that says how long it is? */
static bool may_walk(const struct gunzip_chunk *chunk, const struct gzip_input *input)
{
    struct gzip_header header;
    const char *why;
    const uint64_t at = chunk->start.bit / 8 - input->offset;
    const struct span bytes = {input->bytes.data + at, input->bytes.size - (size_t)at};
    return chunk->start.what == GZIP_MEMBER && !chunk->to_block && !chunk->alone &&
           gzip_header_read(bytes, &header, &why) == GZIP_HEADER_OK && header.member_bytes;
}

static pfq_status start(struct gunzip_chunk *chunk, const struct gunzip_rules *rules,
                        pfq_error *err)
{
    if (!may_walk(chunk, &rules->input))
        return start_decoder(chunk, rules, err);
    chunk->row.count = 0;
    chunk->row_end = chunk->start.bit / 8;
    chunk->stage = GUNZIP_WALK;
    return PFQ_OK;
}

/* What is no block of a known size is for the decoder, or, behind blocks that are, for the next
 * round. */
static pfq_status walk(struct gunzip_chunk *chunk, const struct gunzip_rules *rules, pfq_error *err)
{
    enum gzip_answer answer;
    const pfq_status status = gzip_bgzf_walk(&rules->input, chunk->row_end, chunk->boundary,
                                             &chunk->row, &chunk->row_end, &answer, err);
    if (status)
        return status;
    chunk->wants = answer == GZIP_MORE;
    if (answer == GZIP_NO && !chunk->row.count)
        return start_decoder(chunk, rules, err);
    if (answer != GZIP_MORE) {
        chunk->way = GUNZIP_WALKED;
        chunk->stage = GUNZIP_DONE;
    }
    return PFQ_OK;
}

static pfq_status decode(struct gunzip_chunk *chunk, const struct gunzip_rules *rules,
                         pfq_error *err)
{
    const struct gzip_limits limits = {chunk->boundary, rules->starts, rules->cap,
                                       rules->mark_bytes};
    const pfq_status status =
        gzip_decoder_run(chunk->decoder, &rules->input, &limits, &chunk->out, &chunk->fault);
    if (status == PFQ_NO_MEMORY) {
        if (err)
            *err = chunk->fault;
        return status;
    }
    chunk->wants = chunk->out.stop == GZIP_WANTS_INPUT;
    if (!chunk->wants)
        chunk->stage = chunk->out.stop == GZIP_AT_GARBAGE ? GUNZIP_GARBAGE : GUNZIP_DONE;
    return PFQ_OK;
}

/* Looks as far as a reader from the front does, however short the chunk is. */
static void look_at_garbage(struct gunzip_chunk *chunk, const struct gunzip_rules *rules)
{
    const enum gzip_answer hides = gzip_hides_member(&rules->input, chunk->out.bit / 8);
    chunk->hides_member = hides == GZIP_YES;
    chunk->wants = hides == GZIP_MORE;
    if (!chunk->wants)
        chunk->stage = GUNZIP_DONE;
}

pfq_status gunzip_chunk_run(struct gunzip_chunk *chunk, const struct gunzip_rules *rules,
                            pfq_error *err)
{
    pfq_status status = PFQ_OK;
    chunk->wants = false;
    while (!status && !chunk->wants && chunk->stage != GUNZIP_DONE)
        switch (chunk->stage) {
        case GUNZIP_FIND:
            find(chunk, rules);
            break;
        case GUNZIP_START:
            status = start(chunk, rules, err);
            break;
        case GUNZIP_WALK:
            status = walk(chunk, rules, err);
            break;
        case GUNZIP_GARBAGE:
            look_at_garbage(chunk, rules);
            break;
        default:
            status = decode(chunk, rules, err);
            break;
        }
    return status;
}

/* ---- what came of it ---- */

struct gunzip_place gunzip_chunk_end(const struct gunzip_chunk *chunk)
{
    if (chunk->way == GUNZIP_WALKED)
        return (struct gunzip_place){8 * chunk->row_end, GZIP_MEMBER};
    return (struct gunzip_place){chunk->out.bit, chunk->out.place};
}

uint64_t gunzip_chunk_text(const struct gunzip_chunk *chunk)
{
    uint64_t text = 0;
    for (size_t i = 0; chunk->way == GUNZIP_WALKED && i < chunk->row.count; i++)
        text += chunk->row.blocks[i].size;
    return chunk->way == GUNZIP_DECODED ? chunk->out.text : text;
}

bool gunzip_chunk_closes(const struct gunzip_chunk *chunk)
{
    return chunk->way == GUNZIP_WALKED || chunk->out.tail.kind == GZIP_PLAIN;
}

void gunzip_chunk_pass(struct gunzip_chunk *chunk, struct gzip_window *window)
{
    uint8_t lut[GZIP_WINDOW_BYTES];
    if (chunk->way == GUNZIP_WALKED) {
        window->valid = 0;
        return;
    }
    chunk->before = *window;
    if (!chunk->drained) { /* else it is the one from before */
        chunk->window = *window;
        chunk->valid = chunk->start.what == GZIP_BLOCK ? window->valid : 0;
    }
    gzip_lut_of(&chunk->out.tail, &chunk->window, lut);
    gzip_window_of(&chunk->out.tail, lut, chunk->valid, chunk->drained + chunk->out.text, window);
}

/* Members that begin and end in the chunk. */
static pfq_status check_members(const struct gunzip_chunk *chunk, uint64_t *bad_at, pfq_error *err)
{
    const struct gzip_member_end *const ends = chunk->out.ends;
    pfq_status status = PFQ_OK;
    for (size_t i = 1; i < chunk->out.end_count && !status; i++) {
        struct gzip_checksum sum = {.member = ends[i].member, .number = chunk->number + i};
        gzip_checksum_add(&sum, chunk->checksums[i], ends[i].text - ends[i - 1].text);
        status = gzip_checksum_end(&sum, &ends[i], err);
        *bad_at = ends[i].text;
    }
    return status;
}

pfq_status gunzip_chunk_resolve(struct gunzip_chunk *chunk, uint8_t *text, uint64_t *bad_at,
                                pfq_error *err)
{
    *bad_at = 0;
    pfq_status status = memory_grow(&chunk->checksums, &chunk->checksum_capacity,
                                    chunk->out.end_count + 1, sizeof *chunk->checksums, err);
    if (!status)
        status = gzip_check_window(&chunk->out, chunk->valid, err);
    if (status)
        return status;
    gzip_resolve(&chunk->out, &chunk->window, text, chunk->checksums);
    chunk->summed = true;
    return check_members(chunk, bad_at, err);
}

pfq_status gunzip_chunk_go_on(struct gunzip_chunk *chunk, uint64_t member, pfq_error *err)
{
    const bool known = chunk->drained || chunk->start.what == GZIP_MEMBER;
    chunk->drained += chunk->out.text;
    gzip_decoder_drain(chunk->decoder);
    chunk->stage = GUNZIP_DECODE;
    return known ? PFQ_OK : gzip_decoder_settle(chunk->decoder, &chunk->window, member, err);
}

void gunzip_chunk_release(struct gunzip_chunk *chunk)
{
    free(chunk->row.blocks);
    gzip_decoder_destroy(chunk->decoder);
    free(chunk->checksums);
    *chunk = (struct gunzip_chunk){0};
}
