/*
 * From columns back to text: FASTQ exactly as it was written, or FASTA.
 *
 * The text of record i of a batch is
 *
 *     '@' name [CR] LF   bases [CR] LF   '+' [name] [CR] LF   quality [CR] [LF]
 *
 * where the style of the record says which of the brackets are there, and whether bases and
 * qualities have such a line end, with its LF, behind each `line_width` of them, too; FASTA is '>'
 * name LF bases LF whatever the style. Quality characters are the scores plus `text_offset`. How
 * long the text is follows from lengths and styles alone, so the place of every record is known
 * before any is written, and threads write side by side into one piece of memory.
 */
#ifndef FASTQ_FORMAT_H
#define FASTQ_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parfastq/batch.h"

struct format {
    bool fasta;
    uint8_t text_offset; /* quality character = score + text_offset */
    uint64_t line_width; /* of records whose style says that they are wrapped; 0: nothing is */
};

/* Bytes of text of `records` records that all have one style and hold `bases` bases and
 * `name_bytes` bytes of names together. */
uint64_t format_uniform_bytes(const struct format *format, uint8_t style, uint64_t records,
                              uint64_t bases, uint64_t name_bytes);

/* Bytes of text of the records [first, first + n) of a batch. */
uint64_t format_bytes(const struct format *format, const pfq_batch *batch, size_t first, size_t n);

/* Writes record i: format_bytes(format, batch, i, 1) bytes at `text`, not one more. Returns their
 * end. */
uint8_t *format_record(const struct format *format, const pfq_batch *batch, size_t i,
                       uint8_t *text);

#endif
