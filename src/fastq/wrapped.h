/*
 * Multi-line FASTQ: bases and qualities that may be wrapped over several lines.
 *
 *     '@' name
 *     bases       a line, then more lines up to one that begins with '+'
 *     '+' [name]
 *     qualities   a line, then more lines until they are as many as the bases
 *
 * Bases and qualities have one line at least, and only that one may be empty, in a read of length
 * 0. A quality line may begin with anything, '@' and '+' too, so it is lengths alone that tell
 * where a record ends, and where one begins is known only to who has read all that comes before it.
 * Every good four-line text is a good multi-line text, of the same records: there the scan kernels
 * do the work, and a record comes here only if they cannot prove it good.
 *
 * A record that is wrapped is unwrapped: its four-line form is written beside the text, and what
 * comes after parsing takes it from there. Line ends are those of the first line of bases and of
 * qualities; the styles say what was wrapped, and `width` how far.
 */
#ifndef FASTQ_WRAPPED_H
#define FASTQ_WRAPPED_H

#include <stdbool.h>

#include "fastq/lines.h"
#include "fastq/parse.h"

/* Lines that are read as one. */
struct wrapped_lines {
    size_t at;      /* where the first begins in the text */
    uint64_t lines; /* how many */
    size_t size;    /* bytes of all, without line ends */
    size_t width;   /* of the first */
    size_t last;    /* width of the last */
    bool even; /* all but the last are as wide as the first, that is not wider, and all have the
                  same line end */
    bool cr, ended; /* of the first, and of the last */
};

struct wrapped {
    struct line name, plus;
    struct wrapped_lines bases, quality;
    bool whole; /* the lengths agree: it ends at `end`, be its contents good or bad */
    size_t end;
};

/* Judges the record that begins at text[begin], begin < text.size, as fastq_parse_record does:
 * first the lines in their order, up to the last quality line, then what they hold. Pure. */
enum fastq_verdict wrapped_parse(struct span text, size_t begin, bool at_end,
                                 const struct fastq_rules *rules, struct wrapped *wrapped,
                                 struct fastq_fault *fault);

/* ---- of a good record ---- */

static inline uint64_t wrapped_line_count(const struct wrapped *wrapped)
{
    return 2 + wrapped->bases.lines + wrapped->quality.lines;
}

/* Its style; without a bit of PFQ_STYLE_WRAPPED it has four lines. Pure. */
unsigned wrapped_style(const struct wrapped *wrapped);

/* The width all its wrapped lines have, or 0 if it is not one. Pure. */
uint64_t wrapped_width(const struct wrapped *wrapped);

/* The bytes of its four-line form, and that form. Pure. */
size_t wrapped_bytes(const struct wrapped *wrapped);
void wrapped_unwrap(const struct wrapped *wrapped, struct span text, uint8_t *out);

#endif
