/*
 * A pipeline: the parser's threads parse, others process, one at a time feeds the sink in order.
 *
 * The main thread turns the parser and puts the chunks into a bounded queue, each with its number.
 * Who has processed a chunk waits for its number to come up, unless there is no sink; since numbers
 * are given out in order, somebody always holds the one that is next. The first failure, of the
 * lowest number, closes the queue and is agreed upon in the next turn.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "parse/parser.h"
#include "team/team.h"
#include "threads/queue.h"

struct item {
    uint64_t number;
    pfq_chunk chunk;
};

struct line {
    pfq_parser *parser;
    const pfq_pipeline *pipeline;
    struct threads_queue *queue;
    int threads, begun;
    void **states;
    uint64_t put;
    pfq_status status; /* of the run */
    pfq_error error;

    pthread_mutex_t sinking; /* one call of the sink at a time */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t moved;
    uint64_t due;       /* the number the sink waits for */
    pfq_status failed;  /* of a stage */
    uint64_t failed_at; /* its number */
    pfq_error failure;
};

/* ---- processing ---- */

/* Keeps a failure, unless there is one of a lower number. */
static void fail(struct line *line, uint64_t number, pfq_status status, const pfq_error *err)
{
    pthread_mutex_lock(&line->lock);
    if (!line->failed || number < line->failed_at) {
        line->failed = status;
        line->failed_at = number;
        line->failure = err->status ? *err : (pfq_error){.status = status};
    }
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->lock);
    threads_queue_close(line->queue);
}

static bool failed_before(struct line *line, uint64_t number)
{
    pthread_mutex_lock(&line->lock);
    const bool failed = line->failed && line->failed_at < number;
    pthread_mutex_unlock(&line->lock);
    return failed;
}

/* Waits until all results before are in the sink; false if one of them never will be. */
static bool wait_for_turn(struct line *line, uint64_t number)
{
    pthread_mutex_lock(&line->lock);
    while (line->due != number && !(line->failed && line->failed_at < number))
        pthread_cond_wait(&line->moved, &line->lock);
    const bool mine = line->due == number;
    pthread_mutex_unlock(&line->lock);
    return mine;
}

static void pass_turn(struct line *line)
{
    pthread_mutex_lock(&line->lock);
    line->due++;
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->lock);
}

/* Hands a result to the sink in its turn, or to be released. */
static void sink(struct line *line, const struct item *item, pfq_status processed, void *result)
{
    const pfq_pipeline *const pipeline = line->pipeline;
    if (!pipeline->sink)
        return;
    const bool mine = !processed && wait_for_turn(line, item->number);
    pfq_error err = {0};
    pfq_status status = PFQ_OK;
    pthread_mutex_lock(&line->sinking);
    if (mine)
        status = pipeline->sink(pipeline->context, &item->chunk, result, &err);
    else if (result)
        (void)pipeline->sink(pipeline->context, NULL, result, NULL);
    pthread_mutex_unlock(&line->sinking);
    if (status)
        fail(line, item->number, status, &err);
    else if (mine)
        pass_turn(line);
}

static void process(struct line *line, struct item *item, int thread)
{
    void *result = NULL;
    pfq_error err = {0};
    pfq_status status = PFQ_STOPPED;
    if (!failed_before(line, item->number)) {
        status = line->pipeline->process(line->states[thread], &item->chunk, &result, &err);
        if (status)
            fail(line, item->number, status, &err);
    }
    sink(line, item, status, result);
    chunk_give_back(line->parser, &item->chunk);
}

static void process_all(void *context, int thread)
{
    struct line *const line = context;
    struct item item;
    while (threads_queue_take(line->queue, &item))
        process(line, &item, thread);
}

/* ---- parsing ---- */

/* Puts chunk i of the round on the line; false when the line has stopped. */
static bool put(struct line *line, size_t i, int others)
{
    struct item item = {.number = line->put};
    if (chunk_take(line->parser, i, &item.chunk, &line->parser->own))
        return false;
    line->put++;
    if (others == 0) {
        process(line, &item, 0);
        return !line->failed;
    }
    if (threads_queue_put(line->queue, &item))
        return true;
    chunk_give_back(line->parser, &item.chunk);
    return false;
}

static void take_failure(struct line *line)
{
    pthread_mutex_lock(&line->lock);
    if (line->failed)
        parser_fail(line->parser, line->failed, &line->failure);
    pthread_mutex_unlock(&line->lock);
}

static void parse(void *context, int others)
{
    struct line *const line = context;
    pfq_parser *const parser = line->parser;
    for (bool more = true; more && !line->status;) {
        take_failure(line);
        line->status = parser_turn(parser, &more, &line->error);
        for (size_t i = 0; i < parser->count && !line->status; i++)
            if (!put(line, i, others))
                break;
    }
    threads_queue_close(line->queue);
}

/* ---- the run ---- */

static void begin(struct line *line)
{
    const pfq_pipeline *const pipeline = line->pipeline;
    pfq_error err = {0};
    pfq_status status = PFQ_OK;
    while (line->begun < line->threads && !status) {
        void **const state = &line->states[line->begun];
        *state = pipeline->context;
        if (pipeline->begin)
            status = pipeline->begin(pipeline->context, line->begun, state, &err);
        line->begun += !status;
    }
    parser_fail(line->parser, status, &err);
}

static void end(struct line *line)
{
    const pfq_pipeline *const pipeline = line->pipeline;
    for (int thread = 0; thread < line->begun && pipeline->end; thread++) {
        pfq_error err = {0};
        const pfq_status status =
            pipeline->end(pipeline->context, thread, line->states[thread], &err);
        parser_fail(line->parser, status, &err);
    }
}

/* The memory of the line; all ranks have it, or none goes on. */
static pfq_status prepare(struct line *line, pfq_error *err)
{
    pfq_error own = {0};
    const size_t threads = (size_t)line->threads;
    const size_t depth = line->pipeline->depth ? line->pipeline->depth : 2 * threads;
    pthread_mutex_init(&line->sinking, NULL);
    pthread_mutex_init(&line->lock, NULL);
    pthread_cond_init(&line->moved, NULL);
    line->states = memory_allocate(threads, sizeof *line->states, &own);
    if (line->states)
        threads_queue_create(depth, sizeof(struct item), &line->queue, &own);
    return team_conclude(line->parser->team, &own, err);
}

static void release(struct line *line)
{
    pthread_mutex_destroy(&line->sinking);
    pthread_mutex_destroy(&line->lock);
    pthread_cond_destroy(&line->moved);
    threads_queue_destroy(line->queue);
    free(line->states);
}

pfq_status pfq_parse_pipeline(pfq_parser *parser, const pfq_pipeline *pipeline, pfq_error *err)
{
    struct line line = {.parser = parser,
                        .pipeline = pipeline,
                        .threads = pipeline->threads > 0 ? pipeline->threads : parser->threads};
    const struct reading_wish wish = {
        .skip_bad_records = parser->config.on_error == PFQ_ON_ERROR_SKIP, .fill = true};
    pfq_status status = prepare(&line, err);
    if (!status)
        status = parser_begin(parser, &wish, err);
    if (status) {
        release(&line);
        return status;
    }
    begin(&line);
    threads_beside(line.threads, parse, process_all, &line);
    status = line.status;
    if (status && err)
        *err = line.error;
    take_failure(&line);
    end(&line);
    if (!status)
        status = team_conclude(parser->team, &parser->own, err);
    release(&line);
    return parser_end(parser, status, err);
}
