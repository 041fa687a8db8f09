/*
 * Reads by length: an array for the usual ones, a map for the rest.
 */
#include "qc/modules.h"

pfq_status length_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++) {
        if (reads[i].bases < QC_LENGTHS)
            tally->sum[QC_LENGTH][reads[i].bases]++;
        else
            status = map_add(&tally->lengths, reads[i].bases, 1, err);
    }
    return status;
}
