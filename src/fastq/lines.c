/*
 * Lines, and the sentences for what is wrong with them.
 */
#include "fastq/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "fastq/forms.h"

enum { EXCERPT_BYTES = 40, ENOUGH_BYTES = 2 * EXCERPT_BYTES };

enum line_taken lines_take(struct line_cursor *cursor, struct line *line)
{
    const uint8_t *data = cursor->text.data + cursor->next;
    const size_t left = cursor->text.size - cursor->next;
    const uint8_t *end = left ? memchr(data, '\n', left) : NULL;
    if (!end && !cursor->at_end)
        return LINE_UNDECIDED;
    if (!left)
        return LINE_MISSING;
    size_t size = end ? (size_t)(end - data) : left;
    cursor->next += size + (end ? 1 : 0);
    const bool cr = size > 0 && data[size - 1] == '\r';
    *line = (struct line){data, size - cr, cr, end != NULL};
    return LINE_TAKEN;
}

enum fastq_verdict lines_bad(struct fastq_fault *fault, pfq_status status, uint64_t number,
                             const char *format, ...)
{
    fault->status = status;
    fault->line = number;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return FASTQ_RECORD_BAD;
}

enum fastq_verdict lines_truncated(struct fastq_fault *fault, uint64_t number, int line)
{
    static const char *const missing[LINES] = {"header", "line of bases", "'+' line",
                                               "line of quality values"};
    return lines_bad(fault, PFQ_TRUNCATED, number, "the file ends inside this record: it has no %s",
                     missing[line]);
}

/* The beginning of a line, for a message. */
static const char *excerpt(const struct line *line, char *out, size_t size)
{
    error_escape(out, size, line->data, line->size < EXCERPT_BYTES ? line->size : EXCERPT_BYTES);
    return out;
}

enum fastq_verdict lines_bad_header(const struct line *line, struct fastq_fault *fault)
{
    char text[64];
    return lines_bad(fault, PFQ_BAD_HEADER, LINE_NAME,
                     "expected a header that begins with '@', found '%s'",
                     excerpt(line, text, sizeof text));
}

enum fastq_verdict lines_bad_plus(const struct line *line, uint64_t number,
                                  const struct fastq_rules *rules, struct fastq_fault *fault)
{
    char text[64];
    excerpt(line, text, sizeof text);
    const bool letters = line->size && line->data[0] >= 'A' &&
                         rules->kernel->not_base(line->data, line->size) == line->size;
    if (rules->multiline)
        return lines_bad(fault, PFQ_BAD_PLUS, number,
                         "expected more bases or the '+' line, found '%s'", text);
    if (letters)
        return lines_bad(fault, PFQ_BAD_PLUS, number,
                         "expected the '+' line, found '%s': bases wrapped over several lines "
                         "(multi-line FASTQ) are read with --multiline",
                         text);
    return lines_bad(fault, PFQ_BAD_PLUS, number, "expected the '+' line, found '%s'", text);
}

/* Whether the line at the cursor, whose end is not in sight, may be blank: a byte that is not CR
 * settles it. */
static bool may_be_blank(const struct line_cursor *cursor)
{
    for (size_t i = cursor->next; i < cursor->text.size; i++)
        if (cursor->text.data[i] != '\r')
            return false;
    return true;
}

/* A blank line where a record should begin: the tail of the file, or a fault. */
static enum fastq_verdict blank(struct line_cursor cursor, struct fastq_fault *fault)
{
    struct line line;
    for (;;) {
        const enum line_taken taken = lines_take(&cursor, &line);
        if (taken == LINE_MISSING)
            return FASTQ_RECORD_TAIL;
        if (taken == LINE_UNDECIDED && may_be_blank(&cursor))
            return FASTQ_RECORD_MORE;
        if (taken == LINE_UNDECIDED || line.size)
            return lines_bad(fault, PFQ_BLANK_LINE, LINE_NAME,
                             "a blank line where a record should begin");
    }
}

/* A first line whose end is not in sight: wrong already, if it is long enough to say so in the
 * words the whole line would get. */
static enum fastq_verdict peek_header(const struct line_cursor *cursor, struct fastq_fault *fault)
{
    const struct line line = {cursor->text.data + cursor->next, cursor->text.size - cursor->next,
                              false, false};
    if (line.size <= ENOUGH_BYTES || line.data[0] == '@' || line.data[0] == '\r')
        return FASTQ_RECORD_MORE;
    return lines_bad_header(&line, fault);
}

enum fastq_verdict lines_take_header(struct line_cursor *cursor, struct line *line,
                                     struct fastq_fault *fault)
{
    const struct line_cursor start = *cursor;
    const enum line_taken taken = lines_take(cursor, line);
    if (taken == LINE_UNDECIDED)
        return peek_header(cursor, fault);
    if (taken == LINE_MISSING)
        return lines_truncated(fault, LINE_NAME, LINE_NAME);
    if (line->size == 0)
        return blank(start, fault);
    return line->data[0] == '@' ? FASTQ_RECORD_GOOD : lines_bad_header(line, fault);
}

enum fastq_verdict lines_check_name(const struct line *name, const struct line *plus,
                                    uint64_t number, struct fastq_fault *fault)
{
    if (memchr(name->data, '\0', name->size))
        return lines_bad(fault, PFQ_BAD_NAME, LINE_NAME, "a NUL byte in the name");
    if (name->size > UINT32_MAX)
        return lines_bad(fault, PFQ_BAD_NAME, LINE_NAME, "a name longer than 4 GiB");
    if (plus->size > 1 &&
        (plus->size != name->size || memcmp(plus->data + 1, name->data + 1, name->size - 1) != 0))
        return lines_bad(fault, PFQ_BAD_PLUS, number,
                         "the '+' line repeats another name than the header's");
    return FASTQ_RECORD_GOOD;
}

static enum fastq_verdict bad_byte(struct fastq_fault *fault, pfq_status status, uint64_t number,
                                   const struct line *line, size_t at, const char *what)
{
    char shown[16];
    error_escape(shown, sizeof shown, line->data + at, 1);
    return lines_bad(fault, status, number, "'%s' at position %zu is not a %s", shown, at + 1,
                     what);
}

enum fastq_verdict lines_check_bases(const struct line *line, uint64_t number,
                                     const struct fastq_rules *rules, struct fastq_fault *fault)
{
    size_t at = rules->kernel->not_base(line->data, line->size);
    if (at < line->size)
        return bad_byte(fault, PFQ_BAD_BASE, number, line, at, "base");
    at = rules->coded ? forms_not_coded(line->data, line->size) : line->size;
    if (at < line->size)
        return bad_byte(fault, PFQ_BAD_BASE, number, line, at,
                        "base that has a code (A, C, G, T and N have)");
    return FASTQ_RECORD_GOOD;
}

enum fastq_verdict lines_check_quality(const struct line *line, uint64_t number,
                                       const struct fastq_rules *rules, struct fastq_fault *fault)
{
    const size_t at =
        rules->kernel->outside(line->data, line->size, rules->quality_min, rules->quality_max);
    if (at < line->size)
        return bad_byte(fault, PFQ_BAD_QUALITY, number, line, at, "quality value in this encoding");
    return FASTQ_RECORD_GOOD;
}
