/*
 * The serial parser: one record at a time, and the truth about what is good and what is wrong.
 *
 * Everything fast is measured against it: a kernel of scan/ proves records good; whatever it cannot
 * prove comes here. A record is judged in the order of its lines (marker, presence, lengths), then
 * its contents (bases, repeated name, quality values), so the verdict does not depend on how much
 * of the file is in memory: when the text ends too early to tell, the answer is FASTQ_RECORD_MORE.
 *
 * Accepted: LF or CR LF on each line; no newline behind the last line; a '+' line that repeats the
 * name; reads of length zero, the last of which may end the file right behind its '+' line; blank
 * lines behind the last record.
 */
#ifndef FASTQ_PARSE_H
#define FASTQ_PARSE_H

#include <stdbool.h>

#include "base/span.h"
#include "parfastq/status.h"
#include "scan/scan.h"

struct fastq_rules {
    const struct scan_kernel *kernel;
    uint8_t quality_min, quality_max; /* quality characters allowed */
    bool skip;                        /* go on behind a bad record */
    size_t max_faults;                /* how many are described; at least 1 */
    bool coded;                       /* bases must have codes (forms.h) */
    bool multiline;                   /* bases and qualities may be wrapped (wrapped.h) */
};

/* What is wrong with a record. Lines and records are counted from 0 here, from where the caller
 * began. */
struct fastq_fault {
    pfq_status status;
    uint64_t byte;   /* offset in the text of the record's first byte */
    uint64_t line;   /* the offending line */
    uint64_t record; /* the bad record: how many came before it, good or bad */
    char message[200];
};

enum fastq_verdict {
    FASTQ_RECORD_GOOD, /* *record and *end are set */
    FASTQ_RECORD_BAD,  /* *fault is set; fault->line is the line in the record */
    FASTQ_RECORD_MORE, /* the text ends before this can be decided */
    FASTQ_RECORD_TAIL  /* only blank lines from here to the end of the file */
};

/* Judges the record that begins at text[begin], begin < text.size. `at_end` says that the file ends
 * where the text does. record->begin is left alone. Pure. */
enum fastq_verdict fastq_parse_record(struct span text, size_t begin, bool at_end,
                                      const struct fastq_rules *rules, struct scan_record *record,
                                      size_t *end, struct fastq_fault *fault);

#endif
