/*
 * What a dataset says of itself, against what can be.
 *
 * The extent of a dataset is a number in the file, and 2^62 elements of which nothing is stored
 * cost a few bytes. Who sized memory or a loop by it would be at the mercy of whoever made the
 * file. But a file of so many bytes can hold only so many elements, however well they are
 * compressed.
 */
#ifndef STORE_CLAIMS_H
#define STORE_CLAIMS_H

#include <hdf5.h>
#include <stddef.h>
#include <stdint.h>

/* Why a dataset of so many elements of so many bytes cannot be in a file of `file_bytes` bytes: a
 * phrase that follows its name, or NULL. Data that lie in other files are refused, too. */
const char *claims_refute(hid_t dataset, uint64_t elements, size_t element_bytes,
                          uint64_t file_bytes);

#endif
