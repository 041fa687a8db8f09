/*
 * An open file, and reading its columns with every value checked.
 *
 * Nothing in a file is trusted: lengths come from the datasets and have to agree with each other,
 * and values that others would index or print with are checked as they are read.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/decode.h"
#include "store/h5.h"
#include "store/schema.h"
#include "store/store.h"

struct store_reader {
    char *path;
    uint64_t file_bytes;
    hid_t file;
    hid_t dataset[PFQ_MAX_MATES][SCHEMA_COLUMNS];
    hid_t provenance;
    struct decoder decoder;
    struct store_summary summary;
};

/* PFQ_BAD_FILE: `what` is wrong with a dataset. mate is 1-based. */
pfq_status reader_bad(const struct store_reader *reader, int mate, enum schema_column column,
                      const char *what, pfq_error *err);

/* Elements [first, first + n) of a column, as they are. n may be 0. */
pfq_status reader_column(struct store_reader *reader, int mate, enum schema_column column,
                         uint64_t first, uint64_t n, void *data, pfq_error *err);

/* The same by H5Dread, whatever the filters. n >= 1. */
pfq_status reader_column_by_hdf5(const struct store_reader *reader, int mate,
                                 enum schema_column column, uint64_t first, uint64_t n, void *data,
                                 pfq_error *err);

/* What has been read into the columns of a batch that are not NULL must be bytes that can stand in
 * a line of FASTQ; coded bases become letters. */
pfq_status reader_settle_values(const struct store_reader *reader, int mate, const pfq_batch *batch,
                                pfq_error *err);

/* Number of elements of a dataset; UINT64_MAX if HDF5 failed. */
uint64_t reader_length(hid_t dataset);

#endif
