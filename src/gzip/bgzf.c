/*
 * Walking and inflating.
 */
#include "gzip/bgzf.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gzip/header.h"

enum { LARGEST_TEXT = 1 << 24 };

/* ---- walking ---- */

/* The block at a byte; GZIP_NO if there is none, or the file ends inside it. */
static enum gzip_answer read_block(const struct gzip_input *input, uint64_t byte,
                                   struct gzip_bgzf_block *block)
{
    struct gzip_header header;
    const char *why;
    const enum gzip_answer cut = input->last ? GZIP_NO : GZIP_MORE;
    const size_t at = (size_t)(byte - input->offset);
    const struct span rest = {input->bytes.data + at, input->bytes.size - at};
    const enum gzip_header_answer answer = gzip_header_read(rest, &header, &why);
    if (answer == GZIP_HEADER_MORE)
        return cut;
    if (answer != GZIP_HEADER_OK || !header.member_bytes)
        return GZIP_NO;
    if (header.member_bytes > rest.size)
        return cut;
    const struct gzip_footer footer =
        gzip_footer_read(rest.data + header.member_bytes - GZIP_FOOTER_BYTES);
    if (footer.size > LARGEST_TEXT)
        return GZIP_NO;
    *block = (struct gzip_bgzf_block){byte, (uint32_t)header.bytes, header.member_bytes,
                                      footer.size, footer.crc};
    return GZIP_YES;
}

pfq_status gzip_bgzf_walk(const struct gzip_input *input, uint64_t from, uint64_t to,
                          struct gzip_bgzf_row *row, uint64_t *end, enum gzip_answer *answer,
                          pfq_error *err)
{
    const uint64_t stretch_end = input->offset + input->bytes.size;
    for (*end = from; *end < to; *end += row->blocks[row->count++].bytes) {
        if (*end >= stretch_end) {
            *answer = input->last ? GZIP_YES : GZIP_MORE;
            return PFQ_OK;
        }
        const pfq_status status =
            memory_grow(&row->blocks, &row->capacity, row->count + 1, sizeof *row->blocks, err);
        if (status)
            return status;
        *answer = read_block(input, *end, &row->blocks[row->count]);
        if (*answer != GZIP_YES)
            return PFQ_OK;
    }
    *answer = GZIP_YES;
    return PFQ_OK;
}

/* ---- inflating ---- */

struct gzip_inflater {
    struct libdeflate_decompressor *decompressor;
};

struct gzip_inflater *gzip_inflater_create(pfq_error *err)
{
    struct gzip_inflater *inflater = memory_allocate(1, sizeof *inflater, err);
    if (!inflater)
        return NULL;
    inflater->decompressor = libdeflate_alloc_decompressor();
    if (inflater->decompressor)
        return inflater;
    error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a decompressor");
    free(inflater);
    return NULL;
}

void gzip_inflater_destroy(struct gzip_inflater *inflater)
{
    if (!inflater)
        return;
    libdeflate_free_decompressor(inflater->decompressor);
    free(inflater);
}

bool gzip_inflate_raw(struct gzip_inflater *inflater, struct span deflated, uint8_t *text,
                      size_t size)
{
    size_t used, got;
    return libdeflate_deflate_decompress_ex(inflater->decompressor, deflated.data, deflated.size,
                                            text, size, &used, &got) == LIBDEFLATE_SUCCESS &&
           used == deflated.size && got == size;
}

struct span gzip_member_body(struct span member, size_t header_bytes)
{
    return (struct span){member.data + header_bytes,
                         member.size - header_bytes - GZIP_FOOTER_BYTES};
}

pfq_status gzip_bgzf_inflate(struct gzip_inflater *inflater, const struct gzip_input *input,
                             const struct gzip_bgzf_block *block, uint8_t *text, pfq_error *err)
{
    const struct span member = {input->bytes.data + (block->offset - input->offset),
                                (size_t)block->bytes};
    const unsigned long long offset = block->offset;
    if (!gzip_inflate_raw(inflater, gzip_member_body(member, block->header_bytes), text,
                          block->size)) {
        error_set(
            err, PFQ_BAD_GZIP, NULL,
            "the block of BGZF that begins at byte %llu is damaged, or not as long as it says",
            offset);
    } else {
        const uint32_t crc = libdeflate_crc32(0, text, block->size);
        if (crc == block->crc)
            return PFQ_OK;
        error_set(
            err, PFQ_BAD_GZIP, NULL,
            "CRC differs: the gzip member that begins at byte %llu says %08x, its text has %08x",
            offset, (unsigned)block->crc, (unsigned)crc);
    }
    if (err)
        err->byte = block->offset;
    return PFQ_BAD_GZIP;
}
