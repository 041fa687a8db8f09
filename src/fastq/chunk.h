/*
 * A chunk: a piece of text, parsed by one thread into a list of records.
 *
 * A chunk owns the records that begin in [begin, stop); the last one may end behind stop. `end`
 * tells where parsing really stopped. If it is the `begin` of the next chunk, the cut between them
 * was right; chunks in a row that all agree, beginning with a true one, have been parsed exactly as
 * one serial parser would have done. Where they do not agree, the left one is right: the next chunk
 * is parsed again from there.
 */
#ifndef FASTQ_CHUNK_H
#define FASTQ_CHUNK_H

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "fastq/columns.h"
#include "fastq/parse.h"

/* The narrowest and the widest of some widths; 0 is one that is not even. Of none: FASTQ_NO_WIDTHS.
 */
struct fastq_widths {
    uint64_t least, most;
};
#define FASTQ_NO_WIDTHS ((struct fastq_widths){UINT64_MAX, 0})

static inline void fastq_widths_add(struct fastq_widths *widths, struct fastq_widths more)
{
    widths->least = more.least < widths->least ? more.least : widths->least;
    widths->most = more.most > widths->most ? more.most : widths->most;
}

/* What stands in front of an unwrapped record. */
struct fastq_unwrapped {
    uint64_t begin; /* of the record as it was, from the chunk's begin */
    uint64_t lines; /* that it had */
};

struct fastq_chunk {
    /* set by the caller: offsets in the text */
    size_t begin, stop;

    /* set by fastq_chunk_parse */
    size_t end;    /* behind the last record (or blank tail); at a fault that stopped, its record */
    bool more;     /* the text ended before the record at `end` could be judged */
    uint64_t seen; /* records, good and bad */
    uint64_t lines; /* lines passed, of good and bad records and of the tail */
    size_t tail;    /* blank lines that end the file: text[tail .. end); tail == end: none */
    struct scan_record *records;
    size_t count;
    struct fastq_totals totals[2]; /* of records with even and odd index in the chunk */
    struct fastq_fault *faults; /* the first of them, in order; lines and records are counted from
                                   the chunk's begin, bytes from that of the text */
    size_t fault_count;
    uint64_t bad; /* how many there were */

    /* of multi-line text: records that were wrapped, in four-line form; `begin` of their
     * scan_record counts from here. A struct fastq_unwrapped is in front of each. */
    struct buffer unwrapped;
    size_t unwrapped_bytes;
    struct fastq_widths widths; /* of their lines */

    struct fastq_columns columns[2]; /* set by fastq_columns_fill */

    size_t capacity, fault_capacity;
};

/* Parses the records that begin in [begin, stop), where stop is a cut the finder gave or the end of
 * the text. Bad records are not a failure: they are in `faults`; without rules->skip the first one
 * ends the chunk. Returns PFQ_OK or PFQ_NO_MEMORY. Uses the memory the chunk has from before. Pure
 * but for allocation. */
pfq_status fastq_chunk_parse(struct fastq_chunk *chunk, struct span text, bool at_end,
                             const struct fastq_rules *rules, pfq_error *err);

/* Releases the memory of the chunk. */
void fastq_chunk_release(struct fastq_chunk *chunk);

/* Where the parts of a record lie. */
struct fastq_place {
    const uint8_t *name, *bases, *quality;
};

/* Where the parts of chunk->records[i] lie, in the text that was parsed or unwrapped. */
static inline struct fastq_place fastq_place_of(const struct fastq_chunk *chunk, struct span text,
                                                const struct scan_record *record)
{
    const unsigned style = record->style;
    const uint8_t *const origin =
        style & PFQ_STYLE_WRAPPED ? chunk->unwrapped.data : text.data + chunk->begin;
    struct fastq_place at;
    at.name = origin + record->begin + 1;
    at.bases = at.name + record->name + 1 + !!(style & PFQ_STYLE_CR_NAME);
    const uint8_t *const plus = at.bases + record->bases + 1 + !!(style & PFQ_STYLE_CR_BASES);
    at.quality = plus + 1 + (style & PFQ_STYLE_PLUS_NAME ? record->name : 0) + 1 +
                 !!(style & PFQ_STYLE_CR_PLUS);
    return at;
}

/* Where a record begins in the text, from the chunk's begin, and how many lines it has there. */
static inline struct fastq_unwrapped fastq_origin_of(const struct fastq_chunk *chunk,
                                                     const struct scan_record *record)
{
    struct fastq_unwrapped origin = {record->begin, 4};
    if (record->style & PFQ_STYLE_WRAPPED)
        memcpy(&origin, chunk->unwrapped.data + record->begin - sizeof origin, sizeof origin);
    return origin;
}

#endif
