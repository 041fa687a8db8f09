/*
 * Stored blocks: three bits of kind, padded to a byte, the length and its complement, the bytes. A
 * length has 16 bits, so a block holds 65,535 bytes at most; a stream has one block at least.
 */
#include "codec/zlib_format.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <string.h>

enum { BLOCK_BYTES = 65535, BLOCK_HEAD_BYTES = 5 };

size_t zlib_stored_bytes(size_t bytes)
{
    const size_t blocks = bytes ? (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES : 1;
    return ZLIB_HEAD_BYTES + blocks * BLOCK_HEAD_BYTES + bytes + ZLIB_TAIL_BYTES;
}

/* Deflate, a window of 32 KiB, "fastest": 0x7801 is divisible by 31, as it has to be. */
void zlib_head(uint8_t *out)
{
    out[0] = 0x78;
    out[1] = 0x01;
}

void zlib_tail(struct span raw, uint8_t *out)
{
    const uint32_t sum = libdeflate_adler32(1, raw.data, raw.size);
    for (int i = 0; i < ZLIB_TAIL_BYTES; i++)
        out[i] = (uint8_t)(sum >> (24 - 8 * i));
}

static uint8_t *store_block(const uint8_t *data, size_t bytes, bool last, uint8_t *out)
{
    out[0] = last;
    out[1] = (uint8_t)bytes;
    out[2] = (uint8_t)(bytes >> 8);
    out[3] = (uint8_t)~out[1];
    out[4] = (uint8_t)~out[2];
    if (bytes)
        memcpy(out + BLOCK_HEAD_BYTES, data, bytes);
    return out + BLOCK_HEAD_BYTES + bytes;
}

size_t zlib_store(struct span raw, uint8_t *out)
{
    uint8_t *to = out + ZLIB_HEAD_BYTES;
    size_t at = 0;
    bool last;
    zlib_head(out);
    do {
        const size_t left = raw.size - at, bytes = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        last = bytes == left;
        to = store_block(raw.data + at, bytes, last, to);
        at += bytes;
    } while (!last);
    zlib_tail(raw, to);
    return (size_t)(to - out) + ZLIB_TAIL_BYTES;
}
