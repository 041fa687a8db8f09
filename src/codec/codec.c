/*
 * The kinds as one table, and what is the same for all of them: sizes are checked, elements are
 * shuffled, and a zlib stream that would be larger than storing the bytes is replaced by that.
 */
#include "codec/codec.h"

#include <stdlib.h>

#include "base/memory.h"
#include "codec/inflate.h"
#include "codec/kinds.h"
#include "codec/shuffle.h"
#include "codec/zlib_format.h"

static const struct codec_row *const table[CODEC_KINDS] = {
    [CODEC_NONE] = &codec_none, [CODEC_HUFFMAN] = &codec_huffman, [CODEC_RUNS] = &codec_runs,
    [CODEC_FAST] = &codec_fast, [CODEC_DEFLATE] = &codec_deflate, [CODEC_ZSTD] = &codec_zstd,
};

struct codec_state {
    void *engines[CODEC_KINDS];
    struct inflate *inflate; /* of zlib streams, whatever kind wrote them */
    struct buffer scratch;   /* a chunk shuffled */
    struct buffer trial;     /* what a trial gives */
};

static const struct codec_row *row_of(enum codec_kind kind)
{
    return (unsigned)kind < CODEC_KINDS ? table[kind] : NULL;
}

/* A kind that does not decode by itself writes zlib streams. */
static bool is_zlib(const struct codec_row *row)
{
    return !row->decode;
}

static bool is_shuffled(const struct codec *codec)
{
    return codec->shuffle > 1;
}

struct codec_state *codec_create(pfq_error *err)
{
    return memory_allocate(1, sizeof(struct codec_state), err);
}

void codec_destroy(struct codec_state *state)
{
    if (!state)
        return;
    for (int kind = 0; kind < CODEC_KINDS; kind++)
        if (codec_has((enum codec_kind)kind))
            table[kind]->destroy(state->engines[kind]);
    inflate_destroy(state->inflate);
    buffer_release(&state->scratch);
    buffer_release(&state->trial);
    free(state);
}

bool codec_has(enum codec_kind kind)
{
    const struct codec_row *row = row_of(kind);
    return row && !row->missing;
}

const char *codec_name(enum codec_kind kind)
{
    const struct codec_row *row = row_of(kind);
    return row ? row->name : NULL;
}

/* Whether there is such a kind here; all that decoding needs to know. */
static pfq_status check_kind(enum codec_kind kind, pfq_error *err)
{
    const struct codec_row *row = row_of(kind);
    if (!row)
        return error_set(err, PFQ_UNSUPPORTED, NULL, "there is no codec number %d", (int)kind);
    if (row->missing)
        return error_set(err, PFQ_UNSUPPORTED, NULL, "this build has no %s", row->missing);
    return PFQ_OK;
}

pfq_status codec_check(const struct codec *codec, pfq_error *err)
{
    const pfq_status status = check_kind(codec->kind, err);
    if (status != PFQ_OK)
        return status;
    const struct codec_row *row = table[codec->kind];
    if (row->high && (codec->level < row->low || codec->level > row->high))
        return error_set(err, PFQ_USAGE, NULL, "%s has levels %d to %d, not %d", row->name,
                         row->low, row->high, codec->level);
    return PFQ_OK;
}

static pfq_status check_bytes(size_t bytes, pfq_error *err)
{
    if (bytes <= CODEC_MAX_BYTES)
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, NULL, "a chunk of %zu bytes is larger than %zu", bytes,
                     CODEC_MAX_BYTES);
}

size_t codec_bound(const struct codec *codec, size_t bytes)
{
    return codec_has(codec->kind) ? table[codec->kind]->bound(bytes) : 0;
}

/* ---- encoding ---- */

static pfq_status encode(struct codec_state *state, const struct codec *codec, struct span raw,
                         uint8_t *out, size_t capacity, size_t *out_bytes, pfq_error *err)
{
    const struct codec_row *row = table[codec->kind];
    const size_t bound = row->bound(raw.size);
    const size_t room = capacity < bound ? capacity : bound;
    const pfq_status status =
        row->encode(&state->engines[codec->kind], codec->level, raw, out, room, out_bytes, err);
    if (status != PFQ_OK || *out_bytes != CODEC_NO_ROOM)
        return status;
    if (is_zlib(row) && capacity >= bound) {
        *out_bytes = zlib_store(raw, out);
        return PFQ_OK;
    }
    return error_set(err, PFQ_USAGE, NULL, "a chunk of %zu bytes does not fit in %zu", raw.size,
                     capacity);
}

/* A chunk of `bytes` bytes to be shuffled or to be brought back; NULL and an error without memory.
 */
static uint8_t *scratch(struct codec_state *state, size_t bytes, pfq_error *err)
{
    return buffer_reserve(&state->scratch, bytes, 0, err) == PFQ_OK ? state->scratch.data : NULL;
}

pfq_status codec_encode(struct codec_state *state, const struct codec *codec, struct span raw,
                        uint8_t *out, size_t capacity, size_t *out_bytes, pfq_error *err)
{
    pfq_status status = codec_check(codec, err);
    if (status == PFQ_OK)
        status = check_bytes(raw.size, err);
    if (status != PFQ_OK)
        return status;
    if (is_shuffled(codec)) {
        uint8_t *shuffled = scratch(state, raw.size, err);
        if (!shuffled)
            return PFQ_NO_MEMORY;
        shuffle_apply(raw, codec->shuffle, shuffled);
        raw.data = shuffled;
    }
    return encode(state, codec, raw, out, capacity, out_bytes, err);
}

/* ---- decoding ---- */

static pfq_status decode(struct codec_state *state, const struct codec *codec, struct span in,
                         uint8_t *out, size_t raw_bytes, pfq_error *err)
{
    const struct codec_row *row = table[codec->kind];
    if (is_zlib(row))
        return inflate_stream(&state->inflate, in, out, raw_bytes, err);
    return row->decode(&state->engines[codec->kind], in, out, raw_bytes, err);
}

pfq_status codec_decode(struct codec_state *state, const struct codec *codec, struct span in,
                        uint8_t *out, size_t raw_bytes, pfq_error *err)
{
    pfq_status status = check_kind(codec->kind, err);
    if (status == PFQ_OK)
        status = check_bytes(raw_bytes, err);
    if (status != PFQ_OK || !is_shuffled(codec))
        return status != PFQ_OK ? status : decode(state, codec, in, out, raw_bytes, err);
    uint8_t *shuffled = scratch(state, raw_bytes, err);
    if (!shuffled)
        return PFQ_NO_MEMORY;
    status = decode(state, codec, in, shuffled, raw_bytes, err);
    if (status == PFQ_OK)
        shuffle_undo((struct span){shuffled, raw_bytes}, codec->shuffle, out);
    return status;
}

/* ---- choosing ---- */

/* The bytes that a kind makes of the sample. */
static pfq_status try_kind(struct codec_state *state, const struct codec *codec, struct span sample,
                           size_t *bytes, pfq_error *err)
{
    const size_t bound = codec_bound(codec, sample.size);
    const pfq_status status = buffer_reserve(&state->trial, bound, 0, err);
    if (status != PFQ_OK)
        return status;
    return codec_encode(state, codec, sample, state->trial.data, bound, bytes, err);
}

/* The kinds from the fastest to the slowest, each with what it must save of a chunk, in sixteenths
 * of the best before it, to be taken instead. What it saves is written, moved and read that many
 * bytes faster, by everybody; what it costs is paid once, by the one who encodes. */
static const struct {
    enum codec_kind kind;
    unsigned sixteenths;
} by_speed[] = {{CODEC_HUFFMAN, 0}, {CODEC_RUNS, 1}, {CODEC_FAST, 4}};

enum { CANDIDATES = sizeof by_speed / sizeof by_speed[0] };

pfq_status codec_choose_fast(struct codec_state *state, struct span sample, unsigned shuffle,
                             struct codec *codec, pfq_error *err)
{
    size_t best = SIZE_MAX;
    if (sample.size > CODEC_SAMPLE_BYTES)
        sample.size = CODEC_SAMPLE_BYTES;
    for (size_t i = 0; i < CANDIDATES; i++) {
        const struct codec candidate = {by_speed[i].kind, 0, shuffle};
        size_t bytes;
        const pfq_status status = try_kind(state, &candidate, sample, &bytes, err);
        if (status != PFQ_OK)
            return status;
        if (bytes < best / 16 * (16 - by_speed[i].sixteenths)) {
            *codec = candidate;
            best = bytes;
        }
    }
    return PFQ_OK;
}
