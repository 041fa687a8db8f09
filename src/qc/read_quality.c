/*
 * The mean quality of a read.
 *
 * As FastQC counts it, by the mean of its classes, rounded down; and for long reads by the mean of
 * the errors they stand for, which is what their makers state. Errors are added up as whole
 * numbers, a stretch at a time, and the stretches in order: a read has the same mean whoever looks
 * at it.
 */
#include "qc/modules.h"

pfq_status read_quality_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                            pfq_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++)
        if (reads[i].bases) {
            const uint64_t mean =
                tally->kernel->sum(reads[i].quality, reads[i].bases) / reads[i].bases;
            tally->sum[QC_READ_QUALITY][(uint8_t)((int)mean + tally->shift)]++;
        }
    return PFQ_OK;
}

static size_t class_of_length(uint64_t bases)
{
    size_t class = 0;
    while (class + 1 < QC_LONG_CLASSES && qc_long_edge(class + 1) <= bases)
        class ++;
    return class;
}

/* The largest class whose error is not below the mean error of the read. */
static size_t class_of_error(double mean)
{
    size_t class = 0;
    while (class + 1 < QC_CLASSES && mean <= (double)qc_errors[class + 1])
        class ++;
    return class;
}

/* The sum of a stretch is below 2^62. */
static double mean_error(const struct qc_read *read, const uint64_t error_of[256])
{
    enum { STRETCH = 4096 };
    double sum = 0;
    for (uint64_t done = 0; done < read->bases; done += STRETCH) {
        const uint64_t end = read->bases - done < STRETCH ? read->bases : done + STRETCH;
        uint64_t part = 0;
        for (uint64_t i = done; i < end; i++)
            part += error_of[read->quality[i]];
        sum += (double)part;
    }
    return sum / (double)read->bases;
}

pfq_status long_reads_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                          pfq_error *err)
{
    uint64_t error_of[256];
    (void)err;
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || reads[i].bases >= QC_LONG;
    if (!any)
        return PFQ_OK;
    for (unsigned byte = 0; byte < 256; byte++)
        error_of[byte] = qc_errors[(uint8_t)((int)byte + tally->shift) % QC_CLASSES];
    for (size_t i = 0; i < n; i++) {
        if (reads[i].bases < QC_LONG)
            continue;
        const size_t at = class_of_length(reads[i].bases) * QC_CLASSES +
                          class_of_error(mean_error(&reads[i], error_of));
        tally->sum[QC_LONG_READS][at]++;
    }
    return PFQ_OK;
}
