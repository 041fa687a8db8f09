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

#include "base/error.h"
#include "fastq/columns.h"
#include "fastq/parse.h"

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
    struct fastq_fault *faults;    /* the first of them, in order; places from the chunk's begin */
    size_t fault_count;
    uint64_t bad; /* how many there were */

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

/* Where the parts of a record lie in the text, for chunk->records[i]. */
struct fastq_place {
    size_t name, bases, quality;
};
static inline struct fastq_place fastq_place_of(const struct fastq_chunk *chunk,
                                                const struct scan_record *record)
{
    const unsigned style = record->style;
    struct fastq_place at;
    at.name = chunk->begin + record->begin + 1;
    at.bases = at.name + record->name + 1 + !!(style & PFQ_STYLE_CR_NAME);
    const size_t plus = at.bases + record->bases + 1 + !!(style & PFQ_STYLE_CR_BASES);
    at.quality = plus + 1 + (style & PFQ_STYLE_PLUS_NAME ? record->name : 0) + 1 +
                 !!(style & PFQ_STYLE_CR_PLUS);
    return at;
}

#endif
