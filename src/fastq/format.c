/*
 * Text of records. A record of style 0 takes two bytes a base, one a byte of its name and six more;
 * each carriage return adds one, a repeated name its length, each further line its end, and a
 * missing last newline takes one away. Length and writing say the same thing twice, and the test
 * holds one against the other.
 */
#include "fastq/format.h"

#include <string.h>

enum {
    FASTA_FRAME_BYTES = 3, /* '>' LF LF */
    FASTQ_FRAME_BYTES = 6  /* '@' LF LF '+' LF LF */
};

/* What the text of a record has beside its bases, scores and one name. */
static uint64_t frame_bytes(uint8_t style)
{
    const unsigned returns = (unsigned)__builtin_popcount(style & PFQ_STYLE_CRLF);
    return FASTQ_FRAME_BYTES + returns - (style & PFQ_STYLE_NO_NEWLINE ? 1 : 0);
}

/* Does the record have further lines of bases, of qualities? */
static bool wraps(const struct format *format, uint8_t style, uint8_t part)
{
    return format->line_width && (style & part);
}

/* The ends of the further lines of n bases and as many qualities. */
static uint64_t fold_bytes(const struct format *format, uint8_t style, uint64_t n)
{
    const uint64_t folds = n && format->line_width ? (n - 1) / format->line_width : 0;
    uint64_t bytes = 0;
    if (wraps(format, style, PFQ_STYLE_WRAPPED_BASES))
        bytes += folds * (style & PFQ_STYLE_CR_BASES ? 2 : 1);
    if (wraps(format, style, PFQ_STYLE_WRAPPED_QUALITY))
        bytes += folds * (style & PFQ_STYLE_CR_QUALITY ? 2 : 1);
    return bytes;
}

uint64_t format_uniform_bytes(const struct format *format, uint8_t style, uint64_t records,
                              uint64_t bases, uint64_t name_bytes)
{
    if (format->fasta)
        return bases + name_bytes + FASTA_FRAME_BYTES * records;
    const uint64_t names = style & PFQ_STYLE_PLUS_NAME ? 2 : 1;
    return 2 * bases + names * name_bytes + frame_bytes(style) * records +
           fold_bytes(format, style, bases);
}

uint64_t format_bytes(const struct format *format, const pfq_batch *batch, size_t first, size_t n)
{
    const size_t end = first + n;
    const uint64_t *const name = batch->name_offset;
    uint64_t bytes = format_uniform_bytes(format, 0, n, batch->offset[end] - batch->offset[first],
                                          name[end] - name[first]);
    if (format->fasta)
        return bytes;
    for (size_t i = first; i < end; i++) {
        const uint8_t style = batch->style[i];
        if (!style)
            continue;
        bytes += frame_bytes(style) - FASTQ_FRAME_BYTES;
        bytes += fold_bytes(format, style, batch->offset[i + 1] - batch->offset[i]);
        if (style & PFQ_STYLE_PLUS_NAME)
            bytes += name[i + 1] - name[i];
    }
    return bytes;
}

static uint8_t *put_bytes(uint8_t *text, const uint8_t *data, size_t size)
{
    memcpy(text, data, size);
    return text + size;
}

static uint8_t *put_scores(uint8_t *restrict text, const uint8_t *restrict scores, size_t n,
                           uint8_t text_offset)
{
    for (size_t i = 0; i < n; i++)
        text[i] = (uint8_t)(scores[i] + text_offset);
    return text + n;
}

static uint8_t *put_line_end(uint8_t *text, bool carriage_return)
{
    if (carriage_return)
        *text++ = '\r';
    *text++ = '\n';
    return text;
}

uint8_t *format_record(const struct format *format, const pfq_batch *batch, size_t i, uint8_t *text)
{
    const uint64_t at = batch->offset[i], name_at = batch->name_offset[i];
    const size_t bases = batch->offset[i + 1] - at;
    const size_t name_bytes = batch->name_offset[i + 1] - name_at;
    const uint8_t *const name = batch->name + name_at;
    const uint8_t style = format->fasta ? 0 : batch->style[i];

    *text++ = format->fasta ? '>' : '@';
    text = put_bytes(text, name, name_bytes);
    text = put_line_end(text, style & PFQ_STYLE_CR_NAME);
    size_t done = 0;
    if (wraps(format, style, PFQ_STYLE_WRAPPED_BASES))
        for (; bases - done > format->line_width; done += format->line_width) {
            text = put_bytes(text, batch->sequence + at + done, format->line_width);
            text = put_line_end(text, style & PFQ_STYLE_CR_BASES);
        }
    text = put_bytes(text, batch->sequence + at + done, bases - done);
    text = put_line_end(text, style & PFQ_STYLE_CR_BASES);
    if (format->fasta)
        return text;
    *text++ = '+';
    if (style & PFQ_STYLE_PLUS_NAME)
        text = put_bytes(text, name, name_bytes);
    text = put_line_end(text, style & PFQ_STYLE_CR_PLUS);
    done = 0;
    if (wraps(format, style, PFQ_STYLE_WRAPPED_QUALITY))
        for (; bases - done > format->line_width; done += format->line_width) {
            text = put_scores(text, batch->quality + at + done, format->line_width,
                              format->text_offset);
            text = put_line_end(text, style & PFQ_STYLE_CR_QUALITY);
        }
    text = put_scores(text, batch->quality + at + done, bases - done, format->text_offset);
    if (!(style & PFQ_STYLE_NO_NEWLINE))
        return put_line_end(text, style & PFQ_STYLE_CR_QUALITY);
    if (style & PFQ_STYLE_CR_QUALITY)
        *text++ = '\r';
    return text;
}
