/*
 * validate of an HDF5 file: ranks take pieces in turn, rank 0 lists what was found in the order of
 * the file.
 */
#include "run/validate_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "parse/reading.h"
#include "store/check.h"
#include "team/team.h"

enum { DEFAULT_MAX_ERRORS = 100 };

static int by_place(const void *a, const void *b)
{
    const struct store_fault *const one = a, *const other = b;
    if (one->mate != other->mate)
        return one->mate < other->mate ? -1 : 1;
    if (one->column != other->column)
        return one->column < other->column ? -1 : 1;
    return (one->element > other->element) - (one->element < other->element);
}

/* This rank's pieces. */
static void check_mine(pfq_team *team, const pfq_parser_config *config, struct store_check *check,
                       pfq_error *own)
{
    const size_t pieces = check_pieces(check), ranks = (size_t)pfq_team_size(team);
    for (size_t i = (size_t)pfq_team_rank(team); i < pieces && !own->status; i += ranks)
        if (config->stop && config->stop(config->context))
            error_set(own, PFQ_STOPPED, NULL, "stopped");
        else if (check->found <= check->limit) /* a file that is all wrong need not be read whole */
            check_piece(check, i, own);
}

/* What the pieces of all ranks came to; nothing where anybody found anything, for then some were
 * not looked at. */
static pfq_status share_totals(pfq_team *team, struct store_check *check, pfq_error *err)
{
    uint64_t found = check->found;
    pfq_status status = team_sum(team, &found, 1, err);
    if (!status)
        status = team_min(team, check->shortest, PFQ_MAX_MATES, err);
    if (!status)
        status = team_max(team, check->longest, PFQ_MAX_MATES, err);
    if (!status)
        status = team_sum(team, check->unindexed, PFQ_MAX_MATES, err);
    if (found) {
        memset(check->shortest, 0xff, sizeof check->shortest);
        memset(check->longest, 0, sizeof check->longest);
        memset(check->unindexed, 0, sizeof check->unindexed);
    }
    return status;
}

/* All ranks' faults on rank 0, in order. */
static pfq_status gather(pfq_team *team, struct store_check *check, pfq_error *err)
{
    const size_t ranks = (size_t)pfq_team_size(team);
    struct store_fault *all = NULL;
    size_t capacity = 0, count = 0;
    pfq_error own = {0};
    uint64_t *counts = memory_allocate(ranks, sizeof *counts, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status) {
        counts[0] = check->count;
        status =
            team_exchange(team, check->faults, counts, sizeof *all, &all, &capacity, &count, err);
    }
    free(counts);
    if (status)
        return status;
    if (count)
        qsort(all, count, sizeof *all, by_place);
    free(check->faults);
    check->faults = all;
    check->count = count < check->limit ? count : check->limit;
    return team_sum(team, &check->found, 1, err);
}

static void report(pfq_team *team, const char *path, const pfq_parser_config *config,
                   const struct store_check *check)
{
    for (size_t i = 0; i < check->count && config->report && pfq_team_rank(team) == 0; i++) {
        pfq_error fault;
        error_set(&fault, PFQ_BAD_FILE, path, "%s", check->faults[i].message);
        config->report(config->context, &fault);
    }
}

static pfq_status check_file(pfq_team *team, const char *path, const pfq_parser_config *config,
                             struct store_check *check, pfq_error *err)
{
    pfq_error own = {0};
    check_mine(team, config, check, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = share_totals(team, check, err);
    if (status)
        return status;
    if (pfq_team_rank(team) == 0)
        check_whole(check, &own);
    status = team_conclude(team, &own, err);
    if (!status)
        status = gather(team, check, err);
    if (status)
        return status;
    report(team, path, config, check);
    if (!check->found)
        return PFQ_OK;
    return error_set(err, PFQ_BAD_RECORDS, path, "%llu thing%s wrong",
                     (unsigned long long)check->found, check->found == 1 ? " is" : "s are");
}

static void fill_counts(const struct store_reader *reader, double seconds, pfq_counts *counts)
{
    const struct store_summary *const summary = store_summary(reader);
    *counts = (pfq_counts){.mates = summary->mates, .seconds = seconds};
    for (int m = 0; m < summary->mates; m++) {
        counts->records[m] = summary->mate[m].records;
        counts->bases[m] = summary->mate[m].bases;
        counts->bytes += 2 * summary->mate[m].bases + summary->mate[m].name_bytes;
    }
}

pfq_status validate_file(pfq_team *team, const char *path, const pfq_parser_config *config,
                         pfq_counts *counts, pfq_error *err)
{
    const double began = clock_seconds();
    int threads;
    pfq_error own = {0};
    struct store_check check = {.names = !config->no_name_check,
                                .limit = config->max_errors ? (size_t)config->max_errors
                                                            : DEFAULT_MAX_ERRORS};
    memset(check.shortest, 0xff, sizeof check.shortest);
    pfq_status status = reading_threads(team, config->threads, &threads, err);
    if (status)
        return status;
    if (store_open(path, &check.reader, &own) == PFQ_OK)
        store_use_threads(check.reader, threads);
    status = team_conclude(team, &own, err);
    if (!status)
        status = check_file(team, path, config, &check, err);
    if (counts && (!status || status == PFQ_BAD_RECORDS))
        fill_counts(check.reader, clock_seconds() - began, counts);
    store_close(check.reader);
    check_release(&check);
    return status;
}
