/*
 * Many small pieces of a column at once.
 *
 * Pieces are given in ascending order; the chunks they lie in are then brought into the cache some
 * at a time, decoded on all threads, and each only once.
 */
#ifndef STORE_PIECES_H
#define STORE_PIECES_H

#include "store/reader.h"

/* Elements [first, first + n) go to `to`. */
struct piece {
    uint64_t first, n;
    uint8_t *to;
};

/* Copies pieces of a column. They ascend by `first`, may overlap, and must be there. */
pfq_status pieces_read(struct store_reader *reader, int mate, enum schema_column column,
                       const struct piece *pieces, size_t n, pfq_error *err);

#endif
