#include "store/guard_heap.h"

#include <string.h>

#include "store/driver.h"

enum {
    SIGNATURE_BYTES = 4,
    HEAD = 16,
    SIZE_AT = 8,
    OBJECT_HEAD = 16,
    OBJECT_SIZE_AT = 8,
    OBJECT_ALIGN = 8
};

static uint64_t word(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

bool guard_read(const struct guard_file *file, uint64_t address, uint64_t bytes,
                struct buffer *buffer)
{
    const uint64_t there = file->bytes - file->base;
    return address <= there && bytes <= there - address &&
           !buffer_reserve(buffer, (size_t)bytes, 0, NULL) &&
           driver_read(file->descriptor, file->base + address, (size_t)bytes, buffer->data);
}

bool guard_is_heap(const uint8_t *data, size_t size)
{
    return size >= SIGNATURE_BYTES && memcmp(data, "GCOL", SIGNATURE_BYTES) == 0;
}

/* How far it is from an object to the next; 0: nowhere. What is free, number 0, counts its head. */
static uint64_t step(const uint8_t *object)
{
    const uint64_t size = word(object + OBJECT_SIZE_AT, 8);
    if (word(object, 2) == 0)
        return size < OBJECT_HEAD ? 0 : size;
    if (size > INT64_MAX)
        return 0;
    return OBJECT_HEAD + (size + OBJECT_ALIGN - 1) / OBJECT_ALIGN * OBJECT_ALIGN;
}

/* Whether a walk through the objects comes to the end. */
static bool has_end(const uint8_t *heap, uint64_t bytes)
{
    for (uint64_t at = HEAD; at + OBJECT_HEAD <= bytes;) {
        const uint64_t more = step(heap + at);
        if (more == 0 || more > bytes - at)
            return false;
        at += more;
    }
    return true;
}

bool guard_heap_read(const struct guard_file *file, uint64_t address, uint64_t most,
                     struct buffer *buffer, uint64_t *bytes)
{
    if (!guard_read(file, address, HEAD, buffer) || !guard_is_heap(buffer->data, HEAD))
        return false;
    *bytes = word(buffer->data + SIZE_AT, 8);
    return *bytes >= HEAD && *bytes <= most && guard_read(file, address, *bytes, buffer) &&
           has_end(buffer->data, *bytes);
}

uint64_t guard_heap_object(const uint8_t *heap, uint64_t bytes, uint64_t number)
{
    uint64_t found = UINT64_MAX;
    for (uint64_t at = HEAD; number && at + OBJECT_HEAD <= bytes; at += step(heap + at))
        if (word(heap + at, 2) == number)
            found = word(heap + at + OBJECT_SIZE_AT, 8);
    return found;
}
