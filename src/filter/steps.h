/*
 * What the rows of the tables do: trims and rules. All are pure.
 */
#ifndef FILTER_STEPS_H
#define FILTER_STEPS_H

#include "filter/filter.h"
#include "qc/kernel.h"

enum {
    FILTER_MATES = 2,         /* that steps look at */
    ADAPTER_SEQUENCES = 5,    /* see adapters.c */
    ADAPTER_BEGINNINGS = 4,   /* that are different */
    ADAPTER_MOST_BASES = 34,  /* of a sequence */
    ADAPTER_LEAST_BASES = 6,  /* at the end of a read */
    OVERLAP_MOST_BASES = 1000 /* of reads that are held against their mates */
};

struct filter {
    pfq_filter_config config;
    const struct qc_kernel *kernel;
    bool samples;
    uint64_t bound; /* of the hashes of rows that are chosen */
    struct adapter {
        uint8_t bases[ADAPTER_MOST_BASES]; /* capitals */
        size_t count;
    } adapters[ADAPTER_SEQUENCES];
    uint8_t beginnings[ADAPTER_BEGINNINGS][QC_ADAPTER_BASES];
};

/* A read on its way: a trim makes `bases` smaller. */
struct filter_read {
    const uint8_t *sequence, *quality;
    uint64_t bases;
};

/* Mates of one row, at most FILTER_MATES. */
typedef void filter_trim_reads(const struct filter *filter, struct filter_read *reads, int mates);
filter_trim_reads trim_quality, trim_adapters;

/* Does the rule refuse the read? */
typedef bool filter_refuses(const struct filter *filter, const struct filter_read *read);
filter_refuses rule_min_length, rule_max_length, rule_max_n, rule_mean_quality, rule_error_quality;

/* Fills filter->adapters and filter->beginnings. */
void adapters_prepare(struct filter *filter);

/* Where the first adapter begins in a read: the number of bases before it, or all of them. */
uint64_t adapters_find(const struct filter *filter, const uint8_t *sequence, uint64_t bases);

/* How long the fragment is that two reads come from, one from each end, if they overlap; else 0. */
uint64_t overlap_fragment(const struct filter_read *one, const struct filter_read *other);

#endif
