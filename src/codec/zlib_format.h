/*
 * The zlib format (RFC 1950) around deflate blocks, and the blocks that store bytes as they are.
 */
#ifndef CODEC_ZLIB_FORMAT_H
#define CODEC_ZLIB_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { ZLIB_HEAD_BYTES = 2, ZLIB_TAIL_BYTES = 4 };

/* The bytes of the stream that zlib_store writes: of each started 65,535 bytes, 5 more. */
size_t zlib_stored_bytes(size_t bytes);

/* Writes the stream of stored blocks; out has room for zlib_stored_bytes(raw.size). Returns its
 * bytes. */
size_t zlib_store(struct span raw, uint8_t *out);

/* Writes the first two bytes of a stream. */
void zlib_head(uint8_t *out);

/* Writes the last four: the checksum of what was encoded. */
void zlib_tail(struct span raw, uint8_t *out);

#endif
