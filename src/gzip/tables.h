/*
 * The two tables a block is decoded with: what the next bits of the data mean.
 *
 * An entry is found by the lowest GZIP_LITERAL_BITS (GZIP_DISTANCE_BITS) bits. Where short codes of
 * literals follow one another, up to three literals are one entry: text of bases has codes of two
 * or three bits. A longer code has an entry that leads to a table of its own behind the main one.
 *
 *     bits 0..5    what the entry takes from the data: codes, and the extra bits of a length
 *     bits 6..7    how many literals it is; 0: it is none
 *   of literals:
 *     bits 8..31   the literals, the first one lowest
 *   of a length or a distance:
 *     bits 8..11   of what it takes, the code's own bits; the extra bits stand above them
 *     bits 16..31  the least length or distance
 *   of anything else:
 *     bit  12      GZIP_ODD
 *     bits 13..15  GZIP_LINK: a longer code, GZIP_END: the end of the block, or GZIP_HIGH: a
 * literal above 127 where there must be none; none of them: no code at all of a link: bits 8..11
 * the bits that choose in the table it leads to bits 16..31  where that begins
 */
#ifndef GZIP_TABLES_H
#define GZIP_TABLES_H

#include "gzip/block.h"

enum {
    GZIP_LITERAL_BITS = 11,
    GZIP_DISTANCE_BITS = 9,
    GZIP_LONGEST_CODE = 15,
    /* The main table, and behind it tables of 2^d places for codes of up to d more bits. A complete
     * code has at least d + 1 codes in such a table, so that a symbol adds at most 2^d / (d + 1)
     * places: 288 * 16 / 5 for literals, 32 * 64 / 7 for distances. */
    GZIP_LITERAL_PLACES = 2048 + 922,
    GZIP_DISTANCE_PLACES = 512 + 293,
};

#define GZIP_TAKES       UINT32_C(0x3f)
#define GZIP_LITERALS    UINT32_C(0xc0)
#define GZIP_ODD         (UINT32_C(1) << 12)
#define GZIP_LINK        (UINT32_C(1) << 13)
#define GZIP_END         (UINT32_C(1) << 14)
#define GZIP_HIGH        (UINT32_C(1) << 15)
#define GZIP_COUNT_SHIFT 6
#define GZIP_OWN_SHIFT   8
#define GZIP_BASE_SHIFT  16

struct gzip_tables {
    uint32_t literal[GZIP_LITERAL_PLACES];
    uint32_t distance[GZIP_DISTANCE_PLACES];
};

/* Fills the tables for the lengths of a block that gzip_block_read has accepted. `strict` makes
 * literals above 127 odd. */
void gzip_tables_make(struct gzip_tables *tables, const struct gzip_block *block, bool strict);

/* Sets the lengths of a fixed block. */
void gzip_block_fix(struct gzip_block *block);

#endif
