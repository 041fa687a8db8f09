/*
 * The driver through which files are read: what HDF5 believes without looking is looked at.
 *
 * Strings of variable length, as the attributes here, lie in global heaps. HDF5 (seen in 1.10.8)
 * goes from object to object of a heap by the sizes that stand there, and where one is 0, or leads
 * back, for ever. A heap in which one does cannot be read through this driver, nor can an object
 * header whose messages do not fit together (guard_header.h), nor a file whose addresses have other
 * than 8 bytes.
 */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include <hdf5.h>

/* File access properties for reading, below 0 if HDF5 failed. Ends with H5Pclose. Files are locked
 * as HDF5's default driver does, where HDF5 wants it. */
hid_t guard_access(void);

#endif
