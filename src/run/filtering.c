/*
 * Turning a parser, and filtering what it brings.
 */
#include "run/filtering.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "fastq/forms.h"
#include "run/sampling.h"
#include "team/team.h"
#include "threads/threads.h"

/* ---- beginning ---- */

static int streams_of(const struct filtering *filtering)
{
    return input_streams(filtering_reading(filtering)->input);
}

static int deal_of(const struct filtering *filtering)
{
    return filtering->parser->reads.interleaved ? 2 : 1;
}

static void prepare(struct filtering *filtering, uint64_t bound, pfq_error *own)
{
    const size_t threads = (size_t)filtering->threads;
    for (int i = 0; i < streams_of(filtering); i++)
        filtering->files += input_source(filtering_reading(filtering)->input, i)->count;
    filtering->filter = filter_create(&filtering->config, bound, own);
    filtering->counts = memory_allocate(threads * PFQ_MAX_MATES, sizeof *filtering->counts, own);
    filtering->scratch = memory_allocate(threads, sizeof *filtering->scratch, own);
    for (size_t t = 0; filtering->scratch && t < threads; t++)
        filtering->scratch[t].of_file = memory_allocate(filtering->files, sizeof(uint64_t), own);
}

/* Two tallies of each mate; what is counted of, and of what. */
static void begin_counting(struct filtering *filtering, const pfq_parser_config *config,
                           pfq_error *own)
{
    struct stats_counted *const counted = filtering->wish.counted;
    const pfq_reads *const reads = &filtering->parser->reads;
    if (!counted)
        return;
    stats_name_mates(reads, counted);
    counted->format = "FASTQ";
    counted->encoding = config->quality_encoding;
    if (!counted->encoding && filter_reads_scores(&filtering->config))
        counted->encoding = PFQ_QUALITY_SANGER; /* as the steps have taken it */
    counted->filtered = true;
    counted->filter = filtering->config;
    for (int i = 0; i < 2; i++)
        tallying_begin(i ? &counted->after : &counted->tallying, filtering->mates,
                       reads->interleaved, filtering->threads, filtering->wish.all, own);
}

static pfq_status check(const pfq_parser_config *config, const pfq_filter_config *filter,
                        pfq_error *err)
{
    const pfq_status status = filter_check(filter, err);
    if (status)
        return status;
    if (config->quality_encoding == PFQ_QUALITY_SOLEXA && filter_reads_scores(filter))
        return error_set(err, PFQ_USAGE, NULL, "the filters are of Phred scores, not of Solexa's");
    return PFQ_OK;
}

pfq_status filtering_open(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                          const struct filtering_wish *wish, struct filtering *filtering,
                          pfq_error *err)
{
    *filtering = (struct filtering){.team = team,
                                    .wish = *wish,
                                    .config = *wish->filter,
                                    .mates = reads->interleaved ? 2 : reads->mates,
                                    .characters = {.low = UINT8_MAX}};
    const struct reading_wish reading = {.skip_bad_records = config->on_error == PFQ_ON_ERROR_SKIP,
                                         .fill = true,
                                         .coded = wish->code_bases,
                                         .rows = wish->filter->head,
                                         .aside = wish->aside};
    pfq_parser_config mine = *config;
    pfq_error own = {0};
    uint64_t bound = 0;
    mine.team = team;
    pfq_status status = check(config, wish->filter, err);
    if (!status && wish->filter->sample_records)
        status = sampling_bound(team, reads, config, wish->filter, &bound, err);
    if (!status)
        status = parser_open_run(reads, &mine, &reading, &filtering->parser, err);
    if (status)
        return status;
    filtering->threads = filtering->parser->threads;
    prepare(filtering, bound, &own);
    begin_counting(filtering, config, &own);
    return team_conclude(team, &own, err);
}

void filtering_close(struct filtering *filtering)
{
    for (int t = 0; filtering->scratch && t < filtering->threads; t++) {
        free(filtering->scratch[t].kept);
        free(filtering->scratch[t].of_file);
    }
    for (int i = 0; i < 2; i++) {
        for (int m = 0; m < PFQ_MAX_MATES; m++)
            free(filtering->rounds[i].kept[m]);
        free(filtering->rounds[i].row);
    }
    free(filtering->scratch);
    free(filtering->counts);
    filter_destroy(filtering->filter);
    pfq_parser_close(filtering->parser);
    *filtering = (struct filtering){0};
}

/* ---- which files the kept records are of ---- */

/* The first row of mate k, of `deal` mates that take turns, at or behind a record of a stream. */
static uint64_t row_from(uint64_t record, uint64_t deal, uint64_t k)
{
    return record > k ? (record - k + deal - 1) / deal : 0;
}

/* Adds the kept records of a mate to the files they are of; nearly always it is one. */
static void count_files(const struct filtering *filtering, int m, uint64_t row, uint64_t n,
                        const uint8_t *kept, uint64_t *of_file)
{
    const int deal = deal_of(filtering), stream = deal == 1 ? m : 0;
    const struct input *const input = filtering_reading(filtering)->input;
    for (int i = 0; i < stream; i++)
        of_file += input_source(input, i)->count;
    const struct input_source *const source = input_source(input, stream);
    for (size_t f = 0; f < source->count; f++) {
        const struct input_file *const file = &source->files[f];
        const uint64_t k = deal == 1 ? 0 : (uint64_t)m;
        uint64_t begin = row_from(file->first_row, (uint64_t)deal, k);
        uint64_t end = row_from(file->first_row + file->records, (uint64_t)deal, k);
        begin = begin > row ? begin : row;
        end = end < row + n ? end : row + n;
        for (uint64_t i = begin; i < end; i++)
            of_file[f] += kept[i - row];
    }
}

/* ---- a chunk ---- */

/* Keeps the first n records of a batch. */
static void cut_batch(pfq_batch *batch, uint64_t n)
{
    batch->records = n;
    batch->bases = batch->offset[n];
    batch->name_bytes = batch->name_offset[n];
}

/* How many rows of a chunk are before the end of --head. */
static uint64_t rows_of(const struct filtering *filtering, const pfq_chunk *chunk)
{
    const uint64_t head = filtering->config.head, n = chunk->batches[0].records;
    if (!head || chunk->row + n <= head)
        return n;
    return chunk->row < head ? head - chunk->row : 0;
}

static pfq_status count_before(struct filtering *filtering, int thread, uint64_t row,
                               const pfq_batch *batches, pfq_error *err)
{
    const struct stats_counted *const counted = filtering->wish.counted;
    const uint8_t offset = filtering_reading(filtering)->encoding.text_offset;
    pfq_status status = PFQ_OK;
    for (int m = 0; m < filtering->mates && counted && !status; m++)
        status = tallying_batch(tallying_of(&counted->tallying, m, thread), &batches[m], 0,
                                batches[m].records, row, offset, err);
    return status;
}

/* Each record is written as if it stood in the middle of a file. */
static void end_lines(const pfq_batch *batch)
{
    for (uint64_t i = 0; i < batch->records; i++)
        batch->style[i] &= (uint8_t)~PFQ_STYLE_NO_NEWLINE;
}

static pfq_status filter_chunk(void *context, size_t c, int thread, pfq_error *err)
{
    struct filtering *const filtering = context;
    struct filtering_round *const round = filtering_now(filtering);
    const pfq_chunk *const chunk = &filtering->parser->chunks[c];
    struct filtering_thread *const scratch = &filtering->scratch[thread];
    const uint64_t n = rows_of(filtering, chunk);
    pfq_batch batches[PFQ_MAX_MATES];
    for (int m = 0; m < filtering->mates; m++) {
        batches[m] = chunk->batches[m];
        cut_batch(&batches[m], n);
    }
    pfq_status status = memory_grow(&scratch->kept, &scratch->capacity, (size_t)n, 1, err);
    if (!status)
        status = count_before(filtering, thread, chunk->row, batches, err);
    if (status)
        return status;
    filter_rows(filtering->filter, chunk->row, filtering->mates, batches,
                filtering->counts + (size_t)thread * PFQ_MAX_MATES, scratch->kept);
    for (int m = 0; m < filtering->mates; m++) {
        count_files(filtering, m, chunk->row, n, scratch->kept, scratch->of_file);
        end_lines(&batches[m]);
        round->kept[m][c] = batches[m];
    }
    return PFQ_OK;
}

/* ---- the forms, when everything has been counted ---- */

static void code_in_place(uint8_t *bases, uint64_t n)
{
    enum { BLOCK = 4096 };
    uint8_t block[BLOCK];
    for (uint64_t done = 0; done < n; done += BLOCK) {
        const size_t size = n - done < BLOCK ? (size_t)(n - done) : BLOCK;
        forms_code_bases(block, bases + done, size);
        for (size_t i = 0; i < size; i++)
            bases[done + i] = block[i];
    }
}

static void put_in_form(const struct filtering_wish *wish, pfq_batch *batch)
{
    if (wish->code_bases)
        code_in_place(batch->sequence, batch->bases);
    if (wish->bin_scores)
        forms_bin_scores(batch->quality, batch->bases);
    if (wish->without & PFQ_COLUMN_SEQUENCE)
        batch->sequence = NULL;
    if (wish->without & PFQ_COLUMN_QUALITY)
        batch->quality = NULL;
    if (wish->without & PFQ_COLUMN_NAME) {
        batch->name = NULL;
        batch->name_offset = NULL;
        batch->name_bytes = 0;
    }
}

static pfq_status finish_chunk(void *context, size_t c, int thread, pfq_error *err)
{
    struct filtering *const filtering = context;
    struct filtering_round *const round = filtering_now(filtering);
    const struct stats_counted *const counted = filtering->wish.counted;
    const uint8_t offset = filtering_reading(filtering)->encoding.text_offset;
    pfq_status status = PFQ_OK;
    for (int m = 0; m < filtering->mates && !status; m++) {
        pfq_batch *const batch = &round->kept[m][c];
        if (counted)
            status = tallying_batch(tallying_of(&counted->after, m, thread), batch, 0,
                                    batch->records, filtering->rows + round->row[c], offset, err);
        put_in_form(&filtering->wish, batch);
    }
    return status;
}

/* ---- a round ---- */

static void in_parallel(struct filtering *filtering, threads_body *body, pfq_error *own)
{
    const struct threads_aside aside = input_aside(filtering_reading(filtering)->input);
    if (!own->status)
        threads_for_beside(filtering->threads, filtering_now(filtering)->chunks, body, filtering,
                           &aside, own);
}

static void make_room(struct filtering *filtering, pfq_error *own)
{
    struct filtering_round *const round = filtering_now(filtering);
    const size_t chunks = filtering->parser->count;
    round->chunks = 0;
    if (memory_grow(&round->row, &round->row_capacity, chunks + 1, sizeof *round->row, own))
        return;
    for (int m = 0; m < filtering->mates; m++)
        if (memory_grow(&round->kept[m], &round->capacity[m], chunks, sizeof *round->kept[m], own))
            return;
    round->chunks = chunks;
}

/* Gives the kept records of this rank their rows. */
static pfq_status number_rows(struct filtering *filtering, uint64_t *kept, pfq_error *err)
{
    struct filtering_round *const round = filtering_now(filtering);
    const pfq_error *const own = &filtering->parser->own;
    uint64_t before;
    *kept = 0;
    for (size_t c = 0; c < round->chunks && !own->status; c++) {
        round->row[c] = *kept;
        *kept += round->kept[0][c].records;
    }
    before = *kept;
    pfq_status status = team_sum_before(filtering->team, &before, 1, err);
    for (size_t c = 0; c < round->chunks; c++)
        round->row[c] += before;
    return status ? status : team_sum(filtering->team, kept, 1, err);
}

/* Have all fragments come that --head is for? What is behind them may be read already, or not; so
 * it counts for nothing, unless all bad records are to be listed. */
static bool has_all(const struct filtering *filtering)
{
    const struct input *const input = filtering_reading(filtering)->input;
    uint64_t rows = UINT64_MAX;
    if (!filtering->config.head || filtering->parser->config.on_error == PFQ_ON_ERROR_SKIP)
        return false;
    for (int i = 0; i < streams_of(filtering); i++)
        if (input_records(input, i) < rows)
            rows = input_records(input, i);
    return rows / (uint64_t)deal_of(filtering) >= filtering->config.head;
}

pfq_status filtering_turn(struct filtering *filtering, const pfq_error *own, bool *more,
                          pfq_error *err)
{
    pfq_parser *const parser = filtering->parser;
    uint64_t kept;
    *more = false;
    parser_fail(parser, own->status, own);
    if (has_all(filtering))
        return team_conclude(filtering->team, &parser->own, err);
    pfq_status status = parser_turn(parser, more, err);
    if (status || !*more)
        return status;
    filtering->now = !filtering->now;
    characters_note(&filtering->characters, parser->round, deal_of(filtering));
    make_room(filtering, &parser->own);
    in_parallel(filtering, filter_chunk, &parser->own);
    status = number_rows(filtering, &kept, err);
    if (status)
        return status;
    in_parallel(filtering, finish_chunk, &parser->own);
    if (parser->own.status) /* agreed in the next turn */
        filtering_now(filtering)->chunks = 0;
    filtering->rows += kept;
    return PFQ_OK;
}

/* ---- the end ---- */

static void add_threads(struct filtering *filtering)
{
    for (int t = 0; t < filtering->threads; t++)
        for (int m = 0; m < filtering->mates; m++)
            for (size_t w = 0; w < FILTER_COUNTS; w++)
                filtering->sum[m].words[w] += filtering->counts[t * PFQ_MAX_MATES + m].words[w];
    for (int t = 1; t < filtering->threads; t++)
        for (size_t f = 0; f < filtering->files; f++)
            filtering->scratch[0].of_file[f] += filtering->scratch[t].of_file[f];
}

pfq_status filtering_unite(struct filtering *filtering, pfq_error *err)
{
    struct stats_counted *const counted = filtering->wish.counted;
    pfq_status status = PFQ_OK;
    add_threads(filtering);
    for (int m = 0; m < filtering->mates && !status; m++)
        status = team_sum(filtering->team, filtering->sum[m].words, FILTER_COUNTS, err);
    if (!status && filtering->files)
        status = team_sum(filtering->team, filtering->scratch[0].of_file, filtering->files, err);
    if (!status && counted)
        status = tallying_unite(&counted->tallying, filtering->team, err);
    if (!status && counted)
        status = tallying_unite(&counted->after, filtering->team, err);
    for (int m = 0; m < filtering->mates && counted; m++)
        counted->filter_counts[m] = filtering->sum[m];
    return status ? status
                  : characters_warn(&filtering->characters, filtering_reading(filtering), err);
}

uint64_t filtering_of_file(const struct filtering *filtering, int stream, size_t file)
{
    const struct input *const input = filtering_reading(filtering)->input;
    const uint64_t *of_file = filtering->scratch[0].of_file;
    for (int i = 0; i < stream; i++)
        of_file += input_source(input, i)->count;
    return of_file[file];
}

void filtering_count(const struct filtering *filtering, pfq_counts *counts)
{
    const struct reading *const reading = filtering_reading(filtering);
    if (!counts)
        return;
    *counts = (pfq_counts){.mates = filtering->mates,
                           .bytes = input_bytes(reading->input),
                           .bad_records = input_bad_records(reading->input),
                           .seconds = clock_seconds() - reading->began};
    for (int m = 0; m < filtering->mates; m++) {
        counts->records[m] = filtering->sum[m].words[FILTER_READS_AFTER];
        counts->bases[m] = filtering->sum[m].words[FILTER_BASES_AFTER];
        counts->dropped[m] = filter_dropped(&filtering->sum[m]);
    }
}
