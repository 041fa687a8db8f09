/*
 * What an export holds: which mates, which rows, and whether it ends as the input ended.
 *
 * Decided from the summary of the HDF5 file and the wishes of the caller alone, so that every rank
 * decides the same and it can be tested without a file.
 */
#ifndef RUN_EXPORT_CHOICE_H
#define RUN_EXPORT_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "parfastq/run.h"
#include "store/store.h"

struct export_choice {
    int mates;          /* streams whose rows alternate: 1, or 2 for a whole interleaved input */
    int mate[2];        /* 1-based */
    uint64_t row_begin; /* rows [row_begin, row_end) of each */
    uint64_t row_end;
    bool keeps_end; /* the last record is the last of the input: a missing newline stays missing and
                     * blank lines follow, as they did */
};

/* Returns: PFQ_OK, or PFQ_USAGE with a sentence that says what there is to choose from. */
pfq_status export_choose(const struct store_summary *summary, const char *input,
                         const pfq_export_config *config, struct export_choice *choice,
                         pfq_error *err);

/* Whether a mate has what is to be written: FASTQ needs all columns, FASTA all but the qualities.
 * Returns: PFQ_OK, or PFQ_USAGE with a sentence. */
pfq_status export_check_columns(const struct store_mate *mate, const char *input, bool fasta,
                                pfq_error *err);

/* Blank lines that follow the last record, after one more input file in the order of the lanes: a
 * file with records begins anew, one without only adds its own. */
uint64_t export_tail_bytes(uint64_t before, const struct store_origin *origin);

#endif
