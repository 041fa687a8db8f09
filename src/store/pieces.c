/*
 * A window of chunks moves over the column: as many chunks as are fetched at a time, the next ones
 * that any piece wants. A piece that reaches beyond the window is continued in the next one.
 */
#include "store/pieces.h"

#include <string.h>

struct window {
    uint64_t chunks[DECODE_FETCHED];
    struct cache_slot *slots[DECODE_FETCHED];
    size_t n;
};

struct gathering {
    const struct piece *pieces;
    size_t n;
    uint64_t chunk_elements;
    size_t element_bytes;
    struct window window;
};

/* Lists the chunks that the pieces from `next` on want, those before `from` left out. */
static void choose_chunks(struct gathering *g, size_t next, uint64_t from)
{
    struct window *const window = &g->window;
    window->n = 0;
    for (size_t i = next; i < g->n && window->n < DECODE_FETCHED; i++) {
        const struct piece *const piece = &g->pieces[i];
        if (piece->n == 0)
            continue;
        uint64_t chunk = piece->first / g->chunk_elements;
        const uint64_t last = (piece->first + piece->n - 1) / g->chunk_elements;
        for (chunk = chunk < from ? from : chunk; chunk <= last; chunk++) {
            if (window->n == DECODE_FETCHED)
                return;
            window->chunks[window->n++] = chunk;
            from = chunk + 1;
        }
    }
}

/* Copies what a piece has in one chunk. */
static void copy_part(const struct gathering *g, const struct piece *piece, uint64_t chunk,
                      const struct cache_slot *slot)
{
    const uint64_t begin = chunk * g->chunk_elements, end = begin + g->chunk_elements;
    const uint64_t piece_end = piece->first + piece->n;
    const uint64_t first = piece->first > begin ? piece->first : begin;
    const uint64_t last = piece_end < end ? piece_end : end;
    memcpy(piece->to + (first - piece->first) * g->element_bytes,
           slot->bytes.data + (first - begin) * g->element_bytes,
           (last - first) * g->element_bytes);
}

/* Copies from the window's chunks; returns the first piece that reaches beyond them. A piece behind
 * it may begin in the window and is looked at again then: what it has here is copied now. */
static size_t copy_window(const struct gathering *g, size_t next)
{
    const struct window *const window = &g->window;
    const uint64_t window_end = window->chunks[window->n - 1] + 1;
    size_t at = 0, unfinished = g->n;
    for (size_t i = next; i < g->n; i++) {
        const struct piece *const piece = &g->pieces[i];
        const uint64_t first = piece->first / g->chunk_elements;
        if (first >= window_end)
            return unfinished < i ? unfinished : i;
        if (piece->n == 0)
            continue;
        const uint64_t end = (piece->first + piece->n - 1) / g->chunk_elements + 1;
        while (at < window->n && window->chunks[at] < first)
            at++;
        for (size_t k = at; k < window->n && window->chunks[k] < end; k++)
            if (window->slots[k]) /* always: all were fetched */
                copy_part(g, piece, window->chunks[k], window->slots[k]);
        if (end > window_end && unfinished == g->n)
            unfinished = i;
    }
    return unfinished;
}

pfq_status pieces_read(struct store_reader *reader, int mate, enum schema_column column,
                       const struct piece *pieces, size_t n, pfq_error *err)
{
    struct gathering g = {.pieces = pieces,
                          .n = n,
                          .chunk_elements = reader->decoder.layout[mate - 1][column].chunk_elements,
                          .element_bytes = schema_datasets[column].element_bytes};
    uint64_t from = 0;
    for (size_t next = 0; next < n;) {
        choose_chunks(&g, next, from);
        if (g.window.n == 0)
            break;
        const pfq_status status =
            decode_fetch(reader, mate, column, g.window.chunks, g.window.n, g.window.slots, err);
        if (status)
            return status;
        next = copy_window(&g, next);
        from = g.window.chunks[g.window.n - 1] + 1;
    }
    return PFQ_OK;
}
