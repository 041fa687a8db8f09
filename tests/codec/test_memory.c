/*
 * Claim: whichever allocation fails, encoding and decoding say so and lose nothing; and the same
 * state works on when there is memory again.
 *
 * The allocators are wrapped by the linker: the allocation number `due` fails.
 */
#include "codec/codec.h"
#include "codec/shapes.h"
#include "support/check.h"

static int calls, due;

static bool fails(void)
{
    return calls++ == due;
}

/* The names are given by the linker. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__real_libdeflate_alloc_compressor(int level);
void *__wrap_libdeflate_alloc_compressor(int level);
void *__real_libdeflate_alloc_decompressor(void);
void *__wrap_libdeflate_alloc_decompressor(void);

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_libdeflate_alloc_compressor(int level)
{
    return fails() ? NULL : __real_libdeflate_alloc_compressor(level);
}

void *__wrap_libdeflate_alloc_decompressor(void)
{
    return fails() ? NULL : __real_libdeflate_alloc_decompressor();
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

enum { BYTES = 5000 };

/* Encodes and decodes until both succeed, the allocation number `number` failing. Returns whether
 * it was reached. */
static bool fail_once(const struct codec *codec, int number)
{
    uint8_t raw[BYTES], out[2 * BYTES], back[BYTES];
    pfq_error err = {0};
    size_t bytes = 0;
    bases(raw, BYTES);
    calls = 0;
    due = number;
    struct codec_state *state = codec_create(&err);
    if (!state) {
        CHECK_EQUAL(err.status, PFQ_NO_MEMORY);
        return true;
    }
    const struct span all = {raw, BYTES};
    pfq_status status = codec_encode(state, codec, all, out, sizeof out, &bytes, &err);
    if (status != PFQ_OK)
        status = codec_encode(state, codec, all, out, sizeof out, &bytes, NULL);
    CHECK_EQUAL(status, PFQ_OK);
    status = codec_decode(state, codec, (struct span){out, bytes}, back, BYTES, &err);
    if (status != PFQ_OK)
        status = codec_decode(state, codec, (struct span){out, bytes}, back, BYTES, NULL);
    CHECK_EQUAL(status, PFQ_OK);
    CHECK(memcmp(raw, back, BYTES) == 0);
    const bool reached = calls > number;
    CHECK_EQUAL(err.status, reached ? PFQ_NO_MEMORY : PFQ_OK);
    CHECK(!reached || err.message[0]);
    codec_destroy(state);
    return reached;
}

int main(void)
{
    for (int kind = 0; kind < CODEC_KINDS; kind++)
        for (unsigned shuffle = 0; shuffle <= 8; shuffle += 8) {
            const struct codec codec = {(enum codec_kind)kind, 1, shuffle};
            int number = 0;
            if (!codec_has(codec.kind))
                continue;
            while (fail_once(&codec, number))
                number++;
            CHECK(number > 0 && number < 20);
        }
    return 0;
}
