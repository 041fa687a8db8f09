/*
 * What the decoder gives: text in segments, some of it still in symbols.
 *
 * A chunk that starts in the middle of a member refers to a window it does not have: the 32 KiB of
 * text before it. Its symbols are 16 bits wide at first (GZIP_WIDE). In most text only a few
 * places of the window are ever referred to; when all that the last 32 KiB refer to are at most
 * 128, these get the byte values 128 to 255, a map says which value is which place, and decoding
 * goes on in bytes (GZIP_MAPPED). Text that refers to nothing unknown is GZIP_PLAIN.
 */
#ifndef GZIP_SEGMENT_H
#define GZIP_SEGMENT_H

#include "base/error.h"
#include "gzip/input.h"
#include "gzip/symbols.h"

enum gzip_kind {
    GZIP_PLAIN,  /* bytes */
    GZIP_MAPPED, /* bytes; 128 + j stands for the byte of the window at map[j] */
    GZIP_WIDE,   /* 16 bits; GZIP_MARKER + i stands for the byte of the window at i */
};

enum { GZIP_MAP_PLACES = 128 };

struct gzip_segment {
    enum gzip_kind kind;
    const void *data;    /* count bytes, or count numbers of 16 bits */
    size_t count;        /* of symbols, each of which is a byte of the text */
    const uint16_t *map; /* of GZIP_MAPPED */
};

/* The text before a place, as much of it as may be referred to from there: the last `valid` of the
 * bytes. */
struct gzip_window {
    uint32_t valid;
    uint8_t bytes[GZIP_WINDOW_BYTES];
};

/* What the text before a place is, as the decoder that came there knows it: GZIP_WINDOW_BYTES
 * symbols. */
struct gzip_tail {
    enum gzip_kind kind;
    const void *data;
    const uint16_t *map; /* of GZIP_MAPPED */
    uint32_t valid;      /* of GZIP_PLAIN: how many of the last bytes may be referred to */
};

/* A header that a decoder has passed, as a place to start from another time. */
struct gzip_mark {
    uint64_t bit;
    enum gzip_place place;
    size_t text; /* of the chunk's text, the bytes before it */
};

/* A member that ended. */
struct gzip_member_end {
    size_t text;        /* of the chunk's text, the bytes up to its end */
    uint32_t crc, size; /* of all its text, as the footer says */
    uint64_t footer;    /* offset in the file */
    uint64_t member;    /* offset of its header; GZIP_NOWHERE: in an earlier chunk */
};

#endif
