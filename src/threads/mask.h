/*
 * A set of CPUs as the kernel and as we read it: the affinity mask of a machine of up to 8,192
 * CPUs.
 */
#ifndef THREADS_MASK_H
#define THREADS_MASK_H

#include <sched.h>
#include <stdbool.h>

enum { MASK_CPUS = 8192, MASK_WORD_BITS = 64, MASK_WORDS = MASK_CPUS / MASK_WORD_BITS };

union cpu_mask {
    cpu_set_t set;
    unsigned long long words[MASK_WORDS];
};

static inline bool mask_has(const union cpu_mask *mask, int cpu)
{
    return cpu >= 0 && cpu < MASK_CPUS &&
           (mask->words[cpu / MASK_WORD_BITS] >> (cpu % MASK_WORD_BITS) & 1);
}

static inline void mask_add(union cpu_mask *mask, int cpu)
{
    if (cpu >= 0 && cpu < MASK_CPUS)
        mask->words[cpu / MASK_WORD_BITS] |= 1ULL << (cpu % MASK_WORD_BITS);
}

#endif
