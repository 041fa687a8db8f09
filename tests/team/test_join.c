/*
 * What ranks joined of the blocks before them is what all ranks before them said, in their order:
 * in one piece or many, alone and over MPI, for blocks that do not commute.
 */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include "parfastq/mpi.h"
#include "support/check.h"
#include "team/operations.h"
#include "team/team.h"

enum { MOST_RANKS = 16, BIG_BYTES = 200 * 1024 };

/* A row of ranks, and what they said, in their order. */
struct row {
    int first, last;
    char said[MOST_RANKS + 1];
};

/* Joins what are neighbours, and fails for anything else. */
static void join_rows(const void *before, const void *behind, void *out)
{
    struct row joined = *(const struct row *)before;
    const struct row *const next = behind;
    CHECK_EQUAL(joined.last + 1, next->first);
    joined.last = next->last;
    strcat(joined.said, next->said);
    memcpy(out, &joined, sizeof joined);
}

/* Rank 0 keeps what it had, and what the last one says is not asked for. */
static void rows_are_joined_in_order(pfq_team *team)
{
    struct row mine = {.first = team->rank, .last = team->rank}, before = {.first = 77}, work[2];
    mine.said[0] = (char)('a' + team->rank);
    if (team->rank == team->size - 1)
        mine.first = mine.last = -77;
    CHECK_EQUAL(team_join_before(team, &mine, &before, work, sizeof mine, join_rows, NULL), PFQ_OK);
    if (team->rank == 0) {
        CHECK_EQUAL(before.first, 77);
        return;
    }
    CHECK_EQUAL(before.first, 0);
    CHECK_EQUAL(before.last, team->rank - 1);
    CHECK_EQUAL(strlen(before.said), team->rank);
    for (int r = 0; r < team->rank; r++)
        CHECK_EQUAL(before.said[r], 'a' + r);
}

static void add_bytes(const void *before, const void *behind, void *out)
{
    const uint8_t *const a = before, *const b = behind;
    for (size_t i = 0; i < BIG_BYTES; i++)
        ((uint8_t *)out)[i] = (uint8_t)(a[i] + b[i]);
}

/* Blocks that are larger than what MPI sends without being asked for arrive whole, and no rank
 * waits for ever. */
static void large_blocks_arrive_whole(pfq_team *team)
{
    uint8_t *const blocks = malloc(4 * (size_t)BIG_BYTES);
    CHECK(blocks != NULL);
    memset(blocks, 0, 4 * (size_t)BIG_BYTES);
    for (size_t i = 0; i < BIG_BYTES; i++)
        blocks[i] = (uint8_t)((size_t)team->rank * 31 + i);
    CHECK_EQUAL(team_join_before(team, blocks, blocks + BIG_BYTES, blocks + 2 * BIG_BYTES,
                                 BIG_BYTES, add_bytes, NULL),
                PFQ_OK);
    const size_t rank = (size_t)team->rank;
    for (size_t i = 0; i < BIG_BYTES; i++)
        CHECK_EQUAL(blocks[BIG_BYTES + i], (uint8_t)(rank * (rank - 1) / 2 * 31 + rank * i));
    free(blocks);
}

static void check_team(pfq_team *team)
{
    rows_are_joined_in_order(team);
    team->call_bytes = 8;
    rows_are_joined_in_order(team);
    team->call_bytes = TEAM_CALL_BYTES;
    large_blocks_arrive_whole(team);
}

int main(int argc, char **argv)
{
    int level;
    pfq_team *team;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
    check_team(team);
    pfq_team_destroy(team);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    check_team(team);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
