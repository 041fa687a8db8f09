/*
 * Claim: a sample of so many rows holds so many, those of the smallest hashes, and a fraction holds
 * about its part; both are others with another seed.
 */
#include "filter/sample.h"

#include "support/check.h"

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t find_bound(uint64_t seed, uint64_t rows, uint64_t wanted)
{
    struct sample_search search = {.seed = seed, .wanted = wanted};
    uint64_t *const counts = calloc(SAMPLE_DIGITS, sizeof *counts);
    CHECK(counts);
    while (search.known < 64) {
        memset(counts, 0, SAMPLE_DIGITS * sizeof *counts);
        sample_count(&search, 0, rows / 3, counts); /* as two ranks would */
        sample_count(&search, rows / 3, rows, counts);
        sample_narrow(&search, counts);
    }
    free(counts);
    return search.bound;
}

static void a_sample_holds_the_smallest_hashes(uint64_t seed, uint64_t rows)
{
    uint64_t *const hashes = calloc(rows, sizeof *hashes);
    CHECK(hashes);
    for (uint64_t row = 0; row < rows; row++)
        hashes[row] = sample_hash(seed, row);
    qsort(hashes, rows, sizeof *hashes, compare);
    for (uint64_t row = 1; row < rows; row++)
        CHECK(hashes[row - 1] != hashes[row]);
    for (uint64_t wanted = 1; wanted <= rows; wanted += 1 + wanted * 2)
        CHECK(find_bound(seed, rows, wanted) == hashes[wanted - 1]);
    CHECK(find_bound(seed, rows, rows) == hashes[rows - 1]);
    free(hashes);
}

static void a_fraction_holds_its_part(double fraction)
{
    enum { ROWS = 200000 };
    const uint64_t bound = sample_bound_of(fraction);
    int chosen = 0, both = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        const int is = sample_hash(1, row) <= bound;
        chosen += is;
        both += is && sample_hash(2, row) <= bound;
    }
    CHECK(chosen > ROWS * (fraction - 0.01) && chosen < ROWS * (fraction + 0.01));
    CHECK(both < ROWS * (fraction * fraction + 0.01));
}

int main(void)
{
    a_sample_holds_the_smallest_hashes(11, 1);
    a_sample_holds_the_smallest_hashes(11, 7);
    a_sample_holds_the_smallest_hashes(0, 5000);
    a_sample_holds_the_smallest_hashes(UINT64_MAX, 70000);
    a_fraction_holds_its_part(0.5);
    a_fraction_holds_its_part(0.03);
    CHECK(sample_bound_of(0.25) == UINT64_C(1) << 62);
    return 0;
}
