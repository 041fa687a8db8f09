/*
 * The files of an input: looked at once by rank 0, known to all.
 */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "base/error.h"
#include "parfastq/run.h"
#include "parfastq/team.h"

struct input_file {
    const char *path;    /* the caller's; of a text in memory: its name */
    const uint8_t *text; /* in memory; NULL: a file */
    uint64_t bytes;
    int64_t modified; /* seconds since 1970 */

    /* known when the last round of the file is over */
    uint64_t first_row, records, tail_bytes;
};

/* A stream: the files of one mate (or of interleaved mates), read one after the other. */
struct input_source {
    struct input_file *files;
    size_t count;
};

/* Fills sources[0 .. reads->mates). Refuses what cannot be FASTQ (a directory, something
 * compressed, FASTA, ...) by name. Collective; the same status on every rank. Owns:
 * input_source_release. */
pfq_status input_source_open(pfq_team *team, const pfq_reads *reads, struct input_source *sources,
                             pfq_error *err);

/* Bytes from `start` of file `index` to the end of the last file. Pure. */
uint64_t input_source_rest(const struct input_source *source, size_t index, uint64_t start);

void input_source_release(struct input_source *source);

#endif
