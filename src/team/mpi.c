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
    MPI_Request *requests; /* 2 * size: all that an exchange can send and receive */
    int *sends;            /* size: does an exchange send something there? */
};

enum { TAG_MESSAGE, TAG_COUNT, TAG_ITEMS };

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

/* MPI's MIN and MAX of unsigned words are not to be trusted: MPICH 4.0 compares them as if they
 * were signed, and then UINT64_MAX, "nothing here", is the smallest of all. With the highest bit
 * turned, the order of signed numbers is that of the unsigned ones, and every MPI knows it. */
static void turn_highest_bits(enum team_reduction reduction, uint64_t *values, size_t n)
{
    for (size_t i = 0; i < n && reduction != TEAM_SUM; i++)
        values[i] ^= UINT64_C(1) << 63;
}

static MPI_Datatype type_of(enum team_reduction reduction)
{
    return reduction == TEAM_SUM ? MPI_UINT64_T : MPI_INT64_T;
}

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
    turn_highest_bits(reduction, values, n);
    const int code = MPI_Allreduce(MPI_IN_PLACE, values, (int)n, type_of(reduction),
                                   operation_of(reduction), mpi_team(team)->comm);
    turn_highest_bits(reduction, values, n);
    return talk(code, "cannot reduce", err);
}

static pfq_status reduce_before(pfq_team *team, enum team_reduction reduction, uint64_t *values,
                                size_t n, pfq_error *err)
{
    turn_highest_bits(reduction, values, n);
    const int code = MPI_Exscan(MPI_IN_PLACE, values, (int)n, type_of(reduction),
                                operation_of(reduction), mpi_team(team)->comm);
    turn_highest_bits(reduction, values, n);
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

/* The first failure counts, and what must be done all the same goes on. */
static void keep_code(int *code, int next)
{
    if (*code == MPI_SUCCESS)
        *code = next;
}

/* Ends all requests, though one has failed. Not MPI_Waitall, because compilers believe that it
 * writes to what MPI_STATUSES_IGNORE points at, and warn of it, with MPICH. */
static int wait_for_requests(MPI_Request *requests, int n)
{
    int code = MPI_SUCCESS;
    for (int i = 0; i < n; i++)
        keep_code(&code, MPI_Wait(&requests[i], MPI_STATUS_IGNORE));
    return code;
}

/* Sends the counts that are not 0. */
static int send_counts(pfq_team *team, const uint64_t *counts, int *n)
{
    int code = MPI_SUCCESS;
    for (int r = 0; r < team->size; r++)
        if (counts[r] && r != team->rank)
            keep_code(&code, MPI_Isend(&counts[r], 1, MPI_UINT64_T, r, TAG_COUNT,
                                       mpi_team(team)->comm, &mpi_team(team)->requests[(*n)++]));
    return code;
}

static int take_count(MPI_Comm comm, uint64_t *incoming)
{
    MPI_Status from;
    uint64_t count = 0;
    const int code = MPI_Recv(&count, 1, MPI_UINT64_T, MPI_ANY_SOURCE, TAG_COUNT, comm, &from);
    if (code == MPI_SUCCESS)
        incoming[from.MPI_SOURCE] = count;
    return code;
}

/* Nobody knows from whom something will come, and most pairs of ranks have nothing for each other:
 * an all-to-all would take as many messages as there are ranks, of each rank. So a sum tells each
 * rank how many will send to it, and only counts that are not 0 travel. What follows in team.c is
 * an agreement, which begins when all have their counts, so those of the next exchange cannot be
 * taken for these. */
static pfq_status trade_counts(pfq_team *team, const uint64_t *counts, uint64_t *incoming,
                               pfq_error *err)
{
    MPI_Comm comm = mpi_team(team)->comm;
    int *const sends = mpi_team(team)->sends;
    int senders = 0, n = 0;
    for (int r = 0; r < team->size; r++)
        sends[r] = counts[r] && r != team->rank;
    memset(incoming, 0, (size_t)team->size * sizeof *incoming);
    incoming[team->rank] = counts[team->rank];
    int code = MPI_Reduce_scatter_block(sends, &senders, 1, MPI_INT, MPI_SUM, comm);
    if (code == MPI_SUCCESS)
        code = send_counts(team, counts, &n);
    for (int i = 0; i < senders && code == MPI_SUCCESS; i++)
        code = take_count(comm, incoming);
    if (code == MPI_SUCCESS)
        code = wait_for_requests(mpi_team(team)->requests, n);
    return talk(code, "cannot exchange counts", err);
}

/* Starts what comes from the other ranks and what goes to them. */
static int start_items(pfq_team *team, const uint8_t *send, const uint64_t *counts,
                       size_t item_bytes, MPI_Datatype item, uint8_t *received,
                       const uint64_t *incoming, int *n)
{
    MPI_Comm comm = mpi_team(team)->comm;
    MPI_Request *const requests = mpi_team(team)->requests;
    const int me = team->rank;
    size_t from_me = 0, to_me = 0, place = 0; /* in bytes */
    int code = MPI_SUCCESS;
    for (int r = 0; r < team->size; place += incoming[r++] * item_bytes) {
        if (r == me)
            to_me = place;
        else if (incoming[r])
            keep_code(&code, MPI_Irecv(received + place, (int)incoming[r], item, r, TAG_ITEMS, comm,
                                       &requests[(*n)++]));
    }
    place = 0;
    for (int r = 0; r < team->size; place += counts[r++] * item_bytes) {
        if (r == me)
            from_me = place;
        else if (counts[r])
            keep_code(&code, MPI_Isend(send + place, (int)counts[r], item, r, TAG_ITEMS, comm,
                                       &requests[(*n)++]));
    }
    if (counts[me])
        memcpy(received + to_me, send + from_me, counts[me] * item_bytes);
    return code;
}

static pfq_status trade_items(pfq_team *team, const void *send, const uint64_t *counts,
                              size_t item_bytes, void *received, const uint64_t *incoming,
                              pfq_error *err)
{
    MPI_Datatype item;
    int n = 0;
    int code = MPI_Type_contiguous((int)item_bytes, MPI_BYTE, &item);
    if (code != MPI_SUCCESS)
        return talk(code, "cannot describe an item", err);
    code = MPI_Type_commit(&item);
    if (code == MPI_SUCCESS)
        code = start_items(team, send, counts, item_bytes, item, received, incoming, &n);
    if (code == MPI_SUCCESS)
        code = wait_for_requests(mpi_team(team)->requests, n);
    MPI_Type_free(&item);
    return talk(code, "cannot exchange items", err);
}

static pfq_status send_message(pfq_team *team, int to, const void *data, size_t bytes,
                               pfq_error *err)
{
    return talk(MPI_Send(data, (int)bytes, MPI_BYTE, to, TAG_MESSAGE, mpi_team(team)->comm),
                "cannot send", err);
}

static pfq_status receive_message(pfq_team *team, int from, void *data, size_t bytes,
                                  pfq_error *err)
{
    return talk(MPI_Recv(data, (int)bytes, MPI_BYTE, from, TAG_MESSAGE, mpi_team(team)->comm,
                         MPI_STATUS_IGNORE),
                "cannot receive", err);
}

static int rank_or_none(int rank)
{
    return rank == TEAM_NOBODY ? MPI_PROC_NULL : rank;
}

static pfq_status pass_message(pfq_team *team, int to, const void *data, int from, void *room,
                               size_t bytes, pfq_error *err)
{
    return talk(MPI_Sendrecv(data, (int)bytes, MPI_BYTE, rank_or_none(to), TAG_MESSAGE, room,
                             (int)bytes, MPI_BYTE, rank_or_none(from), TAG_MESSAGE,
                             mpi_team(team)->comm, MPI_STATUS_IGNORE),
                "cannot send and receive", err);
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
    free(made->requests);
    free(made->sends);
    free(made);
}

static void destroy(pfq_team *team)
{
    MPI_Comm_free(&mpi_team(team)->comm);
    release_memory(mpi_team(team));
}

static const struct team_operations over_mpi = {
    .exchange_limit = INT_MAX,
    .hint_key_most = MPI_MAX_INFO_KEY - 1, /* Open MPI counts the end of a text, others do not */
    .hint_value_most = MPI_MAX_INFO_VAL - 1,
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
    .pass = pass_message,
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

/* The hints as MPI wants them; MPI_INFO_NULL if there are none, or no memory for them: they may
 * make a run faster, and nothing depends on them. */
static MPI_Info info_of(const pfq_team *team)
{
    MPI_Info info = MPI_INFO_NULL;
    if (team->hint_count && MPI_Info_create(&info) != MPI_SUCCESS)
        return MPI_INFO_NULL;
    for (size_t i = 0; i < team->hint_count; i++)
        (void)MPI_Info_set(info, team->hints[i].key, team->hints[i].value);
    return info;
}

/* Notes which hints MPI holds on to with this file. */
static void note_hints(pfq_team *team, MPI_File handle)
{
    char value[MPI_MAX_INFO_VAL + 1];
    MPI_Info info;
    if (!team->hint_count || MPI_File_get_info(handle, &info) != MPI_SUCCESS)
        return;
    for (size_t i = 0; i < team->hint_count; i++) {
        int there = 0;
        (void)MPI_Info_get(info, team->hints[i].key, MPI_MAX_INFO_VAL, value, &there);
        team_hint_note(&team->hints[i], there ? value : "");
    }
    MPI_Info_free(&info);
}

static pfq_status open_file(pfq_team *team, const char *path, enum team_file_mode mode,
                            struct team_file **file, pfq_error *err)
{
    struct stat about;
    if (mode == TEAM_WRITE && lstat(path, &about) == 0 && S_ISLNK(about.st_mode))
        return error_set(err, PFQ_IO, path, "cannot open: %s", strerror(ELOOP));
    struct mpi_file *const opened = memory_allocate(1, sizeof *opened, err);
    if (!opened)
        return PFQ_NO_MEMORY;
    const int access = mode == TEAM_READ ? MPI_MODE_RDONLY : MPI_MODE_WRONLY;
    MPI_Info info = info_of(team);
    const int code = MPI_File_open(MPI_COMM_SELF, path, access, info, &opened->handle);
    if (info != MPI_INFO_NULL)
        MPI_Info_free(&info);
    if (code != MPI_SUCCESS) {
        free(opened);
        return explain_open(code, path, mode, err);
    }
    MPI_File_set_errhandler(opened->handle, MPI_ERRORS_RETURN);
    note_hints(team, opened->handle);
    *file = &opened->file;
    return PFQ_OK;
}

/* A file is cut into stripes when it is made, so hints about that must be given here. Where MPI
 * cannot make it, it is made without them, or the system says why not. */
static int create_file(pfq_team *team, const char *path)
{
    const int access = MPI_MODE_WRONLY | MPI_MODE_CREATE | MPI_MODE_EXCL;
    MPI_Info info = info_of(team);
    MPI_File handle;
    if (info == MPI_INFO_NULL)
        return team_posix_files.create(team, path);
    const int code = MPI_File_open(MPI_COMM_SELF, path, access, info, &handle);
    MPI_Info_free(&info);
    if (code != MPI_SUCCESS)
        return team_posix_files.create(team, path);
    (void)MPI_File_close(&handle);
    return 0;
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
    .create = create_file,
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
    made->requests = memory_allocate(2 * (size_t)size, sizeof *made->requests, err);
    made->sends = memory_allocate((size_t)size, sizeof *made->sends, err);
    if (made->team.incoming && made->requests && made->sends)
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
