/*
 * The record finder: line starts in turn, each asked whether it is a header.
 */
#include "fastq/boundary.h"

#include <string.h>

#include "fastq/lines.h"

/* The start of the line after the one that holds `position`; text.size if it has no end here. */
static size_t next_line(struct span text, size_t position)
{
    const uint8_t *end = memchr(text.data + position, '\n', text.size - position);
    return end ? (size_t)(end - text.data) + 1 : text.size;
}

/* Is the line at `start` (which begins with '@') a header? */
static enum fastq_found judge(struct span text, size_t start, bool at_end)
{
    const size_t bases = next_line(text, start);
    const size_t plus = bases < text.size ? next_line(text, bases) : text.size;
    if (plus == text.size)
        return at_end ? FASTQ_NONE : FASTQ_MORE;
    return text.data[plus] == '+' ? FASTQ_FOUND : FASTQ_NONE;
}

/* The same in multi-line text: lines of bases, of which only the first may be empty and is then the
 * only one, and a '+' line. */
static enum fastq_found judge_wrapped(struct span text, size_t start, bool at_end,
                                      const struct scan_kernel *kernel)
{
    struct line_cursor cursor = {text, next_line(text, start), at_end};
    struct line line = {0};
    for (bool first = true;; first = false) {
        const size_t at = cursor.next;
        if (at == text.size)
            return at_end ? FASTQ_NONE : FASTQ_MORE;
        if (!first && text.data[at] == '+')
            return FASTQ_FOUND;
        if (!first && line.size == 0)
            return FASTQ_NONE;
        if (lines_take(&cursor, &line) == LINE_UNDECIDED)
            return FASTQ_MORE;
        if (kernel->not_base(line.data, line.size) < line.size || (!first && line.size == 0))
            return FASTQ_NONE;
    }
}

/* The first line start in (position, limit), or `limit`: looks no further, however long the line
 * is. */
static size_t next_start(struct span text, size_t position, size_t limit)
{
    const uint8_t *end = memchr(text.data + position, '\n', limit - position);
    return end ? (size_t)(end - text.data) + 1 : limit;
}

/* `kernel`: of multi-line text; NULL: four lines. */
static enum fastq_found find(struct span text, size_t from, size_t to, bool at_end,
                             const struct scan_kernel *kernel, size_t *where)
{
    const size_t limit = to < text.size ? to : text.size;
    size_t start = from;
    if (from > 0 && from < limit && text.data[from - 1] != '\n')
        start = next_start(text, from, limit);
    for (; start < limit; start = next_start(text, start, limit)) {
        if (text.data[start] != '@')
            continue;
        const enum fastq_found found =
            kernel ? judge_wrapped(text, start, at_end, kernel) : judge(text, start, at_end);
        if (found == FASTQ_NONE)
            continue;
        *where = start;
        return found;
    }
    return start < to && !at_end ? FASTQ_MORE : FASTQ_NONE;
}

enum fastq_found fastq_find_record(struct span text, size_t from, size_t to, bool at_end,
                                   size_t *where)
{
    return find(text, from, to, at_end, NULL, where);
}

enum fastq_found fastq_find(struct span text, size_t from, size_t to, bool at_end,
                            const struct fastq_rules *rules, size_t *where)
{
    return find(text, from, to, at_end, rules->multiline ? rules->kernel : NULL, where);
}
