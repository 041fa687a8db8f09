/*
 * Files: exactly the bytes that were asked for, or an error.
 *
 * A read or write of any size becomes calls of at most `call_bytes`. A call may move fewer bytes
 * than it was asked to (network file systems do), so each loop goes on from where the last call
 * stopped; only a call that moves nothing is the end of the file, and then the file is shorter than
 * it was when the plan was made.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "team/operations.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Directories can be opened and pipes can even be read, but not at offsets; better said now. A path
 * that cannot be looked at is left to open, which knows why. */
static pfq_status check_kind(const char *path, pfq_error *err)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return PFQ_OK;
    if (S_ISDIR(about.st_mode))
        return error_set(err, PFQ_USAGE, path, "is a directory");
    if (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode))
        return error_set(err, PFQ_UNSUPPORTED, path,
                         "is a pipe, and parallel access needs a file; write it to a file first");
    return PFQ_OK;
}

pfq_status team_file_open(pfq_team *team, const char *path, enum team_file_mode mode,
                          struct team_file **file, pfq_error *err)
{
    *file = NULL;
    pfq_status status = check_kind(path, err);
    if (status != PFQ_OK)
        return status;
    char *const copy = memory_string(path, err);
    if (!copy)
        return PFQ_NO_MEMORY;
    status = team->files->open(team, path, mode, file, err);
    if (status != PFQ_OK) {
        free(copy);
        return status;
    }
    (*file)->operations = team->files;
    (*file)->path = copy;
    (*file)->call_bytes = team->call_bytes;
    return PFQ_OK;
}

bool team_file_for_threads(const struct team_file *file)
{
    return file->operations->for_threads;
}

pfq_status team_file_read(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                          pfq_error *err)
{
    uint8_t *const first = data;
    for (size_t done = 0; done < bytes;) {
        const size_t piece = smaller(bytes - done, file->call_bytes);
        size_t got = 0;
        const pfq_status status =
            file->operations->read(file, offset + done, first + done, piece, &got, err);
        if (status != PFQ_OK)
            return status;
        if (got == 0)
            return error_set(err, PFQ_IO, file->path,
                             "short read: %zu of %zu bytes at offset %llu: "
                             "the file shrank while it was being read",
                             done, bytes, (unsigned long long)offset);
        done += got;
    }
    return PFQ_OK;
}

pfq_status team_file_write(struct team_file *file, uint64_t offset, const void *data, size_t bytes,
                           pfq_error *err)
{
    const uint8_t *const first = data;
    for (size_t done = 0; done < bytes;) {
        const size_t piece = smaller(bytes - done, file->call_bytes);
        size_t put = 0;
        const pfq_status status =
            file->operations->write(file, offset + done, first + done, piece, &put, err);
        if (status != PFQ_OK)
            return status;
        if (put == 0)
            return error_set(err, PFQ_IO, file->path,
                             "short write: %zu of %zu bytes at offset %llu", done, bytes,
                             (unsigned long long)offset);
        done += put;
    }
    return PFQ_OK;
}

pfq_status team_file_sync(struct team_file *file, pfq_error *err)
{
    return file->operations->sync(file, err);
}

pfq_status team_file_close(struct team_file *file, pfq_error *err)
{
    if (!file)
        return PFQ_OK;
    char *const path = file->path;
    const pfq_status status = file->operations->close(file, err);
    free(path);
    return status;
}
