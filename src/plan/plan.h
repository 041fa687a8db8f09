/*
 * Who takes which bytes: arithmetic only.
 *
 * A round takes a stretch of one file, from a known first byte, and shares it among the ranks.
 * Nominal cuts lie at equal distances. Each rank looks for the first record in the window behind
 * its own nominal cut (as long as the distance to the next), and the findings of all ranks, read
 * from right to left, are the cuts: where a window holds no beginning of a record, the next finding
 * counts, and the rank behind it gets an empty slice. If the last windows hold none, the round ends
 * at the last finding. If no window does (one read is longer than the whole round), the search goes
 * on with windows behind these, each time twice as long, until the beginning of a record or the end
 * of the file is met.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/* A stretch [begin, end) of a file, in bytes. */
struct plan_range {
    uint64_t begin, end;
};

/* A round of one file. */
struct plan_round {
    uint64_t start;       /* the first byte, the beginning of a record */
    uint64_t file_bytes;  /* start < file_bytes */
    uint64_t slice_bytes; /* what a rank may take at most, nominally; > 0 */
    int ranks;
    int attempt; /* 0; one more each time no window held a cut */
};

/* What a rank found in its window. */
enum { PLAN_NO_CUT = -1 }; /* as an int64_t: no record begins there */

/* The distance between nominal cuts: slice_bytes, or an equal share of a small rest. */
uint64_t plan_distance(const struct plan_round *round);

/* The window of a rank: where it looks for the end of its slice. Empty at the end of the file, and
 * then the finding is the end of the file itself. */
struct plan_range plan_window(const struct plan_round *round, int rank);

/* Turns the findings of all ranks (byte offsets or PLAN_NO_CUT) into their slices: in rank order,
 * each beginning where the one before ends, the first at round->start. Returns false if no rank
 * found a cut and the end of the file was not met: try again with attempt + 1. */
bool plan_slices(const struct plan_round *round, const int64_t *findings,
                 struct plan_range *slices);

#endif
