/*
 * Keys of names. The hash multiplies 64 by 64 bits and folds the halves, eight bytes a step: good
 * mixing at the price of one multiplication.
 */
#include "fastq/names.h"

#include <string.h>

static uint64_t fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash(const uint8_t *data, size_t size)
{
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15), last = UINT64_C(0xd1b54a32d192ed03);
    uint64_t state = fold(size + 1, last);
    while (size > 0) {
        uint64_t word = 0;
        const size_t take = size < sizeof word ? size : sizeof word;
        memcpy(&word, data, take);
        state = fold(state ^ word ^ last, step ^ word);
        data += take;
        size -= take;
    }
    return fold(state ^ step, last);
}

static size_t until_blank(const uint8_t *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (name[i] == ' ' || name[i] == '\t')
            return i;
    return size;
}

/* Does the name end in `mark` and one digit from `low` to `high`, with something before? */
static bool ends_in(const uint8_t *name, size_t size, uint8_t mark, int low, int high)
{
    return size > 2 && name[size - 2] == mark && name[size - 1] >= '0' + low &&
           name[size - 1] <= '0' + high;
}

size_t fastq_name_key(const uint8_t *name, size_t size)
{
    size = until_blank(name, size);
    return ends_in(name, size, '/', 1, 4) ? size - 2 : size;
}

/* Behind the key is a blank, nothing, or the digit's slash. */
int fastq_name_mate(const uint8_t *name, size_t size, size_t key)
{
    return key < size && name[key] == '/' ? name[key + 1] - '0' : 0;
}

/* A byte at a time, so slower than hash(), but a few lines in any language; the finaliser brings
 * what the last bytes say to the high bits, by which an index is searched. */
uint64_t fastq_name_hash(const uint8_t *name, size_t size)
{
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        state = (state ^ name[i]) * UINT64_C(0x100000001b3);
    state = (state ^ state >> 33) * UINT64_C(0xff51afd7ed558ccd);
    state = (state ^ state >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return state ^ state >> 33;
}

struct fastq_name_keys fastq_name_keys(const uint8_t *name, size_t size, int mate)
{
    size = fastq_name_key(name, size);
    struct fastq_name_keys keys = {.whole = hash(name, size)};
    keys.dotted = ends_in(name, size, '.', mate, mate) ? hash(name, size - 2)
                                                       : fold(keys.whole, 2 * (uint64_t)mate + 1);
    return keys;
}
