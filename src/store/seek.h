/*
 * The row up to which there are so many bytes, where bytes before a row never fall with it.
 */
#ifndef STORE_SEEK_H
#define STORE_SEEK_H

#include <stdint.h>

#include "base/error.h"

/* How many bytes come before a row. */
typedef pfq_status store_measure(void *context, uint64_t row, uint64_t *bytes, pfq_error *err);

/* The last row in [low, high] with at most `target` bytes before it, where `low` is such a row.
 * Guesses by proportion and halves in turn: a few reads where records are even, and never more than
 * twice the logarithm of the rows. */
pfq_status store_seek(store_measure *measure, void *context, uint64_t low, uint64_t high,
                      uint64_t target, uint64_t *row, pfq_error *err);

#endif
