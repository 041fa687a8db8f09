/*
 * The list of bad records, with places in the files.
 */
#ifndef INPUT_FAULTS_H
#define INPUT_FAULTS_H

#include "base/error.h"
#include "fastq/parse.h"
#include "parfastq/team.h"

/* A fault with its true place. */
struct faults_entry {
    uint64_t stream, file;
    struct fastq_fault fault; /* byte, line and record count from 0, in the file */
};

/* The first `limit` of each stream, on this rank. */
struct faults {
    size_t limit;
    struct faults_entry *entries;
    size_t count, capacity;
    size_t of_stream[4];
};

/* Adds a fault unless the stream has its limit already. */
pfq_status faults_add(struct faults *faults, const struct faults_entry *entry, pfq_error *err);

/* All ranks' faults on rank 0, ordered by stream, file and place, at most `limit` of each stream;
 * none on other ranks. Collective; the same status on every rank. Owns: the caller frees *all. */
pfq_status faults_gather(pfq_team *team, const struct faults *faults, struct faults_entry **all,
                         size_t *count, pfq_error *err);

/* The fault as an error of the file at `path`. */
void faults_describe(const struct fastq_fault *fault, const char *path, pfq_error *err);

#endif
