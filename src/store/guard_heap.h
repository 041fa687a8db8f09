/*
 * Global heaps (HDF5 file format specification, III.E), in which strings of variable length lie.
 *
 * HDF5 (seen in 1.10.8) goes from object to object of a heap by the sizes that stand there, for
 * ever where one is 0 or leads back, and takes an object for as long as it says.
 */
#ifndef STORE_GUARD_HEAP_H
#define STORE_GUARD_HEAP_H

#include "store/guard_bytes.h"

/* Do these bytes begin as a heap? */
bool guard_is_heap(const uint8_t *data, size_t size);

/* Reads the heap at `address`. false: there is none, or walking through it does not come to its
 * end. */
bool guard_heap_read(struct guard_reader *reader, uint64_t address, struct buffer *buffer,
                     uint64_t *bytes);

enum { GUARD_MOST_OBJECTS = 65536 };

/* How long the objects of a heap are that was read, of so many bytes, by their numbers; UINT64_MAX:
 * there is none. Of objects with the same number HDF5 knows the last. */
void guard_heap_objects(const uint8_t *heap, uint64_t bytes, uint64_t sizes[GUARD_MOST_OBJECTS]);

#endif
