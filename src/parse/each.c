/*
 * Calling a consumer: chunk by chunk from all threads while the main thread reads ahead, or in
 * order from the main thread while the others parse the next round.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "parse/parser.h"
#include "team/team.h"
#include "threads/threads.h"

struct each {
    pfq_parser *parser;
    const pfq_consumer *consumer;
    void **states; /* of each thread */
    int begun;
    pfq_chunk *waiting; /* in order: chunks of the round before, of which `next` is the next */
    size_t next, count, capacity;
};

/* ---- one chunk ---- */

static pfq_status give_records(const pfq_consumer *consumer, void *state, const pfq_chunk *chunk,
                               pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < chunk->batches[0].records && !status; i++)
        for (int mate = 1; mate <= chunk->mates && !status; mate++) {
            const pfq_record record = pfq_chunk_record(chunk, mate, i);
            status = consumer->record(state, &record, err);
        }
    return status;
}

static pfq_status give(const pfq_consumer *consumer, void *state, const pfq_chunk *chunk,
                       pfq_error *err)
{
    pfq_status status = consumer->chunk ? consumer->chunk(state, chunk, err) : PFQ_OK;
    if (!status && consumer->record)
        status = give_records(consumer, state, chunk, err);
    if (!status && consumer->chunk_end)
        status = consumer->chunk_end(state, chunk, err);
    return status;
}

static pfq_status give_to_thread(void *context, size_t i, int thread, pfq_error *err)
{
    const struct each *const each = context;
    return give(each->consumer, each->states[thread], &each->parser->chunks[i], err);
}

/* ---- in order ---- */

/* A step beside the parsing: the next chunk that waits. */
static bool give_next(void *context)
{
    struct each *const each = context;
    if (each->next == each->count || each->parser->own.status)
        return false;
    pfq_error err = {0};
    const pfq_status status =
        give(each->consumer, each->states[0], &each->waiting[each->next++], &err);
    parser_fail(each->parser, status, &err);
    return true;
}

/* The chunks of this round wait for the next. */
static void let_wait(struct each *each)
{
    pfq_parser *const parser = each->parser;
    while (give_next(each))
        continue;
    each->next = each->count = 0;
    if (memory_grow(&each->waiting, &each->capacity, parser->count, sizeof *each->waiting,
                    &parser->own))
        return;
    for (size_t i = 0; i < parser->count; i++)
        each->waiting[each->count++] = parser->chunks[i];
}

/* ---- the run ---- */

static void begin(struct each *each)
{
    const pfq_consumer *const consumer = each->consumer;
    const int threads = consumer->in_order ? 1 : each->parser->threads;
    pfq_error err = {0};
    pfq_status status = PFQ_OK;
    each->states = memory_allocate((size_t)threads, sizeof *each->states, &each->parser->own);
    while (each->states && each->begun < threads && !status) {
        each->states[each->begun] = consumer->context;
        if (consumer->begin)
            status =
                consumer->begin(consumer->context, each->begun, &each->states[each->begun], &err);
        each->begun += !status;
    }
    parser_fail(each->parser, status, &err);
}

static void consume(struct each *each)
{
    pfq_parser *const parser = each->parser;
    if (parser->own.status)
        return;
    if (each->consumer->in_order) {
        let_wait(each);
        return;
    }
    pfq_error err = {0};
    const struct threads_aside aside = input_aside(parser->reading.input);
    const pfq_status status =
        threads_for_beside(parser->threads, parser->count, give_to_thread, each, &aside, &err);
    parser_fail(parser, status, &err);
}

/* Every thread that began ends, whatever happened. */
static void end(struct each *each)
{
    const pfq_consumer *const consumer = each->consumer;
    for (int thread = 0; thread < each->begun && consumer->end; thread++) {
        pfq_error err = {0};
        const pfq_status status =
            consumer->end(consumer->context, thread, each->states[thread], &err);
        parser_fail(each->parser, status, &err);
    }
    each->begun = 0;
}

pfq_status pfq_parse_each(pfq_parser *parser, const pfq_consumer *consumer, pfq_error *err)
{
    struct each each = {.parser = parser, .consumer = consumer};
    struct reading_wish wish = {.skip_bad_records = parser->config.on_error == PFQ_ON_ERROR_SKIP,
                                .fill = true};
    if (consumer->in_order)
        wish.aside = (struct threads_aside){.step = give_next, .context = &each};
    pfq_status status = parser_begin(parser, &wish, err);
    if (status)
        return status;
    bool more = true;
    begin(&each);
    while (!status && more) {
        status = parser_turn(parser, &more, err);
        if (more)
            consume(&each);
    }
    while (!status && give_next(&each))
        continue;
    if (status)
        parser_fail(parser, status, NULL); /* agreed already; ends say nothing new */
    end(&each);
    if (!status)
        status = team_conclude(parser->team, &parser->own, err);
    free(each.states);
    free(each.waiting);
    return parser_end(parser, status, err);
}
