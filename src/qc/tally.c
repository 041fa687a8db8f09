/*
 * The table of modules, and what is done with all of them.
 */
#include "qc/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "qc/modules.h"

const struct qc_adapter qc_adapters[QC_ADAPTERS] = {
#define QC_ADAPTER_ROW(name, sequence) {name, sequence},
    QC_ADAPTER_TABLE(QC_ADAPTER_ROW)
#undef QC_ADAPTER_ROW
};

/* clang-format off */
static const struct module {
    bool counts; /* needed for the table of counts */
    size_t sum_words, max_words;
    module_add *add;
} modules[QC_MODULES] = {
    [QC_LENGTH]       = {true,  QC_LENGTHS, 0, length_add},
    [QC_CYCLES]       = {true,  (size_t)QC_BINS * QC_CYCLE, 0, cycles_add},
    [QC_READ_QUALITY] = {false, QC_CLASSES, 0, read_quality_add},
    [QC_LONG_READS]   = {false, (size_t)QC_LONG_CLASSES * QC_CLASSES, 0, long_reads_add},
    [QC_GC]           = {false, QC_GC_COUNTERS + QC_GC_PERCENTS, 0, gc_add},
    [QC_ADAPTER]      = {false, (size_t)QC_BINS * QC_ADAPTERS, 0, adapter_add},
    [QC_DISTINCT]     = {false, 0, 1 << QC_REGISTER_BITS, distinct_add},
    [QC_FREQUENT]     = {false, 0, 0, frequent_add},
    [QC_TILE]         = {false, 0, 0, tile_add},
};
/* clang-format on */

size_t tally_sum_words(enum qc_module module)
{
    return modules[module].sum_words;
}

size_t tally_max_words(enum qc_module module)
{
    return modules[module].max_words;
}

static bool counts(const struct qc_tally *tally, size_t module)
{
    return tally->all || modules[module].counts;
}

struct qc_tally *tally_create(bool all, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    struct qc_tally *tally = memory_allocate(1, sizeof *tally, err);
    if (!tally)
        return NULL;
    tally->all = all;
    tally->shift = -'!';
    tally->scale = 1;
    tally->kernel = qc_kernel_choose();
    tally->distinct.limit = QC_DISTINCT_KEPT;
    for (size_t m = 0; m < QC_MODULES && !status; m++) {
        const struct module *const module = &modules[m];
        if (!counts(tally, m))
            continue;
        if (module->sum_words)
            tally->sum[m] = memory_allocate(module->sum_words, sizeof(uint64_t), err);
        if (module->max_words)
            tally->max[m] = memory_allocate(module->max_words, sizeof(uint64_t), err);
        if ((module->sum_words && !tally->sum[m]) || (module->max_words && !tally->max[m]))
            status = PFQ_NO_MEMORY;
    }
    if (!status) {
        tally->cycles = memory_allocate((size_t)QC_BINS * QC_CYCLE, sizeof *tally->cycles, err);
        tally->index = memory_allocate(CYCLES_BLOCK, sizeof *tally->index, err);
    }
    if (tally->cycles && tally->index)
        return tally;
    tally_destroy(tally);
    return NULL;
}

void tally_destroy(struct qc_tally *tally)
{
    if (!tally)
        return;
    for (size_t m = 0; m < QC_MODULES; m++) {
        free(tally->sum[m]);
        free(tally->max[m]);
    }
    free(tally->cycles);
    free(tally->index);
    map_release(&tally->lengths);
    map_release(&tally->distinct);
    picks_release(&tally->picks);
    tiles_release(&tally->tiles);
    free(tally);
}

pfq_status tally_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err)
{
    uint64_t longest = tally->longest;
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n; i++)
        longest = reads[i].bases > longest ? reads[i].bases : longest;
    if (longest > tally->longest)
        tally_reach(tally, longest);
    for (size_t m = 0; m < QC_MODULES && !status; m++)
        if (counts(tally, m))
            status = modules[m].add(tally, reads, n, err);
    return status;
}

void tally_reach(struct qc_tally *tally, uint64_t length)
{
    const uint64_t scale = positions_scale(length);
    if (length > tally->longest)
        tally->longest = length;
    if (scale <= tally->scale)
        return;
    tally_settle(tally);
    positions_coarsen(tally->sum[QC_CYCLES], QC_CYCLE, tally->scale, scale);
    if (tally->sum[QC_ADAPTER])
        positions_coarsen(tally->sum[QC_ADAPTER], QC_ADAPTERS, tally->scale, scale);
    tally->scale = scale;
}

void tally_settle(struct qc_tally *tally)
{
    cycles_settle(tally);
}

pfq_status tally_merge(struct qc_tally *tally, struct qc_tally *from, pfq_error *err)
{
    tally_settle(from);
    tally_reach(tally, from->longest);
    tally_reach(from, tally->longest);
    tally_settle(tally);
    for (size_t m = 0; m < QC_MODULES; m++) {
        for (size_t i = 0; tally->sum[m] && i < modules[m].sum_words; i++)
            tally->sum[m][i] += from->sum[m][i];
        for (size_t i = 0; tally->max[m] && i < modules[m].max_words; i++)
            if (from->max[m][i] > tally->max[m][i])
                tally->max[m][i] = from->max[m][i];
    }
    pfq_status status = map_merge(&tally->lengths, &from->lengths, err);
    if (!status)
        status = map_merge(&tally->distinct, &from->distinct, err);
    picks_raise(&tally->picks, from->picks.level);
    if (!status)
        status = picks_add(&tally->picks, from->picks.list, from->picks.count, err);
    if (!status)
        status = tiles_merge(&tally->tiles, &from->tiles, err);
    return status;
}

pfq_status tally_finish(struct qc_tally *tally, pfq_error *err)
{
    tally_settle(tally);
    map_sort(&tally->lengths);
    map_sort(&tally->distinct);
    picks_sort(&tally->picks);
    return tiles_sort(&tally->tiles, err);
}

uint64_t qc_long_edge(size_t class)
{
    static const unsigned steps[QC_LONG_STEPS] = {10, 15, 20, 30, 50, 70};
    uint64_t power = QC_LONG / 10;
    for (size_t i = 0; i < class / QC_LONG_STEPS; i++)
        power *= 10;
    return steps[class % QC_LONG_STEPS] * power;
}

/* round(2^36 10^(-class/10)) */
const uint64_t qc_errors[QC_CLASSES] = {
    68719476736, 54585820647, 43359058555, 34441324442, 27357716445, 21731006610, 17261552119,
    13711338224, 10891303087, 8651269555,  6871947674,  5458582065,  4335905856,  3444132444,
    2735771645,  2173100661,  1726155212,  1371133822,  1089130309,  865126955,   687194767,
    545858206,   433590586,   344413244,   273577164,   217310066,   172615521,   137113382,
    108913031,   86512696,    68719477,    54585821,    43359059,    34441324,    27357716,
    21731007,    17261552,    13711338,    10891303,    8651270,     6871948,     5458582,
    4335906,     3444132,     2735772,     2173101,     1726155,     1371134,     1089130,
    865127,      687195,      545858,      433591,      344413,      273577,      217310,
    172616,      137113,      108913,      86513,       68719,       54586,       43359,
    34441,       27358,       21731,       17262,       13711,       10891,       8651,
    6872,        5459,        4336,        3444,        2736,        2173,        1726,
    1371,        1089,        865,         687,         546,         434,         344,
    274,         217,         173,         137,         109,         87,          69,
    55,          43,          34,
};
