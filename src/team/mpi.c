/*
 * A team over an MPI communicator, and files through MPI-IO.
 *
 * The communicator is a duplicate, so that our messages never meet those of the program around us,
 * and it returns errors instead of ending the job. Files are opened on MPI_COMM_SELF: an open may
 * fail on one rank alone, and the others learn of it at the next pulse instead of hanging inside
 * the open.
 */
#include "parfastq/mpi.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "team/operations.h"

struct mpi_team {
    pfq_team team;
    MPI_Comm comm;
    int *integers; /* 4 * size: counts and places of what an exchange sends and receives */
};

static struct mpi_team *mpi_team(pfq_team *team)
{
    return (struct mpi_team *)team;
}

/* ---- errors ---- */

static pfq_status status_of_class(int class)
{
    switch (class) {
    case MPI_ERR_NO_SPACE:
    case MPI_ERR_QUOTA:
        return PFQ_NO_SPACE;
    case MPI_ERR_NO_MEM:
        return PFQ_NO_MEMORY;
    case MPI_ERR_NO_SUCH_FILE:
        return PFQ_NOT_FOUND;
    case MPI_ERR_ACCESS:
    case MPI_ERR_BAD_FILE:
    case MPI_ERR_FILE:
    case MPI_ERR_IO:
    case MPI_ERR_READ_ONLY:
        return PFQ_IO;
    default:
        return PFQ_MPI_FAILED;
    }
}

/* The status and the words of MPI for `code`, in a sentence that begins with `what`. */
static pfq_status failed(int code, const char *file, const char *what, pfq_error *err)
{
    if (code == MPI_SUCCESS)
        return PFQ_OK;
    char text[MPI_MAX_ERROR_STRING] = "unknown error";
    int length, class = MPI_ERR_UNKNOWN;
    MPI_Error_string(code, text, &length);
    MPI_Error_class(code, &class);
    return error_set(err, status_of_class(class), file, "%s: %s", what, text);
}

static pfq_status talk(int code, const char *what, pfq_error *err)
{
    const pfq_status status = failed(code, NULL, what, err);
    if (status != PFQ_OK && err)
        err->status = PFQ_MPI_FAILED;
    return status != PFQ_OK ? PFQ_MPI_FAILED : PFQ_OK;
}

/* ---- talking; team.c keeps all counts within int ---- */

static MPI_Op operation_of(enum team_reduction reduction)
{
    switch (reduction) {
    case TEAM_MIN:
        return MPI_MIN;
    case TEAM_MAX:
        return MPI_MAX;
    default:
        return MPI_SUM;
    }
}

static pfq_status reduce(pfq_team *team, enum team_reduction reduction, uint64_t *values, size_t n,
                         pfq_error *err)
{
    return talk(MPI_Allreduce(MPI_IN_PLACE, values, (int)n, MPI_UINT64_T, operation_of(reduction),
                              mpi_team(team)->comm),
                "cannot reduce", err);
}

static pfq_status reduce_before(pfq_team *team, enum team_reduction reduction, uint64_t *values,
                                size_t n, pfq_error *err)
{
    const int code = MPI_Exscan(MPI_IN_PLACE, values, (int)n, MPI_UINT64_T, operation_of(reduction),
                                mpi_team(team)->comm);
    if (team->rank == 0)
        memset(values, 0, n * sizeof *values); /* MPI leaves them undefined */
    return talk(code, "cannot scan", err);
}

static pfq_status share(pfq_team *team, int root, void *data, size_t bytes, pfq_error *err)
{
    return talk(MPI_Bcast(data, (int)bytes, MPI_BYTE, root, mpi_team(team)->comm),
                "cannot broadcast", err);
}

static pfq_status gather(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                         pfq_error *err)
{
    return talk(MPI_Gather(mine, (int)words, MPI_UINT64_T, all, (int)words, MPI_UINT64_T, 0,
                           mpi_team(team)->comm),
                "cannot gather", err);
}

static pfq_status gather_all(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                             pfq_error *err)
{
    return talk(MPI_Allgather(mine, (int)words, MPI_UINT64_T, all, (int)words, MPI_UINT64_T,
                              mpi_team(team)->comm),
                "cannot gather", err);
}

static pfq_status scatter(pfq_team *team, const uint64_t *all, size_t words, uint64_t *mine,
                          pfq_error *err)
{
    return talk(MPI_Scatter(all, (int)words, MPI_UINT64_T, mine, (int)words, MPI_UINT64_T, 0,
                            mpi_team(team)->comm),
                "cannot scatter", err);
}

static pfq_status trade_counts(pfq_team *team, const uint64_t *counts, uint64_t *incoming,
                               pfq_error *err)
{
    return talk(
        MPI_Alltoall(counts, 1, MPI_UINT64_T, incoming, 1, MPI_UINT64_T, mpi_team(team)->comm),
        "cannot exchange counts", err);
}

/* Counts as int, and the places they lead to; their sum is at most exchange_limit, which is
 * INT_MAX. */
static void place_items(const uint64_t *counts, int n, int *narrow, int *places)
{
    int place = 0;
    for (int r = 0; r < n; r++) {
        narrow[r] = (int)counts[r];
        places[r] = place;
        place += narrow[r];
    }
}

static pfq_status trade_items(pfq_team *team, const void *send, const uint64_t *counts,
                              size_t item_bytes, void *received, const uint64_t *incoming,
                              pfq_error *err)
{
    const size_t n = (size_t)team->size;
    int *const send_counts = mpi_team(team)->integers, *const send_places = send_counts + n;
    int *const counts_in = send_places + n, *const places_in = counts_in + n;
    place_items(counts, team->size, send_counts, send_places);
    place_items(incoming, team->size, counts_in, places_in);

    MPI_Datatype item;
    int code = MPI_Type_contiguous((int)item_bytes, MPI_BYTE, &item);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot describe an item", err);
    code = MPI_Type_commit(&item);
    if (code == MPI_SUCCESS)
        code = MPI_Alltoallv(send, send_counts, send_places, item, received, counts_in, places_in,
                             item, mpi_team(team)->comm);
    MPI_Type_free(&item);
    return talk(code, "cannot exchange items", err);
}

static pfq_status send_message(pfq_team *team, int to, const void *data, size_t bytes,
                               pfq_error *err)
{
    return talk(MPI_Send(data, (int)bytes, MPI_BYTE, to, 0, mpi_team(team)->comm), "cannot send",
                err);
}

static pfq_status receive_message(pfq_team *team, int from, void *data, size_t bytes,
                                  pfq_error *err)
{
    return talk(
        MPI_Recv(data, (int)bytes, MPI_BYTE, from, 0, mpi_team(team)->comm, MPI_STATUS_IGNORE),
        "cannot receive", err);
}

static pfq_status wait_for_all(pfq_team *team, pfq_error *err)
{
    return talk(MPI_Barrier(mpi_team(team)->comm), "cannot wait for all ranks", err);
}

static pfq_status unite_machine(pfq_team *team, uint8_t *mask, size_t bytes, int *local_ranks,
                                pfq_error *err)
{
    MPI_Comm local;
    int code = MPI_Comm_split_type(mpi_team(team)->comm, MPI_COMM_TYPE_SHARED, team->rank,
                                   MPI_INFO_NULL, &local);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot find the ranks of this machine", err);
    code = MPI_Comm_size(local, local_ranks);
    if (code == MPI_SUCCESS)
        code = MPI_Allreduce(MPI_IN_PLACE, mask, (int)bytes, MPI_BYTE, MPI_BOR, local);
    MPI_Comm_free(&local);
    return talk(code, "cannot find the CPUs of this machine", err);
}

static pfq_status meet_alike(pfq_team *team, int colour, int *rank, int *ranks, pfq_error *err)
{
    MPI_Comm local, alike;
    int code = MPI_Comm_split_type(mpi_team(team)->comm, MPI_COMM_TYPE_SHARED, team->rank,
                                   MPI_INFO_NULL, &local);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot find the ranks of this machine", err);
    code = MPI_Comm_split(local, colour, team->rank, &alike);
    MPI_Comm_free(&local);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot find the ranks with the same CPUs", err);
    code = MPI_Comm_rank(alike, rank);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_size(alike, ranks);
    MPI_Comm_free(&alike);
    return talk(code, "cannot find the ranks with the same CPUs", err);
}

static void release_memory(struct mpi_team *made)
{
    if (!made)
        return;
    free(made->integers);
    free(made);
}

static void destroy(pfq_team *team)
{
    MPI_Comm_free(&mpi_team(team)->comm);
    release_memory(mpi_team(team));
}

static const struct team_operations over_mpi = {
    .exchange_limit = INT_MAX,
    .reduce = reduce,
    .reduce_before = reduce_before,
    .share = share,
    .gather = gather,
    .gather_all = gather_all,
    .scatter = scatter,
    .trade_counts = trade_counts,
    .trade_items = trade_items,
    .send = send_message,
    .receive = receive_message,
    .wait = wait_for_all,
    .unite_machine = unite_machine,
    .meet_alike = meet_alike,
    .destroy = destroy,
};

/* ---- files ---- */

struct mpi_file {
    struct team_file file;
    MPI_File handle;
};

static struct mpi_file *mpi_file(struct team_file *file)
{
    return (struct mpi_file *)file;
}

/* The operating system says why a file cannot be opened in better words than MPI does; if it can
 * open the file, the words of MPI must do. */
static pfq_status explain_open(int code, const char *path, enum team_file_mode mode, pfq_error *err)
{
    const int descriptor = open(path, (mode == TEAM_READ ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
    if (descriptor < 0) {
        const int number = errno;
        return error_set(err, error_status_of_errno(number), path, "cannot open: %s",
                         strerror(number));
    }
    close(descriptor);
    return failed(code, path, "cannot open", err);
}

static pfq_status open_file(const char *path, enum team_file_mode mode, struct team_file **file,
                            pfq_error *err)
{
    struct stat about;
    if (mode == TEAM_WRITE && lstat(path, &about) == 0 && S_ISLNK(about.st_mode))
        return error_set(err, PFQ_IO, path, "cannot open: %s", strerror(ELOOP));
    struct mpi_file *const opened = memory_allocate(1, sizeof *opened, err);
    if (!opened)
        return PFQ_NO_MEMORY;
    const int access = mode == TEAM_READ ? MPI_MODE_RDONLY : MPI_MODE_WRONLY;
    const int code = MPI_File_open(MPI_COMM_SELF, path, access, MPI_INFO_NULL, &opened->handle);
    if (code != MPI_SUCCESS) {
        free(opened);
        return explain_open(code, path, mode, err);
    }
    MPI_File_set_errhandler(opened->handle, MPI_ERRORS_RETURN);
    *file = &opened->file;
    return PFQ_OK;
}

/* How a transfer ended; `number` is what errno was after it, having been cleared before. Open MPI
 * reports a full disk as a good write of no bytes, or as an unknown error, but errno is left as the
 * system set it; so errno speaks where MPI has nothing to say. */
static pfq_status transferred(int code, int number, const MPI_Status *mpi_status,
                              const struct team_file *file, const char *what, size_t *bytes,
                              pfq_error *err)
{
    int count = 0;
    if (code == MPI_SUCCESS)
        code = MPI_Get_count(mpi_status, MPI_BYTE, &count);
    *bytes = count > 0 ? (size_t)count : 0; /* MPI_UNDEFINED is negative */
    if (code == MPI_SUCCESS && (count > 0 || number == 0))
        return PFQ_OK;
    const pfq_status status = failed(code, file->path, what, err);
    const bool says_why = status != PFQ_OK && status != PFQ_MPI_FAILED && status != PFQ_IO;
    if (number == 0 || says_why)
        return status;
    return error_set(err, error_status_of_errno(number), file->path, "%s: %s", what,
                     strerror(number));
}

static pfq_status read_file(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                            size_t *got, pfq_error *err)
{
    MPI_Status mpi_status;
    errno = 0;
    const int code = MPI_File_read_at(mpi_file(file)->handle, (MPI_Offset)offset, data, (int)bytes,
                                      MPI_BYTE, &mpi_status);
    return transferred(code, errno, &mpi_status, file, "cannot read", got, err);
}

static pfq_status write_file(struct team_file *file, uint64_t offset, const void *data,
                             size_t bytes, size_t *put, pfq_error *err)
{
    MPI_Status mpi_status;
    errno = 0;
    const int code = MPI_File_write_at(mpi_file(file)->handle, (MPI_Offset)offset, data, (int)bytes,
                                       MPI_BYTE, &mpi_status);
    return transferred(code, errno, &mpi_status, file, "cannot write", put, err);
}

static pfq_status sync_file(struct team_file *file, pfq_error *err)
{
    return failed(MPI_File_sync(mpi_file(file)->handle), file->path, "cannot write to disk", err);
}

static pfq_status close_file(struct team_file *file, pfq_error *err)
{
    const pfq_status status =
        failed(MPI_File_close(&mpi_file(file)->handle), file->path, "cannot close", err);
    free(file);
    return status;
}

static const struct team_file_operations mpi_files = {
    .open = open_file,
    .read = read_file,
    .write = write_file,
    .sync = sync_file,
    .close = close_file,
};

/* ---- making a team ---- */

static pfq_status check_threads(pfq_error *err)
{
    int initialised = 0, level = MPI_THREAD_SINGLE;
    MPI_Initialized(&initialised);
    if (!initialised)
        return error_set(err, PFQ_MPI_FAILED, NULL, "MPI is not initialised");
    MPI_Query_thread(&level);
    if (level < MPI_THREAD_FUNNELED)
        return error_set(err, PFQ_MPI_FAILED, NULL,
                         "MPI was initialised without MPI_THREAD_FUNNELED");
    return PFQ_OK;
}

static struct mpi_team *allocate_team(int rank, int size, pfq_error *err)
{
    struct mpi_team *const made = memory_allocate(1, sizeof *made, err);
    if (!made)
        return NULL;
    made->team = (pfq_team){.rank = rank,
                            .size = size,
                            .operations = &over_mpi,
                            .files = size == 1 ? &team_posix_files : &mpi_files,
                            .call_bytes = TEAM_CALL_BYTES,
                            .incoming = memory_allocate((size_t)size, sizeof(uint64_t), err)};
    made->integers = memory_allocate(4 * (size_t)size, sizeof(int), err);
    if (made->team.incoming && made->integers)
        return made;
    free(made->team.incoming);
    release_memory(made);
    return NULL;
}

/* Memory may be short on one rank alone, so all ranks hear of it before any of them returns. */
pfq_status pfq_team_from_comm(MPI_Comm comm, pfq_team **team, pfq_error *err)
{
    *team = NULL;
    pfq_status status = check_threads(err);
    if (status != PFQ_OK)
        return status;
    MPI_Comm own;
    int code = MPI_Comm_dup(comm, &own);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot duplicate the communicator", err);
    MPI_Comm_set_errhandler(own, MPI_ERRORS_RETURN);
    int rank, size;
    MPI_Comm_rank(own, &rank);
    MPI_Comm_size(own, &size);

    struct mpi_team *const made = allocate_team(rank, size, err);
    int good = made != NULL;
    code = MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, own);
    if (code == MPI_SUCCESS && good) {
        made->comm = own;
        *team = &made->team;
        return PFQ_OK;
    }
    status = talk(code, "cannot agree on a team", err);
    if (status == PFQ_OK)
        status = error_set(err, PFQ_NO_MEMORY, NULL, "no memory for a team of %d ranks", size);
    MPI_Comm_free(&own);
    if (made)
        free(made->team.incoming);
    release_memory(made);
    return status;
}
