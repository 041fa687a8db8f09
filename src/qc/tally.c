/*
 * The table of modules, and what is done with all of them.
 */
#include "qc/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "qc/modules.h"

const struct qc_adapter qc_adapters[QC_ADAPTERS] = {
#define QC_ADAPTER_ROW(number, name, sequence) {name, sequence},
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
    if (!status && all)
        tally->registers = memory_allocate(tally_max_words(QC_DISTINCT), 1, err);
    if (tally->cycles && tally->index && (tally->registers || !all))
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
    free(tally->registers);
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
    distinct_settle(tally);
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

/* round(2^50 10^(-class/10)) */
const uint64_t qc_errors[QC_CLASSES] = {
    1125899906842624, 894334085478535, 710394815371919, 564286659651658, 448228826239563,
    356040812299409,  282813269923589, 224646565455006, 178443109774748, 141742400386086,
    112589990684262,  89433408547853,  71039481537192,  56428665965166,  44822882623956,
    35604081229941,   28281326992359,  22464656545501,  17844310977475,  14174240038609,
    11258999068426,   8943340854785,   7103948153719,   5642866596517,   4482288262396,
    3560408122994,    2828132699236,   2246465654550,   1784431097747,   1417424003861,
    1125899906843,    894334085479,    710394815372,    564286659652,    448228826240,
    356040812299,     282813269924,    224646565455,    178443109775,    141742400386,
    112589990684,     89433408548,     71039481537,     56428665965,     44822882624,
    35604081230,      28281326992,     22464656546,     17844310977,     14174240039,
    11258999068,      8943340855,      7103948154,      5642866597,      4482288262,
    3560408123,       2828132699,      2246465655,      1784431098,      1417424004,
    1125899907,       894334085,       710394815,       564286660,       448228826,
    356040812,        282813270,       224646565,       178443110,       141742400,
    112589991,        89433409,        71039482,        56428666,        44822883,
    35604081,         28281327,        22464657,        17844311,        14174240,
    11258999,         8943341,         7103948,         5642867,         4482288,
    3560408,          2828133,         2246466,         1784431,         1417424,
    1125900,          894334,          710395,          564287,
};
