/*
 * Where a decoder writes: two buffers, one of bytes and one of 16 bits, and the segments in them.
 *
 * Output is linear: in front of each segment stand the 32 KiB that it may refer to, so that the
 * inner loops copy matches without a look at where they begin. Segments are known by indices until
 * they are handed out, as buffers move when they grow. They never shrink.
 */
#ifndef GZIP_OUTPUT_H
#define GZIP_OUTPUT_H

#include "base/memory.h"
#include "gzip/segment.h"

/* A segment as it is kept. */
struct output_piece {
    enum gzip_kind kind;
    size_t begin, end; /* of its symbols, in the buffer of its kind */
    size_t map;        /* of GZIP_MAPPED: which of the maps */
};

struct output {
    struct buffer bytes, wide;
    size_t bytes_used, wide_used; /* by pieces that are done, in symbols */

    /* The segment that is being written; all indices are into its buffer. */
    enum gzip_kind kind;
    size_t begin, at;
    size_t floor;    /* nothing below may be referred to */
    size_t raw;      /* of GZIP_WIDE: below is the window itself */
    uint32_t lowest; /* the lowest index of the window referred to so far, or GZIP_WINDOW_BYTES */

    size_t done; /* symbols in pieces that are done */
    struct output_piece *pieces;
    size_t piece_count, piece_capacity;
    uint16_t (*maps)[GZIP_MAP_PLACES]; /* the last one is that of the segment being written */
    size_t map_count, map_capacity;
    struct gzip_segment *segments; /* the pieces as they are handed out */
    size_t segment_capacity;
};

void output_destroy(struct output *output);

/* Forgets everything and begins with a window, or with NULL: one that is not known. */
pfq_status output_start(struct output *output, const struct gzip_window *window, pfq_error *err);

/* Symbols written since the start or since output_drain. */
size_t output_text(const struct output *output);

/* The buffer of the segment that is being written; and how many symbols it has room for, slack left
 * out, counted from its beginning. */
void *output_buffer(const struct output *output);
size_t output_capacity(const struct output *output);

/* Makes room for at least `more` symbols behind the last one. */
pfq_status output_reserve(struct output *output, size_t more, pfq_error *err);

/* A new member begins: plain bytes, and nothing before them. */
pfq_status output_new_member(struct output *output, pfq_error *err);

/* From wide to bytes, if the last 32 KiB allow it; nothing changes if not. At least so many symbols
 * must have been written. */
pfq_status output_narrow(struct output *output, pfq_error *err);

/* Takes back the mapped symbols from `at` on, and goes on in 16 bits. */
pfq_status output_widen(struct output *output, size_t at, pfq_error *err);

/* Now that the window is known: goes on in plain bytes. Only right after output_drain. */
pfq_status output_settle(struct output *output, const struct gzip_window *window, pfq_error *err);

/* Hands out what was written up to index `until` of the segment being written, as segments, and
 * the tail there. */
pfq_status output_segments(struct output *output, size_t until,
                           const struct gzip_segment **segments, size_t *count,
                           struct gzip_tail *tail, pfq_error *err);

/* Forgets what output_segments has handed out with the same `until`, but for the window. */
void output_drain(struct output *output, size_t until);

#endif
