/*
 * Chunks that are encoded before they are written.
 *
 * The chunks of a dataset are its elements cut at multiples of chunk_elements, counted from its
 * beginning, whoever holds them; so what is stored depends on nothing but the data. In a round each
 * rank has a stretch of each dataset. A chunk that lies in the stretches of several ranks, or of
 * several rounds, comes together on its owner: the rank that holds its last element of the round
 * (meet.c). What does not fill a chunk when the round ends waits with that rank for the next one.
 * All threads encode (encode.c), in the loop in which they parse the next round; then one sum over
 * the ranks gives the bytes their places in the file, and each rank writes its own, with large
 * writes, while the round behind that is parsed (encoded.c).
 *
 * Memory of a rank, beside the text and the batches: room for what a round's chunks are encoded to,
 * twice (of a round that is encoded and of one that is written), so as much as the columns of two
 * slices, of which what is touched is usually a part; three chunks for each dataset, one for each
 * thread; and, the one thing that grows with the file, 32 bytes for each chunk that the rank has
 * encoded, on rank 0 at the end for all: 1 part in 8,192.
 */
#ifndef STORE_ENCODER_H
#define STORE_ENCODER_H

#include "codec/codec.h"
#include "store/compress.h"
#include "store/writer.h"

/* Where an encoded chunk lies. */
struct chunk_place {
    uint64_t dataset; /* mate * SCHEMA_COLUMNS + column */
    uint64_t chunk;   /* its number in the dataset */
    uint64_t address, bytes;
};

/* A chunk to be encoded: `before` elements of it wait in the dataset's partial chunk; the others
 * are of this rank's part, from a cursor on, or lie in one piece at `flat`. */
struct chunk_job {
    int m;
    enum schema_column column;
    uint64_t chunk, before;
    const uint8_t *flat; /* NULL: the cursor counts */
    struct cursor cursor;
    size_t place, bytes; /* in the output; 0 bytes until it is encoded */
};

/* One dataset, between rounds. */
struct dataset_encoder {
    struct codec codec;
    int holder;       /* the rank where the last, unfinished chunk waits; the same everywhere */
    uint8_t *partial; /* the elements that wait, if this is the holder; room for a chunk */
};

struct encoder {
    pfq_compression compression;
    int threads;
    struct threads_aside aside;  /* what the main thread does beside the encoding */
    struct codec_state **states; /* one for each thread */
    struct buffer scratch;       /* a chunk for each thread */
    struct buffer partials;      /* of all datasets */
    struct dataset_encoder dataset[PFQ_MAX_MATES][SCHEMA_COLUMNS];

    struct store_part parts[PFQ_MAX_MATES]; /* of the round that is encoded */
    struct buffer tails;                    /* theirs */
    struct chunk_job *jobs;
    size_t count, capacity;
    bool pending; /* a round is planned, but has no places yet; the same on every rank */
    bool given;   /* ... and its jobs were given to a loop; if that fails, the run does */

    struct buffer packet; /* what is sent to other ranks */
    void *received;
    size_t received_capacity;

    struct buffer out[2]; /* encoded chunks, behind each other: of this round and the last one */
    int now;
    struct {
        const uint8_t *data;
        uint64_t address, bytes;
    } queue; /* what is left to be written */

    struct chunk_place *places; /* of all chunks this rank has encoded */
    size_t place_count, place_capacity;
};

/* NULL and *own filled if there is no memory. Owns: ended by encoder_destroy, which takes NULL. */
struct encoder *encoder_create(int mates, const struct store_config *config, pfq_error *own);
void encoder_destroy(struct encoder *encoder);

/* ---- encode.c: jobs, and the threads that do them ---- */

/* Lists the chunks of a column that `n` elements from element `first` of the dataset on complete,
 * lying at `flat`, or in this rank's part where that is NULL. */
void encoder_plan(struct store *store, int m, enum schema_column column, uint64_t first, uint64_t n,
                  const uint8_t *flat);

/* Lists the unfinished chunk of a column, filled up with zeros. */
void encoder_plan_last(struct store *store, int m, enum schema_column column, uint64_t elements);

/* Makes room for what the jobs will be encoded to. After a failure there are no jobs. */
void encoder_prepare(struct store *store);

/* The jobs as a loop; or else does them. */
struct threads_loop encoder_loop(struct store *store);
void encoder_work(struct store *store);

/* Ends them. *bytes of output then lie behind each other, in the order of the jobs; none after a
 * failure. */
void encoder_close_up(struct store *store, uint64_t *bytes);

/* All of that: prepares, does the jobs, and ends them. */
void encoder_run(struct store *store, uint64_t *bytes);

/* Notes where the jobs' chunks lie, from `address` on, and forgets the jobs. */
void encoder_note(struct store *store, uint64_t address);

/* Keeps what the `n` elements leave of a chunk behind the last complete one. */
void encoder_keep_rest(struct store *store, int m, enum schema_column column, uint64_t first,
                       uint64_t n, const uint8_t *flat);

/* ---- meet.c ---- */

/* Brings chunks that lie on several ranks together on their owners, for which the adding of all
 * ranks is known, and plans the jobs of this rank. Collective; the status is the same on all. */
pfq_status encoder_meet(struct store *store, pfq_error *err);

/* After the jobs: what is unfinished waits where the round ended. */
void encoder_keep_rests(struct store *store);

/* ---- encoded.c: the ways of the table in writer.h ---- */

void encoded_deliver(struct store *store, const struct store_part *parts);
size_t encoded_more(struct store *store, struct threads_loop *loops);
pfq_status encoded_settle(struct store *store, pfq_error *err);
bool encoded_step(struct store *store);
void encoded_put(struct store *store, int m, enum schema_column column, uint64_t place, uint64_t n,
                 const void *data, pfq_error *own);

/* Encodes and writes what is unfinished, and brings the places of all chunks to rank 0, sorted.
 * Collective. */
pfq_status encoded_finish(struct store *store, pfq_error *err);

#endif
