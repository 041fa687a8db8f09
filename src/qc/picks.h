/*
 * A sample of reads by their rows, with the beginnings of their sequences.
 *
 * A read is in the sample if the hash of its row is below a threshold, which halves whenever there
 * are more than QC_PICKS. So up to QC_PICKS reads all of them are in it; and which reads are in it
 * follows from how many there are, not from who looked at them.
 */
#ifndef QC_PICKS_H
#define QC_PICKS_H

#include "qc/read.h"

#include <stddef.h>

#include "base/error.h"

enum { QC_PICKS = 1 << 16, QC_PREFIX = 50 };

struct qc_pick {
    uint64_t order; /* hash of the row; once sorted, of the sequence */
    uint8_t bases;
    char sequence[QC_PREFIX]; /* in capitals */
};

struct qc_picks {
    struct qc_pick *list;
    size_t count, capacity;
    unsigned level;
};

/* Looks at a read, and keeps it if it is one of the sample. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status picks_look(struct qc_picks *picks, const struct qc_read *read, pfq_error *err);

/* Drops what a sample of a higher level would not hold. */
void picks_raise(struct qc_picks *picks, unsigned level);

/* Adds a list of reads of the same or a higher level. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status picks_add(struct qc_picks *picks, const struct qc_pick *list, size_t n, pfq_error *err);

/* Puts equal sequences behind each other. Nothing may be added afterwards. */
void picks_sort(struct qc_picks *picks);

void picks_release(struct qc_picks *picks);

/* Copies the first bases, at most QC_PREFIX, in capitals; returns how many. */
uint8_t picks_prefix(const struct qc_read *read, char sequence[QC_PREFIX]);

#endif
