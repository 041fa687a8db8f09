/*
 * Claim: all kernels write the bytes that plain loops write, and all loops over symbols decode the
 * same; and none of them reads or writes outside what it was given.
 */
#include "gzip/resolve.h"

#include "gzip/rounds.h"
#include "gzip/streams.h"

enum { MOST = 300, GUARD = 0x5a };

static void check_kernel(const struct gzip_resolve_kernel *kernel, size_t size)
{
    uint8_t lut[GZIP_MAP_PLACES];
    uint8_t *in = malloc(size ? size : 1), *out = malloc(size + 1);
    CHECK(in && out);
    for (size_t i = 0; i < GZIP_MAP_PLACES; i++)
        lut[i] = (uint8_t)below(256);
    for (size_t i = 0; i < size; i++)
        in[i] = (uint8_t)below(256);
    out[size] = GUARD;
    kernel->mapped(in, size, lut, out);
    CHECK_EQUAL(out[size], GUARD);
    for (size_t i = 0; i < size; i++)
        CHECK_EQUAL(out[i], in[i] < 128 ? in[i] : lut[in[i] - 128]);
    free(in);
    free(out);
}

/* A file decoded with the loops that PFQ_SIMD asks for. */
static void check_loops(const char *simd, const struct bytes *file, const struct bytes *text)
{
    if (simd)
        setenv("PFQ_SIMD", simd, 1);
    CHECK(!simd || gzip_symbols_choose() == &gzip_symbols_portable);
    CHECK(!simd || gzip_resolve_kernel_choose() == &gzip_resolve_portable);
    struct rounds rounds = {.file = span_of(file), .chunk_bytes = 70000, .look = 5000};
    rounds_run(&rounds);
    CHECK_EQUAL(rounds.status, PFQ_OK);
    CHECK_EQUAL(rounds.text_bytes, text->size);
    CHECK(memcmp(rounds.text, text->data, text->size) == 0);
    free(rounds.text);
    rounds_forget_decoders(); /* they have chosen their loops */
    unsetenv("PFQ_SIMD");
}

/* Bytes that repeat after each distance there is a way of its own for. */
static void add_periods(struct bytes *text)
{
    for (unsigned distance = 1; distance <= 70; distance++)
        for (unsigned length = 3; length < 300; length += 1 + below(12)) {
            add_random(text, distance);
            reserve(text, length);
            for (unsigned i = 0; i < length; i++, text->size++)
                text->data[text->size] = text->data[text->size - distance];
        }
}

int main(void)
{
    for (size_t i = 0; gzip_resolve_kernel_at(i); i++)
        if (gzip_resolve_kernel_runs(gzip_resolve_kernel_at(i)))
            for (size_t size = 0; size < MOST; size++)
                check_kernel(gzip_resolve_kernel_at(i), size);
    for (size_t i = 0; gzip_symbols_at(i); i++)
        CHECK(gzip_symbols_at(i)->name[0]);
    struct bytes text = {0}, file = {0};
    add_fastq(&text, 300000, 4);
    add_periods(&text);
    add_letters(&text, 500000);
    for (int level = 1; level <= 9; level += 4) {
        file.size = 0;
        add_member(&file, span_of(&text), &(struct member){.level = level, .memory = 4});
        check_loops(NULL, &file, &text);
        check_loops("scalar", &file, &text);
    }
    free(text.data);
    free(file.data);
    return 0;
}
