/*
 * The kinds as one table, and what is the same for all of them: sizes are checked, elements are
 * shuffled, and a zlib stream that would be larger than storing the bytes is replaced by that.
 */
#include "codec/codec.h"

#include <stdlib.h>

#include "base/memory.h"
#include "codec/choose.h"
#include "codec/inflate.h"
#include "codec/kinds.h"
#include "codec/shuffle.h"
#include "codec/zlib_format.h"

static const struct codec_row *const table[CODEC_KINDS] = {
    [CODEC_NONE] = &codec_none,     [CODEC_HUFFMAN] = &codec_huffman, [CODEC_RUNS] = &codec_runs,
    [CODEC_FAST] = &codec_fast,     [CODEC_DEFLATE] = &codec_deflate, [CODEC_ZSTD] = &codec_zstd,
    [CODEC_SUITED] = &codec_suited,
};

struct codec_state {
    void *engines[CODEC_KINDS];
    struct inflate *inflate; /* of zlib streams, whatever kind wrote them */
    struct buffer scratch;   /* a chunk shuffled */
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

static pfq_status encode(struct codec_state *state, enum codec_kind kind, int level,
                         struct span raw, uint8_t *out, size_t capacity, size_t *out_bytes,
                         pfq_error *err)
{
    const struct codec_row *row = table[kind];
    const size_t bound = row->bound(raw.size);
    const size_t room = capacity < bound ? capacity : bound;
    const pfq_status status =
        row->encode(&state->engines[kind], level, raw, out, room, out_bytes, err);
    if (status != PFQ_OK || *out_bytes != CODEC_NO_ROOM)
        return status;
    if (is_zlib(row) && capacity >= bound) {
        *out_bytes = zlib_store(raw, out);
        return PFQ_OK;
    }
    return error_set(err, PFQ_USAGE, NULL, "a chunk of %zu bytes does not fit in %zu", raw.size,
                     capacity);
}

/* ---- what suits ---- */

/* What a slower kind must save to be taken, in sixteenths. What it saves is written, moved and read
 * that many bytes faster, by everybody; what it costs is paid once, by the one who encodes. */
enum { RUNS_SAVE = 1, FAST_SAVES = 4 };

/* From this share of bytes that go on a run (in 256ths) nothing else can be better, and below that
 * one RUNS cannot save enough. */
enum { MANY_RUNS = 128, FEW_RUNS = 16 };

/* From this share of bytes that come again (in 256ths) FAST saves enough whatever they are, as a
 * rule, and below that one nowhere. */
enum { MANY_REPEATS = 128, FEW_REPEATS = 32 };

/* Where either is in doubt and a byte takes so many bits, it is text, and repeats count. */
enum { BITS_OF_TEXT = 3 };

/* What FAST makes of each byte, in sixteenths, is enough without a guess at what the others would:
 * they hardly make less than two bits where there are no runs. */
enum { SURELY_ENOUGH = 3 };

static bool saves(size_t bytes, size_t before, unsigned sixteenths)
{
    return bytes < before / 16 * (16 - sixteenths);
}

/* Encodes with FAST; *out_bytes is CODEC_NO_ROOM where that does not fit. */
static pfq_status try_fast(struct codec_state *state, struct span raw, uint8_t *out,
                           size_t capacity, size_t *out_bytes, pfq_error *err)
{
    const size_t bound = codec_fast.bound(raw.size);
    return codec_fast.encode(&state->engines[CODEC_FAST], 0, raw, out,
                             capacity < bound ? capacity : bound, out_bytes, err);
}

static bool is_enough(size_t bytes, size_t raw_bytes)
{
    return bytes < raw_bytes / 16 * SURELY_ENOUGH;
}

static pfq_status encode_suited(struct codec_state *state, struct span raw, uint8_t *out,
                                size_t capacity, size_t *out_bytes, pfq_error *err)
{
    const unsigned runs = choose_runs(raw);
    const bool doubt = runs >= FEW_RUNS && runs < MANY_RUNS;
    const unsigned repeats = runs < MANY_RUNS ? choose_repeats(raw) : 0;
    enum codec_kind kind = runs >= MANY_RUNS ? CODEC_RUNS : CODEC_HUFFMAN;
    *out_bytes = CODEC_NO_ROOM;
    if (repeats >= MANY_REPEATS && !doubt) {
        const pfq_status status = try_fast(state, raw, out, capacity, out_bytes, err);
        if (status || is_enough(*out_bytes, raw.size))
            return status;
    }
    if (doubt || repeats >= FEW_REPEATS) {
        size_t best, with_runs;
        pfq_status status = own_guess(&state->engines[CODEC_HUFFMAN], raw, &best, &with_runs, err);
        if (!status && doubt && saves(with_runs, best, RUNS_SAVE)) {
            kind = CODEC_RUNS;
            best = with_runs;
        }
        if (!status && *out_bytes == CODEC_NO_ROOM && repeats >= FEW_REPEATS &&
            best > raw.size / 8 * BITS_OF_TEXT)
            status = try_fast(state, raw, out, capacity, out_bytes, err);
        if (status || saves(*out_bytes, best, FAST_SAVES))
            return status;
    }
    return encode(state, kind, 0, raw, out, capacity, out_bytes, err);
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
    if (codec->kind != CODEC_SUITED)
        return encode(state, codec->kind, codec->level, raw, out, capacity, out_bytes, err);
    if (is_shuffled(codec)) /* the bytes of numbers come in planes, which are all different */
        return encode(state, CODEC_FAST, 0, raw, out, capacity, out_bytes, err);
    return encode_suited(state, raw, out, capacity, out_bytes, err);
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
