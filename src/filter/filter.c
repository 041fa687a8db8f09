/*
 * The tables, and what is done with them: checking configs, and one read after another.
 */
#include "filter/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "filter/sample.h"
#include "filter/steps.h"
#include "parfastq/parser.h"
#include "qc/read.h"

/* ---- the tables ---- */

static bool wants_trim(const pfq_filter_config *config, int trim)
{
    switch (trim) {
#define FILTER_WANTED(number, name, member, function, words)                                       \
    case FILTER_##number:                                                                          \
        return config->member;
        FILTER_TRIM_TABLE(FILTER_WANTED)
    default:
        return false;
    }
}

static bool wants_rule(const pfq_filter_config *config, int rule)
{
    switch (rule) {
        FILTER_RULE_TABLE(FILTER_WANTED)
#undef FILTER_WANTED
    default:
        return false;
    }
}

#define FILTER_FUNCTION(number, name, member, function, words) [FILTER_##number] = (function),
static filter_trim_reads *const trims[FILTER_TRIMS] = {FILTER_TRIM_TABLE(FILTER_FUNCTION)};
static filter_refuses *const rules[FILTER_RULES] = {FILTER_RULE_TABLE(FILTER_FUNCTION)};
#undef FILTER_FUNCTION

const struct filter_count filter_counts[FILTER_COUNTS] = {
    [FILTER_READS_BEFORE] = {"reads_before", "reads before"},
    [FILTER_BASES_BEFORE] = {"bases_before", "bases before"},
    [FILTER_READS_AFTER] = {"reads_after", "reads after"},
    [FILTER_BASES_AFTER] = {"bases_after", "bases after"},
    [FILTER_DROPPED_SAMPLE] = {"dropped_sample", "dropped: not in the sample"},
#define FILTER_NAME(number, name, member, function, words)                                         \
    [FILTER_DROPPED + FILTER_##number] = {"dropped_" #name, "dropped: " words},
    FILTER_RULE_TABLE(FILTER_NAME)
#undef FILTER_NAME
        [FILTER_DROPPED_MATE] = {"dropped_mate", "dropped with a mate"},
#define FILTER_NAME(number, name, member, function, words)                                         \
    [FILTER_TRIMMED_READS + FILTER_##number] = {"trimmed_reads_" #name, "reads cut: " words},      \
                            [FILTER_TRIMMED_BASES + FILTER_##                                      \
                                number] = {"trimmed_bases_" #name, "bases cut: " words},
    FILTER_TRIM_TABLE(FILTER_NAME)
#undef FILTER_NAME
};

static bool samples(const pfq_filter_config *config)
{
    return config->sample_records || config->sample_fraction > 0;
}

bool filter_has_count(const pfq_filter_config *config, int mates, size_t count)
{
    if (count < FILTER_DROPPED_SAMPLE)
        return true;
    if (count == FILTER_DROPPED_SAMPLE)
        return samples(config);
    if (count < FILTER_DROPPED_MATE)
        return wants_rule(config, (int)count - FILTER_DROPPED);
    if (count == FILTER_DROPPED_MATE)
        return mates > 1;
    return wants_trim(config, ((int)count - FILTER_TRIMMED_READS) % FILTER_TRIMS);
}

uint64_t filter_dropped(const struct filter_counts *counts)
{
    return counts->words[FILTER_READS_BEFORE] - counts->words[FILTER_READS_AFTER];
}

/* ---- configs ---- */

bool filter_wanted(const pfq_filter_config *config)
{
    bool any = config->head || samples(config);
    for (int t = 0; t < FILTER_TRIMS; t++)
        any = any || wants_trim(config, t);
    for (int r = 0; r < FILTER_RULES; r++)
        any = any || wants_rule(config, r);
    return any;
}

bool filter_reads_scores(const pfq_filter_config *config)
{
    return config->trim_quality || config->min_mean_quality || config->min_error_quality;
}

pfq_status filter_check(const pfq_filter_config *config, pfq_error *err)
{
    if (config->sample_records && config->sample_fraction > 0)
        return error_set(err, PFQ_USAGE, NULL, "a sample is so many reads or a part of them");
    if (!(config->sample_fraction >= 0 && config->sample_fraction < 1))
        return error_set(err, PFQ_USAGE, NULL, "a part to be sampled lies between 0 and 1");
    if (config->trim_quality >= QC_CLASSES || config->min_mean_quality >= QC_CLASSES ||
        config->min_error_quality >= QC_CLASSES)
        return error_set(err, PFQ_USAGE, NULL, "quality scores go up to %d", QC_CLASSES - 1);
    if (config->max_length && config->min_length > config->max_length)
        return error_set(err, PFQ_USAGE, NULL,
                         "no read is as long as the shortest and as short as the longest that are "
                         "to be kept");
    return PFQ_OK;
}

struct filter *filter_create(const pfq_filter_config *config, uint64_t bound, pfq_error *err)
{
    struct filter *const filter = memory_allocate(1, sizeof *filter, err);
    if (!filter)
        return NULL;
    filter->config = *config;
    filter->kernel = qc_kernel_choose();
    filter->samples = samples(config);
    filter->bound = config->sample_fraction > 0 ? sample_bound_of(config->sample_fraction) : bound;
    adapters_prepare(filter);
    return filter;
}

void filter_destroy(struct filter *filter)
{
    free(filter);
}

/* ---- one row ---- */

static void trim(const struct filter *filter, struct filter_read *reads, int mates,
                 struct filter_counts *counts)
{
    for (int t = 0; t < FILTER_TRIMS; t++) {
        uint64_t before[FILTER_MATES];
        if (!wants_trim(&filter->config, t))
            continue;
        for (int m = 0; m < mates; m++)
            before[m] = reads[m].bases;
        trims[t](filter, reads, mates);
        for (int m = 0; m < mates; m++) {
            counts[m].words[FILTER_TRIMMED_READS + t] += reads[m].bases < before[m];
            counts[m].words[FILTER_TRIMMED_BASES + t] += before[m] - reads[m].bases;
        }
    }
}

/* The first rule that refuses a read, or FILTER_RULES. */
static int refusing(const struct filter *filter, const struct filter_read *read)
{
    for (int r = 0; r < FILTER_RULES; r++)
        if (wants_rule(&filter->config, r) && rules[r](filter, read))
            return r;
    return FILTER_RULES;
}

static void count_sample(struct filter_counts *counts, int mates)
{
    for (int m = 0; m < mates; m++)
        counts[m].words[FILTER_DROPPED_SAMPLE]++;
}

/* Trims the reads of a row, and says whether it stays. Steps look at the first `looked_at`; all
 * `mates` stay or go. */
static bool judge(const struct filter *filter, struct filter_read *reads, int looked_at, int mates,
                  struct filter_counts *counts)
{
    int refused[FILTER_MATES];
    bool keep = true;
    trim(filter, reads, looked_at, counts);
    for (int m = 0; m < looked_at; m++) {
        refused[m] = refusing(filter, &reads[m]);
        keep = keep && refused[m] == FILTER_RULES;
    }
    /* what no rule refuses is counted behind the rules, as dropped with a mate */
    for (int m = 0; m < mates && !keep; m++)
        counts[m].words[FILTER_DROPPED + (m < looked_at ? refused[m] : FILTER_RULES)]++;
    return keep;
}

/* ---- closing up ---- */

/* What is kept of a batch so far, and where the run of records begins that is kept next. */
struct writer {
    pfq_batch *batch;
    uint64_t records, bases, name_bytes;
    uint64_t first;
};

static void move(uint8_t *column, uint64_t to, uint64_t from, uint64_t bytes)
{
    if (to != from && bytes)
        memmove(column + to, column + from, bytes);
}

/* Keeps the run that ends before record `end`, less the last `cut` bases of it. What lies before
 * the first record that was dropped or cut is not touched. offset[end] stays: it is the beginning
 * of the next run, which brings the right one. */
static void keep_run(struct writer *writer, uint64_t end, uint64_t cut)
{
    const pfq_batch *const batch = writer->batch;
    const uint64_t first = writer->first, n = end - first;
    const uint64_t from = batch->offset[first], bases = batch->offset[end] - cut - from;
    const uint64_t name = batch->name_offset[first], names = batch->name_offset[end] - name;
    move(batch->sequence, writer->bases, from, bases);
    move(batch->quality, writer->bases, from, bases);
    move(batch->name, writer->name_bytes, name, names);
    move(batch->style, writer->records, first, n);
    const bool moves = writer->bases != from || writer->records != first;
    for (uint64_t i = 0; i < n && moves; i++) {
        batch->offset[writer->records + i] = batch->offset[first + i] - from + writer->bases;
        batch->name_offset[writer->records + i] =
            batch->name_offset[first + i] - name + writer->name_bytes;
    }
    writer->records += n;
    writer->bases += bases;
    writer->name_bytes += names;
    writer->first = end;
}

static void end_batch(struct writer *writer, struct filter_counts *counts)
{
    pfq_batch *const batch = writer->batch;
    keep_run(writer, batch->records, 0);
    batch->offset[writer->records] = writer->bases;
    batch->name_offset[writer->records] = writer->name_bytes;
    batch->records = writer->records;
    batch->bases = writer->bases;
    batch->name_bytes = writer->name_bytes;
    counts->words[FILTER_READS_AFTER] += writer->records;
    counts->words[FILTER_BASES_AFTER] += writer->bases;
}

/* Keeps record i of each mate as it has been cut, or drops it. */
static void take_row(struct writer *writers, uint64_t i, int looked_at, int mates,
                     const struct filter_read *reads, bool keep)
{
    for (int m = 0; m < mates; m++) {
        struct writer *const writer = &writers[m];
        const uint64_t *const offset = writer->batch->offset;
        if (!keep) {
            keep_run(writer, i, 0);
            writer->first = i + 1;
        } else if (m < looked_at && reads[m].bases < offset[i + 1] - offset[i]) {
            keep_run(writer, i + 1, offset[i + 1] - offset[i] - reads[m].bases);
        }
    }
}

void filter_rows(const struct filter *filter, uint64_t row, int mates, pfq_batch *batches,
                 struct filter_counts *counts, uint8_t *kept)
{
    struct writer writers[PFQ_MAX_MATES];
    struct filter_read reads[FILTER_MATES];
    const int looked_at = mates < FILTER_MATES ? mates : FILTER_MATES;
    const uint64_t records = batches[0].records;
    for (int m = 0; m < mates; m++) {
        writers[m] = (struct writer){.batch = &batches[m]};
        counts[m].words[FILTER_READS_BEFORE] += records;
        counts[m].words[FILTER_BASES_BEFORE] += batches[m].bases;
    }
    for (uint64_t i = 0; i < records; i++) {
        for (int m = 0; m < looked_at; m++) {
            const uint64_t at = batches[m].offset[i];
            reads[m] = (struct filter_read){batches[m].sequence + at, batches[m].quality + at,
                                            batches[m].offset[i + 1] - at};
        }
        const bool chosen =
            !filter->samples || sample_hash(filter->config.seed, row + i) <= filter->bound;
        if (!chosen)
            count_sample(counts, mates);
        kept[i] = chosen && judge(filter, reads, looked_at, mates, counts);
        take_row(writers, i, looked_at, mates, reads, kept[i]);
    }
    for (int m = 0; m < mates; m++)
        end_batch(&writers[m], &counts[m]);
}
