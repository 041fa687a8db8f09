/*
 * Batches as one text, formatted by all threads: record after record, mates of a row behind each
 * other.
 */
#ifndef RUN_TEXTS_H
#define RUN_TEXTS_H

#include "base/memory.h"
#include "fastq/format.h"
#include "threads/threads.h"

/* Recycled from text to text; all zero is empty. */
struct texts {
    struct buffer buffer;
    uint64_t bytes;  /* of text in it */
    uint64_t *place; /* where each piece begins; pieces + 1 */
    size_t places;
};

/* Formats the batches of `mates` mates, which hold equally many records, while the main thread does
 * what `aside` says; NULL: nothing. */
pfq_status texts_format(struct texts *texts, int threads, int mates,
                        const pfq_batch *const *batches, const struct format *formats,
                        const struct threads_aside *aside, pfq_error *err);

void texts_release(struct texts *texts);

#endif
