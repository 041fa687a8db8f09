/*
 * libdeflate inflates: it is given where the output ends and stays inside it, whatever the input.
 * Its speed is in its matches; it finds one literal at a time, and a chunk of bases is nothing but
 * literals. ISA-L finds up to three at once, and so a stream that begins with a block without
 * matches is given to it first, in a build that has it. It may say yes; what is wrong with a chunk,
 * only libdeflate is asked.
 */
#include "codec/inflate.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#if PFQ_ISAL
#include <isa-l/igzip_lib.h>
#include <string.h>
#endif

struct inflate {
    struct libdeflate_decompressor *decompressor;
#if PFQ_ISAL
    struct inflate_state literals;
#endif
};

#if PFQ_ISAL
/* The head of a block, behind that of the stream: whether it is the last, two bits that say whether
 * it brings its codes, and five that say how many lengths of matches have one. */
static bool begins_with_literals_alone(struct span in)
{
    return in.size > 2 && (in.data[2] & 0xfe) == 2 << 1;
}

static bool inflate_literals(struct inflate_state *state, struct span in, uint8_t *out,
                             size_t raw_bytes)
{
    if (!begins_with_literals_alone(in) || in.size > UINT32_MAX)
        return false;
    isal_inflate_init(state);
    state->crc_flag = ISAL_ZLIB;
    memcpy(&state->next_in, &in.data, sizeof state->next_in); /* only read, but without a const */
    state->avail_in = (uint32_t)in.size;
    state->next_out = out;
    state->avail_out = (uint32_t)raw_bytes;
    return isal_inflate_stateless(state) == ISAL_DECOMP_OK && state->total_out == raw_bytes &&
           state->avail_in == 0 && state->read_in_length < 8;
}
#endif

static pfq_status verdict(enum libdeflate_result result, struct span in, size_t used, size_t got,
                          size_t raw_bytes, pfq_error *err)
{
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: it holds more than its %zu bytes", raw_bytes);
    if (result != LIBDEFLATE_SUCCESS)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: its %zu bytes cannot be inflated", in.size);
    if (got != raw_bytes)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: it holds %zu bytes instead of %zu", got, raw_bytes);
    if (used != in.size)
        return error_set(err, PFQ_BAD_FILE, NULL, "a chunk is damaged: %zu bytes follow its end",
                         in.size - used);
    return PFQ_OK;
}

static struct inflate *create(pfq_error *err)
{
    struct inflate *inflate = memory_allocate(1, sizeof *inflate, err);
    if (!inflate)
        return NULL;
    inflate->decompressor = libdeflate_alloc_decompressor();
    if (inflate->decompressor)
        return inflate;
    error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a decompressor");
    free(inflate);
    return NULL;
}

pfq_status inflate_stream(struct inflate **inflate, struct span in, uint8_t *out, size_t raw_bytes,
                          pfq_error *err)
{
    if (!*inflate)
        *inflate = create(err);
    if (!*inflate)
        return PFQ_NO_MEMORY;
#if PFQ_ISAL
    if (inflate_literals(&(*inflate)->literals, in, out, raw_bytes))
        return PFQ_OK;
#endif
    size_t used = 0, got = 0;
    const enum libdeflate_result result = libdeflate_zlib_decompress_ex(
        (*inflate)->decompressor, in.data, in.size, out, raw_bytes, &used, &got);
    return verdict(result, in, used, got, raw_bytes, err);
}

void inflate_destroy(struct inflate *inflate)
{
    if (!inflate)
        return;
    libdeflate_free_decompressor(inflate->decompressor);
    free(inflate);
}
