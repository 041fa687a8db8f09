/*
 * Staging: the second pass over a round, from parsed slices to one batch for each mate.
 */
#ifndef RUN_STAGING_H
#define RUN_STAGING_H

#include "fastq/columns.h"
#include "input/input.h"
#include "store/store.h"

struct staging {
    const struct scan_kernel *kernel;
    int threads, mates, deal; /* deal: mates that take turns in one stream, 1 or 2 */
    uint8_t text_offset;
    struct fastq_columns columns[PFQ_MAX_MATES];
    struct fastq_extent extent; /* quality characters of this rank, so far */
    struct staging_place *places;
    size_t place_capacity;
    struct fastq_extent *extents; /* of each thread */
};

pfq_status staging_create(const struct scan_kernel *kernel, int threads, int mates,
                          bool interleaved, uint8_t text_offset, struct staging *staging,
                          pfq_error *err);
void staging_destroy(struct staging *staging);

/* Makes the batches of a round, with all threads: parts[0 .. mates). They live until the next call.
 * Local. */
pfq_status staging_fill(struct staging *staging, const struct input_round *round,
                        struct store_part *parts, pfq_error *err);

#endif
