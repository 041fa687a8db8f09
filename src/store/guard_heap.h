/*
 * Global heaps (HDF5 file format specification, III.E), in which strings of variable length lie.
 *
 * HDF5 (seen in 1.10.8) goes from object to object of a heap by the sizes that stand there, for
 * ever where one is 0 or leads back, and takes an object for as long as it says.
 */
#ifndef STORE_GUARD_HEAP_H
#define STORE_GUARD_HEAP_H

#include "base/memory.h"

/* A file, how long it is, and where its addresses count from. */
struct guard_file {
    int descriptor;
    uint64_t bytes, base;
};

/* Reads `bytes` bytes of the file. false: they are not all there, or cannot be read. */
bool guard_read(const struct guard_file *file, uint64_t address, uint64_t bytes,
                struct buffer *buffer);

/* Do these bytes begin as a heap? */
bool guard_is_heap(const uint8_t *data, size_t size);

/* Reads the heap at `address`, at most `most` bytes long. false: there is none, or walking through
 * it does not come to its end. */
bool guard_heap_read(const struct guard_file *file, uint64_t address, uint64_t most,
                     struct buffer *buffer, uint64_t *bytes);

enum { GUARD_MOST_OBJECTS = 65536 };

/* How long the objects of a heap are that was read, of so many bytes, by their numbers; UINT64_MAX:
 * there is none. Of objects with the same number HDF5 knows the last. */
void guard_heap_objects(const uint8_t *heap, uint64_t bytes, uint64_t sizes[GUARD_MOST_OBJECTS]);

#endif
