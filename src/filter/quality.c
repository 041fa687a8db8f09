/*
 * Cutting off an end of bad quality, as BWA and cutadapt do.
 *
 * From the last base to the first, what each lacks to the bound is summed up (a good base lacks
 * less than nothing). The read is cut where the sum is largest; of several such places at the one
 * nearest to the end. Where the sum falls below zero, the good part has begun. So of a good read
 * one base is looked at.
 */
#include "filter/steps.h"

static uint64_t good_bases(const uint8_t *quality, uint64_t bases, int bound)
{
    int64_t lack = 0, most = 0;
    uint64_t keep = bases;
    for (uint64_t i = bases; i-- > 0;) {
        lack += bound - quality[i];
        if (lack < 0)
            break;
        if (lack > most) {
            most = lack;
            keep = i;
        }
    }
    return keep;
}

void trim_quality(const struct filter *filter, struct filter_read *reads, int mates)
{
    for (int m = 0; m < mates; m++)
        reads[m].bases =
            good_bases(reads[m].quality, reads[m].bases, (int)filter->config.trim_quality);
}
