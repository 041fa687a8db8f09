/*
 * Filtering and trimming: reads in columns, some of them dropped, some cut, the rest closed up.
 *
 * Each step is a row of one of two tables: trims (how long does a read stay?) and rules (does it
 * stay?). A row names the step, says by which member of the config it is wanted, and what it does;
 * the counters, their names in HDF5, JSON and reports, and the order of the steps follow from the
 * rows. What becomes of a read depends on itself, its mate and its row in the whole input alone, so
 * it is the same for any ranks, threads and slices.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stddef.h>

#include "base/error.h"
#include "parfastq/batch.h"
#include "parfastq/filter.h"

/* number, name, the member of pfq_filter_config that asks for it, function, what reports say */
/* clang-format off */
#define FILTER_TRIM_TABLE(row)                                                                \
    row(QUALITY,  quality,  trim_quality,  trim_quality,  "bad quality at the end")           \
    row(ADAPTERS, adapters, trim_adapters, trim_adapters, "adapters")

#define FILTER_RULE_TABLE(row)                                                                \
    row(MIN_LENGTH,    min_length,        min_length,        rule_min_length,    "too short") \
    row(MAX_LENGTH,    max_length,        max_length,        rule_max_length,    "too long")  \
    row(MAX_N,         max_n,             limit_n,           rule_max_n,    "too many bases N") \
    row(MEAN_QUALITY,  min_mean_quality,  min_mean_quality,  rule_mean_quality,               \
        "mean quality too low")                                                               \
    row(ERROR_QUALITY, min_error_quality, min_error_quality, rule_error_quality,              \
        "quality of the mean error too low")
/* clang-format on */

enum filter_trim {
#define FILTER_NUMBER(number, name, member, function, words) FILTER_##number,
    FILTER_TRIM_TABLE(FILTER_NUMBER) FILTER_TRIMS
};
enum filter_rule {
    FILTER_RULE_TABLE(FILTER_NUMBER)
#undef FILTER_NUMBER
        FILTER_RULES
};

/* ---- what is counted ---- */

/* Of each mate. Reads before are those after and the dropped ones; bases before are those after,
 * those cut off, and those of dropped reads, what was cut off them included. */
enum {
    FILTER_READS_BEFORE,
    FILTER_BASES_BEFORE,
    FILTER_READS_AFTER,
    FILTER_BASES_AFTER,
    FILTER_DROPPED_SAMPLE, /* not chosen */
    FILTER_DROPPED,        /* by rule r: FILTER_DROPPED + r, the first of the rules that refuses */
    FILTER_DROPPED_MATE = FILTER_DROPPED + FILTER_RULES, /* good, but a rule refused a mate */
    FILTER_TRIMMED_READS, /* by trim t: FILTER_TRIMMED_READS + t; of reads that were kept or not */
    FILTER_TRIMMED_BASES = FILTER_TRIMMED_READS + FILTER_TRIMS,
    FILTER_COUNTS = FILTER_TRIMMED_BASES + FILTER_TRIMS
};

struct filter_counts {
    uint64_t words[FILTER_COUNTS];
};

struct filter_count {
    const char *name;  /* in HDF5 and JSON: "dropped_min_length" */
    const char *words; /* for people: "too short" */
};
extern const struct filter_count filter_counts[FILTER_COUNTS];

/* Does a run with this config and so many mates count this? Pure. */
bool filter_has_count(const pfq_filter_config *config, int mates, size_t count);

/* Reads that were dropped. Pure. */
uint64_t filter_dropped(const struct filter_counts *counts);

/* ---- configs ---- */

/* Is anything asked for? Do the steps look at scores? Pure. */
bool filter_wanted(const pfq_filter_config *config);
bool filter_reads_scores(const pfq_filter_config *config);

/* PFQ_OK, or PFQ_USAGE with what makes no sense. Pure. */
pfq_status filter_check(const pfq_filter_config *config, pfq_error *err);

/* ---- filtering ---- */

struct filter;

/* `bound`: of a sample of so many, see sample.h; else ignored. Owns: filter_destroy, which takes
 * NULL. NULL: no memory. */
struct filter *filter_create(const pfq_filter_config *config, uint64_t bound, pfq_error *err);
void filter_destroy(struct filter *filter);

/* Filters the rows of `mates` batches, whose record 0 has this row, in their place: the columns are
 * closed up, and batches[m] says how much is left. Scores are Phred. counts[m] is added to. kept[i]
 * becomes 1 if record i is kept, else 0. Threads: any, each with batches and counts of its own. */
void filter_rows(const struct filter *filter, uint64_t row, int mates, pfq_batch *batches,
                 struct filter_counts *counts, uint8_t *kept);

#endif
