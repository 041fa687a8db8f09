/*
 * The input of a run: files in, parsed slices out, round by round, with global row numbers.
 *
 * Every call of input_next is one turn of the wheel: end the reading of this round, plan the next,
 * parse this one with all threads while the next is read, by the main thread or, in a process that
 * is alone, by the threads before they parse; then agree: whether anybody failed, whether all seams
 * between ranks fit (else the right neighbour parses again from where the left one ended), what
 * lies before each rank. All ranks return the same error: that of the first bad record of the input
 * as one serial reader, taking one record of each mate in turn, would meet it.
 */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"
#include "fastq/chunk.h"
#include "input/source.h"
#include "parfastq/run.h"
#include "parfastq/team.h"
#include "threads/threads.h"

struct team_state;

struct input_config {
    struct fastq_rules rules;
    struct fastq_filling filling; /* of the columns of the chunks, if they are wanted */
    int threads;
    size_t chunk_bytes;
    uint64_t slice_bytes; /* of all streams together, for each rank */
    pfq_inflate inflate;
    bool strict;
    bool index; /* write an index of each gzip file that has none */
    bool check_names;
    struct team_state *state; /* from which to go on; NULL: from the beginning */
    bool no_prefetch;         /* read a slice when it is wanted, not before */
    uint64_t rows;            /* what is wrong behind the first so many is not looked at; 0: all */
    struct threads_aside aside; /* what is done beside the parsing, before anybody reads */

    /* Bytes of files that are done, as this rank knows: its own as soon as they are parsed (of a
     * text that flows, when a round is settled), those of others when a round is settled. Never
     * goes back. */
    _Atomic uint64_t *done;
    bool (*stop)(void *context); /* is the run to end here? Asked once a round; NULL: no */
    void *stop_context;
    bool stop_after_round;       /* the round in which that is agreed is still given */
    void (*tick)(void *context); /* now and then, by the main thread; NULL: nothing */
    void *tick_context;
};

/* What this rank got of one stream. Valid until the next call; the columns of the chunks until the
 * call after that. */
struct input_slice {
    struct span text;
    size_t lane;                /* the file, counted from 0, ... */
    uint64_t begin;             /* ... and where the text begins in it */
    struct fastq_chunk *chunks; /* the memory of their columns may be taken */
    size_t chunk_count;
    uint64_t first;   /* good records of this stream before these */
    struct span tail; /* blank lines, if the file ends here */
};

struct input_round {
    int streams;
    struct input_slice slices[PFQ_MAX_MATES];
};

struct input;

/* Opens the files and begins to read. Collective; the same status on every rank.
 * Owns: input_close, which takes NULL. */
pfq_status input_open(pfq_team *team, const pfq_reads *reads, const struct input_config *config,
                      struct input **input, pfq_error *err);
void input_close(struct input *input);

/* The next round, or NULL when the input is over. `own` is what failed on this rank since the last
 * call (status PFQ_OK: nothing); it is agreed here. PFQ_STOPPED, from then on, if any rank was told
 * to stop; what failed since the last call is then not looked at. Collective; the same status on
 * every rank. */
pfq_status input_next(struct input *input, const pfq_error *own, const struct input_round **round,
                      pfq_error *err);

/* Writes into `state` what is needed to go on behind the round that was given last. Pipes cannot be
 * taken up again, and must be refused before. Collective; the same status on every rank. */
pfq_status input_save(struct input *input, struct team_state *state, pfq_error *err);

/* For the caller's own loops between two calls of input_next: what can be done beside them. */
struct threads_aside input_aside(struct input *input);

/* ---- after the last round, the same on every rank ---- */

int input_streams(const struct input *input);
const struct input_source *input_source(const struct input *input, int stream);

/* Records of a stream so far, good ones; and bad ones of all streams, where they are skipped. (A
 * bad one that is not ends the run, or lies behind the rows that are of interest.) */
uint64_t input_records(const struct input *input, int stream);
uint64_t input_bad_records(const struct input *input);

/* Bytes of text so far. */
uint64_t input_bytes(const struct input *input);

/* Bytes of files that are used up, and of all files but pipes. */
uint64_t input_file_bytes(const struct input *input);
uint64_t input_total_bytes(const struct input *input);

/* How wide the lines of wrapped records are so far, of each stream; of multi-line text. Collective;
 * the same status, and widths, on every rank. */
pfq_status input_widths(struct input *input, struct fastq_widths widths[PFQ_MAX_MATES],
                        pfq_error *err);

/* A fault between mates (names, counts) that a run with rules.skip met, or PFQ_OK. */
pfq_status input_pair_error(const struct input *input, pfq_error *err);

/* The bad records that were skipped, on rank 0: the first rules.max_faults of each stream, in
 * order; none on other ranks. Collective. Owns: the caller frees *list. */
pfq_status input_faults(struct input *input, pfq_fault **list, size_t *count, pfq_error *err);

#endif
