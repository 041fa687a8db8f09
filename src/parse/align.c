/*
 * Holding runs, dealing rows, moving runs between ranks, making chunks.
 */
#include "parse/align.h"

#include <stdlib.h>
#include <string.h>

#include "parse/parser.h"
#include "team/team.h"

static int mates_of(const pfq_parser *parser)
{
    return parser->reads.interleaved ? 2 : parser->reads.mates;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- runs ---- */

static void add_run(struct align_list *list, const struct align_run *run, pfq_error *own)
{
    if (!run->records ||
        memory_grow(&list->runs, &list->capacity, list->count + 1, sizeof *list->runs, own))
        return;
    list->runs[list->count++] = *run;
}

/* The part of a run in rows [begin, end); records == 0 if there is none. */
static struct align_run clip(const struct align_run *run, uint64_t begin, uint64_t end)
{
    struct align_run part = *run;
    const uint64_t from = larger(begin, run->row), to = smaller(end, run->row + run->records);
    part.records = from < to ? to - from : 0;
    part.first += from - run->row;
    part.row = from;
    part.owned = NULL;
    return part;
}

static struct fastq_totals measure(const struct align_run *run)
{
    if (!run->records)
        return (struct fastq_totals){0};
    const uint64_t *const offset = run->batch.offset + run->first;
    const uint64_t *const name_offset = run->batch.name_offset + run->first;
    return (struct fastq_totals){.records = run->records,
                                 .bases = offset[run->records] - offset[0],
                                 .name_bytes = name_offset[run->records] - name_offset[0]};
}

/* Copies a run behind what `to` holds already, which is `at`, and adds it to that. */
static void copy_run(const struct align_run *run, const pfq_batch *to, struct fastq_totals *at)
{
    const struct fastq_totals size = measure(run);
    const uint64_t base = run->batch.offset[run->first];
    const uint64_t name = run->batch.name_offset[run->first];
    memcpy(to->sequence + at->bases, run->batch.sequence + base, size.bases);
    memcpy(to->quality + at->bases, run->batch.quality + base, size.bases);
    memcpy(to->name + at->name_bytes, run->batch.name + name, size.name_bytes);
    memcpy(to->style + at->records, run->batch.style + run->first, size.records);
    for (uint64_t i = 1; i <= run->records; i++) {
        to->offset[at->records + i] = run->batch.offset[run->first + i] - base + at->bases;
        to->name_offset[at->records + i] =
            run->batch.name_offset[run->first + i] - name + at->name_bytes;
    }
    at->records += size.records;
    at->bases += size.bases;
    at->name_bytes += size.name_bytes;
}

/* ---- taking what was parsed ---- */

static void hold_stream(pfq_parser *parser, const struct input_slice *slice, int stream)
{
    const int deal = parser->reads.interleaved ? 2 : 1;
    uint64_t number = slice->first;
    for (size_t i = 0; i < slice->chunk_count; i++) {
        const struct fastq_chunk *const chunk = &slice->chunks[i];
        for (int k = 0; k < deal; k++) {
            const pfq_batch *const batch =
                &chunk->columns[fastq_columns_of_mate(deal, number, k)].batch;
            /* of an interleaved text: the first record from `number` on that is of mate k */
            const uint64_t row = deal == 1 ? number : (number + 1 - (uint64_t)k) / 2;
            const struct align_run run = {.row = row, .records = batch->records, .batch = *batch};
            add_run(&parser->align.held[stream + k], &run, &parser->own);
        }
        number += chunk->count;
    }
}

/* The rows that all mates have reached. */
static uint64_t rows_reached(const pfq_parser *parser)
{
    const struct input *const input = parser->reading.input;
    uint64_t rows = input_records(input, 0);
    if (parser->reads.interleaved)
        return rows / 2;
    for (int i = 1; i < parser->reads.mates; i++)
        rows = smaller(rows, input_records(input, i));
    return rows;
}

/* Rows that wait outlive the chunks they were parsed to. */
static void keep_copy(struct align_run *run, pfq_error *own)
{
    struct fastq_columns columns = {0};
    struct fastq_totals at = {0}, size = measure(run);
    if (fastq_columns_reserve(&columns, &size, 0, own))
        return;
    copy_run(run, &columns.batch, &at);
    *run = (struct align_run){.row = run->row,
                              .records = run->records,
                              .batch = columns.batch,
                              .owned = columns.arena.data};
}

/* Forgets the rows before `until`; the others are kept. */
static void drop_runs(struct align_list *list, uint64_t until, pfq_error *own)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct align_run *const run = &list->runs[i];
        struct align_run rest = clip(run, until, UINT64_MAX);
        if (rest.records && run->owned)
            rest.owned = run->owned;
        else if (rest.records && !own->status)
            keep_copy(&rest, own);
        else
            free(run->owned);
        if (rest.records)
            list->runs[count++] = rest;
    }
    list->count = count;
}

/* ---- dealing ---- */

/* Where the shares of equal bases begin. Runs of one mate are in the order of the ranks. */
static pfq_status bound_by_bases(pfq_parser *parser, uint64_t *bounds, uint64_t until,
                                 pfq_error *err)
{
    const struct align_list *const list = &parser->align.held[0];
    const int ranks = pfq_team_size(parser->team);
    uint64_t own = 0, before, total;
    for (size_t i = 0; i < list->count; i++)
        own += measure(&list->runs[i]).bases;
    before = total = own;
    pfq_status status = team_sum_before(parser->team, &before, 1, err);
    if (!status)
        status = team_sum(parser->team, &total, 1, err);
    for (int r = 1; r < ranks; r++)
        bounds[r] = UINT64_MAX;
    int r = 1;
    for (size_t i = 0; i < list->count && !status; i++) {
        const struct align_run *const run = &list->runs[i];
        const uint64_t *const offset = run->batch.offset + run->first;
        for (uint64_t k = 0; k < run->records; k++) {
            const uint64_t here = before + offset[k] - offset[0];
            while (r < ranks && (double)total * r / ranks <= (double)here)
                bounds[r++] = run->row + k;
        }
        before += offset[run->records] - offset[0];
    }
    if (!status)
        status = team_min(parser->team, bounds + 1, (size_t)ranks - 1, err);
    for (r = 1; r < ranks; r++)
        bounds[r] = smaller(bounds[r], until);
    return status;
}

static pfq_status set_bounds(pfq_parser *parser, uint64_t until, pfq_error *err)
{
    uint64_t *const bounds = parser->align.bounds;
    const uint64_t from = parser->align.done;
    const int ranks = pfq_team_size(parser->team);
    for (int r = 0; r <= ranks; r++)
        bounds[r] = from + (uint64_t)((double)(until - from) * r / ranks);
    bounds[ranks] = until;
    if (ranks > 1 && parser->config.balance == PFQ_BALANCE_BASES && mates_of(parser) == 1)
        return bound_by_bases(parser, bounds, until, err);
    return PFQ_OK;
}

/* ---- moving: a run travels as words ---- */

enum { ROW, RECORDS, BASES, NAME_BYTES, HEAD_WORDS };

static uint64_t words_of(const struct fastq_totals *size)
{
    const uint64_t bytes = 2 * size->bases + size->name_bytes + size->records;
    return HEAD_WORDS + 2 * (size->records + 1) + (bytes + 7) / 8;
}

/* The columns of a run that lies at `words`, behind its head. */
static pfq_batch unpack(uint64_t *words)
{
    pfq_batch batch = {
        .records = words[RECORDS], .bases = words[BASES], .name_bytes = words[NAME_BYTES]};
    batch.offset = words + HEAD_WORDS;
    batch.name_offset = batch.offset + batch.records + 1;
    batch.sequence = (uint8_t *)(batch.name_offset + batch.records + 1);
    batch.quality = batch.sequence + batch.bases;
    batch.name = batch.quality + batch.bases;
    batch.style = batch.name + batch.name_bytes;
    return batch;
}

static void pack(const struct align_run *run, uint64_t *words)
{
    const struct fastq_totals size = measure(run);
    struct fastq_totals at = {0};
    words[ROW] = run->row;
    words[RECORDS] = size.records;
    words[BASES] = size.bases;
    words[NAME_BYTES] = size.name_bytes;
    const pfq_batch batch = unpack(words);
    batch.offset[0] = batch.name_offset[0] = 0;
    copy_run(run, &batch, &at);
}

/* Packs the rows of one mate for all ranks into align->send, in rank order. */
static void pack_all(pfq_parser *parser, const struct align_list *list)
{
    struct align *const align = &parser->align;
    const int ranks = pfq_team_size(parser->team);
    uint64_t all = 0;
    memset(align->counts, 0, (size_t)ranks * sizeof *align->counts);
    if (parser->own.status)
        return;
    for (int r = 0; r < ranks; r++) {
        for (size_t i = 0; i < list->count; i++) {
            const struct align_run part =
                clip(&list->runs[i], align->bounds[r], align->bounds[r + 1]);
            const struct fastq_totals size = measure(&part);
            align->counts[r] += part.records ? words_of(&size) : 0;
        }
        all += align->counts[r];
    }
    if (buffer_reserve(&align->send, (size_t)all * sizeof(uint64_t), 0, &parser->own)) {
        memset(align->counts, 0, (size_t)ranks * sizeof *align->counts);
        return;
    }
    uint64_t *words = (uint64_t *)(void *)align->send.data;
    for (int r = 0; r < ranks; r++)
        for (size_t i = 0; i < list->count; i++) {
            const struct align_run part =
                clip(&list->runs[i], align->bounds[r], align->bounds[r + 1]);
            const struct fastq_totals size = measure(&part);
            if (!part.records)
                continue;
            pack(&part, words);
            words += words_of(&size);
        }
}

static int compare_rows(const void *a, const void *b)
{
    const uint64_t x = ((const struct align_run *)a)->row, y = ((const struct align_run *)b)->row;
    return (x > y) - (x < y);
}

/* What came, as runs that own their memory: the next mate's overwrite it. */
static void unpack_all(pfq_parser *parser, size_t count, struct align_list *mine)
{
    struct align *const align = &parser->align;
    uint64_t *const copy = memory_allocate(count, sizeof *copy, &parser->own);
    if (!copy)
        return;
    if (count)
        memcpy(copy, align->received, count * sizeof *copy);
    void *owned = copy; /* by the first run; one piece of memory for all */
    for (uint64_t *words = copy; words < copy + count && !parser->own.status;) {
        struct align_run run = {.row = words[ROW], .records = words[RECORDS]};
        const struct fastq_totals size = {words[RECORDS], words[BASES], words[NAME_BYTES]};
        run.batch = unpack(words);
        run.owned = owned;
        const size_t had = mine->count;
        add_run(mine, &run, &parser->own);
        if (mine->count > had)
            owned = NULL;
        words += words_of(&size);
    }
    free(owned);
    if (mine->count > 1)
        qsort(mine->runs, mine->count, sizeof *mine->runs, compare_rows);
}

static void empty(struct align_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->runs[i].owned);
    list->count = 0;
}

/* Brings my rows of each mate to align->mine. */
static pfq_status move_runs(pfq_parser *parser, pfq_error *err)
{
    struct align *const align = &parser->align;
    pfq_status status = PFQ_OK;
    for (int m = 0; m < mates_of(parser) && !status; m++) {
        size_t count = 0;
        empty(&align->mine[m]);
        if (pfq_team_size(parser->team) == 1) {
            for (size_t i = 0; i < align->held[m].count; i++) {
                const struct align_run part =
                    clip(&align->held[m].runs[i], align->bounds[0], align->bounds[1]);
                add_run(&align->mine[m], &part, &parser->own);
            }
            continue;
        }
        pack_all(parser, &align->held[m]);
        status = team_exchange(parser->team, align->send.data, align->counts, sizeof(uint64_t),
                               &align->received, &align->received_capacity, &count, err);
        if (!status)
            unpack_all(parser, count, &align->mine[m]);
    }
    return status;
}

/* ---- making chunks ---- */

struct job {
    pfq_parser *parser;
    struct align_chunk *chunks;
    uint64_t begin, end; /* rows */
    size_t count;
};

static uint64_t row_of(const struct job *job, size_t i)
{
    return job->begin +
           (uint64_t)((double)(job->end - job->begin) * (double)i / (double)job->count);
}

static pfq_status fill_mate(const struct align_list *list, uint64_t begin, uint64_t end,
                            struct fastq_columns *columns, pfq_error *err)
{
    struct fastq_totals size = {0}, at = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct align_run part = clip(&list->runs[i], begin, end);
        if (!part.records)
            continue;
        const struct fastq_totals more = measure(&part);
        size.records += more.records;
        size.bases += more.bases;
        size.name_bytes += more.name_bytes;
    }
    const pfq_status status = fastq_columns_reserve(columns, &size, 0, err);
    for (size_t i = 0; i < list->count && !status; i++) {
        const struct align_run part = clip(&list->runs[i], begin, end);
        if (part.records)
            copy_run(&part, &columns->batch, &at);
    }
    return status;
}

static pfq_status fill_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    const struct job *const job = context;
    struct align_chunk *const chunk = &job->chunks[i];
    const uint64_t begin = row_of(job, i), end = i + 1 < job->count ? row_of(job, i + 1) : job->end;
    pfq_status status = PFQ_OK;
    for (int m = 0; m < mates_of(job->parser) && !status; m++) {
        status = fill_mate(&job->parser->align.mine[m], begin, end, &chunk->columns[m], err);
        chunk->batches[m] = chunk->columns[m].batch;
    }
    job->parser->columns[i] = chunk->columns;
    job->parser->chunks[i] =
        (pfq_chunk){.row = begin, .mates = mates_of(job->parser), .batches = chunk->batches};
    return status;
}

/* Chunks of about chunk_bytes of text. */
static size_t chunks_of(const pfq_parser *parser, uint64_t rows)
{
    uint64_t bytes = 0;
    for (int m = 0; m < mates_of(parser); m++)
        for (size_t i = 0; i < parser->align.mine[m].count; i++) {
            const struct fastq_totals size = measure(&parser->align.mine[m].runs[i]);
            bytes += 2 * size.bases + size.name_bytes;
        }
    const uint64_t wanted = bytes / parser->reading.input_config.chunk_bytes + 1;
    return (size_t)(rows ? smaller(wanted, rows) : 0);
}

static void make_chunks(pfq_parser *parser)
{
    struct align *const align = &parser->align;
    align->now = !align->now;
    struct align_chunks *const chunks = &align->chunks[align->now];
    const int rank = pfq_team_rank(parser->team);
    struct job job = {
        .parser = parser, .begin = align->bounds[rank], .end = align->bounds[rank + 1]};
    job.count = parser->own.status ? 0 : chunks_of(parser, job.end - job.begin);
    const size_t had = chunks->capacity;
    if (memory_grow(&chunks->list, &chunks->capacity, job.count, sizeof *chunks->list,
                    &parser->own))
        return;
    if (chunks->capacity > had)
        memset(chunks->list + had, 0, (chunks->capacity - had) * sizeof *chunks->list);
    if (parser_reserve(parser, job.count, &parser->own))
        return;
    job.chunks = chunks->list;
    pfq_error err = {0};
    const struct threads_aside aside = input_aside(parser->reading.input);
    const pfq_status status =
        threads_for_beside(parser->threads, job.count, fill_chunk, &job, &aside, &err);
    parser_fail(parser, status, &err);
    parser->count = status ? 0 : job.count;
}

/* ---- the round ---- */

static void prepare(pfq_parser *parser)
{
    struct align *const align = &parser->align;
    const size_t ranks = (size_t)pfq_team_size(parser->team);
    if (align->bounds)
        return;
    align->bounds = memory_allocate(ranks + 1, sizeof *align->bounds, &parser->own);
    align->counts = memory_allocate(ranks, sizeof *align->counts, &parser->own);
}

pfq_status align_round(pfq_parser *parser, const struct input_round *round, pfq_error *err)
{
    struct align *const align = &parser->align;
    const uint64_t until = rows_reached(parser);
    parser->count = 0;
    prepare(parser);
    for (int i = 0; i < round->streams && !parser->own.status; i++)
        hold_stream(parser, &round->slices[i], i);
    /* Nobody communicates without memory for it, and no rank is given rows that others lost. */
    pfq_status status = team_conclude(parser->team, &parser->own, err);
    if (!status)
        status = set_bounds(parser, until, err);
    if (!status)
        status = move_runs(parser, err);
    if (status)
        return status;
    make_chunks(parser);
    for (int m = 0; m < mates_of(parser); m++)
        drop_runs(&align->held[m], until, &parser->own);
    align->done = until;
    return team_conclude(parser->team, &parser->own, err);
}

void align_destroy(struct align *align)
{
    for (int m = 0; m < PFQ_MAX_MATES; m++) {
        empty(&align->held[m]);
        empty(&align->mine[m]);
        free(align->held[m].runs);
        free(align->mine[m].runs);
    }
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < align->chunks[i].capacity; k++)
            for (int m = 0; m < PFQ_MAX_MATES; m++)
                fastq_columns_release(&align->chunks[i].list[k].columns[m]);
        free(align->chunks[i].list);
    }
    free(align->bounds);
    free(align->counts);
    buffer_release(&align->send);
    free(align->received);
    *align = (struct align){0};
}
