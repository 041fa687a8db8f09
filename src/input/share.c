/*
 * The probe that finds a cut in a file, and the turn of gather, plan, scatter.
 */
#include "input/share.h"

#include <stdlib.h>

#include "fastq/boundary.h"
#include "fastq/chunk.h"

enum { PROBE_BYTES = 16 * 1024, WORDS = 4, MAX_REQUESTS = 4 };

/* What travels: findings to rank 0; slice, end of the round and whether it is closed back. */
enum { BEGIN, END, ROUND_END, CLOSED };

/* What rank 0 needs to decide: words, findings and slices of all ranks. Empty on the others. */
struct share_table {
    uint64_t *all;
    int64_t *findings;
    struct plan_range *slices;
};

/* Reads from one byte before the window (which tells whether the window begins at a line start),
 * more and more, until it can tell. */
pfq_status share_probe(struct team_file *file, uint64_t file_bytes, struct plan_range window,
                       const struct fastq_rules *rules, struct buffer *scratch, int64_t *finding,
                       pfq_error *err)
{
    const uint64_t from = window.begin - 1;
    const size_t limit = (size_t)(window.end - from);
    size_t have = 0, where = 0;
    enum fastq_found found = FASTQ_MORE;
    for (size_t want = PROBE_BYTES; found == FASTQ_MORE; want *= 2) {
        const uint64_t rest = file_bytes - from;
        const size_t bytes = want < rest ? want : (size_t)rest;
        pfq_status status = buffer_reserve(scratch, bytes, have, err);
        if (!status)
            status = team_file_read(file, from + have, scratch->data + have, bytes - have, err);
        if (status)
            return status;
        have = bytes;
        found =
            fastq_find((struct span){scratch->data, have}, 1, limit, have == rest, rules, &where);
    }
    *finding = found == FASTQ_FOUND ? (int64_t)(from + where) : PLAN_NO_CUT;
    return PFQ_OK;
}

static int64_t find_cut(struct share *share, const struct share_request *request, pfq_error *own)
{
    const struct plan_range window = plan_window(&request->round, pfq_team_rank(share->team));
    if (window.begin >= request->round.file_bytes)
        return (int64_t)request->round.file_bytes;
    int64_t finding = PLAN_NO_CUT;
    if (request->file && !own->status)
        share_probe(request->file, request->round.file_bytes, window, share->rules, &share->scratch,
                    &finding, own);
    return finding;
}

/* Rank 0: is the text bad that begins at the start of a round in which nobody found a cut? Looks at
 * as much as a slice, and twice as much at each further attempt; a read that is longer still is not
 * bad. */
static bool starts_badly(struct share *share, const struct share_request *request, pfq_error *own)
{
    const struct plan_round *round = &request->round;
    const uint64_t rest = round->file_bytes - round->start;
    const uint64_t slice = plan_distance(round);
    const uint64_t want = round->attempt < 32 ? slice << (round->attempt + 1) : rest;
    const size_t bytes = (size_t)(want < rest ? want : rest);
    struct fastq_chunk chunk = {.stop = (size_t)slice};
    struct fastq_rules rules = *share->rules;
    rules.skip = false;
    if (request->file && !own->status && !buffer_reserve(&share->scratch, bytes, 0, own) &&
        !team_file_read(request->file, round->start, share->scratch.data, bytes, own))
        fastq_chunk_parse(&chunk, (struct span){share->scratch.data, bytes}, bytes == rest, &rules,
                          own);
    const bool bad = chunk.bad > 0;
    fastq_chunk_release(&chunk);
    return bad;
}

/* Rank 0: a round that is cut anywhere, all of it for rank 0. */
static void cut_anywhere(const struct plan_round *round, struct plan_range *slices)
{
    const uint64_t end = round->start + plan_distance(round);
    for (int rank = 0; rank < round->ranks; rank++)
        slices[rank] = (struct plan_range){rank ? end : round->start, end};
}

/* Rank 0: from the findings of all ranks for one stream to their slices. `all` holds n * WORDS
 * words of each rank. A stream whose round could not be closed is tried again. */
static void decide(struct share *share, const struct share_request *request, int which,
                   pfq_error *own)
{
    int64_t *findings = share->table->findings;
    struct plan_range *slices = share->table->slices;
    const int ranks = request->round.ranks;
    const size_t stride = (size_t)share->n * WORDS;
    uint64_t *words = share->table->all + (size_t)which * WORDS;
    for (int rank = 0; rank < ranks; rank++)
        findings[rank] = (int64_t)words[(size_t)rank * stride];
    bool closed = plan_slices(&request->round, findings, slices);
    if (!closed && !share->rules->skip && starts_badly(share, request, own)) {
        cut_anywhere(&request->round, slices);
        closed = true;
    }
    for (int rank = 0; rank < ranks; rank++) {
        uint64_t *answer = words + (size_t)rank * stride;
        answer[BEGIN] = closed ? slices[rank].begin : 0;
        answer[END] = closed ? slices[rank].end : 0;
        answer[ROUND_END] = closed ? slices[ranks - 1].end : 0;
        answer[CLOSED] = closed;
    }
}

/* One turn: everybody looks, rank 0 decides, everybody learns. */
static pfq_status turn(struct share *share, struct share_request *requests, bool *open,
                       pfq_error *own, pfq_error *err)
{
    const int n = share->n, me = pfq_team_rank(share->team);
    const struct share_table *table = share->table;
    uint64_t words[MAX_REQUESTS * WORDS] = {0};
    for (int i = 0; i < n; i++)
        if (open[i])
            words[(size_t)i * WORDS] = (uint64_t)find_cut(share, &requests[i], own);
    pfq_status status = team_gather(share->team, words, (size_t)n * WORDS, table->all, err);
    if (status)
        return status;
    for (int i = 0; i < n && me == 0; i++)
        if (open[i])
            decide(share, &requests[i], i, own);
    status = team_scatter(share->team, table->all, (size_t)n * WORDS, words, err);
    for (int i = 0; i < n && !status; i++) {
        const uint64_t *answer = words + (size_t)i * WORDS;
        if (!open[i])
            continue;
        requests[i].mine = (struct plan_range){answer[BEGIN], answer[END]};
        requests[i].end = answer[ROUND_END];
        requests[i].round.attempt += !answer[CLOSED];
        open[i] = !answer[CLOSED];
    }
    return status;
}

uint64_t share_bytes(uint64_t slice_bytes, const uint64_t *rests, int n, int i)
{
    double all = 0;
    for (int k = 0; k < n; k++)
        all += (double)rests[k];
    const double part = all > 0 ? (double)rests[i] / all : 1;
    const uint64_t bytes = (uint64_t)((double)slice_bytes * part);
    return bytes ? bytes : 1;
}

pfq_status share_create(pfq_team *team, int n, const struct fastq_rules *rules, struct share *share,
                        pfq_error *err)
{
    const size_t ranks = pfq_team_rank(team) == 0 ? (size_t)pfq_team_size(team) : 0;
    pfq_error own = {0};
    *share = (struct share){.team = team, .n = n, .rules = rules};
    share->table = memory_allocate(1, sizeof *share->table, &own);
    if (share->table) {
        struct share_table *table = share->table;
        table->all = memory_allocate(ranks * (size_t)n, WORDS * sizeof(uint64_t), &own);
        table->findings = memory_allocate(ranks, sizeof *table->findings, &own);
        table->slices = memory_allocate(ranks, sizeof *table->slices, &own);
    }
    const pfq_status status = team_conclude(team, &own, err);
    return status;
}

void share_destroy(struct share *share)
{
    if (share->table) {
        free(share->table->all);
        free(share->table->findings);
        free(share->table->slices);
        free(share->table);
    }
    buffer_release(&share->scratch);
    *share = (struct share){0};
}

pfq_status share_round(struct share *share, struct share_request *requests, pfq_error *own,
                       pfq_error *err)
{
    bool open[MAX_REQUESTS] = {false};
    bool any = false;
    for (int i = 0; i < share->n; i++)
        any |= open[i] = requests[i].round.ranks > 0;
    pfq_status status = PFQ_OK;
    while (any && !status) {
        status = turn(share, requests, open, own, err);
        any = false;
        for (int i = 0; i < share->n; i++)
            any |= open[i];
    }
    return status;
}
