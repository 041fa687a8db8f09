/*
 * Everything that can be wrong with a file, found piece by piece.
 *
 * Opening has checked the structure: datasets, types, lengths and attributes that agree. What is
 * left are the values, and whether the chunks that hold them can be decoded and agree with their
 * checksums. The work is a list of pieces that have nothing to do with each other, so that ranks
 * can share it; the threads of each decode.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "base/memory.h"
#include "store/store.h"

/* Something wrong, with its place in the file, by which faults are ordered. */
struct store_fault {
    uint64_t mate, column, element; /* mate 0: not of one mate */
    char message[240];
};

struct store_check {
    struct store_reader *reader;
    bool names; /* those of mates must agree */
    size_t limit;
    struct store_fault *faults; /* the first of each piece, `limit` in all */
    size_t count, capacity;
    uint64_t found; /* more may have been found than are kept */
    uint64_t shortest[PFQ_MAX_MATES], longest[PFQ_MAX_MATES]; /* of the rows looked at */
    /* Sums (base/mix.h) of the entries that names should have in the index, less those of the
     * entries it has: 0 of all ranks together, if they are the same ones. */
    uint64_t unindexed[PFQ_MAX_MATES];
    struct buffer data, other;
};

/* How many pieces there are. */
size_t check_pieces(const struct store_check *check);

/* Looks at piece i. Returns PFQ_OK, whatever it finds, or a failure such as PFQ_NO_MEMORY. */
pfq_status check_piece(struct store_check *check, size_t i, pfq_error *err);

/* What is about the whole file: provenance, the index, and the lengths of rows; what the pieces of
 * all ranks came to is in `shortest`, `longest` and `unindexed`. */
pfq_status check_whole(struct store_check *check, pfq_error *err);

void check_release(struct store_check *check);

/* Whether a file begins as HDF5 files do, maybe behind bytes of somebody else's. A pipe does not,
 * and is not looked into: what is read from it is gone. */
bool store_is_hdf5(const char *path);

#endif
