/*
 * The driver: pread and pwrite on one descriptor, and `allocate`, which is the reason it exists.
 *
 * Nothing is told about aggregation (H5FD_FEAT_AGGREGATE_...), so that HDF5 asks for the space of
 * each chunk alone, in rising order as it makes room for a dataset.
 */
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
    H5FD_t base; /* first: HDF5 knows no more of it */
    struct driver_plan *plan;
    int descriptor;
    haddr_t end; /* behind all that HDF5 has been given */
};

/* The properties hold a pointer to the plan. */
struct info {
    struct driver_plan *plan;
};

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t largest)
{
    (void)flags;
    (void)largest;
    const struct info *info = H5Pget_driver_info(access);
    struct file *file = calloc(1, sizeof *file);
    if (!info || !file) {
        free(file);
        return NULL;
    }
    file->plan = info->plan;
    file->descriptor = open(name, O_RDWR | O_CLOEXEC);
    if (file->descriptor >= 0)
        return &file->base;
    free(file);
    return NULL;
}

static void keep_reason(struct file *file)
{
    if (!file->plan->write_errno)
        file->plan->write_errno = errno;
}

static herr_t close_file(H5FD_t *base)
{
    struct file *file = (struct file *)(void *)base;
    if (close(file->descriptor) != 0)
        keep_reason(file);
    free(file);
    return 0;
}

static herr_t query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    *flags = 0;
    return 0;
}

/* The place of the next chunk of the dataset being created. */
static haddr_t place_of_chunk(struct driver_plan *plan)
{
    uint64_t bytes;
    return extents_find(plan->chunks, plan->given++ * plan->chunks->chunk_bytes, &bytes);
}

static haddr_t allocate(H5FD_t *base, H5FD_mem_t type, hid_t transfer, hsize_t size)
{
    (void)transfer;
    struct file *file = (struct file *)(void *)base;
    struct driver_plan *plan = file->plan;
    if (file->end > 0 && file->end < plan->rows_end) /* the first request is the superblock */
        file->end = plan->rows_end;
    if (type == H5FD_MEM_DRAW && plan->chunks && size == plan->chunks->chunk_bytes &&
        plan->given < plan->chunks->chunks)
        return place_of_chunk(plan);
    if (type == H5FD_MEM_DRAW && plan->bytes && size == plan->bytes) {
        plan->bytes = 0;
        plan->given++;
        return plan->address;
    }
    const haddr_t address = file->end;
    file->end += size;
    return address;
}

static haddr_t get_end(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const struct file *)(const void *)base)->end;
}

static herr_t set_end(H5FD_t *base, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    ((struct file *)(void *)base)->end = end;
    return 0;
}

/* How long the file is; before HDF5 has been given anything, it is as good as empty. */
static haddr_t get_size(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const struct file *)(const void *)base)->end;
}

bool driver_read(int descriptor, uint64_t address, size_t size, void *data)
{
    char *to = data;
    while (size > 0) {
        const ssize_t got = pread(descriptor, to, size, (off_t)address);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0) {
            memset(to, 0, size);
            return true;
        }
        to += got;
        address += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t size, void *data)
{
    (void)type;
    (void)transfer;
    const struct file *file = (struct file *)(void *)base;
    return driver_read(file->descriptor, address, size, data) ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, const void *data)
{
    (void)transfer;
    struct file *file = (struct file *)(void *)base;
    const char *from = data;
    if (type == H5FD_MEM_DRAW && address >= DRIVER_HEAD_BYTES && address < file->plan->rows_end)
        return 0; /* a chunk, which is there already */
    while (size > 0 && !file->plan->write_errno) {
        const ssize_t put = pwrite(file->descriptor, from, size, (off_t)address);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            errno = put < 0 ? errno : ENOSPC;
            keep_reason(file);
            break;
        }
        from += put;
        address += (haddr_t)put;
        size -= (size_t)put;
    }
    return 0;
}

static herr_t cut_to_end(H5FD_t *base, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    struct file *file = (struct file *)(void *)base;
    if (ftruncate(file->descriptor, (off_t)file->end) != 0)
        keep_reason(file);
    return 0;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600, /* in the range for drivers that are not registered */
#endif
    .name = "parfastq",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(struct info),
    .open = open_file,
    .close = close_file,
    .query = query,
    .alloc = allocate,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_size,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = cut_to_end,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t driver_access_by(const H5FD_class_t *class, hid_t *id, const void *info)
{
    /* HDF5 (seen in 1.10.8) still looks into a driver after letting go of it for the last time, so
     * it stays registered for as long as the library lives, which may end before the program. */
    if (H5Iget_type(*id) != H5I_VFL)
        *id = H5FDregister(class);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && *id >= 0 && H5Pset_driver(access, *id, info) >= 0)
        return access;
    if (access >= 0)
        H5Pclose(access);
    return H5I_INVALID_HID;
}

hid_t driver_access(struct driver_plan *plan)
{
    static hid_t id = H5I_INVALID_HID;
    const struct info info = {plan};
    return driver_access_by(&driver, &id, &info);
}
