/*
 * stats: one pass over each input, everything counted, then the reports of rank 0.
 */
#include "run/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "parse/reading.h"
#include "run/filtering.h"
#include "run/store_input.h"
#include "team/team.h"

void stats_name_mates(const pfq_reads *reads, struct stats_counted *counted)
{
    const int mates = reads->interleaved ? 2 : reads->mates;
    for (int m = 0; m < mates; m++) {
        const int stream = reads->interleaved ? 0 : m;
        char *const name = counted->names[m];
        const size_t size = sizeof counted->names[m];
        const size_t more = reads->lanes[stream] - 1;
        int used = snprintf(name, size, "%s", reads->files[stream][0]);
        if (more && used > 0 && (size_t)used < size)
            used += snprintf(name + used, size - (size_t)used, "+%zu", more);
        if (reads->interleaved && used > 0 && (size_t)used < size)
            snprintf(name + used, size - (size_t)used, ":mate%d", m + 1);
    }
}

static pfq_status turn(struct reading *reading, struct tallying *tallying, pfq_error *own,
                       bool *more, pfq_error *err)
{
    const struct input_round *round;
    const pfq_status status = input_next(reading->input, own, &round, err);
    *more = round != NULL;
    if (status || !round)
        return status;
    const struct threads_aside aside = input_aside(reading->input);
    tallying_round(tallying, round, &aside, own);
    reading_tell(reading, false);
    return PFQ_OK;
}

void stats_release(struct stats_counted *counted)
{
    tallying_end(&counted->tallying);
    tallying_end(&counted->after);
}

/* One FASTQ input, some of whose reads are dropped or cut. */
static pfq_status count_filtered(pfq_team *team, const pfq_reads *reads,
                                 const pfq_stats_config *config, bool all,
                                 struct stats_counted *counted, pfq_error *err)
{
    const struct filtering_wish wish = {.filter = &config->filter, .counted = counted, .all = all};
    const pfq_error own = {0};
    struct filtering filtering;
    bool more = true;
    pfq_status status = filtering_open(team, reads, &config->parse, &wish, &filtering, err);
    while (!status && more)
        status = filtering_turn(&filtering, &own, &more, err);
    if (!status)
        status = filtering_unite(&filtering, err);
    if (!status)
        status = reading_conclude(filtering_reading(&filtering), err);
    filtering_close(&filtering);
    return status;
}

/* One FASTQ input. */
static pfq_status count_reads(pfq_team *team, const pfq_reads *reads,
                              const pfq_stats_config *config, bool all,
                              struct stats_counted *counted, pfq_error *err)
{
    struct reading reading;
    pfq_error own = {0};
    bool more = true;
    const struct reading_wish wish = {.skip_bad_records =
                                          config->parse.on_error == PFQ_ON_ERROR_SKIP};
    stats_name_mates(reads, counted);
    counted->format = "FASTQ";
    counted->encoding = config->parse.quality_encoding;
    pfq_status status = reading_open(team, reads, &config->parse, &wish, &reading, err);
    if (!status)
        tallying_begin(&counted->tallying, reads->interleaved ? 2 : reads->mates,
                       reads->interleaved, reading.input_config.threads, all, &own);
    while (!status && more)
        status = turn(&reading, &counted->tallying, &own, &more, err);
    if (!status)
        status = team_conclude(team, &own, err);
    if (!status)
        status = tallying_unite(&counted->tallying, team, err);
    if (!status)
        status = reading_conclude(&reading, err);
    reading_close(&reading);
    return status;
}

/* Reports must not replace inputs under another name. */
static void spare_inputs(const pfq_reads *reads, const char *report, pfq_error *own)
{
    for (int m = 0; report && m < reads->mates; m++)
        for (size_t i = 0; i < reads->lanes[m]; i++)
            if (team_same_file(reads->files[m][i], report))
                error_set(own, PFQ_USAGE, report, "the output is an input");
}

static pfq_status check(pfq_team *team, const pfq_reads *inputs, size_t n,
                        const pfq_stats_config *config, pfq_error *err)
{
    pfq_error own = {0};
    for (size_t i = 0; i < n; i++)
        for (int m = 0; m < inputs[i].mates; m++)
            if (inputs[i].texts[m])
                error_set(&own, PFQ_USAGE, NULL, "statistics are made of files");
    for (size_t i = 0; i < n && !own.status && pfq_team_rank(team) == 0; i++) {
        spare_inputs(&inputs[i], config->json, &own);
        spare_inputs(&inputs[i], config->html, &own);
    }
    return team_conclude(team, &own, err);
}

static pfq_status count_one(pfq_team *team, const pfq_reads *reads, const pfq_stats_config *config,
                            bool all, struct stats_counted *counted, pfq_error *err)
{
    bool store;
    const pfq_status status = store_input(team, reads, &store, err);
    if (status)
        return status;
    if (store && filter_wanted(&config->filter))
        return error_set(err, PFQ_USAGE, reads->files[0][0],
                         "filters are for FASTQ; this is an HDF5 file");
    if (store)
        return stats_count_store(team, reads->files[0][0], config, all, counted, err);
    if (filter_wanted(&config->filter))
        return count_filtered(team, reads, config, all, counted, err);
    return count_reads(team, reads, config, all, counted, err);
}

pfq_status pfq_stats(pfq_team *team, const pfq_reads *inputs, size_t n,
                     const pfq_stats_config *config, FILE *out, pfq_error *err)
{
    const bool all = config->json || config->fastqc || config->html;
    pfq_error own = {0}, bad = {0};
    struct stats_counted *counted = NULL;
    pfq_status status = check(team, inputs, n, config, err);
    if (status)
        return status;
    counted = memory_allocate(n, sizeof *counted, &own);
    status = team_conclude(team, &own, err);
    for (size_t i = 0; i < n && !status; i++) {
        status = count_one(team, &inputs[i], config, all, &counted[i], &own);
        if (status == PFQ_BAD_RECORDS) { /* they were left out; the rest has its statistics */
            bad = own;
            status = PFQ_OK;
        } else if (status && err) {
            *err = own;
        }
    }
    if (!status)
        status = stats_report(team, counted, n, config, out, err);
    if (!status && bad.status) {
        status = bad.status;
        if (err)
            *err = bad;
    }
    for (size_t i = 0; counted && i < n; i++)
        stats_release(&counted[i]);
    free(counted);
    return status;
}
