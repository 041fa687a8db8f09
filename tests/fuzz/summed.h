/*
 * The structures of HDF5's newer formats end with a checksum of themselves, behind which no change
 * gets: HDF5 gives up at the sum. Here it is made to be right again.
 */
#ifndef FUZZ_SUMMED_H
#define FUZZ_SUMMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct summed {
    size_t begin, bytes; /* that are summed up */
    size_t sum_at;       /* where their sum is; inside of them for some, and then 0 meanwhile */
};

/* The first such structure, with a sum that is right, behind `from` or else from the beginning on.
 * false: there is none. */
bool summed_find(const uint8_t *data, size_t size, size_t from, struct summed *found);

/* Puts the sum of what is there now. */
void summed_mend(uint8_t *data, const struct summed *one);

#endif
