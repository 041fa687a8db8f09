/*
 * HDF5 with our manners: one sentence for an error stack, one line for an attribute.
 *
 * HDF5 prints its error stack by default; h5_quiet switches that off for this thread, and h5_fail
 * turns the stack into a pfq_error whose message is the reason at its root.
 */
#ifndef STORE_H5_H
#define STORE_H5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>

#include "base/error.h"

/* HDF5 no longer prints errors. */
void h5_quiet(void);

/* Fills *err from HDF5's error stack: `format` says what could not be done, the stack says why. The
 * status is what the stack tells (PFQ_NO_SPACE, PFQ_IO ..), else `otherwise`. Returns it. */
pfq_status h5_fail(pfq_error *err, pfq_status otherwise, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Any call of HDF5 forgets why the last one failed. Around what must be closed after a failure:
 *     const hid_t reason = h5_keep_reason(good);
 *     ... close ...
 *     h5_restore_reason(reason); */
hid_t h5_keep_reason(bool good);
void h5_restore_reason(hid_t reason);

/* ---- attributes: false if HDF5 failed, the attribute is missing or of another kind ---- */

/* Texts are UTF-8 of variable length, which h5py reads as str. */
bool h5_put_number(hid_t object, const char *name, uint64_t value);
bool h5_put_text(hid_t object, const char *name, const char *value);

bool h5_get_number(hid_t object, const char *name, uint64_t *value);

/* At most size - 1 bytes of the text, terminated. */
bool h5_get_text(hid_t object, const char *name, char *value, size_t size);

/* ---- flat datasets ---- */

/* Elements [first, first + n), n >= 1, of a one-dimensional dataset from or to memory of type
 * `type`. */
bool h5_write(hid_t dataset, hid_t type, uint64_t first, uint64_t n, const void *data);
bool h5_read(hid_t dataset, hid_t type, uint64_t first, uint64_t n, void *data);

/* Unsigned integers in memory; element_bytes is 1 or 8. */
hid_t h5_native(size_t element_bytes);

/* ---- links: those that lead into other files are not followed ---- */

/* A list of access properties of that class with which HDF5 stays in the file; the caller closes
 * it. Below 0 if HDF5 failed. */
hid_t h5_inside(hid_t class);

/* Below 0 if there is no such thing in the file. */
hid_t h5_open_group(hid_t where, const char *name);
hid_t h5_open_dataset(hid_t where, const char *name);

bool h5_has(hid_t where, const char *name);

/* ---- handles: each closes what is open and forgets it ---- */

void h5_close_dataset(hid_t *dataset);
void h5_close_group(hid_t *group);

#endif
