/*
 * One record, line by line. `lines` cuts up to four lines; the checks walk them in the order a
 * serial reader would meet them.
 */
#include "fastq/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "fastq/forms.h"

enum { NAME, BASES, PLUS, QUALITY, LINES };
enum { EXCERPT_BYTES = 40, ENOUGH_BYTES = 2 * EXCERPT_BYTES };

struct line {
    const uint8_t *data;
    size_t size;    /* without line end */
    bool cr, ended; /* ended: by LF */
};

/* The reader's state: where the next line begins. */
struct cursor {
    struct span text;
    size_t next;
    bool at_end;
};

enum taken { TAKEN, MISSING, UNDECIDED };

/* Takes the next line. MISSING: the file ended before it began. */
static enum taken take_line(struct cursor *cursor, struct line *line)
{
    const uint8_t *data = cursor->text.data + cursor->next;
    const size_t left = cursor->text.size - cursor->next;
    const uint8_t *end = left ? memchr(data, '\n', left) : NULL;
    if (!end && !cursor->at_end)
        return UNDECIDED;
    if (!left)
        return MISSING;
    size_t size = end ? (size_t)(end - data) : left;
    cursor->next += size + (end ? 1 : 0);
    const bool cr = size > 0 && data[size - 1] == '\r';
    *line = (struct line){data, size - cr, cr, end != NULL};
    return TAKEN;
}

static enum fastq_verdict bad(struct fastq_fault *fault, pfq_status status, int line,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

static enum fastq_verdict bad(struct fastq_fault *fault, pfq_status status, int line,
                              const char *format, ...)
{
    fault->status = status;
    fault->line = (uint64_t)line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return FASTQ_RECORD_BAD;
}

static enum fastq_verdict truncated(struct fastq_fault *fault, int line)
{
    static const char *const missing[LINES] = {"header", "line of bases", "'+' line",
                                               "line of quality values"};
    return bad(fault, PFQ_TRUNCATED, line, "the file ends inside this record: it has no %s",
               missing[line]);
}

/* The beginning of a line, for a message. */
static const char *excerpt(const struct line *line, char *out, size_t size)
{
    error_escape(out, size, line->data, line->size < EXCERPT_BYTES ? line->size : EXCERPT_BYTES);
    return out;
}

static enum fastq_verdict bad_header(const struct line *line, struct fastq_fault *fault)
{
    char text[64];
    return bad(fault, PFQ_BAD_HEADER, NAME, "expected a header that begins with '@', found '%s'",
               excerpt(line, text, sizeof text));
}

/* Line 3 is not a '+' line; where it looks like more bases, says what such a file is called. */
static enum fastq_verdict bad_plus(const struct line *line, const struct fastq_rules *rules,
                                   struct fastq_fault *fault)
{
    char text[64];
    excerpt(line, text, sizeof text);
    const bool letters = line->size && line->data[0] >= 'A' &&
                         rules->kernel->not_base(line->data, line->size) == line->size;
    if (letters)
        return bad(fault, PFQ_BAD_PLUS, PLUS,
                   "expected the '+' line, found '%s': bases wrapped over several lines "
                   "(multi-line FASTQ) are not read",
                   text);
    return bad(fault, PFQ_BAD_PLUS, PLUS, "expected the '+' line, found '%s'", text);
}

/* Whether the line at the cursor, whose end is not in sight, may be blank: a byte that is not CR
 * settles it. */
static bool may_be_blank(const struct cursor *cursor)
{
    for (size_t i = cursor->next; i < cursor->text.size; i++)
        if (cursor->text.data[i] != '\r')
            return false;
    return true;
}

/* A blank line where a record should begin: the tail of the file, or a fault. */
static enum fastq_verdict blank(struct cursor cursor, struct fastq_fault *fault)
{
    struct line line;
    for (;;) {
        const enum taken taken = take_line(&cursor, &line);
        if (taken == MISSING)
            return FASTQ_RECORD_TAIL;
        if (taken == UNDECIDED && may_be_blank(&cursor))
            return FASTQ_RECORD_MORE;
        if (taken == UNDECIDED || line.size)
            return bad(fault, PFQ_BLANK_LINE, NAME, "a blank line where a record should begin");
    }
}

/* A first line whose end is not in sight: wrong already, if it is long enough to say so in the
 * words the whole line would get. So text that has no lines at all is refused without reading all
 * of it. */
static enum fastq_verdict peek_header(const struct cursor *cursor, struct fastq_fault *fault)
{
    const struct line line = {cursor->text.data + cursor->next, cursor->text.size - cursor->next,
                              false, false};
    if (line.size <= ENOUGH_BYTES || line.data[0] == '@' || line.data[0] == '\r')
        return FASTQ_RECORD_MORE;
    return bad_header(&line, fault);
}

/* Takes the four lines, which are empty till then, and checks what makes them a record. */
static enum fastq_verdict take_record(struct cursor *cursor, const struct fastq_rules *rules,
                                      struct line lines[LINES], struct fastq_fault *fault)
{
    const struct cursor start = *cursor;
    for (int i = 0; i < LINES; i++) {
        const enum taken taken = take_line(cursor, &lines[i]);
        if (taken == UNDECIDED)
            return i == NAME ? peek_header(cursor, fault) : FASTQ_RECORD_MORE;
        const bool none_due = i == QUALITY && lines[BASES].size == 0 && lines[PLUS].ended;
        if (taken == MISSING && !none_due)
            return truncated(fault, i);
        if (i == NAME && lines[i].size == 0)
            return blank(start, fault);
        if (i == NAME && lines[i].data[0] != '@')
            return bad_header(&lines[i], fault);
        if (i == PLUS && (lines[i].size == 0 || lines[i].data[0] != '+'))
            return bad_plus(&lines[i], rules, fault);
    }
    if (lines[BASES].size != lines[QUALITY].size)
        return bad(fault, PFQ_BAD_LENGTH, QUALITY, "%zu bases but %zu quality values",
                   lines[BASES].size, lines[QUALITY].size);
    return FASTQ_RECORD_GOOD;
}

static enum fastq_verdict check_name(const struct line lines[LINES], struct fastq_fault *fault)
{
    if (memchr(lines[NAME].data, '\0', lines[NAME].size))
        return bad(fault, PFQ_BAD_NAME, NAME, "a NUL byte in the name");
    if (lines[NAME].size > UINT32_MAX)
        return bad(fault, PFQ_BAD_NAME, NAME, "a name longer than 4 GiB");
    if (lines[PLUS].size > 1 &&
        (lines[PLUS].size != lines[NAME].size ||
         memcmp(lines[PLUS].data + 1, lines[NAME].data + 1, lines[NAME].size - 1) != 0))
        return bad(fault, PFQ_BAD_PLUS, PLUS,
                   "the '+' line repeats another name than the header's");
    return FASTQ_RECORD_GOOD;
}

static enum fastq_verdict bad_byte(struct fastq_fault *fault, pfq_status status, int line,
                                   const struct line *text, size_t at, const char *what)
{
    char shown[16];
    error_escape(shown, sizeof shown, text->data + at, 1);
    return bad(fault, status, line, "'%s' at position %zu is not a %s", shown, at + 1, what);
}

static enum fastq_verdict check_contents(const struct line lines[LINES],
                                         const struct fastq_rules *rules, struct fastq_fault *fault)
{
    const struct line *bases = &lines[BASES];
    const struct line *quality = &lines[QUALITY];
    size_t at = rules->kernel->not_base(bases->data, bases->size);
    if (at < bases->size)
        return bad_byte(fault, PFQ_BAD_BASE, BASES, bases, at, "base");
    at = rules->coded ? forms_not_coded(bases->data, bases->size) : bases->size;
    if (at < bases->size)
        return bad_byte(fault, PFQ_BAD_BASE, BASES, bases, at,
                        "base that has a code (A, C, G, T and N have)");
    const enum fastq_verdict verdict = check_name(lines, fault);
    if (verdict != FASTQ_RECORD_GOOD)
        return verdict;
    at = rules->kernel->outside(quality->data, quality->size, rules->quality_min,
                                rules->quality_max);
    if (at < quality->size)
        return bad_byte(fault, PFQ_BAD_QUALITY, QUALITY, quality, at,
                        "quality value in this encoding");
    return FASTQ_RECORD_GOOD;
}

static unsigned style_of(const struct line lines[LINES])
{
    static const unsigned cr[LINES] = {PFQ_STYLE_CR_NAME, PFQ_STYLE_CR_BASES, PFQ_STYLE_CR_PLUS,
                                       PFQ_STYLE_CR_QUALITY};
    unsigned style = lines[PLUS].size > 1 ? PFQ_STYLE_PLUS_NAME : 0;
    for (int i = 0; i < LINES; i++)
        style |= lines[i].cr ? cr[i] : 0;
    return style | (lines[QUALITY].ended ? 0 : PFQ_STYLE_NO_NEWLINE);
}

enum fastq_verdict fastq_parse_record(struct span text, size_t begin, bool at_end,
                                      const struct fastq_rules *rules, struct scan_record *record,
                                      size_t *end, struct fastq_fault *fault)
{
    struct cursor cursor = {text, begin, at_end};
    const struct line none = {text.data + begin, 0, false, false};
    struct line lines[LINES] = {none, none, none, none};
    enum fastq_verdict verdict = take_record(&cursor, rules, lines, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = check_contents(lines, rules, fault);
    if (verdict != FASTQ_RECORD_GOOD)
        return verdict;
    record->name = (uint32_t)(lines[NAME].size - 1);
    record->bases = lines[BASES].size & ((UINT64_C(1) << 56) - 1);
    record->style = style_of(lines) & 0xff;
    *end = cursor.next;
    return FASTQ_RECORD_GOOD;
}
