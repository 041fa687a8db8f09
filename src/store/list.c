/*
 * Rows in any order, read in the order of the file.
 *
 * The list is sorted, remembering where each row belongs; offsets say what it owns of the columns,
 * and these pieces, which now ascend, are copied straight to their places in the batch.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/indexer.h"
#include "store/pieces.h"

/* What reading a list needs, n of each. */
struct list {
    struct store_reader *reader;
    int mate;
    unsigned without; /* columns that are not wanted, or not there */
    size_t n;
    struct index_entry *order; /* hash: a row, ascending; row: its place in the list */
    struct piece *pieces;
    uint64_t (*span)[2]; /* of bases, in the order of `order` */
    uint64_t (*name_span)[2];
};

/* ---- the batch ---- */

/* Columns of 8-byte numbers come first, so that all of them are aligned. */
pfq_status store_lay_out(struct buffer *arena, unsigned without, pfq_batch *batch, pfq_error *err)
{
    const size_t n = batch->records;
    const size_t bases = without & PFQ_COLUMN_SEQUENCE ? 0 : batch->bases;
    const size_t scores = without & PFQ_COLUMN_QUALITY ? 0 : batch->bases;
    const size_t names = without & PFQ_COLUMN_NAME ? 0 : batch->name_bytes;
    size_t bytes, numbers;
    if (!size_mul(n + 1, 2 * sizeof(uint64_t), &numbers) || !size_add(numbers, bases, &bytes) ||
        !size_add(bytes, scores, &bytes) || !size_add(bytes, names, &bytes) ||
        !size_add(bytes, n, &bytes))
        return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for %" PRIu64 " bases", batch->bases);
    const pfq_status status = buffer_reserve(arena, bytes, 0, err);
    if (status)
        return status;
    batch->offset = (uint64_t *)(void *)arena->data;
    batch->name_offset = batch->offset + n + 1;
    uint8_t *const first = arena->data + numbers;
    batch->sequence = without & PFQ_COLUMN_SEQUENCE ? NULL : first;
    batch->quality = without & PFQ_COLUMN_QUALITY ? NULL : first + bases;
    batch->name = without & PFQ_COLUMN_NAME ? NULL : first + bases + scores;
    batch->style = first + bases + scores + names;
    return PFQ_OK;
}

/* ---- order and spans ---- */

static pfq_status begin(struct list *list, const uint64_t *rows, pfq_error *err)
{
    list->order = memory_allocate(list->n, sizeof *list->order, err);
    list->pieces = memory_allocate(list->n, sizeof *list->pieces, err);
    list->span = memory_allocate(list->n, sizeof *list->span, err);
    list->name_span = memory_allocate(list->n, sizeof *list->name_span, err);
    if (!list->order || !list->pieces || !list->span || !list->name_span)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < list->n; i++)
        list->order[i] = (struct index_entry){rows[i], i};
    return index_sort(list->reader->decoder.threads, list->order, list->n, err);
}

static void end(struct list *list)
{
    free(list->order);
    free(list->pieces);
    free(list->span);
    free(list->name_span);
}

/* Begin and end of each row in what an offset column indexes; 0 where the file has no such column.
 */
static pfq_status read_spans(struct list *list, enum schema_column column, uint64_t indexed,
                             uint64_t (*span)[2], pfq_error *err)
{
    if (!schema_has(list->reader->summary.mate[list->mate - 1].without, column))
        return PFQ_OK;
    for (size_t k = 0; k < list->n; k++)
        list->pieces[k] = (struct piece){list->order[k].hash, 2, (uint8_t *)span[k]};
    const pfq_status status =
        pieces_read(list->reader, list->mate, column, list->pieces, list->n, err);
    if (status)
        return status;
    for (size_t k = 0; k < list->n; k++)
        if (span[k][0] > span[k][1] || span[k][1] > indexed || (k && span[k][0] < span[k - 1][0]))
            return reader_bad(list->reader, list->mate, column, "has values that are no offsets",
                              err);
    return PFQ_OK;
}

static pfq_status read_all_spans(struct list *list, pfq_error *err)
{
    const struct store_mate *const about = &list->reader->summary.mate[list->mate - 1];
    const pfq_status status = read_spans(list, SCHEMA_OFFSET, about->bases, list->span, err);
    return status ? status
                  : read_spans(list, SCHEMA_NAME_OFFSET, about->name_bytes, list->name_span, err);
}

/* ---- columns ---- */

/* The pieces of a column to their records in the batch. */
static pfq_status read_column(struct list *list, enum schema_column column, uint64_t (*span)[2],
                              const uint64_t *offset, uint8_t *data, pfq_error *err)
{
    for (size_t k = 0; k < list->n; k++)
        list->pieces[k] =
            (struct piece){span[k][0], span[k][1] - span[k][0], data + offset[list->order[k].row]};
    return pieces_read(list->reader, list->mate, column, list->pieces, list->n, err);
}

/* Offsets of a batch from the lengths of its records. */
static void sum_spans(const struct list *list, uint64_t (*span)[2], uint64_t *offset)
{
    offset[0] = 0;
    for (size_t k = 0; k < list->n; k++)
        offset[list->order[k].row + 1] = span[k][1] - span[k][0];
    for (size_t i = 0; i < list->n; i++)
        offset[i + 1] += offset[i];
}

static pfq_status lay_out(const struct list *list, struct buffer *arena, pfq_batch *batch,
                          pfq_error *err)
{
    uint64_t bases = 0, names = 0;
    for (size_t k = 0; k < list->n; k++) /* a row may be listed so often that the sum is absurd */
        if (__builtin_add_overflow(bases, list->span[k][1] - list->span[k][0], &bases) ||
            __builtin_add_overflow(names, list->name_span[k][1] - list->name_span[k][0], &names))
            return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for these rows");
    *batch = (pfq_batch){.records = list->n, .bases = bases, .name_bytes = names};
    const pfq_status status = store_lay_out(arena, list->without, batch, err);
    if (status)
        return status;
    sum_spans(list, list->span, batch->offset);
    sum_spans(list, list->name_span, batch->name_offset);
    return PFQ_OK;
}

/* ---- styles ---- */

/* Some exceptions behind each other. */
struct exceptions_window {
    uint64_t row[1024];
    uint8_t style[1024];
    size_t n, at;
};

/* Loads the exceptions from `row` on. */
static pfq_status load_exceptions(struct list *list, uint64_t row, struct exceptions_window *window,
                                  pfq_error *err)
{
    uint64_t first;
    const uint64_t all = list->reader->summary.mate[list->mate - 1].exceptions;
    const pfq_status status = store_exceptions_before(list->reader, list->mate, row, &first, err);
    if (status)
        return status;
    const uint64_t left = all - first, most = sizeof window->row / sizeof *window->row;
    window->n = (size_t)(left < most ? left : most);
    window->at = 0;
    return store_read_exceptions(list->reader, list->mate, first, window->n, window->row,
                                 window->style, err);
}

static pfq_status read_styles(struct list *list, uint8_t *style, pfq_error *err)
{
    struct exceptions_window window = {.n = 0};
    const struct store_mate *const about = &list->reader->summary.mate[list->mate - 1];
    memset(style, about->style, list->n);
    for (size_t k = 0; k < list->n && about->exceptions; k++) {
        const uint64_t row = list->order[k].hash;
        if (!window.n || row > window.row[window.n - 1]) {
            const pfq_status status = load_exceptions(list, row, &window, err);
            if (status)
                return status;
            if (!window.n) /* there are none from here on */
                break;
        }
        while (window.row[window.at] < row)
            window.at++;
        if (window.row[window.at] == row)
            style[list->order[k].row] = window.style[window.at];
    }
    return PFQ_OK;
}

/* ---- lists ---- */

static pfq_status read_list(struct list *list, struct buffer *arena, pfq_batch *batch,
                            pfq_error *err)
{
    pfq_status status = read_all_spans(list, err);
    if (!status)
        status = lay_out(list, arena, batch, err);
    if (!status && batch->sequence)
        status =
            read_column(list, SCHEMA_SEQUENCE, list->span, batch->offset, batch->sequence, err);
    if (!status && batch->quality)
        status = read_column(list, SCHEMA_QUALITY, list->span, batch->offset, batch->quality, err);
    if (!status && batch->name)
        status =
            read_column(list, SCHEMA_NAME, list->name_span, batch->name_offset, batch->name, err);
    if (!status)
        status = reader_settle_values(list->reader, list->mate, batch, err);
    if (!status)
        status = read_styles(list, batch->style, err);
    return status;
}

pfq_status store_read_list(struct store_reader *reader, int mate, unsigned without,
                           const uint64_t *rows, size_t n, struct buffer *arena, pfq_batch *batch,
                           pfq_error *err)
{
    struct list list = {.reader = reader, .mate = mate, .without = without, .n = n};
    pfq_status status = begin(&list, rows, err);
    if (!status)
        status = read_list(&list, arena, batch, err);
    end(&list);
    return status;
}

pfq_status store_measure_list(struct store_reader *reader, int mate, const uint64_t *rows, size_t n,
                              struct store_lengths *lengths, pfq_error *err)
{
    struct list list = {.reader = reader, .mate = mate, .n = n};
    pfq_status status = begin(&list, rows, err);
    if (!status)
        status = read_all_spans(&list, err);
    for (size_t k = 0; k < n && !status; k++)
        lengths[list.order[k].row] = (struct store_lengths){
            list.span[k][1] - list.span[k][0], list.name_span[k][1] - list.name_span[k][0]};
    end(&list);
    return status;
}
