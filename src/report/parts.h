/*
 * The parts of figures that have files of their own.
 */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "report/figures.h"

/* figures->gc, gc_theory and gc_deviation. */
void parts_gc(struct figures *figures);

/* level, distinct..., shared. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status parts_sequences(struct figures *figures, pfq_error *err);

/* tile_difference. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status parts_tiles(struct figures *figures, pfq_error *err);

#endif
