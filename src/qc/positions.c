/*
 * Bins and groups of positions: arithmetic only.
 */
#include "qc/positions.h"

#include <string.h>

enum { UNGROUPED = 75 }; /* FastQC: reads up to this long are shown position by position */

uint64_t positions_scale(uint64_t length)
{
    uint64_t scale = 1;
    while (length > positions_longest(scale))
        scale *= 10;
    return scale;
}

uint64_t positions_begin(size_t bin, uint64_t scale)
{
    if (scale == 1 || bin < QC_SINGLE)
        return bin + 1;
    const uint64_t begin = (bin - QC_SINGLE) * scale;
    return begin > QC_SINGLE ? begin : QC_SINGLE + 1;
}

/* In place, from the front: a new bin is not behind the old ones it is made of, so what it held has
 * been moved before. (From 1 to 10, position 10 goes to the bin of 11, which stays where it is.) */
void positions_coarsen(uint64_t *counters, size_t width, uint64_t from, uint64_t to)
{
    if (from == to)
        return;
    for (size_t bin = QC_SINGLE; bin < QC_BINS; bin++) {
        uint64_t *const old = counters + bin * width;
        uint64_t *const new = counters + positions_bin(positions_begin(bin, from), to) * width;
        if (new == old)
            continue;
        for (size_t i = 0; i < width; i++) {
            new[i] += old[i];
            old[i] = 0;
        }
    }
}

static uint64_t interval_for(uint64_t length)
{
    static const unsigned steps[] = {2, 5, 10};
    for (uint64_t power = 1;; power *= 10)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            const uint64_t interval = steps[i] * power;
            if (QC_SINGLE + (length - QC_SINGLE + interval - 1) / interval < UNGROUPED)
                return interval;
        }
}

size_t positions_groups(uint64_t length, uint64_t scale, struct positions_group *groups)
{
    const uint64_t interval = length <= UNGROUPED ? 1 : interval_for(length);
    size_t n = 0;
    for (uint64_t first = 1; first <= length; n++) {
        uint64_t next = first <= QC_SINGLE ? first + 1 : (first / interval + 1) * interval;
        if (next > length + 1)
            next = length + 1;
        groups[n] = (struct positions_group){first, next - 1, positions_bin(first, scale),
                                             positions_bin(next - 1, scale) + 1};
        first = next;
    }
    return n;
}
