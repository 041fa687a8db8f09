/*
 * The one way of decoding that all kinds of zlib streams share.
 */
#ifndef CODEC_INFLATE_H
#define CODEC_INFLATE_H

#include "base/error.h"
#include "base/span.h"

/* Decodes one zlib stream, which is all of `in` and holds raw_bytes bytes; its checksum is checked.
 * *decompressor is NULL at first and is created when it is needed. PFQ_BAD_FILE or PFQ_NO_MEMORY.
 */
pfq_status inflate_stream(void **decompressor, struct span in, uint8_t *out, size_t raw_bytes,
                          pfq_error *err);

void inflate_destroy(void *decompressor);

#endif
