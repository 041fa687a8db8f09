/*
 * The whole file in memory, its line ends replaced by the NULs that end names.
 */
#include "run/names_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 20 };

/* One byte more than is read is kept free, for the last NUL. */
static pfq_status read_all(FILE *in, const char *name, struct buffer *text, size_t *size,
                           pfq_error *err)
{
    size_t got;
    *size = 0;
    do {
        const size_t room = *size + PIECE_BYTES + 1;
        if (room > text->capacity && buffer_reserve(text, 2 * room, *size, err))
            return PFQ_NO_MEMORY;
        got = fread(text->data + *size, 1, PIECE_BYTES, in);
        *size += got;
    } while (got > 0);
    if (ferror(in))
        return error_set(err, PFQ_IO, name, "cannot read: %s", strerror(errno));
    text->data[*size] = '\n';
    return PFQ_OK;
}

static pfq_status split(struct names_file *file, size_t size, const char *name, pfq_error *err)
{
    char *line = (char *)file->text.data;
    char *const end = line + size;
    if (memchr(line, '\0', size))
        return error_set(err, PFQ_BAD_NAME, name, "holds a NUL, which no name does");
    while (line < end) {
        char *const next = memchr(line, '\n', (size_t)(end - line) + 1);
        char *last = next;
        if (last > line && last[-1] == '\r')
            last--;
        *last = '\0';
        if (last > line) {
            if (memory_grow(&file->names, &file->capacity, file->count + 1, sizeof *file->names,
                            err))
                return PFQ_NO_MEMORY;
            file->names[file->count++] = line;
        }
        line = next + 1;
    }
    return PFQ_OK;
}

pfq_status names_file_read(const char *path, struct names_file *file, pfq_error *err)
{
    size_t size;
    const bool standard = strcmp(path, "-") == 0;
    const char *const name = standard ? "standard input" : path;
    FILE *in = standard ? stdin : fopen(path, "rb");
    if (!in)
        return error_set(err, error_status_of_errno(errno), path, "cannot open: %s",
                         strerror(errno));
    pfq_status status = read_all(in, name, &file->text, &size, err);
    if (!standard)
        fclose(in);
    if (!status)
        status = split(file, size, name, err);
    return status;
}

void names_file_release(struct names_file *file)
{
    buffer_release(&file->text);
    free(file->names);
    *file = (struct names_file){0};
}
