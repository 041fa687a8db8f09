/*
 * Claim: what any codec encodes, readers that had no hand in it decode to the same bytes, and so do
 * we; encoding stays inside its bound and its capacity; and decoding says no to whatever is not
 * exactly one chunk, without a step outside its memory.
 */
#include "codec/codec.h"

#include <libdeflate.h>
#include <sys/mman.h>
#include <unistd.h>
#if WITH_ZLIB
#include <zlib.h>
#endif

#include "codec/shapes.h"
#include "support/check.h"

enum { MOST_BYTES = 262145, GUARD_BYTES = 64, GUARD = 0xa5 };

static const struct codec codecs[] = {
    {CODEC_NONE, 0, 0}, {CODEC_HUFFMAN, 0, 0}, {CODEC_RUNS, 0, 0},    {CODEC_HUFFMAN, 0, 8},
    {CODEC_FAST, 0, 0}, {CODEC_DEFLATE, 1, 0}, {CODEC_DEFLATE, 6, 0}, {CODEC_ZSTD, 1, 0},
    {CODEC_FAST, 0, 8}, {CODEC_DEFLATE, 1, 3}, {CODEC_ZSTD, 3, 8},
};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

static bool is_zlib(const struct codec *codec)
{
    return codec->kind != CODEC_NONE && codec->kind != CODEC_ZSTD;
}

static uint8_t *allocate(size_t bytes)
{
    uint8_t *memory = malloc(bytes ? bytes : 1);
    CHECK(memory);
    return memory;
}

/* ---- encoding into exactly `capacity` bytes, with guards behind ---- */

static pfq_status encode_guarded(struct codec_state *state, const struct codec *codec,
                                 struct span raw, size_t capacity, uint8_t **out, size_t *out_bytes)
{
    pfq_error err = {0};
    *out = allocate(capacity + GUARD_BYTES);
    memset(*out, GUARD, capacity + GUARD_BYTES);
    const pfq_status status = codec_encode(state, codec, raw, *out, capacity, out_bytes, &err);
    for (size_t i = 0; i < GUARD_BYTES; i++)
        CHECK_EQUAL((*out)[capacity + i], GUARD);
    CHECK_EQUAL(err.status, status);
    CHECK(status == PFQ_OK ? *out_bytes <= capacity : err.message[0] != '\0');
    return status;
}

/* ---- the readers ---- */

/* The filter `shuffle` undone, byte by byte from its definition. */
static void unshuffle(const uint8_t *in, size_t bytes, unsigned element, uint8_t *out)
{
    const size_t n = bytes / element;
    for (size_t at = 0; at < bytes; at++)
        out[at] = at < n * element ? in[at % element * n + at / element] : in[at];
}

static void read_by_libdeflate(struct span in, uint8_t *out, size_t bytes)
{
    struct libdeflate_decompressor *reader = libdeflate_alloc_decompressor();
    size_t used, got;
    CHECK(reader);
    CHECK_EQUAL(libdeflate_zlib_decompress_ex(reader, in.data, in.size, out, bytes, &used, &got),
                LIBDEFLATE_SUCCESS);
    CHECK_EQUAL(used, in.size);
    CHECK_EQUAL(got, bytes);
    libdeflate_free_decompressor(reader);
}

static void read_by_zlib(struct span in, uint8_t *out, size_t bytes)
{
#if WITH_ZLIB
    uLongf got = bytes;
    uLong used = in.size;
    CHECK_EQUAL(uncompress2(out, &got, in.data, &used), Z_OK);
    CHECK_EQUAL(got, bytes);
    CHECK_EQUAL(used, in.size);
#else
    read_by_libdeflate(in, out, bytes);
#endif
}

static void check_others_read(const struct codec *codec, struct span in, struct span raw)
{
    void (*const readers[])(struct span, uint8_t *, size_t) = {read_by_zlib, read_by_libdeflate};
    if (!is_zlib(codec))
        return;
    uint8_t *out = allocate(raw.size), *plain = allocate(raw.size);
    for (int i = 0; i < 2; i++) {
        readers[i](in, out, raw.size);
        unshuffle(out, raw.size, codec->shuffle > 1 ? codec->shuffle : 1, plain);
        CHECK(memcmp(plain, raw.data, raw.size) == 0);
    }
    free(out);
    free(plain);
}

static void check_we_read(struct codec_state *state, const struct codec *codec, struct span in,
                          struct span raw)
{
    uint8_t *out = allocate(raw.size + GUARD_BYTES);
    memset(out, GUARD, raw.size + GUARD_BYTES);
    CHECK_EQUAL(codec_decode(state, codec, in, out, raw.size, NULL), PFQ_OK);
    CHECK(memcmp(out, raw.data, raw.size) == 0);
    for (size_t i = 0; i < GUARD_BYTES; i++)
        CHECK_EQUAL(out[raw.size + i], GUARD);
    free(out);
}

/* ---- the claims ---- */

/* One chunk: in its bound, read by all; and with less room it still fits in what it took, and does
 * not in a byte less. */
static void round_trip(struct codec_state *state, const struct codec *codec, struct span raw)
{
    const size_t bound = codec_bound(codec, raw.size);
    uint8_t *out, *tight;
    size_t bytes, tight_bytes;
    CHECK_EQUAL(encode_guarded(state, codec, raw, bound, &out, &bytes), PFQ_OK);
    const struct span encoded = {out, bytes};
    check_others_read(codec, encoded, raw);
    check_we_read(state, codec, encoded, raw);
    if (encode_guarded(state, codec, raw, bytes, &tight, &tight_bytes) == PFQ_OK)
        check_we_read(state, codec, (struct span){tight, tight_bytes}, raw);
    free(tight);
    if (bytes) {
        const size_t too_small = below((unsigned)bytes);
        const pfq_status status =
            encode_guarded(state, codec, raw, too_small, &tight, &tight_bytes);
        if (status == PFQ_OK) /* another way was found, and it fits */
            check_we_read(state, codec, (struct span){tight, tight_bytes}, raw);
        else
            CHECK_EQUAL(status, PFQ_USAGE);
        free(tight);
    }
    free(out);
}

static void every_shape_in_every_size_comes_back(struct codec_state *state)
{
    static const size_t sizes[] = {0,    1,    2,     3,     7,     8,      9,      15,
                                   16,   17,   63,    64,    65,    255,    258,    259,
                                   1000, 4097, 32768, 65535, 65536, 131071, 262144, 262145};
    uint8_t *memory = allocate(MOST_BYTES);
    for (int shape = 0; shape < SHAPES; shape++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *raw = memory + MOST_BYTES - sizes[i]; /* so that a read behind it is seen */
            shapes[shape].fill(raw, sizes[i]);
            for (int k = 0; k < CODECS; k++)
                if (codec_has(codecs[k].kind))
                    round_trip(state, &codecs[k], (struct span){raw, sizes[i]});
        }
    free(memory);
}

static void every_small_size_comes_back(struct codec_state *state)
{
    for (size_t size = 0; size < 600; size += 1 + size / 100) {
        uint8_t *raw = allocate(size);
        shapes[size % SHAPES].fill(raw, size);
        for (int k = 0; k < CODECS; k++)
            if (codec_has(codecs[k].kind))
                round_trip(state, &codecs[k], (struct span){raw, size});
        free(raw);
    }
}

/* The stored chunks of a file are the same wherever it was made: what our own kinds write of 256
 * KiB is known to the bit. Whoever changes what they write changes the numbers here, and should
 * know that files then differ from those of the version before. */
static void what_is_written_is_known(struct codec_state *state)
{
    enum { BYTES = 256 * 1024 };
    static const struct {
        void (*fill)(uint8_t *out, size_t bytes);
        struct codec codec;
        uint32_t crc;
    } rows[] = {
        {bases, {CODEC_HUFFMAN, 0, 0}, 2922262975u},
        {binned_qualities, {CODEC_RUNS, 0, 0}, 3054152696u},
        {names, {CODEC_FAST, 0, 0}, 1726667604u},
        {offsets, {CODEC_FAST, 0, 8}, 1252276235u},
        {runs, {CODEC_FAST, 0, 0}, 2139885238u},
        {names, {CODEC_SUITED, 0, 0}, 1726667604u},
    };
    uint8_t *raw = allocate(BYTES), *out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t bytes;
        shapes_state = 4711;
        rows[i].fill(raw, BYTES);
        CHECK_EQUAL(encode_guarded(state, &rows[i].codec, (struct span){raw, BYTES},
                                   codec_bound(&rows[i].codec, BYTES), &out, &bytes),
                    PFQ_OK);
        CHECK_EQUAL(libdeflate_crc32(0, out, bytes), rows[i].crc);
        free(out);
    }
    free(raw);
}

/* What cannot be compressed costs the bound, and not a byte more. */
static void the_bound_is_that_of_storing(struct codec_state *state)
{
    enum { BYTES = 100000 };
    uint8_t *raw = allocate(BYTES), *out;
    noise(raw, BYTES);
    for (int k = 0; k < CODECS; k++) {
        size_t bytes;
        if (!codec_has(codecs[k].kind))
            continue;
        CHECK_EQUAL(encode_guarded(state, &codecs[k], (struct span){raw, BYTES},
                                   codec_bound(&codecs[k], BYTES), &out, &bytes),
                    PFQ_OK);
        CHECK(bytes <= codec_bound(&codecs[k], BYTES));
        if (is_zlib(&codecs[k]))
            CHECK_EQUAL(codec_bound(&codecs[k], BYTES), 2 + BYTES + 2 * 5 + 4);
        free(out);
    }
    free(raw);
}

/* Memory that ends at a page that must not be touched: libraries with loops in assembly are not
 * seen by a sanitizer. */
static uint8_t *before_guard(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + page - 1) / page * page;
    uint8_t *pages =
        mmap(NULL, inner + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    CHECK_EQUAL(mprotect(pages + inner, page, PROT_NONE), 0);
    return pages + inner - bytes;
}

static void release(uint8_t *memory, size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + page - 1) / page * page;
    munmap(memory + bytes - inner, inner + page);
}

static void trip_between_guards(struct codec_state *state, const struct codec *codec,
                                struct span raw)
{
    const size_t bound = codec_bound(codec, raw.size);
    uint8_t *out = before_guard(bound), *back = before_guard(raw.size);
    size_t bytes;
    CHECK_EQUAL(codec_encode(state, codec, raw, out, bound, &bytes, NULL), PFQ_OK);
    uint8_t *in = before_guard(bytes);
    for (size_t cut = 0; cut < 40 && cut < bytes; cut++) { /* whole, then truncated */
        memcpy(in + cut, out, bytes - cut);
        CHECK_EQUAL(
            codec_decode(state, codec, (struct span){in + cut, bytes - cut}, back, raw.size, NULL),
            cut ? PFQ_BAD_FILE : PFQ_OK);
    }
    release(in, bytes);
    release(out, bound);
    release(back, raw.size);
}

static void nothing_outside_is_touched(struct codec_state *state)
{
    static const size_t sizes[] = {1, 31, 100, 4096, 5000, 70001};
    for (int shape = 0; shape < SHAPES; shape++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *raw = before_guard(sizes[i]);
            shapes[shape].fill(raw, sizes[i]);
            for (int k = 0; k < CODECS; k++)
                if (codec_has(codecs[k].kind))
                    trip_between_guards(state, &codecs[k], (struct span){raw, sizes[i]});
            release(raw, sizes[i]);
        }
}

/* Decodes from memory of exactly that size; *out is as large as it is said to be. */
static pfq_status decode_copy(struct codec_state *state, const struct codec *codec, struct span in,
                              size_t raw_bytes, uint8_t *out)
{
    pfq_error err = {0};
    uint8_t *copy = allocate(in.size);
    if (in.size)
        memcpy(copy, in.data, in.size);
    const pfq_status status =
        codec_decode(state, codec, (struct span){copy, in.size}, out, raw_bytes, &err);
    CHECK_EQUAL(err.status, status);
    CHECK(status == PFQ_OK || status == PFQ_BAD_FILE);
    CHECK(status == PFQ_OK || err.message[0]);
    free(copy);
    return status;
}

/* The last four bytes of a zlib stream. */
static uint32_t checksum_of(const uint8_t *encoded, size_t bytes)
{
    const uint8_t *tail = encoded + bytes - 4;
    return (uint32_t)tail[0] << 24 | (uint32_t)tail[1] << 16 | (uint32_t)tail[2] << 8 | tail[3];
}

static void damage(struct codec_state *state, const struct codec *codec, struct span raw)
{
    const size_t bound = codec_bound(codec, raw.size);
    uint8_t *encoded, *out = allocate(raw.size + 1);
    size_t bytes;
    CHECK_EQUAL(encode_guarded(state, codec, raw, bound, &encoded, &bytes), PFQ_OK);
    for (size_t size = 0; size < bytes; size++)
        CHECK_EQUAL(decode_copy(state, codec, (struct span){encoded, size}, raw.size, out),
                    PFQ_BAD_FILE);
    CHECK_EQUAL(decode_copy(state, codec, (struct span){encoded, bytes + 1}, raw.size, out),
                PFQ_BAD_FILE);
    CHECK_EQUAL(decode_copy(state, codec, (struct span){encoded, bytes}, raw.size + 1, out),
                PFQ_BAD_FILE);
    if (raw.size)
        CHECK_EQUAL(decode_copy(state, codec, (struct span){encoded, bytes}, raw.size - 1, out),
                    PFQ_BAD_FILE);
    for (size_t bit = 0; bit < bytes * 8; bit++) {
        encoded[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const pfq_status status =
            decode_copy(state, codec, (struct span){encoded, bytes}, raw.size, out);
        /* A checksum of 32 bits can be met by chance, but it must be met. */
        if (status == PFQ_OK && is_zlib(codec) && codec->shuffle <= 1)
            CHECK_EQUAL(libdeflate_adler32(1, out, raw.size), checksum_of(encoded, bytes));
        encoded[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(encoded);
    free(out);
}

static void damaged_chunks_are_refused(struct codec_state *state)
{
    static const size_t sizes[] = {0, 1, 40, 700};
    uint8_t raw[700];
    for (int shape = 0; shape < SHAPES; shape++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            shapes[shape].fill(raw, sizes[i]);
            for (int k = 0; k < CODECS; k++)
                if (codec_has(codecs[k].kind))
                    damage(state, &codecs[k], (struct span){raw, sizes[i]});
        }
}

static void noise_is_refused(struct codec_state *state)
{
    uint8_t in[300], out[1000];
    for (int turn = 0; turn < 20000; turn++) {
        const size_t size = below(sizeof in + 1);
        const struct codec *codec = &codecs[below(CODECS)];
        noise(in, size);
        if (size > 2 && below(2)) { /* a good beginning */
            in[0] = 0x78;
            in[1] = 0x01;
            in[2] = (uint8_t)(in[2] << 3 | 5); /* the last block, with codes of its own */
        }
        if (codec_has(codec->kind) && codec->kind != CODEC_NONE)
            CHECK_EQUAL(decode_copy(state, codec, (struct span){in, size}, below(sizeof out), out),
                        PFQ_BAD_FILE);
    }
}

static void kinds_and_levels_that_are_not_there_are_refused(struct codec_state *state)
{
    static const struct {
        struct codec codec;
        pfq_status status;
    } rows[] = {
        {{CODEC_DEFLATE, 0, 0}, PFQ_USAGE},     {{CODEC_DEFLATE, 13, 0}, PFQ_USAGE},
        {{CODEC_DEFLATE, -1, 0}, PFQ_USAGE},    {{CODEC_ZSTD, 20, 0}, PFQ_USAGE},
        {{CODEC_KINDS, 1, 0}, PFQ_UNSUPPORTED}, {{(enum codec_kind)1000, 1, 0}, PFQ_UNSUPPORTED}};
    uint8_t out[100];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pfq_error err = {0};
        size_t bytes;
        const bool missing = rows[i].codec.kind == CODEC_ZSTD && !codec_has(CODEC_ZSTD);
        const pfq_status want = missing ? PFQ_UNSUPPORTED : rows[i].status;
        CHECK_EQUAL(codec_check(&rows[i].codec, &err), want);
        CHECK_EQUAL(
            codec_encode(state, &rows[i].codec, (struct span){out, 1}, out + 50, 50, &bytes, &err),
            want);
        CHECK_EQUAL(err.status, want);
    }
    const struct codec none = {CODEC_NONE, 0, 0};
    const struct span large = {out, CODEC_MAX_BYTES + 1};
    size_t bytes;
    CHECK_EQUAL(codec_encode(state, &none, large, out, sizeof out, &bytes, NULL), PFQ_USAGE);
    CHECK_EQUAL(codec_decode(state, &none, large, out, large.size, NULL), PFQ_USAGE);
}

static void a_missing_library_is_named(struct codec_state *state)
{
    const struct codec zstd = {CODEC_ZSTD, 1, 0};
    pfq_error err = {0};
    uint8_t byte = 0;
    if (codec_has(CODEC_ZSTD))
        return;
    CHECK_EQUAL(codec_decode(state, &zstd, (struct span){&byte, 1}, &byte, 1, &err),
                PFQ_UNSUPPORTED);
    CHECK_TEXT(err.message, "this build has no zstd");
    CHECK_EQUAL(codec_bound(&zstd, 100), 0);
}

static void every_kind_has_a_name(void)
{
    for (int kind = 0; kind < CODEC_KINDS; kind++)
        CHECK(codec_name((enum codec_kind)kind)[0]);
    CHECK(!codec_name(CODEC_KINDS));
    CHECK(!codec_has(CODEC_KINDS));
    CHECK(codec_has(CODEC_NONE) && codec_has(CODEC_FAST) && codec_has(CODEC_DEFLATE));
}

int main(void)
{
    struct codec_state *state = codec_create(NULL);
    CHECK(state);
    every_kind_has_a_name();
    every_small_size_comes_back(state);
    every_shape_in_every_size_comes_back(state);
    what_is_written_is_known(state);
    the_bound_is_that_of_storing(state);
    nothing_outside_is_touched(state);
    damaged_chunks_are_refused(state);
    noise_is_refused(state);
    kinds_and_levels_that_are_not_there_are_refused(state);
    a_missing_library_is_named(state);
    codec_destroy(state);
    codec_destroy(NULL);
    return 0;
}
