/*
 * Whatever call of MPI-IO fails on whatever rank, all ranks return its error and none hangs.
 *
 * The functions of MPI that move bytes are defined here, through its profiling interface: they
 * fail, or deliver half, on one rank at one call, and else do what they always do.
 */
#include <fcntl.h>
#include <limits.h>
#include <mpi.h>
#include <stdbool.h>
#include <unistd.h>

#include "parfastq/mpi.h"
#include "support/check.h"
#include "team/team.h"

/* ---- faults ---- */

enum fault { NO_FAULT, FAIL, NO_SPACE, DELIVER_HALF };

static struct {
    enum fault fault;
    int call;  /* the fault is at this call, counted from 0, ... */
    int calls; /* ... and this many there have been */
} plan;

/* The fault of the call that is about to be made. */
static enum fault next_fault(void)
{
    return plan.calls++ == plan.call ? plan.fault : NO_FAULT;
}

static bool fails(enum fault fault, int *code)
{
    *code = fault == NO_SPACE ? MPI_ERR_NO_SPACE : MPI_ERR_IO;
    return fault == FAIL || fault == NO_SPACE;
}

static int shortened(enum fault fault, int count)
{
    return fault == DELIVER_HALF ? (count + 1) / 2 : count;
}

int MPI_File_read_at(MPI_File file, MPI_Offset offset, void *data, int count, MPI_Datatype type,
                     MPI_Status *status)
{
    int code;
    const enum fault fault = next_fault();
    return fails(fault, &code)
               ? code
               : PMPI_File_read_at(file, offset, data, shortened(fault, count), type, status);
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    int code;
    const enum fault fault = next_fault();
    return fails(fault, &code)
               ? code
               : PMPI_File_write_at(file, offset, data, shortened(fault, count), type, status);
}

/* ---- a job ---- */

enum { RANK_BYTES = 3000, JOB_CALLS = 3 };

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 41 + offset / 253);
}

/* One rank's part, until it fails: two writes and a read; JOB_CALLS calls. */
static void do_part(struct team_file *out, struct team_file *in, uint64_t offset, pfq_error *err)
{
    static uint8_t written[RANK_BYTES], read[RANK_BYTES];
    for (size_t i = 0; i < RANK_BYTES; i++)
        written[i] = byte_at(offset + i);
    memset(read, 0, sizeof read);
    if (team_file_write(out, offset, written, RANK_BYTES / 2, err) != PFQ_OK ||
        team_file_write(out, offset + RANK_BYTES / 2, written + RANK_BYTES / 2, RANK_BYTES / 2,
                        err) != PFQ_OK ||
        team_file_read(in, offset, read, RANK_BYTES, err) != PFQ_OK)
        return;
    CHECK(memcmp(read, written, RANK_BYTES) == 0);
}

/* The job on all ranks, with one rank's fault. Returns what the ranks agreed on. */
static pfq_status do_job(pfq_team *team, const char *path, enum fault fault, int rank, int call,
                         pfq_error *err)
{
    struct team_file *out, *in;
    CHECK_EQUAL(team_file_open(team, path, TEAM_WRITE, &out, NULL), PFQ_OK);
    CHECK_EQUAL(team_file_open(team, path, TEAM_READ, &in, NULL), PFQ_OK);
    plan.fault = pfq_team_rank(team) == rank ? fault : NO_FAULT;
    plan.call = call;
    plan.calls = 0;
    do_part(out, in, (uint64_t)pfq_team_rank(team) * RANK_BYTES, err);
    const pfq_status status = team_agree(team, (uint64_t)pfq_team_rank(team), err);
    CHECK_EQUAL(team_file_close(in, NULL), PFQ_OK);
    CHECK_EQUAL(team_file_close(out, NULL), PFQ_OK);
    return status;
}

/* ---- claims ---- */

/* A communicator of one rank reads and writes without MPI, so that no fault can reach it. */
static void one_rank_needs_no_mpi(pfq_team *team, const char *path)
{
    pfq_error err = {0};
    CHECK_EQUAL(do_job(team, path, FAIL, 0, 0, &err), PFQ_OK);
    CHECK_EQUAL(plan.calls, 0);
}

/* Without a fault all is read that was written, in as many calls as we think. */
static void the_job_succeeds_without_fault(pfq_team *team, const char *path)
{
    pfq_error err = {0};
    CHECK_EQUAL(do_job(team, path, NO_FAULT, 0, 0, &err), PFQ_OK);
    CHECK_EQUAL(plan.calls, JOB_CALLS);
}

/* The error of the failed call of one rank is returned by all of them, with that rank's number. */
static void any_failed_call_fails_all(pfq_team *team, const char *path)
{
    for (int rank = 0; rank < pfq_team_size(team); rank++)
        for (int call = 0; call < JOB_CALLS; call++) {
            pfq_error err = {0};
            CHECK_EQUAL(do_job(team, path, FAIL, rank, call, &err), PFQ_IO);
            CHECK_EQUAL(err.rank, rank);
            CHECK_TEXT(err.file, path);
            const char *const what = call < 2 ? "cannot write: " : "cannot read: ";
            CHECK(strncmp(err.message, what, strlen(what)) == 0);
        }
}

/* A full disk is told from other failures. */
static void a_full_disk_is_named(pfq_team *team, const char *path)
{
    pfq_error err = {0};
    const int last = pfq_team_size(team) - 1;
    CHECK_EQUAL(do_job(team, path, NO_SPACE, last, 1, &err), PFQ_NO_SPACE);
    CHECK_EQUAL(err.rank, last);
}

/* A call that moves fewer bytes than it was asked to is followed by another for the rest. */
static void half_a_delivery_is_completed(pfq_team *team, const char *path)
{
    for (int call = 0; call < JOB_CALLS; call++) {
        pfq_error err = {0};
        CHECK_EQUAL(do_job(team, path, DELIVER_HALF, pfq_team_rank(team), call, &err), PFQ_OK);
        CHECK_EQUAL(plan.calls, JOB_CALLS + 1);
    }
}

static void make_file(pfq_team *team, char path[PATH_MAX])
{
    const char *const parent = getenv("TMPDIR");
    snprintf(path, PATH_MAX, "%s/test_faults_XXXXXX", parent ? parent : "/tmp");
    if (pfq_team_rank(team) == 0)
        CHECK_EQUAL(close(mkstemp(path)), 0);
    CHECK_EQUAL(team_share(team, 0, path, PATH_MAX, NULL), PFQ_OK);
}

int main(int argc, char **argv)
{
    int level;
    char path[PATH_MAX];
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    make_file(team, path);
    if (pfq_team_size(team) == 1) {
        one_rank_needs_no_mpi(team, path);
    } else {
        the_job_succeeds_without_fault(team, path);
        any_failed_call_fails_all(team, path);
        a_full_disk_is_named(team, path);
        half_a_delivery_is_completed(team, path);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (pfq_team_rank(team) == 0)
        CHECK_EQUAL(unlink(path), 0);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
