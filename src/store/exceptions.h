/*
 * Rows that are written in another style than their group: usually none.
 */
#ifndef STORE_EXCEPTIONS_H
#define STORE_EXCEPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "parfastq/batch.h"

/* The exceptions of one part; recycled from round to round. */
struct exceptions {
    uint64_t *row; /* index in the part, ascending */
    uint8_t *style;
    size_t count;
    size_t row_capacity, style_capacity;
};

/* Lists the records of `batch` whose style is not `style`, behind what is listed; `before` records
 * of the part come before the batch. Returns: PFQ_OK or PFQ_NO_MEMORY. */
pfq_status exceptions_add(struct exceptions *exceptions, const pfq_batch *batch, uint64_t before,
                          uint8_t style, pfq_error *err);

void exceptions_release(struct exceptions *exceptions);

#endif
