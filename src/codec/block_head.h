/*
 * The head of a deflate block that brings its own codes.
 */
#ifndef CODEC_BLOCK_HEAD_H
#define CODEC_BLOCK_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/bits.h"

enum {
    BLOCK_END_SYMBOL = 256,
    BLOCK_SYMBOLS = 286,   /* literals, the end, 29 lengths */
    BLOCK_DISTANCES = 30,  /* symbols of distances */
    BLOCK_HEAD_MOST = 320, /* bytes; see block_head_write */
};

/* Writes the head of a block: whether it is the last of its stream, and its codes as their lengths.
 * One code is of literals and match lengths, BLOCK_SYMBOLS places, of which that of the end is not
 * 0; the other of distances, BLOCK_DISTANCES places, which are all 0 where there are no matches.
 *
 * BLOCK_HEAD_MOST bytes and BITS_SLACK are enough: 17 bits, 19 lengths of 3 bits, and for each of
 * at most 316 lengths a symbol of at most 7 bits, with 7 extra bits only where it stands for 11 or
 * more of them: 17 + 57 + 316 * 7 bits are 286 bytes; and 7 bits that were waiting. */
void block_head_write(struct bits *bits, bool last, const uint8_t *lengths,
                      const uint8_t *distances);

#endif
