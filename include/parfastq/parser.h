/*
 * The parallel parser: FASTQ from files or memory, by threads, and over the ranks of a team.
 *
 * A parser is opened, used once by one of the pfq_parse_... functions or by a stream, and closed:
 *
 *     pfq_parser *parser = NULL;
 *     pfq_parser_config config = {0};                              all defaults
 *     pfq_status status = pfq_parser_open_memory(text, bytes, &config, &parser, &err);
 *     if (!status)
 *         status = pfq_parse_each(parser, &consumer, &err);
 *     pfq_parser_close(parser);
 *
 * What comes out does not depend on threads, ranks, slices or chunks: the same records in the same
 * order, or the same error with the same file, line, record and byte.
 *
 * Rows. Every record has a row, its number in the whole input from 0; record i of mate 1 and record
 * i of mate 2 have the same row. A team shares the rows among its ranks: each row comes to one
 * rank.
 *
 * Units. `bytes` are bytes of text, offsets count from 0; lines and records in errors count from 1.
 */
#ifndef PARFASTQ_PARSER_H
#define PARFASTQ_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parfastq/batch.h"
#include "parfastq/error.h"
#include "parfastq/team.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is read ---- */

enum { PFQ_MAX_MATES = 4 };

/* A text in memory. It must stay as it is while the parser is open; it is not copied. */
typedef struct pfq_text {
    const void *data;
    size_t bytes;
} pfq_text;

/* The input: for each mate the files (or texts) of its lanes, in order. */
typedef struct pfq_reads {
    int mates;                               /* 1..PFQ_MAX_MATES; 1 when interleaved */
    size_t lanes[PFQ_MAX_MATES];             /* number of files of each mate */
    const char *const *files[PFQ_MAX_MATES]; /* paths, owned by the caller; of texts: names for
                                                errors, or NULL */
    bool interleaved;                        /* the one stream holds mates 1 and 2 in turn */
    const pfq_text *texts[PFQ_MAX_MATES];    /* not NULL: the lanes are these texts, not files; in a
                                                team every rank has the same */
} pfq_reads;

/* ---- how ---- */

typedef enum pfq_quality_encoding {
    PFQ_QUALITY_AUTO = 0,   /* Sanger; a warning if the whole input looks like Phred+64 */
    PFQ_QUALITY_SANGER,     /* '!'..'~' are Phred 0..93 */
    PFQ_QUALITY_ILLUMINA13, /* '@'..'~' are Phred 0..62 */
    PFQ_QUALITY_SOLEXA      /* ';'..'~' are Solexa scores -5..62, kept as score + 5 */
} pfq_quality_encoding;

typedef enum pfq_on_error {
    PFQ_ON_ERROR_STOP = 0, /* the first bad record ends the run */
    PFQ_ON_ERROR_SKIP /* bad records are left out, counted and listed; the run ends with status 1 */
} pfq_on_error;

/* Who inflates a gzip file. */
typedef enum pfq_inflate {
    PFQ_INFLATE_AUTO = 0, /* everybody, unless the file is small or there is only one core */
    PFQ_INFLATE_SERIAL,   /* rank 0, from the front to the back, while the others parse */
    PFQ_INFLATE_PARALLEL  /* all threads of all ranks, each in another place of the file */
} pfq_inflate;

/* Which memory the threads' buffers come from, where memory has more than one node (NUMA). */
typedef enum pfq_numa {
    PFQ_NUMA_AUTO = 0,  /* the system's default: the node of the thread that touches it first */
    PFQ_NUMA_LOCAL,     /* of the node of the thread that asks, and of no other */
    PFQ_NUMA_INTERLEAVE /* page by page of all nodes this process may use */
} pfq_numa;

/* What the ranks of a team get like shares of, within each round. Mates of a row stay together, so
 * of pairs and interleaved pairs it is always the records: BYTES and BASES fall back to RECORDS. */
typedef enum pfq_balance {
    PFQ_BALANCE_AUTO = 0, /* bytes */
    PFQ_BALANCE_BYTES,    /* of text: records stay with the rank that read them */
    PFQ_BALANCE_RECORDS,
    PFQ_BALANCE_BASES
} pfq_balance;

/* How far a run is. Numbers are of the whole team, as this rank knows them: its own bytes count as
 * soon as a chunk of them is parsed, everything else when a round is over. */
typedef struct pfq_progress {
    uint64_t bytes;       /* done */
    uint64_t total_bytes; /* to do; 0 if unknown */
    uint64_t records;     /* done */
    double seconds;       /* since the run began */
} pfq_progress;

/* How to read and parse; all zero: the defaults. */
typedef struct pfq_parser_config {
    pfq_team *team;       /* of a parser; NULL: this process alone. Commands are given theirs */
    int threads;          /* per rank; 0: OMP_NUM_THREADS, else the cores this rank may use */
    uint64_t slice_bytes; /* text one rank holds in one round; 0: 4 MiB a thread, 64 MiB at most */
    uint64_t chunk_bytes; /* text one thread parses at a time; 0: 1 MiB; at most 1 GiB */
    bool no_prefetch;     /* do not read the next slice while this one is parsed */
    bool pin_threads;     /* bind each thread to a core of those this process may use */
    pfq_numa numa;
    pfq_balance balance;
    pfq_quality_encoding quality_encoding;
    pfq_on_error on_error;
    pfq_inflate inflate;
    bool index;          /* leave an index of each gzip file beside it, FILE.pfqi, unless one is
                            there; those that are there are used in any case */
    bool strict;         /* an error, not a warning: bytes behind the last gzip member */
    bool no_name_check;  /* do not compare the names of mates */
    bool multiline;      /* bases and qualities may be wrapped over several lines: quality lines are
                            read until they are as many as the bases */
    uint64_t max_errors; /* how many bad records are listed; 0: 100 */
    /* Called on rank 0 by the thread that called the parser (of a stream in a team of one: by the
     * stream's), ten times a second at most and at the end; may be NULL. */
    void (*progress)(void *context, const pfq_progress *progress);
    /* Called on rank 0 for each bad record of a run that goes on, in order, and for each warning
     * (status PFQ_OK); may be NULL. */
    void (*report)(void *context, const pfq_error *what);
    /* Called on rank 0 for facts that are neither good nor bad, a line each: how each compressed
     * file was inflated. May be NULL. */
    void (*note)(void *context, const char *line);
    /* Asked once a round on every rank, by the thread that called: true, on any of them, ends the
     * run on all of them with PFQ_STOPPED. For the handler of a signal, which sets a flag that this
     * function looks at; the library installs no handlers. May be NULL. */
    bool (*stop)(void *context);
    void *context;
} pfq_parser_config;

/* ---- opening ---- */

/* Files may be compressed by gzip (BGZF, many members, one big one), bzip2, xz or zstd, whatever
 * their names are; the path "-" is the standard input of rank 0, and pipes are read by it as well.
 */
typedef struct pfq_parser pfq_parser;

/* Opens files or texts. Nothing is parsed yet, but what is not FASTQ at first sight is refused.
 * Collective: config->team. Threads: main. Owns: the caller owns *parser and ends it with
 * pfq_parser_close; reads, files and texts stay the caller's and must outlive it.
 * Returns: PFQ_OK, PFQ_USAGE, PFQ_NOT_FOUND, PFQ_NOT_FASTQ or another failure. */
pfq_status pfq_parser_open(const pfq_reads *reads, const pfq_parser_config *config,
                           pfq_parser **parser, pfq_error *err);

/* Opens one file: pfq_parser_open with a list of one.
 * Collective: config->team. Threads: main. Owns: as pfq_parser_open. Returns: the same. */
pfq_status pfq_parser_open_file(const char *path, const pfq_parser_config *config,
                                pfq_parser **parser, pfq_error *err);

/* Opens one text in memory: pfq_parser_open with a list of one. The text is not copied.
 * Collective: config->team, every rank with the same text. Threads: main. Owns: as pfq_parser_open.
 * Returns: the same. */
pfq_status pfq_parser_open_memory(const void *text, size_t bytes, const pfq_parser_config *config,
                                  pfq_parser **parser, pfq_error *err);

/* Closes, at any time; NULL is fine.
 * Collective: the parser's team. Threads: main. Owns: releases the parser. Returns: nothing. */
void pfq_parser_close(pfq_parser *parser);

/* The threads this rank parses with; callbacks get numbers below it.
 * Collective: no. Threads: safe. Owns: nothing. Returns: at least 1. */
int pfq_parser_threads(const pfq_parser *parser);

/* How far the parser is, over all ranks, at any time. It moves with every chunk, and does not go
 * back before the next run begins. `progress` may be NULL. Collective: no. Threads: safe. Owns:
 * nothing. Returns: 0 at the beginning to 1 at the end. */
double pfq_parser_progress(const pfq_parser *parser, pfq_progress *progress);

/* Where one thread runs. Numbers are the operating system's; -1: unknown. */
typedef struct pfq_place {
    int cpu, core, package, numa_node;
    bool pinned; /* it may run nowhere else */
} pfq_place;

/* Where each of the parser's threads ran when the last run began, or when it was opened:
 * places[0 .. pfq_parser_threads).
 * Collective: no. Threads: main. Owns: nothing. Returns: nothing. */
void pfq_parser_places(const pfq_parser *parser, pfq_place *places);

/* ---- one piece at a time, by all threads ---- */

/* What a consumer is given: some records in a row. */
typedef struct pfq_chunk {
    uint64_t row; /* of record 0 of each batch */
    int mates;
    const pfq_batch *batches; /* [mates]; record i of each has row + i */
    size_t lane;              /* the file of mate 1 these records are from, counted from 0, ... */
    uint64_t begin, end;      /* ... and their bytes there. Of pairs, and where rows were moved
                                 between ranks for balance: 0, 0 */
} pfq_chunk;

/* One record of a batch. `bases` counts bases and quality values. */
typedef struct pfq_record {
    uint64_t row;
    int mate;               /* 1-based */
    const char *name;       /* name_bytes, not terminated */
    const char *sequence;   /* bases */
    const uint8_t *quality; /* bases, Phred scores as numbers */
    size_t name_bytes, bases;
} pfq_record;

/* Record i of a mate (1-based) of a chunk.
 * Collective: no. Threads: safe. Owns: nothing; it points into the chunk. Returns: the record. */
pfq_record pfq_chunk_record(const pfq_chunk *chunk, int mate, size_t i);

/* Who is called. A function that is NULL is not. Each returns PFQ_OK, or a status (PFQ_STOPPED,
 * say) that ends the run on all ranks; *err may then be filled (pfq_error_say) and comes back from
 * pfq_parse_each. `state` is what `begin` made for the thread, or `context`. */
typedef struct pfq_consumer {
    /* Before the first call on a thread (0 .. pfq_parser_threads - 1), by the main thread. */
    pfq_status (*begin)(void *context, int thread, void **state, pfq_error *err);
    pfq_status (*chunk)(void *state, const pfq_chunk *chunk, pfq_error *err);
    /* Each record: those of a chunk in order, mates of a row behind each other. */
    pfq_status (*record)(void *state, const pfq_record *record, pfq_error *err);
    /* When a chunk and all its records are done. */
    pfq_status (*chunk_end)(void *state, const pfq_chunk *chunk, pfq_error *err);
    /* At the end, also after a failure, for every thread that began, by the main thread in order of
     * the threads: the place to add up. */
    pfq_status (*end)(void *context, int thread, void *state, pfq_error *err);
    void *context;
    bool in_order; /* all calls from the main thread, in the order of this rank's rows, while the
                      others parse */
} pfq_consumer;

/* Calls a consumer with every record of the input, from all threads. Nothing is kept: chunks live
 * until the call returns.
 * Collective: the parser's team. Threads: main. Owns: nothing.
 * Returns: PFQ_OK; PFQ_BAD_RECORDS if bad records were left out; else the first failure, the same
 * on every rank: that of a bad record, or of a consumer. */
pfq_status pfq_parse_each(pfq_parser *parser, const pfq_consumer *consumer, pfq_error *err);

/* ---- everything at once ---- */

/* `records` rows from `row` on are records index, index + 1, ... of the batches. */
typedef struct pfq_run {
    uint64_t row, index, records;
} pfq_run;

/* The records of this rank, in the order of their rows. */
typedef struct pfq_records {
    int mates;
    pfq_batch batch[PFQ_MAX_MATES]; /* columns that the records own */
    pfq_run *runs; /* which rows these are; one run, but for a team that read in several rounds */
    size_t run_count;
} pfq_records;

/* Parses the whole input into one batch for each mate. Columns are filled from the text, once.
 * Collective: the parser's team. Threads: main. Owns: the caller ends *records with
 * pfq_records_release. Returns: as pfq_parse_each; without records after a failure. */
pfq_status pfq_parse_all(pfq_parser *parser, pfq_records *records, pfq_error *err);

/* Releases; all zero is fine.
 * Collective: no. Threads: any. Owns: releases the columns. Returns: nothing. */
void pfq_records_release(pfq_records *records);

/* Parses the whole input into one chunk for each stretch of about chunk_bytes.
 * Collective: the parser's team. Threads: main. Owns: the caller ends *chunks with
 * pfq_chunks_release. Returns: as pfq_parse_each; without chunks after a failure. */
pfq_status pfq_parse_chunks(pfq_parser *parser, pfq_chunk **chunks, size_t *count, pfq_error *err);

/* Releases; NULL is fine.
 * Collective: no. Threads: any. Owns: releases the chunks. Returns: nothing. */
void pfq_chunks_release(pfq_chunk *chunks, size_t count);

/* A bad record. */
typedef struct pfq_fault {
    pfq_error error; /* file, line, record, byte, sentence */
    int mate;        /* 1-based; of an interleaved input: 1 */
    uint64_t chunk;  /* the stretch of chunk_bytes of its file, from 0, in which it begins */
} pfq_fault;

/* Parses everything and goes on behind bad records: the good ones, and on rank 0 the list of the
 * bad, in the order of the input, at most max_errors for each mate. Either output may be NULL.
 * Collective: the parser's team. Threads: main. Owns: the caller ends *records with
 * pfq_records_release and *faults with free.
 * Returns: PFQ_OK if all records are good; PFQ_BAD_RECORDS with both outputs; or a failure. */
pfq_status pfq_parse_checked(pfq_parser *parser, pfq_records *records, pfq_fault **faults,
                             size_t *count, pfq_error *err);

/* ---- where chunks begin, without parsing them ---- */

typedef struct pfq_range {
    int mate;            /* 1-based */
    size_t lane;         /* from 0 */
    uint64_t begin, end; /* bytes; the first byte of a record, and of the next range */
} pfq_range;

/* Cuts the input at records, near multiples of chunk_bytes. Nothing is parsed and nothing checked
 * but what the cuts need. The ranges cover all bytes of all files, in order, on every rank.
 * Collective: the parser's team. Threads: main. Owns: the caller frees *ranges.
 * Returns: PFQ_OK or a failure. */
pfq_status pfq_find_chunks(pfq_parser *parser, pfq_range **ranges, size_t *count, pfq_error *err);

/* ---- pulled ---- */

typedef struct pfq_stream pfq_stream;

/* Begins to parse into a queue of at most `depth` chunks (0: two for each thread). In a team of one
 * a thread of the stream turns the parser, and waits when the queue is full. In a larger team,
 * where MPI is the main thread's, pfq_stream_next turns it, and the stream must be pulled by the
 * main thread, on every rank to its end, or closed. Collective: the parser's team. Threads: main.
 * Owns: the caller ends *stream with pfq_stream_close, before the parser. Returns: PFQ_OK or
 * PFQ_NO_MEMORY. */
pfq_status pfq_stream_open(pfq_parser *parser, size_t depth, pfq_stream **stream, pfq_error *err);

/* The next chunk, in the order of this rank's rows; *chunk is NULL at the end, and after a failure.
 * Collective: of a team of one: no; else the parser's team. Threads: any, one at a time; in a
 * larger team: main. Owns: the chunk is the stream's, and lives until the next call or the end.
 * Returns: as pfq_parse_each. */
pfq_status pfq_stream_next(pfq_stream *stream, const pfq_chunk **chunk, pfq_error *err);

/* Ends the stream, at any time, and what it was doing; NULL is fine. A rank of a team that closes
 * before its end stops the others: they get PFQ_STOPPED.
 * Collective: the parser's team. Threads: main. Owns: releases the stream. Returns: nothing. */
void pfq_stream_close(pfq_stream *stream);

/* ---- parsing and processing side by side ---- */

typedef struct pfq_pipeline {
    int threads;  /* that process; 0: as many as parse */
    size_t depth; /* chunks between the stages; 0: two for each thread that processes */
    /* As in pfq_consumer, on the threads that process (0 .. threads - 1): */
    pfq_status (*begin)(void *context, int thread, void **state, pfq_error *err);
    /* *result, if not NULL, goes to the sink. */
    pfq_status (*process)(void *state, const pfq_chunk *chunk, void **result, pfq_error *err);
    pfq_status (*end)(void *context, int thread, void *state, pfq_error *err);
    /* One call at a time, in the order of this rank's rows; owns the result. NULL: no sink. After a
     * failure it is called with chunk == NULL for each result that is left, to be released. */
    pfq_status (*sink)(void *context, const pfq_chunk *chunk, void *result, pfq_error *err);
    void *context;
} pfq_pipeline;

/* Parses with the parser's threads while others process what has been parsed.
 * Collective: the parser's team. Threads: main. Owns: nothing. Returns: as pfq_parse_each. */
pfq_status pfq_parse_pipeline(pfq_parser *parser, const pfq_pipeline *pipeline, pfq_error *err);

/* ---- over ranks ---- */

/* Records of every rank: counts[0 .. size of the team).
 * Collective: team. Threads: main. Owns: nothing. Returns: PFQ_OK or PFQ_MPI_FAILED. */
pfq_status pfq_count(pfq_team *team, const pfq_records *records, uint64_t *counts, pfq_error *err);

/* All ranks' records on rank 0, in the order of their rows, of any size; none on other ranks.
 * Collective: team. Threads: main. Owns: the caller ends *all with pfq_records_release; `records`
 * stays as it is. Returns: PFQ_OK, PFQ_NO_MEMORY or PFQ_MPI_FAILED, the same on every rank. */
pfq_status pfq_gather(pfq_team *team, const pfq_records *records, pfq_records *all, pfq_error *err);

/* Rank 0's records dealt to all ranks, like shares in the order of the rows. `all` is looked at on
 * rank 0 only.
 * Collective: team. Threads: main. Owns: the caller ends *records with pfq_records_release.
 * Returns: as pfq_gather. */
pfq_status pfq_scatter(pfq_team *team, const pfq_records *all, pfq_balance balance,
                       pfq_records *records, pfq_error *err);

#ifdef __cplusplus
}
#endif
#endif
