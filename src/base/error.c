/*
 * Errors and statuses: the table in words, and the one line a person reads.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *sentence;
    int exit_code;
} table[] = {
#define ROW(name, exit_code, sentence) {sentence, exit_code},
    PFQ_STATUS_TABLE(ROW)
#undef ROW
};

static bool in_table(pfq_status status)
{
    return (unsigned)status < PFQ_STATUS_COUNT;
}

const char *pfq_status_sentence(pfq_status status)
{
    return in_table(status) ? table[status].sentence : "unknown status";
}

int pfq_status_exit_code(pfq_status status)
{
    return in_table(status) ? table[status].exit_code : 3;
}

static void fill(pfq_error *err, pfq_status status, const char *file, const char *format,
                 va_list arguments)
{
    memset(err, 0, sizeof *err);
    err->status = status;
    if (file)
        snprintf(err->file, sizeof err->file, "%s", file);
    vsnprintf(err->message, sizeof err->message, format, arguments);
}

pfq_status error_set(pfq_error *err, pfq_status status, const char *file, const char *format, ...)
{
    if (!err)
        return status;
    va_list arguments;
    va_start(arguments, format);
    fill(err, status, file, format, arguments);
    va_end(arguments);
    return status;
}

void error_in_file(pfq_error *err, const char *file)
{
    snprintf(err->file, sizeof err->file, "%s", file);
}

pfq_status error_stopped(pfq_error *err, uint64_t records)
{
    error_set(err, PFQ_STOPPED, NULL, "stopped after %llu record%s", (unsigned long long)records,
              records == 1 ? "" : "s");
    if (err)
        err->record = records;
    return PFQ_STOPPED;
}

pfq_status pfq_error_say(pfq_error *err, pfq_status status, const char *format, ...)
{
    if (!err)
        return status;
    va_list arguments;
    va_start(arguments, format);
    fill(err, status, NULL, format, arguments);
    va_end(arguments);
    return status;
}

pfq_status error_status_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return PFQ_NO_SPACE;
    case ENOMEM:
        return PFQ_NO_MEMORY;
    case ENOENT:
    case ENOTDIR:
        return PFQ_NOT_FOUND;
    case EEXIST:
        return PFQ_EXISTS;
    default:
        return PFQ_IO;
    }
}

static bool is_printable(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* The bytes of the character of UTF-8 at the beginning of a text of printable characters beyond
 * ASCII; 0: something else. U+0080 to U+009F are control characters. */
static size_t utf8_bytes(const unsigned char *text, size_t size)
{
    const size_t bytes = text[0] >= 0xc2 && text[0] < 0xe0   ? 2
                         : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
                         : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                             : 0;
    if (bytes > size || (bytes && text[0] == 0xc2 && text[1] < 0xa0))
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return bytes;
}

/* `size` bytes for a person to read, with or without what is not ASCII. */
static void escape(char *out, size_t out_size, const unsigned char *text, size_t size, bool utf8)
{
    size_t used = 0;
    for (size_t i = 0, plain; i < size; i += plain ? plain : 1) {
        plain = is_printable(text[i]) ? 1 : utf8 ? utf8_bytes(text + i, size - i) : 0;
        const size_t need = plain ? plain : 4;
        if (used + need + 4 > out_size) {
            snprintf(out + used, out_size - used, "...");
            return;
        }
        if (plain)
            memcpy(out + used, text + i, plain);
        else
            snprintf(out + used, out_size - used, "\\x%02x", text[i]);
        used += need;
    }
    out[used] = '\0';
}

void error_escape(char *out, size_t out_size, const void *text, size_t text_size)
{
    escape(out, out_size, text, text_size, false);
}

void error_escape_controls(char *out, size_t out_size, const char *text)
{
    escape(out, out_size, (const unsigned char *)text, strlen(text), true);
}

int pfq_error_format(const pfq_error *err, char *line, size_t size)
{
    char file[PFQ_ERROR_FILE_BYTES * 4];
    error_escape(file, sizeof file, err->file, strnlen(err->file, sizeof err->file));
    const char *message = err->message[0] ? err->message : pfq_status_sentence(err->status);
    if (!file[0])
        return snprintf(line, size, "%s", message);
    if (!err->line)
        return snprintf(line, size, "%s: %s", file, message);
    return snprintf(line, size, "%s:%llu: record %llu, byte %llu: %s", file,
                    (unsigned long long)err->line, (unsigned long long)err->record,
                    (unsigned long long)err->byte, message);
}
