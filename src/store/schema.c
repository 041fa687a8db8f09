/*
 * The table of datasets and attributes, and the few words that go with their values.
 *
 * Chunks are 256 KiB: larger ones waste space at the end of small files and do not stay in cache
 * while they are encoded. The columns under text/ are usually empty and have small chunks.
 */
#include "store/schema.h"

#include <stdio.h>
#include <string.h>

#include "fastq/forms.h"
#include "parfastq/batch.h"

enum { LARGE_CHUNK_BYTES = 1 << 18, SMALL_CHUNK_BYTES = 1 << 14 };

#define LARGE(bytes) (bytes), .chunk_elements = LARGE_CHUNK_BYTES / (bytes)
#define SMALL(bytes) (bytes), .chunk_elements = SMALL_CHUNK_BYTES / (bytes)

const struct schema_dataset schema_datasets[SCHEMA_COLUMNS] = {
    [SCHEMA_SEQUENCE] =
        {
            .name = "sequence",
            .element_bytes = LARGE(1),
            .length = SCHEMA_BASES,
            .of = PFQ_COLUMN_SEQUENCE,
            .unit = "base, ASCII",
            .description = "bases as in the input, rows joined",
        },
    [SCHEMA_QUALITY] =
        {
            .name = "quality",
            .element_bytes = LARGE(1),
            .length = SCHEMA_BASES,
            .of = PFQ_COLUMN_QUALITY,
            .unit = "Phred score",
            .description = "quality scores as numbers, rows joined",
        },
    [SCHEMA_OFFSET] =
        {
            .name = "offset",
            .element_bytes = LARGE(8),
            .length = SCHEMA_RECORDS,
            .more = 1,
            .of = PFQ_COLUMN_SEQUENCE | PFQ_COLUMN_QUALITY,
            .unit = "base",
            .description = "row i owns sequence[offset[i]:offset[i+1]], and of quality too",
        },
    [SCHEMA_NAME] =
        {
            .name = "name",
            .element_bytes = LARGE(1),
            .length = SCHEMA_NAME_BYTES,
            .of = PFQ_COLUMN_NAME,
            .unit = "byte, text",
            .description = "header lines without '@', rows joined",
        },
    [SCHEMA_NAME_OFFSET] =
        {
            .name = "name_offset",
            .element_bytes = LARGE(8),
            .length = SCHEMA_RECORDS,
            .more = 1,
            .of = PFQ_COLUMN_NAME,
            .unit = "byte",
            .description = "row i owns name[name_offset[i]:name_offset[i+1]]",
        },
    [SCHEMA_TEXT_ROW] =
        {
            .name = "text/row",
            .element_bytes = SMALL(8),
            .length = SCHEMA_EXCEPTIONS,
            .unit = "row",
            .description = "rows written in another style than the group's, ascending",
        },
    [SCHEMA_TEXT_STYLE] =
        {
            .name = "text/style",
            .element_bytes = SMALL(1),
            .length = SCHEMA_EXCEPTIONS,
            .unit = "sum of bits: CR behind name 1, bases 2, plus 4, quality 8; "
                    "'+' line repeats the name 16; no newline at the end 32; bases wrapped to "
                    "lines of line_width 64, quality 128",
            .description = "styles of these rows",
        },
    [SCHEMA_TEXT_TAIL] =
        {
            .name = "text/tail",
            .element_bytes = SMALL(1),
            .length = SCHEMA_TAIL_BYTES,
            .unit = "byte, text",
            .description = "blank lines behind the last record of input files, files joined",
        },
    [SCHEMA_INDEX_HASH] =
        {
            .name = "index/name_hash",
            .element_bytes = LARGE(8),
            .length = SCHEMA_INDEXED,
            .of = SCHEMA_INDEX,
            .unit = "hash: FNV-1a of 64 bits, then fmix64 of MurmurHash3",
            .description = "hashes of the names up to the first blank, without a final /1 to /4, "
                           "ascending",
        },
    [SCHEMA_INDEX_ROW] =
        {
            .name = "index/name_row",
            .element_bytes = LARGE(8),
            .length = SCHEMA_INDEXED,
            .of = SCHEMA_INDEX,
            .unit = "row",
            .description = "rows of these names, ascending among equal hashes",
        },
};

const char *const schema_numbers[SCHEMA_NUMBERS] = {
    [SCHEMA_N_RECORDS] = "records",           [SCHEMA_N_BASES] = "bases",
    [SCHEMA_N_MIN_LENGTH] = "min_length",     [SCHEMA_N_MAX_LENGTH] = "max_length",
    [SCHEMA_N_FIXED_LENGTH] = "fixed_length", [SCHEMA_N_STYLE] = "style",
};

const char *const schema_texts[SCHEMA_TEXTS] = {
    [SCHEMA_T_QUALITY_ENCODING] = "quality_encoding",
    [SCHEMA_T_LINE_ENDING] = "line_ending",
    [SCHEMA_T_PLUS_LINE] = "plus_line",
    [SCHEMA_T_COLUMNS] = "columns",
};

const char *const schema_root_texts[SCHEMA_ROOT_TEXTS] = {
    [SCHEMA_R_FORMAT] = "format",   [SCHEMA_R_SOFTWARE] = "software",
    [SCHEMA_R_COMMAND] = "command", [SCHEMA_R_SOFTWARE_VERSION] = "software_version",
    [SCHEMA_R_CREATED] = "created", [SCHEMA_R_LAYOUT] = "layout",
};

const struct schema_encoding schema_encodings[PFQ_QUALITY_SOLEXA + 1] = {
    [PFQ_QUALITY_SANGER] = {"sanger", 33, "Phred score"},
    [PFQ_QUALITY_ILLUMINA13] = {"illumina1.3", 64, "Phred score"},
    [PFQ_QUALITY_SOLEXA] = {"solexa", 59, "Solexa score + 5"},
};

const struct schema_form schema_base_forms[SCHEMA_FORMS] = {
    [PFQ_BASES_ASCII] = {.name = "ascii"},
    [PFQ_BASES_CODE] = {.name = "code",
                        .unit = "base, 0 to 4 for A, C, G, T, N",
                        .description = "codes of the bases, rows joined; upper and lower case have "
                                       "the same",
                        .alphabet = FORMS_ALPHABET},
};

const struct schema_form schema_score_forms[SCHEMA_FORMS] = {
    [PFQ_SCORES_PHRED] = {.name = "phred"},
    [PFQ_SCORES_BIN8] = {.name = "bin8",
                         .description = "quality scores in eight bins (lossy: 2-9 is 6, 10-19 is "
                                        "15, 20-24 is 22, 25-29 is 27, 30-34 is 33, 35-39 is 37, "
                                        "40 and more is 40), rows joined"},
};

/* ---- columns ---- */

static const struct {
    unsigned bit;
    const char *name;
} columns[] = {
    {PFQ_COLUMN_SEQUENCE, "sequence"}, {PFQ_COLUMN_QUALITY, "quality"}, {PFQ_COLUMN_NAME, "name"}};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

bool schema_has(unsigned without, enum schema_column column)
{
    const unsigned of = schema_datasets[column].of;
    return !of || (of & ~without);
}

void schema_spell_columns(unsigned without, char text[SCHEMA_COLUMNS_BYTES])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < COLUMNS; i++)
        if (!(without & columns[i].bit))
            used += (size_t)snprintf(text + used, SCHEMA_COLUMNS_BYTES - used, "%s%s",
                                     used ? "," : "", columns[i].name);
}

/* There are few subsets, and each is spelled in one way. */
bool schema_parse_columns(const char *text, unsigned *without)
{
    for (unsigned some = 0; some < PFQ_COLUMNS_ALL; some++) {
        char spelled[SCHEMA_COLUMNS_BYTES];
        schema_spell_columns(some, spelled);
        if (strcmp(spelled, text) != 0)
            continue;
        *without = some;
        return true;
    }
    return false;
}

/* ---- styles ---- */

uint8_t schema_group_style(uint8_t style)
{
    return (uint8_t)(style & ~PFQ_STYLE_NO_NEWLINE);
}

bool schema_is_style(uint8_t style, bool has_line_width)
{
    return has_line_width || !(style & PFQ_STYLE_WRAPPED);
}

const char *schema_line_ending(uint8_t style)
{
    switch (style & PFQ_STYLE_CRLF) {
    case 0:
        return "LF";
    case PFQ_STYLE_CRLF:
        return "CRLF";
    default:
        return "mixed";
    }
}

const char *schema_plus_line(uint8_t style)
{
    return style & PFQ_STYLE_PLUS_NAME ? "name" : "bare";
}
