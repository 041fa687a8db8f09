/*
 * The rules: of each read alone, once it has been trimmed.
 *
 * Means are compared without dividing: a sum against a bound times the number of bases. A read
 * without bases has no quality, so it has none that is high enough.
 */
#include "filter/steps.h"
#include "qc/tally.h"

bool rule_min_length(const struct filter *filter, const struct filter_read *read)
{
    return read->bases < filter->config.min_length;
}

bool rule_max_length(const struct filter *filter, const struct filter_read *read)
{
    return read->bases > filter->config.max_length;
}

bool rule_max_n(const struct filter *filter, const struct filter_read *read)
{
    return filter->kernel->unknown(read->sequence, read->bases) > filter->config.max_n;
}

bool rule_mean_quality(const struct filter *filter, const struct filter_read *read)
{
    const uint64_t sum = filter->kernel->sum(read->quality, read->bases);
    return !read->bases || sum < read->bases * filter->config.min_mean_quality;
}

/* Errors in units of 2^-50. The sum of a stretch is below 2^62. */
bool rule_error_quality(const struct filter *filter, const struct filter_read *read)
{
    enum { STRETCH = 4096 };
    __extension__ typedef unsigned __int128 wide;
    const wide most = (wide)read->bases * qc_errors[filter->config.min_error_quality];
    wide sum = 0;
    for (uint64_t done = 0; done < read->bases; done += STRETCH) {
        const uint64_t end = read->bases - done < STRETCH ? read->bases : done + STRETCH;
        uint64_t part = 0;
        for (uint64_t i = done; i < end; i++)
            part += qc_errors[read->quality[i]];
        sum += part;
    }
    return !read->bases || sum > most;
}
