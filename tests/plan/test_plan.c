/*
 * Claim: whatever the ranks find, slices cover the round exactly once, in order, without gaps; a
 * round always gets on; and searching on looks at every byte behind the first nominal cut.
 */
#include <stdlib.h>

#include "plan/plan.h"
#include "support/check.h"

enum { MAX_RANKS = 7 };

/* Slices are neighbours from start to the end of the round, and end only at findings or the file's
 * end. */
static void check_slices(const struct plan_round *round, const int64_t *findings,
                         const struct plan_range *slices)
{
    CHECK_EQUAL(slices[0].begin, round->start);
    for (int rank = 0; rank < round->ranks; rank++) {
        CHECK(slices[rank].begin <= slices[rank].end);
        if (rank)
            CHECK_EQUAL(slices[rank].begin, slices[rank - 1].end);
        bool known = slices[rank].end == round->file_bytes;
        for (int k = 0; k < round->ranks; k++)
            known |= findings[k] == (int64_t)slices[rank].end;
        CHECK(known);
    }
    CHECK(slices[round->ranks - 1].end > round->start);
    CHECK(slices[round->ranks - 1].end <= round->file_bytes);
}

/* The finding of a rank in a file with records at the given offsets. */
static int64_t find(const struct plan_round *round, int rank, const uint64_t *records, int n)
{
    const struct plan_range window = plan_window(round, rank);
    if (window.begin == round->file_bytes)
        return (int64_t)round->file_bytes;
    for (int i = 0; i < n; i++)
        if (records[i] >= window.begin && records[i] < window.end)
            return (int64_t)records[i];
    return PLAN_NO_CUT;
}

/* Plans a whole file; every record begins in exactly one slice, and slices begin only at records.
 */
static void plan_file(uint64_t file_bytes, const uint64_t *records, int n, int ranks,
                      uint64_t slice_bytes)
{
    struct plan_round round = {0, file_bytes, slice_bytes, ranks, 0};
    while (round.start < file_bytes) {
        int64_t findings[MAX_RANKS];
        struct plan_range slices[MAX_RANKS];
        bool closed;
        round.attempt = -1;
        do {
            round.attempt++;
            CHECK(round.attempt < 64);
            for (int rank = 0; rank < ranks; rank++)
                findings[rank] = find(&round, rank, records, n);
            closed = plan_slices(&round, findings, slices);
        } while (!closed);
        check_slices(&round, findings, slices);
        for (int rank = 0; rank < ranks; rank++) {
            bool at_record = slices[rank].begin == slices[rank].end;
            for (int i = 0; i < n; i++)
                at_record |= records[i] == slices[rank].begin;
            CHECK(at_record);
        }
        round.start = slices[ranks - 1].end;
    }
}

static void random_files(void)
{
    srand(1);
    for (int turn = 0; turn < 20000; turn++) {
        uint64_t records[40], offset = 0;
        const int n = 1 + rand() % 40, longest = 1 + rand() % 200;
        for (int i = 0; i < n; i++) {
            records[i] = offset;
            offset += 1 + (uint64_t)(rand() % longest) + (rand() % 20 == 0 ? 1000 : 0);
        }
        plan_file(offset, records, n, 1 + rand() % MAX_RANKS, 1 + (uint64_t)(rand() % 300));
    }
}

/* Windows of attempt 0, 1, 2, ... lie end to end. */
static void windows_are_neighbours(void)
{
    for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
        struct plan_round round = {100, 1000000, 64, ranks, 0};
        uint64_t expected = 100 + 64;
        for (; round.attempt < 12; round.attempt++)
            for (int rank = 0; rank < ranks; rank++) {
                const struct plan_range window = plan_window(&round, rank);
                CHECK_EQUAL(window.begin, expected);
                CHECK(window.end > window.begin || window.end == 1000000);
                expected = window.end;
            }
    }
}

/* A small rest is shared by all, and offsets of 2^40 and more are as good as any. */
static void shares_and_sizes(void)
{
    const struct plan_round small = {0, 10, 64, 5, 0};
    for (int rank = 0; rank < 5; rank++)
        CHECK_EQUAL(plan_window(&small, rank).begin, 2 * (rank + 1));
    const uint64_t far = UINT64_C(1) << 40;
    const struct plan_round large = {far, far * 2, UINT64_C(3) << 30, 3, 0};
    CHECK_EQUAL(plan_window(&large, 1).begin, far + (UINT64_C(6) << 30));
    const struct plan_round last = {0, UINT64_C(1) << 62, UINT64_C(1) << 61, 7, 60};
    CHECK_EQUAL(plan_window(&last, 6).end, UINT64_C(1) << 62);
}

int main(void)
{
    random_files();
    windows_are_neighbours();
    shares_and_sizes();
    return 0;
}
