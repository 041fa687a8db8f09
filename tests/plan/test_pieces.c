/*
 * Claim: however a text falls into pieces, and whatever is found in them, slices cover it from the
 * first byte to the last record that was found, in order and without gaps; they begin only where
 * records do; each begins in the piece of its own rank, so that text travels only to the left; and
 * round after round every record comes into exactly one slice.
 */
#include <string.h>

#include "plan/pieces.h"
#include "support/check.h"

enum { MAX_RANKS = 6, RECORDS = 40 };

static uint64_t seed = 1;

static uint64_t below(uint64_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (seed >> 33) % n;
}

static bool is_record(const uint64_t *records, uint64_t at)
{
    for (int i = 0; i <= RECORDS; i++)
        if (records[i] == at)
            return true;
    return false;
}

/* A piece as a rank sees it: a finding may be missing, since a record at the end of a piece cannot
 * be told there. */
static struct plan_piece look(const uint64_t *records, uint64_t begin, uint64_t end)
{
    struct plan_piece piece = {begin, end, PLAN_NO_CUT, PLAN_NO_CUT};
    const uint64_t blind = below(4);
    for (int i = 0; i < RECORDS; i++)
        if (records[i] > begin && records[i] + blind < end) {
            if (piece.first == PLAN_NO_CUT)
                piece.first = (int64_t)records[i];
            piece.last = (int64_t)records[i];
        }
    return piece;
}

static void check_round(const struct plan_piece *pieces, int ranks, bool closed,
                        const struct plan_range *slices, const uint64_t *records)
{
    CHECK_EQUAL(slices[0].begin, pieces[0].begin);
    for (int rank = 0; rank < ranks; rank++) {
        CHECK(slices[rank].begin <= slices[rank].end);
        CHECK(is_record(records, slices[rank].begin) && is_record(records, slices[rank].end));
        if (rank)
            CHECK_EQUAL(slices[rank].begin, slices[rank - 1].end);
        if (slices[rank].begin < slices[rank].end)
            CHECK(pieces[rank].begin <= slices[rank].begin &&
                  slices[rank].begin < pieces[rank].end);
    }
    CHECK_EQUAL(closed, slices[ranks - 1].end > pieces[0].begin);
}

/* A whole text that begins at byte `from`, in rounds of random pieces; what a round leaves comes in
 * front of the next. */
static void text_in_rounds(int ranks, uint64_t from)
{
    uint64_t records[RECORDS + 1] = {from}; /* the last one is the end of the text */
    for (int i = 1; i <= RECORDS; i++)
        records[i] = records[i - 1] + 1 + below(below(4) ? 9 : 60);
    uint64_t start = from, given = from;
    const uint64_t all = records[RECORDS];
    while (start < all) {
        struct plan_piece pieces[MAX_RANKS];
        struct plan_range slices[MAX_RANKS];
        for (int rank = 0; rank < ranks; rank++) {
            const uint64_t begin = rank ? pieces[rank - 1].end : start;
            given += below(3) ? below(20) : 0;
            given = given < all ? given : all;
            pieces[rank] = look(records, begin, given);
        }
        const bool closed = plan_pieces(pieces, ranks, given == all, slices);
        check_round(pieces, ranks, closed, slices, records);
        start = slices[ranks - 1].end;
        CHECK(given < all || start == all);
    }
}

static void overlaps_are_what_both_hold(void)
{
    const struct plan_piece piece = {10, 20, PLAN_NO_CUT, PLAN_NO_CUT};
    const struct plan_range inside = plan_overlap(&piece, (struct plan_range){12, 30});
    CHECK(inside.begin == 12 && inside.end == 20);
    const struct plan_range before = plan_overlap(&piece, (struct plan_range){0, 10});
    CHECK_EQUAL(before.begin, before.end);
    const struct plan_range behind = plan_overlap(&piece, (struct plan_range){20, 30});
    CHECK_EQUAL(behind.begin, behind.end);
}

int main(void)
{
    for (int i = 0; i < 20000; i++)
        text_in_rounds(1 + i % MAX_RANKS, i % 2 ? UINT64_C(1) << 40 : 0);
    overlaps_are_what_both_hold();
    return 0;
}
