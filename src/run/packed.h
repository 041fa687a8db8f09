/*
 * Text as BGZF, packed by all threads: for outputs whose name ends in .gz.
 */
#ifndef RUN_PACKED_H
#define RUN_PACKED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/span.h"
#include "gzip/compress.h"

struct packed {
    int threads;
    struct gzip_deflater **deflaters; /* of each thread */
    uint8_t *out;                     /* block after block */
    size_t capacity;
    size_t *sizes; /* of the blocks */
    size_t sizes_capacity;
};

/* Does the name of an output ask for BGZF? Pure. */
bool packed_is_wanted(const char *path);

/* Level 1 to 12 of libdeflate; 0: 6. Owns: packed_destroy, also after a failure. */
pfq_status packed_create(int threads, int level, struct packed *packed, pfq_error *err);
void packed_destroy(struct packed *packed);

/* Packs a text: its blocks, and behind them, if `last`, the mark of the end. They lie at
 * packed->out, *bytes of them. */
pfq_status packed_text(struct packed *packed, struct span text, bool last, size_t *bytes,
                       pfq_error *err);

#endif
