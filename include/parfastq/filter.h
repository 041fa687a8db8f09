/*
 * Which reads are kept, and what is cut off them: for pfq_convert, pfq_filter and pfq_stats.
 *
 * All zero keeps everything. The steps of a read, in this order:
 *     head            reads behind the first so many are not looked at
 *     sample          a part of the rest, chosen by their rows and a seed
 *     trim_quality    the end of bad quality is cut off
 *     trim_adapters   adapters are cut off, with all behind them
 *     min_length ...  the rules, of what is left
 * A fragment stays or goes as a whole: where a rule refuses one mate, all its mates are dropped.
 * Of three and four mates, the third and the fourth are index reads: no step looks at them.
 */
#ifndef PARFASTQ_FILTER_H
#define PARFASTQ_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pfq_filter_config {
    uint64_t head;           /* only the first so many fragments; 0: all */
    uint64_t sample_records; /* so many fragments of them, or all; the input is read twice. 0: no */
    double sample_fraction;  /* each with this chance, between 0 and 1; 0: no */
    uint64_t seed;           /* of the sample */

    uint64_t trim_quality; /* a Phred score: cuts where the sum of what bases at the end lack to it
                              is largest, as BWA does; 0: no */
    bool trim_adapters;    /* by the overlap of mates, else by the sequences of adapters */

    uint64_t min_length; /* bases; 0: no */
    uint64_t max_length; /* bases; 0: no */
    bool limit_n;        /* at most max_n bases are N */
    uint64_t max_n;
    uint64_t min_mean_quality;  /* of the arithmetic mean of the scores; 0: no */
    uint64_t min_error_quality; /* of the score of the mean error; 0: no */
} pfq_filter_config;

#ifdef __cplusplus
}
#endif
#endif
