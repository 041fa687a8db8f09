/*
 * Texts as long as they like to be, whose memory is the same again and again.
 */
#ifndef SUPPORT_REPEATED_H
#define SUPPORT_REPEATED_H

#include <stdint.h>
#include <sys/mman.h>

#include "support/check.h"

/* `all` bytes, a multiple of piece_bytes, each piece of which is the beginning of the file; that is
 * flushed and closed. piece_bytes is a multiple of a page. Owns: munmap. */
static inline void *repeated_text(FILE *file, size_t piece_bytes, uint64_t all)
{
    CHECK(fflush(file) == 0);
    uint8_t *const text =
        mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(text != MAP_FAILED);
    for (uint64_t at = 0; at < all; at += piece_bytes)
        CHECK(mmap(text + at, piece_bytes, PROT_READ, MAP_SHARED | MAP_FIXED, fileno(file), 0) !=
              MAP_FAILED);
    fclose(file);
    return text;
}

#endif
