#include "store/guard_bytes.h"

#include <string.h>

#include "store/driver.h"

uint64_t guard_number(const uint8_t *from, size_t n)
{
    uint64_t value = 0;
    for (; n > 0; n--)
        value = value << 8 | from[n - 1];
    return value;
}

size_t guard_bytes_of(uint64_t number)
{
    size_t bytes = 1;
    while (number >>= 8)
        bytes++;
    return bytes;
}

bool guard_is_superblock(const uint8_t *data)
{
    return memcmp(data, "\211HDF\r\n\032\n", GUARD_SIGNATURE_BYTES) == 0;
}

bool guard_read(struct guard_reader *reader, uint64_t address, uint64_t bytes,
                struct buffer *buffer)
{
    enum { LEAST_COST = 64 };
    const uint64_t there = reader->file->bytes - reader->file->base;
    const uint64_t cost = bytes < LEAST_COST ? LEAST_COST : bytes;
    if (cost > reader->left || address > there || bytes > there - address)
        return false;
    reader->left -= cost;
    return !buffer_reserve(buffer, (size_t)bytes, 0, NULL) &&
           driver_read(reader->file->descriptor, reader->file->base + address, (size_t)bytes,
                       buffer->data);
}

void guard_pass(struct guard_bytes *bytes, uint64_t n)
{
    if (n > bytes->left) {
        bytes->good = false;
        n = bytes->left;
    }
    bytes->at += n;
    bytes->left -= (size_t)n;
}

uint64_t guard_take(struct guard_bytes *bytes, size_t n)
{
    const uint8_t *const from = bytes->at;
    guard_pass(bytes, n);
    return bytes->good ? guard_number(from, n) : 0;
}

struct guard_bytes guard_part(struct guard_bytes *bytes, uint64_t n)
{
    struct guard_bytes part = {bytes->at, (size_t)n, n <= bytes->left};
    guard_pass(bytes, n);
    if (!part.good)
        part.left = 0;
    return part;
}

void guard_pass_name(struct guard_bytes *bytes, bool pads)
{
    const uint8_t *const end = bytes->left ? memchr(bytes->at, 0, bytes->left) : NULL;
    const uint64_t n = end ? (uint64_t)(end - bytes->at) + 1 : UINT64_MAX / 2;
    guard_pass(bytes, pads ? guard_padded(n) : n);
}
