/*
 * How often sequences occur: of all, where there are few enough of them, else of the two samples.
 *
 * A sample of sequences tells little of the few that very many reads share, since it holds such a
 * one or not. These are known from the sample of reads: those that at least HEAVY of its reads
 * have. They are counted as that sample says; all others as the sample of sequences says, whose
 * shares are those of the reads that are left.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "qc/hash.h"
#include "report/parts.h"

enum { HEAVY = 10 };
static const double SHARED_PERCENT = 0.1; /* FastQC's bound */

const char *const figures_level_names[FIGURES_LEVELS] = {
    "1", "2",   "3",   "4",    "5",    "6",   "7",   "8",
    "9", ">10", ">50", ">100", ">500", ">1k", ">5k", ">10k+",
};

static size_t level_of(double count)
{
    static const double above[] = {10, 50, 100, 500, 1000, 5000, 10000};
    if (count < above[0])
        return count < 1 ? 0 : (size_t)count - 1;
    size_t level = 9;
    while (level + 1 < FIGURES_LEVELS && count > above[level - 8])
        level++;
    return level;
}

/* ---- HyperLogLog ---- */

static double estimate(const uint64_t *registers)
{
    const double m = 1 << QC_REGISTER_BITS, alpha = 0.7213 / (1 + 1.079 / m);
    double sum = 0;
    unsigned empty = 0;
    for (size_t i = 0; i < (size_t)1 << QC_REGISTER_BITS; i++) {
        sum += ldexp(1, -(int)registers[i]);
        empty += registers[i] == 0;
    }
    const double raw = alpha * m * m / sum;
    return raw <= 2.5 * m && empty ? m * log(m / empty) : raw;
}

/* ---- sequences many reads share ---- */

struct run {
    size_t first, n; /* picks with one sequence */
};

static bool same(const struct qc_pick *a, const struct qc_pick *b)
{
    return a->bases == b->bases && memcmp(a->sequence, b->sequence, a->bases) == 0;
}

/* The next run of equal picks from *at on; they are sorted. */
static bool next_run(const struct qc_picks *picks, size_t *at, struct run *run)
{
    *run = (struct run){*at, 0};
    while (*at < picks->count && same(&picks->list[run->first], &picks->list[*at]))
        ++*at;
    run->n = *at - run->first;
    return run->n > 0;
}

static double reads_of(const struct figures *figures, size_t n)
{
    return (double)n * (double)figures->reads / (double)figures->tally->picks.count;
}

static const char *source_of(const char *sequence)
{
    for (int a = 0; a < QC_ADAPTERS; a++)
        if (strstr(sequence, qc_adapters[a].sequence))
            return qc_adapters[a].name;
    return "No Hit";
}

static int by_picks(const void *a, const void *b)
{
    const struct figures_shared *const x = a, *const y = b;
    if (x->picks != y->picks)
        return x->picks < y->picks ? 1 : -1;
    return strcmp(x->sequence, y->sequence);
}

static pfq_status list_shared(struct figures *figures, pfq_error *err)
{
    const struct qc_picks *const picks = &figures->tally->picks;
    const size_t most = (size_t)(100 / SHARED_PERCENT) + 1;
    struct run run;
    figures->shared = memory_allocate(most, sizeof *figures->shared, err);
    if (!figures->shared)
        return PFQ_NO_MEMORY;
    for (size_t at = 0; next_run(picks, &at, &run);) {
        const double percent = 100 * (double)run.n / (double)picks->count;
        if (percent <= SHARED_PERCENT || figures->shared_count == most)
            continue;
        struct figures_shared *const shared = &figures->shared[figures->shared_count++];
        const struct qc_pick *const pick = &picks->list[run.first];
        memcpy(shared->sequence, pick->sequence, pick->bases);
        shared->picks = run.n;
        shared->reads = round(reads_of(figures, run.n));
        shared->percent = percent;
        shared->source = source_of(shared->sequence);
    }
    if (figures->shared_count)
        qsort(figures->shared, figures->shared_count, sizeof *figures->shared, by_picks);
    return PFQ_OK;
}

/* ---- levels ---- */

/* Reads of each level, and different sequences. */
struct tier {
    double reads[FIGURES_LEVELS], all_reads, sequences;
};

static void add_tier(struct tier *tier, double count)
{
    tier->reads[level_of(count)] += count;
    tier->all_reads += count;
    tier->sequences++;
}

static void take_entry(struct qc_map *map, uint64_t key)
{
    size_t low = 0, high = map->used;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (map->entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < map->used && map->entries[low].key == key)
        map->entries[low].count = 0;
}

/* Counts the heavy ones, and takes them out of the sample of sequences. */
static void weigh_heavy(const struct figures *figures, struct qc_map *map, struct tier *heavy)
{
    const struct qc_picks *const picks = &figures->tally->picks;
    struct run run;
    for (size_t at = 0; next_run(picks, &at, &run);) {
        const struct qc_pick *const pick = &picks->list[run.first];
        if (run.n < HEAVY)
            continue;
        add_tier(heavy, reads_of(figures, run.n));
        take_entry(map, hash_letters((const uint8_t *)pick->sequence, pick->bases));
    }
}

static void weigh(struct figures *figures, struct qc_map *map)
{
    struct tier heavy = {0}, light = {0};
    if (map->level)
        weigh_heavy(figures, map, &heavy);
    for (size_t i = 0; i < map->used; i++)
        if (map->entries[i].count)
            add_tier(&light, (double)map->entries[i].count);
    const double reads = (double)figures->reads;
    const double left = reads > heavy.all_reads ? reads - heavy.all_reads : 0;
    const double scale = light.all_reads > 0 ? left / light.all_reads : 0;
    for (size_t i = 0; i < FIGURES_LEVELS; i++)
        figures->level[i] = 100 * (heavy.reads[i] + scale * light.reads[i]) / reads;
    figures->distinct = heavy.sequences + scale * light.sequences;
    figures->distinct_percent = 100 * figures->distinct / reads;
    figures->distinct_is_exact = map->level == 0;
}

pfq_status parts_sequences(struct figures *figures, pfq_error *err)
{
    struct qc_map copy = figures->tally->distinct;
    figures->distinct_percent = 100;
    figures->distinct_is_exact = true;
    if (!figures->reads)
        return PFQ_OK;
    figures->distinct_estimate = estimate(figures->tally->max[QC_DISTINCT]);
    copy.entries = memory_allocate(copy.used, sizeof *copy.entries, err);
    if (!copy.entries)
        return PFQ_NO_MEMORY;
    if (copy.used)
        memcpy(copy.entries, figures->tally->distinct.entries, copy.used * sizeof *copy.entries);
    weigh(figures, &copy);
    map_release(&copy);
    return list_shared(figures, err);
}
