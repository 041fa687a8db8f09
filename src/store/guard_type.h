/*
 * The parts of messages that describe elements: datatypes and dataspaces (HDF5 file format
 * specification, IV.A.2.b and d), held against the bytes that they have.
 */
#ifndef STORE_GUARD_TYPE_H
#define STORE_GUARD_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_MOST_RANK = 32 };

/* What is left of some bytes. */
struct guard_bytes {
    const uint8_t *at;
    size_t left;
    bool good; /* nothing was asked for that is not there */
};

/* Goes on by n bytes. */
void guard_pass(struct guard_bytes *bytes, uint64_t n);

/* A number of n bytes, at most 8, the lowest first; 0 if they are not there. */
uint64_t guard_take(struct guard_bytes *bytes, size_t n);

/* The next n bytes, alone. */
struct guard_bytes guard_part(struct guard_bytes *bytes, uint64_t n);

/* A name with the zero at its end, and what pads both to eight bytes, if anything does. */
void guard_pass_name(struct guard_bytes *bytes, bool pads);

/* The next multiple of eight. */
static inline uint64_t guard_padded(uint64_t n)
{
    return (n + 7) / 8 * 8;
}

struct guard_type {
    uint64_t size;     /* of an element; 0: not sound */
    uint64_t elements; /* of variable length: the size of what such an element has many of */
    bool heaps;        /* somewhere inside there are elements of variable length */
};

/* Reads a datatype. */
struct guard_type guard_type_read(struct guard_bytes *bytes);

/* Reads a dataspace: its rank, and how many elements it has. false: not sound. */
bool guard_space_read(struct guard_bytes *bytes, uint64_t *rank, uint64_t *elements);

#endif
