/*
 * A map from 64-bit keys to counts, of any size or bounded.
 *
 * A bounded map holds a sample of its keys, which are hashes: those below a threshold that halves
 * whenever there are more than `limit` of them. A key that is held has been held from the
 * beginning, so its count is exact; and which keys are held in the end follows from the set of all
 * keys alone, not from their order or from who counted them.
 */
#ifndef QC_MAP_H
#define QC_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct qc_entry {
    uint64_t key, count; /* count 0: an empty place */
};

struct qc_map {
    struct qc_entry *entries;
    size_t places, used; /* places is a power of two, or 0 */
    size_t limit;        /* of entries; 0: none */
    unsigned level;      /* keys with `level` leading zero bits are held */
};

/* Would a map of this level hold the key? */
static inline bool map_holds(unsigned level, uint64_t key)
{
    return level == 0 || (level < 64 && key >> (64 - level) == 0);
}

/* Adds n > 0 to the count of a key. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status map_add(struct qc_map *map, uint64_t key, uint64_t n, pfq_error *err);

/* Where the search for a key begins. Keys may be hashes whose leading bits are all zero, or small
 * numbers. */
static inline size_t map_place(const struct qc_map *map, uint64_t key)
{
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (map->places - 1);
}

/* Asks for the memory where a key is or will be. */
static inline void map_prefetch(const struct qc_map *map, uint64_t key)
{
    if (map->places && map_holds(map->level, key))
        __builtin_prefetch(&map->entries[map_place(map, key)]);
}

/* Drops the keys that a map of a higher level would not hold. */
pfq_status map_raise(struct qc_map *map, unsigned level, pfq_error *err);

/* Adds all of `from`, and its level. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status map_merge(struct qc_map *map, const struct qc_map *from, pfq_error *err);

/* Makes the map a list: its entries at map->entries[0 .. used), keys ascending. Nothing may be
 * added afterwards. Returns their number. */
size_t map_sort(struct qc_map *map);

void map_release(struct qc_map *map);

#endif
