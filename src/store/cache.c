/*
 * A table of slots, and lists of those whose keys have one hash.
 */
#include "store/cache.h"

#include <stdlib.h>
#include <string.h>

void cache_use(struct cache *cache, size_t slots)
{
    if (!cache->slots)
        cache->count = slots > CACHE_LEAST_SLOTS ? slots : CACHE_LEAST_SLOTS;
}

void cache_tick(struct cache *cache)
{
    cache->ticks++;
}

static size_t *head_of(const struct cache *cache, struct cache_key key)
{
    const uint64_t number = ((uint64_t)key.mate * SCHEMA_COLUMNS + (uint64_t)key.column) << 48;
    const uint64_t hash = (key.chunk ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    return &cache->heads[(hash >> 32) % cache->count];
}

static bool are_equal(struct cache_key a, struct cache_key b)
{
    return a.mate == b.mate && a.column == b.column && a.chunk == b.chunk;
}

struct cache_slot *cache_find(struct cache *cache, struct cache_key key)
{
    if (!cache->slots)
        return NULL;
    for (size_t at = *head_of(cache, key); at; at = cache->slots[at - 1].next) {
        struct cache_slot *const slot = &cache->slots[at - 1];
        if (!are_equal(slot->key, key))
            continue;
        slot->used = cache->ticks;
        return slot;
    }
    return NULL;
}

static pfq_status begin(struct cache *cache, pfq_error *err)
{
    if (cache->slots)
        return PFQ_OK;
    if (!cache->count)
        cache->count = CACHE_USUAL_SLOTS;
    cache->heads = memory_allocate(cache->count, sizeof *cache->heads, err);
    if (cache->heads)
        cache->slots = memory_allocate(cache->count, sizeof *cache->slots, err);
    return cache->slots ? PFQ_OK : PFQ_NO_MEMORY;
}

/* Takes a slot out of its list. */
static void forget(struct cache *cache, struct cache_slot *slot)
{
    const size_t number = (size_t)(slot - cache->slots) + 1;
    if (!slot->key.mate)
        return;
    size_t *link = head_of(cache, slot->key);
    while (*link != number)
        link = &cache->slots[*link - 1].next;
    *link = slot->next;
    slot->key.mate = 0;
}

struct cache_slot *cache_take(struct cache *cache, size_t bytes, pfq_error *err)
{
    if (begin(cache, err))
        return NULL;
    struct cache_slot *oldest = &cache->slots[0];
    for (size_t i = 1; i < cache->count; i++)
        if (cache->slots[i].used < oldest->used)
            oldest = &cache->slots[i];
    forget(cache, oldest);
    oldest->used = cache->ticks;
    return buffer_reserve(&oldest->bytes, bytes, 0, err) ? NULL : oldest;
}

void cache_keep(struct cache *cache, struct cache_slot *slot, struct cache_key key)
{
    size_t *const head = head_of(cache, key);
    slot->key = key;
    slot->next = *head;
    *head = (size_t)(slot - cache->slots) + 1;
}

void cache_release(struct cache *cache)
{
    for (size_t i = 0; cache->slots && i < cache->count; i++)
        buffer_release(&cache->slots[i].bytes);
    free(cache->slots);
    free(cache->heads);
    *cache = (struct cache){.count = cache->count};
}
