/*
 * Looking for names: what the two ways, through the index and through all names, have in common.
 *
 * A search holds the names that are looked for, sorted by hash, and collects matches: pairs of a
 * row and of the number of a name.
 */
#ifndef STORE_FIND_H
#define STORE_FIND_H

#include "store/indexer.h"
#include "store/reader.h"

/* Pairs on their way to be matches. */
struct find_pairs {
    struct index_entry *list; /* hash: row; row: number of the name */
    size_t count, capacity;
};

struct search {
    struct store_reader *reader;
    int mate;
    const char *const *names;
    size_t n;
    struct index_entry *wanted; /* hash and number of each name, sorted */
    struct find_pairs found;
};

pfq_status find_add(struct find_pairs *pairs, uint64_t row, uint64_t number, pfq_error *err);

/* Is this name, whose hash is that of name `number`, what was looked for? */
bool find_agrees(const struct search *search, uint64_t number, const uint8_t *name, size_t size);

/* find_index.c, find_scan.c: fill search->found, in any order. */
pfq_status find_by_index(struct search *search, pfq_error *err);
pfq_status find_by_scan(struct search *search, pfq_error *err);

#endif
