/*
 * Records and bases of each mate, for the summary of a run.
 */
#ifndef RUN_COUNTING_H
#define RUN_COUNTING_H

#include "parse/reading.h"

struct counting {
    int mates;
    bool interleaved;
    uint64_t records[PFQ_MAX_MATES], bases[PFQ_MAX_MATES]; /* of this rank */
};

void counting_begin(struct counting *counting, const pfq_reads *reads);

/* Adds this rank's slices of a round. */
void counting_add(struct counting *counting, const struct input_round *round);

/* The counts of the whole team; `counts` may be NULL. Collective. */
pfq_status counting_end(const struct counting *counting, const struct reading *reading,
                        pfq_counts *counts, pfq_error *err);

#endif
