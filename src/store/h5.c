/*
 * HDF5 with our manners.
 *
 * An error stack of HDF5 holds a dozen lines, from the call that was made down to the system call
 * that failed. A person wants the last of them, and the number behind "errno = " where the driver
 * kept it.
 */
#include "store/h5.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void h5_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* What the walk over a stack finds. */
struct reason {
    char text[256]; /* the innermost description */
    int number;     /* errno, or 0 */
};

static herr_t look_at(unsigned depth, const H5E_error2_t *entry, void *context)
{
    struct reason *reason = context;
    const char *text = entry->desc ? entry->desc : "";
    const char *number = strstr(text, "errno = ");
    if (depth == 0)
        snprintf(reason->text, sizeof reason->text, "%s", text);
    if (number && !reason->number)
        reason->number = (int)strtol(number + strlen("errno = "), NULL, 10);
    return 0;
}

/* Decides the status and makes the reason a phrase. */
static pfq_status judge(struct reason *reason, pfq_status otherwise)
{
    if (reason->number) {
        snprintf(reason->text, sizeof reason->text, "%s", strerror(reason->number));
        return error_status_of_errno(reason->number);
    }
    if (!reason->text[0])
        snprintf(reason->text, sizeof reason->text, "HDF5 gives no reason");
    return otherwise;
}

pfq_status h5_fail(pfq_error *err, pfq_status otherwise, const char *file, const char *format, ...)
{
    struct reason reason = {0};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_at, &reason);
    const pfq_status status = judge(&reason, otherwise);

    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return error_set(err, status, file, "%s: %s", what, reason.text);
}

hid_t h5_keep_reason(bool good)
{
    return good ? H5I_INVALID_HID : H5Eget_current_stack();
}

void h5_restore_reason(hid_t reason)
{
    if (reason >= 0)
        H5Eset_current_stack(reason);
}

/* ---- attributes ---- */

static bool put_attribute(hid_t object, const char *name, hid_t file_type, hid_t memory_type,
                          const void *value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool good = attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0;
    const hid_t reason = h5_keep_reason(good);
    if (attribute >= 0)
        H5Aclose(attribute);
    if (space >= 0)
        H5Sclose(space);
    h5_restore_reason(reason);
    return good;
}

bool h5_put_number(hid_t object, const char *name, uint64_t value)
{
    return put_attribute(object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

/* A string of `size` bytes or H5T_VARIABLE, UTF-8; below 0 if HDF5 failed. */
static hid_t text_type(size_t size)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && H5Tset_size(type, size) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

bool h5_put_text(hid_t object, const char *name, const char *value)
{
    const hid_t type = text_type(H5T_VARIABLE);
    const bool good = type >= 0 && put_attribute(object, name, type, type, &value);
    const hid_t reason = h5_keep_reason(good);
    if (type >= 0)
        H5Tclose(type);
    h5_restore_reason(reason);
    return good;
}

/* Opens an attribute of one value of class `class`; both handles are open, or neither. */
static bool open_attribute(hid_t object, const char *name, H5T_class_t class, hid_t *attribute,
                           hid_t *type)
{
    *type = H5I_INVALID_HID;
    *attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t space = *attribute >= 0 ? H5Aget_space(*attribute) : H5I_INVALID_HID;
    const bool single = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (single)
        *type = H5Aget_type(*attribute);
    if (space >= 0)
        H5Sclose(space);
    if (*type >= 0 && H5Tget_class(*type) == class)
        return true;
    if (*type >= 0)
        H5Tclose(*type);
    if (*attribute >= 0)
        H5Aclose(*attribute);
    return false;
}

bool h5_get_number(hid_t object, const char *name, uint64_t *value)
{
    hid_t attribute, type;
    if (!open_attribute(object, name, H5T_INTEGER, &attribute, &type))
        return false;
    const bool good = H5Aread(attribute, H5T_NATIVE_UINT64, value) >= 0;
    H5Tclose(type);
    H5Aclose(attribute);
    return good;
}

static bool get_variable_text(hid_t attribute, hid_t type, char *value, size_t size)
{
    char *text = NULL;
    if (H5Aread(attribute, type, &text) < 0)
        return false;
    snprintf(value, size, "%s", text ? text : ""); /* HDF5 keeps an empty text as none */
    H5free_memory(text);
    return true;
}

static bool get_fixed_text(hid_t attribute, char *value, size_t size)
{
    const hid_t type = text_type(size);
    const bool good = type >= 0 && H5Aread(attribute, type, value) >= 0;
    if (type >= 0)
        H5Tclose(type);
    return good;
}

bool h5_get_text(hid_t object, const char *name, char *value, size_t size)
{
    hid_t attribute, type;
    if (!open_attribute(object, name, H5T_STRING, &attribute, &type))
        return false;
    const bool good = H5Tis_variable_str(type) > 0 ? get_variable_text(attribute, type, value, size)
                                                   : get_fixed_text(attribute, value, size);
    H5Tclose(type);
    H5Aclose(attribute);
    return good;
}

/* ---- flat datasets ---- */

/* Selects [first, first + n) in the file and makes a memory space of n; both open, or false. */
static bool select_range(hid_t dataset, uint64_t first, uint64_t n, hid_t *file, hid_t *memory)
{
    const hsize_t start = first, count = n;
    *file = H5Dget_space(dataset);
    *memory = H5Screate_simple(1, &count, NULL);
    if (*file >= 0 && *memory >= 0 &&
        H5Sselect_hyperslab(*file, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0)
        return true;
    if (*file >= 0)
        H5Sclose(*file);
    if (*memory >= 0)
        H5Sclose(*memory);
    return false;
}

bool h5_write(hid_t dataset, hid_t type, uint64_t first, uint64_t n, const void *data)
{
    hid_t file, memory;
    if (!select_range(dataset, first, n, &file, &memory))
        return false;
    const bool good = H5Dwrite(dataset, type, memory, file, H5P_DEFAULT, data) >= 0;
    const hid_t reason = h5_keep_reason(good);
    H5Sclose(file);
    H5Sclose(memory);
    h5_restore_reason(reason);
    return good;
}

bool h5_read(hid_t dataset, hid_t type, uint64_t first, uint64_t n, void *data)
{
    hid_t file, memory;
    if (!select_range(dataset, first, n, &file, &memory))
        return false;
    const bool good = H5Dread(dataset, type, memory, file, H5P_DEFAULT, data) >= 0;
    const hid_t reason = h5_keep_reason(good);
    H5Sclose(file);
    H5Sclose(memory);
    h5_restore_reason(reason);
    return good;
}

hid_t h5_native(size_t element_bytes)
{
    return element_bytes == 1 ? H5T_NATIVE_UINT8 : H5T_NATIVE_UINT64;
}

/* ---- links ---- */

/* Refuses whatever link leads out of the file. */
static herr_t stay_inside(const char *parent_file, const char *parent_group, const char *child_file,
                          const char *child_object, unsigned *flags, hid_t access, void *context)
{
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object;
    (void)flags, (void)access, (void)context;
    return -1;
}

hid_t h5_inside(hid_t class)
{
    const hid_t access = H5Pcreate(class);
    if (access >= 0 && H5Pset_elink_cb(access, stay_inside, NULL) < 0) {
        H5Pclose(access);
        return H5I_INVALID_HID;
    }
    return access;
}

static hid_t open_inside(hid_t where, const char *name, hid_t class,
                         hid_t (*open)(hid_t where, const char *name, hid_t access))
{
    const hid_t access = h5_inside(class);
    const hid_t opened = access < 0 ? access : open(where, name, access);
    if (access >= 0)
        H5Pclose(access);
    return opened;
}

hid_t h5_open_group(hid_t where, const char *name)
{
    return open_inside(where, name, H5P_GROUP_ACCESS, H5Gopen2);
}

hid_t h5_open_dataset(hid_t where, const char *name)
{
    return open_inside(where, name, H5P_DATASET_ACCESS, H5Dopen2);
}

bool h5_has(hid_t where, const char *name)
{
    const hid_t access = h5_inside(H5P_LINK_ACCESS);
    const bool has = access >= 0 && H5Lexists(where, name, access) > 0;
    if (access >= 0)
        H5Pclose(access);
    return has;
}

/* ---- handles ---- */

void h5_close_dataset(hid_t *dataset)
{
    if (*dataset > 0)
        H5Dclose(*dataset);
    *dataset = H5I_INVALID_HID;
}

void h5_close_group(hid_t *group)
{
    if (*group > 0)
        H5Gclose(*group);
    *group = H5I_INVALID_HID;
}
