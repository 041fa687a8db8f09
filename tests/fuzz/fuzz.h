/*
 * What fuzz targets share: the entry that libFuzzer (or seeds.c) calls, and numbers drawn from the
 * input. Numbers are taken from its end, so that a FASTQ file is a good seed: its text stays whole.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "support/check.h"

#ifndef FUZZ_BYTES
#define FUZZ_BYTES 4096
#endif
enum { FUZZ_MAX_BYTES = FUZZ_BYTES }; /* longer inputs show nothing new */

/* Checks the claim of the target on one input; stops the program where it does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Changes an input in place; returns its size, at most `max_size`. A target may have one of its
 * own, which knows what its inputs look like and calls the general one now and then. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Takes a number of 16 bits; 0 when the input is used up. */
static inline unsigned fuzz_take(struct span *input)
{
    if (input->size < 2)
        return 0;
    input->size -= 2;
    return (unsigned)input->data[input->size] << 8 | input->data[input->size + 1];
}

/* Takes a number from 0 to `most`. */
static inline size_t fuzz_up_to(struct span *input, size_t most)
{
    return fuzz_take(input) % (most + 1);
}

/* The first `size` bytes in memory of their own, so that a sanitizer sees a read behind them. */
static inline uint8_t *fuzz_copy(struct span text, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    CHECK(copy);
    if (size)
        memcpy(copy, text.data, size);
    return copy;
}

#endif
