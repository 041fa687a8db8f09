/*
 * The checksum of HDF5's filter `fletcher32`.
 */
#ifndef CODEC_FLETCHER_H
#define CODEC_FLETCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* What a chunk carries behind its bytes: the checksum, lowest byte first. */
enum { FLETCHER_BYTES = 4 };

uint32_t fletcher32(struct span data);

/* Writes FLETCHER_BYTES bytes at `out`; and whether those at `in` are those of the data. */
void fletcher_put(struct span data, uint8_t *out);
bool fletcher_is(struct span data, const uint8_t *in);

#endif
