/*
 * Numbers with all bits mixed, the same on every machine.
 */
#ifndef BASE_MIX_H
#define BASE_MIX_H

#include <stdint.h>

#define MIX_STRIDE UINT64_C(0x9e3779b97f4a7c15)

/* Each bit of the result depends on each bit of x; a bijection. */
static inline uint64_t mix_number(uint64_t x)
{
    x += MIX_STRIDE;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Of a number at a place, so that sums of these tell whether the same numbers are at the same
 * places, in whatever order they are added. */
static inline uint64_t mix_at(uint64_t number, uint64_t place)
{
    return mix_number(number + place * MIX_STRIDE);
}

#endif
