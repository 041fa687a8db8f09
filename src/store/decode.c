/*
 * A read is cut at chunks and done in groups, so that what is read and not yet decoded stays small.
 */
#include "store/decode.h"

#include <stdlib.h>
#include <string.h>

#include "codec/fletcher.h"
#include "store/compress.h"
#include "store/reader.h"
#include "threads/threads.h"

enum { MOST_CHUNK_BYTES = 1 << 26, GROUP_BYTES = 1 << 24 };

/* A chunk on its way: stored bytes in the raw buffer, decoded to `out`. */
struct decode_job {
    size_t place, bytes;
    struct codec codec; /* what undoes the filters that were applied to this one */
    bool checksum;
    uint8_t *out;
    uint64_t chunk;
    struct cache_slot *slot; /* where `out` is, or NULL: it is the caller's memory */
};

/* ---- looking ---- */

static H5Z_filter_t filter_at(hid_t properties, int i)
{
    unsigned flags, info;
    size_t parameters = 0;
    return H5Pget_filter2(properties, (unsigned)i, &flags, &parameters, NULL, 0, NULL, &info);
}

/* Fills the codec, and whether there is a checksum; false if there are filters that cannot be
 * undone here, or none. */
static bool filters_are_known(hid_t properties, size_t element_bytes, struct decode_layout *layout)
{
    int n = H5Pget_nfilters(properties);
    struct codec *const codec = &layout->codec;
    layout->checksum = n > 0 && filter_at(properties, n - 1) == H5Z_FILTER_FLETCHER32;
    n -= layout->checksum;
    *codec = (struct codec){CODEC_NONE, 1, 0};
    for (int i = 0; i < n; i++) {
        const H5Z_filter_t filter = filter_at(properties, i);
        if (filter == H5Z_FILTER_SHUFFLE && i == 0)
            codec->shuffle = (unsigned)element_bytes;
        else if (filter == H5Z_FILTER_DEFLATE && i == n - 1)
            codec->kind = CODEC_DEFLATE;
        else if (filter == COMPRESS_FILTER_ZSTD && i == n - 1 && codec_has(CODEC_ZSTD))
            codec->kind = CODEC_ZSTD;
        else
            return false;
    }
    return codec->kind != CODEC_NONE || (layout->checksum && n == 0);
}

static bool is_native(hid_t dataset, size_t element_bytes)
{
    const hid_t type = H5Dget_type(dataset);
    const bool native = type >= 0 && H5Tequal(type, h5_native(element_bytes)) > 0;
    if (type >= 0)
        H5Tclose(type);
    return native;
}

struct decode_layout decode_look(hid_t dataset, size_t element_bytes)
{
    struct decode_layout layout = {0};
    hsize_t chunk = 0;
    const hid_t properties = H5Dget_create_plist(dataset);
    if (properties >= 0 && H5Pget_layout(properties) == H5D_CHUNKED &&
        H5Pget_chunk(properties, 1, &chunk) == 1) {
        layout.filtered = H5Pget_nfilters(properties) > 0;
        layout.chunk_elements = chunk;
        layout.ours = chunk > 0 && chunk <= MOST_CHUNK_BYTES / element_bytes &&
                      filters_are_known(properties, element_bytes, &layout) &&
                      is_native(dataset, element_bytes);
    }
    if (properties >= 0)
        H5Pclose(properties);
    return layout;
}

/* ---- stored bytes ---- */

static pfq_status damaged(struct store_reader *reader, int mate, enum schema_column column,
                          pfq_error *err)
{
    return reader_bad(reader, mate, column, "is damaged: a chunk is missing or has a wrong size",
                      err);
}

/* Which filters a chunk has gone through: HDF5 leaves those out that it found not worth it, bit i
 * of the mask for the i-th. They are shuffle, if any; one that compresses, if any; a checksum, if
 * any. */
static void note_filters(const struct decode_layout *layout, uint32_t mask, struct decode_job *job)
{
    unsigned i = 0;
    job->codec = layout->codec;
    job->checksum = layout->checksum;
    if (layout->codec.shuffle > 1 && mask >> i++ & 1)
        job->codec.shuffle = 0;
    if (layout->codec.kind != CODEC_NONE && mask >> i++ & 1)
        job->codec.kind = CODEC_NONE;
    if (layout->checksum && mask >> i & 1)
        job->checksum = false;
}

/* Reads a chunk as it is stored behind the `place` bytes of the raw buffer. */
static pfq_status read_chunk(struct store_reader *reader, int mate, enum schema_column column,
                             struct decode_job *job, pfq_error *err)
{
    const struct decode_layout *const layout = &reader->decoder.layout[mate - 1][column];
    const hid_t dataset = reader->dataset[mate - 1][column];
    const hsize_t offset = job->chunk * layout->chunk_elements;
    const size_t raw_bytes = layout->chunk_elements * schema_datasets[column].element_bytes;
    hsize_t bytes = 0;
    uint32_t mask = 0;
    if (H5Dget_chunk_storage_size(dataset, &offset, &bytes) < 0 || bytes == 0 ||
        bytes > 2 * raw_bytes + GROUP_BYTES)
        return damaged(reader, mate, column, err);
    job->bytes = (size_t)bytes;
    struct buffer *const raw = &reader->decoder.raw;
    const size_t need = job->place + job->bytes;
    if (need > raw->capacity && buffer_reserve(raw, need + need / 2, job->place, err))
        return PFQ_NO_MEMORY;
    if (H5Dread_chunk(dataset, H5P_DEFAULT, &offset, &mask, raw->data + job->place) < 0)
        return h5_fail(err, PFQ_BAD_FILE, reader->path, "cannot read /read%d/%s", mate,
                       schema_datasets[column].name);
    note_filters(layout, mask, job);
    return PFQ_OK;
}

/* ---- decoding ---- */

static size_t threads_of(const struct decoder *decoder)
{
    return decoder->threads > 1 ? (size_t)decoder->threads : 1;
}

struct decode_loop {
    struct decoder *decoder;
    size_t raw_bytes;
};

/* Takes the checksum off a chunk, if it carries one. */
static pfq_status check_sum(struct span *in, pfq_error *err)
{
    if (in->size < FLETCHER_BYTES)
        return error_set(err, PFQ_BAD_FILE, NULL, "a chunk is damaged: it has no checksum");
    in->size -= FLETCHER_BYTES;
    if (fletcher_is(*in, in->data + in->size))
        return PFQ_OK;
    return error_set(err, PFQ_BAD_FILE, NULL,
                     "a chunk is damaged: its %zu bytes have another checksum", in->size);
}

static pfq_status decode_one(void *context, size_t i, int thread, pfq_error *err)
{
    const struct decode_loop *const loop = context;
    const struct decode_job *const job = &loop->decoder->jobs[i];
    struct codec_state **const state = &loop->decoder->states[thread];
    if (!*state)
        *state = codec_create(err);
    if (!*state)
        return PFQ_NO_MEMORY;
    struct span in = {loop->decoder->raw.data + job->place, job->bytes};
    const pfq_status status = job->checksum ? check_sum(&in, err) : PFQ_OK;
    return status ? status : codec_decode(*state, &job->codec, in, job->out, loop->raw_bytes, err);
}

static pfq_status decode_all(struct store_reader *reader, int mate, enum schema_column column,
                             size_t jobs, pfq_error *err)
{
    struct decoder *const decoder = &reader->decoder;
    struct decode_loop loop = {decoder, decoder->layout[mate - 1][column].chunk_elements *
                                            schema_datasets[column].element_bytes};
    pfq_error met = {0};
    if (!decoder->states)
        decoder->states = memory_allocate(threads_of(decoder), sizeof(struct codec_state *), err);
    if (!decoder->states)
        return PFQ_NO_MEMORY;
    const pfq_status status =
        threads_for_beside(decoder->threads, jobs, decode_one, &loop, &decoder->aside, &met);
    if (status == PFQ_BAD_FILE)
        return error_set(err, PFQ_BAD_FILE, reader->path, "/read%d/%s: %s", mate,
                         schema_datasets[column].name, met.message);
    if (status && err)
        *err = met;
    for (size_t i = 0; i < jobs && !status; i++)
        if (decoder->jobs[i].slot)
            cache_keep(&decoder->cache, decoder->jobs[i].slot,
                       (struct cache_key){mate, column, decoder->jobs[i].chunk});
    return status;
}

/* ---- a read ---- */

/* A read of one column, and how far it has come. */
struct decode_read {
    int mate;
    enum schema_column column;
    uint64_t first, end, next; /* elements */
    uint64_t chunk_elements;
    size_t element_bytes;
    uint8_t *data; /* of `first` */
};

/* The elements of a chunk that are wanted: [*begin, *end). */
static void wanted_of(const struct decode_read *read, uint64_t chunk, uint64_t *begin,
                      uint64_t *end)
{
    *begin = chunk * read->chunk_elements;
    *end = *begin + read->chunk_elements;
    if (*begin < read->first)
        *begin = read->first;
    if (*end > read->end)
        *end = read->end;
}

static void copy_wanted(const struct decode_read *read, const struct cache_slot *slot,
                        uint64_t chunk)
{
    uint64_t begin, end;
    wanted_of(read, chunk, &begin, &end);
    memcpy(read->data + (begin - read->first) * read->element_bytes,
           slot->bytes.data + (begin - chunk * read->chunk_elements) * read->element_bytes,
           (end - begin) * read->element_bytes);
}

/* Lists and reads the chunks of the next group; those in the cache are copied at once. */
static pfq_status read_group(struct store_reader *reader, struct decode_read *read, size_t *jobs,
                             pfq_error *err)
{
    struct decoder *const decoder = &reader->decoder;
    const size_t chunk_bytes = read->chunk_elements * read->element_bytes;
    size_t place = 0, out = 0;
    *jobs = 0;
    while (read->next < read->end && place < GROUP_BYTES && out < GROUP_BYTES) {
        const uint64_t chunk = read->next / read->chunk_elements;
        uint64_t begin, end;
        wanted_of(read, chunk, &begin, &end);
        read->next = end;
        struct decode_job job = {.place = place, .chunk = chunk};
        struct cache_slot *const known =
            cache_find(&decoder->cache, (struct cache_key){read->mate, read->column, chunk});
        if (known) {
            copy_wanted(read, known, chunk);
            continue;
        }
        job.out = read->data + (begin - read->first) * read->element_bytes;
        if (end - begin < read->chunk_elements) {
            job.slot = cache_take(&decoder->cache, chunk_bytes, err);
            if (!job.slot)
                return PFQ_NO_MEMORY;
            job.out = job.slot->bytes.data;
        }
        pfq_status status = memory_grow(&decoder->jobs, &decoder->jobs_capacity, *jobs + 1,
                                        sizeof *decoder->jobs, err);
        if (!status)
            status = read_chunk(reader, read->mate, read->column, &job, err);
        if (status)
            return status;
        decoder->jobs[(*jobs)++] = job;
        place += job.bytes;
        out += chunk_bytes;
    }
    return PFQ_OK;
}

pfq_status decode_column(struct store_reader *reader, int mate, enum schema_column column,
                         uint64_t first, uint64_t n, void *data, pfq_error *err)
{
    struct decoder *const decoder = &reader->decoder;
    struct decode_read read = {.mate = mate,
                               .column = column,
                               .first = first,
                               .end = first + n,
                               .next = first,
                               .chunk_elements = decoder->layout[mate - 1][column].chunk_elements,
                               .element_bytes = schema_datasets[column].element_bytes,
                               .data = data};
    cache_tick(&decoder->cache);
    while (read.next < read.end) {
        size_t jobs;
        pfq_status status = read_group(reader, &read, &jobs, err);
        if (!status)
            status = decode_all(reader, mate, column, jobs, err);
        if (status)
            return status;
        for (size_t i = 0; i < jobs; i++)
            if (decoder->jobs[i].slot)
                copy_wanted(&read, decoder->jobs[i].slot, decoder->jobs[i].chunk);
    }
    return PFQ_OK;
}

/* ---- chunks, wherever they are wanted ---- */

/* Reads one chunk by HDF5. Behind the end of the dataset the slot keeps what it has. */
static pfq_status fetch_by_hdf5(struct store_reader *reader, int mate, enum schema_column column,
                                uint64_t chunk, struct cache_slot *slot, pfq_error *err)
{
    const uint64_t elements = reader->decoder.layout[mate - 1][column].chunk_elements;
    const uint64_t all = reader_length(reader->dataset[mate - 1][column]);
    const uint64_t first = chunk * elements, left = all - first;
    const pfq_status status = reader_column_by_hdf5(
        reader, mate, column, first, left < elements ? left : elements, slot->bytes.data, err);
    if (!status)
        cache_keep(&reader->decoder.cache, slot, (struct cache_key){mate, column, chunk});
    return status;
}

/* Lists and reads the chunks that are not in the cache. */
static pfq_status fetch_stored(struct store_reader *reader, int mate, enum schema_column column,
                               const uint64_t *chunks, size_t n, struct cache_slot **slots,
                               size_t *jobs, pfq_error *err)
{
    struct decoder *const decoder = &reader->decoder;
    const struct decode_layout *const layout = &decoder->layout[mate - 1][column];
    const size_t chunk_bytes = layout->chunk_elements * schema_datasets[column].element_bytes;
    size_t place = 0;
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++) {
        struct decode_job job = {.place = place, .chunk = chunks[i]};
        slots[i] = cache_find(&decoder->cache, (struct cache_key){mate, column, chunks[i]});
        if (slots[i])
            continue;
        slots[i] = job.slot = cache_take(&decoder->cache, chunk_bytes, err);
        if (!job.slot)
            return PFQ_NO_MEMORY;
        job.out = job.slot->bytes.data;
        if (!layout->ours) {
            status = fetch_by_hdf5(reader, mate, column, chunks[i], job.slot, err);
            continue;
        }
        status = read_chunk(reader, mate, column, &job, err);
        if (!status)
            status = memory_grow(&decoder->jobs, &decoder->jobs_capacity, *jobs + 1,
                                 sizeof *decoder->jobs, err);
        if (!status)
            decoder->jobs[(*jobs)++] = job;
        place += job.bytes;
    }
    return status;
}

pfq_status decode_fetch(struct store_reader *reader, int mate, enum schema_column column,
                        const uint64_t *chunks, size_t n, struct cache_slot **slots, pfq_error *err)
{
    size_t jobs = 0;
    cache_tick(&reader->decoder.cache);
    const pfq_status status = fetch_stored(reader, mate, column, chunks, n, slots, &jobs, err);
    return status ? status : decode_all(reader, mate, column, jobs, err);
}

static void release_states(struct decoder *decoder)
{
    for (size_t i = 0; decoder->states && i < threads_of(decoder); i++)
        codec_destroy(decoder->states[i]);
    free(decoder->states);
    decoder->states = NULL;
}

void decoder_use_threads(struct decoder *decoder, int threads)
{
    release_states(decoder);
    decoder->threads = threads;
}

void decoder_release(struct decoder *decoder)
{
    release_states(decoder);
    cache_release(&decoder->cache);
    buffer_release(&decoder->raw);
    free(decoder->jobs);
}
