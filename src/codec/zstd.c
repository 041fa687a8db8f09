/*
 * zstd: one frame a chunk, with its content size, as the registered filter of HDF5 (32015) writes
 * and wants it. A build without zstd has the row, so that it can be refused by name.
 */
#include "codec/kinds.h"

#if PFQ_ZSTD
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"

struct engine {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress;
};

static pfq_status no_memory(pfq_error *err)
{
    return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for zstd");
}

static struct engine *engine_at(void **place, pfq_error *err)
{
    if (!*place)
        *place = memory_allocate(1, sizeof(struct engine), err);
    return *place;
}

static size_t bound(size_t bytes)
{
    return ZSTD_compressBound(bytes);
}

static pfq_status encode(void **place, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    struct engine *engine = engine_at(place, err);
    if (!engine)
        return PFQ_NO_MEMORY;
    if (!engine->compress)
        engine->compress = ZSTD_createCCtx();
    if (!engine->compress)
        return no_memory(err);
    const size_t written =
        ZSTD_compressCCtx(engine->compress, out, capacity, raw.data, raw.size, level);
    if (ZSTD_isError(written) && ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation)
        return no_memory(err);
    *out_bytes = ZSTD_isError(written) ? CODEC_NO_ROOM : written;
    return PFQ_OK;
}

static pfq_status decode(void **place, struct span in, uint8_t *out, size_t raw_bytes,
                         pfq_error *err)
{
    struct engine *engine = engine_at(place, err);
    if (!engine)
        return PFQ_NO_MEMORY;
    if (!engine->decompress)
        engine->decompress = ZSTD_createDCtx();
    if (!engine->decompress)
        return no_memory(err);
    /* Frames one behind another would be decoded too; a chunk is one. */
    if (ZSTD_findFrameCompressedSize(in.data, in.size) != in.size)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: its %zu bytes are not one frame of zstd", in.size);
    const size_t got = ZSTD_decompressDCtx(engine->decompress, out, raw_bytes, in.data, in.size);
    if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
        return no_memory(err);
    if (ZSTD_isError(got))
        return error_set(err, PFQ_BAD_FILE, NULL, "a chunk is damaged: zstd says: %s",
                         ZSTD_getErrorName(got));
    if (got != raw_bytes)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: it holds %zu bytes instead of %zu", got, raw_bytes);
    return PFQ_OK;
}

static void destroy(void *place)
{
    struct engine *engine = place;
    if (!engine)
        return;
    ZSTD_freeCCtx(engine->compress);
    ZSTD_freeDCtx(engine->decompress);
    free(engine);
}

const struct codec_row codec_zstd = {.name = "zstd",
                                     .low = 1,
                                     .high = 19,
                                     .bound = bound,
                                     .encode = encode,
                                     .decode = decode,
                                     .destroy = destroy};

#else

const struct codec_row codec_zstd = {.name = "zstd", .missing = "zstd", .low = 1, .high = 19};

#endif
