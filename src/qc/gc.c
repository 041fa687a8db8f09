/*
 * Reads by GC content, as FastQC counts them, so that the two can be compared.
 *
 * A number of G and C out of so many bases stands for one percentage or, in short reads, for
 * several; in long reads several numbers stand for one. A read adds to each percentage it stands
 * for its share: one part in as many as there are numbers that stand for this percentage.
 */
#include "qc/modules.h"

uint64_t qc_gc_bases(uint64_t bases)
{
    if (bases > QC_GC_MIDDLE)
        return bases / QC_GC_MIDDLE * QC_GC_MIDDLE;
    return bases > QC_GC_SHORT ? bases / QC_GC_SHORT * QC_GC_SHORT : bases;
}

/* Lengths 1 to 100 have 2 to 101 counters; 200, 300, ... 1000 have one more than that each. */
size_t qc_gc_place(uint64_t bases)
{
    if (bases <= QC_GC_SHORT)
        return (size_t)((bases - 1) * (bases + 2) / 2);
    const uint64_t before = bases / QC_GC_SHORT - 2; /* of 200, 300, ... */
    return (size_t)(5150 + before * 201 + before * (before - 1) / 2 * 100);
}

static uint64_t round_percent(uint64_t twice, uint64_t bases)
{
    return (twice * 100 + bases) / (2 * bases); /* of twice / 2 in bases, halves up */
}

void qc_gc_range(uint64_t gc, uint64_t bases, unsigned *low, unsigned *high)
{
    const uint64_t below = gc ? 2 * gc - 1 : 0, above = gc < bases ? 2 * gc + 1 : 2 * bases;
    *low = (unsigned)round_percent(below, bases);
    *high = (unsigned)round_percent(above, bases);
}

/* The first number whose upper end is rounded to the percentage or more. */
static uint64_t first_claim(unsigned percent, uint64_t bases)
{
    uint64_t low = 0, high = bases;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        unsigned from, to;
        qc_gc_range(middle, bases, &from, &to);
        if (to >= percent)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The last number whose lower end is rounded to the percentage or less. */
static uint64_t last_claim(unsigned percent, uint64_t bases)
{
    uint64_t low = 0, high = bases;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        unsigned from, to;
        qc_gc_range(middle, bases, &from, &to);
        if (from <= percent)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

uint64_t qc_gc_claims(unsigned percent, uint64_t bases)
{
    return last_claim(percent, bases) - first_claim(percent, bases) + 1;
}

static void add_long(uint64_t *shares, uint64_t gc, uint64_t bases)
{
    unsigned low, high;
    qc_gc_range(gc, bases, &low, &high);
    for (unsigned percent = low; percent <= high; percent++) {
        const uint64_t claims = qc_gc_claims(percent, bases);
        shares[percent] += ((UINT64_C(1) << QC_GC_SHARE_BITS) + claims / 2) / claims;
    }
}

pfq_status gc_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err)
{
    uint64_t *const sum = tally->sum[QC_GC];
    (void)err;
    for (size_t i = 0; i < n; i++) {
        const uint64_t bases = qc_gc_bases(reads[i].bases);
        if (bases == 0)
            continue;
        const uint64_t gc = tally->kernel->gc(reads[i].sequence, bases);
        if (bases <= QC_GC_MIDDLE)
            sum[qc_gc_place(bases) + gc]++;
        else
            add_long(sum + QC_GC_COUNTERS, gc, bases);
    }
    return PFQ_OK;
}
