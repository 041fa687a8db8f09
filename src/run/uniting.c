/*
 * One tally of many: first of the threads of a rank, then of the ranks.
 *
 * Counters of the ranks are summed. Samples are too large for one rank to take them all from a
 * thousand others: first the ranks agree on the level that the sample of all has, by counting
 * alone, and then rank 0 gets what is left, which is no more than the sample of one. To count
 * different hashes, each hash goes to the rank that owns it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "qc/saved.h"
#include "run/tallying.h"
#include "team/state.h"
#include "team/team.h"

/* ---- items that travel ---- */

/* What this rank sends, and got. */
struct parcel {
    pfq_team *team;
    size_t item_bytes;
    uint64_t *counts; /* for each rank */
    void *received;
    size_t capacity, count;
};

static pfq_status parcel_begin(struct parcel *parcel, pfq_team *team, size_t item_bytes,
                               pfq_error *err)
{
    *parcel = (struct parcel){.team = team, .item_bytes = item_bytes};
    pfq_error own = {0};
    parcel->counts = memory_allocate((size_t)pfq_team_size(team), sizeof *parcel->counts, &own);
    return team_conclude(team, &own, err);
}

static void parcel_end(struct parcel *parcel)
{
    free(parcel->counts);
    free(parcel->received);
}

/* Sends all items to rank 0. */
static pfq_status send_to_root(struct parcel *parcel, const void *items, size_t n, pfq_error *err)
{
    parcel->counts[0] = n;
    for (int rank = 1; rank < pfq_team_size(parcel->team); rank++)
        parcel->counts[rank] = 0;
    return team_exchange(parcel->team, items, parcel->counts, parcel->item_bytes, &parcel->received,
                         &parcel->capacity, &parcel->count, err);
}

/* ---- maps ---- */

/* Makes the map hold what has come, and that alone. A failure is left in *own. */
static void take_entries(struct qc_map *map, const struct parcel *parcel, pfq_error *own)
{
    const struct qc_entry *const entries = parcel->received;
    const struct qc_map empty = {.limit = map->limit, .level = map->level};
    map_release(map);
    *map = empty;
    for (size_t i = 0; i < parcel->count && !own->status; i++)
        map_add(map, entries[i].key, entries[i].count, own);
}

static pfq_status gather_map(struct qc_map *map, pfq_team *team, pfq_error *err)
{
    struct parcel parcel;
    pfq_error own = {0};
    pfq_status status = parcel_begin(&parcel, team, sizeof(struct qc_entry), err);
    if (!status)
        status = send_to_root(&parcel, map->entries, map_sort(map), err);
    if (!status) {
        take_entries(map, &parcel, &own);
        status = team_conclude(team, &own, err);
    }
    parcel_end(&parcel);
    return status;
}

/* The entries by the rank that owns their hash: that of the remainder. The map is sorted. */
static struct qc_entry *deal_entries(const struct qc_map *map, uint64_t *counts, int ranks,
                                     pfq_error *own)
{
    const uint64_t size = (uint64_t)ranks;
    struct qc_entry *const dealt = memory_allocate(map->used ? map->used : 1, sizeof *dealt, own);
    size_t *const place = memory_allocate((size_t)ranks + 1, sizeof *place, own);
    memset(counts, 0, (size_t)ranks * sizeof *counts);
    for (size_t i = 0; i < map->used; i++)
        counts[map->entries[i].key % size]++;
    for (int rank = 0; place && rank < ranks; rank++)
        place[rank + 1] = place[rank] + (size_t)counts[rank];
    for (size_t i = 0; dealt && place && i < map->used; i++)
        dealt[place[map->entries[i].key % size]++] = map->entries[i];
    free(place);
    return dealt;
}

/* Each hash comes to one rank, with its whole count. */
static pfq_status settle_owners(struct qc_map *map, pfq_team *team, pfq_error *err)
{
    struct parcel parcel;
    pfq_error own = {0};
    struct qc_entry *dealt = NULL;
    pfq_status status = parcel_begin(&parcel, team, sizeof(struct qc_entry), err);
    if (status)
        return status;
    map_sort(map);
    dealt = deal_entries(map, parcel.counts, pfq_team_size(team), &own);
    status = team_conclude(team, &own, err);
    if (!status)
        status = team_exchange(team, dealt, parcel.counts, parcel.item_bytes, &parcel.received,
                               &parcel.capacity, &parcel.count, err);
    if (!status) {
        take_entries(map, &parcel, &own);
        status = team_conclude(team, &own, err);
    }
    free(dealt);
    parcel_end(&parcel);
    return status;
}

/* The level of all ranks. */
static pfq_status agree_level(struct qc_map *map, pfq_team *team, pfq_error *err)
{
    pfq_error own = {0};
    uint64_t level = map->level;
    const pfq_status status = team_max(team, &level, 1, err);
    if (status)
        return status;
    map_raise(map, (unsigned)level, &own);
    return team_conclude(team, &own, err);
}

static pfq_status unite_distinct(struct qc_map *map, pfq_team *team, pfq_error *err)
{
    pfq_status status = agree_level(map, team, err);
    if (!status)
        status = settle_owners(map, team, err);
    if (!status)
        status = agree_level(map, team, err);
    while (!status) {
        pfq_error own = {0};
        uint64_t used = map->used;
        status = team_sum(team, &used, 1, err);
        if (status || used <= map->limit)
            break;
        map_raise(map, map->level + 1, &own);
        status = team_conclude(team, &own, err);
    }
    return status ? status : gather_map(map, team, err);
}

/* ---- picks ---- */

static pfq_status unite_picks(struct qc_picks *picks, pfq_team *team, pfq_error *err)
{
    struct parcel parcel;
    pfq_error own = {0};
    uint64_t level = picks->level;
    pfq_status status = team_max(team, &level, 1, err);
    picks_raise(picks, (unsigned)level);
    while (!status) {
        uint64_t count = picks->count;
        status = team_sum(team, &count, 1, err);
        if (status || count <= QC_PICKS)
            break;
        picks_raise(picks, picks->level + 1);
    }
    if (status || (status = parcel_begin(&parcel, team, sizeof(struct qc_pick), err)))
        return status;
    status = send_to_root(&parcel, picks->list, picks->count, err);
    if (!status) {
        picks->count = 0;
        picks_add(picks, parcel.received, parcel.count, &own);
        status = team_conclude(team, &own, err);
    }
    parcel_end(&parcel);
    return status;
}

/* ---- tiles ---- */

/* The numbers of all tiles of all ranks to every rank, which makes those it lacks. */
static pfq_status unite_ids(struct qc_tiles *tiles, pfq_team *team, pfq_error *err)
{
    struct parcel parcel;
    pfq_error own = {0};
    const int ranks = pfq_team_size(team);
    uint64_t *copies = NULL;
    pfq_status status = parcel_begin(&parcel, team, sizeof(uint64_t), err);
    if (status)
        return status;
    copies = memory_allocate(tiles->count * (size_t)ranks + 1, sizeof *copies, &own);
    for (int rank = 0; rank < ranks && copies; rank++) {
        parcel.counts[rank] = tiles->count;
        for (size_t i = 0; i < tiles->count; i++)
            copies[(size_t)rank * tiles->count + i] = tiles->id[i];
    }
    status = team_conclude(team, &own, err);
    if (!status)
        status = team_exchange(team, copies, parcel.counts, parcel.item_bytes, &parcel.received,
                               &parcel.capacity, &parcel.count, err);
    const uint64_t *const ids = parcel.received;
    for (size_t i = 0; i < parcel.count && !status && !own.status; i++)
        tiles_of(tiles, ids[i], &own);
    if (!status && !own.status)
        tiles_sort(tiles, &own);
    if (!status)
        status = team_conclude(team, &own, err);
    free(copies);
    parcel_end(&parcel);
    return status;
}

static pfq_status unite_tiles(struct qc_tiles *tiles, pfq_team *team, pfq_error *err)
{
    uint64_t none = tiles->none;
    pfq_status status = team_max(team, &none, 1, err);
    if (!status && !none)
        status = unite_ids(tiles, team, err);
    if (!status && !none)
        none = tiles->none; /* too many: the same on every rank */
    if (none) {
        tiles_release(tiles);
        tiles->none = true;
        return status;
    }
    for (size_t i = 0; i < tiles->count && !status; i++)
        status = team_sum(team, tiles->words + i * QC_TILE_WORDS, QC_TILE_WORDS, err);
    return status;
}

/* ---- a tally ---- */

static pfq_status unite_ranks(struct qc_tally *tally, pfq_team *team, pfq_error *err)
{
    uint64_t longest = tally->longest;
    pfq_status status = team_max(team, &longest, 1, err);
    tally_reach(tally, longest);
    tally_settle(tally);
    for (enum qc_module m = 0; m < QC_MODULES && !status; m++) {
        if (tally->sum[m])
            status = team_sum(team, tally->sum[m], tally_sum_words(m), err);
        if (tally->max[m] && !status)
            status = team_max(team, tally->max[m], tally_max_words(m), err);
    }
    if (!status)
        status = gather_map(&tally->lengths, team, err);
    if (status || !tally->all)
        return status;
    status = unite_distinct(&tally->distinct, team, err);
    if (!status)
        status = unite_picks(&tally->picks, team, err);
    return status ? status : unite_tiles(&tally->tiles, team, err);
}

/* Makes one tally of all threads and ranks for each mate, on rank 0; it can still be added to. */
static pfq_status collect(struct tallying *tallying, pfq_team *team, pfq_error *err)
{
    pfq_error own = {0};
    for (int m = 0; m < tallying->mates && !own.status; m++)
        for (int t = 1; t < tallying->threads && !own.status; t++) {
            struct qc_tally **const other = &tallying->tallies[m * tallying->threads + t];
            tally_merge(tallying_of(tallying, m, 0), *other, &own);
            tally_destroy(*other);
            *other = NULL;
        }
    pfq_status status = team_conclude(team, &own, err);
    for (int m = 0; m < tallying->mates && !status && pfq_team_size(team) > 1; m++)
        status = unite_ranks(tallying_of(tallying, m, 0), team, err);
    return status;
}

pfq_status tallying_unite(struct tallying *tallying, pfq_team *team, pfq_error *err)
{
    pfq_error own = {0};
    const pfq_status status = collect(tallying, team, err);
    for (int m = 0; m < tallying->mates && !status; m++)
        tally_finish(tallying_of(tallying, m, 0), &own);
    return status ? status : team_conclude(team, &own, err);
}

/* ---- between two runs ---- */

static void name_section(int m, char name[STATE_NAME_BYTES])
{
    snprintf(name, STATE_NAME_BYTES, "qc.%d", m);
}

pfq_status tallying_save(struct tallying *tallying, pfq_team *team, struct team_state *state,
                         pfq_error *err)
{
    const bool writes = pfq_team_rank(team) == 0;
    pfq_status status = collect(tallying, team, err);
    for (int m = 0; m < tallying->mates && !status; m++) {
        struct qc_tally *const tally = tallying_of(tallying, m, 0);
        pfq_error own = {0};
        char name[STATE_NAME_BYTES];
        const size_t n = writes ? saved_words(tally) : 0;
        uint64_t *const words = memory_allocate(n, sizeof *words, &own);
        name_section(m, name);
        status = team_conclude(team, &own, err);
        if (!status && writes && words)
            saved_write(tally, words);
        if (!status)
            status = state_put(state, name, words, n, 1, err);
        free(words);
    }
    return status;
}

pfq_status tallying_restore(struct tallying *tallying, pfq_team *team, struct team_state *state,
                            pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int m = 0; m < tallying->mates && !status; m++) {
        pfq_error own = {0};
        char name[STATE_NAME_BYTES];
        uint64_t *words = NULL;
        size_t n = 0;
        name_section(m, name);
        status = state_get_all(state, name, 1, &words, &n, err);
        if (!status && pfq_team_rank(team) == 0)
            saved_add(tallying_of(tallying, m, 0), words, n, &own);
        if (!status)
            status = team_conclude(team, &own, err);
        free(words);
    }
    return status;
}
