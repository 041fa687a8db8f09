/*
 * The arithmetic of a round. Offsets stay below 2^63 (files cannot be larger), so that sums of an
 * offset and a bounded stretch are formed with saturation and cannot wrap.
 */
#include "plan/plan.h"

static uint64_t at_most(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* a * b, or UINT64_MAX. */
static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* The offset that lies `distance` behind `offset`, but not behind the end of the file. */
static uint64_t behind(const struct plan_round *round, uint64_t offset, uint64_t distance)
{
    return offset + at_most(distance, round->file_bytes - offset);
}

uint64_t plan_distance(const struct plan_round *round)
{
    const uint64_t rest = round->file_bytes - round->start;
    const uint64_t ranks = (uint64_t)round->ranks;
    const uint64_t share = rest / ranks + (rest % ranks != 0);
    return at_most(round->slice_bytes, share);
}

struct plan_range plan_window(const struct plan_round *round, int rank)
{
    const uint64_t apart = plan_distance(round);
    const uint64_t whole = times(apart, (uint64_t)round->ranks);
    const uint64_t scale = round->attempt < 63 ? UINT64_C(1) << round->attempt : UINT64_MAX;
    const uint64_t step = times(apart, scale);
    /* Behind the windows of all attempts before: 1 + 2 + 4 + ... = scale - 1 times all ranks. */
    const uint64_t tried = behind(round, round->start + apart, times(whole, scale - 1));
    const uint64_t begin = behind(round, tried, times(step, (uint64_t)rank));
    return (struct plan_range){begin, behind(round, begin, step)};
}

/* The last finding that is a cut, or PLAN_NO_CUT. */
static int64_t last_cut(const int64_t *findings, int ranks)
{
    for (int rank = ranks - 1; rank >= 0; rank--)
        if (findings[rank] != PLAN_NO_CUT)
            return findings[rank];
    return PLAN_NO_CUT;
}

bool plan_slices(const struct plan_round *round, const int64_t *findings, struct plan_range *slices)
{
    const int ranks = round->ranks;
    int64_t end = last_cut(findings, ranks);
    if (plan_window(round, ranks - 1).end == round->file_bytes &&
        findings[ranks - 1] == PLAN_NO_CUT)
        end = (int64_t)round->file_bytes;
    if (end == PLAN_NO_CUT)
        return false;
    for (int rank = ranks - 1; rank >= 0; rank--) {
        const int64_t own = findings[rank] == PLAN_NO_CUT ? end : findings[rank];
        end = own < end ? own : end;
        slices[rank].end = (uint64_t)end;
    }
    for (int rank = 0; rank < ranks; rank++)
        slices[rank].begin = rank ? slices[rank - 1].end : round->start;
    return true;
}
