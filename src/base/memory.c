/*
 * Memory. Large buffers are aligned to the size of a huge page and offered to the kernel as such:
 * a slice of 64 MiB then costs 32 page faults and not 16,384.
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

bool size_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

bool size_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static pfq_status no_memory(pfq_error *err, size_t bytes)
{
    return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for %zu bytes", bytes);
}

void *memory_allocate(size_t count, size_t size, pfq_error *err)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        no_memory(err, count * size);
    return memory;
}

/* Offers the huge pages that lie inside a piece of memory to the kernel. */
static void offer_huge_pages(void *memory, size_t bytes)
{
    const size_t mask = HUGE_PAGE_BYTES - 1, skipped = -(uintptr_t)memory & mask;
    if (bytes >= skipped + HUGE_PAGE_BYTES)
        madvise((char *)memory + skipped, (bytes - skipped) & ~mask, MADV_HUGEPAGE);
}

pfq_status memory_grow(void *array, size_t *capacity, size_t need, size_t size, pfq_error *err)
{
    if (need <= *capacity)
        return PFQ_OK;
    size_t want = *capacity ? *capacity : 16;
    while (want < need && want <= SIZE_MAX / 2)
        want *= 2;
    size_t bytes;
    if (want < need || !size_mul(want, size, &bytes))
        return no_memory(err, SIZE_MAX);
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, bytes);
    if (!grown)
        return no_memory(err, bytes);
    offer_huge_pages(grown, bytes);
    memcpy(array, &grown, sizeof grown);
    *capacity = want;
    return PFQ_OK;
}

pfq_status buffer_reserve(struct buffer *buffer, size_t bytes, size_t keep, pfq_error *err)
{
    if (buffer->data && bytes <= buffer->capacity)
        return PFQ_OK;
    size_t total;
    const size_t alignment = bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : 64;
    if (!size_add(bytes, MEMORY_PADDING_BYTES + alignment, &total))
        return no_memory(err, bytes);
    total = total / alignment * alignment;
    uint8_t *data = aligned_alloc(alignment, total);
    if (!data)
        return no_memory(err, bytes);
    offer_huge_pages(data, total);
    if (buffer->data)
        memcpy(data, buffer->data, keep);
    free(buffer->data);
    buffer->data = data;
    buffer->capacity = total - MEMORY_PADDING_BYTES;
    return PFQ_OK;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

char *memory_string(const char *text, pfq_error *err)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = memory_allocate(bytes, 1, err);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}
