/*
 * Lines, and the sentences for what is wrong with them: what the two serial parsers (parse.c,
 * wrapped.c) share.
 */
#ifndef FASTQ_LINES_H
#define FASTQ_LINES_H

#include <stdbool.h>

#include "fastq/parse.h"

/* The parts of a record, each a line of its own in four-line FASTQ. */
enum { LINE_NAME, LINE_BASES, LINE_PLUS, LINE_QUALITY, LINES };

struct line {
    const uint8_t *data;
    size_t size;    /* without line end */
    bool cr, ended; /* ended: by LF */
};

/* The reader's state: where the next line begins. */
struct line_cursor {
    struct span text;
    size_t next;
    bool at_end; /* the file ends where the text does */
};

enum line_taken {
    LINE_TAKEN,
    LINE_MISSING,  /* the file ended before it began */
    LINE_UNDECIDED /* its end is not in sight */
};

/* Takes the next line. Pure. */
enum line_taken lines_take(struct line_cursor *cursor, struct line *line);

/* Fills *fault; `number` is the line in the record, from 0. Returns FASTQ_RECORD_BAD. */
enum fastq_verdict lines_bad(struct fastq_fault *fault, pfq_status status, uint64_t number,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Line `line` of the record, from 0, is missing, where line `number` should be. */
enum fastq_verdict lines_truncated(struct fastq_fault *fault, uint64_t number, int line);

enum fastq_verdict lines_bad_header(const struct line *line, struct fastq_fault *fault);

/* This is not the '+' line; where it looks like more bases, says how such a file is read. */
enum fastq_verdict lines_bad_plus(const struct line *line, uint64_t number,
                                  const struct fastq_rules *rules, struct fastq_fault *fault);

/* Takes the header at the cursor; blank lines there are the tail of the file, or a fault. A line
 * whose end is not in sight is wrong already if it is long enough to say so: text that has no lines
 * at all is refused without reading all of it. */
enum fastq_verdict lines_take_header(struct line_cursor *cursor, struct line *line,
                                     struct fastq_fault *fault);

/* What a line of bases, and one of qualities, holds. */
enum fastq_verdict lines_check_bases(const struct line *line, uint64_t number,
                                     const struct fastq_rules *rules, struct fastq_fault *fault);
enum fastq_verdict lines_check_quality(const struct line *line, uint64_t number,
                                       const struct fastq_rules *rules, struct fastq_fault *fault);

/* The name, and the '+' line, which is line `number`: no NUL, no other name. */
enum fastq_verdict lines_check_name(const struct line *name, const struct line *plus,
                                    uint64_t number, struct fastq_fault *fault);

#endif
