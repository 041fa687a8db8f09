/*
 * The verdict on mates: are they all there, in step, and by the same names?
 *
 * What is reported is what a reader would meet first that takes one record of each mate in turn: a
 * bad record, a name that does not match, a read without its mate. Ranks and rounds meet these in
 * another order, so where one mate lags behind, it is read further before anything is said.
 */
#ifndef INPUT_PAIRS_H
#define INPUT_PAIRS_H

#include <stdbool.h>

#include "base/error.h"

struct input;

/* Notes the rows of a settled round. Collective; local failures are left in input->own. */
pfq_status pairs_note(struct input *input, pfq_error *err);

/* The verdict on the round: go on (PFQ_OK; without *deliver: read on first), or the error, be it of
 * mates or of the first bad record. A run that lists bad records keeps a fault between mates for
 * later and goes on. Collective; the same on every rank. */
pfq_status pairs_conclude(struct input *input, bool *deliver, pfq_error *err);

#endif
