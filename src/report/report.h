/*
 * Reports: what was counted, for people and for programs. Each writes to a stream, and leaves a
 * failure to write to whoever closes it.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "report/figures.h"

/* A table with a row for each input. The columns are named as those of `seqkit stats -a` where they
 * mean the same. As text they are aligned and numbers have commas; else separated by tabs. */
void report_table(const struct figures *figures, size_t n, bool tabs, FILE *out);

/* One JSON object with everything, see README. `command` may be NULL. */
void report_json(const struct figures *figures, size_t n, FILE *out);

/* What FastQC calls fastqc_data.txt and summary.txt. */
void report_fastqc_data(const struct figures *figures, FILE *out);
void report_fastqc_summary(const struct figures *figures, FILE *out);

/* One page that needs nothing else; inputs side by side. */
void report_html(const struct figures *figures, size_t n, FILE *out);

/* What became of the reads that were filtered, of each mate. */
void report_filtering(const pfq_filter_config *config, const struct filter_counts *counts,
                      int mates, FILE *out);

#endif
