/*
 * A chunk of a column -> encoded bytes, and back.
 *
 * What is written here, stock filters of HDF5 read: all kinds but NONE and ZSTD give a zlib stream
 * (RFC 1950), which the filter `deflate` inflates; ZSTD gives one frame with its content size,
 * which the registered filter 32015 reads. `shuffle` does before that what the filter `shuffle`
 * does. How the bytes of a zlib stream are found is our own business: the kinds differ in speed and
 * size, and one way of decoding reads them all.
 *
 * A stream that would be larger than the bytes stored as they are is stored as they are, inside the
 * same format; so the bound of a kind is that of storing, and it is exact.
 *
 * The bytes that come out depend on the codec, the bytes that go in and the version of the library
 * used; not on threads, nor on the state and what it did before. Those of HUFFMAN, RUNS and FAST,
 * which are our own, do not depend on any library either. What is read back is the same everywhere.
 */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

enum codec_kind {
    CODEC_NONE,    /* the bytes themselves */
    CODEC_HUFFMAN, /* our own, of literals alone: for bases, and what has no repeats */
    CODEC_RUNS,    /* our own, of literals and runs of one value: for qualities */
    CODEC_FAST,    /* our own, of matches found in one look: for names, and for shuffled numbers */
    CODEC_DEFLATE, /* libdeflate; level 1 to 12 */
    CODEC_ZSTD,    /* zstd; level 1 to 19 */
    CODEC_SUITED,  /* HUFFMAN, RUNS or FAST: what suits the bytes of the chunk (choose.h) */
    CODEC_KINDS
};

struct codec {
    enum codec_kind kind;
    int level;        /* where the kind has levels; else not looked at */
    unsigned shuffle; /* bytes of an element; 0 or 1: not shuffled */
};

/* The most bytes of one chunk: sizes of all libraries and of HDF5 end at 4 GiB. */
#define CODEC_MAX_BYTES ((size_t)1 << 31)

/* What one thread needs to encode and decode: compressors, tables, scratch. They come when they are
 * first needed, and stay. */
struct codec_state;

/* NULL and a filled error when there is no memory. */
struct codec_state *codec_create(pfq_error *err);

/* state may be NULL. */
void codec_destroy(struct codec_state *state);

/* Whether this build has a kind. Pure. */
bool codec_has(enum codec_kind kind);

/* The name of a kind, "none", "deflate" and so on; NULL if there is no such kind. Pure. */
const char *codec_name(enum codec_kind kind);

/* PFQ_OK if a chunk can be encoded so: the kind is one this build has (else PFQ_UNSUPPORTED), and
 * the level is one of its levels (else PFQ_USAGE). Pure but for *err. */
pfq_status codec_check(const struct codec *codec, pfq_error *err);

/* The most bytes that encoding `bytes` bytes can give. Pure; bytes <= CODEC_MAX_BYTES. */
size_t codec_bound(const struct codec *codec, size_t bytes);

/* Encodes a chunk into out[0 .. capacity); *out_bytes is how much of it was used. A capacity of
 * codec_bound() is always enough; with less, a chunk that does not fit is PFQ_USAGE. Nothing
 * outside `out` is written, and after a failure its contents mean nothing.
 * Returns: PFQ_OK, what codec_check returns, PFQ_USAGE or PFQ_NO_MEMORY. */
pfq_status codec_encode(struct codec_state *state, const struct codec *codec, struct span raw,
                        uint8_t *out, size_t capacity, size_t *out_bytes, pfq_error *err);

/* Decodes a chunk into out[0 .. raw_bytes). `in` must be one stream, whole and without a byte more,
 * that holds exactly raw_bytes bytes and agrees with its checksum (zstd has none): anything else is
 * PFQ_BAD_FILE, whatever its bytes. The level is not looked at.
 * Returns: PFQ_OK, PFQ_BAD_FILE, PFQ_UNSUPPORTED, PFQ_USAGE (too large) or PFQ_NO_MEMORY. */
pfq_status codec_decode(struct codec_state *state, const struct codec *codec, struct span in,
                        uint8_t *out, size_t raw_bytes, pfq_error *err);

#endif
