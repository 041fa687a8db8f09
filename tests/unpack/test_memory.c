/*
 * Claim: whichever piece of memory is refused, to us or to the library of a format, is said in so
 * many words, and no other text comes out than that of the file.
 *
 * Allocators, and calls of libraries that take memory, are wrapped by the linker: number `due` of
 * them has none.
 */
#include "unpack/unpack.h"

#include <libdeflate.h>
#ifdef PFQ_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif
#ifdef PFQ_BZIP2
#include <bzlib.h>
#endif
#ifdef PFQ_XZ
#include <lzma.h>
#endif

#include "support/check.h"

static int calls, due = -1;

static bool fails(void)
{
    return calls++ == due;
}

/* WRAP(TYPE, NAME, PARAMETERS, WORDS, ANSWER): a function that gives ANSWER where it is due. The
 * names are given by the linker. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define WRAP(type, name, parameters, words, answer)                                                \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails() ? (answer) : __real_##name words;                                           \
    }

WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), NULL)
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size), NULL)
#ifdef PFQ_ZSTD
WRAP(ZSTD_DStream *, ZSTD_createDStream, (void), (), NULL)
WRAP(size_t, ZSTD_decompressStream, (ZSTD_DStream * stream, ZSTD_outBuffer *out, ZSTD_inBuffer *in),
     (stream, out, in), (size_t)0 - ZSTD_error_memory_allocation)
#endif
#ifdef PFQ_BZIP2
WRAP(int, BZ2_bzDecompressInit, (bz_stream * stream, int verbosity, int small),
     (stream, verbosity, small), BZ_MEM_ERROR)
WRAP(int, BZ2_bzDecompress, (bz_stream * stream), (stream), BZ_MEM_ERROR)
#endif
#ifdef PFQ_XZ
WRAP(lzma_ret, lzma_stream_decoder, (lzma_stream * stream, uint64_t limit, uint32_t flags),
     (stream, limit, flags), LZMA_MEM_ERROR)
WRAP(lzma_ret, lzma_code, (lzma_stream * stream, lzma_action action), (stream, action),
     LZMA_MEM_ERROR)
#endif
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

enum { TEXT = 300000, ROOM = 2 * TEXT, PIECE = 50000 };

static uint8_t text[TEXT], file[ROOM];

/* The text as a file of this kind. Returns its size. */
static size_t pack(enum unpack_kind kind)
{
    size_t size = TEXT;
    switch (kind) {
    case UNPACK_GZIP: {
        struct libdeflate_compressor *const made = libdeflate_alloc_compressor(1);
        size = libdeflate_gzip_compress(made, text, TEXT, file, ROOM);
        libdeflate_free_compressor(made);
        break;
    }
#ifdef PFQ_ZSTD
    case UNPACK_ZSTD:
        size = ZSTD_compress(file, ROOM, text, TEXT, 1);
        break;
#endif
#ifdef PFQ_BZIP2
    case UNPACK_BZIP2: {
        unsigned bytes = ROOM;
        CHECK_EQUAL(BZ2_bzBuffToBuffCompress((char *)file, &bytes, (char *)text, TEXT, 1, 0, 0),
                    BZ_OK);
        size = bytes;
        break;
    }
#endif
#ifdef PFQ_XZ
    case UNPACK_XZ:
        size = 0;
        CHECK_EQUAL(
            lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, text, TEXT, file, &size, ROOM),
            LZMA_OK);
        break;
#endif
    default:
        memcpy(file, text, TEXT);
    }
    return size;
}

static void is_said(pfq_status status, const pfq_error *err)
{
    CHECK_EQUAL(status, PFQ_NO_MEMORY);
    CHECK_EQUAL(err->status, PFQ_NO_MEMORY);
    CHECK(strstr(err->message, "memory"));
}

/* Unpacks the file, call number `number` having no memory. Returns whether it came to that. */
static bool fail_once(enum unpack_kind kind, size_t size, int number)
{
    static uint8_t out[PIECE];
    struct unpack *unpack = NULL;
    pfq_error err = {0};
    calls = 0;
    due = number;
    pfq_status status = unpack_create(kind, "file", &unpack, &err);
    CHECK(!status == !!unpack);
    for (size_t at = 0, made = 0; !status && made < TEXT;) {
        const size_t left = size - at, some = left < PIECE ? left : PIECE;
        struct unpack_step step = {
            .in = {file + at, some}, .last = some == left, .out = out, .room = PIECE};
        status = unpack_step(unpack, &step, &err);
        CHECK(made + step.made <= TEXT && memcmp(out, text + made, step.made) == 0);
        CHECK(status || step.made || step.taken);
        at += step.taken;
        made += step.made;
    }
    const bool came_to_it = calls > due;
    due = -1;
    if (status)
        is_said(status, &err);
    CHECK_EQUAL(status != PFQ_OK, came_to_it);
    unpack_destroy(unpack);
    return came_to_it;
}

int main(void)
{
    unsigned state = 1;
    for (size_t i = 0; i < TEXT; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = (uint8_t) "ACGTNACGT\n"[(state >> 16) % 10];
    }
    for (enum unpack_kind kind = 0; kind < UNPACK_KINDS; kind++) {
        if (!unpack_has(kind))
            continue;
        const size_t size = pack(kind);
        int number = 0;
        while (fail_once(kind, size, number))
            number++;
        CHECK(number > 0);
    }
    return 0;
}
