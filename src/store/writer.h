/*
 * A file under construction, and the ways its rows take into it.
 *
 * In every round each rank adds a part to each mate. Where a part goes follows from two sums over
 * the ranks, so that all ways need nothing but the numbers kept here. Chunks are written as they
 * are (extents.h says where they lie) or encoded (encoder.h), by every rank or by rank 0.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "store/exceptions.h"
#include "store/extents.h"
#include "store/schema.h"
#include "store/store.h"

/* Columns travel and are written in pieces of this size: memory stays bounded, counts stay far
 * below 2^31. */
enum { PIECE_BYTES = 8 << 20 };

#define STYLE_UNKNOWN UINT64_MAX

struct mate_writer {
    uint64_t length[SCHEMA_LENGTHS]; /* of the file, all rounds that are agreed */
    uint64_t adding[SCHEMA_LENGTHS]; /* by this rank in this round */
    uint64_t place[SCHEMA_LENGTHS];  /* of what this rank adds: elements of the file before it */
    struct extents extents[SCHEMA_COLUMNS]; /* where the columns lie; the same on every rank */
    struct exceptions exceptions;           /* of this rank in this round */
    uint64_t min_length, max_length;        /* of this rank's records, all rounds */
    uint64_t style; /* of the group, or STYLE_UNKNOWN while there are no rows */
    bool has_line_width;
    uint64_t line_width;
    struct kept_count {
        char *name;
        uint64_t value;
    } * counts; /* of its filtering */
    size_t count, count_capacity;
};

/* How far one column of a part has been taken. */
struct cursor {
    enum schema_column column;
    size_t batch;
    uint64_t first; /* elements of the batch (of the part, where no batch holds them) taken */
    uint64_t bases, name_bytes; /* of the batches before */
};

/* What is left to be written of the round that was appended last. */
struct pending {
    struct store_part parts[PFQ_MAX_MATES];
    int mate; /* mates or more: nothing is left */
    struct cursor cursor;
    uint64_t written; /* elements of the column */
};

struct store_way;
struct encoder;
struct indexer;

struct store {
    pfq_team *team;
    const struct store_way *way;
    struct team_file *file; /* NULL on ranks that do not write */
    char *path;
    char *command; /* rank 0's */
    const char *layout;
    int mates;
    pfq_quality_encoding encoding;
    unsigned without; /* columns that are left out */
    pfq_base_form bases;
    pfq_score_form scores;
    struct indexer *indexer; /* NULL: names are not indexed */
    pfq_compression compression;
    struct mate_writer mate[PFQ_MAX_MATES];
    struct pending pending;
    pfq_error failure;       /* what failed on this rank and is not agreed yet */
    uint64_t align;          /* of what is long enough; at least 1; the same on every rank */
    uint64_t next_address;   /* behind the last chunk; the same on every rank */
    struct buffer piece;     /* PIECE_BYTES */
    uint64_t *adding_of_all; /* `adding` of every rank and mate, where the way needs it (of chunks
                                that are encoded by all: running sums) */
    uint64_t *counts;        /* a word for each rank */
    const char *summary;     /* rank 0's; another's memory; NULL: none */
    size_t summary_bytes;
    struct encoder *encoder; /* NULL: chunks are written as they are */
};

/* A way into the file: who writes, and how the parts of a round get there. */
struct store_way {
    bool everybody_writes;
    /* Brings the parts of all ranks to where they are written by store_step once they are settled,
     * or to the file, whose columns have their places. A failure is kept in store->failure, and
     * what failed before is left there; every rank does all of its communication in any case. */
    void (*deliver)(struct store *store, const struct store_part *parts);
    /* Work on what was delivered for all threads, for threads_aside.more. */
    size_t (*more)(struct store *store, struct threads_loop *loops);
    /* Ends with what was delivered before: the batches are needed no longer. Collective; fails with
     * a collective. */
    pfq_status (*settle)(struct store *store, pfq_error *err);
    /* Writes the next piece of what was delivered; false if nothing is left. */
    bool (*step)(struct store *store);
    /* What rank 0 does with n elements of a column that came to it, from element `place` on. */
    void (*put)(struct store *store, int m, enum schema_column column, uint64_t place, uint64_t n,
                const void *data, pfq_error *own);
};

/* The way for this wish. */
const struct store_way *store_choose_way(pfq_writer wish, bool encodes);

/* Ends with the round that was appended last, of which nothing but encoded bytes may wait to be
 * written. Collective; fails with a collective. */
pfq_status store_settle(struct store *store, pfq_error *err);

/* Writes all that is left of what was settled. Local. */
void store_drain(struct store *store);

/* Writes n elements of a column to their places. Local; a failure is kept in *own. */
void store_put(struct store *store, int m, enum schema_column column, uint64_t first, uint64_t n,
               const void *data, pfq_error *own);

/* Makes the HDF5 file around the rows. Rank 0 alone. */
pfq_status store_assemble(const struct store *store, const struct store_origin *origins, size_t n,
                          pfq_error *err);

#endif
