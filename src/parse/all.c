/*
 * Everything at once: one batch for each mate, or one chunk for each stretch.
 *
 * Columns that hold the whole input grow by doubling, which for large memory moves pages and not
 * bytes. The records of one stream are copied from the text to their place in them, and to nowhere
 * else; where mates are aligned or shares are dealt, from the chunks of the round.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "parse/parser.h"
#include "team/team.h"
#include "threads/threads.h"

/* ---- records that grow ---- */

struct growing {
    pfq_parser *parser;
    pfq_records *records;
    struct columns_capacity {
        size_t sequence, quality, offset, name, name_offset, style;
    } capacity[PFQ_MAX_MATES];
    size_t run_capacity;
    struct fastq_totals *places; /* of the chunks of a round: what comes before */
    size_t place_capacity;
};

/* Room for `more` behind what a mate has, and one element of each column in any case: columns
 * without elements are not NULL. */
static pfq_status grow(struct growing *growing, int m, const struct fastq_totals *more,
                       pfq_error *err)
{
    pfq_batch *const batch = &growing->records->batch[m];
    struct columns_capacity *const capacity = &growing->capacity[m];
    const size_t bases = (size_t)(batch->bases + more->bases);
    const size_t records = (size_t)(batch->records + more->records);
    const size_t name_bytes = (size_t)(batch->name_bytes + more->name_bytes);
    const size_t number = sizeof(uint64_t);
    pfq_status status;
    if ((status = memory_grow(&batch->sequence, &capacity->sequence, bases + 1, 1, err)) ||
        (status = memory_grow(&batch->quality, &capacity->quality, bases + 1, 1, err)) ||
        (status = memory_grow(&batch->name, &capacity->name, name_bytes + 1, 1, err)) ||
        (status = memory_grow(&batch->style, &capacity->style, records + 1, 1, err)) ||
        (status = memory_grow(&batch->offset, &capacity->offset, records + 1, number, err)) ||
        (status =
             memory_grow(&batch->name_offset, &capacity->name_offset, records + 1, number, err)))
        return status;
    if (!batch->records)
        batch->offset[0] = batch->name_offset[0] = 0;
    return PFQ_OK;
}

/* Notes that `records` rows from `row` on come next. */
static pfq_status note_run(struct growing *growing, uint64_t row, uint64_t count, pfq_error *err)
{
    pfq_records *const records = growing->records;
    pfq_run *const last = records->run_count ? &records->runs[records->run_count - 1] : NULL;
    if (!count)
        return PFQ_OK;
    if (last && last->row + last->records == row) {
        last->records += count;
        return PFQ_OK;
    }
    const uint64_t index = last ? last->index + last->records : 0;
    const pfq_status status = memory_grow(&records->runs, &growing->run_capacity,
                                          records->run_count + 1, sizeof *records->runs, err);
    if (!status)
        records->runs[records->run_count++] = (pfq_run){row, index, count};
    return status;
}

static void count_in(pfq_batch *batch, const struct fastq_totals *more)
{
    batch->records += more->records;
    batch->bases += more->bases;
    batch->name_bytes += more->name_bytes;
}

void pfq_records_release(pfq_records *records)
{
    for (int m = 0; m < PFQ_MAX_MATES; m++) {
        pfq_batch *const batch = &records->batch[m];
        void *const columns[] = {batch->sequence, batch->quality,     batch->offset,
                                 batch->name,     batch->name_offset, batch->style};
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            free(columns[i]);
    }
    free(records->runs);
    *records = (pfq_records){0};
}

/* ---- a round of the only stream: from the text ---- */

static pfq_status fill_from_text(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread, (void)err;
    const struct growing *const growing = context;
    const struct reading *const reading = &growing->parser->reading;
    const struct input_slice *const slice = &growing->parser->round->slices[0];
    const struct fastq_filling filling = {.kernel = reading->input_config.rules.kernel,
                                          .text_offset = reading->encoding.text_offset,
                                          .deal = 1};
    uint8_t low = UINT8_MAX, high = 0;
    fastq_columns_copy(&slice->chunks[i], slice->text, &filling, 0, &growing->records->batch[0],
                       growing->places[i], &low, &high);
    return PFQ_OK;
}

static pfq_status add_text(struct growing *growing, pfq_error *err)
{
    pfq_parser *const parser = growing->parser;
    const struct input_slice *const slice = &parser->round->slices[0];
    pfq_batch *const batch = &growing->records->batch[0];
    struct fastq_totals more = {0};
    pfq_status status = memory_grow(&growing->places, &growing->place_capacity, slice->chunk_count,
                                    sizeof *growing->places, err);
    for (size_t i = 0; i < slice->chunk_count && !status; i++) {
        growing->places[i] =
            (struct fastq_totals){batch->records + more.records, batch->bases + more.bases,
                                  batch->name_bytes + more.name_bytes};
        const struct fastq_totals share = fastq_columns_share(&slice->chunks[i], 1, 0, 0);
        more.records += share.records;
        more.bases += share.bases;
        more.name_bytes += share.name_bytes;
    }
    if (!status)
        status = grow(growing, 0, &more, err);
    const struct threads_aside aside = input_aside(parser->reading.input);
    /* A chunk writes the offset that ends its last record, where the next one begins. */
    if (!status)
        status = threads_for_beside(parser->threads, slice->chunk_count, fill_from_text, growing,
                                    &aside, err);
    if (!status)
        status = note_run(growing, slice->first, more.records, err);
    if (!status)
        count_in(batch, &more);
    return status;
}

/* ---- a round of aligned chunks ---- */

static void append(pfq_batch *to, const pfq_batch *from)
{
    memcpy(to->sequence + to->bases, from->sequence, from->bases);
    memcpy(to->quality + to->bases, from->quality, from->bases);
    memcpy(to->name + to->name_bytes, from->name, from->name_bytes);
    memcpy(to->style + to->records, from->style, from->records);
    for (uint64_t i = 1; i <= from->records; i++) {
        to->offset[to->records + i] = to->bases + from->offset[i];
        to->name_offset[to->records + i] = to->name_bytes + from->name_offset[i];
    }
}

static pfq_status add_chunk(struct growing *growing, const pfq_chunk *chunk, pfq_error *err)
{
    for (int m = 0; m < chunk->mates; m++) {
        const pfq_batch *const from = &chunk->batches[m];
        const struct fastq_totals more = {from->records, from->bases, from->name_bytes};
        const pfq_status status = grow(growing, m, &more, err);
        if (status)
            return status;
        append(&growing->records->batch[m], from);
        count_in(&growing->records->batch[m], &more);
    }
    return note_run(growing, chunk->row, chunk->batches[0].records, err);
}

static pfq_status add_round(struct growing *growing, pfq_error *err)
{
    pfq_parser *const parser = growing->parser;
    pfq_status status = PFQ_OK;
    if (!parser->reading.input_config.filling.kernel)
        return add_text(growing, err);
    for (size_t i = 0; i < parser->count && !status; i++)
        status = add_chunk(growing, &parser->chunks[i], err);
    return status;
}

/* ---- the runs ---- */

/* An input without records has columns all the same: an offset of 0 each. */
static pfq_status finish(struct growing *growing, pfq_error *err)
{
    const struct fastq_totals none = {0};
    pfq_status status = PFQ_OK;
    for (int m = 0; m < growing->records->mates && !status; m++)
        status = grow(growing, m, &none, err);
    return status;
}

/* Takes rounds until the input is over; `records` NULL: parses and takes nothing. */
static pfq_status take_all(pfq_parser *parser, bool skip, pfq_records *records, pfq_error *err)
{
    struct growing growing = {.parser = parser, .records = records};
    const struct reading_wish wish = {.skip_bad_records = skip,
                                      .fill = records && parser_aligns(parser)};
    pfq_status status = parser_begin(parser, &wish, err);
    if (status)
        return status;
    if (records)
        *records = (pfq_records){.mates = parser->reads.interleaved ? 2 : parser->reads.mates};
    for (bool more = true; more && !status;) {
        status = parser_turn(parser, &more, err);
        if (more && records)
            add_round(&growing, &parser->own);
    }
    if (!status && records)
        finish(&growing, &parser->own);
    if (!status)
        status = team_conclude(parser->team, &parser->own, err);
    free(growing.places);
    return status;
}

pfq_status pfq_parse_all(pfq_parser *parser, pfq_records *records, pfq_error *err)
{
    *records = (pfq_records){0};
    const bool skip = parser->config.on_error == PFQ_ON_ERROR_SKIP;
    pfq_status status = take_all(parser, skip, records, err);
    status = parser_end(parser, status, err);
    if (status && status != PFQ_BAD_RECORDS)
        pfq_records_release(records);
    return status;
}

pfq_status pfq_parse_checked(pfq_parser *parser, pfq_records *records, pfq_fault **faults,
                             size_t *count, pfq_error *err)
{
    pfq_fault *list = NULL;
    size_t n = 0;
    if (records)
        *records = (pfq_records){0};
    if (records && (parser->reads.mates > 1 || parser->reads.interleaved))
        return error_set(err, PFQ_USAGE, NULL,
                         "records beside bad ones cannot be had of pairs: how many reads a damaged "
                         "stretch held is unknown, so the mates behind it would not match");
    pfq_status status = take_all(parser, true, records, err);
    if (!status)
        status = input_faults(parser->reading.input, &list, &n, err);
    status = parser_end(parser, status, err);
    if (status && status != PFQ_BAD_RECORDS) {
        if (records)
            pfq_records_release(records);
        free(list);
        list = NULL;
        n = 0;
    }
    if (faults)
        *faults = list;
    else
        free(list);
    if (count)
        *count = n;
    return status;
}

/* ---- chunks ---- */

struct kept {
    pfq_parser *parser;
    pfq_chunk *chunks;
    size_t count, capacity;
};

static void keep_round(struct kept *kept)
{
    pfq_parser *const parser = kept->parser;
    if (memory_grow(&kept->chunks, &kept->capacity, kept->count + parser->count,
                    sizeof *kept->chunks, &parser->own))
        return;
    for (size_t i = 0; i < parser->count && !parser->own.status; i++)
        kept->count += !chunk_take(parser, i, &kept->chunks[kept->count], &parser->own);
}

pfq_status pfq_parse_chunks(pfq_parser *parser, pfq_chunk **chunks, size_t *count, pfq_error *err)
{
    struct kept kept = {.parser = parser};
    const struct reading_wish wish = {
        .skip_bad_records = parser->config.on_error == PFQ_ON_ERROR_SKIP, .fill = true};
    *chunks = NULL;
    *count = 0;
    pfq_status status = parser_begin(parser, &wish, err);
    if (status)
        return status;
    for (bool more = true; more && !status;) {
        status = parser_turn(parser, &more, err);
        if (more)
            keep_round(&kept);
    }
    if (!status)
        status = team_conclude(parser->team, &parser->own, err);
    status = parser_end(parser, status, err);
    if (status && status != PFQ_BAD_RECORDS) {
        pfq_chunks_release(kept.chunks, kept.count);
        return status;
    }
    *chunks = kept.chunks;
    *count = kept.count;
    return status;
}
