/*
 * The first pass has counted every chunk; a prefix sum over the chunks gives each its place in the
 * columns, and threads copy chunk by chunk.
 */
#include "run/staging.h"

#include <stdlib.h>

#include "threads/threads.h"

/* Where the records of a chunk go in the batches of its stream. */
struct staging_place {
    struct fastq_totals before[2];
    int first; /* which batch gets the first record */
};

pfq_status staging_create(const struct scan_kernel *kernel, int threads, int mates,
                          bool interleaved, uint8_t text_offset, struct staging *staging,
                          pfq_error *err)
{
    *staging = (struct staging){.kernel = kernel,
                                .threads = threads,
                                .mates = mates,
                                .deal = interleaved ? 2 : 1,
                                .text_offset = text_offset,
                                .extent = {UINT8_MAX, 0}};
    staging->extents = memory_allocate((size_t)threads, sizeof *staging->extents, err);
    return staging->extents ? PFQ_OK : PFQ_NO_MEMORY;
}

void staging_destroy(struct staging *staging)
{
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        fastq_columns_release(&staging->columns[mate]);
    free(staging->places);
    free(staging->extents);
    *staging = (struct staging){0};
}

static void add(struct fastq_totals *sum, struct fastq_totals share)
{
    sum->records += share.records;
    sum->bases += share.bases;
    sum->name_bytes += share.name_bytes;
}

/* Gives each chunk of a slice its place; totals[k] is what batch k of the stream gets. */
static pfq_status place_chunks(struct staging *staging, const struct input_slice *slice,
                               struct fastq_totals totals[2], pfq_error *err)
{
    const pfq_status status = memory_grow(&staging->places, &staging->place_capacity,
                                          slice->chunk_count, sizeof *staging->places, err);
    if (status)
        return status;
    uint64_t number = slice->first;
    for (size_t c = 0; c < slice->chunk_count; c++) {
        struct staging_place *place = &staging->places[c];
        place->first = (int)(number % (uint64_t)staging->deal);
        for (int k = 0; k < staging->deal; k++) {
            place->before[k] = totals[k];
            add(&totals[k], fastq_columns_share(&slice->chunks[c], staging->deal, place->first, k));
        }
        number += slice->chunks[c].count;
    }
    return PFQ_OK;
}

struct job {
    struct staging *staging;
    const struct input_slice *slice;
    pfq_batch *batches[2];
};

static pfq_status fill_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    (void)err;
    const struct job *job = context;
    struct staging *staging = job->staging;
    struct fastq_extent extent = staging->extents[thread];
    fastq_columns_fill(&job->slice->chunks[i], job->slice->text, staging->kernel,
                       staging->text_offset, staging->deal, staging->places[i].first, job->batches,
                       staging->places[i].before, &extent);
    staging->extents[thread] = extent;
    return PFQ_OK;
}

static void merge_extents(struct staging *staging)
{
    for (int i = 0; i < staging->threads; i++) {
        const struct fastq_extent *of_thread = &staging->extents[i];
        if (of_thread->low < staging->extent.low)
            staging->extent.low = of_thread->low;
        if (of_thread->high > staging->extent.high)
            staging->extent.high = of_thread->high;
    }
}

/* One stream of the round into the batches from `mate` on. */
static pfq_status fill_stream(struct staging *staging, const struct input_slice *slice, int mate,
                              pfq_error *err)
{
    struct fastq_totals totals[2] = {{0}};
    struct job job = {.staging = staging, .slice = slice};
    pfq_status status = place_chunks(staging, slice, totals, err);
    for (int k = 0; k < staging->deal && !status; k++) {
        status = fastq_columns_reserve(&staging->columns[mate + k], &totals[k], err);
        job.batches[k] = &staging->columns[mate + k].batch;
    }
    for (int i = 0; i < staging->threads; i++)
        staging->extents[i] = (struct fastq_extent){UINT8_MAX, 0};
    if (!status)
        status = threads_for(staging->threads, slice->chunk_count, fill_chunk, &job, err);
    merge_extents(staging);
    return status;
}

pfq_status staging_fill(struct staging *staging, const struct input_round *round,
                        struct store_part *parts, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int i = 0; i < round->streams && !status; i++)
        status = fill_stream(staging, &round->slices[i], i, err);
    for (int mate = 0; mate < staging->mates && !status; mate++)
        parts[mate] = (struct store_part){.batch = &staging->columns[mate].batch};
    for (int i = 0; i < round->streams && !status; i++) {
        parts[i].tail.data = round->slices[i].tail.data;
        parts[i].tail.size = round->slices[i].tail.size;
    }
    return status;
}
