/*
 * A tally as words, and back: for a run that is left and taken up again.
 */
#ifndef QC_SAVED_H
#define QC_SAVED_H

#include "qc/tally.h"

/* How many words a tally takes. Settles. */
size_t saved_words(struct qc_tally *tally);

/* Writes them. The tally is settled and stays as it is. */
void saved_write(const struct qc_tally *tally, uint64_t *words);

/* Adds n words that saved_write wrote to a tally. Returns PFQ_OK, PFQ_NO_MEMORY, or PFQ_BAD_FILE
 * where the words are not of such a tally. */
pfq_status saved_add(struct qc_tally *tally, const uint64_t *words, size_t n, pfq_error *err);

#endif
