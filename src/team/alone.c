/*
 * A team of one, and files through POSIX.
 *
 * With nobody to talk to, a sum is what it was and what is sent comes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "team/operations.h"

/* ---- talking to oneself ---- */

static pfq_status reduce(pfq_team *team, enum team_reduction reduction, uint64_t *values, size_t n,
                         pfq_error *err)
{
    (void)team, (void)reduction, (void)values, (void)n, (void)err;
    return PFQ_OK;
}

static pfq_status reduce_before(pfq_team *team, enum team_reduction reduction, uint64_t *values,
                                size_t n, pfq_error *err)
{
    (void)team, (void)reduction, (void)err;
    memset(values, 0, n * sizeof *values);
    return PFQ_OK;
}

static pfq_status share(pfq_team *team, int root, void *data, size_t bytes, pfq_error *err)
{
    (void)team, (void)root, (void)data, (void)bytes, (void)err;
    return PFQ_OK;
}

/* To rank 0 or from it: there is only one place. */
static pfq_status copy_words(pfq_team *team, const uint64_t *from, size_t words, uint64_t *to,
                             pfq_error *err)
{
    (void)team, (void)err;
    memmove(to, from, words * sizeof *to);
    return PFQ_OK;
}

static pfq_status trade_counts(pfq_team *team, const uint64_t *counts, uint64_t *incoming,
                               pfq_error *err)
{
    (void)team, (void)err;
    incoming[0] = counts[0];
    return PFQ_OK;
}

static pfq_status trade_items(pfq_team *team, const void *send, const uint64_t *counts,
                              size_t item_bytes, void *received, const uint64_t *incoming,
                              pfq_error *err)
{
    (void)team, (void)incoming, (void)err;
    if (counts[0] > 0)
        memcpy(received, send, (size_t)counts[0] * item_bytes);
    return PFQ_OK;
}

/* team.c lets no message of a team of one come this far. */
static pfq_status no_message(pfq_error *err)
{
    return error_set(err, PFQ_MPI_FAILED, NULL, "a team of one has nobody to talk to");
}

static pfq_status send_message(pfq_team *team, int to, const void *data, size_t bytes,
                               pfq_error *err)
{
    (void)team, (void)to, (void)data, (void)bytes;
    return no_message(err);
}

static pfq_status receive_message(pfq_team *team, int from, void *data, size_t bytes,
                                  pfq_error *err)
{
    (void)team, (void)from, (void)data, (void)bytes;
    return no_message(err);
}

static pfq_status pass_message(pfq_team *team, int to, const void *data, int from, void *room,
                               size_t bytes, pfq_error *err)
{
    (void)team, (void)to, (void)data, (void)from, (void)room, (void)bytes;
    return no_message(err);
}

static pfq_status wait_for_nobody(pfq_team *team, pfq_error *err)
{
    (void)team, (void)err;
    return PFQ_OK;
}

static pfq_status unite_machine(pfq_team *team, uint8_t *mask, size_t bytes, int *local_ranks,
                                pfq_error *err)
{
    (void)team, (void)mask, (void)bytes, (void)err;
    *local_ranks = 1;
    return PFQ_OK;
}

static pfq_status meet_alike(pfq_team *team, int colour, int *rank, int *ranks, pfq_error *err)
{
    (void)team, (void)colour, (void)err;
    *rank = 0;
    *ranks = 1;
    return PFQ_OK;
}

static void destroy(pfq_team *team)
{
    free(team);
}

static const struct team_operations alone = {
    .exchange_limit = SIZE_MAX,
    .hint_key_most = SIZE_MAX,
    .hint_value_most = SIZE_MAX,
    .reduce = reduce,
    .reduce_before = reduce_before,
    .share = share,
    .gather = copy_words,
    .scatter = copy_words,
    .gather_all = copy_words,
    .trade_counts = trade_counts,
    .trade_items = trade_items,
    .send = send_message,
    .receive = receive_message,
    .pass = pass_message,
    .wait = wait_for_nobody,
    .unite_machine = unite_machine,
    .meet_alike = meet_alike,
    .destroy = destroy,
};

pfq_status pfq_team_alone(pfq_team **team, pfq_error *err)
{
    *team = NULL;
    pfq_team *const made = memory_allocate(1, sizeof *made, err);
    if (!made)
        return PFQ_NO_MEMORY;
    *made = (pfq_team){.rank = 0,
                       .size = 1,
                       .operations = &alone,
                       .files = &team_posix_files,
                       .call_bytes = TEAM_CALL_BYTES,
                       .incoming = memory_allocate(1, sizeof *made->incoming, err)};
    if (!made->incoming) {
        free(made);
        return PFQ_NO_MEMORY;
    }
    *team = made;
    return PFQ_OK;
}

/* ---- files ---- */

struct posix_file {
    struct team_file file;
    int descriptor;
};

static struct posix_file *posix_file(struct team_file *file)
{
    return (struct posix_file *)file;
}

static pfq_status open_file(pfq_team *team, const char *path, enum team_file_mode mode,
                            struct team_file **file, pfq_error *err)
{
    (void)team;
    struct posix_file *const opened = memory_allocate(1, sizeof *opened, err);
    if (!opened)
        return PFQ_NO_MEMORY;
    const int flags =
        mode == TEAM_READ ? O_RDONLY : O_WRONLY | O_NOFOLLOW; /* outputs are no links */
    opened->descriptor = open(path, flags | O_CLOEXEC);
    if (opened->descriptor < 0) {
        const int number = errno;
        free(opened);
        return error_set(err, error_status_of_errno(number), path, "cannot open: %s",
                         strerror(number));
    }
    *file = &opened->file;
    return PFQ_OK;
}

/* The umask and the defaults of the directory decide who may read the file, as for any other file.
 */
static int create_file(pfq_team *team, const char *path)
{
    (void)team;
    const int descriptor = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return errno;
    close(descriptor);
    return 0;
}

static pfq_status cannot(const struct team_file *file, const char *what, uint64_t offset,
                         int number, pfq_error *err)
{
    return error_set(err, error_status_of_errno(number), file->path, "cannot %s at offset %llu: %s",
                     what, (unsigned long long)offset, strerror(number));
}

static pfq_status read_file(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                            size_t *got, pfq_error *err)
{
    ssize_t n;
    do
        n = pread(posix_file(file)->descriptor, data, bytes, (off_t)offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cannot(file, "read", offset, errno, err);
    *got = (size_t)n;
    return PFQ_OK;
}

static pfq_status write_file(struct team_file *file, uint64_t offset, const void *data,
                             size_t bytes, size_t *put, pfq_error *err)
{
    ssize_t n;
    do
        n = pwrite(posix_file(file)->descriptor, data, bytes, (off_t)offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cannot(file, "write", offset, errno, err);
    *put = (size_t)n;
    return PFQ_OK;
}

/* EINVAL: a file system that cannot sync. */
static pfq_status sync_file(struct team_file *file, pfq_error *err)
{
    if (fsync(posix_file(file)->descriptor) == 0 || errno == EINVAL)
        return PFQ_OK;
    const int number = errno;
    return error_set(err, error_status_of_errno(number), file->path, "cannot write to disk: %s",
                     strerror(number));
}

static pfq_status close_file(struct team_file *file, pfq_error *err)
{
    const int number = close(posix_file(file)->descriptor) == 0 ? 0 : errno;
    pfq_status status = PFQ_OK;
    if (number != 0 && number != EINTR)
        status = error_set(err, error_status_of_errno(number), file->path, "cannot close: %s",
                           strerror(number));
    free(file);
    return status;
}

const struct team_file_operations team_posix_files = {
    .for_threads = true,
    .open = open_file,
    .create = create_file,
    .read = read_file,
    .write = write_file,
    .sync = sync_file,
    .close = close_file,
};
