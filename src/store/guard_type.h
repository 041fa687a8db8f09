/*
 * The parts of messages that describe elements: datatypes and dataspaces (HDF5 file format
 * specification, IV.A.2.b and d), held against the bytes that they have.
 */
#ifndef STORE_GUARD_TYPE_H
#define STORE_GUARD_TYPE_H

#include "store/guard_bytes.h"

enum { GUARD_MOST_RANK = 32 };

struct guard_type {
    uint64_t size;     /* of an element; 0: not sound */
    uint64_t elements; /* of variable length: the size of what such an element has many of */
    bool heaps;        /* somewhere inside there are elements of variable length */
};

/* Reads a datatype. */
struct guard_type guard_type_read(struct guard_bytes *bytes);

struct guard_space {
    uint64_t rank, elements;
    uint64_t longest[GUARD_MOST_RANK]; /* that each extent is, or may become */
};

/* Reads a dataspace. false: not sound. */
bool guard_space_read(struct guard_bytes *bytes, struct guard_space *space);

#endif
