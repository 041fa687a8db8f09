/*
 * Streams that other programs have compressed, unpacked from the front to the back.
 *
 * The caller feeds bytes and takes text, some of each at a time; one row of the table in unpack.c
 * adds a format. What a build leaves out keeps its row, so that it can be refused by name. A file
 * may hold several streams, one behind the other: together they are one text.
 */
#ifndef UNPACK_UNPACK_H
#define UNPACK_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZSTD, UNPACK_BZIP2, UNPACK_XZ, UNPACK_KINDS };

/* "zstd", ...; "none" for text as it is. Pure. */
const char *unpack_name(enum unpack_kind kind);

/* Is it in this build? Pure. */
bool unpack_has(enum unpack_kind kind);

struct unpack;

/* `file` names the input in errors and must stay. PFQ_UNSUPPORTED if the build leaves the format
 * out. Owns: unpack_destroy, which takes NULL. */
pfq_status unpack_create(enum unpack_kind kind, const char *file, struct unpack **out,
                         pfq_error *err);
void unpack_destroy(struct unpack *unpack);

/* One step: what it was given, and what came of it. */
struct unpack_step {
    struct span in; /* some bytes of the file, ... */
    bool last;      /* ... the last ones */
    uint8_t *out;   /* room for text */
    size_t room;
    size_t taken, made; /* answer: bytes used of `in`, and bytes of text */
    const char *remark; /* answer: what is odd though the text is whole; NULL: nothing */
};

/* Unpacks until `in` is used up or `room` is full. A step that is the last, leaves room and makes
 * nothing more is the end: PFQ_OK if a stream has just ended, PFQ_BAD_COMPRESSED if it is cut
 * short. */
pfq_status unpack_step(struct unpack *unpack, struct unpack_step *step, pfq_error *err);

#endif
