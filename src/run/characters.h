/*
 * The quality characters of an input, as far as they tell how qualities are written.
 */
#ifndef RUN_CHARACTERS_H
#define RUN_CHARACTERS_H

#include "parse/reading.h"

/* The smallest and the largest of this rank; 255 and 0 without any. */
struct characters {
    uint8_t low, high;
};

/* Adds those of this rank's slices of a round, whose columns have been filled. */
void characters_note(struct characters *characters, const struct input_round *round, int deal);

/* In auto mode qualities are Phred+33; says so where the whole input looks like the older Phred+64.
 * Collective; the same status on every rank. */
pfq_status characters_warn(const struct characters *characters, const struct reading *reading,
                           pfq_error *err);

#endif
