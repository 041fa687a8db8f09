/*
 * What quality control looks at: one read, where it lies.
 */
#ifndef QC_READ_H
#define QC_READ_H

#include <stdint.h>

struct qc_read {
    const uint8_t *sequence;
    const uint8_t *quality; /* a byte each, class = byte + shift of the tally */
    const uint8_t *name;
    uint64_t bases;
    uint64_t row; /* in the whole input */
    uint32_t name_bytes;
};

/* A quality class is a character, counted from '!'. What score it stands for is known when the
 * encoding of the whole input is. */
enum { QC_CLASSES = 94 };

#endif
