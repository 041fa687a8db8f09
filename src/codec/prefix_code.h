/*
 * A prefix code from counts: Huffman's, no code longer than a limit, in the canonical order that
 * deflate wants.
 */
#ifndef CODEC_PREFIX_CODE_H
#define CODEC_PREFIX_CODE_H

#include <stddef.h>
#include <stdint.h>

enum { PREFIX_MOST_SYMBOLS = 288, PREFIX_MOST_BITS = 15 };

struct prefix_code {
    uint8_t length[PREFIX_MOST_SYMBOLS]; /* in bits; 0: the symbol does not occur */
    uint16_t code[PREFIX_MOST_SYMBOLS];  /* its first bit is the lowest */
};

/* Makes the code of `symbols` symbols that occur as often as `counts` says; the counts add up to
 * less than 2^32, and 2^limit is at least the number of symbols that occur. A single symbol gets
 * one bit. Pure but for *code, of which the first `symbols` places are written. */
void prefix_code_make(const uint32_t *counts, size_t symbols, unsigned limit,
                      struct prefix_code *code);

#endif
