/*
 * Where a record begins, decided from local text alone.
 *
 * A line that begins with '@' and whose second next line begins with '+' is a header. In four-line
 * FASTQ this is exact: the only other line that may begin with '@' is a quality line; it is
 * followed by a header, whose next line, the bases, never begins with '+'. Nothing bounds how far
 * the look-ahead may reach: a read may be megabases long.
 *
 * Multi-line text (wrapped.h) shows from nowhere but its beginning where records begin. There a
 * line that begins with '@' is taken for a header if lines of bases follow, at least one, and then
 * a line that begins with '+'. All headers of good records are found so; a quality line may be
 * found too, and whoever uses what was found for a cut must see that it was right.
 */
#ifndef FASTQ_BOUNDARY_H
#define FASTQ_BOUNDARY_H

#include <stdbool.h>

#include "base/span.h"
#include "fastq/parse.h"

enum fastq_found {
    FASTQ_FOUND, /* *where is the first byte of a record */
    FASTQ_MORE,  /* the text ends before this can be decided */
    FASTQ_NONE   /* no record begins in [from, to) */
};

/* Finds the first record that begins in text[from .. to). The text begins at a line start; the byte
 * before `from` tells whether `from` is one too. `at_end` says that the file ends where the text
 * does. Pure. */
enum fastq_found fastq_find_record(struct span text, size_t from, size_t to, bool at_end,
                                   size_t *where);

/* The same for a text by these rules, four-line or multi-line. Pure. */
enum fastq_found fastq_find(struct span text, size_t from, size_t to, bool at_end,
                            const struct fastq_rules *rules, size_t *where);

#endif
