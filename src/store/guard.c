/*
 * A driver that reads: pread on one descriptor, and the checks of what was read: superblock, object
 * headers (guard_header.c), global heaps (guard_heap.c; HDF5 file format specification, II, IV.A,
 * III.E).
 */
#include "store/guard.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/driver.h"
#include "store/guard_bytes.h"
#include "store/guard_header.h"

struct file {
    H5FD_t base; /* first: HDF5 knows no more of it */
    struct guard_file source;
    struct guard_parts parts;
    bool opened; /* the superblock has been read */
    haddr_t end; /* of what HDF5 thinks the file has */
};

/* ---- the superblock ---- */

/* Whether addresses and lengths have 8 bytes, as in every file of today. Addresses count from the
 * superblock. */
static bool superblock_sound(struct file *file, uint64_t address, const uint8_t *data, size_t size)
{
    enum { VERSION_AT = GUARD_SIGNATURE_BYTES, OLD_AT = 13, NEW_AT = 9, WIDE = 8 };
    if (size <= OLD_AT + 1 || !guard_is_superblock(data))
        return true;
    const uint8_t *const widths = data + (data[VERSION_AT] < 2 ? OLD_AT : NEW_AT);
    if (!file->opened)
        file->source.base = address;
    file->opened = true;
    return widths[0] == WIDE && widths[1] == WIDE;
}

/* ---- heaps ---- */

/* Whether these bytes, if they begin a heap, begin one that has an end. HDF5 may have read a part
 * of it, and will read the rest. */
static bool heap_sound(const struct file *file, uint64_t address, const uint8_t *data, size_t size)
{
    struct guard_reader reader = {&file->source, UINT64_MAX};
    struct buffer buffer = {0};
    uint64_t bytes;
    const bool sound = !guard_is_heap(data, size) ||
                       guard_heap_read(&reader, address - file->source.base, &buffer, &bytes);
    buffer_release(&buffer);
    return sound;
}

/* ---- the driver ---- */

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t largest)
{
    (void)flags, (void)access, (void)largest;
    struct stat about;
    struct file *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    file->source.descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (file->source.descriptor >= 0 && fstat(file->source.descriptor, &about) == 0) {
        file->source.bytes = (uint64_t)about.st_size;
        return &file->base;
    }
    if (file->source.descriptor >= 0)
        close(file->source.descriptor);
    free(file);
    return NULL;
}

static struct file *file_of(H5FD_t *base)
{
    return (void *)base;
}

static const struct file *const_file_of(const H5FD_t *base)
{
    return (const void *)base;
}

static herr_t close_file(H5FD_t *base)
{
    const int code = close(file_of(base)->source.descriptor);
    free(file_of(base)->parts.list);
    free(file_of(base));
    return code;
}

/* Nothing about gathering reads: what is read begins where HDF5 wants it to. */
static herr_t query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    *flags = 0;
    return 0;
}

static haddr_t get_end(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return const_file_of(base)->end;
}

static herr_t set_end(H5FD_t *base, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    file_of(base)->end = end;
    return 0;
}

static haddr_t get_size(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return const_file_of(base)->source.bytes;
}

static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t size, void *data)
{
    (void)transfer;
    struct file *const file = file_of(base);
    if (!driver_read(file->source.descriptor, address, size, data))
        return -1;
    const bool sound = type == H5FD_MEM_SUPER ? superblock_sound(file, address, data, size)
                       : type == H5FD_MEM_OHDR
                           ? guard_header_sound(&file->source, address, data, size, &file->parts)
                           : heap_sound(file, address, data, size);
    if (!sound)
        H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE, H5E_BADVALUE,
                 "its structure is damaged, or has attributes of a kind that is not read here");
    return sound ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, const void *data)
{
    (void)base, (void)type, (void)transfer, (void)address, (void)size, (void)data;
    return -1;
}

static herr_t lock_file(H5FD_t *base, hbool_t writes)
{
    return flock(file_of(base)->source.descriptor, (writes ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

static herr_t unlock_file(H5FD_t *base)
{
    return flock(file_of(base)->source.descriptor, LOCK_UN);
}

static const H5FD_class_t guard = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)601, /* in the range for drivers that are not registered */
#endif
    .name = "parfastq_guard",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = open_file,
    .close = close_file,
    .query = query,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_size,
    .read = read_bytes,
    .write = write_bytes,
    .lock = lock_file,
    .unlock = unlock_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t guard_access(void)
{
    static hid_t id = H5I_INVALID_HID;
    return driver_access_by(&guard, &id, NULL);
}
