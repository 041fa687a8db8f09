/*
 * validate of an HDF5 file instead of FASTQ.
 */
#ifndef RUN_VALIDATE_FILE_H
#define RUN_VALIDATE_FILE_H

#include "parfastq/run.h"

/* Checks everything in the file at `path` and reports each thing that is wrong. Collective.
 * Returns: PFQ_OK, PFQ_BAD_RECORDS after reports, PFQ_BAD_FILE if it cannot be opened, or a
 * failure. */
pfq_status validate_file(pfq_team *team, const char *path, const pfq_parser_config *config,
                         pfq_counts *counts, pfq_error *err);

#endif
