/*
 * The filter `shuffle` of HDF5: first the first bytes of all elements, then the second ones, and so
 * on. Offsets grow slowly, so most of their bytes then stand in long runs.
 *
 * Bytes at the end that do not make a whole element stay where they are.
 */
#ifndef CODEC_SHUFFLE_H
#define CODEC_SHUFFLE_H

#include "base/span.h"

/* Both write in.size bytes to out, which does not overlap in. element >= 1. */
void shuffle_apply(struct span in, unsigned element, uint8_t *out);
void shuffle_undo(struct span in, unsigned element, uint8_t *out);

#endif
