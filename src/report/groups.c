/*
 * Figures of a group of positions.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/figures.h"

enum { FEW = 100 }; /* FastQC: a position with no more bases than this has no quantiles */

void figures_group_text(const struct positions_group *group, char text[48])
{
    if (group->first == group->last)
        snprintf(text, 48, "%" PRIu64, group->first);
    else
        snprintf(text, 48, "%" PRIu64 "-%" PRIu64, group->first, group->last);
}

uint64_t figures_bases_at(const struct figures *figures, size_t bin, size_t end, size_t base)
{
    uint64_t n = 0;
    for (; bin < end; bin++) {
        const uint64_t *cell = figures->tally->sum[QC_CYCLES] + bin * QC_CYCLE;
        for (size_t class = 0; class < QC_CLASSES; class ++, cell += QC_BASES)
            for (size_t b = 0; b < QC_BASES; b++)
                n += b == base || base == QC_BASES ? cell[b] : 0;
    }
    return n;
}

static void add_classes(const struct figures *figures, size_t bin, uint64_t classes[QC_CLASSES])
{
    const uint64_t *cell = figures->tally->sum[QC_CYCLES] + bin * QC_CYCLE;
    for (size_t class = 0; class < QC_CLASSES; class ++)
        for (size_t b = 0; b < QC_BASES; b++)
            classes[class] += *cell++;
}

static uint64_t total_of(const uint64_t classes[QC_CLASSES])
{
    uint64_t total = 0;
    for (size_t class = 0; class < QC_CLASSES; class ++)
        total += classes[class];
    return total;
}

/* The score that `percent` of the bases do not pass. */
static double quantile(const struct figures *figures, const uint64_t classes[QC_CLASSES],
                       unsigned percent)
{
    const uint64_t wanted = total_of(classes) * percent / 100;
    uint64_t passed = 0;
    for (int class = figures->offset - '!'; class < QC_CLASSES; class ++) {
        passed += classes[class];
        if (passed >= wanted)
            return figures->score[class];
    }
    return NAN;
}

static double mean_of(const struct figures *figures, const uint64_t classes[QC_CLASSES])
{
    double sum = 0;
    for (size_t class = 0; class < QC_CLASSES; class ++)
        sum += (double)classes[class] * figures->score[class];
    return sum / (double)total_of(classes);
}

/* Adds what one set of bases has; *quantiles counts those with enough of them. */
static void add_spread(const struct figures *figures, const uint64_t classes[QC_CLASSES],
                       struct figures_spread *sum, unsigned *means, unsigned *quantiles)
{
    const uint64_t total = total_of(classes);
    if (!total)
        return;
    ++*means;
    sum->mean += mean_of(figures, classes);
    if (total <= FEW)
        return;
    ++*quantiles;
    sum->low += quantile(figures, classes, 10);
    sum->lower += quantile(figures, classes, 25);
    sum->median += quantile(figures, classes, 50);
    sum->upper += quantile(figures, classes, 75);
    sum->high += quantile(figures, classes, 90);
}

struct figures_spread figures_spread_of(const struct figures *figures,
                                        const struct positions_group *group)
{
    struct figures_spread sum = {0};
    uint64_t classes[QC_CLASSES] = {0};
    unsigned means = 0, quantiles = 0;
    for (size_t bin = group->bin; bin < group->bin_end; bin++) {
        add_classes(figures, bin, classes);
        if (figures->tally->scale > 1 && bin + 1 < group->bin_end)
            continue;
        add_spread(figures, classes, &sum, &means, &quantiles);
        memset(classes, 0, sizeof classes);
    }
    const double n = quantiles ? (double)quantiles : (double)NAN;
    return (struct figures_spread){.mean = means ? sum.mean / means : 0,
                                   .median = sum.median / n,
                                   .lower = sum.lower / n,
                                   .upper = sum.upper / n,
                                   .low = sum.low / n,
                                   .high = sum.high / n};
}

/* Counters tell where the adapter begins; from there on the read holds it. */
double figures_adapter(const struct figures *figures, const struct positions_group *group,
                       int adapter)
{
    const uint64_t *const begins = figures->tally->sum[QC_ADAPTER];
    uint64_t holding = 0, sum = 0;
    size_t bins = 0;
    for (size_t bin = 0; bin < group->bin_end; bin++) {
        holding += begins[bin * QC_ADAPTERS + (size_t)adapter];
        sum += bin >= group->bin ? holding : 0;
        bins += bin >= group->bin;
    }
    return figures->reads && bins ? 100 * (double)sum / (double)bins / (double)figures->reads : 0;
}
