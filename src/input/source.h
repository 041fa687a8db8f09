/*
 * The files of an input: looked at once by rank 0, known to all.
 */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "parfastq/run.h"
#include "parfastq/team.h"
#include "team/team.h"
#include "unpack/unpack.h"

enum { INPUT_FIRST_BYTES = 16, INPUT_REMARK_BYTES = 160 };

struct input_file {
    const char *path;    /* the caller's; of a text in memory: its name */
    const uint8_t *text; /* in memory; NULL: a file */
    uint64_t bytes;      /* 0 of a pipe: nobody knows */
    int64_t modified;    /* seconds since 1970 */
    int64_t nanoseconds; /* of that second; on rank 0 */
    enum unpack_kind packed;
    bool piped; /* it can only be read from the front to the back, and by rank 0 alone */

    /* on rank 0, of a pipe */
    int pipe;
    uint8_t first[INPUT_FIRST_BYTES]; /* what has been read of it to learn what it is */
    size_t first_bytes;

    /* of a compressed file whose text has ended: what is odd about it, or ""; text, and how much
     * of it was inflated in 16 bits, and how much from points of an index */
    char remark[INPUT_REMARK_BYTES];
    uint64_t text_bytes, wide_text_bytes, listed_text_bytes;

    /* of a gzip file: its index, while it is written; whether there is a good one; and what is odd
     * about it, or "" */
    struct index_writer *index;
    bool has_index;
    char index_remark[INPUT_REMARK_BYTES];

    /* known when the last round of the file is over */
    uint64_t first_row, records, tail_bytes;
};

/* A stream: the files of one mate (or of interleaved mates), read one after the other. */
struct input_source {
    struct input_file *files;
    size_t count;
};

/* Can ranks read the text at any offset? Pure. */
static inline bool input_file_plain(const struct input_file *file)
{
    return file->packed == UNPACK_NONE && !file->piped;
}

/* Fills sources[0 .. reads->mates). Refuses what cannot be FASTQ (a directory, FASTA, ...) by name.
 * The path "-" is the standard input of rank 0. Collective; the same status on every rank. Owns:
 * input_source_release. */
pfq_status input_source_open(pfq_team *team, const pfq_reads *reads, struct input_source *sources,
                             pfq_error *err);

/* PFQ_OK if ranks can read all files at any offset, else PFQ_UNSUPPORTED, which names one. Pure. */
pfq_status input_source_plain(const struct input_source *source, pfq_error *err);

/* PFQ_OK if an index can be written of each file: all are gzip, and on disk; else PFQ_UNSUPPORTED,
 * which names one. Pure. */
pfq_status input_source_indexable(const struct input_source *source, pfq_error *err);

/* Bytes from `start` of file `index` to the end of the last file. Pure. */
uint64_t input_source_rest(const struct input_source *source, size_t index, uint64_t start);

/* Opens a file that is no pipe on this rank alone, be it on disk or in memory. Owns:
 * team_file_close. */
pfq_status input_file_open(pfq_team *team, const struct input_file *file, struct team_file **out,
                           pfq_error *err);

void input_source_release(struct input_source *source);

#endif
