/*
 * Chunks that outlive their round: they take over the memory their columns were filled in.
 *
 * The parser then needs other memory for its next round. What comes back from chunks that are done
 * with is kept for that, so that a stream or a pipeline goes around with as many pieces of memory
 * as there are chunks on their way, and copies nothing.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "parse/parser.h"

/* What chunk->batches points to, in a chunk that has been taken. */
struct taken {
    pfq_batch batches[PFQ_MAX_MATES]; /* first */
    struct buffer arenas[PFQ_MAX_MATES];
};

pfq_record pfq_chunk_record(const pfq_chunk *chunk, int mate, size_t i)
{
    const pfq_batch *const batch = &chunk->batches[mate - 1];
    const uint64_t at = batch->offset[i], name = batch->name_offset[i];
    return (pfq_record){.row = chunk->row + i,
                        .mate = mate,
                        .name = (const char *)batch->name + name,
                        .sequence = (const char *)batch->sequence + at,
                        .quality = batch->quality + at,
                        .name_bytes = (size_t)(batch->name_offset[i + 1] - name),
                        .bases = (size_t)(batch->offset[i + 1] - at)};
}

/* ---- memory that waits for columns ---- */

static struct buffer take_spare(struct chunk_spares *spares)
{
    struct buffer spare = {0};
    pthread_mutex_lock(&spares->lock);
    if (spares->count)
        spare = spares->list[--spares->count];
    pthread_mutex_unlock(&spares->lock);
    return spare;
}

static void keep_spare(struct chunk_spares *spares, struct buffer *spare)
{
    pthread_mutex_lock(&spares->lock);
    if (spare->data && spares->count < CHUNK_SPARES) {
        spares->list[spares->count++] = *spare;
        *spare = (struct buffer){0};
    }
    pthread_mutex_unlock(&spares->lock);
    buffer_release(spare);
}

void chunk_spares_create(struct chunk_spares *spares)
{
    pthread_mutex_init(&spares->lock, NULL);
}

void chunk_spares_destroy(struct chunk_spares *spares)
{
    while (spares->count)
        buffer_release(&spares->list[--spares->count]);
    pthread_mutex_destroy(&spares->lock);
}

/* ---- taking and giving back ---- */

pfq_status chunk_take(pfq_parser *parser, size_t i, pfq_chunk *chunk, pfq_error *err)
{
    struct taken *const taken = memory_allocate(1, sizeof *taken, err);
    if (!taken)
        return PFQ_NO_MEMORY;
    *chunk = parser->chunks[i];
    for (int m = 0; m < chunk->mates; m++) {
        struct fastq_columns *const columns = &parser->columns[i][m];
        taken->batches[m] = chunk->batches[m];
        taken->arenas[m] = columns->arena;
        columns->arena = take_spare(&parser->spares);
    }
    chunk->batches = taken->batches;
    return PFQ_OK;
}

void chunk_give_back(pfq_parser *parser, pfq_chunk *chunk)
{
    struct taken *const taken = (struct taken *)(void *)chunk->batches;
    for (int m = 0; m < chunk->mates && taken; m++)
        keep_spare(&parser->spares, &taken->arenas[m]);
    free(taken);
    *chunk = (pfq_chunk){0};
}

void pfq_chunks_release(pfq_chunk *chunks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct taken *const taken = (struct taken *)(void *)chunks[i].batches;
        for (int m = 0; m < chunks[i].mates && taken; m++)
            buffer_release(&taken->arenas[m]);
        free(taken);
    }
    free(chunks);
}
