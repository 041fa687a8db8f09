/*
 * Bytes of an HDF5 file, no more of them than is meant to be, read one field after the other, no
 * further than they go.
 */
#ifndef STORE_GUARD_BYTES_H
#define STORE_GUARD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

enum { GUARD_SIGNATURE_BYTES = 8 };

/* Does a superblock begin with these GUARD_SIGNATURE_BYTES bytes? */
bool guard_is_superblock(const uint8_t *data);

/* A file, how long it is, and where its addresses count from. */
struct guard_file {
    int descriptor;
    uint64_t bytes, base;
};

/* A file of which so many bytes may be read yet. */
struct guard_reader {
    const struct guard_file *file;
    uint64_t left;
};

/* Reads `bytes` bytes of the file; fewer than 64 cost as much as 64. false: they are not all there,
 * cannot be read, or are more than may be. */
bool guard_read(struct guard_reader *reader, uint64_t address, uint64_t bytes,
                struct buffer *buffer);

/* What is left of some bytes. */
struct guard_bytes {
    const uint8_t *at;
    size_t left;
    bool good; /* nothing was asked for that is not there */
};

/* Goes on by n bytes. */
void guard_pass(struct guard_bytes *bytes, uint64_t n);

/* A number of n bytes, at most 8, the lowest first. */
uint64_t guard_number(const uint8_t *from, size_t n);

/* How many bytes a number takes, at least one. */
size_t guard_bytes_of(uint64_t number);

/* The number in the next n bytes; 0 if they are not there. */
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

#endif
