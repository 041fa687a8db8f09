/*
 * libdeflate inflates: it is given where the output ends and stays inside it, whatever the input.
 */
#include "codec/inflate.h"

#include <libdeflate.h>

pfq_status inflate_stream(void **decompressor, struct span in, uint8_t *out, size_t raw_bytes,
                          pfq_error *err)
{
    if (!*decompressor)
        *decompressor = libdeflate_alloc_decompressor();
    if (!*decompressor)
        return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a decompressor");
    size_t used = 0, got = 0;
    const enum libdeflate_result result =
        libdeflate_zlib_decompress_ex(*decompressor, in.data, in.size, out, raw_bytes, &used, &got);
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

void inflate_destroy(void *decompressor)
{
    if (decompressor)
        libdeflate_free_decompressor(decompressor);
}
