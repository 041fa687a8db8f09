/*
 * The table of compressions, and the filter for zstd.
 *
 * HDF5 lets nobody name a filter that it does not know, so where there is no plugin for zstd, our
 * own stands in: it is never asked to encode, since chunks are written as they are in the file, and
 * it decodes for those who read with H5Dread in this process.
 */
#include "store/compress.h"

#include <stdint.h>
#include <stdlib.h>

#include "store/store.h"

/* 64-bit numbers are shuffled first; bytes cannot be. */
static const struct row {
    enum codec_kind kind;
    int usual_level;     /* where there are levels */
    H5Z_filter_t filter; /* 0: none */
} table[] = {
    [PFQ_COMPRESS_FAST] = {CODEC_SUITED, 1, H5Z_FILTER_DEFLATE},
    [PFQ_COMPRESS_NONE] = {CODEC_NONE, 0, 0},
    [PFQ_COMPRESS_GZIP] = {CODEC_DEFLATE, 6, H5Z_FILTER_DEFLATE},
    [PFQ_COMPRESS_ZSTD] = {CODEC_ZSTD, 3, COMPRESS_FILTER_ZSTD},
};

enum { ROWS = sizeof table / sizeof *table };

enum { GZIP_MOST_LEVEL = 9 }; /* of the filter: libdeflate has more */

static unsigned shuffle_of(size_t element_bytes)
{
    return element_bytes > 1 ? (unsigned)element_bytes : 0;
}

pfq_status store_settle_compression(pfq_compression *compression, pfq_error *err)
{
    if ((unsigned)compression->method >= ROWS)
        return error_set(err, PFQ_USAGE, NULL, "there is no compression number %d",
                         (int)compression->method);
    const struct row *const row = &table[compression->method];
    if (compression->level == 0 || row->kind == CODEC_SUITED)
        compression->level = row->usual_level;
    if (compression->method == PFQ_COMPRESS_GZIP && compression->level > GZIP_MOST_LEVEL)
        return error_set(err, PFQ_USAGE, NULL, "gzip has levels 1 to %d, not %d",
                         (int)GZIP_MOST_LEVEL, compression->level);
    const struct codec codec = {row->kind, compression->level, 0};
    return codec_check(&codec, err);
}

bool compress_encodes(const pfq_compression *compression)
{
    return table[compression->method].kind != CODEC_NONE || compression->checksum;
}

struct codec compress_codec(const pfq_compression *compression, size_t element_bytes)
{
    const enum codec_kind kind = table[compression->method].kind;
    return (struct codec){kind, compression->level,
                          kind == CODEC_NONE ? 0 : shuffle_of(element_bytes)};
}

static bool put_compression(const pfq_compression *compression, size_t element_bytes,
                            hid_t properties)
{
    const unsigned level = (unsigned)compression->level;
    const H5Z_filter_t filter = table[compression->method].filter;
    if (!filter)
        return true;
    if (shuffle_of(element_bytes) && H5Pset_shuffle(properties) < 0)
        return false;
    if (filter == H5Z_FILTER_DEFLATE)
        return H5Pset_deflate(properties, level) >= 0;
    return H5Pset_filter(properties, filter, H5Z_FLAG_OPTIONAL, 1, &level) >= 0;
}

bool compress_put_filters(const pfq_compression *compression, size_t element_bytes,
                          hid_t properties)
{
    return put_compression(compression, element_bytes, properties) &&
           (!compression->checksum || H5Pset_fletcher32(properties) >= 0);
}

/* ---- zstd in this process ---- */

/* Bytes of the content of a zstd frame, from its head (RFC 8878, 3.1.1.1); 0 if it does not say. */
static uint64_t frame_content(const uint8_t *frame, size_t size)
{
    enum { MAGIC_BYTES = 4, SINGLE_SEGMENT = 32, MOST_HEAD = 18 };
    static const uint8_t dictionary_bytes[] = {0, 1, 2, 4}, content_bytes[] = {0, 2, 4, 8};
    if (size < MOST_HEAD)
        return 0;
    const uint8_t about = frame[MAGIC_BYTES];
    const bool single = about & SINGLE_SEGMENT;
    const size_t at = MAGIC_BYTES + 1 + (single ? 0u : 1u) + dictionary_bytes[about & 3];
    const size_t bytes = about >> 6 ? content_bytes[about >> 6] : single;
    uint64_t content = bytes == 2 ? 256 : 0;
    for (size_t i = 0; i < bytes; i++)
        content += (uint64_t)frame[at + i] << 8 * i;
    return content;
}

/* HDF5 owns *data, allocated with malloc, and wants another such buffer back; 0 says: failed. */
static size_t filter_zstd(unsigned flags, size_t parameters, const unsigned *parameter, size_t size,
                          size_t *room, void **data)
{
    (void)parameters, (void)parameter;
    if (!(flags & H5Z_FLAG_REVERSE))
        return 0;
    const struct codec codec = {CODEC_ZSTD, 1, 0};
    const uint64_t content = frame_content(*data, size);
    if (content == 0 || content > CODEC_MAX_BYTES)
        return 0;
    struct codec_state *state = codec_create(NULL);
    uint8_t *out = malloc((size_t)content);
    const bool good =
        state && out &&
        codec_decode(state, &codec, (struct span){*data, size}, out, (size_t)content, NULL) == 0;
    codec_destroy(state);
    if (!good) {
        free(out);
        return 0;
    }
    free(*data);
    *data = out;
    *room = (size_t)content;
    return (size_t)content;
}

void compress_register_filters(void)
{
    static const H5Z_class2_t zstd = {.version = H5Z_CLASS_T_VERS,
                                      .id = COMPRESS_FILTER_ZSTD,
                                      .decoder_present = 1,
                                      .encoder_present = 1, /* HDF5 creates no dataset without */
                                      .name = "zstd",
                                      .filter = filter_zstd};
    if (codec_has(CODEC_ZSTD) && H5Zfilter_avail(COMPRESS_FILTER_ZSTD) <= 0)
        H5Zregister(&zstd);
}
