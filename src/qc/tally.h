/*
 * A tally: all statistics of some reads, as integers that are added up.
 *
 * Each statistic is a module: a row of one table (tally.c) with its counters and how a read changes
 * them. Every thread has a tally of its own; to merge two of them, or those of ranks, is to add
 * their sums, to take the larger of their maxima, and to unite their samples. Nothing is divided
 * here. What is counted does not depend on the order of the reads, nor on who counts them.
 *
 * The memory of a tally does not depend on how many reads there are or how long they are, but for
 * 16 bytes for each different length above QC_LENGTHS.
 */
#ifndef QC_TALLY_H
#define QC_TALLY_H

#include <stdbool.h>

#include "base/error.h"
#include "qc/adapters.h"
#include "qc/kernel.h"
#include "qc/map.h"
#include "qc/picks.h"
#include "qc/positions.h"
#include "qc/read.h"
#include "qc/tiles.h"

enum qc_module {
    QC_LENGTH,       /* reads by length */
    QC_CYCLES,       /* bases by position, class and kind */
    QC_READ_QUALITY, /* reads by their mean class, rounded down */
    QC_LONG_READS,   /* long reads by length and mean error */
    QC_GC,           /* reads by GC content */
    QC_ADAPTER,      /* reads by where they first hold an adapter */
    QC_DISTINCT,     /* how many different sequences, and how often each of a sample */
    QC_FREQUENT,     /* a sample of reads, for the sequences that many share */
    QC_TILE,         /* quality by tile */
    QC_MODULES
};

enum {
    QC_LENGTHS = 1 << 16,             /* shorter reads are counted in an array */
    QC_CYCLE = QC_CLASSES * QC_BASES, /* counters of a position */

    QC_LONG = 1000,    /* bases of a long read */
    QC_LONG_STEPS = 6, /* classes of length for each power of ten, see qc_long_edge */
    QC_LONG_CLASSES = 6 * QC_LONG_STEPS,

    /* GC content, as FastQC counts it: of the first 100, 200, ... 1000, 2000, ... bases, of all
     * where there are 100 or fewer. Up to 1000 bases, reads by that length and the number of G and
     * C; of longer ones their shares of each percentage, in units of 2^-QC_GC_SHARE_BITS: of 2000
     * bases or more, so that 2^31 reads of one percentage have room. */
    QC_GC_SHORT = 100,
    QC_GC_MIDDLE = 1000,
    QC_GC_COUNTERS = 5150 + 5409 + 8,
    QC_GC_PERCENTS = 101,
    QC_GC_SHARE_BITS = 36,

    QC_REGISTER_BITS = 14, /* HyperLogLog: 2^14 registers, an error of 0.8 % */
    QC_DISTINCT_KEPT = 1 << 16
};

struct qc_tally {
    bool all;  /* every module, not only those that count for the table */
    int shift; /* class = byte of quality + shift */
    uint64_t scale;
    uint64_t longest;
    const struct qc_kernel *kernel;

    uint64_t *sum[QC_MODULES]; /* what is added; NULL: the module has none */
    uint64_t *max[QC_MODULES]; /* of what the largest is taken */

    uint32_t *cycles; /* increments on their way to sum[QC_CYCLES] */
    uint64_t cycles_bases;
    uint16_t *index;        /* scratch */
    uint8_t *registers;     /* on their way to max[QC_DISTINCT]; small enough to stay in a cache */
    struct qc_map lengths;  /* reads of QC_LENGTHS bases or more */
    struct qc_map distinct; /* a sample of hashes of sequences */
    struct qc_picks picks;
    struct qc_tiles tiles;
};

/* Makes an empty tally. Owns: tally_destroy, which takes NULL. NULL: no memory. */
struct qc_tally *tally_create(bool all, pfq_error *err);
void tally_destroy(struct qc_tally *tally);

/* Counts reads; those of one call should fit the nearest cache. Returns PFQ_OK or PFQ_NO_MEMORY,
 * after which the tally is for the bin. */
pfq_status tally_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err);

/* Adds all of `from`, which is settled. Returns as tally_add. */
pfq_status tally_merge(struct qc_tally *tally, struct qc_tally *from, pfq_error *err);

/* Ends the counting: settles, and puts samples in order. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status tally_finish(struct qc_tally *tally, pfq_error *err);

/* ---- for merging what ranks have counted ---- */

/* Brings all increments to the sums. */
void tally_settle(struct qc_tally *tally);

/* Makes the tally ready for reads of this length. Settles. */
void tally_reach(struct qc_tally *tally, uint64_t length);

/* Words of sum[module] and max[module]. Pure. */
size_t tally_sum_words(enum qc_module module);
size_t tally_max_words(enum qc_module module);

/* ---- small facts the report needs too ---- */

/* The shortest read of a class of length of long reads: 1000, 1500, 2000, 3000, 5000, 7000, 10000,
 * ... Pure. */
uint64_t qc_long_edge(size_t class);

/* The words of sum[QC_GC] for reads that count as `bases` long, at most QC_GC_MIDDLE. Pure. */
size_t qc_gc_place(uint64_t bases);

/* How many bases of a read are looked at for its GC content. Pure. */
uint64_t qc_gc_bases(uint64_t bases);

/* The percentages [*low, *high] that `gc` G and C of `bases` stand for. Pure. */
void qc_gc_range(uint64_t gc, uint64_t bases, unsigned *low, unsigned *high);

/* How many numbers of G and C, of `bases`, stand for this percentage. Pure. */
uint64_t qc_gc_claims(unsigned percent, uint64_t bases);

/* 10^(-class/10) in units of 2^-50: the error a class stands for. */
extern const uint64_t qc_errors[QC_CLASSES];

#endif
