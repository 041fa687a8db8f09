/*
 * A part is a row: its name, the bounds, and the function that finds what is held against them.
 */
#include "report/verdict.h"

#include <math.h>

/* The largest of something over all groups. */
static double largest(const struct figures *figures,
                      double (*of)(const struct figures *figures,
                                   const struct positions_group *group))
{
    double most = 0;
    for (size_t i = 0; i < figures->group_count; i++)
        most = fmax(most, of(figures, &figures->groups[i])); /* NaN: there is no such number */
    return most;
}

/* ---- what is held against the bounds: more is worse ---- */

static double nothing(const struct figures *figures)
{
    (void)figures;
    return 0;
}

/* How far the quartile and the median are below what a pass needs, in units of the way to failing:
 * 10 and 5 for the quartile, 25 and 20 for the median. */
static double lack_of_quality(const struct figures *figures, const struct positions_group *group)
{
    const struct figures_spread spread = figures_spread_of(figures, group);
    return fmax(10 - spread.lower, 25 - spread.median);
}

static double worst_quality(const struct figures *figures)
{
    return largest(figures, lack_of_quality);
}

static double worst_tile(const struct figures *figures)
{
    double most = 0;
    for (size_t i = 0; i < figures->tally->tiles.count * figures->group_count; i++)
        most = fmax(most, fabs(figures->tile_difference[i]));
    return most;
}

/* The most frequent mean score of a read, below 100 to make less worse. */
static double usual_quality(const struct figures *figures)
{
    const uint64_t *const reads = figures->tally->sum[QC_READ_QUALITY];
    size_t usual = 0;
    for (size_t class = 0; class < QC_CLASSES; class ++)
        usual = reads[class] > reads[usual] ? class : usual;
    return reads[usual] ? 100 - figures->score[usual] : 0;
}

static double unevenness(const struct figures *figures, const struct positions_group *group)
{
    double n[QC_BASES], all = 0;
    for (size_t base = QC_A; base <= QC_T; base++) {
        n[base] = (double)figures_bases_at(figures, group->bin, group->bin_end, base);
        all += n[base];
    }
    return all > 0 ? 100 * fmax(fabs(n[QC_G] - n[QC_C]), fabs(n[QC_A] - n[QC_T])) / all : 0;
}

static double worst_bases(const struct figures *figures)
{
    return largest(figures, unevenness);
}

static double gc_deviation(const struct figures *figures)
{
    return figures->gc_deviation;
}

static double unknown_at(const struct figures *figures, const struct positions_group *group)
{
    const double all = (double)figures_bases_at(figures, group->bin, group->bin_end, QC_BASES);
    return 100 * (double)figures_bases_at(figures, group->bin, group->bin_end, QC_N) / all;
}

static double most_unknown(const struct figures *figures)
{
    return largest(figures, unknown_at);
}

/* 2: reads without bases; 1: reads of different lengths. */
static double lengths(const struct figures *figures)
{
    if (figures->reads && figures->shortest == 0)
        return 2;
    return figures->length_count > 1;
}

static double duplicates(const struct figures *figures)
{
    return 100 - figures->distinct_percent;
}

static double most_shared(const struct figures *figures)
{
    return figures->shared_count ? figures->shared[0].percent : 0;
}

static double adapters_at(const struct figures *figures, const struct positions_group *group)
{
    double most = 0;
    for (int a = 0; a < QC_ADAPTERS; a++)
        most = fmax(most, figures_adapter(figures, group, a));
    return most;
}

static double most_adapters(const struct figures *figures)
{
    return largest(figures, adapters_at);
}

/* ---- the table ---- */

/* What is above `warn` is suspicious, what is above `fail` is wrong; where `at` is set, what is at
 * the bound is too. */
/* clang-format off */
static const struct part {
    const char *name;
    double (*found)(const struct figures *figures);
    double warn, fail;
    bool at;
} parts[PARTS] = {
    [PART_BASIC]        = {"Basic Statistics",             nothing,       1,   1,   false},
    [PART_QUALITY]      = {"Per base sequence quality",    worst_quality, 0,   5,   false},
    [PART_TILES]        = {"Per tile sequence quality",    worst_tile,    5,   10,  false},
    [PART_READ_QUALITY] = {"Per sequence quality scores",  usual_quality, 73,  80,  true},
    [PART_BASES]        = {"Per base sequence content",    worst_bases,   10,  20,  false},
    [PART_GC]           = {"Per sequence GC content",      gc_deviation,  15,  30,  false},
    [PART_UNKNOWN]      = {"Per base N content",           most_unknown,  5,   20,  false},
    [PART_LENGTHS]      = {"Sequence Length Distribution", lengths,       0,   1,   false},
    [PART_DUPLICATION]  = {"Sequence Duplication Levels",  duplicates,    30,  50,  false},
    [PART_SHARED]       = {"Overrepresented sequences",    most_shared,   0.1, 1,   false},
    [PART_ADAPTERS]     = {"Adapter Content",              most_adapters, 5,   10,  false},
};
/* clang-format on */

enum verdict verdict_of(const struct figures *figures, enum report_part part)
{
    const double found = parts[part].found(figures);
    const bool at = parts[part].at;
    if (part == PART_TILES && !figures->tally->tiles.count)
        return VERDICT_NONE;
    if (found > parts[part].fail || (at && found == parts[part].fail))
        return VERDICT_FAIL;
    if (found > parts[part].warn || (at && found == parts[part].warn))
        return VERDICT_WARN;
    return VERDICT_PASS;
}

const char *verdict_part_name(enum report_part part)
{
    return parts[part].name;
}
