/*
 * libdeflate. A compressor belongs to one level; each is made when it is first asked for.
 */
#include <libdeflate.h>
#include <stdlib.h>

#include "base/memory.h"
#include "codec/kinds.h"
#include "codec/zlib_format.h"

enum { LEVELS = 13 };

struct engine {
    struct libdeflate_compressor *of_level[LEVELS];
};

static pfq_status compressor(void **place, int level, struct libdeflate_compressor **found,
                             pfq_error *err)
{
    if (!*place)
        *place = memory_allocate(1, sizeof(struct engine), err);
    struct engine *engine = *place;
    if (!engine)
        return PFQ_NO_MEMORY;
    if (!engine->of_level[level])
        engine->of_level[level] = libdeflate_alloc_compressor(level);
    *found = engine->of_level[level];
    return *found ? PFQ_OK
                  : error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a compressor of level %d",
                              level);
}

static pfq_status encode(void **place, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    struct libdeflate_compressor *found;
    const pfq_status status = compressor(place, level, &found, err);
    if (status != PFQ_OK)
        return status;
    const size_t written = libdeflate_zlib_compress(found, raw.data, raw.size, out, capacity);
    *out_bytes = written ? written : CODEC_NO_ROOM;
    return PFQ_OK;
}

static void destroy(void *place)
{
    struct engine *engine = place;
    if (!engine)
        return;
    for (int i = 0; i < LEVELS; i++)
        if (engine->of_level[i])
            libdeflate_free_compressor(engine->of_level[i]);
    free(engine);
}

const struct codec_row codec_deflate = {.name = "deflate",
                                        .low = 1,
                                        .high = LEVELS - 1,
                                        .bound = zlib_stored_bytes,
                                        .encode = encode,
                                        .destroy = destroy};
