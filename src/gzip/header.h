/*
 * The header and the footer of a gzip member (RFC 1952), and what writers of many small members
 * say there of their size.
 */
#ifndef GZIP_HEADER_H
#define GZIP_HEADER_H

#include "base/error.h"
#include "gzip/input.h"

enum {
    GZIP_FOOTER_BYTES = 8,
    GZIP_LEAST_HEADER_BYTES = 10,
    GZIP_MOST_HEADER_BYTES = 1 << 20, /* a name or a comment without an end is no header */
};

enum gzip_header_answer {
    GZIP_HEADER_OK,
    GZIP_HEADER_MORE, /* what is there is right so far, and it ends inside the header */
    GZIP_HEADER_NONE, /* not the first bytes of gzip */
    GZIP_HEADER_BAD,  /* the first bytes of gzip, and then none of its headers */
};

struct gzip_header {
    size_t bytes;
    uint64_t member_bytes; /* of the whole member, as BGZF ("BC") or MGI ("IG") say; 0: not said */
    bool bgzf;             /* it was BC that said so */
    uint8_t extra_flags;   /* XFL */
    uint8_t system;        /* OS */
};

struct gzip_footer {
    uint32_t crc;
    uint32_t size; /* of the text, modulo 2^32 */
};

/* Reads the header at the beginning of `bytes`. *why is set for GZIP_HEADER_BAD: what is wrong, in
 * words. Pure. */
enum gzip_header_answer gzip_header_read(struct span bytes, struct gzip_header *header,
                                         const char **why);

/* Reads GZIP_FOOTER_BYTES. */
struct gzip_footer gzip_footer_read(const uint8_t *bytes);

#endif
