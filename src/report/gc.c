/*
 * Reads by GC content, and the normal distribution that fits them.
 *
 * As FastQC has it: the middle of the curve is the mean of the percentages around the most frequent
 * one that have more than nine tenths of its reads (or it alone, where these reach the edge), its
 * width the standard deviation about that middle.
 */
#include <math.h>

#include "report/parts.h"

/* Adds `reads` that have `gc` of `bases` to the percentages that stands for. */
static void share_out(struct figures *figures, uint64_t gc, uint64_t bases, uint64_t reads,
                      const uint64_t *claims)
{
    unsigned low, high;
    qc_gc_range(gc, bases, &low, &high);
    for (unsigned percent = low; percent <= high; percent++)
        figures->gc[percent] += (double)reads / (double)claims[percent];
}

static void add_length(struct figures *figures, uint64_t bases)
{
    const uint64_t *const counters = figures->tally->sum[QC_GC] + qc_gc_place(bases);
    uint64_t claims[QC_GC_PERCENTS];
    bool any = false;
    for (uint64_t gc = 0; gc <= bases; gc++)
        any = any || counters[gc];
    if (!any)
        return;
    for (unsigned percent = 0; percent < QC_GC_PERCENTS; percent++)
        claims[percent] = qc_gc_claims(percent, bases);
    for (uint64_t gc = 0; gc <= bases; gc++)
        if (counters[gc])
            share_out(figures, gc, bases, counters[gc], claims);
}

static void add_long(struct figures *figures)
{
    const uint64_t *const shares = figures->tally->sum[QC_GC] + QC_GC_COUNTERS;
    for (unsigned percent = 0; percent < QC_GC_PERCENTS; percent++)
        figures->gc[percent] += ldexp((double)shares[percent], -QC_GC_SHARE_BITS);
}

static bool is_high(const double *gc, int percent, int top)
{
    return gc[percent] > gc[top] - gc[top] / 10;
}

static double find_middle(const double *gc)
{
    int top = 0, from, to;
    for (int percent = 0; percent < QC_GC_PERCENTS; percent++)
        top = gc[percent] > gc[top] ? percent : top;
    for (from = top; from >= 0 && (from == top || is_high(gc, from, top)); from--)
        continue;
    for (to = top; to < QC_GC_PERCENTS && is_high(gc, to, top); to++)
        continue;
    return from < 0 || to == QC_GC_PERCENTS ? top : (double)(from + to) / 2;
}

static void fit(struct figures *figures)
{
    const double pi = acos(-1);
    double total = 0, square = 0;
    const double middle = find_middle(figures->gc);
    for (int percent = 0; percent < QC_GC_PERCENTS; percent++) {
        total += figures->gc[percent];
        square += (percent - middle) * (percent - middle) * figures->gc[percent];
    }
    const double variance = total > 1 ? square / (total - 1) : 0;
    for (int percent = 0; percent < QC_GC_PERCENTS && variance > 0; percent++) {
        const double away = percent - middle;
        figures->gc_theory[percent] =
            total * exp(-away * away / (2 * variance)) / sqrt(2 * pi * variance);
        figures->gc_deviation += fabs(figures->gc_theory[percent] - figures->gc[percent]);
    }
    if (total > 0)
        figures->gc_deviation *= 100 / total;
}

void parts_gc(struct figures *figures)
{
    for (uint64_t bases = 1; bases <= QC_GC_SHORT; bases++)
        add_length(figures, bases);
    for (uint64_t bases = UINT64_C(2) * QC_GC_SHORT; bases <= QC_GC_MIDDLE; bases += QC_GC_SHORT)
        add_length(figures, bases);
    add_long(figures);
    fit(figures);
}
