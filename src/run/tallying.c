/*
 * Reads go to a tally in handfuls that stay in the nearest cache while each module looks at them.
 */
#include "run/tallying.h"

#include <stdlib.h>

#include "base/memory.h"
#include "threads/threads.h"

enum { HANDFUL_READS = 64, HANDFUL_BASES = 16384 };

struct handful {
    struct qc_tally *tally;
    size_t count;
    uint64_t bases;
    struct qc_read reads[HANDFUL_READS];
};

pfq_status tallying_begin(struct tallying *tallying, int mates, bool interleaved, int threads,
                          bool all, pfq_error *err)
{
    const size_t count = (size_t)mates * (size_t)threads;
    *tallying = (struct tallying){.mates = mates, .threads = threads, .interleaved = interleaved};
    tallying->tallies = memory_allocate(count, sizeof *tallying->tallies, err);
    if (!tallying->tallies)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        tallying->tallies[i] = tally_create(all, err);
        if (!tallying->tallies[i])
            return PFQ_NO_MEMORY;
    }
    return PFQ_OK;
}

void tallying_end(struct tallying *tallying)
{
    for (int i = 0; tallying->tallies && i < tallying->mates * tallying->threads; i++)
        tally_destroy(tallying->tallies[i]);
    free(tallying->tallies);
    free(tallying->jobs);
    *tallying = (struct tallying){0};
}

static pfq_status hand_over(struct handful *handful, pfq_error *err)
{
    const pfq_status status = tally_add(handful->tally, handful->reads, handful->count, err);
    handful->count = 0;
    handful->bases = 0;
    return status;
}

/* Adds a read, and hands over what there is when it is enough. */
static pfq_status take(struct handful *handful, const struct qc_read *read, pfq_error *err)
{
    handful->reads[handful->count++] = *read;
    handful->bases += read->bases;
    if (handful->count < HANDFUL_READS && handful->bases < HANDFUL_BASES)
        return PFQ_OK;
    return hand_over(handful, err);
}

/* ---- from text ---- */

/* The records of a chunk with index k, k + deal, ... */
static pfq_status count_text(struct qc_tally *tally, const struct tallying_job *job, size_t k,
                             size_t deal, pfq_error *err)
{
    struct handful handful;
    pfq_status status = PFQ_OK;
    handful.tally = tally;
    handful.count = 0;
    handful.bases = 0;
    for (size_t i = k; i < job->chunk->count && !status; i += deal) {
        const struct scan_record *const record = &job->chunk->records[i];
        const struct fastq_place at = fastq_place_of(job->chunk, job->text, record);
        const struct qc_read read = {.sequence = at.bases,
                                     .quality = at.quality,
                                     .name = at.name,
                                     .bases = record->bases,
                                     .row = (job->number + i) / deal,
                                     .name_bytes = record->name};
        status = take(&handful, &read, err);
    }
    return status ? status : hand_over(&handful, err);
}

static pfq_status count_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    const struct tallying *const tallying = context;
    const struct tallying_job *const job = &tallying->jobs[i];
    if (!tallying->interleaved)
        return count_text(tallying_of(tallying, job->mate, thread), job, 0, 1, err);
    const size_t first = job->number % 2; /* the record of mate 1 */
    const pfq_status status = count_text(tallying_of(tallying, 0, thread), job, first, 2, err);
    return status ? status : count_text(tallying_of(tallying, 1, thread), job, 1 - first, 2, err);
}

pfq_status tallying_round(struct tallying *tallying, const struct input_round *round,
                          const struct threads_aside *aside, pfq_error *err)
{
    tallying->count = 0;
    for (int i = 0; i < round->streams; i++) {
        const struct input_slice *const slice = &round->slices[i];
        uint64_t number = slice->first;
        const pfq_status status =
            memory_grow(&tallying->jobs, &tallying->capacity, tallying->count + slice->chunk_count,
                        sizeof *tallying->jobs, err);
        if (status)
            return status;
        for (size_t c = 0; c < slice->chunk_count; c++) {
            tallying->jobs[tallying->count++] =
                (struct tallying_job){&slice->chunks[c], slice->text, number, i};
            number += slice->chunks[c].count;
        }
    }
    return threads_for_beside(tallying->threads, tallying->count, count_chunk, tallying, aside,
                              err);
}

/* ---- from columns ---- */

pfq_status tallying_batch(struct qc_tally *tally, const pfq_batch *batch, size_t first, size_t end,
                          uint64_t row, uint8_t text_offset, pfq_error *err)
{
    struct handful handful;
    pfq_status status = PFQ_OK;
    handful.tally = tally;
    handful.count = 0;
    handful.bases = 0;
    tally->shift = text_offset - '!';
    for (size_t i = first; i < end && !status; i++) {
        const uint64_t at = batch->offset[i], name = batch->name_offset[i];
        const struct qc_read read = {
            .sequence = batch->sequence + at,
            .quality = batch->quality + at,
            .name = batch->name ? batch->name + name : NULL,
            .bases = batch->offset[i + 1] - at,
            .row = row + i,
            .name_bytes = batch->name ? (uint32_t)(batch->name_offset[i + 1] - name) : 0};
        status = take(&handful, &read, err);
    }
    return status ? status : hand_over(&handful, err);
}
