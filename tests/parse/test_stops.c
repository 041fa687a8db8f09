/*
 * Claim: a consumer, a stage or a reader that stops, on any rank, stops all ranks with one error;
 * what was begun is ended, what was made is released, and nobody waits for ever. A bad record is
 * the same error in every way of parsing.
 */
#include <stdatomic.h>

#include "parfastq/parser.h"
#include "support/check.h"
#include "support/ranks.h"
#include "team/team.h"

enum { RECORDS = 400, THREADS = 2 };

static char text[RECORDS * 64];
static size_t text_bytes;
static pfq_team *team;

/* `bad`: the record whose qualities are too few; RECORDS: none. */
static void make_text(int bad)
{
    text_bytes = 0;
    for (int i = 0; i < RECORDS; i++)
        text_bytes += (size_t)sprintf(text + text_bytes, "@read.%d\nACGTACGTAC\n+\n%s\n", i,
                                      i == bad ? "IIII" : "IIIIIIIIII");
}

static pfq_parser *open_text(pfq_on_error on_error)
{
    const pfq_parser_config config = {.team = team,
                                      .threads = THREADS,
                                      .chunk_bytes = 500,
                                      .slice_bytes = 2000,
                                      .on_error = on_error};
    pfq_parser *parser;
    CHECK_EQUAL(pfq_parser_open_memory(text, text_bytes, &config, &parser, NULL), PFQ_OK);
    return parser;
}

/* Every rank has this status and these words. */
static void check_same(pfq_status status, const pfq_error *err, pfq_status want, const char *words)
{
    uint64_t low = (uint64_t)status, high = low;
    CHECK_EQUAL(team_min(team, &low, 1, NULL), PFQ_OK);
    CHECK_EQUAL(team_max(team, &high, 1, NULL), PFQ_OK);
    CHECK_EQUAL(low, want);
    CHECK_EQUAL(high, want);
    CHECK_EQUAL(err->status, want);
    CHECK_TEXT(err->message, words);
}

/* ---- consumers that stop ---- */

struct stop {
    uint64_t row; /* of the chunk that holds it */
    bool at_begin;
    _Atomic int begun, ended, results;
};

static pfq_status begin(void *context, int thread, void **state, pfq_error *err)
{
    struct stop *const stop = context;
    *state = context;
    if (stop->at_begin && thread == 1 && pfq_team_rank(team) == 0)
        return pfq_error_say(err, PFQ_STOPPED, "no thread %d today", thread);
    stop->begun++;
    return PFQ_OK;
}

static pfq_status end(void *context, int thread, void *state, pfq_error *err)
{
    (void)thread, (void)state, (void)err;
    ((struct stop *)context)->ended++;
    return PFQ_OK;
}

static pfq_status stop_at(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    const struct stop *const stop = state;
    const uint64_t records = chunk->batches[0].records;
    if (stop->row >= chunk->row && stop->row < chunk->row + records)
        return pfq_error_say(err, PFQ_STOPPED, "enough at row %d", (int)stop->row);
    return PFQ_OK;
}

static void consumers_stop_all(bool in_order)
{
    const uint64_t rows[] = {0, 17, RECORDS / 2, RECORDS - 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stop stop = {.row = rows[i]};
        char words[64];
        pfq_error err = {0};
        const pfq_consumer consumer = {
            .begin = begin, .chunk = stop_at, .end = end, .context = &stop, .in_order = in_order};
        pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
        snprintf(words, sizeof words, "enough at row %d", (int)rows[i]);
        check_same(pfq_parse_each(parser, &consumer, &err), &err, PFQ_STOPPED, words);
        CHECK_EQUAL(stop.ended, stop.begun);
        pfq_parser_close(parser);
    }
}

static void a_thread_may_refuse_to_begin(void)
{
    struct stop stop = {.row = UINT64_MAX, .at_begin = true};
    pfq_error err = {0};
    const pfq_consumer consumer = {.begin = begin, .chunk = stop_at, .end = end, .context = &stop};
    pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
    check_same(pfq_parse_each(parser, &consumer, &err), &err, PFQ_STOPPED, "no thread 1 today");
    CHECK_EQUAL(stop.ended, stop.begun);
    pfq_parser_close(parser);
}

/* ---- stages that stop ---- */

static pfq_status process(void *state, const pfq_chunk *chunk, void **result, pfq_error *err)
{
    struct stop *const stop = state;
    const pfq_status status = stop_at(state, chunk, err);
    if (status)
        return status;
    *result = malloc(1);
    CHECK(*result);
    stop->results++;
    return PFQ_OK;
}

static pfq_status sink(void *context, const pfq_chunk *chunk, void *result, pfq_error *err)
{
    (void)chunk, (void)err;
    ((struct stop *)context)->results--;
    free(result);
    return PFQ_OK;
}

static pfq_status stopping_sink(void *context, const pfq_chunk *chunk, void *result, pfq_error *err)
{
    sink(context, chunk, result, err);
    return chunk && chunk->row > RECORDS / 3 ? pfq_error_say(err, PFQ_STOPPED, "the sink is full")
                                             : PFQ_OK;
}

static void stages_stop_all(void)
{
    for (int row = 0; row <= RECORDS; row += RECORDS / 4) {
        struct stop stop = {.row = (uint64_t)row};
        const bool full = row == RECORDS; /* no stage stops, but the sink */
        char words[64] = "the sink is full";
        pfq_error err = {0};
        const pfq_pipeline pipeline = {.threads = 3,
                                       .depth = 2,
                                       .begin = begin,
                                       .process = process,
                                       .end = end,
                                       .sink = full ? stopping_sink : sink,
                                       .context = &stop};
        pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
        if (!full)
            snprintf(words, sizeof words, "enough at row %d", row);
        check_same(pfq_parse_pipeline(parser, &pipeline, &err), &err, PFQ_STOPPED, words);
        CHECK_EQUAL(stop.results, 0);
        CHECK_EQUAL(stop.ended, stop.begun);
        pfq_parser_close(parser);
    }
}

/* ---- readers that stop ---- */

/* The last rank closes its stream after some chunks; the others read on, to the end or to
 * PFQ_STOPPED. */
static void a_stream_may_be_closed_early(void)
{
    for (int chunks = 0; chunks < 5; chunks++) {
        pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
        pfq_stream *stream;
        const pfq_chunk *chunk;
        pfq_status status = PFQ_OK;
        const bool early = pfq_team_rank(team) + 1 == pfq_team_size(team);
        CHECK_EQUAL(pfq_stream_open(parser, 2, &stream, NULL), PFQ_OK);
        for (int i = 0; !early || i < chunks; i++) {
            status = pfq_stream_next(stream, &chunk, NULL);
            if (status || !chunk)
                break;
        }
        CHECK(early ? status == PFQ_OK : status == PFQ_STOPPED);
        pfq_stream_close(stream);
        pfq_parser_close(parser);
    }
    pfq_stream_close(NULL);
}

/* ---- bad records ---- */

static pfq_status nothing(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)state, (void)chunk, (void)err;
    return PFQ_OK;
}

static pfq_status pull_all(pfq_parser *parser, pfq_error *err)
{
    pfq_stream *stream;
    const pfq_chunk *chunk = NULL;
    pfq_status status = pfq_stream_open(parser, 1, &stream, err);
    while (!status && !(status = pfq_stream_next(stream, &chunk, err)) && chunk)
        continue;
    pfq_stream_close(stream);
    return status;
}

static void a_bad_record_is_one_error(void)
{
    static const char words[] = "10 bases but 4 quality values";
    const int places[] = {0, 199, RECORDS - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        pfq_error err = {0};
        pfq_records records;
        pfq_chunk *chunks;
        size_t count;
        make_text(places[i]);
        pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
        const pfq_consumer consumer = {.chunk = nothing};
        const pfq_pipeline pipeline = {
            .process = process, .sink = sink, .context = &(struct stop){.row = UINT64_MAX}};
        check_same(pfq_parse_each(parser, &consumer, &err), &err, PFQ_BAD_LENGTH, words);
        CHECK_EQUAL(err.record, places[i] + 1);
        CHECK_EQUAL(err.line, 4 * places[i] + 4);
        check_same(pfq_parse_all(parser, &records, &err), &err, PFQ_BAD_LENGTH, words);
        check_same(pfq_parse_chunks(parser, &chunks, &count, &err), &err, PFQ_BAD_LENGTH, words);
        check_same(pull_all(parser, &err), &err, PFQ_BAD_LENGTH, words);
        check_same(pfq_parse_pipeline(parser, &pipeline, &err), &err, PFQ_BAD_LENGTH, words);
        pfq_parser_close(parser);
    }
}

/* The good records come, and rank 0 has the list of the bad. */
static void all_bad_records_are_listed(void)
{
    pfq_records records;
    pfq_fault *faults;
    size_t count;
    pfq_error err = {0};
    make_text(123);
    pfq_parser *const parser = open_text(PFQ_ON_ERROR_STOP);
    CHECK_EQUAL(pfq_parse_checked(parser, &records, &faults, &count, &err), PFQ_BAD_RECORDS);
    uint64_t good = records.batch[0].records;
    CHECK_EQUAL(team_sum(team, &good, 1, NULL), PFQ_OK);
    CHECK_EQUAL(good, RECORDS - 1);
    CHECK_EQUAL(count, pfq_team_rank(team) == 0);
    if (count) {
        CHECK_EQUAL(faults[0].error.record, 124);
        CHECK_EQUAL(faults[0].mate, 1);
        CHECK_EQUAL(faults[0].chunk, faults[0].error.byte / 500);
    }
    free(faults);
    pfq_records_release(&records);
    pfq_parser_close(parser);
}

int main(int argc, char **argv)
{
    team = ranks_begin(&argc, &argv);
    make_text(RECORDS);
    consumers_stop_all(false);
    consumers_stop_all(true);
    a_thread_may_refuse_to_begin();
    stages_stop_all();
    a_stream_may_be_closed_early();
    a_bad_record_is_one_error();
    all_bad_records_are_listed();
    ranks_end(team);
    return 0;
}
