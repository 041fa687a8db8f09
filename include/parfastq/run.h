/*
 * What the command does, as functions: convert, filter, stats, validate, export, plan, info.
 *
 * All of them are collective over a team and return the same status, and the same error, on every
 * rank. Configs are plain structs whose all-zero value means the defaults. A library that was built
 * without HDF5 has the same functions; pfq_convert, pfq_export and pfq_info then return
 * PFQ_UNSUPPORTED and do nothing.
 */
#ifndef PARFASTQ_RUN_H
#define PARFASTQ_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "parfastq/filter.h"
#include "parfastq/parser.h"
#include "parfastq/team.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pfq_writer {
    PFQ_WRITER_AUTO = 0, /* direct */
    PFQ_WRITER_DIRECT,   /* every rank writes its rows */
    PFQ_WRITER_GATHER    /* rows travel to rank 0, which writes alone */
} pfq_writer;

typedef enum pfq_compress {
    PFQ_COMPRESS_FAST = 0, /* deflate, each column encoded in the way that suits it */
    PFQ_COMPRESS_NONE,
    PFQ_COMPRESS_GZIP, /* deflate of a level, 1 to 9 */
    PFQ_COMPRESS_ZSTD  /* the registered filter 32015, level 1 to 19; readers need its plugin */
} pfq_compress;

/* How datasets are compressed. The level counts for those that have levels; 0: gzip 6, zstd 3. */
typedef struct pfq_compression {
    pfq_compress method;
    int level;
    bool checksum; /* each chunk carries Fletcher32, which readers check */
} pfq_compression;

/* How bases are kept. */
typedef enum pfq_base_form {
    PFQ_BASES_ASCII = 0, /* the characters of the input */
    PFQ_BASES_CODE       /* 0 to 4 for A, C, G, T, N in either case; other characters are refused */
} pfq_base_form;

/* How qualities are kept. */
typedef enum pfq_score_form {
    PFQ_SCORES_PHRED = 0, /* the scores of the input */
    PFQ_SCORES_BIN8       /* in the eight bins of Illumina; what they were before is lost */
} pfq_score_form;

/* What was read. Numbers are of the whole team. */
typedef struct pfq_counts {
    int mates;
    uint64_t records[PFQ_MAX_MATES];
    uint64_t bases[PFQ_MAX_MATES];
    uint64_t dropped[PFQ_MAX_MATES]; /* by filters; not in records */
    uint64_t bytes;                  /* of text, all files */
    uint64_t bad_records;            /* left out (convert) or found (validate) */
    double seconds;
    bool unfinished; /* convert: stopped, and to be taken up again from a checkpoint */
} pfq_counts;

typedef struct pfq_convert_config {
    pfq_parser_config parse;
    pfq_writer writer;
    pfq_compression compression;
    unsigned columns; /* bits of parfastq/batch.h; others are left out. 0: all */
    pfq_base_form bases;
    pfq_score_form scores;
    bool qc; /* keep the statistics of pfq_stats in the file, as JSON: /summary/json. Of all
                columns, in the forms they come in */
    pfq_filter_config filter; /* which reads are kept; /readN/filter tells what became of all */
    bool index_names;     /* end with an index of the names: 16 bytes of memory for each record */
    uint64_t align_bytes; /* what a rank writes begins at multiples of this, where at most an eighth
                             of it is lost to gaps; up to 2^30. 0: of the stripes of a Lustre file
                             system, elsewhere anywhere; 1: anywhere */
    bool force;           /* replace an output that exists */
    bool resume; /* when stopped (parse.stop), leave OUTPUT.partial and OUTPUT.checkpoint; where
                    they are, go on from there */
    const char *command; /* kept in the file as the command line; NULL: none */
} pfq_convert_config;

/* FASTQ -> one HDF5 file `output` (schema: README). The file appears under its name when it is
 * complete, or not at all. Records are written in the order of the input; datasets do not depend on
 * ranks, threads or slices, nor on whether a run was stopped and resumed, by the same or another
 * number of ranks. A resumed run must be given the same reads and settings: others, and files that
 * have changed since, are PFQ_USAGE. Pipes cannot be resumed: PFQ_UNSUPPORTED.
 * Collective: team. Threads: main. Owns: nothing is kept. `counts` may be NULL.
 * Returns: PFQ_OK; PFQ_BAD_RECORDS with a complete file if bad records were left out; PFQ_STOPPED,
 * with counts->unfinished if there is a checkpoint; any other status without a file. */
pfq_status pfq_convert(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err);

/* Reads and checks everything `pfq_convert` checks, reports every bad record, writes nothing. If
 * the input is one file and that is HDF5, it must be one of pfq_convert: then its structure, its
 * values, its counts, its checksums and the names of mates are checked, and everything that is
 * wrong is reported with dataset and row. Collective: team. Threads: main. Owns: nothing is kept.
 * `counts` may be NULL. Returns: PFQ_OK if all records are good; PFQ_BAD_RECORDS if not, after each
 * has been reported; or a failure. */
pfq_status pfq_validate(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                        pfq_counts *counts, pfq_error *err);

/* Computes the byte ranges `pfq_convert` would use and prints them on rank 0 as a table: file,
 * round, rank, first byte, last byte + 1, bytes. Collective: team. Threads: main. Owns: nothing is
 * kept. Returns: PFQ_OK or a failure. */
pfq_status pfq_plan(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                    FILE *out, pfq_error *err);

typedef struct pfq_stats_config {
    pfq_parser_config parse;
    pfq_filter_config filter; /* of FASTQ: all is counted before and after */
    bool tabs;                /* the table for programs: separated by tabs */
    const char *json;         /* files to write, and a directory; NULL: not wanted */
    const char *fastqc;       /* DIR/NAME_fastqc/ of each input, as FastQC would write it */
    const char *html;
    bool force; /* replace outputs that exist */
} pfq_stats_config;

/* Quality control of each input, FASTQ or (one file without mates) HDF5: a table on rank 0 with a
 * row for each mate, and the reports that are asked for. All numbers are the same for any ranks,
 * threads and slices.
 * Collective: team. Threads: main. Owns: nothing is kept.
 * Returns: PFQ_OK; PFQ_BAD_RECORDS with complete reports if bad records were left out; any other
 * status without reports. */
pfq_status pfq_stats(pfq_team *team, const pfq_reads *inputs, size_t n,
                     const pfq_stats_config *config, FILE *out, pfq_error *err);

typedef struct pfq_filter_run_config {
    pfq_parser_config parse;
    pfq_filter_config filter;
    int level; /* of BGZF, 1 to 12; 0: 6 */
    bool force;
    const char *json, *fastqc, *html; /* as pfq_stats: before and after; NULL: not wanted */
} pfq_filter_run_config;

/* FASTQ -> FASTQ: the reads that are kept, as BGZF where the name of an output ends in .gz, .bgz or
 * .bgzf. One output for each mate, outputs[0 .. mates), or only outputs[0], to which the mates of
 * each fragment go in turn; NULL behind the last. Outputs appear when all are complete. Prints on
 * rank 0, to `out`, how many reads were dropped and cut, and why.
 * Collective: team. Threads: main. Owns: nothing is kept. `counts` and `out` may be NULL.
 * Returns: PFQ_OK; PFQ_BAD_RECORDS with complete outputs if bad records were left out; any other
 * status without outputs. */
pfq_status pfq_filter(pfq_team *team, const pfq_reads *reads,
                      const char *const outputs[PFQ_MAX_MATES], const pfq_filter_run_config *config,
                      pfq_counts *counts, FILE *out, pfq_error *err);

typedef struct pfq_export_config {
    int threads;          /* as in pfq_parser_config */
    uint64_t slice_bytes; /* text one rank formats at a time; 0: 64 MiB */
    int mate;             /* 1..4; 0: the only one, or all of an interleaved input in turn */
    bool rows_given;      /* export rows row_begin .. row_end - 1 only */
    uint64_t row_begin;
    uint64_t row_end;
    bool fasta;
    int level; /* of BGZF, 1 to 12; 0: 6 */
    bool force;
    void (*progress)(void *context, const pfq_progress *progress);
    bool (*stop)(void *context); /* as in pfq_parser_config */
    void *context;
} pfq_export_config;

/* HDF5 -> FASTQ (or FASTA): the same bytes that went in; as BGZF, which is gzip that can be read in
 * parallel, if the name of the output ends in .gz, .bgz or .bgzf.
 * Collective: team. Threads: main. Owns: nothing is kept. `counts` may be NULL.
 * Returns: PFQ_OK, or a status without an output. */
pfq_status pfq_export(pfq_team *team, const char *input, const char *output,
                      const pfq_export_config *config, pfq_counts *counts, pfq_error *err);

/* Which records pfq_get prints: those of names, or of a range of rows. */
typedef struct pfq_get_config {
    int threads;              /* as in pfq_parser_config */
    int mate;                 /* 1..4; 0: all mates of each row in turn, found by names of mate 1 */
    const char *const *names; /* see pfq_store_find */
    size_t name_count;
    const char *names_file; /* more of them, one a line; "-": standard input; NULL: none */
    bool rows_given;        /* rows row_begin .. row_end - 1; UINT64_MAX: to the last one */
    uint64_t row_begin;
    uint64_t row_end;
    bool fasta;
    bool force;
    /* Called on rank 0 for each name that was not found, and for each warning (status PFQ_OK); may
     * be NULL. */
    void (*report)(void *context, const pfq_error *what);
    bool (*stop)(void *context); /* asked on rank 0, which works alone; may be NULL */
    void *context;
} pfq_get_config;

/* Prints records of an HDF5 file as FASTQ or FASTA, in the order in which they are asked for; a
 * name that several records have, brings all of them, in the order of their rows. They go to the
 * file `output`, which appears when it is complete, or, where that is NULL, to `out`. Rank 0 alone
 * works. Each record is as pfq_export writes it, but that every line is ended.
 * Collective: team. Threads: main. Owns: nothing is kept. `counts` may be NULL.
 * Returns: PFQ_OK; PFQ_NO_SUCH_NAME, after all that was found, if a name was not; PFQ_USAGE for
 * rows or a mate that are not there; or a failure. */
pfq_status pfq_get(pfq_team *team, const char *input, const char *output, FILE *out,
                   const pfq_get_config *config, pfq_counts *counts, pfq_error *err);

/* Prints what is in an HDF5 file, on rank 0.
 * Collective: team. Threads: main. Owns: nothing is kept.
 * Returns: PFQ_OK, PFQ_NOT_FOUND, PFQ_BAD_FILE or a failure. */
pfq_status pfq_info(pfq_team *team, const char *input, FILE *out, pfq_error *err);

#ifdef __cplusplus
}
#endif
#endif
