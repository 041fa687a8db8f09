/*
 * filter: FASTQ in, FASTQ out. The pipeline is `turn`: the next round of reads that are kept, and
 * their text to each output, which is written while threads work on the round behind.
 */
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "run/filtering.h"
#include "run/outlet.h"

struct filter_run {
    pfq_team *team;
    const pfq_filter_run_config *config;
    struct filtering filtering;
    struct stats_counted counted; /* where reports are wanted */
    bool reports;
    struct outlet outlets[PFQ_MAX_MATES];
    int count;     /* of outlets: one for each mate, or one for all */
    pfq_error own; /* what failed on this rank and is not agreed yet */
};

/* What the main thread does beside all loops, before it reads ahead. */
static bool write_step(void *context)
{
    struct filter_run *const run = context;
    for (int i = 0; i < run->count; i++)
        if (outlet_step(&run->outlets[i]))
            return true;
    return false;
}

/* ---- beginning ---- */

/* An output replaces neither an input, whatever its name, nor another output. */
static pfq_status spare_files(pfq_team *team, const pfq_reads *reads,
                              const char *const outputs[PFQ_MAX_MATES], int count, pfq_error *err)
{
    pfq_error own = {0};
    for (int o = 0; o < count && pfq_team_rank(team) == 0; o++) {
        for (int other = 0; other < o; other++)
            if (strcmp(outputs[o], outputs[other]) == 0)
                error_set(&own, PFQ_USAGE, outputs[o], "is the output of two mates");
        for (int m = 0; m < reads->mates; m++)
            for (size_t i = 0; i < reads->lanes[m] && reads->files[m]; i++)
                if (team_same_file(reads->files[m][i], outputs[o]))
                    error_set(&own, PFQ_USAGE, outputs[o], "the output is an input");
    }
    return team_conclude(team, &own, err);
}

static pfq_status count_outputs(const pfq_reads *reads, const char *const outputs[PFQ_MAX_MATES],
                                int *count, pfq_error *err)
{
    const int mates = reads->interleaved ? 2 : reads->mates;
    for (*count = 0; *count < PFQ_MAX_MATES && outputs[*count];)
        ++*count;
    if (*count == 1 || *count == mates)
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, NULL,
                     "%d outputs for %d mates; there is one for each, or one for all", *count,
                     mates);
}

static pfq_status open_outputs(struct filter_run *run, const char *const outputs[PFQ_MAX_MATES],
                               int count, pfq_error *err)
{
    const struct format format = {.text_offset =
                                      filtering_reading(&run->filtering)->encoding.text_offset};
    pfq_status status = PFQ_OK;
    for (int i = 0; i < count && !status; i++) {
        run->count = i + 1;
        status = outlet_open(run->team, outputs[i], run->config->force, run->filtering.threads,
                             run->config->level, &format, &run->outlets[i], err);
    }
    return status;
}

static pfq_status begin(struct filter_run *run, const pfq_reads *reads,
                        const char *const outputs[PFQ_MAX_MATES], pfq_error *err)
{
    const struct filtering_wish wish = {.filter = &run->config->filter,
                                        .aside = {.step = write_step, .context = run},
                                        .counted = run->reports ? &run->counted : NULL,
                                        .all = true};
    int count = 0;
    pfq_status status = count_outputs(reads, outputs, &count, err);
    if (!status && run->reports && reads->texts[0])
        status = error_set(err, PFQ_USAGE, NULL, "statistics are made of files");
    if (!status)
        status = spare_files(run->team, reads, outputs, count, err);
    if (!status)
        status = filtering_open(run->team, reads, &run->config->parse, &wish, &run->filtering, err);
    return status ? status : open_outputs(run, outputs, count, err);
}

/* ---- rounds ---- */

static pfq_status turn(struct filter_run *run, bool *more, pfq_error *err)
{
    struct filtering *const filtering = &run->filtering;
    pfq_status status = filtering_turn(filtering, &run->own, more, err);
    if (status || !*more)
        return status;
    const struct filtering_round *const round = filtering_now(filtering);
    const struct threads_aside aside = input_aside(filtering_reading(filtering)->input);
    for (int i = 0; i < run->count && !status; i++) {
        struct outlet_part part = {.mates = run->count == 1 ? filtering->mates : 1,
                                   .chunks = round->chunks};
        for (int m = 0; m < part.mates; m++)
            part.batches[m] = round->kept[i + m];
        status = outlet_put(&run->outlets[i], &part, &aside, &run->own, err);
    }
    return status;
}

/* ---- the end ---- */

static pfq_status report(struct filter_run *run, FILE *out, pfq_error *err)
{
    const pfq_filter_run_config *const config = run->config;
    const pfq_stats_config reports = {.json = config->json,
                                      .fastqc = config->fastqc,
                                      .html = config->html,
                                      .force = config->force};
    if (out && pfq_team_rank(run->team) == 0)
        report_filtering(&config->filter, run->filtering.sum, run->filtering.mates, out);
    return run->reports ? stats_report(run->team, &run->counted, 1, &reports, NULL, err) : PFQ_OK;
}

static pfq_status finish(struct filter_run *run, pfq_counts *counts, FILE *out, pfq_error *err)
{
    pfq_status status = team_conclude(run->team, &run->own, err);
    for (int i = 0; i < run->count && !status; i++)
        status = outlet_finish(&run->outlets[i], err);
    if (!status)
        status = filtering_unite(&run->filtering, err);
    if (status)
        return status;
    filtering_count(&run->filtering, counts);
    const pfq_status ended = reading_conclude(filtering_reading(&run->filtering), err);
    if (ended && ended != PFQ_BAD_RECORDS)
        return ended;
    pfq_error failure;
    status = report(run, out, &failure);
    for (int i = 0; i < run->count && !status; i++)
        status = outlet_publish(&run->outlets[i], &failure);
    if (status && err)
        *err = failure;
    return status ? status : ended;
}

pfq_status pfq_filter(pfq_team *team, const pfq_reads *reads,
                      const char *const outputs[PFQ_MAX_MATES], const pfq_filter_run_config *config,
                      pfq_counts *counts, FILE *out, pfq_error *err)
{
    struct filter_run run = {.team = team, .config = config};
    bool more = true;
    run.reports = config->json || config->fastqc || config->html;
    pfq_status status = begin(&run, reads, outputs, err);
    while (!status && more)
        status = turn(&run, &more, err);
    if (!status)
        status = finish(&run, counts, out, err);
    for (int i = 0; i < run.count; i++) {
        if (status && status != PFQ_BAD_RECORDS)
            team_output_name(run.outlets[i].draft, err);
        outlet_close(&run.outlets[i]);
    }
    stats_release(&run.counted);
    filtering_close(&run.filtering);
    return status;
}
