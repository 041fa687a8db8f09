/*
 * Reading columns whose chunks are encoded, on all threads.
 *
 * HDF5 decodes on one thread, and every time anew. So chunks are read as they are stored, by the
 * main thread, and decoded by ours: whole ones to where they are wanted, those of which a part is
 * wanted into a small cache, where the neighbour of this read will find them.
 */
#ifndef STORE_DECODE_H
#define STORE_DECODE_H

#include <hdf5.h>

#include "base/memory.h"
#include "codec/codec.h"
#include "store/cache.h"
#include "store/schema.h"
#include "threads/threads.h"

struct store_reader;

/* How one dataset is stored. */
struct decode_layout {
    bool ours;     /* flat numbers of this machine, with filters that the codec undoes */
    bool filtered; /* with any filters */
    uint64_t chunk_elements;
    struct codec codec; /* of a chunk to which all filters were applied */
    bool checksum;      /* such a chunk carries Fletcher32 */
};

struct decoder {
    int threads; /* 0: one */
    struct threads_aside aside;
    struct codec_state **states;
    struct decode_layout layout[PFQ_MAX_MATES][SCHEMA_COLUMNS];
    struct cache cache;
    struct buffer raw;       /* chunks as they are stored */
    struct decode_job *jobs; /* one for each of them */
    size_t jobs_capacity;
};

/* What is known of a dataset once it is open. */
struct decode_layout decode_look(hid_t dataset, size_t element_bytes);

/* Elements [first, first + n), n >= 1, of a column that is `ours`; they must be there. */
pfq_status decode_column(struct store_reader *reader, int mate, enum schema_column column,
                         uint64_t first, uint64_t n, void *data, pfq_error *err);

/* The most chunks that decode_fetch is given at a time. */
enum { DECODE_FETCHED = 16 };

/* Brings chunks of a column (all different, all there; whatever its filters) into the cache:
 * slots[i] holds the bytes of chunks[i], until the next read. */
pfq_status decode_fetch(struct store_reader *reader, int mate, enum schema_column column,
                        const uint64_t *chunks, size_t n, struct cache_slot **slots,
                        pfq_error *err);

void decoder_use_threads(struct decoder *decoder, int threads);

void decoder_release(struct decoder *decoder);

#endif
