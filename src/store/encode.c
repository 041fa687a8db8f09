/*
 * From elements to encoded chunks, on all threads.
 *
 * A chunk is put together in a thread's scratch, unless it lies in one piece already, and encoded
 * into a slot as large as it can become; the slots then close up, which moves far fewer bytes than
 * were read, and leaves one piece to write.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/fletcher.h"
#include "store/encoder.h"
#include "store/stretch.h"

static size_t chunk_bytes(enum schema_column column)
{
    return schema_datasets[column].chunk_elements * schema_datasets[column].element_bytes;
}

static size_t largest_chunk(void)
{
    size_t largest = 0;
    for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
        largest = chunk_bytes(column) > largest ? chunk_bytes(column) : largest;
    return largest;
}

/* ---- the encoder ---- */

/* Gives each dataset its partial chunk; two more for each are what a round can send. */
static pfq_status begin_datasets(struct encoder *encoder, int mates, pfq_error *own)
{
    size_t bytes = 0;
    for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
        bytes += chunk_bytes(column);
    const pfq_status status = buffer_reserve(&encoder->partials, bytes * (size_t)mates, 0, own);
    if (status)
        return status;
    uint8_t *next = encoder->partials.data;
    for (int m = 0; m < mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            struct dataset_encoder *const dataset = &encoder->dataset[m][column];
            const struct schema_dataset *const row = &schema_datasets[column];
            dataset->codec = compress_codec(&encoder->compression, row->element_bytes);
            dataset->partial = next;
            memset(next, 0, row->more * row->element_bytes); /* offsets begin with a 0 */
            next += chunk_bytes(column);
        }
    return PFQ_OK;
}

static pfq_status begin_threads(struct encoder *encoder, pfq_error *own)
{
    const size_t threads = (size_t)encoder->threads;
    encoder->states = memory_allocate(threads, sizeof(struct codec_state *), own);
    for (size_t i = 0; encoder->states && i < threads && !own->status; i++)
        encoder->states[i] = codec_create(own);
    if (!own->status)
        buffer_reserve(&encoder->scratch, threads * largest_chunk(), 0, own);
    return own->status;
}

struct encoder *encoder_create(int mates, const struct store_config *config, pfq_error *own)
{
    struct encoder *encoder = memory_allocate(1, sizeof *encoder, own);
    if (!encoder)
        return NULL;
    encoder->compression = config->compression;
    encoder->threads = config->threads > 1 ? config->threads : 1;
    encoder->aside = config->aside;
    if (begin_datasets(encoder, mates, own) || begin_threads(encoder, own)) {
        encoder_destroy(encoder);
        return NULL;
    }
    return encoder;
}

void encoder_destroy(struct encoder *encoder)
{
    if (!encoder)
        return;
    for (int i = 0; encoder->states && i < encoder->threads; i++)
        codec_destroy(encoder->states[i]);
    free(encoder->states);
    buffer_release(&encoder->scratch);
    buffer_release(&encoder->partials);
    buffer_release(&encoder->tails);
    buffer_release(&encoder->packet);
    for (int i = 0; i < 2; i++)
        buffer_release(&encoder->out[i]);
    free(encoder->received);
    free(encoder->jobs);
    free(encoder->places);
    free(encoder);
}

/* ---- planning ---- */

static void add_job(struct encoder *encoder, const struct chunk_job *job, pfq_error *own)
{
    if (own->status || memory_grow(&encoder->jobs, &encoder->capacity, encoder->count + 1,
                                   sizeof *encoder->jobs, own))
        return;
    encoder->jobs[encoder->count++] = *job;
}

void encoder_plan(struct store *store, int m, enum schema_column column, uint64_t first, uint64_t n,
                  const uint8_t *flat)
{
    struct encoder *const encoder = store->encoder;
    const struct schema_dataset *const row = &schema_datasets[column];
    const uint64_t elements = row->chunk_elements, end = first + n;
    struct chunk_job job = {.m = m, .column = column, .flat = flat, .cursor.column = column};
    job.before = first % elements;
    for (job.chunk = first / elements; (job.chunk + 1) * elements <= end; job.chunk++) {
        const uint64_t taken = elements - job.before;
        add_job(encoder, &job, &store->failure);
        if (flat)
            job.flat += taken * row->element_bytes;
        else
            stretch_skip(&store->mate[m], &encoder->parts[m], &job.cursor, taken);
        job.before = 0;
    }
}

void encoder_plan_last(struct store *store, int m, enum schema_column column, uint64_t elements)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const size_t used = elements % row->chunk_elements * row->element_bytes;
    const struct chunk_job job = {.m = m,
                                  .column = column,
                                  .chunk = elements / row->chunk_elements,
                                  .before = row->chunk_elements};
    memset(store->encoder->dataset[m][column].partial + used, 0, chunk_bytes(column) - used);
    add_job(store->encoder, &job, &store->failure);
}

/* ---- one chunk ---- */

/* The elements behind those that wait, from this rank's part, where they are in one piece; else
 * NULL, and the cursor is where it was. */
static const uint8_t *whole_stretch(const struct store *store, const struct chunk_job *job,
                                    uint64_t n)
{
    struct cursor cursor = job->cursor;
    const struct stretch stretch =
        stretch_next(&store->mate[job->m], &store->encoder->parts[job->m], &cursor, n);
    return stretch.n == n ? stretch.bytes : NULL;
}

/* The bytes of a chunk, in one piece: where they lie, or put together in `scratch`. */
static struct span raw_chunk(const struct store *store, const struct chunk_job *job,
                             uint8_t *scratch)
{
    const struct encoder *const encoder = store->encoder;
    const size_t size = schema_datasets[job->column].element_bytes, all = chunk_bytes(job->column);
    const size_t before = job->before * size;
    const uint64_t n = schema_datasets[job->column].chunk_elements - job->before;
    const uint8_t *const partial = encoder->dataset[job->m][job->column].partial;
    if (n == 0)
        return (struct span){partial, all};
    const uint8_t *whole = job->flat ? job->flat : whole_stretch(store, job, n);
    if (whole && before == 0)
        return (struct span){whole, all};
    memcpy(scratch, partial, before);
    if (whole) {
        memcpy(scratch + before, whole, all - before);
    } else {
        struct cursor cursor = job->cursor;
        stretch_collect(&store->mate[job->m], &encoder->parts[job->m], &cursor, n,
                        scratch + before);
    }
    return (struct span){scratch, all};
}

static pfq_status encode_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    const struct store *const store = context;
    struct encoder *const encoder = store->encoder;
    struct chunk_job *const job = &encoder->jobs[i];
    const struct codec *const codec = &encoder->dataset[job->m][job->column].codec;
    const struct span raw =
        raw_chunk(store, job, encoder->scratch.data + (size_t)thread * largest_chunk());
    uint8_t *const out = encoder->out[encoder->now].data + job->place;
    size_t bytes;
    const pfq_status status = codec_encode(encoder->states[thread], codec, raw, out,
                                           codec_bound(codec, raw.size), &bytes, err);
    if (status)
        return status;
    if (encoder->compression.checksum) {
        fletcher_put((struct span){out, bytes}, out + bytes);
        bytes += FLETCHER_BYTES;
    }
    job->bytes = bytes;
    return PFQ_OK;
}

/* ---- all of them ---- */

/* Gives each job a slot; the room that all of them need. */
static size_t place_jobs(struct encoder *encoder)
{
    size_t room = 0;
    for (size_t i = 0; i < encoder->count; i++) {
        struct chunk_job *const job = &encoder->jobs[i];
        job->place = room;
        room += codec_bound(&encoder->dataset[job->m][job->column].codec, chunk_bytes(job->column));
        room += FLETCHER_BYTES;
    }
    return room;
}

void encoder_prepare(struct store *store)
{
    struct encoder *const encoder = store->encoder;
    pfq_error *const own = &store->failure;
    if (!own->status)
        buffer_reserve(&encoder->out[encoder->now], place_jobs(encoder), 0, own);
    if (own->status)
        encoder->count = 0;
}

struct threads_loop encoder_loop(struct store *store)
{
    return (struct threads_loop){encode_chunk, store, store->encoder->count};
}

void encoder_work(struct store *store)
{
    const struct encoder *const encoder = store->encoder;
    if (!store->failure.status)
        threads_for_beside(encoder->threads, encoder->count, encode_chunk, store, &encoder->aside,
                           &store->failure);
}

void encoder_close_up(struct store *store, uint64_t *bytes)
{
    struct encoder *const encoder = store->encoder;
    uint8_t *const data = encoder->out[encoder->now].data;
    *bytes = 0;
    if (store->failure.status)
        encoder->count = 0;
    for (size_t i = 0; i < encoder->count; i++) {
        struct chunk_job *const job = &encoder->jobs[i];
        memmove(data + *bytes, data + job->place, job->bytes);
        job->place = *bytes;
        *bytes += job->bytes;
    }
}

void encoder_run(struct store *store, uint64_t *bytes)
{
    encoder_prepare(store);
    encoder_work(store);
    encoder_close_up(store, bytes);
}

void encoder_note(struct store *store, uint64_t address)
{
    struct encoder *const encoder = store->encoder;
    if (!store->failure.status)
        memory_grow(&encoder->places, &encoder->place_capacity,
                    encoder->place_count + encoder->count, sizeof *encoder->places,
                    &store->failure);
    for (size_t i = 0; i < encoder->count && !store->failure.status; i++) {
        const struct chunk_job *const job = &encoder->jobs[i];
        encoder->places[encoder->place_count++] = (struct chunk_place){
            .dataset = (uint64_t)job->m * SCHEMA_COLUMNS + (uint64_t)job->column,
            .chunk = job->chunk,
            .address = address + job->place,
            .bytes = job->bytes};
    }
    encoder->count = 0;
}

void encoder_keep_rest(struct store *store, int m, enum schema_column column, uint64_t first,
                       uint64_t n, const uint8_t *flat)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const uint64_t elements = row->chunk_elements, end = first + n;
    const uint64_t begin = end - end % elements > first ? end - end % elements : first;
    uint8_t *const out =
        store->encoder->dataset[m][column].partial + begin % elements * row->element_bytes;
    if (flat) {
        memcpy(out, flat + (begin - first) * row->element_bytes,
               (end - begin) * row->element_bytes);
        return;
    }
    const struct store_part *const part = &store->encoder->parts[m];
    struct cursor cursor = {.column = column};
    stretch_skip(&store->mate[m], part, &cursor, begin - first);
    stretch_collect(&store->mate[m], part, &cursor, end - begin, out);
}
