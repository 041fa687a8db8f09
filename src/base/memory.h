/*
 * Memory whose failure is a sentence, and sizes that cannot wrap.
 *
 * A buffer is one recycled allocation: it grows when more is asked for and never shrinks, so that a
 * run of a thousand rounds allocates as often as a run of two.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes that may be read, not interpreted, behind the end of a buffer's contents. */
enum { MEMORY_PADDING_BYTES = 64 };

struct buffer {
    uint8_t *data;
    size_t capacity; /* bytes asked for; MEMORY_PADDING_BYTES more are there */
};

/* true and the product or sum, or false if it does not fit. */
bool size_mul(size_t a, size_t b, size_t *product);
bool size_add(size_t a, size_t b, size_t *sum);

/* count * size zeroed bytes; NULL and a filled error when there are none (count or size 0: one
 * byte). */
void *memory_allocate(size_t count, size_t size, pfq_error *err);

/* Makes *array hold at least `need` elements of `size` bytes, doubling; *capacity is in elements.
 */
pfq_status memory_grow(void *array, size_t *capacity, size_t need, size_t size, pfq_error *err);

/* Makes room for `bytes`. `keep` bytes from the beginning survive; the rest is undefined. */
pfq_status buffer_reserve(struct buffer *buffer, size_t bytes, size_t keep, pfq_error *err);

/* Releases the memory; the buffer is empty and usable again. */
void buffer_release(struct buffer *buffer);

/* A copy of a string; NULL and a filled error when there is no memory. */
char *memory_string(const char *text, pfq_error *err);

#endif
