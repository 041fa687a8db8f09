/*
 * ISA-L at level 1: the fastest search for matches there is. It wants a buffer for what it has
 * found in a block before it knows the block's code; that buffer is the engine, with the stream's
 * state.
 *
 * A build without ISA-L does with libdeflate at its level 1.
 */
#include "base/memory.h"
#include "codec/kinds.h"
#include "codec/zlib_format.h"

#if PFQ_ISAL
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

struct engine {
    struct isal_zstream stream;
    uint8_t buffer[ISAL_DEF_LVL1_DEFAULT];
};

static void point_at(struct engine *engine, struct span raw, uint8_t *out, size_t capacity)
{
    struct isal_zstream *stream = &engine->stream;
    isal_deflate_stateless_init(stream);
    stream->level = 1;
    stream->level_buf = engine->buffer;
    stream->level_buf_size = sizeof engine->buffer;
    stream->gzip_flag = IGZIP_ZLIB;
    stream->end_of_stream = 1;
    stream->flush = NO_FLUSH;
    /* The library only reads what its field without const points to. Both sizes fit in 32 bits: a
     * chunk has 2 GiB at most, and its capacity was brought down to what storing takes. */
    memcpy(&stream->next_in, &raw.data, sizeof stream->next_in);
    stream->avail_in = (uint32_t)raw.size;
    stream->next_out = out;
    stream->avail_out = (uint32_t)capacity;
}

static pfq_status encode(void **place, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    (void)level;
    if (!*place)
        *place = memory_allocate(1, sizeof(struct engine), err);
    struct engine *engine = *place;
    if (!engine)
        return PFQ_NO_MEMORY;
    point_at(engine, raw, out, capacity);
    const int result = isal_deflate_stateless(&engine->stream);
    *out_bytes = result == COMP_OK ? engine->stream.total_out : CODEC_NO_ROOM;
    return PFQ_OK;
}

static void destroy(void *engine)
{
    free(engine);
}

#else

static pfq_status encode(void **engine, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    (void)level;
    return codec_deflate.encode(engine, 1, raw, out, capacity, out_bytes, err);
}

static void destroy(void *engine)
{
    codec_deflate.destroy(engine);
}

#endif

const struct codec_row codec_fast = {
    .name = "fast", .bound = zlib_stored_bytes, .encode = encode, .destroy = destroy};
