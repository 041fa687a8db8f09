/*
 * A run over reads of which some are dropped and some are cut: rounds of batches, closed up, mates
 * in step, and what was counted before and after.
 *
 * Of each round, all threads count what came, filter it where it lies, and, when all ranks know how
 * much is left, count that by the rows it will have. So the counts after filtering are those that
 * the reads would have if they were read again.
 */
#ifndef RUN_FILTERING_H
#define RUN_FILTERING_H

#include "filter/filter.h"
#include "parse/parser.h"
#include "run/characters.h"
#include "run/stats.h"

struct filtering_wish {
    const pfq_filter_config *filter;
    bool code_bases, bin_scores;   /* put what is kept in these forms */
    unsigned without;              /* columns that are left out at last: bits of parfastq/batch.h */
    struct threads_aside aside;    /* what the main thread does beside the threads */
    struct stats_counted *counted; /* where to count bases and qualities; NULL: nowhere */
    bool all;                      /* everything there is to count */
};

struct filtering {
    pfq_team *team;
    struct filtering_wish wish;
    pfq_filter_config config;
    pfq_parser *parser;
    struct filter *filter;
    int mates, threads;
    struct characters characters;
    uint64_t rows; /* kept in the rounds before this one, by all ranks */

    struct filter_counts *counts;            /* of mate m and thread t at t * PFQ_MAX_MATES + m */
    struct filter_counts sum[PFQ_MAX_MATES]; /* of all ranks, at the end */
    struct filtering_thread {
        uint8_t *kept; /* scratch: a flag for each record of a chunk */
        size_t capacity;
        uint64_t *of_file; /* records kept of each file of each stream, one behind the other */
    } * scratch;
    size_t files;

    /* What is kept of this round, and of the one before: chunk c of mate m is kept[m][c]. */
    struct filtering_round {
        pfq_batch *kept[PFQ_MAX_MATES];
        size_t capacity[PFQ_MAX_MATES];
        size_t chunks;
        uint64_t *row; /* of the first kept record of each chunk, less the rows before the round */
        size_t row_capacity;
    } rounds[2];
    int now;
};

/* Opens the input, twice where a sample of so many is wanted, which a pipe is not for. Collective;
 * the same status on every rank. Owns: filtering_close, also after a failure. */
pfq_status filtering_open(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                          const struct filtering_wish *wish, struct filtering *filtering,
                          pfq_error *err);
void filtering_close(struct filtering *filtering);

/* The next round; *more is false when there is none. `own` is what failed on this rank since the
 * last call, and is agreed here. What is kept lives until the call after the next. Collective; the
 * same status on every rank. */
pfq_status filtering_turn(struct filtering *filtering, const pfq_error *own, bool *more,
                          pfq_error *err);

static inline struct filtering_round *filtering_now(struct filtering *filtering)
{
    return &filtering->rounds[filtering->now];
}

static inline struct reading *filtering_reading(const struct filtering *filtering)
{
    return &filtering->parser->reading;
}

/* After the last round: adds up what was counted, of all ranks, and warns of what looks odd.
 * Collective; the same status on every rank. */
pfq_status filtering_unite(struct filtering *filtering, pfq_error *err);

/* Records kept of file `file` of a stream, by all ranks, once they are united. */
uint64_t filtering_of_file(const struct filtering *filtering, int stream, size_t file);

/* The counts for the summary of a run; `counts` may be NULL. Local. */
void filtering_count(const struct filtering *filtering, pfq_counts *counts);

#endif
