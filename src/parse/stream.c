/*
 * A stream: chunks pulled one by one.
 *
 * In a team of one a thread in the background turns the parser and puts the chunks into a queue. In
 * a larger team MPI belongs to the main thread, so that `next` turns the parser when the chunks of
 * a round have been given out, and gives them out where they are. A rank that closes early then
 * fails with PFQ_STOPPED into the next turn, which all ranks reach.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "parse/parser.h"
#include "team/team.h"
#include "threads/queue.h"

struct pfq_stream {
    pfq_parser *parser;
    pfq_chunk now; /* what was given out last: of the queue, taken */
    bool over;
    pfq_status status; /* of the whole run, once it is over */
    pfq_error error;

    struct threads_queue *queue; /* NULL: a larger team */
    struct threads_task *task;
    size_t next; /* chunk of the round */
};

static pfq_status begin(pfq_parser *parser, pfq_error *err)
{
    const struct reading_wish wish = {
        .skip_bad_records = parser->config.on_error == PFQ_ON_ERROR_SKIP, .fill = true};
    return parser_begin(parser, &wish, err);
}

/* Ends the run and keeps how it ended. */
static void conclude(pfq_stream *stream, pfq_status status)
{
    stream->status = parser_end(stream->parser, status, &stream->error);
}

/* ---- in the background ---- */

/* Puts chunk i of the round into the queue; false if nobody wants it. */
static bool offer(pfq_stream *stream, size_t i)
{
    pfq_chunk chunk;
    if (chunk_take(stream->parser, i, &chunk, &stream->parser->own))
        return true; /* the next turn says so */
    if (threads_queue_put(stream->queue, &chunk))
        return true;
    chunk_give_back(stream->parser, &chunk);
    error_set(&stream->parser->own, PFQ_STOPPED, NULL, "the stream was closed");
    return false;
}

static void turn_parser(void *context)
{
    pfq_stream *const stream = context;
    pfq_parser *const parser = stream->parser;
    pfq_status status = begin(parser, &stream->error);
    for (bool more = !status; more && !status;) {
        status = parser_turn(parser, &more, &stream->error);
        for (size_t i = 0; i < parser->count && !status; i++)
            if (parser->own.status || !offer(stream, i))
                break;
    }
    conclude(stream, status);
    threads_queue_close(stream->queue);
}

static pfq_status next_of_queue(pfq_stream *stream, const pfq_chunk **chunk, pfq_error *err)
{
    chunk_give_back(stream->parser, &stream->now);
    if (threads_queue_take(stream->queue, &stream->now)) {
        *chunk = &stream->now;
        return PFQ_OK;
    }
    stream->over = true; /* the lock of the queue has brought status and error along */
    if (stream->status && err)
        *err = stream->error;
    return stream->status;
}

/* ---- in a team ---- */

static pfq_status next_of_round(pfq_stream *stream, const pfq_chunk **chunk, pfq_error *err)
{
    pfq_parser *const parser = stream->parser;
    pfq_status status = PFQ_OK;
    for (bool more = true; stream->next == parser->count && more && !status;) {
        stream->next = 0;
        status = parser_turn(parser, &more, &stream->error);
        stream->over = !more;
    }
    if (stream->over) {
        conclude(stream, status);
        if (stream->status && err)
            *err = stream->error;
        return stream->status;
    }
    *chunk = &parser->chunks[stream->next++];
    return PFQ_OK;
}

/* ---- the door ---- */

pfq_status pfq_stream_open(pfq_parser *parser, size_t depth, pfq_stream **stream, pfq_error *err)
{
    pfq_error own = {0};
    const bool alone = pfq_team_size(parser->team) == 1;
    pfq_stream *const made = memory_allocate(1, sizeof *made, &own);
    *stream = NULL;
    if (made)
        made->parser = parser;
    if (made && alone &&
        !threads_queue_create(depth ? depth : 2 * (size_t)parser->threads, sizeof(pfq_chunk),
                              &made->queue, &own))
        threads_start(turn_parser, made, &made->task, &own);
    pfq_status status = team_conclude(parser->team, &own, err);
    if (!status && !alone)
        status = begin(parser, err);
    if (!status) {
        *stream = made;
        return PFQ_OK;
    }
    if (made)
        threads_queue_destroy(made->queue);
    free(made);
    return status;
}

pfq_status pfq_stream_next(pfq_stream *stream, const pfq_chunk **chunk, pfq_error *err)
{
    *chunk = NULL;
    if (stream->over) {
        if (stream->status && err)
            *err = stream->error;
        return stream->status;
    }
    return stream->queue ? next_of_queue(stream, chunk, err) : next_of_round(stream, chunk, err);
}

void pfq_stream_close(pfq_stream *stream)
{
    if (!stream)
        return;
    if (stream->queue) {
        threads_queue_close(stream->queue);
        threads_join(stream->task);
        chunk_give_back(stream->parser, &stream->now);
        while (threads_queue_try(stream->queue, &stream->now))
            chunk_give_back(stream->parser, &stream->now);
        threads_queue_destroy(stream->queue);
    } else if (!stream->over) {
        bool more;
        error_set(&stream->parser->own, PFQ_STOPPED, NULL, "the stream was closed before its end");
        conclude(stream, parser_turn(stream->parser, &more, NULL));
    }
    free(stream);
}
