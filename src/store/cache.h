/*
 * Decoded chunks that were wanted lately: so many and no more.
 *
 * The chunk that was not used for the longest time gives its place to the next. A chunk is found by
 * a small table of hashes, so that a large cache costs no more to ask than a small one.
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/memory.h"
#include "store/schema.h"

enum { CACHE_USUAL_SLOTS = 48, CACHE_LEAST_SLOTS = 32, CACHE_SLOT_BYTES = 1 << 18 };

/* Which chunk of which dataset. */
struct cache_key {
    int mate; /* 1-based; 0: none */
    enum schema_column column;
    uint64_t chunk;
};

struct cache_slot {
    struct cache_key key;
    uint64_t used; /* the tick when it was used last */
    size_t next;   /* in the list of its hash: number of a slot, from 1; 0: the end */
    struct buffer bytes;
};

/* All zero: empty, with the usual number of slots. */
struct cache {
    struct cache_slot *slots;
    size_t count;  /* of slots; 0: the usual number */
    size_t *heads; /* of the lists, count of them */
    uint64_t ticks;
};

/* How many slots there are to be, before the first chunk comes. */
void cache_use(struct cache *cache, size_t slots);

/* A new read begins: what was used in an earlier one may go. */
void cache_tick(struct cache *cache);

/* The slot of a chunk, or NULL. */
struct cache_slot *cache_find(struct cache *cache, struct cache_key key);

/* An empty slot with room for `bytes`: of a chunk that was not used for the longest time, never of
 * one used since the last tick as long as these are fewer than CACHE_LEAST_SLOTS. NULL without
 * memory. */
struct cache_slot *cache_take(struct cache *cache, size_t bytes, pfq_error *err);

/* The slot, which was taken, now holds this chunk. */
void cache_keep(struct cache *cache, struct cache_slot *slot, struct cache_key key);

void cache_release(struct cache *cache);

#endif
