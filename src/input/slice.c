/*
 * Slices. The chunks of a slice are cut by the finder and parsed side by side; then the seams are
 * checked from left to right. A chunk that does not begin where its left neighbour ended is parsed
 * again from there, so what comes out is what one serial parser would have made of the same text.
 */
#include "input/slice.h"

#include <stdlib.h>

#include "fastq/boundary.h"

enum { MORE_BYTES = 64 * 1024, READ_BYTES = 4 << 20 };

pfq_status slice_begin(struct slice *slice, pfq_error *err)
{
    const size_t bytes = (size_t)(slice->range.end - slice->range.begin);
    const uint8_t *const memory = team_file_memory(slice->file);
    slice->text_bytes = memory ? bytes : 0;
    slice->text = memory ? memory + slice->range.begin : NULL;
    slice->counted = false;
    const pfq_status status = memory ? PFQ_OK : buffer_reserve(&slice->buffer, bytes, 0, err);
    if (!memory)
        slice->text = slice->buffer.data;
    return status;
}

pfq_status slice_read(struct slice *slice, pfq_error *err)
{
    const uint64_t at = slice->range.begin + slice->text_bytes;
    const uint64_t left = slice->range.end - at;
    const size_t bytes = left < READ_BYTES ? (size_t)left : READ_BYTES;
    const pfq_status status =
        team_file_read(slice->file, at, slice->buffer.data + slice->text_bytes, bytes, err);
    if (!status)
        slice->text_bytes += bytes;
    return status;
}

bool slice_read_by_threads(struct slice *slice, struct threads_loop *loop)
{
    const size_t have = slice->text_bytes;
    if (!slice_unread(slice) || !team_file_for_threads(slice->file))
        return false;
    slice->turns = (struct turns){slice->file, slice->range.begin + have, slice->range.end,
                                  slice->buffer.data + have};
    slice->text_bytes = (size_t)(slice->range.end - slice->range.begin);
    *loop = (struct threads_loop){turns_read, &slice->turns, turns_count(&slice->turns)};
    return true;
}

static bool at_end(const struct slice *slice)
{
    return slice->range.begin + slice->text_bytes == slice->file_bytes;
}

/* Reads more text behind the slice: as much again as the unfinished record already holds. */
static pfq_status extend(struct slice *slice, size_t unfinished, pfq_error *err)
{
    const size_t have = slice->text_bytes;
    const uint64_t rest = slice->file_bytes - slice->range.begin - have;
    const size_t held = have > unfinished ? have - unfinished : 0;
    size_t more = held > MORE_BYTES ? held : MORE_BYTES;
    more = more < rest ? more : (size_t)rest;
    pfq_status status = PFQ_OK;
    if (!team_file_memory(slice->file)) {
        status = buffer_reserve(&slice->buffer, have + more, have, err);
        slice->text = slice->buffer.data;
        if (!status)
            status = team_file_read(slice->file, slice->range.begin + have,
                                    slice->buffer.data + have, more, err);
    }
    if (!status)
        slice->text_bytes = have + more;
    return status;
}

/* Adds a chunk that begins at `begin`. */
static pfq_status add_chunk(struct slice *slice, size_t begin, pfq_error *err)
{
    const size_t had = slice->capacity;
    const pfq_status status =
        memory_grow(&slice->chunks, &slice->capacity, slice->count + 1, sizeof *slice->chunks, err);
    if (status)
        return status;
    for (size_t i = had; i < slice->capacity; i++)
        slice->chunks[i] = (struct fastq_chunk){0};
    slice->chunks[slice->count++].begin = begin;
    return PFQ_OK;
}

/* Cuts the slice into chunks near multiples of chunk_bytes. A stretch without a record's beginning
 * belongs to the chunk before. */
static pfq_status cut_chunks(struct slice *slice, const struct slice_rules *rules, pfq_error *err)
{
    const struct span text = slice_text(slice);
    const size_t stop = (size_t)(slice->range.end - slice->range.begin);
    const size_t chunk_bytes = rules->chunk_bytes;
    slice->count = 0;
    pfq_status status = stop ? add_chunk(slice, 0, err) : PFQ_OK;
    for (size_t from = chunk_bytes; from < stop && !status;) {
        size_t begin;
        const size_t to = stop - from > chunk_bytes ? from + chunk_bytes : stop;
        if (fastq_find(text, from, to, at_end(slice), &rules->fastq, &begin) == FASTQ_FOUND)
            status = add_chunk(slice, begin, err);
        from = to;
    }
    for (size_t i = 0; i < slice->count; i++)
        slice->chunks[i].stop = i + 1 < slice->count ? slice->chunks[i + 1].begin : stop;
    return status;
}

static pfq_status parse(const struct slice *slice, struct fastq_chunk *chunk,
                        const struct slice_rules *rules, pfq_error *err)
{
    const struct span text = slice_text(slice);
    pfq_status status = fastq_chunk_parse(chunk, text, at_end(slice), &rules->fastq, err);
    if (!status && rules->filling.kernel)
        status = fastq_columns_fill(chunk, text, &rules->filling, err);
    return status;
}

struct job {
    struct slice *slice;
    const struct slice_rules *rules;
    _Atomic uint64_t *done;
};

static pfq_status parse_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    const struct job *const job = context;
    struct fastq_chunk *const chunk = &job->slice->chunks[i];
    const pfq_status status = parse(job->slice, chunk, job->rules, err);
    if (job->done) /* what is parsed again, behind a seam that did not fit, counts once */
        atomic_fetch_add_explicit(job->done, chunk->stop - chunk->begin, memory_order_relaxed);
    return status;
}

/* Parses one chunk anew from where its left neighbour ended, with as much more text as it takes. */
static pfq_status parse_again(struct slice *slice, struct fastq_chunk *chunk, size_t begin,
                              const struct slice_rules *rules, pfq_error *err)
{
    chunk->begin = begin;
    pfq_status status;
    while (!(status = parse(slice, chunk, rules, err)) && chunk->more && slice->file)
        if ((status = extend(slice, chunk->end, err)))
            break;
    slice->hungry = !status && chunk->more && !slice->starved;
    return status;
}

/* Checks the seams from left to right, beginning at `expected`, and mends what does not fit. */
static pfq_status check_seams(struct slice *slice, size_t expected, const struct slice_rules *rules,
                              pfq_error *err)
{
    for (size_t i = 0; i < slice->count; i++) {
        struct fastq_chunk *chunk = &slice->chunks[i];
        if (chunk->begin != expected || chunk->more) {
            const pfq_status status = parse_again(slice, chunk, expected, rules, err);
            if (status)
                return status;
        }
        expected = chunk->end;
        if (slice->hungry || (chunk->bad && !rules->fastq.skip))
            slice->count = i + 1;
    }
    slice->end = slice->range.begin + expected;
    return PFQ_OK;
}

static void add_up(struct slice *slice, const struct slice_rules *rules)
{
    slice->records = slice->seen = slice->lines = slice->bad = 0;
    for (size_t i = 0; i < slice->count; i++) {
        slice->records += slice->chunks[i].count;
        slice->seen += slice->chunks[i].seen;
        slice->lines += slice->chunks[i].lines;
        slice->bad += slice->chunks[i].bad;
    }
    slice->faulty = slice->bad && !rules->fastq.skip;
}

pfq_status slice_parse(struct slice *slice, uint64_t from, const struct slice_rules *rules,
                       const struct threads_aside *aside, pfq_error *err)
{
    slice->hungry = false;
    pfq_status status = cut_chunks(slice, rules, err);
    if (status)
        return status;
    struct job job = {slice, rules, slice->counted || !slice->file ? NULL : rules->done};
    status = threads_for_beside(rules->threads, slice->count, parse_chunk, &job, aside, err);
    slice->counted = true;
    if (status)
        return status;
    const uint64_t begin = from > slice->range.begin ? from : slice->range.begin;
    status = check_seams(slice, (size_t)(begin - slice->range.begin), rules, err);
    if (!status)
        add_up(slice, rules);
    return status;
}

void slice_forget(struct slice *slice)
{
    slice->count = 0;
    slice->records = slice->seen = slice->lines = slice->bad = 0;
    slice->faulty = slice->hungry = false;
}

void slice_release(struct slice *slice)
{
    for (size_t i = 0; i < slice->capacity; i++)
        fastq_chunk_release(&slice->chunks[i]);
    free(slice->chunks);
    buffer_release(&slice->buffer);
    *slice = (struct slice){0};
}
