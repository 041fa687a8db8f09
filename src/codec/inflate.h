/*
 * The one way of decoding that all kinds of zlib streams share.
 */
#ifndef CODEC_INFLATE_H
#define CODEC_INFLATE_H

#include "base/error.h"
#include "base/span.h"

/* What inflating needs; NULL at first, and created when it is needed. */
struct inflate;

/* Decodes one zlib stream, which is all of `in` and holds raw_bytes bytes; its checksum is checked.
 * PFQ_BAD_FILE or PFQ_NO_MEMORY. */
pfq_status inflate_stream(struct inflate **inflate, struct span in, uint8_t *out, size_t raw_bytes,
                          pfq_error *err);

/* inflate may be NULL. */
void inflate_destroy(struct inflate *inflate);

#endif
