/*
 * Columns: memory for a batch, and the copy loop that fills it.
 */
#include "fastq/columns.h"

#include <string.h>

#include "fastq/chunk.h"
#include "fastq/forms.h"

/* One arena: the 64-bit columns first, so that all are aligned. A quarter more than is needed, as
 * the next chunk that comes here will be a little larger or smaller. */
pfq_status fastq_columns_reserve(struct fastq_columns *columns, const struct fastq_totals *totals,
                                 unsigned without, pfq_error *err)
{
    const uint64_t records = totals->records;
    const uint64_t numbers = 2 * sizeof(uint64_t) * (records + 1);
    const uint64_t bases = without & PFQ_COLUMN_SEQUENCE ? 0 : totals->bases;
    const uint64_t scores = without & PFQ_COLUMN_QUALITY ? 0 : totals->bases;
    const uint64_t name_bytes = without & PFQ_COLUMN_NAME ? 0 : totals->name_bytes;
    const uint64_t bytes = numbers + bases + scores + name_bytes + records;
    if (bytes > columns->arena.capacity) {
        const pfq_status status =
            buffer_reserve(&columns->arena, (size_t)(bytes + bytes / 4), 0, err);
        if (status)
            return status;
    }
    uint64_t *const offset = (uint64_t *)(void *)columns->arena.data;
    uint8_t *const sequence = columns->arena.data + numbers;
    columns->batch = (pfq_batch){
        .records = records,
        .bases = totals->bases,
        .name_bytes = name_bytes,
        .sequence = without & PFQ_COLUMN_SEQUENCE ? NULL : sequence,
        .quality = without & PFQ_COLUMN_QUALITY ? NULL : sequence + bases,
        .offset = offset,
        .name = without & PFQ_COLUMN_NAME ? NULL : sequence + bases + scores,
        .name_offset = without & PFQ_COLUMN_NAME ? NULL : offset + records + 1,
        .style = sequence + bases + scores + name_bytes,
    };
    offset[0] = offset[records + 1] = 0;
    columns->low = UINT8_MAX;
    columns->high = 0;
    return PFQ_OK;
}

void fastq_columns_release(struct fastq_columns *columns)
{
    buffer_release(&columns->arena);
    columns->batch = (pfq_batch){0};
}

struct fastq_totals fastq_columns_share(const struct fastq_chunk *chunk, int deal, uint64_t number,
                                        int k)
{
    struct fastq_totals share = chunk->totals[fastq_columns_of_mate(deal, number, k)];
    if (deal == 1) {
        share.records += chunk->totals[1].records;
        share.bases += chunk->totals[1].bases;
        share.name_bytes += chunk->totals[1].name_bytes;
    }
    return share;
}

static void copy_bases(uint8_t *out, const uint8_t *bases, size_t n, bool code)
{
    if (code)
        forms_code_bases(out, bases, n);
    else
        memcpy(out, bases, n);
}

void fastq_columns_copy(const struct fastq_chunk *chunk, struct span text,
                        const struct fastq_filling *filling, int k, const pfq_batch *batch,
                        struct fastq_totals to, uint8_t *low, uint8_t *high)
{
    const uint64_t first_base = to.bases;
    for (size_t i = (size_t)k; i < chunk->count; i += (size_t)filling->deal) {
        const struct scan_record *const record = &chunk->records[i];
        const struct fastq_place place = fastq_place_of(chunk, text, record);
        if (batch->sequence)
            copy_bases(batch->sequence + to.bases, place.bases, record->bases, filling->code_bases);
        if (batch->quality)
            filling->kernel->shift(batch->quality + to.bases, place.quality, record->bases,
                                   filling->text_offset, low, high);
        batch->style[to.records] = (uint8_t)record->style;
        to.records++;
        to.bases += record->bases;
        batch->offset[to.records] = to.bases;
        if (!batch->name)
            continue;
        memcpy(batch->name + to.name_bytes, place.name, record->name);
        to.name_bytes += record->name;
        batch->name_offset[to.records] = to.name_bytes;
    }
    if (batch->quality && filling->bin_scores)
        forms_bin_scores(batch->quality + first_base, to.bases - first_base);
}

pfq_status fastq_columns_fill(struct fastq_chunk *chunk, struct span text,
                              const struct fastq_filling *filling, pfq_error *err)
{
    for (int k = 0; k < filling->deal; k++) {
        struct fastq_columns *const columns = &chunk->columns[k];
        const struct fastq_totals share = fastq_columns_share(chunk, filling->deal, 0, k);
        const pfq_status status = fastq_columns_reserve(columns, &share, filling->without, err);
        if (status)
            return status;
        fastq_columns_copy(chunk, text, filling, k, &columns->batch, (struct fastq_totals){0},
                           &columns->low, &columns->high);
    }
    return PFQ_OK;
}
