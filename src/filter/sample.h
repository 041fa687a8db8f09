/*
 * Samples that depend on rows and a seed alone.
 *
 * Each row has a hash, different from that of any other row. A sample is the rows whose hash is not
 * above a bound. For a fraction, the bound is that part of all hashes. For so many of n rows, it is
 * the hash of that rank among the hashes of rows 0 to n - 1, which can be found without a look at
 * the reads: by counting hashes that begin alike, sixteen bits at a time.
 */
#ifndef FILTER_SAMPLE_H
#define FILTER_SAMPLE_H

#include <stdint.h>

#include "base/mix.h"

enum { SAMPLE_DIGIT_BITS = 16, SAMPLE_DIGITS = 1 << SAMPLE_DIGIT_BITS };

static inline uint64_t sample_hash(uint64_t seed, uint64_t row)
{
    return mix_number(row ^ mix_number(seed));
}

/* The bound for a fraction above 0 and below 1: about one row in 2^64 more or less. Pure. */
uint64_t sample_bound_of(double fraction);

/* A search for the bound of so many. All zero but `seed` and `wanted` begins it. */
struct sample_search {
    uint64_t seed, wanted; /* wanted: of the rows that begin like the bound; at least 1 */
    uint64_t bound;        /* its leading bits, as far as they are known */
    int known;             /* bits */
};

/* Adds to counts[SAMPLE_DIGITS] the next digits of the hashes of rows [begin, end) that begin like
 * the bound. */
void sample_count(const struct sample_search *search, uint64_t begin, uint64_t end,
                  uint64_t *counts);

/* Takes the next digit of the bound from the counts of all rows, which are more than are wanted or
 * as many. The bound is whole when search->known is 64. */
void sample_narrow(struct sample_search *search, const uint64_t *counts);

#endif
