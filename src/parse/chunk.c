/*
 * Chunks that outlive their round: all columns of all mates in one piece of memory.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "parse/parser.h"

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

static size_t numbers_of(const pfq_batch *batch)
{
    return (size_t)(batch->records + 1) * sizeof(uint64_t);
}

static size_t bytes_of(const pfq_batch *batch)
{
    const uint64_t bytes = 2 * batch->bases + batch->name_bytes + batch->records;
    return 2 * numbers_of(batch) + ((size_t)bytes + 7) / 8 * 8;
}

/* Copies the columns to `memory`; returns what is behind them. */
static uint8_t *copy_batch(const pfq_batch *from, pfq_batch *to, uint8_t *memory)
{
    *to = *from;
    to->offset = (uint64_t *)(void *)memory;
    to->name_offset = to->offset + from->records + 1;
    to->sequence = (uint8_t *)(to->name_offset + from->records + 1);
    to->quality = to->sequence + from->bases;
    to->name = to->quality + from->bases;
    to->style = to->name + from->name_bytes;
    memcpy(to->offset, from->offset, numbers_of(from));
    memcpy(to->name_offset, from->name_offset, numbers_of(from));
    memcpy(to->sequence, from->sequence, from->bases);
    memcpy(to->quality, from->quality, from->bases);
    memcpy(to->name, from->name, from->name_bytes);
    memcpy(to->style, from->style, from->records);
    return memory + bytes_of(from);
}

pfq_status chunk_copy(const pfq_chunk *chunk, pfq_chunk *copy, pfq_error *err)
{
    size_t bytes = (size_t)chunk->mates * sizeof *chunk->batches;
    for (int m = 0; m < chunk->mates; m++)
        bytes += bytes_of(&chunk->batches[m]);
    pfq_batch *const batches = malloc(bytes);
    if (!batches)
        return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for %zu bytes of a chunk", bytes);
    uint8_t *memory = (uint8_t *)(batches + chunk->mates);
    for (int m = 0; m < chunk->mates; m++)
        memory = copy_batch(&chunk->batches[m], &batches[m], memory);
    *copy = *chunk;
    copy->batches = batches;
    return PFQ_OK;
}

void chunk_release(pfq_chunk *chunk)
{
    free((void *)chunk->batches); /* the columns lie behind them */
    *chunk = (pfq_chunk){0};
}

void pfq_chunks_release(pfq_chunk *chunks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        chunk_release(&chunks[i]);
    free(chunks);
}
