/*
 * From parsed records to the columns of a batch: the second pass over a chunk.
 *
 * The first pass has counted, so the columns are one piece of memory of the right size, and the
 * thread that parsed a chunk copies its records while their text is still in its cache. An
 * interleaved text is dealt to two batches in turn; which of them holds which mate is known only
 * when the chunks before have been counted, so they are told apart by whether the index of a record
 * in its chunk is even or odd.
 */
#ifndef FASTQ_COLUMNS_H
#define FASTQ_COLUMNS_H

#include <stdbool.h>

#include "base/memory.h"
#include "base/span.h"
#include "parfastq/batch.h"
#include "scan/scan.h"

struct fastq_chunk;

/* How many records there are, and how much of them. */
struct fastq_totals {
    uint64_t records, bases, name_bytes;
};

/* A batch and its memory, recycled from round to round. */
struct fastq_columns {
    pfq_batch batch;
    struct buffer arena;
    uint8_t low, high; /* the smallest and the largest quality character; 255 and 0 without any */
};

/* How records become columns. */
struct fastq_filling {
    const struct scan_kernel *kernel; /* NULL: they do not */
    uint8_t text_offset;              /* quality characters are stored minus this */
    int deal;                         /* 2: to two batches in turn; else 1 */
    unsigned without;                 /* columns that are not filled: bits of parfastq/batch.h */
    bool code_bases;                  /* bases become 0 to 4; the rules let no others pass */
    bool bin_scores;                  /* scores become the middles of their bins */
};

/* Makes columns->batch of this size, its contents undefined but for the 0 that offsets begin with;
 * the columns `without` are NULL. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status fastq_columns_reserve(struct fastq_columns *columns, const struct fastq_totals *totals,
                                 unsigned without, pfq_error *err);

/* Fills the columns of a parsed chunk: columns[0], or columns[k] with the records whose index in
 * the chunk is even (k = 0) or odd. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status fastq_columns_fill(struct fastq_chunk *chunk, struct span text,
                              const struct fastq_filling *filling, pfq_error *err);

/* Copies the records of a parsed chunk with index k, k + deal, ... to the columns that a batch has,
 * behind `to`, and lets *low and *high hold their quality characters. The batch has room, and
 * offset[to.records] is set. */
void fastq_columns_copy(const struct fastq_chunk *chunk, struct span text,
                        const struct fastq_filling *filling, int k, const pfq_batch *batch,
                        struct fastq_totals to, uint8_t *low, uint8_t *high);

void fastq_columns_release(struct fastq_columns *columns);

/* Which of the columns of a chunk belong to mate k of `deal` mates, when `number` records of the
 * stream came before the chunk. */
static inline int fastq_columns_of_mate(int deal, uint64_t number, int k)
{
    return deal == 1 ? 0 : (int)((number + (uint64_t)k) % 2);
}

/* What mate k of `deal` gets from a chunk. */
struct fastq_totals fastq_columns_share(const struct fastq_chunk *chunk, int deal, uint64_t number,
                                        int k);

#endif
