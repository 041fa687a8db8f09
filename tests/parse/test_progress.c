/*
 * Claim: another thread can read at any time how far a parser is, and sees it rise within a single
 * round, chunk by chunk, without ever going back; at the end it is 1, also for an empty input. The
 * callback is told the same, in the same order.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "parfastq/parser.h"
#include "support/check.h"
#include "support/ranks.h"
#include "team/team.h"

enum { RECORDS = 100000, BASES = 150, MOST_RUNS = 500, WANTED = 3 };

static char *text;
static size_t text_bytes;

static void make_text(void)
{
    char bases[BASES + 1], quality[BASES + 1];
    memset(bases, 'A', BASES);
    memset(quality, 'I', BASES);
    bases[BASES] = quality[BASES] = '\0';
    text = malloc((size_t)RECORDS * (2 * BASES + 32));
    CHECK(text);
    for (int i = 0; i < RECORDS; i++)
        text_bytes +=
            (size_t)sprintf(text + text_bytes, "@read.%d\n%s\n+\n%s\n", i, bases, quality);
}

/* ---- who looks ---- */

struct watch {
    const pfq_parser *parser;
    pthread_t thread;
    _Atomic bool stop;
    int between; /* different fractions seen that are neither 0 nor 1 */
};

static void *look(void *context)
{
    struct watch *const watch = context;
    double last = 0;
    while (!atomic_load(&watch->stop)) {
        pfq_progress progress;
        const double now = pfq_parser_progress(watch->parser, &progress);
        CHECK(now >= last && now <= 1);
        CHECK(progress.bytes <= progress.total_bytes);
        watch->between += now > last && now < 1;
        last = now;
    }
    return NULL;
}

struct told {
    uint64_t bytes;
    bool all;
};

static void tell(void *context, const pfq_progress *progress)
{
    struct told *const told = context;
    CHECK(progress->bytes >= told->bytes);
    CHECK_EQUAL(progress->total_bytes, text_bytes);
    told->bytes = progress->bytes;
    told->all = progress->bytes == text_bytes;
}

/* ---- the claims ---- */

static pfq_status nothing(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)state, (void)chunk, (void)err;
    return PFQ_OK;
}

/* One run in one round, watched; returns how many steps were seen. */
static int watch_run(pfq_team *team)
{
    struct told told = {0};
    const pfq_parser_config config = {.team = team,
                                      .threads = 2,
                                      .slice_bytes = text_bytes,
                                      .chunk_bytes = 64 << 10,
                                      .progress = tell,
                                      .context = &told};
    const pfq_consumer consumer = {.chunk = nothing};
    pfq_parser *parser;
    CHECK_EQUAL(pfq_parser_open_memory(text, text_bytes, &config, &parser, NULL), PFQ_OK);
    struct watch watch = {.parser = parser};
    CHECK_EQUAL(pthread_create(&watch.thread, NULL, look, &watch), 0);
    CHECK_EQUAL(pfq_parse_each(parser, &consumer, NULL), PFQ_OK);
    CHECK(pfq_parser_progress(parser, NULL) == 1);
    atomic_store(&watch.stop, true);
    CHECK_EQUAL(pthread_join(watch.thread, NULL), 0);
    CHECK(told.all == (pfq_team_rank(team) == 0));
    pfq_parser_close(parser);
    return watch.between;
}

/* A thread that looks may sleep through a whole run, so there are many; all that is read must be
 * right, and some run must be seen to rise. All ranks end together. */
static void it_rises_within_a_round(pfq_team *team)
{
    uint64_t most = 0;
    for (int run = 0; run < MOST_RUNS && most < WANTED; run++) {
        most = (uint64_t)watch_run(team);
        CHECK_EQUAL(team_max(team, &most, 1, NULL), PFQ_OK);
    }
    CHECK(most >= WANTED);
}

static void an_empty_input_ends_too(pfq_team *team)
{
    const pfq_parser_config config = {.team = team};
    const pfq_consumer consumer = {.chunk = nothing};
    pfq_parser *parser;
    CHECK_EQUAL(pfq_parser_open_memory("", 0, &config, &parser, NULL), PFQ_OK);
    CHECK(pfq_parser_progress(parser, NULL) == 0);
    CHECK_EQUAL(pfq_parse_each(parser, &consumer, NULL), PFQ_OK);
    CHECK(pfq_parser_progress(parser, NULL) == 1);
    pfq_parser_close(parser);
}

int main(int argc, char **argv)
{
    pfq_team *const team = ranks_begin(&argc, &argv);
    make_text();
    it_rises_within_a_round(team);
    an_empty_input_ends_too(team);
    free(text);
    ranks_end(team);
    return 0;
}
