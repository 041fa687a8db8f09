/*
 * One record, line by line. `take_record` cuts up to four lines; the checks walk them in the order
 * a serial reader would meet them.
 */
#include "fastq/parse.h"

#include "fastq/lines.h"

/* May a line follow `have` of `wanted` qualities, wrapped at `width`? Only the last one is shorter,
 * and the first that follows does not look like a header. */
static bool continues(const struct line *line, size_t width, size_t have, size_t wanted,
                      const struct fastq_rules *rules)
{
    const size_t due = wanted - have < width ? wanted - have : width;
    return line->size == due && !(have == width && line->data[0] == '@') &&
           rules->kernel->outside(line->data, line->size, rules->quality_min, rules->quality_max) ==
               line->size;
}

/* Do the lines behind a quality line that is too short make up for what is missing, as if it was
 * wrapped, and does another record follow, or nothing? LINE_TAKEN if they do. Pure. */
static enum line_taken find_wrapped(struct line_cursor cursor, const struct line *bases,
                                    const struct line *quality, const struct fastq_rules *rules)
{
    const size_t width = quality->size;
    struct line line;
    if (!width || width >= bases->size)
        return LINE_MISSING;
    for (size_t have = width; have < bases->size; have += line.size) {
        const enum line_taken taken = lines_take(&cursor, &line);
        if (taken == LINE_UNDECIDED && cursor.text.size - cursor.next > width + 1)
            return LINE_MISSING; /* longer than any that may follow */
        if (taken != LINE_TAKEN)
            return taken;
        if (!continues(&line, width, have, bases->size, rules))
            return LINE_MISSING;
    }
    if (cursor.next == cursor.text.size)
        return cursor.at_end ? LINE_TAKEN : LINE_UNDECIDED;
    return cursor.text.data[cursor.next] == '@' ? LINE_TAKEN : LINE_MISSING;
}

/* The lengths differ. Where the qualities are clearly wrapped, says how such a file is read; lines
 * that are not in sight may tell. */
static enum fastq_verdict bad_length(const struct line_cursor *cursor,
                                     const struct line lines[LINES],
                                     const struct fastq_rules *rules, struct fastq_fault *fault)
{
    const enum line_taken wrapped =
        find_wrapped(*cursor, &lines[LINE_BASES], &lines[LINE_QUALITY], rules);
    if (wrapped == LINE_UNDECIDED)
        return FASTQ_RECORD_MORE;
    return lines_bad(fault, PFQ_BAD_LENGTH, LINE_QUALITY, "%zu bases but %zu quality values%s",
                     lines[LINE_BASES].size, lines[LINE_QUALITY].size,
                     wrapped == LINE_TAKEN ? ": qualities wrapped over several lines (multi-line "
                                             "FASTQ) are read with --multiline"
                                           : "");
}

/* Takes the four lines, which are empty till then, and checks what makes them a record. */
static enum fastq_verdict take_record(struct line_cursor *cursor, const struct fastq_rules *rules,
                                      struct line lines[LINES], struct fastq_fault *fault)
{
    const enum fastq_verdict verdict = lines_take_header(cursor, &lines[LINE_NAME], fault);
    if (verdict != FASTQ_RECORD_GOOD)
        return verdict;
    for (int i = LINE_BASES; i < LINES; i++) {
        const enum line_taken taken = lines_take(cursor, &lines[i]);
        if (taken == LINE_UNDECIDED)
            return FASTQ_RECORD_MORE;
        const bool none_due =
            i == LINE_QUALITY && lines[LINE_BASES].size == 0 && lines[LINE_PLUS].ended;
        if (taken == LINE_MISSING && !none_due)
            return lines_truncated(fault, (uint64_t)i, i);
        if (i == LINE_PLUS && (lines[i].size == 0 || lines[i].data[0] != '+'))
            return lines_bad_plus(&lines[i], LINE_PLUS, rules, fault);
    }
    if (lines[LINE_BASES].size != lines[LINE_QUALITY].size)
        return bad_length(cursor, lines, rules, fault);
    return FASTQ_RECORD_GOOD;
}

static enum fastq_verdict check_contents(const struct line lines[LINES],
                                         const struct fastq_rules *rules, struct fastq_fault *fault)
{
    enum fastq_verdict verdict = lines_check_bases(&lines[LINE_BASES], LINE_BASES, rules, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = lines_check_name(&lines[LINE_NAME], &lines[LINE_PLUS], LINE_PLUS, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = lines_check_quality(&lines[LINE_QUALITY], LINE_QUALITY, rules, fault);
    return verdict;
}

static unsigned style_of(const struct line lines[LINES])
{
    static const unsigned cr[LINES] = {PFQ_STYLE_CR_NAME, PFQ_STYLE_CR_BASES, PFQ_STYLE_CR_PLUS,
                                       PFQ_STYLE_CR_QUALITY};
    unsigned style = lines[LINE_PLUS].size > 1 ? PFQ_STYLE_PLUS_NAME : 0;
    for (int i = 0; i < LINES; i++)
        style |= lines[i].cr ? cr[i] : 0;
    return style | (lines[LINE_QUALITY].ended ? 0 : PFQ_STYLE_NO_NEWLINE);
}

enum fastq_verdict fastq_parse_record(struct span text, size_t begin, bool at_end,
                                      const struct fastq_rules *rules, struct scan_record *record,
                                      size_t *end, struct fastq_fault *fault)
{
    struct line_cursor cursor = {text, begin, at_end};
    const struct line none = {text.data + begin, 0, false, false};
    struct line lines[LINES] = {none, none, none, none};
    enum fastq_verdict verdict = take_record(&cursor, rules, lines, fault);
    if (verdict == FASTQ_RECORD_GOOD)
        verdict = check_contents(lines, rules, fault);
    if (verdict != FASTQ_RECORD_GOOD)
        return verdict;
    record->name = (uint32_t)(lines[LINE_NAME].size - 1);
    record->bases = lines[LINE_BASES].size & ((UINT64_C(1) << 56) - 1);
    record->style = style_of(lines) & 0xff;
    *end = cursor.next;
    return FASTQ_RECORD_GOOD;
}
