/*
 * Open addressing with linear search; at most half of the places are used.
 */
#include "qc/map.h"

#include <stdlib.h>

#include "base/memory.h"

enum { LEAST_PLACES = 64 };

static struct qc_entry *find(const struct qc_map *map, uint64_t key)
{
    size_t i = map_place(map, key);
    while (map->entries[i].count && map->entries[i].key != key)
        i = (i + 1) & (map->places - 1);
    return &map->entries[i];
}

/* Puts every entry that is still held where it belongs in a table of `places`. */
static pfq_status rebuild(struct qc_map *map, size_t places, pfq_error *err)
{
    struct qc_map to = *map;
    to.entries = memory_allocate(places, sizeof *to.entries, err);
    if (!to.entries)
        return PFQ_NO_MEMORY;
    to.places = places;
    to.used = 0;
    for (size_t i = 0; i < map->places; i++)
        if (map->entries[i].count && map_holds(map->level, map->entries[i].key)) {
            *find(&to, map->entries[i].key) = map->entries[i];
            to.used++;
        }
    free(map->entries);
    *map = to;
    return PFQ_OK;
}

static pfq_status make_room(struct qc_map *map, pfq_error *err)
{
    return rebuild(map, map->places ? 2 * map->places : LEAST_PLACES, err);
}

pfq_status map_raise(struct qc_map *map, unsigned level, pfq_error *err)
{
    if (level <= map->level)
        return PFQ_OK;
    map->level = level;
    return map->places ? rebuild(map, map->places, err) : PFQ_OK;
}

pfq_status map_add(struct qc_map *map, uint64_t key, uint64_t n, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    if (!map_holds(map->level, key))
        return PFQ_OK;
    if (!map->places && (status = make_room(map, err)))
        return status;
    struct qc_entry *entry = find(map, key);
    if (entry->count) {
        entry->count += n;
        return PFQ_OK;
    }
    *entry = (struct qc_entry){key, n};
    map->used++;
    while (map->limit && map->used > map->limit && !status)
        status = map_raise(map, map->level + 1, err);
    if (!status && 2 * map->used > map->places)
        status = make_room(map, err);
    return status;
}

pfq_status map_merge(struct qc_map *map, const struct qc_map *from, pfq_error *err)
{
    pfq_status status = map_raise(map, from->level, err);
    for (size_t i = 0; i < from->places && !status; i++)
        if (from->entries[i].count)
            status = map_add(map, from->entries[i].key, from->entries[i].count, err);
    return status;
}

static int by_key(const void *a, const void *b)
{
    const struct qc_entry *const x = a, *const y = b;
    return (x->key > y->key) - (x->key < y->key);
}

size_t map_sort(struct qc_map *map)
{
    size_t n = 0;
    for (size_t i = 0; i < map->places; i++)
        if (map->entries[i].count)
            map->entries[n++] = map->entries[i];
    if (n)
        qsort(map->entries, n, sizeof *map->entries, by_key);
    map->used = n;
    return n;
}

void map_release(struct qc_map *map)
{
    free(map->entries);
    map->entries = NULL;
    map->places = map->used = 0;
}
