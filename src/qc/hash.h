/*
 * Hashes of short texts: the same on every machine, with all bits mixed.
 */
#ifndef QC_HASH_H
#define QC_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mix.h"

/* Eight bytes of a text, the first one the lowest. */
static inline uint64_t hash_word(const uint8_t *text)
{
    uint64_t word;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = 0;
    for (size_t i = 0; i < 8; i++)
        word |= (uint64_t)text[i] << 8 * i;
#else
    memcpy(&word, text, 8);
#endif
    return word;
}

/* Both halves of a product of 128 bits, mixed. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of a text of letters, whose case makes no difference. Stretches of 16 bytes, the last of which
 * may overlap the one before, are multiplied independently of each other, each with numbers of its
 * own, so that no product waits for another. */
static inline uint64_t hash_letters(const uint8_t *text, size_t bytes)
{
    enum { STRETCH = 16 };
    const uint64_t capitals = UINT64_C(0xdfdfdfdfdfdfdfdf);
    uint64_t one = UINT64_C(0x8bb84b93962eacc9), two = UINT64_C(0x4b33a62ed433d4a3);
    uint64_t hash = bytes;
    uint8_t padded[STRETCH] = {0};
    if (bytes < STRETCH) {
        for (size_t i = 0; i < bytes; i++)
            padded[i] = text[i];
        text = padded;
        bytes = STRETCH;
    }
    for (size_t at = 0; at < bytes; at += STRETCH) {
        const uint8_t *const here = text + (at + STRETCH <= bytes ? at : bytes - STRETCH);
        hash +=
            hash_fold((hash_word(here) & capitals) ^ one, (hash_word(here + 8) & capitals) ^ two);
        one += MIX_STRIDE;
        two += UINT64_C(0xd1342543de82ef95);
    }
    return mix_number(hash);
}

#endif
