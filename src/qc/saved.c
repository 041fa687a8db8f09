/*
 * The words: a head of sizes and levels, the counters of each module, and then the entries of maps,
 * picks and tiles. What is read is built up as a tally of its own and merged, so that nothing is
 * known here of how tallies of different scales or levels go together.
 */
#include "qc/saved.h"

#include <string.h>

enum {
    HEAD_ALL,
    HEAD_LONGEST,
    HEAD_LENGTHS,
    HEAD_DISTINCT,
    HEAD_DISTINCT_LEVEL,
    HEAD_PICKS,
    HEAD_PICKS_LEVEL,
    HEAD_TILES,
    HEAD_NO_TILES,
    HEAD_WORDS
};

enum {
    ENTRY_WORDS = sizeof(struct qc_entry) / sizeof(uint64_t),
    PICK_WORDS = sizeof(struct qc_pick) / sizeof(uint64_t),
    TILE_WORDS = 1 + QC_TILE_WORDS
};

/* Words of the counters. */
static size_t counter_words(const struct qc_tally *tally)
{
    size_t words = 0;
    for (enum qc_module m = 0; m < QC_MODULES; m++) {
        words += tally->sum[m] ? tally_sum_words(m) : 0;
        words += tally->max[m] ? tally_max_words(m) : 0;
    }
    return words;
}

/* Of a tally with these counters and this head. Sizes that no tally has give more than there is. */
static size_t words_of(size_t counters, const uint64_t head[HEAD_WORDS])
{
    const size_t most = SIZE_MAX / 8 / TILE_WORDS;
    if (head[HEAD_LENGTHS] > most || head[HEAD_DISTINCT] > most || head[HEAD_PICKS] > most ||
        head[HEAD_TILES] > most)
        return SIZE_MAX;
    return HEAD_WORDS + counters +
           (size_t)(head[HEAD_LENGTHS] + head[HEAD_DISTINCT]) * ENTRY_WORDS +
           (size_t)head[HEAD_PICKS] * PICK_WORDS + (size_t)head[HEAD_TILES] * TILE_WORDS;
}

static void fill_head(const struct qc_tally *tally, uint64_t head[HEAD_WORDS])
{
    head[HEAD_ALL] = tally->all;
    head[HEAD_LONGEST] = tally->longest;
    head[HEAD_LENGTHS] = tally->lengths.used;
    head[HEAD_DISTINCT] = tally->distinct.used;
    head[HEAD_DISTINCT_LEVEL] = tally->distinct.level;
    head[HEAD_PICKS] = tally->picks.count;
    head[HEAD_PICKS_LEVEL] = tally->picks.level;
    head[HEAD_TILES] = tally->tiles.count;
    head[HEAD_NO_TILES] = tally->tiles.none;
}

size_t saved_words(struct qc_tally *tally)
{
    uint64_t head[HEAD_WORDS];
    tally_settle(tally);
    fill_head(tally, head);
    return words_of(counter_words(tally), head);
}

/* ---- writing ---- */

static uint64_t *put(uint64_t *to, const void *from, size_t words)
{
    if (words)
        memcpy(to, from, words * sizeof *to);
    return to + words;
}

static uint64_t *put_map(uint64_t *to, const struct qc_map *map)
{
    for (size_t i = 0; i < map->places; i++)
        if (map->entries[i].count)
            to = put(to, &map->entries[i], ENTRY_WORDS);
    return to;
}

void saved_write(const struct qc_tally *tally, uint64_t *words)
{
    fill_head(tally, words);
    uint64_t *to = words + HEAD_WORDS;
    for (enum qc_module m = 0; m < QC_MODULES; m++) {
        to = put(to, tally->sum[m], tally->sum[m] ? tally_sum_words(m) : 0);
        to = put(to, tally->max[m], tally->max[m] ? tally_max_words(m) : 0);
    }
    to = put_map(to, &tally->lengths);
    to = put_map(to, &tally->distinct);
    to = put(to, tally->picks.list, tally->picks.count * PICK_WORDS);
    for (size_t i = 0; i < tally->tiles.count; i++) {
        to = put(to, &tally->tiles.id[i], 1);
        to = put(to, tally->tiles.words + i * QC_TILE_WORDS, QC_TILE_WORDS);
    }
}

/* ---- reading ---- */

static const uint64_t *get(void *to, const uint64_t *from, size_t words)
{
    if (words)
        memcpy(to, from, words * sizeof *from);
    return from + words;
}

static const uint64_t *get_map(struct qc_map *map, const uint64_t *from, uint64_t n, pfq_error *own)
{
    for (uint64_t i = 0; i < n && !own->status; i++) {
        struct qc_entry entry;
        from = get(&entry, from, ENTRY_WORDS);
        if (entry.count)
            map_add(map, entry.key, entry.count, own);
    }
    return from;
}

static const uint64_t *get_picks(struct qc_picks *picks, const uint64_t *from, uint64_t n,
                                 pfq_error *own)
{
    for (uint64_t i = 0; i < n && !own->status; i++) {
        struct qc_pick pick;
        from = get(&pick, from, PICK_WORDS);
        picks_add(picks, &pick, 1, own);
    }
    return from;
}

static void get_tiles(struct qc_tiles *tiles, const uint64_t *from, uint64_t n, pfq_error *own)
{
    for (uint64_t i = 0; i < n && !own->status; i++, from += TILE_WORDS) {
        uint64_t *const words = tiles_of(tiles, from[0], own);
        if (words)
            get(words, from + 1, QC_TILE_WORDS);
    }
}

/* Fills an empty tally. The words are as many as the head says. */
static void get_all(struct qc_tally *tally, const uint64_t *words, pfq_error *own)
{
    const uint64_t *const head = words, *from = words + HEAD_WORDS;
    tally_reach(tally, head[HEAD_LONGEST]);
    for (enum qc_module m = 0; m < QC_MODULES; m++) {
        if (tally->sum[m])
            from = get(tally->sum[m], from, tally_sum_words(m));
        if (tally->max[m])
            from = get(tally->max[m], from, tally_max_words(m));
    }
    map_raise(&tally->distinct, (unsigned)head[HEAD_DISTINCT_LEVEL], own);
    picks_raise(&tally->picks, (unsigned)head[HEAD_PICKS_LEVEL]);
    from = get_map(&tally->lengths, from, head[HEAD_LENGTHS], own);
    from = get_map(&tally->distinct, from, head[HEAD_DISTINCT], own);
    from = get_picks(&tally->picks, from, head[HEAD_PICKS], own);
    get_tiles(&tally->tiles, from, head[HEAD_TILES], own);
    tally->tiles.none |= head[HEAD_NO_TILES] != 0;
}

pfq_status saved_add(struct qc_tally *tally, const uint64_t *words, size_t n, pfq_error *err)
{
    pfq_error own = {0};
    if (n < HEAD_WORDS || words[HEAD_ALL] != tally->all ||
        words_of(counter_words(tally), words) != n)
        return error_set(err, PFQ_BAD_FILE, NULL, "statistics that were saved are damaged");
    struct qc_tally *const read = tally_create(tally->all, &own);
    if (read)
        get_all(read, words, &own);
    if (!own.status)
        tally_merge(tally, read, &own);
    tally_destroy(read);
    if (own.status && err)
        *err = own;
    return own.status;
}
