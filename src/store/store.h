/*
 * The HDF5 file: written by all ranks of a team, read by anybody.
 *
 * schema.h is the table of what is in it; this header is how batches get in and out. `hdf5.h` is
 * included in this directory alone.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "parfastq/batch.h"
#include "parfastq/run.h"
#include "parfastq/store.h"
#include "parfastq/team.h"
#include "threads/threads.h"

/* ---- writing ---- */

/* One input file, for /provenance. */
struct store_origin {
    char path[PFQ_ERROR_FILE_BYTES];
    char compression[16]; /* "none" */
    uint64_t mate;        /* 1-based; 1 for an interleaved input */
    uint64_t bytes;
    int64_t modified;   /* seconds since 1970 */
    uint64_t first_row; /* of its mate (of an interleaved input: of both mates together) */
    uint64_t records;
    uint64_t tail_bytes; /* blank lines behind its last record, kept in text/tail */
};

struct store_config {
    int mates;
    const char *layout;            /* "single", "paired" or "interleaved" */
    pfq_quality_encoding encoding; /* not AUTO */
    pfq_writer writer;             /* not AUTO */
    pfq_compression compression;   /* settled */
    unsigned without;              /* columns that batches do not have: bits of parfastq/batch.h */
    pfq_base_form bases;           /* as they are in the batches */
    pfq_score_form scores;
    int threads;                /* that encode; below 1: one */
    struct threads_aside aside; /* what the main thread does meanwhile; may be nothing */
    const char *command;        /* NULL: none */
    bool index_names;           /* end with an index of the names */
    uint64_t align; /* what ranks write begins at multiples of this, where it is long enough; 0: of
                       the stripes of the file, where they can be seen; 1: anywhere */
    uint64_t index_entries; /* of it that a rank holds in one round; 0: a million */
};

/* What this rank adds to one mate in one round: batches, one behind the other. */
struct store_part {
    const pfq_batch *batches;
    size_t count;
    struct {
        const uint8_t *data;
        size_t size;
    } tail; /* blank lines that end a file, as they were; usually none */
    struct {
        const uint64_t *hash, *row;
        uint64_t n;
    } index; /* of names, sorted: filled by the store itself, at the end */
};

struct store;
struct team_state;

/* Puts the usual level where none is wished, and refuses what this build or the method does not
 * have: PFQ_USAGE or PFQ_UNSUPPORTED. */
pfq_status store_settle_compression(pfq_compression *compression, pfq_error *err);

/* Begins to fill the file at `path`, which exists and is empty. It becomes an HDF5 file in
 * store_finish. Collective. Owns: *out is ended by store_finish or store_abandon. */
pfq_status store_create(pfq_team *team, const char *path, const struct store_config *config,
                        struct store **out, pfq_error *err);

/* Appends the parts of all ranks, in rank order, to each mate: parts[0 .. mates). The places of the
 * rows are settled; the rows themselves are written by store_step, or else by the next call of
 * store_append or store_finish, so the batches (not the tails) must stay as they are until that
 * returns. Rows that are encoded have been by then, and are written in the same way up to the call
 * behind it. A write that failed is agreed upon in the call that follows it. Collective; the same
 * status on every rank. */
pfq_status store_append(struct store *store, const struct store_part *parts, pfq_error *err);

/* Writes the next piece of what was appended, some megabytes, if there is any left: true if so. For
 * the time in which this thread has nothing else to do. Local. */
bool store_step(struct store *store);

/* What all threads can do for what was appended last: threads_aside.more. The batches stay as they
 * are until that is done. Local. */
size_t store_more(struct store *store, struct threads_loop *loops);

/* Has /summary/json hold a text, which must stay until store_finish returns. Rank 0 alone. */
void store_keep_summary(struct store *store, const char *json, size_t bytes);

/* Has a mate (from 0) keep a number of its filtering, as an attribute of /readN/filter. A failure
 * is told at the end. Local; the same on every rank, or rank 0 alone. */
void store_keep_count(struct store *store, int mate, const char *name, uint64_t value);

/* Has a mate (from 0), whose input was multi-line, keep how wide the lines of its wrapped records
 * are; 0: not of one width. Local; the same on every rank. */
void store_keep_line_width(struct store *store, int mate, uint64_t width);

/* Writes attributes and provenance (of rank 0), flushes and closes. Releases the store in any case.
 * Collective; the same status on every rank. */
pfq_status store_finish(struct store *store, const struct store_origin *origins, size_t n,
                        pfq_error *err);

/* Brings all that was appended to disk and writes into `state` what is needed to go on from there;
 * the store itself goes on. Collective; the same status on every rank. */
pfq_status store_save(struct store *store, struct team_state *state, pfq_error *err);

/* Goes on from a state: of a store that has just been created, with the same config, over the file
 * that was left. Ranks, threads and the writer may be others. Collective; the same status on every
 * rank. */
pfq_status store_restore(struct store *store, struct team_state *state, pfq_error *err);

/* Closes without finishing, after a failure; the file is for the bin. Collective; NULL is fine. */
void store_abandon(struct store *store);

/* ---- reading: each rank for itself, no communication ---- */

struct store_reader;

/* One mate, from its attributes. */
struct store_mate {
    uint64_t records, bases, name_bytes;
    uint64_t min_length, max_length, fixed_length;
    unsigned
        without; /* columns that the file does not have: bits of parfastq/batch.h, SCHEMA_INDEX */
    pfq_base_form bases_are;
    pfq_score_form scores_are;
    uint8_t text_offset; /* quality characters are score + text_offset; 0 without qualities */
    uint8_t style;       /* of every row that text/row does not list */
    bool has_line_width; /* the input was multi-line */
    uint64_t line_width; /* of wrapped rows; 0: not one */
    uint64_t exceptions; /* rows listed there */
    uint64_t tail_bytes;
};

/* Of one record. */
struct store_lengths {
    uint64_t bases, name_bytes;
};

struct store_summary {
    int mates;
    char layout[16];
    char software_version[32];
    char created[32];
    char command[1024];
    char encoding[PFQ_MAX_MATES][16];
    struct store_mate mate[PFQ_MAX_MATES];
    size_t origins;
};

/* Opens and checks: format, datasets, types, lengths that agree.
 * Owns: *out is ended by store_close. */
pfq_status store_open(const char *path, struct store_reader **out, pfq_error *err);
void store_close(struct store_reader *reader);

/* How many threads decode, from the first read of rows on; 1 if not said. */
void store_use_threads(struct store_reader *reader, int threads);

/* What the main thread does while others decode; it must not use the reader. */
void store_use_aside(struct store_reader *reader, struct threads_aside aside);

/* How many bytes of decoded chunks are kept for later reads, before the first one. */
void store_use_cache(struct store_reader *reader, uint64_t bytes);

const struct store_summary *store_summary(const struct store_reader *reader);

/* The i-th row of /provenance. */
pfq_status store_read_origin(struct store_reader *reader, size_t i, struct store_origin *origin,
                             pfq_error *err);

/* Values of `offset` and `name_offset` at rows [first, first + n), n >= 1, first + n <= records
 * + 1; zeros where the file has no such dataset. */
pfq_status store_read_offsets(struct store_reader *reader, int mate, uint64_t first, size_t n,
                              uint64_t *offset, uint64_t *name_offset, pfq_error *err);

/* How many listed exceptions have a row before `row` (binary search in text/row). */
pfq_status store_exceptions_before(struct store_reader *reader, int mate, uint64_t row,
                                   uint64_t *count, pfq_error *err);

/* The exceptions [first, first + n): their rows and styles. */
pfq_status store_read_exceptions(struct store_reader *reader, int mate, uint64_t first, size_t n,
                                 uint64_t *row, uint8_t *style, pfq_error *err);

/* Rows [first, first + n) into batch->sequence, quality, name, offset, name_offset and style,
 * memory the caller has sized from store_read_offsets; offsets are counted from 0, bases are
 * letters. Of sequence, quality and name only what is not NULL is read, and all of it must be in
 * the file. */
pfq_status store_read_rows(struct store_reader *reader, int mate, uint64_t first, size_t n,
                           pfq_batch *batch, pfq_error *err);

/* Lays the columns of a batch, whose records, bases and name_bytes are known, into one arena, of
 * which batch->offset is the beginning; the columns `without` are NULL, offsets are always there.
 */
pfq_status store_lay_out(struct buffer *arena, unsigned without, pfq_batch *batch, pfq_error *err);

/* The rows rows[0 .. n), in any order and as often as they are listed, into a batch laid out in
 * `arena`, less the columns `without`: record i is row rows[i], which must be there. Chunks are
 * read in the order of the file, each once, whatever the order of the rows; 120 bytes a row are
 * needed meanwhile. */
pfq_status store_read_list(struct store_reader *reader, int mate, unsigned without,
                           const uint64_t *rows, size_t n, struct buffer *arena, pfq_batch *batch,
                           pfq_error *err);

/* The lengths of the text columns of such rows: lengths[i] is bases and name bytes of rows[i]. */
pfq_status store_measure_list(struct store_reader *reader, int mate, const uint64_t *rows, size_t n,
                              struct store_lengths *lengths, pfq_error *err);

/* The rows of these names among those of a mate: by the index where there is one, else by reading
 * all names, on all threads. Owns: *matches is released with pfq_matches_release. */
pfq_status store_find(struct store_reader *reader, int mate, const char *const *names, size_t n,
                      pfq_matches *matches, pfq_error *err);

/* Bytes [first, first + n) of text/tail. */
pfq_status store_read_tail(struct store_reader *reader, int mate, uint64_t first, size_t n,
                           uint8_t *data, pfq_error *err);

/* ---- for people ---- */

/* Prints the attributes and the datasets with type, length, stored bytes, how they are compressed
 * and description. */
pfq_status store_print(struct store_reader *reader, FILE *out, pfq_error *err);

#endif
