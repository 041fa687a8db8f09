/*
 * A search between two rows whose bytes are known.
 */
#include "store/seek.h"

#include <stdbool.h>

pfq_status store_seek(store_measure *measure, void *context, uint64_t low, uint64_t high,
                      uint64_t target, uint64_t *row, pfq_error *err)
{
    uint64_t below, above, here;
    pfq_status status = measure(context, low, &below, err);
    if (!status)
        status = measure(context, high, &above, err);
    if (!status && above <= target)
        low = high;
    for (bool guess = true; !status && high - low > 1; guess = !guess) {
        uint64_t middle = low + (high - low) / 2;
        if (guess && above > below && target >= below) {
            const double part = (double)(target - below) / (double)(above - below);
            const uint64_t step = (uint64_t)(part * (double)(high - low));
            middle = low + (step < 1 ? 1 : step >= high - low ? high - low - 1 : step);
        }
        status = measure(context, middle, &here, err);
        if (status)
            break;
        if (here <= target) {
            low = middle;
            below = here;
        } else {
            high = middle;
            above = here;
        }
    }
    *row = low;
    return status;
}
