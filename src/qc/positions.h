/*
 * Where in a read a base is, in a fixed number of bins for reads of any length.
 *
 * Positions are counted from 1. At scale 1 each has a bin of its own, which is enough for reads of
 * up to 659 bases. A longer read makes the scale 10, 100, ...: then positions 1 to 9 still have
 * their own, 10 to scale - 1 share one, and from there on each bin is a stretch of `scale`
 * positions that begins at a multiple of it. The scale follows from the longest read alone, and
 * bins of one scale are whole parts of those of the next; so counters can be coarsened at any time,
 * and what is counted does not depend on the order of the reads.
 *
 * For people, positions are grouped as FastQC groups them: singly up to 75; else 1 to 9 singly and
 * from there in intervals, of the first of 2, 5, 10, 20, 50, ... that makes fewer than 75 groups.
 * An interval starts at a multiple of itself, but for the first, which starts at 10. Every group is
 * made of whole bins.
 */
#ifndef QC_POSITIONS_H
#define QC_POSITIONS_H

#include <stddef.h>
#include <stdint.h>

enum { QC_SINGLE = 9, QC_BINS = 672, QC_GROUPS = 80 };

/* The longest read that fits a scale. */
static inline uint64_t positions_longest(uint64_t scale)
{
    return 650 * scale + QC_SINGLE;
}

/* The scale for reads of up to `length` bases. Pure. */
uint64_t positions_scale(uint64_t length);

/* The bin of a position, from 1. Pure. */
static inline size_t positions_bin(uint64_t position, uint64_t scale)
{
    if (scale == 1 || position <= QC_SINGLE)
        return (size_t)position - 1;
    return (size_t)(QC_SINGLE + position / scale);
}

/* The first position of a bin, and the first behind it. A bin may hold none. Pure. */
uint64_t positions_begin(size_t bin, uint64_t scale);

/* Moves counters from one scale to a larger one: `width` words for each bin. */
void positions_coarsen(uint64_t *counters, size_t width, uint64_t from, uint64_t to);

/* A group of positions: first and last, from 1, and its bins [bin, bin_end). */
struct positions_group {
    uint64_t first, last;
    size_t bin, bin_end;
};

/* The groups for reads of up to `length` bases whose counters have this scale; returns how many
 * there are, at most QC_GROUPS. Pure. */
size_t positions_groups(uint64_t length, uint64_t scale, struct positions_group *groups);

#endif
