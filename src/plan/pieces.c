/*
 * Slices from pieces, from right to left.
 */
#include "plan/pieces.h"

/* Where the round ends. */
static uint64_t end_of_round(const struct plan_piece *pieces, int ranks, bool ends)
{
    if (ends)
        return pieces[ranks - 1].end;
    for (int rank = ranks - 1; rank >= 0; rank--)
        if (pieces[rank].last != PLAN_NO_CUT)
            return (uint64_t)pieces[rank].last;
    return pieces[0].begin;
}

bool plan_pieces(const struct plan_piece *pieces, int ranks, bool ends, struct plan_range *slices)
{
    const uint64_t start = pieces[0].begin, end = end_of_round(pieces, ranks, ends);
    uint64_t next = end;
    for (int rank = ranks - 1; rank >= 0; rank--) {
        const struct plan_piece *const piece = &pieces[rank];
        uint64_t begin = next;
        if (piece->begin == start) /* an empty piece in front, or the one with the first record */
            begin = piece->end > start && start < next ? start : next;
        else if (piece->first != PLAN_NO_CUT && (uint64_t)piece->first < next)
            begin = (uint64_t)piece->first;
        slices[rank] = (struct plan_range){begin, next};
        next = begin;
    }
    return end > start;
}

struct plan_range plan_overlap(const struct plan_piece *piece, struct plan_range range)
{
    const uint64_t begin = piece->begin > range.begin ? piece->begin : range.begin;
    const uint64_t end = piece->end < range.end ? piece->end : range.end;
    return begin < end ? (struct plan_range){begin, end} : (struct plan_range){begin, begin};
}
