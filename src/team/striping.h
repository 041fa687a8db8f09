/*
 * How a parallel file system cuts a file into stripes, where that can be seen.
 *
 * Lustre shows the layout of a file, and the one that a directory gives to new files, as the
 * extended attribute `lustre.lov`. Others (GPFS, BeeGFS) show nothing that a program could read
 * without their libraries.
 */
#ifndef TEAM_STRIPING_H
#define TEAM_STRIPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stripes of this size lie in turn on so many servers. */
struct striping {
    uint64_t stripe_bytes;
    uint64_t stripes; /* 0: as many as there are */
};

/* Understands the value of `lustre.lov`: `size` bytes, which may be anything. Of a layout of
 * several components, the one that holds the far end of the file counts. Returns false if it is no
 * layout that is known, or says nothing about stripes. Pure. */
bool striping_parse(const uint8_t *value, size_t size, struct striping *striping);

/* Asks the file system about a file or a directory. Returns false if it does not tell. Local. */
bool striping_find(const char *path, struct striping *striping);

#endif
