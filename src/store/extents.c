/*
 * Runs of chunks: a few for each dataset and round, and one where a dataset grew twice in a row.
 */
#include "store/extents.h"

#include <stdlib.h>

#include "base/memory.h"

pfq_status extents_grow(struct extents *extents, uint64_t bytes, uint64_t align, uint64_t *next,
                        pfq_error *err)
{
    const uint64_t need = bytes / extents->chunk_bytes + (bytes % extents->chunk_bytes != 0);
    if (need <= extents->chunks)
        return PFQ_OK;
    const uint64_t more = need - extents->chunks;
    struct extent *last = extents->count ? &extents->runs[extents->count - 1] : NULL;
    if (!last || last->address + last->count * extents->chunk_bytes != *next) {
        const pfq_status status = memory_grow(&extents->runs, &extents->capacity,
                                              extents->count + 1, sizeof *extents->runs, err);
        if (status)
            return status;
        last = &extents->runs[extents->count++];
        if (more >= EXTENTS_GAPS * align / extents->chunk_bytes)
            *next = extents_align(*next, align);
        *last = (struct extent){extents->chunks, 0, *next};
    }
    last->count += more;
    extents->chunks = need;
    *next += more * extents->chunk_bytes;
    return PFQ_OK;
}

uint64_t extents_find(const struct extents *extents, uint64_t offset, uint64_t *bytes)
{
    const uint64_t chunk = offset / extents->chunk_bytes;
    size_t low = 0,
           high = extents->count - 1; /* the last run that does not begin behind the chunk */
    while (low < high) {
        const size_t middle = low + (high - low + 1) / 2;
        if (extents->runs[middle].first > chunk)
            high = middle - 1;
        else
            low = middle;
    }
    const struct extent *run = &extents->runs[low];
    const uint64_t inside = offset - run->first * extents->chunk_bytes;
    *bytes = run->count * extents->chunk_bytes - inside;
    return run->address + inside;
}

void extents_keep_last(struct extents *extents)
{
    if (extents->count < 2)
        return;
    extents->runs[0] = extents->runs[extents->count - 1];
    extents->count = 1;
}

void extents_release(struct extents *extents)
{
    free(extents->runs);
    *extents = (struct extents){0};
}
