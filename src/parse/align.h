/*
 * Rows in step: all mates of a row on one rank, and to every rank its share of the rows.
 *
 * Ranks and chunks cut the files of mates at different rows. What a rank has parsed of a mate is a
 * list of runs of rows. As soon as all mates have come as far as some row, the rows before it are
 * dealt: each rank owns a stretch of them, runs travel to their owners, and threads copy them to
 * chunks that hold all mates. Rows that one mate is ahead stay where they are until the others come
 * (the input holds back a mate that is too far ahead, so these are few).
 */
#ifndef PARSE_ALIGN_H
#define PARSE_ALIGN_H

#include "input/input.h"
#include "parfastq/parser.h"

/* Rows row .. row + records - 1 of a mate: records first, first + 1, ... of a batch. */
struct align_run {
    uint64_t row, first, records;
    pfq_batch batch;
    void *owned; /* the memory of the batch, if it is the run's */
};

struct align_list {
    struct align_run *runs;
    size_t count, capacity;
};

/* A chunk of the round: the rows of all mates. */
struct align_chunk {
    struct fastq_columns columns[PFQ_MAX_MATES];
    pfq_batch batches[PFQ_MAX_MATES];
};

struct align {
    uint64_t done; /* rows before are dealt; the same on every rank */
    struct align_list held[PFQ_MAX_MATES], mine[PFQ_MAX_MATES];
    struct align_chunks {
        struct align_chunk *list;
        size_t capacity;
    } chunks[2]; /* of this round and of the one before */
    int now;
    uint64_t *bounds; /* rank r owns rows bounds[r] .. bounds[r + 1] - 1 */
    uint64_t *counts; /* words to send to each rank */
    struct buffer send;
    uint64_t *received;
    size_t received_capacity;
};

struct pfq_parser;

/* Takes a round and makes parser->chunks of what can be dealt. Local failures are agreed upon.
 * Collective; the same status on every rank. */
pfq_status align_round(struct pfq_parser *parser, const struct input_round *round, pfq_error *err);

void align_destroy(struct align *align);

#endif
