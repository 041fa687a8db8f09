/*
 * Where the bytes of a window come from, while text far in front of it is not known yet.
 *
 * A chunk that was decoded without the window before it says of each byte of the window behind it
 * what it is, or which byte before the chunk it is a copy of. Two such statements in a row make one
 * over both chunks, in whatever order they are joined; so windows over many chunks become known in
 * few steps, not chunk by chunk.
 */
#ifndef GZIP_ORIGINS_H
#define GZIP_ORIGINS_H

#include "gzip/segment.h"

/* Of each byte of a window: the byte, or GZIP_MARKER + i, byte i of the window in front. */
struct gzip_origins {
    uint16_t symbols[GZIP_WINDOW_BYTES];
};

/* Of the window itself, in front of the first chunk. */
void gzip_origins_begin(struct gzip_origins *origins);

/* Of bytes that are known. */
void gzip_origins_of(const struct gzip_window *window, struct gzip_origins *origins);

/* From the window before a chunk to the one behind it, of which `tail` speaks. */
void gzip_origins_pass(const struct gzip_tail *tail, struct gzip_origins *origins);

/* *out is what *behind says, where the window in front of it is the one that *before speaks of.
 * *out may be *behind. */
void gzip_origins_join(const struct gzip_origins *before, const struct gzip_origins *behind,
                       struct gzip_origins *out);

/* The bytes of the window, all of which are known. window->valid is left as it is. */
void gzip_origins_bytes(const struct gzip_origins *origins, struct gzip_window *window);

#endif
