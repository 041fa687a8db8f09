/*
 * The file driver through which HDF5 learns where the rows are.
 *
 * The rows are in the file before HDF5 sees it. At the end one rank lets HDF5 make an ordinary file
 * around them: it creates the datasets at their full length, and each time it asks this driver for
 * the space of a chunk, it is given the address where the chunk already lies. A chunk that is
 * encoded it has to be told of, by a write, which is dropped here. The superblock is at
 * the head of the file, everything else that HDF5 keeps is behind the rows. The result is a plain
 * HDF5 file that any HDF5 reads with its default driver.
 *
 * HDF5 does not survive it well when its own metadata cannot be written: it can then neither close
 * the file nor leave it open. So a write never fails towards HDF5; the driver keeps the reason, and
 * the caller asks for it after closing.
 */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include "store/extents.h"

/* Rows begin here: room for the superblock, and a whole page, so that chunks begin at pages. */
enum { DRIVER_HEAD_BYTES = 4096 };

/* What the caller and the driver know in common. Lives until the file is closed. */
struct driver_plan {
    uint64_t rows_end;            /* behind the last chunk */
    const struct extents *chunks; /* of the dataset being created; NULL: none */
    uint64_t given;               /* how many chunks HDF5 has asked for */
    uint64_t address, bytes;      /* of the encoded chunk that it writes next; 0 bytes: none */
    int write_errno;              /* why the first failed write failed; 0: none did */
};

/* File access properties that use this driver with this plan; below 0 if HDF5 failed. Ends with
 * H5Pclose. The file must exist; H5Fcreate through it does not empty it. */
hid_t driver_access(struct driver_plan *plan);

/* The same for any driver, whose properties HDF5 copies from *info; *id is its number, from call to
 * call, at first H5I_INVALID_HID. */
hid_t driver_access_by(const H5FD_class_t *class, hid_t *id, const void *info);

/* Reads `size` bytes; those behind the end of the file are zero, as in any sparse file. false: it
 * cannot be read. */
bool driver_read(int descriptor, uint64_t address, size_t size, void *data);

#endif
