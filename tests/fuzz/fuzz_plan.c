/*
 * Claim: whatever ranks find in their windows, a plan covers the file exactly once, in order, with
 * slices that end at findings or at the end of the file, and comes to an end; and searching on
 * looks at every byte.
 */
#include "fuzz/fuzz.h"
#include "plan/plan.h"

enum { MAX_RANKS = 20, MAX_ROUNDS = 2000, MAX_ATTEMPTS = 64 };

/* A number of any magnitude below 2^62: 16 bits, shifted. */
static uint64_t any_size(struct span *input)
{
    const uint64_t bits = fuzz_take(input);
    return bits << fuzz_up_to(input, 45);
}

/* Anything the finder may answer: nothing, or a byte of the window. */
static int64_t any_finding(struct span *input, struct plan_range window, uint64_t file_bytes)
{
    if (window.begin == file_bytes)
        return (int64_t)file_bytes;
    if (fuzz_up_to(input, 3) == 0)
        return PLAN_NO_CUT;
    return (int64_t)(window.begin + any_size(input) % (window.end - window.begin));
}

/* Windows of all ranks, end to end, inside the file; the first begins at `expected`. Returns where
 * the last one ends. */
static uint64_t check_windows(const struct plan_round *round, uint64_t expected)
{
    for (int rank = 0; rank < round->ranks; rank++) {
        const struct plan_range window = plan_window(round, rank);
        CHECK_EQUAL(window.begin, expected);
        CHECK(window.begin <= window.end && window.end <= round->file_bytes);
        expected = window.end;
    }
    return expected;
}

static void check_slices(const struct plan_round *round, const int64_t *findings,
                         const struct plan_range *slices)
{
    uint64_t expected = round->start;
    for (int rank = 0; rank < round->ranks; rank++) {
        CHECK_EQUAL(slices[rank].begin, expected);
        CHECK(slices[rank].begin <= slices[rank].end);
        expected = slices[rank].end;
        bool known = expected == round->file_bytes;
        for (int k = 0; k < round->ranks; k++)
            known |= findings[k] == (int64_t)expected;
        CHECK(known);
    }
    CHECK(expected > round->start && expected <= round->file_bytes);
}

/* Plans one round. Returns where it ends. */
static uint64_t plan(struct span *input, struct plan_round round)
{
    int64_t findings[MAX_RANKS];
    struct plan_range slices[MAX_RANKS];
    bool closed = false;
    uint64_t looked_at = plan_window(&round, 0).begin; /* all bytes from there on, and no other */
    CHECK(looked_at > round.start && looked_at - round.start <= round.slice_bytes);
    for (; !closed; round.attempt++) {
        CHECK(round.attempt < MAX_ATTEMPTS);
        looked_at = check_windows(&round, looked_at);
        for (int rank = 0; rank < round.ranks; rank++)
            findings[rank] = any_finding(input, plan_window(&round, rank), round.file_bytes);
        closed = plan_slices(&round, findings, slices);
    }
    check_slices(&round, findings, slices);
    return slices[round.ranks - 1].end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    struct plan_round round = {.file_bytes = any_size(&input) + 1,
                               .slice_bytes = any_size(&input) + 1,
                               .ranks = 1 + (int)fuzz_up_to(&input, MAX_RANKS - 1)};
    round.start = any_size(&input) % round.file_bytes;
    for (int i = 0; i < MAX_ROUNDS && round.start < round.file_bytes; i++)
        round.start = plan(&input, round);
    return 0;
}
