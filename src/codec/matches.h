/*
 * The matches of the encoder `fast`: a block of bytes as literals, and steps that say how many of
 * them come and which match is behind them.
 */
#ifndef CODEC_MATCHES_H
#define CODEC_MATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MATCHES_BLOCK = 256 * 1024, /* the most bytes of a block */
    MATCHES_LEAST = 5,          /* bytes of a match, but for what is left of one of 258 and more */
    MATCHES_STEPS = MATCHES_BLOCK / MATCHES_LEAST + 2,
    MATCHES_TABLE_BITS = 12,
    MATCHES_SLACK = 16 /* bytes behind the literals that may be read, whatever they are */
};

/* Literals, and a match behind them; without one, length and distance are 0. */
struct step {
    uint32_t literals;
    uint16_t length, distance;
};

struct matches {
    uint32_t table[1 << MATCHES_TABLE_BITS]; /* where strings began, + 1 + window; 0: nowhere */
    bool alike;                              /* fields are followed; decided on the first block */
    struct step steps[MATCHES_STEPS];        /* of the block, the last one without a match */
    size_t count;
    uint8_t literals[MATCHES_BLOCK + MATCHES_SLACK]; /* of the block, all steps' */
    size_t literal_count;
};

#endif
