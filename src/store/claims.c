/*
 * The most that a filter can make of a byte, by the format of its stream.
 */
#include "store/claims.h"

#include "store/compress.h"

/* A chunk behind filters is in memory as a whole, which HDF5 itself bounds only at 4 GiB. */
#define MOST_CHUNK_BYTES ((uint64_t)1 << 28)

/* A deflate stream codes 258 bytes in two bits at best, a zstd block 128 KiB in four bytes; the
 * others of HDF5, and those of its plugins, are not known to do better. */
enum { DEFLATE_MOST = 1032, OTHERS_MOST = 1 << 15 };

static uint64_t most_of_filter(H5Z_filter_t filter)
{
    if (filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32)
        return 1;
    return filter == H5Z_FILTER_DEFLATE ? DEFLATE_MOST : OTHERS_MOST;
}

/* How many bytes a stored byte can stand for. */
static uint64_t most_of_filters(hid_t properties)
{
    uint64_t most = 1;
    const int n = H5Pget_nfilters(properties);
    for (int i = 0; i < n; i++) {
        unsigned flags, info;
        size_t parameters = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(properties, (unsigned)i, &flags, &parameters, NULL, 0, NULL, &info);
        if (__builtin_mul_overflow(most, most_of_filter(filter), &most))
            return UINT64_MAX;
    }
    return most;
}

static const char *refute_layout(hid_t properties, size_t element_bytes)
{
    hsize_t chunk = 0;
    const H5D_layout_t layout = H5Pget_layout(properties);
    if ((layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) ||
        (layout == H5D_CONTIGUOUS && H5Pget_external_count(properties) != 0))
        return "lies in other files, which are not read";
    if (layout != H5D_CHUNKED || H5Pget_nfilters(properties) == 0)
        return NULL;
    if (H5Pget_chunk(properties, 1, &chunk) == 1 && chunk > MOST_CHUNK_BYTES / element_bytes)
        return "has chunks that are too large to be decoded";
    return NULL;
}

const char *claims_refute(hid_t dataset, uint64_t elements, size_t element_bytes,
                          uint64_t file_bytes)
{
    const hid_t properties = H5Dget_create_plist(dataset);
    if (properties < 0)
        return "is missing or damaged";
    uint64_t bytes;
    const char *refuted = refute_layout(properties, element_bytes);
    if (!refuted && (__builtin_mul_overflow(elements, element_bytes, &bytes) ||
                     bytes / most_of_filters(properties) > file_bytes))
        refuted = "is longer than a file of this size can hold";
    H5Pclose(properties);
    return refuted;
}
