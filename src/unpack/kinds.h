/*
 * What a format must be able to do; its file ends with its row.
 */
#ifndef UNPACK_KINDS_H
#define UNPACK_KINDS_H

#include "unpack/unpack.h"

/* How a turn of a library ended. */
enum unpack_outcome {
    UNPACK_GOES_ON, /* it used or made something, or wants more of either */
    UNPACK_ENDED,   /* a stream ended here; another may follow */
    UNPACK_DAMAGED, /* what the stream holds is wrong */
    UNPACK_FAILED,  /* so it is, or something else is, and *err says what */
    UNPACK_NO_MEMORY
};

struct unpack_row {
    const char *name;
    /* NULL: not in this build. The state of the library, or NULL: no memory. */
    void *(*create)(void);
    void (*destroy)(void *state);
    /* One call of the library; sets taken and made. */
    enum unpack_outcome (*turn)(void *state, struct unpack_step *step, pfq_error *err);
};

extern const struct unpack_row unpack_none, unpack_gzip, unpack_zstd, unpack_bzip2, unpack_xz;

#endif
