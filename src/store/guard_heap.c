#include "store/guard_heap.h"

#include <string.h>

enum { HEAD = 16, SIZE_AT = 8, OBJECT_HEAD = 16, OBJECT_SIZE_AT = 8 };

/* HDF5 reads heaps as it reads rows, so chance must not make one of the other: a heap also has a
 * version, and a size that HDF5 takes. */
bool guard_is_heap(const uint8_t *data, size_t size)
{
    enum { VERSION_AT = 4, VERSION = 1, LEAST_BYTES = 4096 };
    return size >= HEAD && memcmp(data, "GCOL", VERSION_AT) == 0 && data[VERSION_AT] == VERSION &&
           guard_number(data + SIZE_AT, 8) >= LEAST_BYTES;
}

/* How far it is from an object to the next; 0: nowhere. What is free, number 0, counts its head. */
static uint64_t step(const uint8_t *object)
{
    const uint64_t size = guard_number(object + OBJECT_SIZE_AT, 8);
    if (guard_number(object, 2) == 0)
        return size < OBJECT_HEAD ? 0 : size;
    if (size > INT64_MAX)
        return 0;
    return OBJECT_HEAD + guard_padded(size);
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

bool guard_heap_read(struct guard_reader *reader, uint64_t address, struct buffer *buffer,
                     uint64_t *bytes)
{
    if (!guard_read(reader, address, HEAD, buffer) || !guard_is_heap(buffer->data, HEAD))
        return false;
    *bytes = guard_number(buffer->data + SIZE_AT, 8);
    return guard_read(reader, address, *bytes, buffer) && has_end(buffer->data, *bytes);
}

void guard_heap_objects(const uint8_t *heap, uint64_t bytes, uint64_t sizes[GUARD_MOST_OBJECTS])
{
    for (size_t i = 0; i < GUARD_MOST_OBJECTS; i++)
        sizes[i] = UINT64_MAX;
    for (uint64_t at = HEAD; at + OBJECT_HEAD <= bytes; at += step(heap + at))
        sizes[guard_number(heap + at, 2)] = guard_number(heap + at + OBJECT_SIZE_AT, 8);
    sizes[0] = UINT64_MAX; /* that is what is free */
}
