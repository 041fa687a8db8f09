/*
 * From counters to figures: the one place where something is divided.
 *
 * A figure of the whole input is a member of struct figures; what belongs to positions, percentages
 * or levels is a function of it.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "filter/filter.h"
#include "parfastq/parser.h"
#include "qc/tally.h"

enum { FIGURES_LEVELS = 16 };

struct figures {
    const char *name;              /* of the input, as it was given */
    char *shown;                   /* the same without control characters, to be printed */
    const char *format;            /* "FASTQ" or "HDF5" */
    struct qc_tally *tally;        /* finished; of another owner */
    pfq_quality_encoding encoding; /* as decided or told; not AUTO */
    int offset;                    /* of its quality characters: 33 or 64 */
    int lowest, highest;           /* class; 0 and -1 without any */
    int score[QC_CLASSES];         /* Phred, of each class */

    /* Of reads that were filtered: two figures stand behind each other, of those before and of
     * those after, which is `after`. Another owner's; NULL: not filtered. */
    const struct figures_filter {
        const pfq_filter_config *config;
        const struct filter_counts *counts;
        int mates; /* of the input */
    } * filter;
    bool after;

    uint64_t reads, bases;
    uint64_t base[QC_BASES];    /* by enum qc_base */
    uint64_t class[QC_CLASSES]; /* bases of each */
    uint64_t q20, q30;          /* bases of so much or more */
    double mean_score;          /* of all bases */
    double mean_error_score;    /* the score of their mean error */

    struct figures_length {
        uint64_t bases, reads;
    } * lengths; /* ascending */
    size_t length_count;
    uint64_t shortest, longest;
    double mean_length, quartile[3];
    uint64_t n50, n50_reads, n90;

    struct positions_group groups[QC_GROUPS];
    size_t group_count;

    double gc[QC_GC_PERCENTS], gc_theory[QC_GC_PERCENTS]; /* reads by percentage of GC */
    double gc_deviation;                                  /* between the two, percent of reads */

    double level[FIGURES_LEVELS]; /* percent of reads by how often their sequence occurs */
    double distinct_percent;      /* reads that would be left of each sequence one, percent */
    double distinct;              /* different sequences */
    bool distinct_is_exact;
    double distinct_estimate; /* the same by HyperLogLog */

    struct figures_shared {
        char sequence[QC_PREFIX + 1];
        uint64_t picks; /* reads of the sample that have it */
        double reads, percent;
        const char *source; /* what it may be; "No Hit" */
    } * shared; /* that more than one read in a thousand have, the most frequent first */
    size_t shared_count;

    double *tile_difference; /* of tile t in group g at t * group_count + g: its mean score, less
                              * the mean of all tiles */
};

/* What has been counted of an input, in figures. `wish` is the encoding it is said to have; AUTO:
 * to be decided. Owns: figures_release; `tally` and `name` stay the caller's. Returns PFQ_OK or
 * PFQ_NO_MEMORY. */
pfq_status figures_make(struct figures *figures, const char *name, const char *format,
                        struct qc_tally *tally, pfq_quality_encoding wish, pfq_error *err);
void figures_release(struct figures *figures);

/* Bases in bins [bin, end) of this kind (QC_BASES: of any). */
uint64_t figures_bases_at(const struct figures *figures, size_t bin, size_t end, size_t base);

/* One group of positions, by the scores of its bases. Where each position has counters of its own
 * (reads of up to 659 bases) these are, as FastQC has it, means over the positions of what each
 * has; elsewhere they are of all bases of the group. */
struct figures_spread {
    double mean, median, lower, upper, low, high; /* quartiles, deciles; NaN: too few bases */
};
struct figures_spread figures_spread_of(const struct figures *figures,
                                        const struct positions_group *group);

/* The percentage of reads that hold an adapter at this position or before, mean over the group. */
double figures_adapter(const struct figures *figures, const struct positions_group *group,
                       int adapter);

/* "1" to "9", ">10", ... ">10k+". */
extern const char *const figures_level_names[FIGURES_LEVELS];

/* A group as text: "7" or "10-14". */
void figures_group_text(const struct positions_group *group, char text[48]);

/* The encoding in words, as FastQC has it. */
const char *figures_encoding_text(const struct figures *figures);

/* The name of a file, without its directory. What reports call an input is that of `shown`. */
const char *figures_short_name(const char *path);

#endif
