/*
 * A list of names in a file: one a line, blank lines and line ends left out.
 */
#ifndef RUN_NAMES_FILE_H
#define RUN_NAMES_FILE_H

#include "base/memory.h"

struct names_file {
    struct buffer text;
    const char **names; /* in the text, terminated */
    size_t count, capacity;
};

/* Reads a file, or standard input for "-". *file is all zero before; a name that holds a NUL is
 * PFQ_BAD_NAME. Owns: names_file_release, also after a failure. */
pfq_status names_file_read(const char *path, struct names_file *file, pfq_error *err);

void names_file_release(struct names_file *file);

#endif
