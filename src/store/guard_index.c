#include "store/guard_index.h"

#include <string.h>

#include "store/guard_dense.h"

enum { SIGNATURE = 4, ADDRESS = 8 };

/* Of what says where a chunk is: its address, and behind filters its size, with a byte to spare,
 * and which of them were used. */
static uint64_t element_bytes(const struct guard_index *index)
{
    enum { MASK = 4, LONGEST = 8 };
    const size_t size_bytes = guard_bytes_of(index->chunk_bytes) + 1;
    return ADDRESS + (index->filtered ? (size_bytes < LONGEST ? size_bytes : LONGEST) + MASK : 0);
}

/* The head of an array: of chunks, filtered or not, with elements that are as long as HDF5 takes
 * them to be. What it has then is with all files the same. */
static bool array_fits(struct guard_reader *reader, const struct guard_index *index)
{
    enum { FIXED_BYTES = 24, HEAD = 72, MOST_SET_AT = 44 };
    static const uint8_t fixed[] = {10}, extensible[] = {32, 4, 16, 4, 10};
    const bool longer = index->kind == GUARD_EXTENSIBLE;
    const size_t n = longer ? sizeof extensible : sizeof fixed;
    struct buffer buffer = {0};
    bool fits = guard_read(reader, index->address, longer ? HEAD : FIXED_BYTES, &buffer) &&
                memcmp(buffer.data, longer ? "EAHD" : "FAHD", SIGNATURE) == 0;
    if (fits) {
        struct guard_bytes rest = {buffer.data + SIGNATURE, FIXED_BYTES - SIGNATURE, true};
        fits = guard_take(&rest, 1) == 0;
        fits = guard_take(&rest, 1) == index->filtered && fits;
        fits = guard_take(&rest, 1) == element_bytes(index) && fits;
        fits = fits && memcmp(rest.at, longer ? extensible : fixed, n) == 0;
        guard_pass(&rest, n);
        if (longer)
            fits = fits && guard_number(buffer.data + MOST_SET_AT, 8) <= UINT32_MAX;
        else
            fits = fits && guard_take(&rest, 8) >= index->chunks;
    }
    buffer_release(&buffer);
    return fits;
}

bool guard_index_fits(struct guard_reader *reader, const struct guard_index *index)
{
    enum { PLAIN = 10, FILTERED = 11 };
    if (index->address == UINT64_MAX)
        return true;
    if (index->kind != GUARD_TREE)
        return array_fits(reader, index);
    return guard_tree_fits(reader, index->address, index->filtered ? FILTERED : PLAIN,
                           element_bytes(index) + ADDRESS * index->rank);
}
