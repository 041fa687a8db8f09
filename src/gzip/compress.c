/*
 * A block that does not get smaller is stored; there is always room for that.
 */
#include "gzip/compress.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { HEAD_BYTES = 18, FOOT_BYTES = 8, SIZE_AT = 16, STORED_HEAD_BYTES = 5 };

const uint8_t gzip_bgzf_end[GZIP_BGZF_END_BYTES] = {
    0x1f, 0x8b, 8,  4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C',
    2,    0,    27, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,   0,
};

struct gzip_deflater {
    struct libdeflate_compressor *compressor;
};

struct gzip_deflater *gzip_deflater_create(int level, pfq_error *err)
{
    struct gzip_deflater *deflater = memory_allocate(1, sizeof *deflater, err);
    if (!deflater)
        return NULL;
    deflater->compressor = libdeflate_alloc_compressor(level);
    if (deflater->compressor)
        return deflater;
    error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a compressor");
    free(deflater);
    return NULL;
}

void gzip_deflater_destroy(struct gzip_deflater *deflater)
{
    if (!deflater)
        return;
    libdeflate_free_compressor(deflater->compressor);
    free(deflater);
}

static void put2(uint8_t *out, size_t number)
{
    out[0] = (uint8_t)number;
    out[1] = (uint8_t)(number >> 8);
}

static void put4(uint8_t *out, uint32_t number)
{
    put2(out, number & 0xffff);
    put2(out + 2, number >> 16);
}

/* The text as a stored block, the last one. */
static size_t store(struct span text, uint8_t *out)
{
    out[0] = 1;
    put2(out + 1, text.size);
    put2(out + 3, ~text.size);
    if (text.size)
        memcpy(out + STORED_HEAD_BYTES, text.data, text.size);
    return STORED_HEAD_BYTES + text.size;
}

size_t gzip_deflate_raw(struct gzip_deflater *deflater, struct span text, uint8_t *out)
{
    const size_t room = STORED_HEAD_BYTES + text.size;
    const size_t bytes =
        libdeflate_deflate_compress(deflater->compressor, text.data, text.size, out, room);
    return bytes ? bytes : store(text, out);
}

size_t gzip_bgzf_compress(struct gzip_deflater *deflater, struct span text, uint8_t *out)
{
    const size_t bytes = gzip_deflate_raw(deflater, text, out + HEAD_BYTES);
    memcpy(out, gzip_bgzf_end, HEAD_BYTES);
    put2(out + SIZE_AT, HEAD_BYTES + bytes + FOOT_BYTES - 1);
    uint8_t *foot = out + HEAD_BYTES + bytes;
    put4(foot, libdeflate_crc32(0, text.data, text.size));
    put4(foot + 4, (uint32_t)text.size);
    return HEAD_BYTES + bytes + FOOT_BYTES;
}
