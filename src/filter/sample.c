/*
 * Counting the digits of hashes, from the highest on.
 */
#include "filter/sample.h"

#include <math.h>

uint64_t sample_bound_of(double fraction)
{
    return (uint64_t)ldexp(fraction, 64);
}

void sample_count(const struct sample_search *search, uint64_t begin, uint64_t end,
                  uint64_t *counts)
{
    const int known = search->known, shift = 64 - SAMPLE_DIGIT_BITS - known;
    for (uint64_t row = begin; row < end; row++) {
        const uint64_t hash = sample_hash(search->seed, row);
        if (!known || (hash ^ search->bound) >> (64 - known) == 0)
            counts[hash >> shift & (SAMPLE_DIGITS - 1)]++;
    }
}

void sample_narrow(struct sample_search *search, const uint64_t *counts)
{
    uint64_t digit = 0;
    while (digit + 1 < SAMPLE_DIGITS && counts[digit] < search->wanted)
        search->wanted -= counts[digit++];
    search->known += SAMPLE_DIGIT_BITS;
    search->bound |= digit << (64 - search->known);
}
