/*
 * Object headers, before HDF5 reads them.
 *
 * HDF5 (seen in 1.10.8) takes the sizes in the messages of an object header for true, and reads and
 * writes beside its memory where they are not: an attribute longer than its message, a name without
 * an end, a string of variable length whose object is longer than the string, or not there. Here
 * every message is held against its own length, and an attribute also against its heap.
 */
#ifndef STORE_GUARD_HEADER_H
#define STORE_GUARD_HEADER_H

#include "store/guard_heap.h"

/* A part of a header that lies elsewhere, or what HDF5 has not read yet of its beginning. */
struct guard_part {
    uint64_t address, bytes;
};

/* What HDF5 reads next of the header that was looked at last, and with it these parts. Each is read
 * once, in this order, before any other header: what comes later to the same place has found
 * another way there, and may take it for something else. */
struct guard_parts {
    struct guard_part *list;
    size_t next, count, capacity;
};

/* Whether HDF5 may have these bytes, which it has read at `address` as a part of an object header,
 * or of something else that lies among them. */
bool guard_header_sound(const struct guard_file *file, uint64_t address, const uint8_t *data,
                        size_t bytes, struct guard_parts *parts);

#endif
