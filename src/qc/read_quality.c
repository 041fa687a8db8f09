/*
 * The mean quality of a read.
 *
 * As FastQC counts it, by the mean of its classes, rounded down; and for long reads by the mean of
 * the errors they stand for, which is what their makers state. Both are found in whole numbers, so
 * that no rounding depends on anything.
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
static size_t class_of_error(uint64_t sum, uint64_t bases)
{
    size_t class = 0;
    while (class + 1 < QC_CLASSES && sum / bases <= qc_errors[class + 1])
        class ++;
    return class;
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
        uint64_t sum = 0;
        if (reads[i].bases < QC_LONG)
            continue;
        for (uint64_t k = 0; k < reads[i].bases; k++)
            sum += error_of[reads[i].quality[k]];
        const size_t at =
            class_of_length(reads[i].bases) * QC_CLASSES + class_of_error(sum, reads[i].bases);
        tally->sum[QC_LONG_READS][at]++;
    }
    return PFQ_OK;
}
