/*
 * The parts of stats: what is counted of one input, and where reports go.
 */
#ifndef RUN_STATS_H
#define RUN_STATS_H

#include "filter/filter.h"
#include "parfastq/run.h"
#include "run/tallying.h"

/* What was counted of one input; on rank 0 the tallies are of the whole. */
struct stats_counted {
    const char *format; /* "FASTQ" or "HDF5" */
    struct tallying tallying;
    char names[PFQ_MAX_MATES][PFQ_ERROR_FILE_BYTES]; /* of each mate */
    pfq_quality_encoding encoding;                   /* as the input says; AUTO: it does not */

    /* of reads that were filtered: the tallies above are of those before, and */
    bool filtered;
    pfq_filter_config filter;
    struct tallying after;
    struct filter_counts filter_counts[PFQ_MAX_MATES];
};

/* Counts one HDF5 file. Collective; the same status on every rank. Owns: tallying_end. */
pfq_status stats_count_store(pfq_team *team, const char *input, const pfq_stats_config *config,
                             bool all, struct stats_counted *counted, pfq_error *err);

/* Releases the tallies. */
void stats_release(struct stats_counted *counted);

/* Names the mates of FASTQ reads: after the first file of each, and how many more there are. */
void stats_name_mates(const pfq_reads *reads, struct stats_counted *counted);

/* What was counted, as JSON, on rank 0; NULL on others. Collective; the same status on every rank.
 * Owns: the caller frees *json. */
pfq_status stats_json(pfq_team *team, const struct stats_counted *counted, char **json,
                      size_t *bytes, pfq_error *err);

/* Writes all that was asked for, and the table where `out` is not NULL. Collective; the same status
 * on every rank. */
pfq_status stats_report(pfq_team *team, const struct stats_counted *counted, size_t n,
                        const pfq_stats_config *config, FILE *out, pfq_error *err);

#endif
