/*
 * A whole file decoded as a run over many threads does it: every chunk from a start that was found,
 * without its window; ends held against starts, and chunks decoded again where they differ; tails
 * chained by their luts; then all text, and the checksums folded.
 *
 * Every chunk has a stretch of its own, no longer than it must be, with rubbish behind it.
 */
#ifndef TESTS_GZIP_ROUNDS_H
#define TESTS_GZIP_ROUNDS_H

#include "base/memory.h"
#include "gzip/checksum.h"
#include "gzip/resolve.h"
#include "support/check.h"

enum { ROUNDS_MOST_CHUNKS = 512, ROUNDS_RUBBISH = 0xa5 };

/* Decoders, used again and again, as threads use them. */
static struct gzip_decoder *rounds_decoders[ROUNDS_MOST_CHUNKS];

static inline void rounds_forget_decoders(void)
{
    for (size_t k = 0; k < ROUNDS_MOST_CHUNKS; k++) {
        gzip_decoder_destroy(rounds_decoders[k]);
        rounds_decoders[k] = NULL;
    }
}

struct rounds_chunk {
    struct gzip_decoder *decoder;
    struct gzip_input input;
    struct gzip_start start;
    struct gzip_chunk chunk;
    pfq_status status;
    pfq_error err;
    bool empty;
    uint8_t *lut;
};

struct rounds {
    struct span file;
    size_t chunk_bytes;
    size_t look; /* bytes behind a chunk that its stretch has at first, and gets more each time */
    enum gzip_starts starts;

    /* What came out. */
    pfq_status status;
    pfq_error err;
    uint8_t *text;
    size_t text_bytes, text_capacity;
    uint64_t garbage;              /* offset, or GZIP_NOWHERE */
    size_t again, empty, kinds[3]; /* chunks decoded again or without a start; text of each kind */
};

/* Sets the stretch to `size` bytes from where it begins, less if the file ends. */
static inline void rounds_read(const struct rounds *rounds, struct gzip_input *input, size_t size)
{
    const size_t left = rounds->file.size - (size_t)input->offset;
    size = size < left ? size : left;
    uint8_t *data = malloc(size + GZIP_PADDING_BYTES);
    CHECK(data);
    if (size)
        memcpy(data, rounds->file.data + input->offset, size);
    memset(data + size, ROUNDS_RUBBISH, GZIP_PADDING_BYTES);
    free((void *)input->bytes.data);
    input->bytes = (struct span){data, size};
    input->last = size == left;
}

static inline void rounds_more(const struct rounds *rounds, struct gzip_input *input)
{
    CHECK(!input->last);
    rounds_read(rounds, input, input->bytes.size + rounds->look);
}

static inline uint64_t rounds_boundary(const struct rounds *rounds, size_t k)
{
    return (uint64_t)(k + 1) * rounds->chunk_bytes;
}

static inline void rounds_decode(const struct rounds *rounds, struct rounds_chunk *chunk, size_t k)
{
    const struct gzip_limits limits = {rounds_boundary(rounds, k), rounds->starts, SIZE_MAX / 4, 0};
    CHECK_EQUAL(gzip_decoder_start(chunk->decoder, &chunk->start, NULL), PFQ_OK);
    do {
        chunk->status =
            gzip_decoder_run(chunk->decoder, &chunk->input, &limits, &chunk->chunk, &chunk->err);
        CHECK_EQUAL(chunk->status != PFQ_OK, chunk->chunk.stop == GZIP_AT_FAULT);
        if (chunk->chunk.stop == GZIP_WANTS_INPUT)
            rounds_more(rounds, &chunk->input);
    } while (chunk->chunk.stop == GZIP_WANTS_INPUT);
    CHECK(chunk->chunk.stop != GZIP_AT_CAP);
}

static inline void rounds_find(const struct rounds *rounds, struct rounds_chunk *chunk, size_t k)
{
    struct gzip_found found;
    const uint64_t begin = (uint64_t)k * rounds->chunk_bytes;
    uint64_t end = rounds_boundary(rounds, k);
    end = end < rounds->file.size ? end : rounds->file.size;
    chunk->input = (struct gzip_input){{NULL, 0}, begin, false};
    rounds_read(rounds, &chunk->input, (size_t)(end - begin) + rounds->look);
    if (k == 0) {
        chunk->start = (struct gzip_start){.place = GZIP_MEMBER};
        return;
    }
    enum gzip_answer answer;
    for (uint64_t from = begin * 8;; from = found.bit) {
        answer = gzip_find(&chunk->input, from, end, rounds->starts, &found);
        if (answer != GZIP_MORE)
            break;
        rounds_more(rounds, &chunk->input);
    }
    chunk->empty = answer == GZIP_NO;
    chunk->start = (struct gzip_start){found.bit, found.place, NULL, GZIP_NOWHERE};
}

/* Decodes again from where the chunk before has come to. */
static inline void rounds_repair(struct rounds *rounds, struct rounds_chunk *chunk, size_t k,
                                 const struct gzip_chunk *before)
{
    const uint64_t byte = before->bit / 8;
    chunk->input.offset = byte;
    rounds_read(rounds, &chunk->input, rounds->chunk_bytes);
    chunk->start = (struct gzip_start){before->bit, before->place, NULL, GZIP_NOWHERE};
    rounds_decode(rounds, chunk, k);
    rounds->again++;
}

/* Text, checksums and the chain of one chunk. false: the end. */
static inline bool rounds_take(struct rounds *rounds, struct rounds_chunk *chunk,
                               const struct rounds_chunk *before, uint32_t *valid,
                               struct gzip_checksum *sum)
{
    static struct gzip_window window;
    const struct gzip_chunk *got = &chunk->chunk;
    if (before)
        gzip_window_of(&before->chunk.tail, before->lut, *valid, before->chunk.text, &window);
    else
        window.valid = 0;
    *valid = window.valid;
    chunk->lut = calloc(GZIP_WINDOW_BYTES, 1);
    uint32_t *checksums = malloc((got->end_count + 1) * sizeof *checksums);
    CHECK(chunk->lut && checksums);
    if (before)
        gzip_lut_of(&got->tail, &window, chunk->lut);
    const size_t room = rounds->text_bytes + got->text + 1;
    CHECK_EQUAL(memory_grow(&rounds->text, &rounds->text_capacity, room, 1, NULL), PFQ_OK);
    size_t all = 0;
    for (size_t i = 0; i < got->segment_count; i++) {
        rounds->kinds[got->segments[i].kind] += got->segments[i].count;
        all += got->segments[i].count;
    }
    CHECK_EQUAL(all, got->text);
    rounds->status = gzip_check_window(got, window.valid, &rounds->err);
    if (!rounds->status) {
        gzip_resolve(got, &window, rounds->text + rounds->text_bytes, checksums);
        rounds->text_bytes += got->text;
        rounds->status =
            gzip_checksum_fold(sum, got->text, got->ends, got->end_count, checksums, &rounds->err);
    }
    if (!rounds->status && chunk->status) {
        rounds->status = chunk->status;
        rounds->err = chunk->err;
    }
    free(checksums);
    if (got->stop == GZIP_AT_GARBAGE)
        rounds->garbage = got->bit / 8;
    return !rounds->status && got->stop == GZIP_AT_START;
}

/* Decodes the file; rounds->text is the caller's. */
static inline void rounds_run(struct rounds *rounds)
{
    const size_t chunks = (rounds->file.size + rounds->chunk_bytes - 1) / rounds->chunk_bytes;
    CHECK(chunks <= ROUNDS_MOST_CHUNKS);
    struct rounds_chunk *all = calloc(chunks + 1, sizeof *all);
    CHECK(all);
    for (size_t k = 0; k < chunks; k++) {
        if (!rounds_decoders[k])
            rounds_decoders[k] = gzip_decoder_create(NULL);
        all[k].decoder = rounds_decoders[k];
        CHECK(all[k].decoder);
        rounds_find(rounds, &all[k], k);
        if (!all[k].empty)
            rounds_decode(rounds, &all[k], k);
        rounds->empty += all[k].empty;
    }
    rounds->garbage = GZIP_NOWHERE;
    struct gzip_checksum sum = {.member = 0};
    const struct rounds_chunk *before = NULL;
    uint32_t valid = 0;
    bool on = true;
    for (size_t k = 0; k < chunks && on; k++) {
        if (before) {
            /* The chunk before has come beyond this one: there was no start in it. */
            if (before->chunk.bit >= rounds_boundary(rounds, k) * 8)
                continue;
            if (all[k].empty || all[k].start.bit != before->chunk.bit ||
                all[k].start.place != before->chunk.place)
                rounds_repair(rounds, &all[k], k, &before->chunk);
        }
        on = rounds_take(rounds, &all[k], before, &valid, &sum);
        before = &all[k];
    }
    CHECK(!on || chunks == 0); /* it ended, somehow */
    for (size_t k = 0; k < chunks; k++) {
        free((void *)all[k].input.bytes.data);
        free(all[k].lut);
    }
    free(all);
}

#endif
