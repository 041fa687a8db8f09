/*
 * Claim: when any write fails on any rank, of rows or of what HDF5 keeps, every rank returns the
 * same status from the same call, the file is closed, and nobody waits for ever.
 *
 * Faults are made from outside: this program has its own pwrite and MPI_File_write_at, which fail
 * when told to, as on a full disk.
 */
#include <dlfcn.h>
#include <errno.h>
#include <mpi.h>
#include <stdlib.h>

#include "parfastq/mpi.h"
#include "store/rows.h"

static struct {
    int writes_left; /* the write that finds 0 fails; negative: none does */
    bool in_mpi;     /* a write by MPI, counted already */
} fault = {-1, false};

/* Is this the write that fails? All behind it fail, too: the disk stays full. */
static bool strikes(void)
{
    if (fault.writes_left > 0)
        fault.writes_left--;
    else if (fault.writes_left == 0)
        return true;
    return false;
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) {
        void *const found = dlsym(RTLD_NEXT, "pwrite");
        memcpy(&real, &found, sizeof real);
        CHECK(real);
    }
    if (!fault.in_mpi && strikes()) {
        errno = ENOSPC;
        return -1;
    }
    return real(descriptor, data, size, offset);
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    if (strikes())
        return MPI_ERR_NO_SPACE;
    fault.in_mpi = true;
    const int outcome = PMPI_File_write_at(file, offset, data, count, type, status);
    fault.in_mpi = false;
    return outcome;
}

/* Runs until something fails. Returns the status, and in *calls how many calls of the store were
 * made. */
static pfq_status run(pfq_team *team, const struct rows_plan *plan, const char *path, int *calls,
                      pfq_error *err)
{
    struct store *store = NULL;
    struct rows_kept kept = {0};
    const struct store_config config = rows_config(plan);
    *calls = 1;
    pfq_status status = store_create(team, path, &config, &store, err);
    if (status)
        return status;
    for (int round = 0; round < plan->rounds; round++) {
        ++*calls;
        status = rows_append(store, team, plan, round, &kept, err);
        if (status) {
            store_abandon(store);
            rows_forget_all(&kept);
            return status;
        }
    }
    ++*calls;
    struct store_origin origins[2 * PFQ_MAX_MATES];
    const size_t n = rows_origins(plan, 10, origins);
    status = store_finish(store, origins, n, err);
    rows_forget_all(&kept);
    return status;
}

/* Every rank has this status after the same number of calls; returns that number. */
static int check_same(pfq_team *team, pfq_status status, int calls, pfq_status want)
{
    uint64_t low[2] = {(uint64_t)status, (uint64_t)calls}, high[2] = {low[0], low[1]};
    CHECK_EQUAL(team_min(team, low, 2, NULL), PFQ_OK);
    CHECK_EQUAL(team_max(team, high, 2, NULL), PFQ_OK);
    CHECK_EQUAL(low[0], want);
    CHECK_EQUAL(high[0], want);
    CHECK_EQUAL(low[1], high[1]);
    return calls;
}

/* Runs with the n-th write of `rank` failing; returns how many writes that rank was still allowed.
 */
static int run_with_fault(pfq_team *team, const struct rows_plan *plan, const char *path, int rank,
                          int n, pfq_status want)
{
    pfq_error err = {0};
    int calls;
    const bool mine = pfq_team_rank(team) == rank;
    rows_touch(team, path);
    fault.writes_left = mine ? n : -1;
    const pfq_status status = run(team, plan, path, &calls, &err);
    uint64_t left = mine && fault.writes_left > 0 ? (uint64_t)fault.writes_left : 0;
    fault.writes_left = -1;
    check_same(team, status, calls, want);
    CHECK(want == PFQ_OK || err.message[0]);
    CHECK_EQUAL(team_sum(team, &left, 1, NULL), PFQ_OK);
    return (int)left;
}

/* The first writes, one in the middle and the last ones (on rank 0: of HDF5) of each rank. */
static void check_writes(pfq_team *team, const struct rows_plan *plan, const char *path)
{
    const int many = 1000000;
    const int writers = plan->writer == PFQ_WRITER_GATHER ? 1 : pfq_team_size(team);
    for (int rank = 0; rank < writers; rank++) {
        const int writes = many - run_with_fault(team, plan, path, rank, many, PFQ_OK);
        const int faults[] = {0, 1, 4, writes / 2, writes - 3, writes - 1};
        for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++)
            if (faults[k] >= 0 && faults[k] < writes)
                run_with_fault(team, plan, path, rank, faults[k], PFQ_NO_SPACE);
    }
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    char path[64];
    snprintf(path, sizeof path, "store_test_fail_%d.h5", pfq_team_size(team));
    struct rows_plan plan = {
        .mates = 2, .rounds = 3, .scale = 20, .odd_styles = true, .tails = true};
    plan.compression.method = PFQ_COMPRESS_NONE;
    for (plan.writer = PFQ_WRITER_DIRECT; plan.writer <= PFQ_WRITER_GATHER; plan.writer++)
        check_writes(team, &plan, path);
    plan.compression.method = PFQ_COMPRESS_FAST;
    plan.scale = 3000; /* chunks are completed in every round */
    plan.threads = 2;
    for (plan.writer = PFQ_WRITER_DIRECT; plan.writer <= PFQ_WRITER_GATHER; plan.writer++)
        check_writes(team, &plan, path);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (pfq_team_rank(team) == 0)
        unlink(path);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
