/*
 * From parsed chunks to the columns of a batch: the second pass.
 *
 * The first pass has counted, so a prefix sum tells every chunk its place in the columns, and
 * threads copy without locks. An interleaved text is dealt to two batches in turn.
 */
#ifndef FASTQ_COLUMNS_H
#define FASTQ_COLUMNS_H

#include "base/memory.h"
#include "fastq/chunk.h"
#include "parfastq/batch.h"

/* A batch and the memory of its columns, recycled from round to round. */
struct fastq_columns {
    pfq_batch batch;
    struct buffer sequence, quality, offset, name, name_offset, style;
};

/* Makes room for these totals; offset[0] and name_offset[0] are set. */
pfq_status fastq_columns_reserve(struct fastq_columns *columns, const struct fastq_totals *totals,
                                 pfq_error *err);
void fastq_columns_release(struct fastq_columns *columns);

/* The smallest and the largest quality character seen; starts as {255, 0}. */
struct fastq_extent {
    uint8_t low, high;
};

/* Copies the records of a chunk to `deal` batches (1 or 2) in turn, the first one to
 * batches[first]. before[k] is what batches[k] gets from the chunks before. Quality characters are
 * stored minus `text_offset`. */
void fastq_columns_fill(const struct fastq_chunk *chunk, struct span text,
                        const struct scan_kernel *kernel, uint8_t text_offset, int deal, int first,
                        pfq_batch *const batches[2], const struct fastq_totals before[2],
                        struct fastq_extent *extent);

/* What batch k of `deal` gets from a chunk whose first record goes to batch `first`. */
struct fastq_totals fastq_columns_share(const struct fastq_chunk *chunk, int deal, int first,
                                        int k);

#endif
