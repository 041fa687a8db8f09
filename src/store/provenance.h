/*
 * /provenance: one row per input file, a compound of the members of struct store_origin.
 */
#ifndef STORE_PROVENANCE_H
#define STORE_PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/h5.h"
#include "store/store.h"

/* Makes the dataset and writes its n rows; false if HDF5 failed. */
bool provenance_put(hid_t file, const struct store_origin *origins, size_t n);

/* true if the dataset has all members, with types that can be read; *n is its number of rows, each
 * of *row_bytes in the file. */
bool provenance_check(hid_t dataset, size_t *n, size_t *row_bytes);

/* Reads row i, i < n. */
bool provenance_read(hid_t dataset, size_t i, struct store_origin *origin);

#endif
