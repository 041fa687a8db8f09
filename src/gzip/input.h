/*
 * What the rooms above hand to this one: a stretch of a compressed file, and places in that file.
 *
 * Places inside deflate data are bits: bit 8 b + i is the i-th lowest of byte b of the file. All
 * places are counted from the beginning of the file, so that a stretch may be read anew, longer or
 * from another byte on, and places stay what they were.
 */
#ifndef GZIP_INPUT_H
#define GZIP_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

/* Bytes that may be read behind the stretch, whatever is in them: buffers of base/memory.h have
 * them. They do not count, and are set only so that tools that look for what was not can tell. */
enum { GZIP_PADDING_BYTES = 32 };

struct gzip_input {
    struct span bytes;
    uint64_t offset; /* of the first byte in the file */
    bool last;       /* the file ends where the stretch ends */
};

/* An answer that may have to wait for bytes behind the stretch. Where the stretch is the last, it
 * never does. */
enum gzip_answer { GZIP_NO, GZIP_YES, GZIP_MORE };

/* What is at a place. */
enum gzip_place {
    GZIP_BLOCK,  /* inside a member: the header of a deflate block */
    GZIP_MEMBER, /* the header of a member, or what is behind the last one */
};

/* An offset that is not known. */
#define GZIP_NOWHERE UINT64_MAX

/* Numbers as gzip and deflate have them, the lowest byte first. */
static inline uint32_t gzip_load2(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8;
}

static inline uint32_t gzip_load4(const uint8_t *from)
{
    return gzip_load2(from) | gzip_load2(from + 2) << 16;
}

static inline uint64_t gzip_load8(const uint8_t *from)
{
    uint64_t number;
    memcpy(&number, from, sizeof number);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    number = __builtin_bswap64(number);
#endif
    return number;
}

/* At least 57 bits from `bit` on, the first one lowest. Reads up to 8 bytes behind its byte. */
static inline uint64_t gzip_peek(const uint8_t *data, uint64_t bit)
{
    return gzip_load8(data + (bit >> 3)) >> (bit & 7);
}

#endif
