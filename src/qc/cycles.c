/*
 * Bases by position, class of quality and kind of base, in one increment each.
 *
 * From this one table follow the quality by position, the bases by position, N by position, the
 * share of Q20 and Q30, the GC content and the range of quality characters. The counters that are
 * hot are 32 bits wide, so that those of a read of 150 bases with a handful of different classes
 * stay in the nearest cache, and neighbours in a read never touch the same one, so no increment
 * waits for the one before. They are added to the sums before any of them can overflow.
 */
#include <string.h>

#include "qc/modules.h"

/* One increment for each base: at scale 1 each has its own row of counters. */
static void count_singly(uint32_t *row, const uint16_t *index, size_t n)
{
    for (size_t i = 0; i < n; i++, row += QC_CYCLE)
        row[index[i]]++;
}

/* Bases from `position` on, some of which share a row. */
static void count_binned(uint32_t *rows, uint64_t scale, uint64_t position, const uint16_t *index,
                         size_t n)
{
    size_t i = 0;
    while (i < n) {
        const size_t bin = positions_bin(position + i, scale);
        const uint64_t rest = positions_begin(bin + 1, scale) - (position + i);
        const size_t end = rest < n - i ? i + (size_t)rest : n;
        uint32_t *const row = rows + bin * QC_CYCLE;
        for (; i < end; i++)
            row[index[i]]++;
    }
}

static void count(struct qc_tally *tally, const struct qc_read *read)
{
    for (uint64_t done = 0; done < read->bases;) {
        const uint64_t left = read->bases - done;
        const size_t n = left < CYCLES_BLOCK ? (size_t)left : CYCLES_BLOCK;
        tally->kernel->pack(read->sequence + done, read->quality + done, n, tally->shift,
                            tally->index);
        if (tally->scale == 1)
            count_singly(tally->cycles + done * QC_CYCLE, tally->index, n);
        else
            count_binned(tally->cycles, tally->scale, done + 1, tally->index, n);
        done += n;
    }
}

/* No counter is larger than the number of bases counted. */
pfq_status cycles_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) {
        if (reads[i].bases > UINT32_MAX - tally->cycles_bases)
            cycles_settle(tally);
        count(tally, &reads[i]);
        tally->cycles_bases += reads[i].bases;
    }
    return PFQ_OK;
}

void cycles_settle(struct qc_tally *tally)
{
    const size_t words = (size_t)QC_BINS * QC_CYCLE;
    if (!tally->cycles_bases)
        return;
    for (size_t i = 0; i < words; i++)
        tally->sum[QC_CYCLES][i] += tally->cycles[i];
    memset(tally->cycles, 0, words * sizeof *tally->cycles);
    tally->cycles_bases = 0;
}
