/*
 * Filling a pfq_error. Every function returns the status, so that failing is one line:
 *
 *     return error_set(err, PFQ_IO, path, "cannot read: %s", strerror(errno));
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "parfastq/error.h"

/* Writes status, file (NULL: none) and message; clears the place. err may be NULL. */
pfq_status error_set(pfq_error *err, pfq_status status, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Names the file an error is about, which did not know it itself. */
void error_in_file(pfq_error *err, const char *file);

/* A run that was asked to end, and did so after this many records: PFQ_STOPPED. */
pfq_status error_stopped(pfq_error *err, uint64_t records);

/* The status an errno value stands for: PFQ_NO_SPACE, PFQ_NO_MEMORY, PFQ_NOT_FOUND, PFQ_EXISTS or
 * PFQ_IO. */
pfq_status error_status_of_errno(int number);

/* Copies `text` for a person to read: control characters and bytes that are not ASCII become \xHH,
 * an overlong text ends in "...". Always terminated. */
void error_escape(char *out, size_t out_size, const void *text, size_t text_size);

/* The same for tables and reports, where a name should look like itself: UTF-8 stays, but for its
 * control characters. */
void error_escape_controls(char *out, size_t out_size, const char *text);

#endif
