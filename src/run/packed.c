/*
 * Blocks side by side, each in a slot of the greatest size, then pushed together.
 */
#include "run/packed.h"

#include <stdlib.h>
#include <string.h>

#include "threads/threads.h"

enum { DEFAULT_LEVEL = 6 };

bool packed_is_wanted(const char *path)
{
    static const char *const endings[] = {".gz", ".bgz", ".bgzf"};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t size = strlen(endings[i]);
        if (length >= size && strcmp(path + length - size, endings[i]) == 0)
            return true;
    }
    return false;
}

pfq_status packed_create(int threads, int level, struct packed *packed, pfq_error *err)
{
    *packed = (struct packed){.threads = threads};
    packed->deflaters = memory_allocate((size_t)threads, sizeof *packed->deflaters, err);
    for (int i = 0; packed->deflaters && i < threads; i++)
        if (!(packed->deflaters[i] = gzip_deflater_create(level ? level : DEFAULT_LEVEL, err)))
            return PFQ_NO_MEMORY;
    return packed->deflaters ? PFQ_OK : PFQ_NO_MEMORY;
}

void packed_destroy(struct packed *packed)
{
    for (int i = 0; packed->deflaters && i < packed->threads; i++)
        gzip_deflater_destroy(packed->deflaters[i]);
    free(packed->deflaters);
    free(packed->out);
    free(packed->sizes);
    *packed = (struct packed){0};
}

struct job {
    struct packed *packed;
    struct span text;
};

static pfq_status pack_block(void *context, size_t i, int thread, pfq_error *err)
{
    const struct job *const job = context;
    const size_t begin = i * GZIP_BGZF_TEXT_BYTES, rest = job->text.size - begin;
    const struct span text = {job->text.data + begin,
                              rest < GZIP_BGZF_TEXT_BYTES ? rest : GZIP_BGZF_TEXT_BYTES};
    (void)err;
    job->packed->sizes[i] = gzip_bgzf_compress(job->packed->deflaters[thread], text,
                                               job->packed->out + i * GZIP_BGZF_BLOCK_BYTES);
    return PFQ_OK;
}

pfq_status packed_text(struct packed *packed, struct span text, bool last, size_t *bytes,
                       pfq_error *err)
{
    const size_t blocks = text.size / GZIP_BGZF_TEXT_BYTES + !!(text.size % GZIP_BGZF_TEXT_BYTES);
    struct job job = {packed, text};
    pfq_status status =
        memory_grow(&packed->sizes, &packed->sizes_capacity, blocks, sizeof *packed->sizes, err);
    if (!status)
        status = memory_grow(&packed->out, &packed->capacity,
                             blocks * GZIP_BGZF_BLOCK_BYTES + GZIP_BGZF_END_BYTES, 1, err);
    if (!status)
        status = threads_for(packed->threads, blocks, pack_block, &job, err);
    *bytes = 0;
    for (size_t i = 0; i < blocks && !status; i++) {
        memmove(packed->out + *bytes, packed->out + i * GZIP_BGZF_BLOCK_BYTES, packed->sizes[i]);
        *bytes += packed->sizes[i];
    }
    if (status || !last)
        return status;
    memcpy(packed->out + *bytes, gzip_bgzf_end, GZIP_BGZF_END_BYTES);
    *bytes += GZIP_BGZF_END_BYTES;
    return PFQ_OK;
}
