/*
 * Finding the rows that are written differently.
 *
 * Nearly always there are none, so blocks of styles are compared without a branch in the loop,
 * which compilers vectorise; only a block that holds a difference is looked at row by row.
 */
#include "store/exceptions.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

enum { BLOCK_RECORDS = 4096 };

static bool all_equal(const uint8_t *style, size_t n, uint8_t wanted)
{
    uint8_t difference = 0;
    for (size_t i = 0; i < n; i++)
        difference |= style[i] ^ wanted;
    return difference == 0;
}

static pfq_status add(struct exceptions *exceptions, uint64_t row, uint8_t style, pfq_error *err)
{
    const size_t need = exceptions->count + 1;
    pfq_status status = memory_grow(&exceptions->row, &exceptions->row_capacity, need,
                                    sizeof *exceptions->row, err);
    if (!status)
        status = memory_grow(&exceptions->style, &exceptions->style_capacity, need,
                             sizeof *exceptions->style, err);
    if (status)
        return status;
    exceptions->row[exceptions->count] = row;
    exceptions->style[exceptions->count] = style;
    exceptions->count = need;
    return PFQ_OK;
}

pfq_status exceptions_add(struct exceptions *exceptions, const pfq_batch *batch, uint64_t before,
                          uint8_t style, pfq_error *err)
{
    for (uint64_t first = 0; first < batch->records; first += BLOCK_RECORDS) {
        const uint64_t left = batch->records - first;
        const uint64_t end = first + (left < BLOCK_RECORDS ? left : BLOCK_RECORDS);
        if (all_equal(batch->style + first, end - first, style))
            continue;
        for (uint64_t i = first; i < end; i++) {
            if (batch->style[i] == style)
                continue;
            const pfq_status status = add(exceptions, before + i, batch->style[i], err);
            if (status)
                return status;
        }
    }
    return PFQ_OK;
}

void exceptions_release(struct exceptions *exceptions)
{
    free(exceptions->row);
    free(exceptions->style);
    *exceptions = (struct exceptions){0};
}
