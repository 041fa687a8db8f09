/*
 * Claims: bins of a scale are whole parts of those of the next, and all positions of a read have
 * one of QC_BINS; groups cover all positions once, are fewer than 76, and are made of whole bins;
 * the groups are those FastQC makes; coarsening moves each counter to where it would have been
 * counted.
 */
#include "qc/positions.h"

#include "support/check.h"

static const uint64_t lengths[] = {1,
                                   9,
                                   10,
                                   75,
                                   76,
                                   100,
                                   150,
                                   151,
                                   250,
                                   300,
                                   600,
                                   659,
                                   660,
                                   1000,
                                   6509,
                                   6510,
                                   9999,
                                   35704,
                                   65009,
                                   65010,
                                   169507,
                                   1000000,
                                   4294967296,
                                   UINT64_C(1) << 40,
                                   (UINT64_C(1) << 40) + 1,
                                   0};

static void check_bins(uint64_t length)
{
    const uint64_t scale = positions_scale(length);
    CHECK(length <= positions_longest(scale));
    CHECK(scale == 1 || length > positions_longest(scale / 10));
    CHECK(positions_bin(length, scale) < QC_BINS);
    size_t before = 0;
    for (uint64_t position = 1; position <= length; position++) {
        if (position == 200000 && length > 400000) /* the front and the end of very long reads */
            position = length - 200000;
        const size_t bin = positions_bin(position, scale);
        CHECK(bin == before || bin > before);
        CHECK(positions_begin(bin, scale) <= position);
        CHECK(positions_begin(bin + 1, scale) > position);
        before = bin;
    }
}

static void check_groups(uint64_t length)
{
    struct positions_group groups[QC_GROUPS];
    const uint64_t scale = positions_scale(length);
    const size_t n = positions_groups(length, scale, groups);
    uint64_t next = 1;
    CHECK(n <= 75);
    for (size_t i = 0; i < n; i++) {
        CHECK_EQUAL(groups[i].first, next);
        CHECK(groups[i].last >= groups[i].first);
        CHECK_EQUAL(groups[i].bin, positions_bin(groups[i].first, scale));
        CHECK_EQUAL(groups[i].bin_end, positions_bin(groups[i].last, scale) + 1);
        CHECK(i == 0 || groups[i].bin >= groups[i - 1].bin_end);
        next = groups[i].last + 1;
    }
    CHECK_EQUAL(next, length + 1);
}

/* As FastQC has grouped files of these lengths. */
static void check_known(void)
{
    struct positions_group groups[QC_GROUPS];
    CHECK_EQUAL(positions_groups(75, 1, groups), 75);
    CHECK_EQUAL(positions_groups(151, 1, groups), 38);
    CHECK_EQUAL(groups[9].first, 10);
    CHECK_EQUAL(groups[9].last, 14);
    CHECK_EQUAL(groups[37].first, 150);
    CHECK_EQUAL(positions_groups(300, 1, groups), 68);
    CHECK_EQUAL(positions_groups(35704, positions_scale(35704), groups), 45);
    CHECK_EQUAL(groups[9].first, 10);
    CHECK_EQUAL(groups[9].last, 999);
    CHECK_EQUAL(groups[10].last, 1999);
}

static void check_coarsen(uint64_t from, uint64_t to, uint64_t length)
{
    static uint64_t fine[2 * QC_BINS], coarse[2 * QC_BINS];
    memset(fine, 0, sizeof fine);
    memset(coarse, 0, sizeof coarse);
    for (uint64_t position = 1; position <= length; position++) {
        fine[2 * positions_bin(position, from)] += position;
        fine[2 * positions_bin(position, from) + 1]++;
        coarse[2 * positions_bin(position, to)] += position;
        coarse[2 * positions_bin(position, to) + 1]++;
    }
    positions_coarsen(fine, 2, from, to);
    CHECK(memcmp(fine, coarse, sizeof fine) == 0);
}

int main(void)
{
    for (size_t i = 0; lengths[i]; i++) {
        check_bins(lengths[i]);
        check_groups(lengths[i]);
    }
    for (uint64_t length = 1; length < 3000; length++)
        check_groups(length);
    check_known();
    for (uint64_t from = 1; from < 10000; from *= 10)
        for (uint64_t to = from; to < 1000000; to *= 10)
            check_coarsen(from, to, positions_longest(from));
    return 0;
}
