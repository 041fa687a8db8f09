/*
 * What is in the file, as one table.
 *
 * Writer, reader, `parfastq info` and the tests walk these rows; a dataset or an attribute more is
 * a row more. All datasets are flat columns: one dimension, chunked, unlimited.
 *
 *     /                        attributes: schema_root_text, format_version, mates
 *     /readN                   attributes: schema_number, schema_text; N = 1 .. mates
 *     /readN/<dataset>         the rows of schema_datasets; attributes `unit` and `description`, of
 *                              sequence and quality also `form`
 *     /readN/filter            where reads were filtered: numbers before and after, and why reads
 *                              were dropped or cut, as attributes (filter/filter.h names them)
 *     /provenance              one row per input file, see provenance.h
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parfastq/run.h"

#define SCHEMA_FORMAT "parfastq"
enum { SCHEMA_FORMAT_VERSION = 1 };

/* What the length of a dataset counts. */
enum schema_length {
    SCHEMA_RECORDS,
    SCHEMA_BASES,
    SCHEMA_NAME_BYTES,
    SCHEMA_EXCEPTIONS, /* rows whose style is not the one of the group */
    SCHEMA_TAIL_BYTES,
    SCHEMA_INDEXED, /* records, where names are indexed; else there are no such datasets */
    SCHEMA_LENGTHS
};

enum schema_column {
    SCHEMA_SEQUENCE,
    SCHEMA_QUALITY,
    SCHEMA_OFFSET,
    SCHEMA_NAME,
    SCHEMA_NAME_OFFSET,
    SCHEMA_TEXT_ROW,
    SCHEMA_TEXT_STYLE,
    SCHEMA_TEXT_TAIL,
    SCHEMA_INDEX_HASH,
    SCHEMA_INDEX_ROW,
    SCHEMA_COLUMNS
};

struct schema_dataset {
    const char *name;     /* below /readN */
    size_t element_bytes; /* unsigned integers of 1 or 8 bytes, little-endian */
    enum schema_length length;
    uint64_t more; /* elements beyond that length: 1 for offsets, which begin with a 0 */
    uint64_t chunk_elements;
    unsigned
        of; /* is there if any of these columns (parfastq/batch.h, SCHEMA_INDEX) is; 0: always */
    const char *unit;
    const char *description;
};

extern const struct schema_dataset schema_datasets[SCHEMA_COLUMNS];

#define SCHEMA_FILTER "filter" /* a group below /readN */

/* The index of names among the columns that a file may be without. */
enum { SCHEMA_INDEX = 1 << 8 };

/* Whether a file without these columns has a dataset. */
bool schema_has(unsigned without, enum schema_column column);

/* The columns of a file as a text, "sequence,quality,name", and back; false if it is no such text.
 */
enum { SCHEMA_COLUMNS_BYTES = 32 };
void schema_spell_columns(unsigned without, char text[SCHEMA_COLUMNS_BYTES]);
bool schema_parse_columns(const char *text, unsigned *without);

/* A form of bases or of scores. */
struct schema_form {
    const char *name;        /* attribute `form` of the dataset */
    const char *unit;        /* NULL: that of the dataset, or of the quality encoding */
    const char *description; /* NULL: that of the dataset */
    const char *alphabet;    /* attribute `alphabet`, letters of the numbers; NULL: none */
};

enum { SCHEMA_FORMS = 2 };                                        /* of each */
extern const struct schema_form schema_base_forms[SCHEMA_FORMS];  /* pfq_base_form */
extern const struct schema_form schema_score_forms[SCHEMA_FORMS]; /* pfq_score_form */

/* Attributes of a group: numbers (uint64) and texts. */
enum schema_number {
    SCHEMA_N_RECORDS,
    SCHEMA_N_BASES,
    SCHEMA_N_MIN_LENGTH,
    SCHEMA_N_MAX_LENGTH,
    SCHEMA_N_FIXED_LENGTH, /* the length if all records have the same, else 0 */
    SCHEMA_N_STYLE,        /* of every row that text/row does not list; see parfastq/batch.h */
    SCHEMA_NUMBERS
};

enum schema_text {
    SCHEMA_T_QUALITY_ENCODING, /* of the input */
    SCHEMA_T_LINE_ENDING,      /* "LF", "CRLF" or "mixed": the style in words */
    SCHEMA_T_PLUS_LINE,        /* "bare" or "name" */
    SCHEMA_T_COLUMNS,          /* those that were not left out */
    SCHEMA_TEXTS
};

/* Attributes of the root: texts, and the numbers format_version and mates. */
enum schema_root_text {
    SCHEMA_R_FORMAT,
    SCHEMA_R_SOFTWARE,
    SCHEMA_R_SOFTWARE_VERSION,
    SCHEMA_R_COMMAND,
    SCHEMA_R_CREATED,
    SCHEMA_R_LAYOUT,
    SCHEMA_ROOT_TEXTS
};

extern const char *const schema_numbers[SCHEMA_NUMBERS];

/* A number more of a group whose input was multi-line: how many bases each line of a wrapped row
 * has but the last, or 0 where they are not of one width. */
#define SCHEMA_LINE_WIDTH "line_width"

extern const char *const schema_texts[SCHEMA_TEXTS];
extern const char *const schema_root_texts[SCHEMA_ROOT_TEXTS];

/* A quality encoding as the file knows it. Row of AUTO: no name. */
struct schema_encoding {
    const char *name;
    uint8_t text_offset; /* quality character = value + text_offset */
    const char *unit;    /* of the quality dataset */
};

extern const struct schema_encoding schema_encodings[PFQ_QUALITY_SOLEXA + 1];

/* The style bits a group may have as its own: all but the missing newline, which is one row's. */
uint8_t schema_group_style(uint8_t style);

/* Whether this is a style of a row, in a group that has a line width or none. */
bool schema_is_style(uint8_t style, bool has_line_width);

/* A style in words: the values of line_ending and plus_line. */
const char *schema_line_ending(uint8_t style);
const char *schema_plus_line(uint8_t style);

#endif
