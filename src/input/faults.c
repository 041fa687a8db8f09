/*
 * Bad records of a run that goes on. Ranks meet the records of a stream in rising order, so the
 * first of each rank are enough to tell the first of all.
 */
#include "input/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "team/team.h"

pfq_status faults_add(struct faults *faults, const struct faults_entry *entry, pfq_error *err)
{
    if (faults->of_stream[entry->stream] >= faults->limit)
        return PFQ_OK;
    const pfq_status status = memory_grow(&faults->entries, &faults->capacity, faults->count + 1,
                                          sizeof *faults->entries, err);
    if (status)
        return status;
    faults->entries[faults->count++] = *entry;
    faults->of_stream[entry->stream]++;
    return PFQ_OK;
}

static int by_place(const void *left, const void *right)
{
    const struct faults_entry *a = left, *b = right;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->fault.byte > b->fault.byte) - (a->fault.byte < b->fault.byte);
}

/* Keeps the first `limit` of each stream of a sorted list. */
static size_t cut_list(struct faults_entry *list, size_t count, size_t limit)
{
    size_t kept = 0, of_stream = 0;
    for (size_t i = 0; i < count; i++) {
        of_stream = i && list[i].stream == list[i - 1].stream ? of_stream + 1 : 0;
        if (of_stream < limit)
            list[kept++] = list[i];
    }
    return kept;
}

pfq_status faults_gather(pfq_team *team, const struct faults *faults, struct faults_entry **all,
                         size_t *count, pfq_error *err)
{
    const size_t ranks = (size_t)pfq_team_size(team);
    size_t capacity = 0;
    *all = NULL;
    *count = 0;
    pfq_error own = {0};
    uint64_t *counts = memory_allocate(ranks, sizeof *counts, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status) {
        counts[0] = faults->count;
        status = team_exchange(team, faults->entries, counts, sizeof *faults->entries, all,
                               &capacity, count, err);
    }
    free(counts);
    if (status)
        return status;
    if (*count)
        qsort(*all, *count, sizeof **all, by_place);
    *count = cut_list(*all, *count, faults->limit);
    return PFQ_OK;
}

void faults_describe(const struct fastq_fault *fault, const char *path, pfq_error *err)
{
    error_set(err, fault->status, path, "%s", fault->message);
    err->line = fault->line + 1;
    err->record = fault->record + 1;
    err->byte = fault->byte;
}
