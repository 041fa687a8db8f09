/*
 * Opening a parser, turning it, and looking at it.
 */
#include "parse/parser.h"

#include <stdlib.h>

#include "base/memory.h"
#include "team/team.h"
#include "threads/threads.h"

/* ---- opening and closing ---- */

static pfq_status make(const pfq_parser_config *config, pfq_parser **out, pfq_error *err)
{
    pfq_error own = {0};
    pfq_team *team = config ? config->team : NULL;
    pfq_parser *const parser = memory_allocate(1, sizeof *parser, &own);
    if (!team && parser && !pfq_team_alone(&team, &own))
        parser->own_team = true;
    const pfq_status status = team ? team_conclude(team, &own, err) : own.status;
    if (status || !parser) {
        if (!team && err)
            *err = own;
        free(parser);
        return status;
    }
    chunk_spares_create(&parser->spares);
    if (config)
        parser->config = *config;
    parser->team = team;
    *out = parser;
    return PFQ_OK;
}

/* Looks at the input as every run does, so that what cannot be read is refused now. */
static pfq_status look(pfq_parser *parser, pfq_error *err)
{
    const struct reading_wish wish = {0};
    pfq_error own = {0};
    pfq_status status = parser_begin(parser, &wish, err);
    if (!status) {
        parser->threads = parser->reading.input_config.threads;
        parser->places = memory_allocate((size_t)parser->threads, sizeof *parser->places, &own);
        if (parser->places)
            threads_places(parser->threads, parser->places);
        status = team_conclude(parser->team, &own, err);
    }
    reading_close(&parser->reading);
    return status;
}

static pfq_status open_made(pfq_parser *made, pfq_parser **parser, pfq_error *err)
{
    const pfq_status status = look(made, err);
    if (status)
        pfq_parser_close(made);
    else
        *parser = made;
    return status;
}

pfq_status pfq_parser_open(const pfq_reads *reads, const pfq_parser_config *config,
                           pfq_parser **parser, pfq_error *err)
{
    pfq_parser *made = NULL;
    *parser = NULL;
    const pfq_status status = make(config, &made, err);
    if (status || !made)
        return status;
    made->reads = *reads;
    return open_made(made, parser, err);
}

pfq_status pfq_parser_open_file(const char *path, const pfq_parser_config *config,
                                pfq_parser **parser, pfq_error *err)
{
    pfq_parser *made = NULL;
    *parser = NULL;
    const pfq_status status = make(config, &made, err);
    if (status || !made)
        return status;
    made->file[0] = path;
    made->reads = (pfq_reads){.mates = 1, .lanes = {1}, .files = {made->file}};
    return open_made(made, parser, err);
}

pfq_status pfq_parser_open_memory(const void *text, size_t bytes, const pfq_parser_config *config,
                                  pfq_parser **parser, pfq_error *err)
{
    pfq_parser *made = NULL;
    *parser = NULL;
    const pfq_status status = make(config, &made, err);
    if (status || !made)
        return status;
    made->text[0] = (pfq_text){text, bytes};
    made->reads = (pfq_reads){.mates = 1, .lanes = {1}, .texts = {made->text}};
    return open_made(made, parser, err);
}

void pfq_parser_close(pfq_parser *parser)
{
    if (!parser)
        return;
    reading_close(&parser->reading);
    align_destroy(&parser->align);
    chunk_spares_destroy(&parser->spares);
    free(parser->chunks);
    free(parser->columns);
    free(parser->places);
    if (parser->own_team)
        pfq_team_destroy(parser->team);
    free(parser);
}

/* ---- looking ---- */

int pfq_parser_threads(const pfq_parser *parser)
{
    return parser->threads;
}

void pfq_parser_places(const pfq_parser *parser, pfq_place *places)
{
    threads_describe(parser->threads, parser->places);
    for (int i = 0; i < parser->threads; i++) {
        const struct threads_place *const at = &parser->places[i];
        places[i] = (pfq_place){.cpu = at->cpu,
                                .core = at->core,
                                .package = at->package,
                                .numa_node = at->numa_node,
                                .pinned = at->pinned};
    }
}

double pfq_parser_progress(const pfq_parser *parser, pfq_progress *progress)
{
    const bool over = atomic_load(&parser->meter.over);
    const pfq_progress now = reading_progress(&parser->meter);
    if (progress)
        *progress = now;
    if (over)
        return 1;
    return now.total_bytes ? (double)now.bytes / (double)now.total_bytes : 0;
}

/* ---- a run ---- */

pfq_status parser_begin(pfq_parser *parser, const struct reading_wish *wish, pfq_error *err)
{
    reading_close(&parser->reading);
    align_destroy(&parser->align);
    parser->own = (pfq_error){0};
    parser->count = 0;
    struct reading_wish mine = *wish;
    mine.meter = &parser->meter;
    const pfq_status status =
        reading_open(parser->team, &parser->reads, &parser->config, &mine, &parser->reading, err);
    if (!status && parser->places)
        threads_places(parser->threads, parser->places);
    return status;
}

pfq_status parser_open_run(const pfq_reads *reads, const pfq_parser_config *config,
                           const struct reading_wish *wish, pfq_parser **parser, pfq_error *err)
{
    pfq_parser *made = NULL;
    *parser = NULL;
    pfq_status status = make(config, &made, err);
    if (status || !made)
        return status;
    made->reads = *reads;
    status = parser_begin(made, wish, err);
    made->threads = made->reading.input_config.threads;
    if (status)
        pfq_parser_close(made);
    else
        *parser = made;
    return status;
}

bool parser_aligns(const pfq_parser *parser)
{
    return parser->reads.mates > 1 || parser->reads.interleaved ||
           parser->config.balance > PFQ_BALANCE_BYTES;
}

pfq_status parser_reserve(pfq_parser *parser, size_t count, pfq_error *err)
{
    const pfq_status status =
        memory_grow(&parser->chunks, &parser->capacity, count, sizeof *parser->chunks, err);
    return status ? status
                  : memory_grow(&parser->columns, &parser->columns_capacity, count,
                                sizeof *parser->columns, err);
}

/* The chunks of the only stream, where they are. */
static pfq_status list_chunks(pfq_parser *parser, const struct input_slice *slice, pfq_error *err)
{
    uint64_t row = slice->first;
    const pfq_status status = parser_reserve(parser, slice->chunk_count, err);
    parser->count = 0;
    for (size_t i = 0; i < slice->chunk_count && !status; i++) {
        struct fastq_chunk *const chunk = &slice->chunks[i];
        if (!chunk->count)
            continue;
        parser->columns[parser->count] = chunk->columns;
        parser->chunks[parser->count++] = (pfq_chunk){.row = row,
                                                      .mates = 1,
                                                      .batches = &chunk->columns[0].batch,
                                                      .lane = slice->lane,
                                                      .begin = slice->begin + chunk->begin,
                                                      .end = slice->begin + chunk->end};
        row += chunk->count;
    }
    return status;
}

pfq_status parser_turn(pfq_parser *parser, bool *more, pfq_error *err)
{
    const struct input_round *round;
    pfq_status status = input_next(parser->reading.input, &parser->own, &round, err);
    *more = !status && round;
    parser->round = *more ? round : NULL;
    parser->count = 0;
    if (!*more)
        return status;
    reading_tell(&parser->reading, false);
    if (!parser->reading.input_config.filling.kernel)
        return PFQ_OK;
    if (!parser_aligns(parser)) {
        list_chunks(parser, &round->slices[0], &parser->own);
        return PFQ_OK;
    }
    status = align_round(parser, round, err);
    *more = !status;
    return status;
}

pfq_status parser_end(pfq_parser *parser, pfq_status status, pfq_error *err)
{
    if (!status)
        status = reading_conclude(&parser->reading, err);
    parser->count = 0;
    reading_close(&parser->reading);
    return status;
}

void parser_fail(pfq_parser *parser, pfq_status status, const pfq_error *err)
{
    if (!status || parser->own.status)
        return;
    parser->own = err && err->status ? *err : (pfq_error){.status = status};
}
