/*
 * A sample depends on rows alone, so all that is needed is how many there are: a pass that counts
 * them, and then some sums over the ranks, each of which hashes its part of the rows.
 */
#include "run/sampling.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "filter/sample.h"
#include "team/team.h"
#include "threads/threads.h"

/* ---- how many fragments ---- */

/* What comes from a pipe is gone once it has been counted. */
static pfq_status check_files(const struct input *input, pfq_error *err)
{
    for (int i = 0; i < input_streams(input); i++)
        for (size_t f = 0; f < input_source(input, i)->count; f++) {
            const struct input_file *const file = &input_source(input, i)->files[f];
            if (file->piped)
                return error_set(err, PFQ_USAGE, file->path,
                                 "a sample of so many reads is taken in two passes, which a pipe "
                                 "does not allow; a part of the reads (--sample 0.1) takes one");
        }
    return PFQ_OK;
}

static uint64_t fragments_so_far(const struct input *input, bool interleaved)
{
    uint64_t rows = UINT64_MAX;
    for (int i = 0; i < input_streams(input); i++)
        if (input_records(input, i) < rows)
            rows = input_records(input, i);
    return interleaved ? rows / 2 : rows;
}

static pfq_status count_fragments(pfq_team *team, const pfq_reads *reads,
                                  const pfq_parser_config *config, uint64_t head, uint64_t *rows,
                                  pfq_error *err)
{
    const struct reading_wish wish = {.skip_bad_records = config->on_error == PFQ_ON_ERROR_SKIP,
                                      .rows = head};
    const pfq_error own = {0};
    const struct input_round *round;
    struct reading reading;
    pfq_parser_config mine = *config;
    mine.no_name_check = true; /* the second pass does that */
    pfq_status status = reading_open(team, reads, &mine, &wish, &reading, err);
    if (!status)
        status = check_files(reading.input, err);
    for (bool more = true; more && !status;) {
        status = input_next(reading.input, &own, &round, err);
        reading_tell(&reading, false);
        *rows = fragments_so_far(reading.input, reads->interleaved);
        more = round && !(head && *rows >= head);
    }
    if (head && *rows > head)
        *rows = head;
    reading_close(&reading);
    return status;
}

/* ---- the bound ---- */

struct job {
    const struct sample_search *search;
    uint64_t *counts; /* SAMPLE_DIGITS of each thread */
    uint64_t begin, end;
    size_t parts;
};

static uint64_t part_begin(const struct job *job, size_t i)
{
    const uint64_t n = job->end - job->begin, each = n / job->parts, more = n % job->parts;
    return job->begin + each * i + (i < more ? i : more);
}

static pfq_status count_part(void *context, size_t i, int thread, pfq_error *err)
{
    const struct job *const job = context;
    (void)err;
    sample_count(job->search, part_begin(job, i), part_begin(job, i + 1),
                 job->counts + (size_t)thread * SAMPLE_DIGITS);
    return PFQ_OK;
}

/* The counts of the next digit, of all threads and ranks, in job->counts. */
static pfq_status count_digit(pfq_team *team, int threads, struct job *job, pfq_error *err)
{
    memset(job->counts, 0, (size_t)threads * SAMPLE_DIGITS * sizeof *job->counts);
    threads_for(threads, job->parts, count_part, job, NULL); /* cannot fail */
    for (size_t i = SAMPLE_DIGITS; i < (size_t)threads * SAMPLE_DIGITS; i++)
        job->counts[i % SAMPLE_DIGITS] += job->counts[i];
    return team_sum(team, job->counts, SAMPLE_DIGITS, err);
}

static pfq_status find_bound(pfq_team *team, int threads, uint64_t rows,
                             struct sample_search *search, pfq_error *err)
{
    const uint64_t rank = (uint64_t)pfq_team_rank(team), ranks = (uint64_t)pfq_team_size(team);
    struct job all = {.begin = 0, .end = rows, .parts = (size_t)ranks};
    struct job job = {.search = search, .parts = 8 * (size_t)threads};
    pfq_error own = {0};
    job.begin = part_begin(&all, rank);
    job.end = part_begin(&all, rank + 1);
    job.counts = memory_allocate((size_t)threads * SAMPLE_DIGITS, sizeof *job.counts, &own);
    pfq_status status = team_conclude(team, &own, err);
    while (!status && search->known < 64) {
        status = count_digit(team, threads, &job, err);
        sample_narrow(search, job.counts);
    }
    free(job.counts);
    return status;
}

pfq_status sampling_bound(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                          const pfq_filter_config *filter, uint64_t *bound, pfq_error *err)
{
    struct sample_search search = {.seed = filter->seed, .wanted = filter->sample_records};
    uint64_t rows = 0;
    int threads = 1;
    *bound = UINT64_MAX;
    pfq_status status = count_fragments(team, reads, config, filter->head, &rows, err);
    if (!status)
        status = reading_threads(team, config->threads, &threads, err);
    if (status || rows <= filter->sample_records)
        return status;
    status = find_bound(team, threads, rows, &search, err);
    *bound = search.bound;
    return status;
}
