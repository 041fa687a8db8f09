/*
 * Where the rows came from.
 *
 * The members are a table; the type in memory is struct store_origin itself, the type in the file
 * is packed and its path is as long as the longest one. HDF5 converts between the two.
 */
#include "store/provenance.h"

#include <stddef.h>
#include <string.h>

enum kind { TEXT, UNSIGNED, SIGNED };

static const struct member {
    const char *name;
    enum kind kind;
    size_t offset, size; /* in struct store_origin */
} members[] = {
#define MEMBER(name, kind)                                                                         \
    {                                                                                              \
#name, kind, offsetof(struct store_origin, name), sizeof((struct store_origin *)0)->name   \
    }
    MEMBER(path, TEXT),        MEMBER(compression, TEXT),    MEMBER(mate, UNSIGNED),
    MEMBER(bytes, UNSIGNED),   MEMBER(modified, SIGNED),     MEMBER(first_row, UNSIGNED),
    MEMBER(records, UNSIGNED), MEMBER(tail_bytes, UNSIGNED),
#undef MEMBER
};

enum { MEMBERS = sizeof members / sizeof members[0], PATH_MEMBER = 0 };

/* Adds one member; `little` asks for the byte order of the file instead of the machine's. */
static bool insert(hid_t compound, const struct member *member, size_t offset, size_t size,
                   bool little)
{
    if (member->kind == UNSIGNED)
        return H5Tinsert(compound, member->name, offset,
                         little ? H5T_STD_U64LE : H5T_NATIVE_UINT64) >= 0;
    if (member->kind == SIGNED)
        return H5Tinsert(compound, member->name, offset,
                         little ? H5T_STD_I64LE : H5T_NATIVE_INT64) >= 0;
    const hid_t text = H5Tcopy(H5T_C_S1);
    const bool good = text >= 0 && H5Tset_size(text, size) >= 0 &&
                      H5Tset_cset(text, H5T_CSET_UTF8) >= 0 &&
                      H5Tinsert(compound, member->name, offset, text) >= 0;
    if (text >= 0)
        H5Tclose(text);
    return good;
}

static hid_t type_in_memory(void)
{
    const hid_t compound = H5Tcreate(H5T_COMPOUND, sizeof(struct store_origin));
    bool good = compound >= 0;
    for (size_t i = 0; good && i < MEMBERS; i++)
        good = insert(compound, &members[i], members[i].offset, members[i].size, false);
    if (good || compound < 0)
        return compound;
    H5Tclose(compound);
    return H5I_INVALID_HID;
}

static size_t size_in_file(size_t i, size_t path_bytes)
{
    return i == PATH_MEMBER ? path_bytes + 1 : members[i].size;
}

static hid_t type_in_file(size_t path_bytes)
{
    size_t total = 0, offset = 0;
    for (size_t i = 0; i < MEMBERS; i++)
        total += size_in_file(i, path_bytes);
    const hid_t compound = H5Tcreate(H5T_COMPOUND, total);
    bool good = compound >= 0;
    for (size_t i = 0; good && i < MEMBERS; i++) {
        const size_t size = size_in_file(i, path_bytes);
        good = insert(compound, &members[i], offset, size, true);
        offset += size;
    }
    if (good || compound < 0)
        return compound;
    H5Tclose(compound);
    return H5I_INVALID_HID;
}

static size_t longest_path(const struct store_origin *origins, size_t n)
{
    size_t longest = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t bytes = strnlen(origins[i].path, sizeof origins[i].path - 1);
        longest = bytes > longest ? bytes : longest;
    }
    return longest;
}

static hid_t create(hid_t file, size_t n, size_t path_bytes)
{
    const hsize_t rows = n;
    hid_t dataset = H5I_INVALID_HID;
    const hid_t type = type_in_file(path_bytes);
    const hid_t space = H5Screate_simple(1, &rows, NULL);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (type >= 0 && space >= 0 && properties >= 0 &&
        H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_obj_track_times(properties, false) >= 0)
        dataset = H5Dcreate2(file, "provenance", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    const hid_t reason = h5_keep_reason(dataset >= 0);
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    h5_restore_reason(reason);
    return dataset;
}

static bool write_rows(hid_t dataset, const struct store_origin *origins, size_t n)
{
    const hid_t type = type_in_memory();
    const bool good = type >= 0 && (n == 0 || h5_write(dataset, type, 0, n, origins));
    const hid_t reason = h5_keep_reason(good);
    if (type >= 0)
        H5Tclose(type);
    h5_restore_reason(reason);
    return good;
}

bool provenance_put(hid_t file, const struct store_origin *origins, size_t n)
{
    hid_t dataset = create(file, n, longest_path(origins, n));
    const bool good = dataset >= 0 && write_rows(dataset, origins, n);
    const hid_t reason = h5_keep_reason(good);
    h5_close_dataset(&dataset);
    h5_restore_reason(reason);
    return good;
}

/* A member that can become ours: a number for a number, a text of fixed length for a text. */
static bool check_member(hid_t compound, const struct member *member)
{
    const int index = H5Tget_member_index(compound, member->name);
    if (index < 0)
        return false;
    const hid_t type = H5Tget_member_type(compound, (unsigned)index);
    const bool text = member->kind == TEXT;
    const bool good = type >= 0 && H5Tget_class(type) == (text ? H5T_STRING : H5T_INTEGER) &&
                      !(text && H5Tis_variable_str(type));
    if (type >= 0)
        H5Tclose(type);
    return good;
}

bool provenance_check(hid_t dataset, size_t *n, size_t *row_bytes)
{
    const hid_t type = H5Dget_type(dataset);
    const hid_t space = H5Dget_space(dataset);
    hsize_t rows = 0;
    bool good = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_COMPOUND &&
                H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, &rows, NULL) == 1;
    for (size_t i = 0; good && i < MEMBERS; i++)
        good = check_member(type, &members[i]);
    *row_bytes = good ? H5Tget_size(type) : 0;
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    *n = (size_t)rows;
    return good;
}

bool provenance_read(hid_t dataset, size_t i, struct store_origin *origin)
{
    *origin = (struct store_origin){0};
    const hid_t type = type_in_memory();
    const bool good = type >= 0 && h5_read(dataset, type, i, 1, origin);
    const hid_t reason = h5_keep_reason(good);
    if (type >= 0)
        H5Tclose(type);
    h5_restore_reason(reason);
    return good;
}
