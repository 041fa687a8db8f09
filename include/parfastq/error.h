/*
 * One error, complete: what, where, and the sentence for a person.
 *
 * Fixed size and without pointers, so that a rank can broadcast it. Every function that can fail
 * takes a `pfq_error *` as its last parameter (NULL if only the status matters), returns the
 * status, and leaves the error untouched when it succeeds.
 */
#ifndef PARFASTQ_ERROR_H
#define PARFASTQ_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "parfastq/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PFQ_ERROR_FILE_BYTES = 1024, PFQ_ERROR_MESSAGE_BYTES = 768 };

typedef struct pfq_error {
    pfq_status status;
    int32_t rank;                          /* the rank that met it; 0 in a team of one */
    uint64_t line;                         /* 1-based line of the file; 0: no place in a text */
    uint64_t record;                       /* 1-based record of the file; 0: none */
    uint64_t byte;                         /* 0-based offset in the text of the file */
    char file[PFQ_ERROR_FILE_BYTES];       /* path as given; "" if no file is concerned */
    char message[PFQ_ERROR_MESSAGE_BYTES]; /* one sentence, no newline */
} pfq_error;

/* Fills an error for a callback to return: status and sentence, no place. err may be NULL.
 * Collective: no. Threads: safe. Owns: nothing.
 * Returns: `status`. */
pfq_status pfq_error_say(pfq_error *err, pfq_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the error as one line, `file:line: record N, byte B: message`, with what is known.
 * `size` bytes at most, always terminated; names from the input are shown with control
 * characters escaped.
 * Collective: no. Threads: safe. Owns: nothing.
 * Returns: the length the whole line has, like snprintf. */
int pfq_error_format(const pfq_error *err, char *line, size_t size);

#ifdef __cplusplus
}
#endif
#endif
