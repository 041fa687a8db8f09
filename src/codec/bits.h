/*
 * Writing bits, the lowest first, as deflate wants them.
 *
 * Up to 7 bits wait in `word` for the rest of their byte. bits_put stores eight bytes where there
 * are only a few bits to be written, which spares all branches; whoever calls it makes sure that
 * BITS_SLACK bytes behind the last byte of the output may be overwritten.
 */
#ifndef CODEC_BITS_H
#define CODEC_BITS_H

#include <stdint.h>
#include <string.h>

enum { BITS_SLACK = 8, BITS_MOST = 56 };

struct bits {
    uint64_t word;  /* bits not yet written; above `count` all are 0 */
    unsigned count; /* 0 to 7 */
    uint8_t *at;    /* where they will go */
};

/* A number as eight bytes, the lowest first; and back. */
static inline uint64_t bits_little(uint64_t number)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(number);
#else
    return number;
#endif
}

static inline uint64_t bits_load(const uint8_t *from)
{
    uint64_t number;
    memcpy(&number, from, sizeof number);
    return bits_little(number);
}

/* Appends the lowest `count` bits of value, which has no others; count <= BITS_MOST, so that with
 * the bits that wait they are fewer than 64. */
static inline void bits_put(struct bits *bits, uint64_t value, unsigned count)
{
    bits->word |= value << bits->count;
    bits->count += count;
    const uint64_t bytes = bits_little(bits->word);
    memcpy(bits->at, &bytes, sizeof bytes);
    bits->at += bits->count >> 3;
    bits->word >>= bits->count & 56;
    bits->count &= 7;
}

#endif
