/*
 * A batch: many records in columns, in the order of the input.
 *
 * Record i of a batch owns
 *     sequence[offset[i] .. offset[i+1])       the bases, ASCII as in the file
 *     quality [offset[i] .. offset[i+1])       Phred scores as numbers
 *     name    [name_offset[i] .. name_offset[i+1])   the header line without '@' and line ending
 *     style   [i]                              how the text of the record was written
 * The columns are the datasets of one mate in the HDF5 file. offset[0] and name_offset[0] are 0.
 *
 * A column that was left out (of a file, by `convert --columns`) is NULL: `sequence`; `quality`;
 * `name`, and `name_offset` with it, and then name_bytes is 0. `offset` is always there; of rows of
 * a file that holds neither sequence nor quality all of it is 0. Batches of the parser hold all
 * columns.
 */
#ifndef PARFASTQ_BATCH_H
#define PARFASTQ_BATCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The bits of a style; 0 is a record with LF line ends and a bare '+'. */
enum {
    PFQ_STYLE_CR_NAME = 1,           /* the header line ended with CR LF */
    PFQ_STYLE_CR_BASES = 2,          /* the line of bases did */
    PFQ_STYLE_CR_PLUS = 4,           /* the '+' line did */
    PFQ_STYLE_CR_QUALITY = 8,        /* the quality line did */
    PFQ_STYLE_CRLF = 15,             /* all four */
    PFQ_STYLE_PLUS_NAME = 16,        /* the '+' line repeated the name */
    PFQ_STYLE_NO_NEWLINE = 32,       /* the file ended right after the quality line, without LF */
    PFQ_STYLE_WRAPPED_BASES = 64,    /* the bases were on several lines, each ended as the first */
    PFQ_STYLE_WRAPPED_QUALITY = 128, /* the qualities were */
    PFQ_STYLE_WRAPPED = 192          /* either */
};

/* The columns that can be left out, as bits. */
enum { PFQ_COLUMN_SEQUENCE = 1, PFQ_COLUMN_QUALITY = 2, PFQ_COLUMN_NAME = 4, PFQ_COLUMNS_ALL = 7 };

typedef struct pfq_batch {
    uint64_t records;
    uint64_t bases;      /* length of sequence and of quality */
    uint64_t name_bytes; /* length of name */
    uint8_t *sequence;
    uint8_t *quality;
    uint64_t *offset; /* records + 1 */
    uint8_t *name;
    uint64_t *name_offset; /* records + 1 */
    uint8_t *style;
} pfq_batch;

#ifdef __cplusplus
}
#endif
#endif
