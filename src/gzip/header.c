/*
 * A header is read as a row of fields, each of which may be cut off; `at` walks over them. The
 * extra field is a row of subfields with two letters, a length and a value each; BGZF puts the size
 * of the member into "BC", and others may stand before it.
 */
#include "gzip/header.h"

#include <libdeflate.h>

enum {
    FLAG_TEXT = 1,
    FLAG_CRC = 2,
    FLAG_EXTRA = 4,
    FLAG_NAME = 8,
    FLAG_COMMENT = 16,
    FLAGS_RESERVED = 0xe0,
    METHOD_DEFLATE = 8,
};

static const uint8_t magic[3] = {0x1f, 0x8b, METHOD_DEFLATE};

/* What a subfield says of the size of the member. A size that cannot be is none. */
static void read_subfield(const uint8_t *field, size_t size, struct gzip_header *header)
{
    uint64_t bytes = 0;
    const bool bgzf = field[0] == 'B' && field[1] == 'C' && size == 2;
    if (bgzf)
        bytes = (uint64_t)gzip_load2(field + 4) + 1;
    else if (field[0] == 'I' && field[1] == 'G' && size == 4)
        bytes = gzip_load4(field + 4);
    if (!bytes || header->member_bytes)
        return;
    header->member_bytes = bytes;
    header->bgzf = bgzf;
}

static void read_extra(const uint8_t *extra, size_t bytes, struct gzip_header *header)
{
    for (size_t at = 0; bytes - at >= 4;) {
        const size_t size = gzip_load2(extra + at + 2);
        if (size > bytes - at - 4)
            return;
        read_subfield(extra + at, size, header);
        at += 4 + size;
    }
}

/* Skips a text with its zero at the end; false if there is no end. */
static bool skip_text(struct span bytes, size_t *at)
{
    const uint8_t *end = *at < bytes.size ? memchr(bytes.data + *at, 0, bytes.size - *at) : NULL;
    if (end)
        *at = (size_t)(end - bytes.data) + 1;
    return end != NULL;
}

/* The fields behind the first ten bytes; false if they are cut off. */
static bool read_fields(struct span bytes, unsigned flags, size_t *at, struct gzip_header *header)
{
    if (flags & FLAG_EXTRA) {
        if (bytes.size - *at < 2)
            return false;
        const size_t size = gzip_load2(bytes.data + *at);
        if (bytes.size - *at - 2 < size)
            return false;
        read_extra(bytes.data + *at + 2, size, header);
        *at += 2 + size;
    }
    if (flags & FLAG_NAME && !skip_text(bytes, at))
        return false;
    if (flags & FLAG_COMMENT && !skip_text(bytes, at))
        return false;
    return !(flags & FLAG_CRC) || bytes.size - *at >= 2;
}

static enum gzip_header_answer bad(const char **why, const char *words)
{
    *why = words;
    return GZIP_HEADER_BAD;
}

/* Of what is there: is it the beginning of a header? */
static enum gzip_header_answer look_at_beginning(struct span bytes, const char **why)
{
    const size_t some = bytes.size < 2 ? bytes.size : 2;
    if (some && memcmp(bytes.data, magic, some) != 0)
        return GZIP_HEADER_NONE;
    if (bytes.size > 2 && bytes.data[2] != METHOD_DEFLATE)
        return bad(why, "its method of compression is not deflate");
    if (bytes.size > 3 && bytes.data[3] & FLAGS_RESERVED)
        return bad(why, "its header has flags that no gzip knows");
    return bytes.size < GZIP_LEAST_HEADER_BYTES ? GZIP_HEADER_MORE : GZIP_HEADER_OK;
}

static enum gzip_header_answer read_header(struct span bytes, struct gzip_header *header,
                                           const char **why)
{
    const enum gzip_header_answer begins = look_at_beginning(bytes, why);
    if (begins != GZIP_HEADER_OK)
        return begins;
    size_t at = GZIP_LEAST_HEADER_BYTES;
    const unsigned flags = bytes.data[3];
    *header = (struct gzip_header){.extra_flags = bytes.data[8], .system = bytes.data[9]};
    if (!read_fields(bytes, flags, &at, header))
        return GZIP_HEADER_MORE;
    if (flags & FLAG_CRC) {
        if ((libdeflate_crc32(0, bytes.data, at) & 0xffff) != gzip_load2(bytes.data + at))
            return bad(why, "the checksum of its header is wrong");
        at += 2;
    }
    header->bytes = at;
    /* A size that does not even hold the header and the footer says nothing. */
    if (header->member_bytes <= at + GZIP_FOOTER_BYTES) {
        header->member_bytes = 0;
        header->bgzf = false;
    }
    return GZIP_HEADER_OK;
}

enum gzip_header_answer gzip_header_read(struct span bytes, struct gzip_header *header,
                                         const char **why)
{
    const bool whole = bytes.size >= GZIP_MOST_HEADER_BYTES;
    if (whole)
        bytes.size = GZIP_MOST_HEADER_BYTES;
    const enum gzip_header_answer answer = read_header(bytes, header, why);
    if (answer == GZIP_HEADER_MORE && whole)
        return bad(why, "its header does not end within 1 MiB");
    return answer;
}

struct gzip_footer gzip_footer_read(const uint8_t *bytes)
{
    return (struct gzip_footer){.crc = gzip_load4(bytes), .size = gzip_load4(bytes + 4)};
}
