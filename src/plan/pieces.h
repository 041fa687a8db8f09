/*
 * Who takes which records of a text that came in pieces: arithmetic only.
 *
 * A compressed text cannot be cut at records before it is inflated. The ranks inflate neighbouring
 * pieces, wherever these may end, and each rank looks for records in its own piece alone. From what
 * all of them found, the slices follow: a slice begins at the first record of its piece and ends
 * where the next one begins, so that of each piece only its head travels, to the left. The round
 * ends at the last record that anybody could recognise; what lies behind is the beginning of the
 * next round.
 */
#ifndef PLAN_PIECES_H
#define PLAN_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/* What one rank holds, and what it found there, in bytes of the text. */
struct plan_piece {
    uint64_t begin, end;
    int64_t first; /* a record that begins in it, the first if possible, or PLAN_NO_CUT */
    int64_t last;  /* the last one that could be found with little effort, or PLAN_NO_CUT */
};

/* The slices of a round: pieces in rank order, each beginning where the one before ends; at the
 * first byte a record begins (or the text ends). `ends`: the text ends with the last piece. Slices
 * cover the pieces from the first byte to slices[ranks - 1].end. Returns false, with empty slices,
 * if no record ends in the round. Pure. */
bool plan_pieces(const struct plan_piece *pieces, int ranks, bool ends, struct plan_range *slices);

/* The part of `piece` that lies in `range`; empty: begin == end. Pure. */
struct plan_range plan_overlap(const struct plan_piece *piece, struct plan_range range);

#endif
