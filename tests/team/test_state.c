/*
 * A state that some ranks have written is read by any number of ranks, word for word, and what is
 * damaged or unfinished is refused. Every expectation is computed from rank and size.
 */
#include <fcntl.h>
#include <limits.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "parfastq/mpi.h"
#include "support/check.h"
#include "team/state.h"
#include "team/team.h"

static char path[PATH_MAX];

static void make_path(pfq_team *team)
{
    const char *const parent = getenv("TMPDIR");
    if (pfq_team_rank(team) == 0) {
        snprintf(path, sizeof path, "%s/test_state_XXXXXX", parent ? parent : "/tmp");
        const int descriptor = mkstemp(path);
        CHECK(descriptor >= 0);
        close(descriptor);
    }
    CHECK_EQUAL(team_share(team, 0, path, sizeof path, NULL), PFQ_OK);
}

/* Rank r gives r + 3 pairs: (r, i). Returns what all ranks give. */
static size_t pairs_of(int ranks)
{
    size_t all = 0;
    for (int r = 0; r < ranks; r++)
        all += (size_t)r + 3;
    return all;
}

static void write_state(pfq_team *team)
{
    struct team_state *state = NULL;
    const uint64_t rank = (uint64_t)pfq_team_rank(team);
    uint64_t pairs[64][2];
    for (uint64_t i = 0; i < rank + 3; i++) {
        pairs[i][0] = rank;
        pairs[i][1] = i;
    }
    const uint64_t word = 42;
    CHECK_EQUAL(state_create(team, path, &state, NULL), PFQ_OK);
    CHECK_EQUAL(state_put(state, "none", NULL, 0, 5, NULL), PFQ_OK);
    CHECK_EQUAL(state_put(state, "pairs", pairs, (size_t)rank + 3, 2, NULL), PFQ_OK);
    CHECK_EQUAL(state_put(state, "one", &word, rank == 0, 1, NULL), PFQ_OK);
    CHECK_EQUAL(state_finish(state, NULL), PFQ_OK);
}

/* The pair at `place` of the section is the same whoever reads it. */
static void check_pairs(const uint64_t *pairs, size_t first, size_t n, int writers)
{
    size_t place = 0;
    for (uint64_t r = 0; r < (uint64_t)writers; r++)
        for (uint64_t i = 0; i < r + 3; i++, place++)
            if (place >= first && place < first + n) {
                CHECK_EQUAL(pairs[2 * (place - first)], r);
                CHECK_EQUAL(pairs[2 * (place - first) + 1], i);
            }
}

static void read_state(pfq_team *team, int writers)
{
    struct team_state *state = NULL;
    uint64_t *items = NULL;
    size_t n = 0;
    CHECK_EQUAL(state_open(team, path, &state, NULL), PFQ_OK);
    CHECK_EQUAL(state_get_all(state, "pairs", 2, &items, &n, NULL), PFQ_OK);
    CHECK_EQUAL(n, pairs_of(writers));
    check_pairs(items, 0, n, writers);
    free(items);
    CHECK_EQUAL(state_get_share(state, "pairs", 2, &items, &n, NULL), PFQ_OK);
    uint64_t before = n, all = n;
    CHECK_EQUAL(team_sum_before(team, &before, 1, NULL), PFQ_OK);
    CHECK_EQUAL(team_sum(team, &all, 1, NULL), PFQ_OK);
    CHECK_EQUAL(all, pairs_of(writers));
    check_pairs(items, (size_t)before, n, writers);
    free(items);
    CHECK_EQUAL(state_get_all(state, "one", 1, &items, &n, NULL), PFQ_OK);
    CHECK_EQUAL(n, 1);
    CHECK_EQUAL(items[0], 42);
    free(items);
    CHECK_EQUAL(state_get_share(state, "none", 5, &items, &n, NULL), PFQ_OK);
    CHECK_EQUAL(n, 0);
    CHECK(items != NULL);
    free(items);
    CHECK_EQUAL(state_get_all(state, "nothing", 1, &items, &n, NULL), PFQ_BAD_FILE);
    CHECK_EQUAL(state_get_all(state, "pairs", 1, &items, &n, NULL), PFQ_BAD_FILE);
    state_close(state);
}

/* Opens and reads everything; the first status that is not PFQ_OK. */
static pfq_status try_all(pfq_team *team, pfq_error *err)
{
    struct team_state *state = NULL;
    uint64_t *items = NULL;
    size_t n = 0;
    pfq_status status = state_open(team, path, &state, err);
    if (!status)
        status = state_get_share(state, "pairs", 2, &items, &n, err);
    if (!status) {
        free(items);
        status = state_get_all(state, "one", 1, &items, &n, err);
    }
    if (!status)
        free(items);
    state_close(state);
    return status;
}

static void change(pfq_team *team, off_t at, uint8_t difference)
{
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (pfq_team_rank(team) == 0) {
        uint8_t byte;
        const int descriptor = open(path, O_RDWR);
        CHECK(descriptor >= 0);
        CHECK_EQUAL(pread(descriptor, &byte, 1, at), 1);
        byte ^= difference;
        CHECK_EQUAL(pwrite(descriptor, &byte, 1, at), 1);
        close(descriptor);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

/* Any byte of head, items or table that changes is found out by all ranks. */
static void damage_is_found_out(pfq_team *team)
{
    const off_t places[] = {0, 64, 64 + 17, 64 + (off_t)pairs_of(pfq_team_size(team)) * 16 + 3,
                            64 + (off_t)pairs_of(pfq_team_size(team)) * 16 + 8};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        pfq_error err = {0};
        change(team, places[i], 0x10);
        CHECK_EQUAL(try_all(team, &err), PFQ_BAD_FILE);
        change(team, places[i], 0x10);
        CHECK_EQUAL(try_all(team, &err), PFQ_OK);
    }
}

static void unfinished_is_refused(pfq_team *team)
{
    struct team_state *state = NULL;
    pfq_error err = {0};
    if (pfq_team_rank(team) == 0)
        CHECK_EQUAL(truncate(path, 0), 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    CHECK_EQUAL(state_create(team, path, &state, NULL), PFQ_OK);
    CHECK_EQUAL(state_put(state, "pairs", NULL, 0, 2, NULL), PFQ_OK);
    state_close(state);
    CHECK_EQUAL(try_all(team, &err), PFQ_BAD_FILE);
}

/* Each half of the ranks, and each rank alone, reads what all have written. */
static void fewer_ranks_read_it_too(int rank, int size)
{
    for (int group = 1; group <= 2; group++) {
        MPI_Comm part;
        pfq_team *team = NULL;
        MPI_Comm_split(MPI_COMM_WORLD, group == 1 ? rank % 2 : rank, rank, &part);
        CHECK_EQUAL(pfq_team_from_comm(part, &team, NULL), PFQ_OK);
        read_state(team, size);
        pfq_team_destroy(team);
        MPI_Comm_free(&part);
    }
}

int main(int argc, char **argv)
{
    int level, rank, size;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    pfq_team *team = NULL;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    make_path(team);
    write_state(team);
    read_state(team, size);
    fewer_ranks_read_it_too(rank, size);
    damage_is_found_out(team);
    unfinished_is_refused(team);
    if (rank == 0)
        CHECK_EQUAL(unlink(path), 0);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
