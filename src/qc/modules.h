/*
 * What one read, or some, change in the counters of each module. Tags as in tally_add.
 */
#ifndef QC_MODULES_H
#define QC_MODULES_H

#include "qc/tally.h"

typedef pfq_status module_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                              pfq_error *err);

module_add length_add, cycles_add, read_quality_add, long_reads_add, gc_add, adapter_add,
    distinct_add, frequent_add, tile_add;

enum { CYCLES_BLOCK = 4096 }; /* bases that are packed at a time */

void cycles_settle(struct qc_tally *tally);
void distinct_settle(struct qc_tally *tally);

#endif
