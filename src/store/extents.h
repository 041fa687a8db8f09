/*
 * Where the chunks of a dataset lie in the file.
 *
 * A chunk of rows that are not compressed has a size that is known before it is written, so its
 * address can be decided by arithmetic that every rank does alike: chunks are laid behind each
 * other in the order in which rows come. Nobody needs to be asked for space, and any rank can write
 * its elements with a plain write. HDF5 is told the addresses at the end (driver.h).
 *
 * Chunks that are compressed have sizes of their own, known when they are encoded: then a run
 * becomes a chunk, its address comes from a sum over the ranks, and HDF5 is given each chunk by
 * H5Dwrite_chunk through the same driver.
 */
#ifndef STORE_EXTENTS_H
#define STORE_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Chunks first .. first + count - 1 of a dataset lie behind each other from `address` on. */
struct extent {
    uint64_t first, count, address;
};

/* The chunks of one dataset, in order. */
struct extents {
    struct extent *runs;
    size_t count, capacity;
    uint64_t chunk_bytes;
    uint64_t chunks; /* in all runs */
};

/* Of what is laid out at multiples of a stripe, at most this part may be gaps. */
enum { EXTENTS_GAPS = 8 };

/* The next multiple of `align`, or `address` itself. */
static inline uint64_t extents_align(uint64_t address, uint64_t align)
{
    const uint64_t behind = address % align;
    return behind ? address + (align - behind) : address;
}

/* Lays out the chunks that `bytes` bytes of data need and that have no place yet, from *next on,
 * which moves behind them. A new run begins at a multiple of `align`, if it is so long that the gap
 * is at most one part in EXTENTS_GAPS of it. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status extents_grow(struct extents *extents, uint64_t bytes, uint64_t align, uint64_t *next,
                        pfq_error *err);

/* Where byte `offset` of the data lies in the file, and how many bytes follow it there without a
 * gap. It must have a place. */
uint64_t extents_find(const struct extents *extents, uint64_t offset, uint64_t *bytes);

/* Forgets all runs but the last: enough for who only adds. */
void extents_keep_last(struct extents *extents);

void extents_release(struct extents *extents);

#endif
