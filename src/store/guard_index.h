/*
 * What leads to the chunks of a dataset in HDF5's newer formats (HDF5 file format specification,
 * VII.B and C, and III.A.2): fixed and extensible arrays, and v2 B-trees.
 *
 * HDF5 (seen in 1.10.8) looks for a chunk in an array without a look at how long that is, and takes
 * the sizes of its elements for true.
 */
#ifndef STORE_GUARD_INDEX_H
#define STORE_GUARD_INDEX_H

#include "store/guard_bytes.h"

/* As messages of layout number them. */
enum guard_index_kind { GUARD_FIXED = 3, GUARD_EXTENSIBLE, GUARD_TREE };

struct guard_index {
    enum guard_index_kind kind;
    uint64_t address;     /* UINT64_MAX: there is nothing yet */
    uint64_t chunk_bytes; /* before filters */
    bool filtered;
    uint64_t rank;
    uint64_t chunks; /* that there may ever be; of fixed arrays alone */
};

/* Whether it is sound, as far as HDF5 does not look itself. */
bool guard_index_fits(struct guard_reader *reader, const struct guard_index *index);

#endif
