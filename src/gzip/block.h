/*
 * The header of a deflate block (RFC 1951): its type, and for a dynamic one the lengths of its
 * codes.
 *
 * What is accepted is what zlib accepts: a code of code lengths is complete; a code of literals or
 * of distances is complete, or has one symbol alone, of one bit; distances may have none at all.
 */
#ifndef GZIP_BLOCK_H
#define GZIP_BLOCK_H

#include "gzip/input.h"

enum {
    GZIP_MOST_LITERALS = 288, /* literals, the end of the block, and lengths */
    GZIP_MOST_DISTANCES = 32,
    GZIP_END_OF_BLOCK = 256,
    /* No header of a dynamic block is longer: 17 bits, 19 lengths of 3 bits, and at most 316 codes
     * of 7 bits with 7 bits behind them. */
    GZIP_MOST_BLOCK_HEADER_BYTES = 565,
};

enum gzip_block_type { GZIP_STORED, GZIP_FIXED, GZIP_DYNAMIC };

struct gzip_block {
    bool final;
    enum gzip_block_type type;
    uint32_t stored_bytes;        /* of a stored block; its header ends at a whole byte */
    uint64_t bit;                 /* behind the header */
    unsigned literals, distances; /* of a dynamic block: how many lengths there are */
    uint8_t length[GZIP_MOST_LITERALS + GZIP_MOST_DISTANCES]; /* literals, then distances */
};

/* Reads the header at `bit` of the data, which end at end_bit; at least GZIP_PADDING_BYTES may be
 * read behind. GZIP_NO: it is none, *why says why (and this was found within the data). GZIP_MORE:
 * the data end inside it. Bits are counted from `data`. Pure. */
enum gzip_answer gzip_block_read(const uint8_t *data, uint64_t bit, uint64_t end_bit,
                                 struct gzip_block *block, const char **why);

/* Whether lengths are those of a complete code: the sum of 2^-length over all that are not 0 is
 * 1. Returns the number of symbols with a code by *used. */
bool gzip_code_is_complete(const uint8_t *length, unsigned symbols, unsigned *used);

/* The precode alone: whether the 3-bit lengths that `bits` begins with, `count` of them, are a
 * complete code. Only the lowest 57 bits are looked at. */
bool gzip_precode_is_complete(uint64_t bits, unsigned count);

#endif
