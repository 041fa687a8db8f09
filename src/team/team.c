/*
 * What all teams have in common: agreement, and sizes larger than one call can move.
 *
 * Nothing here knows about MPI; a step that needs other ranks is one call into the table of the
 * team.
 */
#include "team/team.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "team/operations.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void pfq_team_destroy(pfq_team *team)
{
    if (!team)
        return;
    free(team->incoming);
    team_hints_release(team);
    team->operations->destroy(team);
}

int pfq_team_rank(const pfq_team *team)
{
    return team->rank;
}

int pfq_team_size(const pfq_team *team)
{
    return team->size;
}

/* ---- words ---- */

typedef pfq_status reduce_function(pfq_team *team, enum team_reduction reduction, uint64_t *values,
                                   size_t n, pfq_error *err);

/* Every rank has the same n, so every rank makes the same calls. */
static pfq_status reduce_in_pieces(pfq_team *team, reduce_function *reduce,
                                   enum team_reduction reduction, uint64_t *values, size_t n,
                                   pfq_error *err)
{
    const size_t most = team->call_bytes / sizeof *values;
    for (size_t done = 0; done < n; done += most) {
        const pfq_status status =
            reduce(team, reduction, values + done, smaller(n - done, most), err);
        if (status != PFQ_OK)
            return status;
    }
    return PFQ_OK;
}

pfq_status team_sum(pfq_team *team, uint64_t *values, size_t n, pfq_error *err)
{
    return reduce_in_pieces(team, team->operations->reduce, TEAM_SUM, values, n, err);
}

pfq_status team_min(pfq_team *team, uint64_t *values, size_t n, pfq_error *err)
{
    return reduce_in_pieces(team, team->operations->reduce, TEAM_MIN, values, n, err);
}

pfq_status team_max(pfq_team *team, uint64_t *values, size_t n, pfq_error *err)
{
    return reduce_in_pieces(team, team->operations->reduce, TEAM_MAX, values, n, err);
}

pfq_status team_sum_before(pfq_team *team, uint64_t *values, size_t n, pfq_error *err)
{
    return reduce_in_pieces(team, team->operations->reduce_before, TEAM_SUM, values, n, err);
}

pfq_status team_max_before(pfq_team *team, uint64_t *values, size_t n, pfq_error *err)
{
    return reduce_in_pieces(team, team->operations->reduce_before, TEAM_MAX, values, n, err);
}

/* `words` is the same on every rank, and so is this answer. */
static pfq_status check_words(size_t words, pfq_error *err)
{
    if (words <= INT_MAX)
        return PFQ_OK;
    return error_set(err, PFQ_MPI_FAILED, NULL, "%zu words of each rank are more than MPI can move",
                     words);
}

pfq_status team_gather(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                       pfq_error *err)
{
    const pfq_status status = check_words(words, err);
    return status != PFQ_OK ? status : team->operations->gather(team, mine, words, all, err);
}

pfq_status team_scatter(pfq_team *team, const uint64_t *all, size_t words, uint64_t *mine,
                        pfq_error *err)
{
    const pfq_status status = check_words(words, err);
    return status != PFQ_OK ? status : team->operations->scatter(team, all, words, mine, err);
}

pfq_status team_gather_all(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                           pfq_error *err)
{
    const pfq_status status = check_words(words, err);
    return status != PFQ_OK ? status : team->operations->gather_all(team, mine, words, all, err);
}

/* ---- bytes ---- */

pfq_status team_share(pfq_team *team, int root, void *data, size_t bytes, pfq_error *err)
{
    uint8_t *const first = data;
    for (size_t done = 0; done < bytes; done += team->call_bytes) {
        const size_t piece = smaller(bytes - done, team->call_bytes);
        const pfq_status status = team->operations->share(team, root, first + done, piece, err);
        if (status != PFQ_OK)
            return status;
    }
    return PFQ_OK;
}

pfq_status team_send(pfq_team *team, int to, const void *data, size_t bytes, pfq_error *err)
{
    const uint8_t *const first = data;
    pfq_status status = PFQ_OK;
    if (to < 0 || to >= team->size || to == team->rank)
        return error_set(err, PFQ_MPI_FAILED, NULL, "no message can go to rank %d of %d", to,
                         team->size);
    for (size_t done = 0; done < bytes && status == PFQ_OK; done += team->call_bytes)
        status = team->operations->send(team, to, first + done,
                                        smaller(bytes - done, team->call_bytes), err);
    return status;
}

pfq_status team_receive(pfq_team *team, int from, void *data, size_t bytes, pfq_error *err)
{
    uint8_t *const first = data;
    pfq_status status = PFQ_OK;
    if (from < 0 || from >= team->size || from == team->rank)
        return error_set(err, PFQ_MPI_FAILED, NULL, "no message can come from rank %d of %d", from,
                         team->size);
    for (size_t done = 0; done < bytes && status == PFQ_OK; done += team->call_bytes)
        status = team->operations->receive(team, from, first + done,
                                           smaller(bytes - done, team->call_bytes), err);
    return status;
}

/* Both ways at once, so that no rank waits for a row of others. */
static pfq_status pass_block(pfq_team *team, int to, const uint8_t *block, int from, uint8_t *room,
                             size_t bytes, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t done = 0; done < bytes && !status; done += team->call_bytes)
        status = team->operations->pass(team, to, block + done, from, room + done,
                                        smaller(bytes - done, team->call_bytes), err);
    return status;
}

/* Before a step *before spans the step - 1 ranks before this one, or all. With its own block that
 * makes `step` ranks, for the one `step` ranks behind; from the one `step` ranks in front come as
 * many, which end where *before begins. */
pfq_status team_join_before(pfq_team *team, const void *mine, void *before, void *work,
                            size_t bytes, team_join *join, pfq_error *err)
{
    uint8_t *const came = work, *const joined = came + bytes;
    const int me = team->rank, size = team->size;
    pfq_status status = PFQ_OK;
    for (int64_t step = 1; step < size && !status; step *= 2) {
        const int to = me + step < size ? (int)(me + step) : TEAM_NOBODY;
        const int from = me - step >= 0 ? (int)(me - step) : TEAM_NOBODY;
        const bool spans = step > 1 && me > 0;
        if (spans && to != TEAM_NOBODY)
            join(before, mine, joined);
        status =
            pass_block(team, to, spans ? joined : mine, from, spans ? came : before, bytes, err);
        if (!status && spans && from != TEAM_NOBODY)
            join(came, before, before);
    }
    return status;
}

pfq_status team_wait(pfq_team *team, pfq_error *err)
{
    return team->operations->wait(team, err);
}

/* ---- exchange ---- */

/* The sum of n counts; false if it is over the limit. The sum cannot wrap: it stays below the limit
 * until it is left. */
static bool sum_counts(const uint64_t *counts, int n, uint64_t limit, uint64_t *sum)
{
    *sum = 0;
    for (int r = 0; r < n; r++) {
        if (counts[r] > limit - *sum)
            return false;
        *sum += counts[r];
    }
    return true;
}

/* What this rank must refuse before a byte moves: too many items, or no memory for them. */
static pfq_status prepare_exchange(const pfq_team *team, const uint64_t *counts, size_t item_bytes,
                                   void *received, size_t *capacity, size_t *count, pfq_error *err)
{
    const uint64_t limit = team->operations->exchange_limit;
    uint64_t sent, came;
    if (!sum_counts(counts, team->size, limit, &sent) ||
        !sum_counts(team->incoming, team->size, limit, &came))
        return error_set(err, PFQ_MPI_FAILED, NULL,
                         "rank %d would send or receive more than %llu items of %zu bytes in one "
                         "exchange; use smaller slices",
                         team->rank, (unsigned long long)limit, item_bytes);
    *count = (size_t)came;
    return memory_grow(received, capacity, *count, item_bytes, err);
}

pfq_status team_exchange(pfq_team *team, const void *send, const uint64_t *counts,
                         size_t item_bytes, void *received, size_t *capacity, size_t *count,
                         pfq_error *err)
{
    pfq_error own = {0};
    if (team->operations->trade_counts(team, counts, team->incoming, &own) == PFQ_OK)
        prepare_exchange(team, counts, item_bytes, received, capacity, count, &own);
    const pfq_status status = team_agree(team, (uint64_t)team->rank, &own);
    if (status != PFQ_OK) {
        if (err)
            *err = own;
        return status;
    }
    void *room;
    memcpy(&room, received, sizeof room);
    return team->operations->trade_items(team, send, counts, item_bytes, room, team->incoming, err);
}

/* ---- agreement ---- */

/* The place of a rank that has not failed: behind all places. */
#define NO_ORDER UINT64_MAX

pfq_status team_agree(pfq_team *team, uint64_t order, pfq_error *err)
{
    uint64_t mine = NO_ORDER;
    if (err->status != PFQ_OK) {
        err->rank = team->rank;
        mine = order < NO_ORDER ? order : NO_ORDER - 1;
    }
    uint64_t first = mine;
    pfq_status status = team_min(team, &first, 1, err);
    if (status != PFQ_OK || first == NO_ORDER)
        return status;

    uint64_t speaker = mine == first ? (uint64_t)team->rank : UINT64_MAX;
    status = team_min(team, &speaker, 1, err);
    if (status == PFQ_OK)
        status = team_share(team, (int)speaker, err, sizeof *err, err);
    return status != PFQ_OK ? status : err->status;
}

pfq_status team_conclude(pfq_team *team, pfq_error *own, pfq_error *err)
{
    const pfq_status status = team_agree(team, 0, own);
    if (status && err)
        *err = *own;
    return status;
}

/* ---- this machine ---- */

/* The affinity mask of a machine of up to 8,192 CPUs. */
union cpu_mask {
    cpu_set_t set;
    uint8_t bytes[1024];
};

/* The affinity mask of this process; empty where it cannot be read. */
static void read_cpus(union cpu_mask *mask)
{
    memset(mask, 0, sizeof *mask);
    (void)sched_getaffinity(0, sizeof *mask, &mask->set);
}

pfq_status team_machine(pfq_team *team, int *local_ranks, int *cpus_together, pfq_error *err)
{
    union cpu_mask mask;
    read_cpus(&mask); /* an empty one is 0 CPUs, which means "unknown" */
    const pfq_status status =
        team->operations->unite_machine(team, mask.bytes, sizeof mask, local_ranks, err);
    if (status == PFQ_OK)
        *cpus_together = CPU_COUNT_S(sizeof mask, &mask.set);
    return status;
}

/* FNV-1a, folded to a colour. Two masks of one colour are not worth more care: ranks would then
 * take CPUs as if they shared a mask that they do not share. */
static int colour_of(const union cpu_mask *mask)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof mask->bytes; i++)
        hash = (hash ^ mask->bytes[i]) * UINT64_C(0x100000001b3);
    return (int)((hash ^ hash >> 32) & INT32_MAX);
}

pfq_status team_neighbours(pfq_team *team, int *rank, int *ranks, pfq_error *err)
{
    union cpu_mask mask;
    read_cpus(&mask);
    return team->operations->meet_alike(team, colour_of(&mask), rank, ranks, err);
}
