/*
 * Rows that are written in another style than their group: usually none.
 */
#ifndef STORE_EXCEPTIONS_H
#define STORE_EXCEPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "parfastq/batch.h"

/* The exceptions of one batch; recycled from round to round. */
struct exceptions {
    uint64_t *row; /* index in the batch, ascending */
    uint8_t *style;
    size_t count;
    size_t row_capacity, style_capacity;
};

/* Replaces what is listed by the records of `batch` whose style is not `style`.
 * Returns: PFQ_OK or PFQ_NO_MEMORY. */
pfq_status exceptions_take(struct exceptions *exceptions, const pfq_batch *batch, uint8_t style,
                           pfq_error *err);

void exceptions_release(struct exceptions *exceptions);

#endif
