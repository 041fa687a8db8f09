/*
 * The parts of the page that have files of their own.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdio.h>

#include "report/figures.h"

extern const char page_style[];

/* One chart, and what its colours mean. */
typedef void page_draw(const struct figures *figures, FILE *out);

page_draw page_quality, page_read_quality, page_bases, page_gc, page_lengths, page_duplication,
    page_adapters, page_tiles, page_long_reads, page_shared;

/* Is there anything to draw? */
bool page_has_tiles(const struct figures *figures);
bool page_has_long_reads(const struct figures *figures);

/* What became of the reads that were filtered; nothing if none were. */
void page_filtering(const struct figures *figures, size_t n, FILE *out);

/* With commas between groups of three digits. */
void page_count(uint64_t n, FILE *out);

/* A text in HTML. */
void page_text(const char *text, FILE *out);

#endif
