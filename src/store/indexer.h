/*
 * The index of names: sorted hashes, each with its row, so that a name is found by a search among
 * numbers.
 *
 * Each rank hashes the names of its own records as they pass. When all have passed, the ranks sort
 * what they have, agree on buckets (ranges of hash and row that hold about equally many), and in
 * each round every rank is sent one bucket, sorts it, and appends it as rows of the file. Bucket
 * follows bucket in rank order and round order, so what is written is the sorted sequence, whoever
 * had the records.
 *
 * Memory of a rank: 16 bytes for each of its records, from beginning to end, and some 50 MB for a
 * round.
 */
#ifndef STORE_INDEXER_H
#define STORE_INDEXER_H

#include "store/writer.h"

struct index_entry {
    uint64_t hash, row;
};

/* NULL and *own filled if there is no memory. Owns: ended by indexer_destroy, which takes NULL. */
struct indexer *indexer_create(const struct store_config *config, pfq_error *own);
void indexer_destroy(struct indexer *indexer);

/* Hashes the names of a round whose places are known. Local; a failure is kept in store->failure.
 */
void indexer_add(struct store *store, const struct store_part *parts);

/* Sorts and appends everything. Collective; the same status on every rank. */
pfq_status indexer_finish(struct store *store, pfq_error *err);

/* The names that have passed, into a state and back. Collective; a failure of this rank alone is
 * left in store->failure. */
pfq_status indexer_save(struct store *store, struct team_state *state, pfq_error *err);
pfq_status indexer_restore(struct store *store, struct team_state *state, pfq_error *err);

/* ---- index_sort.c ---- */

/* Sorts by hash, and by row where hashes are equal; in place. */
pfq_status index_sort(int threads, struct index_entry *entries, size_t n, pfq_error *err);

/* The first of n sorted entries that is not below `least`. */
size_t index_lower_bound(const struct index_entry *entries, size_t n, struct index_entry least);

#endif
