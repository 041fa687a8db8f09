/*
 * A parser inside: the input, and the chunks of the round it has come to.
 *
 * Every way of parsing (each.c, all.c, stream.c, pipeline.c) is a loop of parser_turn between
 * parser_begin and parser_end. What fails on this rank alone is left in parser->own; the next turn
 * agrees on it, so the last turn of a loop is one that finds nothing left.
 */
#ifndef PARSE_PARSER_H
#define PARSE_PARSER_H

#include <pthread.h>

#include "parfastq/parser.h"
#include "parse/align.h"
#include "parse/reading.h"
#include "threads/place.h"

/* Memory for columns that chunks have given back; more than so many pieces are released. */
enum { CHUNK_SPARES = 64 };
struct chunk_spares {
    pthread_mutex_t lock;
    struct buffer list[CHUNK_SPARES];
    size_t count;
};

struct pfq_parser {
    pfq_team *team;
    bool own_team;
    pfq_parser_config config;
    pfq_reads reads;
    const char *file[1]; /* of a parser of one file, or one text */
    pfq_text text[1];
    int threads;
    struct threads_place *places; /* of the threads, when the last run began */

    struct reading reading;
    pfq_error own;

    const struct input_round *round; /* of the last turn */
    pfq_chunk *chunks;               /* of this rank in this round, in the order of their rows */
    struct fastq_columns **columns;  /* of each chunk, by mates */
    size_t count, capacity, columns_capacity;
    struct chunk_spares spares;
    struct align align; /* of mates with each other, and of shares */

    struct reading_meter meter; /* for who asks from another thread */
};

/* Begins the input anew. Collective; the same on every rank. Owns: ended by parser_end, also after
 * a failure. */
pfq_status parser_begin(pfq_parser *parser, const struct reading_wish *wish, pfq_error *err);

/* Opens a parser and begins its run at once, without the look that pfq_parser_open takes: for an
 * input that can be read but once. Collective; the same on every rank. Owns: pfq_parser_close,
 * after parser_end. */
pfq_status parser_open_run(const pfq_reads *reads, const pfq_parser_config *config,
                           const struct reading_wish *wish, pfq_parser **parser, pfq_error *err);

/* The next round. *more is false when the input is over, or after a failure. If the run fills
 * columns, parser->chunks are made, which live until the call after the next; else there is
 * parser->round. Collective; the same status on every rank. */
pfq_status parser_turn(pfq_parser *parser, bool *more, pfq_error *err);

/* Ends the run: says what there is to say, if it went well so far. Collective. */
pfq_status parser_end(pfq_parser *parser, pfq_status status, pfq_error *err);

/* Does the input need align? Else chunks are those of the only stream, where they are. Pure. */
bool parser_aligns(const pfq_parser *parser);

/* Keeps a failure of this rank until the next turn, unless there is one. */
void parser_fail(pfq_parser *parser, pfq_status status, const pfq_error *err);

/* Room for the chunks of a round, and for where their columns are. */
pfq_status parser_reserve(pfq_parser *parser, size_t count, pfq_error *err);

/* Makes *chunk of chunk i of the round, with its memory, which it then owns: chunk_give_back, on
 * any thread, or pfq_chunks_release. Chunk i can be read until the call after the next of
 * parser_turn, as long as *chunk lives. */
pfq_status chunk_take(pfq_parser *parser, size_t i, pfq_chunk *chunk, pfq_error *err);

/* Ends a chunk that was taken, or an empty one. */
void chunk_give_back(pfq_parser *parser, pfq_chunk *chunk);

void chunk_spares_create(struct chunk_spares *spares);
void chunk_spares_destroy(struct chunk_spares *spares);

#endif
