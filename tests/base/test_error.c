/*
 * Claim: an error is shown as one line with what is known of its place, names cannot harm a
 * terminal, and the table gives every status a sentence and an exit code from 0 to 3.
 */
#include <errno.h>

#include "base/error.h"
#include "support/check.h"

int main(void)
{
    pfq_error err;
    char line[4096];
    for (int status = 0; status < PFQ_STATUS_COUNT; status++) {
        CHECK(pfq_status_sentence((pfq_status)status)[0]);
        const int code = pfq_status_exit_code((pfq_status)status);
        CHECK(code >= 0 && code <= 3 && (code == 0) == (status == PFQ_OK));
    }
    CHECK_EQUAL(pfq_status_exit_code((pfq_status)9999), 3);

    CHECK_EQUAL(error_set(&err, PFQ_BAD_LENGTH, "reads.fastq", "%d bases but %d", 150, 149),
                PFQ_BAD_LENGTH);
    err.line = 193048;
    err.record = 48262;
    err.byte = 17203311;
    pfq_error_format(&err, line, sizeof line);
    CHECK_TEXT(line, "reads.fastq:193048: record 48262, byte 17203311: 150 bases but 149");
    CHECK_EQUAL(error_set(NULL, PFQ_IO, "x", "y"), PFQ_IO);

    error_set(&err, PFQ_IO, "a\x1b[31m\n", "gone");
    pfq_error_format(&err, line, sizeof line);
    CHECK_TEXT(line, "a\\x1b[31m\\x0a: gone");
    CHECK_EQUAL(pfq_error_format(&err, line, 5), (int)strlen("a\\x1b[31m\\x0a: gone"));
    CHECK_TEXT(line, "a\\x1");

    error_escape(line, 12, "abcdefghijkl", 12);
    CHECK(strlen(line) < 12 && strcmp(line + strlen(line) - 3, "...") == 0);

    /* UTF-8 stays; its control characters, what is cut short and what is no UTF-8 do not. */
    error_escape_controls(line, sizeof line, "\xc3\xa9\t\xe6\x97\xa5\xf0\x9f\xa7\xac\x7f");
    CHECK_TEXT(line, "\xc3\xa9\\x09\xe6\x97\xa5\xf0\x9f\xa7\xac\\x7f");
    error_escape_controls(line, sizeof line, "\xc2\x9b\xe9z\xe6\x97");
    CHECK_TEXT(line, "\\xc2\\x9b\\xe9z\\xe6\\x97");
    error_escape_controls(line, 9, "12345\xc3\xa9");
    CHECK_TEXT(line, "12345...");

    CHECK_EQUAL(error_status_of_errno(ENOSPC), PFQ_NO_SPACE);
    CHECK_EQUAL(error_status_of_errno(ENOENT), PFQ_NOT_FOUND);
    CHECK_EQUAL(error_status_of_errno(EACCES), PFQ_IO);
    CHECK_EQUAL(error_status_of_errno(EDQUOT), PFQ_NO_SPACE);
    CHECK_EQUAL(error_status_of_errno(ENOMEM), PFQ_NO_MEMORY);
    CHECK_EQUAL(error_status_of_errno(EEXIST), PFQ_EXISTS);

    CHECK_EQUAL(error_stopped(&err, 1), PFQ_STOPPED);
    CHECK_TEXT(err.message, "stopped after 1 record");
    CHECK_EQUAL(err.record, 1);
    CHECK_EQUAL(error_stopped(NULL, 2), PFQ_STOPPED);
    CHECK_EQUAL(pfq_error_say(&err, PFQ_BAD_BASE, "%d%%", 7), PFQ_BAD_BASE);
    CHECK_TEXT(err.message, "7%");
    CHECK_EQUAL(pfq_error_say(NULL, PFQ_BAD_BASE, "x"), PFQ_BAD_BASE);
    error_in_file(&err, "a");
    CHECK_TEXT(err.file, "a");
    return 0;
}
