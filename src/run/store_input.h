/*
 * Inputs that are HDF5 instead of FASTQ.
 */
#ifndef RUN_STORE_INPUT_H
#define RUN_STORE_INPUT_H

#include "parfastq/run.h"

/* Whether the input is one file, and that is HDF5 by its content: the same answer on every rank.
 * Collective. */
pfq_status store_input(pfq_team *team, const pfq_reads *reads, bool *is, pfq_error *err);

#endif
