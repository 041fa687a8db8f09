/*
 * Reading the HDF5 file of `pfq_convert`: rows, lists of rows, everything batch by batch, and rows
 * by name.
 *
 *     pfq_store *store = NULL;
 *     pfq_batch batch = {0};
 *     pfq_status status = pfq_store_open("reads.h5", NULL, &store, &err);
 *     if (!status)
 *         status = pfq_store_read_rows(store, 1, 1000, 2000, &batch, &err);
 *     ...
 *     pfq_batch_release(&batch);
 *     pfq_store_close(store);
 *
 * Chunks of the file are decoded by all threads of the store, and kept, so many and no more, for
 * the reads that follow: rows near each other, or read again, cost a copy. Every value that comes
 * out has been checked: offsets lie in their columns, bases, scores and names can stand in FASTQ.
 * Bases come as letters, in whichever form the file has them.
 *
 * A store is used by one thread at a time. Only opening is collective: after that each rank reads
 * what it likes, and no rank waits for another.
 */
#ifndef PARFASTQ_STORE_H
#define PARFASTQ_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parfastq/batch.h"
#include "parfastq/error.h"
#include "parfastq/parser.h"
#include "parfastq/team.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pfq_store pfq_store;

/* How to read; all zero: the defaults. */
typedef struct pfq_store_config {
    pfq_team *team; /* whose ranks share what pfq_store_next gives; NULL: this process alone */
    int threads;    /* that decode, per rank; 0: OMP_NUM_THREADS, else the cores it may use */
    uint64_t batch_bytes; /* of columns that pfq_store_next gives at a time, about; 0: 16 MiB */
    uint64_t cache_bytes; /* of decoded chunks that are kept; 0: 32 MiB; at least 8 MiB */
} pfq_store_config;

/* What is in a file. */
typedef struct pfq_store_facts {
    int mates;
    bool interleaved; /* mates 1 and 2 came in one file, in turn */
    struct {
        uint64_t records, bases, name_bytes;
        uint64_t min_length, max_length;
        uint64_t fixed_length; /* the length if all are equal, else 0 */
        pfq_quality_encoding encoding;
        uint8_t text_offset; /* quality characters are score + text_offset */
        unsigned columns;    /* PFQ_COLUMN_ bits; others were left out, and are NULL in batches */
        bool indexed;        /* pfq_store_find searches an index */
    } mate[PFQ_MAX_MATES];
} pfq_store_facts;

/* Opens a file of pfq_convert and checks that its parts fit together.
 * Collective: config->team. Threads: main. Owns: the caller owns *store and ends it with
 * pfq_store_close, before the team. config may be NULL.
 * Returns: PFQ_OK, PFQ_NOT_FOUND, PFQ_BAD_FILE, PFQ_NO_MEMORY or another failure, the same on every
 * rank. */
pfq_status pfq_store_open(const char *path, const pfq_store_config *config, pfq_store **store,
                          pfq_error *err);

/* Closes; NULL is fine.
 * Collective: no. Threads: one at a time. Owns: releases the store. Returns: nothing. */
void pfq_store_close(pfq_store *store);

/* What is in the file.
 * Collective: no. Threads: safe. Owns: the store's, as long as it is open. Returns: never NULL. */
const pfq_store_facts *pfq_store_about(const pfq_store *store);

/* Rows [begin, end) of a mate (1-based) as a batch of its own: record i is row begin + i.
 * Collective: no. Threads: one at a time. Owns: the caller ends *batch, which is overwritten, with
 * pfq_batch_release.
 * Returns: PFQ_OK; PFQ_USAGE for rows or a mate that are not there; PFQ_BAD_FILE for damage;
 * PFQ_NO_MEMORY. *batch is empty after a failure. */
pfq_status pfq_store_read_rows(pfq_store *store, int mate, uint64_t begin, uint64_t end,
                               pfq_batch *batch, pfq_error *err);

/* The rows rows[0 .. n) of a mate, in any order, also repeated: record i is row rows[i]. They are
 * read in the order of the file, so that each chunk is decoded once.
 * Collective: no. Threads: one at a time. Owns: as pfq_store_read_rows. Returns: the same. */
pfq_status pfq_store_read_list(pfq_store *store, int mate, const uint64_t *rows, size_t n,
                               pfq_batch *batch, pfq_error *err);

/* Releases what pfq_store_read_rows and pfq_store_read_list gave; all zero is fine.
 * Collective: no. Threads: any. Owns: releases the columns. Returns: nothing. */
void pfq_batch_release(pfq_batch *batch);

/* The next rows of this rank, of all mates together, batch_bytes at a time or one row where that is
 * longer; *chunk is NULL at the end. Each rank of a team has one stretch of neighbouring rows, rank
 * 0 the first, cut so that all have about equally many bytes: together they are all rows, each
 * once. chunk->lane, begin and end are 0.
 * Collective: no. Threads: one at a time. Owns: the chunk is the store's, and lives until the next
 * call for this store.
 * Returns: PFQ_OK, PFQ_BAD_FILE or PFQ_NO_MEMORY. */
pfq_status pfq_store_next(pfq_store *store, const pfq_chunk **chunk, pfq_error *err);

/* pfq_store_next begins again with the first row of this rank.
 * Collective: no. Threads: one at a time. Owns: nothing. Returns: nothing. */
void pfq_store_rewind(pfq_store *store);

/* The rows of some names: names[i] has the rows row[first[i]] .. row[first[i + 1] - 1], ascending;
 * none, if first[i] == first[i + 1]. */
typedef struct pfq_matches {
    size_t names;
    size_t *first; /* names + 1 */
    uint64_t *row;
} pfq_matches;

/* Finds the rows of names (terminated strings) among those of a mate. A name is a header up to its
 * first blank; a final "/1" to "/4" of either is not compared, but in a file of one mate, where
 * both have one, it must be the same. With an index (`convert --index-names`) a million names take
 * about a second; without one the whole column of names is read, however few are looked for.
 * Collective: no. Threads: one at a time. Owns: the caller ends *matches with pfq_matches_release.
 * Returns: PFQ_OK, also where nothing was found; PFQ_USAGE for a mate that is not there
 * or a file without names; PFQ_BAD_FILE; PFQ_NO_MEMORY. */
pfq_status pfq_store_find(pfq_store *store, int mate, const char *const *names, size_t n,
                          pfq_matches *matches, pfq_error *err);

/* Releases; all zero is fine.
 * Collective: no. Threads: any. Owns: releases the rows. Returns: nothing. */
void pfq_matches_release(pfq_matches *matches);

#ifdef __cplusplus
}
#endif
#endif
