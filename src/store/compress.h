/*
 * The ways of compressing a dataset, as one table: which codec encodes the chunks, and which
 * filters of HDF5 bring them back.
 */
#ifndef STORE_COMPRESS_H
#define STORE_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <hdf5.h>

#include "base/error.h"
#include "codec/codec.h"
#include "parfastq/run.h"

/* The registered filter for zstd. */
enum { COMPRESS_FILTER_ZSTD = 32015 };

/* false where chunks are stored as they are, without anything behind them. */
bool compress_encodes(const pfq_compression *compression);

/* How chunks of elements of this size are encoded. */
struct codec compress_codec(const pfq_compression *compression, size_t element_bytes);

/* Adds the filters to the properties of a dataset that is created; false if HDF5 failed. */
bool compress_put_filters(const pfq_compression *compression, size_t element_bytes,
                          hid_t properties);

/* Makes HDF5 know all filters that files of ours may have. Those it knows stay as they are. */
void compress_register_filters(void);

#endif
