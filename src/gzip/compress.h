/*
 * Writing BGZF: text in blocks, each a gzip member that says how long it is.
 */
#ifndef GZIP_COMPRESS_H
#define GZIP_COMPRESS_H

#include "base/error.h"
#include "base/span.h"

enum {
    GZIP_BGZF_TEXT_BYTES = 0xff00,   /* the most text of a block */
    GZIP_BGZF_BLOCK_BYTES = 1 << 16, /* no block is longer */
    GZIP_BGZF_END_BYTES = 28,
    GZIP_LOWEST_LEVEL = 0,
    GZIP_HIGHEST_LEVEL = 12,
};

/* The empty block that ends a file. */
extern const uint8_t gzip_bgzf_end[GZIP_BGZF_END_BYTES];

/* libdeflate at one level; one for each thread. */
struct gzip_deflater;

struct gzip_deflater *gzip_deflater_create(int level, pfq_error *err);

/* deflater may be NULL. */
void gzip_deflater_destroy(struct gzip_deflater *deflater);

/* Writes text of at most GZIP_BGZF_TEXT_BYTES as deflate data without any header. Returns their
 * bytes; `out` has room for 5 more than there are of text. */
size_t gzip_deflate_raw(struct gzip_deflater *deflater, struct span text, uint8_t *out);

/* Writes text of at most GZIP_BGZF_TEXT_BYTES as a block. Returns its bytes; `out` has room for
 * GZIP_BGZF_BLOCK_BYTES. */
size_t gzip_bgzf_compress(struct gzip_deflater *deflater, struct span text, uint8_t *out);

#endif
