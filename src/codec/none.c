/*
 * The bytes themselves.
 */
#include <string.h>

#include "codec/kinds.h"

static size_t bound(size_t bytes)
{
    return bytes;
}

static pfq_status encode(void **engine, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    (void)engine, (void)level, (void)err;
    *out_bytes = raw.size <= capacity ? raw.size : CODEC_NO_ROOM;
    if (raw.size && raw.size <= capacity)
        memcpy(out, raw.data, raw.size);
    return PFQ_OK;
}

static pfq_status decode(void **engine, struct span in, uint8_t *out, size_t raw_bytes,
                         pfq_error *err)
{
    (void)engine;
    if (in.size != raw_bytes)
        return error_set(err, PFQ_BAD_FILE, NULL,
                         "a chunk is damaged: it holds %zu bytes instead of %zu", in.size,
                         raw_bytes);
    if (raw_bytes)
        memcpy(out, in.data, raw_bytes);
    return PFQ_OK;
}

static void destroy(void *engine)
{
    (void)engine;
}

const struct codec_row codec_none = {
    .name = "none", .bound = bound, .encode = encode, .decode = decode, .destroy = destroy};
