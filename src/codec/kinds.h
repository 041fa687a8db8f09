/*
 * The kinds of codec.h, from within: what each of them is to codec.c, as a row of functions.
 *
 * A row encodes and decodes; sizes have been checked, shuffling has been done. A library of the
 * outside world is known to the file of its row and to no other.
 */
#ifndef CODEC_KINDS_H
#define CODEC_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

/* What `encode` says of a chunk that does not fit. */
#define CODEC_NO_ROOM SIZE_MAX

struct codec_row {
    const char *name;
    const char *missing; /* the library this build lacks for it, or NULL */
    int low, high;       /* its levels; both 0: it has none */

    /* The most that encoding gives. */
    size_t (*bound)(size_t bytes);

    /* *engine is NULL at first, and belongs to the row; one that encodes creates it if it must.
     * *out_bytes is CODEC_NO_ROOM where the capacity does not do. */
    pfq_status (*encode)(void **engine, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err);

    /* Decodes exactly raw_bytes from all of `in`, or says PFQ_BAD_FILE. */
    pfq_status (*decode)(void **engine, struct span in, uint8_t *out, size_t raw_bytes,
                         pfq_error *err);

    /* Releases an engine, which may be NULL. */
    void (*destroy)(void *engine);
};

extern const struct codec_row codec_none;
extern const struct codec_row codec_huffman;
extern const struct codec_row codec_runs;
extern const struct codec_row codec_fast;
extern const struct codec_row codec_deflate;
extern const struct codec_row codec_zstd;
extern const struct codec_row codec_suited;

/* The bytes that HUFFMAN and RUNS would make of data, from samples; `huffman` is an engine of
 * either. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status own_guess(void **engine, struct span raw, size_t *huffman, size_t *runs, pfq_error *err);

#endif
