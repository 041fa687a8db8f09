/*
 * Two passes over pieces of about a megabyte: how long each becomes, and, when every thread knows
 * where its pieces begin, the text itself.
 */
#include "run/texts.h"

#include <stdlib.h>

enum { PIECE_BYTES = 1 << 20 };

struct job {
    struct texts *texts;
    int mates;
    const pfq_batch *const *batches;
    const struct format *formats;
    size_t records, pieces;
};

static size_t piece_begin(const struct job *job, size_t piece)
{
    return job->records * piece / job->pieces;
}

/* Leaves the length of piece i in place[i + 1]; the sums come after. */
static pfq_status measure_piece(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    (void)err;
    const struct job *const job = context;
    const size_t first = piece_begin(job, i), end = piece_begin(job, i + 1);
    uint64_t bytes = 0;
    for (int m = 0; m < job->mates; m++)
        bytes += format_bytes(&job->formats[m], job->batches[m], first, end - first);
    job->texts->place[i + 1] = bytes;
    return PFQ_OK;
}

static pfq_status write_piece(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    (void)err;
    const struct job *const job = context;
    const size_t end = piece_begin(job, i + 1);
    uint8_t *text = job->texts->buffer.data + job->texts->place[i];
    for (size_t k = piece_begin(job, i); k < end; k++)
        for (int m = 0; m < job->mates; m++)
            text = format_record(&job->formats[m], job->batches[m], k, text);
    return PFQ_OK;
}

pfq_status texts_format(struct texts *texts, int threads, int mates,
                        const pfq_batch *const *batches, const struct format *formats,
                        const struct threads_aside *aside, pfq_error *err)
{
    uint64_t about = 0;
    for (int m = 0; m < mates; m++)
        about += 2 * batches[m]->bases + batches[m]->name_bytes;
    struct job job = {.texts = texts,
                      .mates = mates,
                      .batches = batches,
                      .formats = formats,
                      .records = batches[0]->records};
    const size_t pieces = about / PIECE_BYTES + 1;
    job.pieces = pieces < job.records ? pieces : job.records;

    pfq_status status =
        memory_grow(&texts->place, &texts->places, job.pieces + 1, sizeof *texts->place, err);
    if (!status)
        status = threads_for_beside(threads, job.pieces, measure_piece, &job, aside, err);
    if (status)
        return status;
    texts->place[0] = 0;
    for (size_t i = 0; i < job.pieces; i++)
        texts->place[i + 1] += texts->place[i];
    texts->bytes = texts->place[job.pieces];
    status = buffer_reserve(&texts->buffer, texts->bytes, 0, err);
    return status ? status : threads_for_beside(threads, job.pieces, write_piece, &job, aside, err);
}

void texts_release(struct texts *texts)
{
    buffer_release(&texts->buffer);
    free(texts->place);
    *texts = (struct texts){0};
}
