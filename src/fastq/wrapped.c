/*
 * One record, line by line, as the length rule has it; then its lines once more to see what they
 * hold, and once more to join them.
 */
#include "fastq/wrapped.h"

#include <string.h>

#include "fastq/forms.h"

/* Adds a line, which begins at `at` in the text. */
static void add(struct wrapped_lines *lines, const struct line *line, size_t at)
{
    if (!lines->lines)
        *lines = (struct wrapped_lines){
            .at = at, .width = line->size, .last = line->size, .even = true, .cr = line->cr};
    lines->even = lines->even && lines->last == lines->width && line->size <= lines->width &&
                  line->cr == lines->cr;
    lines->lines++;
    lines->size += line->size;
    lines->last = line->size;
    lines->ended = line->ended;
}

/* ---- where the record ends ---- */

/* May this line follow the first line of bases? */
static bool is_more_bases(const struct wrapped_lines *bases, const struct line *line,
                          const struct fastq_rules *rules)
{
    return bases->size && line->size &&
           rules->kernel->not_base(line->data, line->size) == line->size;
}

/* Takes the lines of bases and the '+' line behind them. */
static enum fastq_verdict take_bases(struct line_cursor *cursor, const struct fastq_rules *rules,
                                     struct wrapped *wrapped, struct fastq_fault *fault)
{
    struct wrapped_lines *const bases = &wrapped->bases;
    for (;;) {
        struct line line;
        const size_t at = cursor->next;
        const enum line_taken taken = lines_take(cursor, &line);
        if (taken == LINE_UNDECIDED)
            return FASTQ_RECORD_MORE;
        if (taken == LINE_MISSING)
            return lines_truncated(fault, 1 + bases->lines, bases->lines ? LINE_PLUS : LINE_BASES);
        if (bases->lines && line.size && line.data[0] == '+') {
            wrapped->plus = line;
            return FASTQ_RECORD_GOOD;
        }
        if (bases->lines && !is_more_bases(bases, &line, rules))
            return lines_bad_plus(&line, 1 + bases->lines, rules, fault);
        add(bases, &line, at);
    }
}

static enum fastq_verdict bad_length(const struct wrapped *wrapped, struct fastq_fault *fault)
{
    return lines_bad(fault, PFQ_BAD_LENGTH, wrapped_line_count(wrapped) - 1,
                     "%zu bases but %zu quality values", wrapped->bases.size,
                     wrapped->quality.size);
}

/* Takes as many lines of qualities as there are bases, and at least one: but where the file ends
 * behind the '+' line, a read of length 0 is whole. */
static enum fastq_verdict take_quality(struct line_cursor *cursor, struct wrapped *wrapped,
                                       struct fastq_fault *fault)
{
    struct wrapped_lines *const quality = &wrapped->quality;
    const size_t bases = wrapped->bases.size;
    do {
        struct line line;
        const size_t at = cursor->next;
        const enum line_taken taken = lines_take(cursor, &line);
        if (taken == LINE_UNDECIDED)
            return FASTQ_RECORD_MORE;
        if (taken == LINE_MISSING && quality->lines)
            return bad_length(wrapped, fault);
        if (taken == LINE_MISSING && (bases || !wrapped->plus.ended))
            return lines_truncated(fault, 2 + wrapped->bases.lines, LINE_QUALITY);
        if (taken == LINE_MISSING)
            break;
        add(quality, &line, at);
        if (quality->size > bases || (!line.size && bases))
            return bad_length(wrapped, fault);
    } while (quality->size < bases);
    wrapped->whole = true;
    wrapped->end = cursor->next;
    return FASTQ_RECORD_GOOD;
}

/* ---- what the lines hold ---- */

/* A cursor at the first of some lines of a record that ends at `end`. */
static struct line_cursor at_lines(const struct wrapped_lines *lines, struct span text, size_t end)
{
    return (struct line_cursor){{text.data, end}, lines->at, true};
}

/* Checks lines, the first of which is line `number` of the record, by a check of lines.h. */
static enum fastq_verdict check(const struct wrapped *wrapped, const struct wrapped_lines *lines,
                                struct span text, uint64_t number,
                                enum fastq_verdict (*check_line)(const struct line *, uint64_t,
                                                                 const struct fastq_rules *,
                                                                 struct fastq_fault *),
                                const struct fastq_rules *rules, struct fastq_fault *fault)
{
    struct line_cursor cursor = at_lines(lines, text, wrapped->end);
    enum fastq_verdict verdict = FASTQ_RECORD_GOOD;
    struct line line;
    for (uint64_t i = 0; i < lines->lines && verdict == FASTQ_RECORD_GOOD; i++) {
        lines_take(&cursor, &line);
        verdict = check_line(&line, number + i, rules, fault);
    }
    return verdict;
}

enum fastq_verdict wrapped_parse(struct span text, size_t begin, bool at_end,
                                 const struct fastq_rules *rules, struct wrapped *wrapped,
                                 struct fastq_fault *fault)
{
    struct line_cursor cursor = {text, begin, at_end};
    *wrapped = (struct wrapped){0};
    enum fastq_verdict verdict = lines_take_header(&cursor, &wrapped->name, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = take_bases(&cursor, rules, wrapped, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = take_quality(&cursor, wrapped, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = check(wrapped, &wrapped->bases, text, 1, lines_check_bases, rules, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = lines_check_name(&wrapped->name, &wrapped->plus, 1 + wrapped->bases.lines, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = check(wrapped, &wrapped->quality, text, 2 + wrapped->bases.lines,
                        lines_check_quality, rules, fault);
    return verdict;
}

/* ---- its four-line form ---- */

unsigned wrapped_style(const struct wrapped *wrapped)
{
    const struct wrapped_lines *const bases = &wrapped->bases, *const quality = &wrapped->quality;
    return (wrapped->name.cr ? PFQ_STYLE_CR_NAME : 0) | (bases->cr ? PFQ_STYLE_CR_BASES : 0) |
           (wrapped->plus.cr ? PFQ_STYLE_CR_PLUS : 0) | (quality->cr ? PFQ_STYLE_CR_QUALITY : 0) |
           (wrapped->plus.size > 1 ? PFQ_STYLE_PLUS_NAME : 0) |
           (quality->ended ? 0 : PFQ_STYLE_NO_NEWLINE) |
           (bases->lines > 1 ? PFQ_STYLE_WRAPPED_BASES : 0) |
           (quality->lines > 1 ? PFQ_STYLE_WRAPPED_QUALITY : 0);
}

uint64_t wrapped_width(const struct wrapped *wrapped)
{
    const struct wrapped_lines *const bases = &wrapped->bases, *const quality = &wrapped->quality;
    if (bases->lines < 2)
        return quality->even ? quality->width : 0;
    if (quality->lines < 2)
        return bases->even ? bases->width : 0;
    return bases->even && quality->even && bases->width == quality->width ? bases->width : 0;
}

size_t wrapped_bytes(const struct wrapped *wrapped)
{
    const unsigned style = wrapped_style(wrapped);
    return wrapped->name.size + wrapped->bases.size + wrapped->plus.size + wrapped->quality.size +
           (size_t)__builtin_popcount(style & PFQ_STYLE_CRLF) + LINES;
}

static uint8_t *put_line(uint8_t *out, const uint8_t *data, size_t size, bool cr)
{
    memcpy(out, data, size);
    out += size;
    if (cr)
        *out++ = '\r';
    *out++ = '\n';
    return out;
}

/* Joins lines at the end of the line that is written there. */
static uint8_t *put_lines(uint8_t *out, const struct wrapped_lines *lines, struct span text,
                          size_t end)
{
    struct line_cursor cursor = at_lines(lines, text, end);
    struct line line = {text.data, 0, false, false};
    for (uint64_t i = 0; i + 1 < lines->lines; i++) {
        lines_take(&cursor, &line);
        memcpy(out, line.data, line.size);
        out += line.size;
    }
    lines_take(&cursor, &line);
    return put_line(out, line.data, line.size, lines->cr);
}

void wrapped_unwrap(const struct wrapped *wrapped, struct span text, uint8_t *out)
{
    out = put_line(out, wrapped->name.data, wrapped->name.size, wrapped->name.cr);
    out = put_lines(out, &wrapped->bases, text, wrapped->end);
    out = put_line(out, wrapped->plus.data, wrapped->plus.size, wrapped->plus.cr);
    put_lines(out, &wrapped->quality, text, wrapped->end);
}
