/*
 * Columns: memory for a batch, and the copy loop that fills it.
 */
#include "fastq/columns.h"

#include <string.h>

static pfq_status reserve(struct buffer *buffer, uint64_t count, size_t size, pfq_error *err)
{
    size_t bytes;
    if (count > SIZE_MAX || !size_mul((size_t)count, size, &bytes))
        return error_set(err, PFQ_NO_MEMORY, NULL, "a batch larger than memory can be");
    return buffer_reserve(buffer, bytes, 0, err);
}

pfq_status fastq_columns_reserve(struct fastq_columns *columns, const struct fastq_totals *totals,
                                 pfq_error *err)
{
    const uint64_t records = totals->records;
    pfq_status status = PFQ_OK;
    if ((status = reserve(&columns->sequence, totals->bases, 1, err)) ||
        (status = reserve(&columns->quality, totals->bases, 1, err)) ||
        (status = reserve(&columns->name, totals->name_bytes, 1, err)) ||
        (status = reserve(&columns->style, records, 1, err)) ||
        (status = reserve(&columns->offset, records + 1, sizeof(uint64_t), err)) ||
        (status = reserve(&columns->name_offset, records + 1, sizeof(uint64_t), err)))
        return status;
    columns->batch = (pfq_batch){
        .records = records,
        .bases = totals->bases,
        .name_bytes = totals->name_bytes,
        .sequence = columns->sequence.data,
        .quality = columns->quality.data,
        .offset = (uint64_t *)(void *)columns->offset.data,
        .name = columns->name.data,
        .name_offset = (uint64_t *)(void *)columns->name_offset.data,
        .style = columns->style.data,
    };
    columns->batch.offset[0] = columns->batch.name_offset[0] = 0;
    return PFQ_OK;
}

void fastq_columns_release(struct fastq_columns *columns)
{
    struct buffer *const buffers[] = {&columns->sequence, &columns->quality,     &columns->offset,
                                      &columns->name,     &columns->name_offset, &columns->style};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_release(buffers[i]);
    columns->batch = (pfq_batch){0};
}

/* Index parity k of a chunk goes to batch (first + k) % deal. */
struct fastq_totals fastq_columns_share(const struct fastq_chunk *chunk, int deal, int first, int k)
{
    struct fastq_totals share = {0};
    for (int parity = 0; parity < 2; parity++) {
        if ((first + parity) % deal != k)
            continue;
        share.records += chunk->totals[parity].records;
        share.bases += chunk->totals[parity].bases;
        share.name_bytes += chunk->totals[parity].name_bytes;
    }
    return share;
}

void fastq_columns_fill(const struct fastq_chunk *chunk, struct span text,
                        const struct scan_kernel *kernel, uint8_t text_offset, int deal, int first,
                        pfq_batch *const batches[2], const struct fastq_totals before[2],
                        struct fastq_extent *extent)
{
    struct fastq_totals at[2] = {before[0], before[deal - 1]};
    for (size_t i = 0; i < chunk->count; i++) {
        const struct scan_record *record = &chunk->records[i];
        const struct fastq_place place = fastq_place_of(chunk, record);
        const int k = deal == 1 ? 0 : (first + (int)(i & 1)) & 1;
        const pfq_batch *batch = batches[k];
        struct fastq_totals *to = &at[k];
        memcpy(batch->sequence + to->bases, text.data + place.bases, record->bases);
        kernel->shift(batch->quality + to->bases, text.data + place.quality, record->bases,
                      text_offset, &extent->low, &extent->high);
        memcpy(batch->name + to->name_bytes, text.data + place.name, record->name);
        batch->style[to->records] = (uint8_t)record->style;
        to->records++;
        to->bases += record->bases;
        to->name_bytes += record->name;
        batch->offset[to->records] = to->bases;
        batch->name_offset[to->records] = to->name_bytes;
    }
}
