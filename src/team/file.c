/*
 * Files: exactly the bytes that were asked for, or an error.
 *
 * A read or write of any size becomes calls of at most `call_bytes`. A call may move fewer bytes
 * than it was asked to (network file systems do), so each loop goes on from where the last call
 * stopped; only a call that moves nothing is the end of the file, and then the file is shorter than
 * it was when the plan was made. A read that was started is the same loop with a head start: its
 * pieces are begun at once, and whatever they did not deliver is read when it is finished.
 */
#include <assert.h>
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
    status = team->files->open(path, mode, file, err);
    if (status != PFQ_OK) {
        free(copy);
        return status;
    }
    (*file)->operations = team->files;
    (*file)->path = copy;
    (*file)->call_bytes = team->call_bytes;
    return PFQ_OK;
}

pfq_status team_short_read(const struct team_file *file, uint64_t offset, size_t got, size_t bytes,
                           pfq_error *err)
{
    return error_set(err, PFQ_IO, file->path,
                     "short read: %zu of %zu bytes at offset %llu: "
                     "the file shrank while it was being read",
                     got, bytes, (unsigned long long)offset);
}

/* Reads bytes [done, bytes) of a read of which `done` bytes are there. */
static pfq_status read_rest(struct team_file *file, uint64_t offset, uint8_t *data, size_t bytes,
                            size_t done, pfq_error *err)
{
    while (done < bytes) {
        const size_t piece = smaller(bytes - done, file->call_bytes);
        size_t got = 0;
        const pfq_status status =
            file->operations->read(file, offset + done, data + done, piece, &got, err);
        if (status != PFQ_OK)
            return status;
        if (got == 0)
            return team_short_read(file, offset, done, bytes, err);
        done += got;
    }
    return PFQ_OK;
}

pfq_status team_file_read(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                          pfq_error *err)
{
    return read_rest(file, offset, data, bytes, 0, err);
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

/* Every piece is waited for, also behind one that failed. What counts is the unbroken run of bytes
 * from the beginning, *done: behind a short piece all is read again. */
static pfq_status end_pieces(struct team_file *file, size_t *done, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    *done = 0;
    for (size_t i = 0; i < file->pieces; i++) {
        size_t got = 0;
        const bool good = status == PFQ_OK;
        const pfq_status ended = file->operations->finish(file, i, &got, good ? err : NULL);
        if (good)
            status = ended;
        if (*done == i * file->call_bytes)
            *done += got;
    }
    file->pending = false;
    file->pieces = 0;
    return status;
}

pfq_status team_file_start(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                           pfq_error *err)
{
    assert(!file->pending);
    file->pending = true;
    file->offset = offset;
    file->data = data;
    file->bytes = bytes;
    for (size_t done = 0; done < bytes && file->pieces < TEAM_PIECES; done += file->call_bytes) {
        const pfq_status status =
            file->operations->start(file, file->pieces, offset + done, file->data + done,
                                    smaller(bytes - done, file->call_bytes), err);
        if (status != PFQ_OK) {
            (void)end_pieces(file, &done, NULL); /* before the memory is the caller's again */
            return status;
        }
        file->pieces++;
    }
    return PFQ_OK;
}

pfq_status team_file_finish(struct team_file *file, pfq_error *err)
{
    assert(file->pending);
    size_t done;
    const pfq_status status = end_pieces(file, &done, err);
    if (status != PFQ_OK)
        return status;
    return read_rest(file, file->offset, file->data, file->bytes, done, err);
}

pfq_status team_file_sync(struct team_file *file, pfq_error *err)
{
    return file->operations->sync(file, err);
}

pfq_status team_file_close(struct team_file *file, pfq_error *err)
{
    if (!file)
        return PFQ_OK;
    size_t done;
    (void)end_pieces(file, &done, NULL);
    char *const path = file->path;
    const pfq_status status = file->operations->close(file, err);
    free(path);
    return status;
}
