/*
 * The driver through which files are read: what HDF5 believes without looking is looked at.
 *
 * Global heaps that do not end (guard_heap.h), object headers whose messages do not fit together
 * (guard_header.h), or fit no index of chunks to which they lead (guard_index.h), and superblocks
 * with addresses of other than 8 bytes cannot be read through this driver. Nor can what is not
 * understood: attributes of a committed datatype, and those that have texts of variable length
 * inside compounds, arrays or lists, and messages in heaps (guard_dense.h) that are shared or
 * filtered.
 */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include <hdf5.h>

/* File access properties for reading, below 0 if HDF5 failed. Ends with H5Pclose. Files are locked
 * as HDF5's default driver does, where HDF5 wants it. */
hid_t guard_access(void);

#endif
