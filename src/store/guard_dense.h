/*
 * Messages of an object that are not in its header but in a fractal heap, found through v2 B-trees
 * (HDF5 file format specification, III.A.2 and III.G): attributes and links where there are many.
 *
 * HDF5 (seen in 1.10.8) takes the parameters of both for true, and the messages for as sound as
 * those in headers.
 */
#ifndef STORE_GUARD_DENSE_H
#define STORE_GUARD_DENSE_H

#include "store/guard_bytes.h"

/* The records of a tree that leads to such messages. */
struct guard_records {
    uint8_t type, bytes;       /* of a record */
    uint8_t id_at, id_bytes;   /* where in it the ID of the heap is */
    uint8_t flags_at, refused; /* flags of the message in it, and those that are refused; 0: none */
};

/* Does a message fit? */
typedef bool guard_fits(void *context, struct guard_bytes message);

/* Whether all messages in the heap to which the tree leads fit. Heaps with filters and shared
 * messages are refused. */
bool guard_dense_fit(struct guard_reader *reader, uint64_t heap, uint64_t tree,
                     const struct guard_records *records, guard_fits *fits, void *context);

/* Whether a tree is sound and has records of this type and size, whatever they say. */
bool guard_tree_fits(struct guard_reader *reader, uint64_t tree, uint8_t type,
                     uint64_t record_bytes);

#endif
