/*
 * The bound of a sample of so many fragments: the input is counted first.
 */
#ifndef RUN_SAMPLING_H
#define RUN_SAMPLING_H

#include "parse/reading.h"

/* The bound of sample.h for filter->sample_records of the fragments that filter->head leaves; if
 * there are no more, one that all keep. Collective; the same status on every rank. */
pfq_status sampling_bound(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                          const pfq_filter_config *filter, uint64_t *bound, pfq_error *err);

#endif
