/*
 * Texts in memory that are read as files are, so that the wheel of the input turns for both.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "team/operations.h"

struct memory_file {
    struct team_file file;
    uint64_t bytes;
};

static pfq_status read_memory(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                              size_t *got, pfq_error *err)
{
    (void)err;
    const uint64_t size = ((struct memory_file *)file)->bytes;
    const uint64_t there = offset < size ? size - offset : 0;
    *got = bytes < there ? bytes : (size_t)there;
    if (*got)
        memcpy(data, file->memory + offset, *got);
    return PFQ_OK;
}

static pfq_status write_memory(struct team_file *file, uint64_t offset, const void *data,
                               size_t bytes, size_t *put, pfq_error *err)
{
    (void)offset, (void)data, (void)bytes;
    *put = 0;
    return error_set(err, PFQ_USAGE, file->path, "a text in memory cannot be written");
}

static pfq_status sync_memory(struct team_file *file, pfq_error *err)
{
    (void)file, (void)err;
    return PFQ_OK;
}

static pfq_status close_memory(struct team_file *file, pfq_error *err)
{
    (void)err;
    free(file);
    return PFQ_OK;
}

static const struct team_file_operations memory_files = {
    .read = read_memory, .write = write_memory, .sync = sync_memory, .close = close_memory};

pfq_status team_file_of_memory(const void *text, uint64_t bytes, const char *name,
                               struct team_file **file, pfq_error *err)
{
    struct memory_file *const made = memory_allocate(1, sizeof *made, err);
    char *const path = made ? memory_string(name, err) : NULL;
    if (!path) {
        free(made);
        return PFQ_NO_MEMORY;
    }
    made->file = (struct team_file){
        .operations = &memory_files, .path = path, .call_bytes = TEAM_CALL_BYTES, .memory = text};
    made->bytes = bytes;
    *file = &made->file;
    return PFQ_OK;
}

const uint8_t *team_file_memory(const struct team_file *file)
{
    return file->memory;
}
