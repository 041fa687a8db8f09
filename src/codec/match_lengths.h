/*
 * The 29 symbols of match lengths, from 3 to 258, as RFC 1951 numbers them.
 */
#ifndef CODEC_MATCH_LENGTHS_H
#define CODEC_MATCH_LENGTHS_H

#include <stdint.h>

enum { MATCH_SHORTEST = 3, MATCH_LONGEST = 258, MATCH_FIRST_SYMBOL = 257 };

struct match_length {
    unsigned symbol;     /* among all literals and lengths */
    unsigned extra;      /* the number in the extra bits */
    unsigned extra_bits; /* how many there are */
};

/* From 3 to 10 each length has its symbol; then come groups of four symbols that have one extra bit
 * more than the group before, so that the distance from 3 gives the group by its highest bit and
 * the symbol by the next two. The longest match has a symbol of its own. */
static inline struct match_length match_length_of(unsigned length)
{
    const unsigned distance = length - MATCH_SHORTEST;
    if (distance < 8)
        return (struct match_length){MATCH_FIRST_SYMBOL + distance, 0, 0};
    if (length == MATCH_LONGEST)
        return (struct match_length){285, 0, 0};
    const unsigned extra_bits = 29 - (unsigned)__builtin_clz(distance);
    return (struct match_length){MATCH_FIRST_SYMBOL + 4 * extra_bits + (distance >> extra_bits),
                                 distance & ((1u << extra_bits) - 1), extra_bits};
}

/* Distances come in pairs of symbols for each power of two, from 5 on with extra bits for what lies
 * below the two highest. */
static inline unsigned distance_symbol(unsigned distance)
{
    const unsigned less = distance - 1;
    if (less < 4)
        return less;
    const unsigned high = 31 - (unsigned)__builtin_clz(less);
    return 2 * high + (less >> (high - 1) & 1);
}

static inline unsigned distance_extra_bits(unsigned symbol)
{
    return symbol < 4 ? 0 : symbol / 2 - 1;
}

#endif
