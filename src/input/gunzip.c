/*
 * The engine: reading, and the collectives between what chunks do and what all know.
 *
 * A round is a row of steps, each local or collective. What fails on one rank is left in *own, and
 * the rank goes on with chunks that are empty; damaged data are a fault of the text at the place
 * where they are, and of several the first counts.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gzip/header.h"
#include "input/gunzip_engine.h"
#include "threads/threads.h"

enum {
    LEAST_CHUNK_BYTES = 4 * 1024, /* of the file; shorter ones hold no start */
    PARTS_OF_WANT = 4,            /* text is about so many times as long as the file */
    /* Text of a chunk that is held at a time, in bytes of the file; only what was made of very
     * little is longer. */
    MOST_RATIO = 24,
    LEAST_CAP = 4 << 20,
    LOOK_AHEAD_BYTES = GZIP_LOOK_BYTES + 64 * 1024,
    READ_BYTES = 1 << 20,
    BLOCKS_OF_A_JOB = 2 /* few: threads wait for the last one */
};

/* ---- the grid ---- */

static uint64_t within_file(const struct inflow *inflow, uint64_t byte)
{
    return byte < inflow->file->bytes ? byte : inflow->file->bytes;
}

/* How large the chunks of the next round are, where nothing is known of it. */
static uint64_t chunk_bytes(const struct inflow *inflow)
{
    const struct gunzip *const g = inflow->state;
    const uint64_t all = g->count * ranks_of(inflow);
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a rank has one chunk or more */
    const uint64_t rest = (inflow->file->bytes - g->at.bit / 8) / all + 1;
    uint64_t bytes = inflow->want / (PARTS_OF_WANT * g->count);
    bytes = bytes < rest ? bytes : rest;
    bytes = bytes < GUNZIP_MOST_CHUNK_BYTES ? bytes : GUNZIP_MOST_CHUNK_BYTES;
    return bytes > LEAST_CHUNK_BYTES ? bytes : LEAST_CHUNK_BYTES;
}

/* Does a decoder give the text of the next round that knows all of what is before it? */
static bool is_alone(const struct gunzip *g)
{
    return g->goes_on >= 0 || g->at.bit / 8 < g->alone_until;
}

/* Where the chunks of the next round begin. */
static void lay_grid(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    const uint64_t bytes = chunk_bytes(inflow), at = g->at.bit / 8;
    g->listed = !is_alone(g) && gunzip_lay_list(inflow);
    for (size_t i = 0; !g->listed && i <= g->count * ranks_of(inflow); i++)
        g->cuts[i] =
            (struct gunzip_cut){within_file(inflow, at + (is_alone(g) && i ? 1 : i) * bytes), NULL};
}

/* ---- reading ---- */

/* Reads a piece; false if all that is wanted is there. */
static bool read_piece(const struct inflow *inflow, struct stretch *stretch, pfq_error *own)
{
    const struct gunzip *const g = inflow->state;
    if (own->status || stretch->end >= stretch->want)
        return false;
    const uint64_t rest = stretch->want - stretch->end;
    const size_t have = (size_t)(stretch->end - stretch->begin);
    const size_t bytes = rest < READ_BYTES ? (size_t)rest : READ_BYTES;
    if (!buffer_reserve(&stretch->buffer, (size_t)(stretch->want - stretch->begin), have, own) &&
        !team_file_read(g->file, stretch->end, stretch->buffer.data + have, bytes, own))
        stretch->end += bytes;
    return true;
}

/* Where the i-th chunk of all begins. */
static uint64_t begin_of(const struct inflow *inflow, size_t i)
{
    return ((const struct gunzip *)inflow->state)->cuts[i].byte;
}

/* The bytes this rank needs in the round that begins at g->at. */
static void want_round(const struct inflow *inflow, struct stretch *stretch)
{
    const struct gunzip *const g = inflow->state;
    const size_t first = g->goes_on < 0 ? first_of(inflow) : 0;
    const size_t behind = g->goes_on < 0 ? first + g->count : 1;
    const bool idle =
        g->goes_on >= 0 && (size_t)g->goes_on / g->count != (size_t)pfq_team_rank(inflow->team);
    const uint64_t begin = begin_of(inflow, first), end = begin_of(inflow, idle ? first : behind);
    if (stretch->begin != begin || stretch->end > begin + stretch->buffer.capacity)
        stretch->begin = stretch->end = begin;
    stretch->want = begin < end ? within_file(inflow, end + LOOK_AHEAD_BYTES) : begin;
}

static bool gunzip_step(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    pfq_error ignored = {0}; /* the round itself will meet it again */
    return read_piece(inflow, &g->ahead, &ignored) && !ignored.status;
}

static pfq_status read_turn(void *context, size_t i, int thread, pfq_error *err)
{
    struct gunzip *const g = context;
    pfq_error ignored; /* as above */
    (void)err;
    if (turns_read(&g->turns, i, thread, &ignored))
        atomic_store(&g->turn_failed, true);
    return PFQ_OK;
}

static bool gunzip_ahead(struct inflow *inflow, struct threads_loop *loop, pfq_error *own)
{
    struct gunzip *const g = inflow->state;
    struct stretch *const ahead = &g->ahead;
    const size_t have = (size_t)(ahead->end - ahead->begin);
    if (ahead->end >= ahead->want || !team_file_for_threads(g->file) ||
        buffer_reserve(&ahead->buffer, (size_t)(ahead->want - ahead->begin), have, own))
        return false;
    g->turns = (struct turns){g->file, ahead->end, ahead->want, ahead->buffer.data + have};
    ahead->end = ahead->want;
    *loop = (struct threads_loop){read_turn, g, turns_count(&g->turns)};
    return true;
}

/* ---- decoding ---- */

/* Makes the i-th of this rank's chunks ready for the round. */
static void begin_chunk(struct inflow *inflow, size_t i)
{
    struct gunzip *const g = inflow->state;
    struct gunzip_chunk *const chunk = &g->chunks[i];
    const size_t number = first_of(inflow) + i;
    const uint64_t begin = begin_of(inflow, number);
    const struct gzip_point *const point = g->cuts[number].point;
    const struct gzip_point *const next = g->cuts[number + 1].point;
    chunk->boundary = begin_of(inflow, number + 1);
    chunk->wants = chunk->counts = chunk->knows = chunk->failed = chunk->summed = false;
    chunk->to_block = next && next->place == GZIP_BLOCK;
    chunk->alone = is_alone(g);
    if (g->goes_on >= 0) {
        chunk->boundary = begin_of(inflow, 1);
        chunk->start = g->at;
        chunk->stage = (size_t)g->goes_on == number ? GUNZIP_DECODE : GUNZIP_DONE;
        chunk->way = (size_t)g->goes_on == number ? GUNZIP_DECODED : GUNZIP_EMPTY;
        return;
    }
    chunk->way = GUNZIP_EMPTY;
    chunk->drained = 0;
    chunk->valid = 0;
    chunk->search = (struct gzip_found){.bit = 8 * begin};
    chunk->start = number ? (struct gunzip_place){8 * begin, GZIP_BLOCK} : g->at;
    chunk->stage = number == 0 ? GUNZIP_START : begin < chunk->boundary ? GUNZIP_FIND : GUNZIP_DONE;
    if (chunk->stage == GUNZIP_FIND && g->listed)
        gunzip_begin_listed(inflow, chunk, point);
}

static pfq_status run_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    const struct gunzip *const g = context;
    (void)thread;
    return gunzip_chunk_run(&g->chunks[i], &g->rules, err);
}

static bool anybody_wants(const struct gunzip *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->chunks[i].wants)
            return true;
    return false;
}

/* Runs all chunks of this rank, reading on while one of them wants more. */
static void decode_all(struct inflow *inflow, pfq_error *own)
{
    struct gunzip *const g = inflow->state;
    struct stretch *const raw = &g->raw;
    for (size_t i = 0; i < g->count; i++)
        begin_chunk(inflow, i);
    bool wants = true;
    while (wants && !own->status) {
        while (read_piece(inflow, raw, own))
            continue;
        const size_t have = (size_t)(raw->end - raw->begin);
        if (raw->buffer.data && !own->status)
            memset(raw->buffer.data + have, 0, GZIP_PADDING_BYTES);
        g->rules.input = (struct gzip_input){
            {raw->buffer.data, have}, raw->begin, raw->end == inflow->file->bytes};
        if (!own->status)
            threads_for(g->threads, g->count, run_chunk, g, own);
        wants = anybody_wants(g);
        raw->want = within_file(inflow, raw->end + (wants ? have + LOOK_AHEAD_BYTES : 0));
    }
    for (size_t i = 0; i < g->count && own->status; i++)
        g->chunks[i].way = GUNZIP_EMPTY;
}

/* ---- the chain ---- */

/* Joins what all ranks made of their own, of which that of rank 0 holds what was before it, too:
 * *before is of the ranks before this one, on rank 0 what it was, and *all of all. */
static pfq_status join_all(pfq_team *team, const void *mine, void *before, void *all, void *work,
                           size_t bytes, team_join *join, pfq_error *err)
{
    const int me = pfq_team_rank(team), last = pfq_team_size(team) - 1;
    const pfq_status status = team_join_before(team, mine, before, work, bytes, join, err);
    if (status)
        return status;
    if (me == 0)
        memcpy(all, mine, bytes);
    else if (me == last)
        join(before, mine, all);
    return team_share(team, last, all, bytes, err);
}

/* Tells this rank's chunks which of them count, and where they are in the file. */
static void place_chunks(const struct inflow *inflow, const bool *counts)
{
    const struct gunzip *const g = inflow->state;
    uint64_t text = g->text + g->before.text, number = g->sum.number + g->before.ends;
    for (size_t i = 0; i < g->count; i++) {
        const uint64_t *const words = g->mine + i * GUNZIP_WORDS;
        g->chunks[i].counts = counts[i];
        g->chunks[i].text_at = text;
        g->chunks[i].number = number;
        text += counts[i] ? words[GUNZIP_TEXT] : 0;
        number += counts[i] ? words[GUNZIP_ENDS] : 0;
    }
}

/* The chain breaks: everybody hears of all chunks, and draws it up to there. */
static pfq_status draw_broken(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const size_t all = g->count * ranks_of(inflow), first = first_of(inflow);
    const pfq_status status =
        team_gather_all(inflow->team, g->mine, g->count * GUNZIP_WORDS, g->words, err);
    if (status)
        return status;
    gunzip_draw(g->words, first, g->at, g->listed, g->counts, &g->before);
    gunzip_draw(g->words, all, g->at, g->listed, g->counts, &g->chain);
    place_chunks(inflow, g->counts + first);
    return PFQ_OK;
}

static pfq_status draw_chain(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    struct gunzip_chain mine, work[2];
    for (size_t i = 0; i < g->count; i++)
        gunzip_tell(&g->chunks[i], g->mine + i * GUNZIP_WORDS);
    gunzip_draw_part(g->mine, first_of(inflow), g->count, g->listed, g->counts, &mine);
    g->before = gunzip_chain_at(g->at);
    if (pfq_team_rank(inflow->team) == 0)
        gunzip_chain_join(&g->before, &mine, &mine);
    const pfq_status status = join_all(inflow->team, &mine, &g->before, &g->chain, work,
                                       sizeof mine, gunzip_chain_join, err);
    if (status || g->chain.broken)
        return status ? status : draw_broken(inflow, err);
    place_chunks(inflow, g->counts);
    return PFQ_OK;
}

/* ---- text in its place ---- */

static void add_job(struct gunzip *g, const struct job *job, pfq_error *own)
{
    if (!own->status &&
        !memory_grow(&g->jobs, &g->job_capacity, g->job_count + 1, sizeof *g->jobs, own))
        g->jobs[g->job_count++] = *job;
}

/* The jobs of a chunk, whose text goes to `text`. */
static void add_jobs(struct gunzip *g, struct gunzip_chunk *chunk, uint8_t *text, pfq_error *own)
{
    struct job job = {.chunk = chunk, .text = text, .text_at = chunk->text_at};
    if (chunk->way == GUNZIP_DECODED)
        add_job(g, &job, own);
    for (size_t i = 0; chunk->way == GUNZIP_WALKED && i < chunk->row.count; i += job.blocks) {
        const size_t rest = chunk->row.count - i;
        job.block = i;
        job.blocks = rest < BLOCKS_OF_A_JOB ? rest : BLOCKS_OF_A_JOB;
        add_job(g, &job, own);
        for (size_t k = i; k < i + job.blocks; k++) {
            job.text += chunk->row.blocks[k].size;
            job.text_at += chunk->row.blocks[k].size;
        }
    }
}

static pfq_status inflate_blocks(const struct gunzip *g, struct job *job, int thread)
{
    uint8_t *text = job->text;
    pfq_status status = PFQ_OK;
    for (size_t i = job->block; i < job->block + job->blocks && !status; i++) {
        const struct gzip_bgzf_block *const block = &job->chunk->row.blocks[i];
        status = gzip_bgzf_inflate(g->inflaters[thread], &g->rules.input, block, text, &job->fault);
        job->bad_at = job->text_at + (uint64_t)(text - job->text);
        text += block->size;
    }
    return status;
}

static pfq_status do_job(void *context, size_t i, int thread, pfq_error *err)
{
    const struct gunzip *const g = context;
    struct job *const job = &g->jobs[i];
    pfq_status status;
    if (job->chunk->way == GUNZIP_WALKED) {
        status = inflate_blocks(g, job, thread);
    } else {
        status = gunzip_chunk_resolve(job->chunk, job->text, &job->bad_at, &job->fault);
        job->bad_at += job->text_at;
    }
    job->bad = status != PFQ_OK;
    if (status == PFQ_NO_MEMORY && err)
        *err = job->fault;
    return status == PFQ_NO_MEMORY ? status : PFQ_OK;
}

/* Puts the text of this rank's part of the chain together. */
static void place_text(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own)
{
    struct gunzip *const g = inflow->state;
    size_t bytes = 0;
    for (size_t i = 0; i < g->count; i++)
        bytes += g->chunks[i].counts ? (size_t)gunzip_chunk_text(&g->chunks[i]) : 0;
    g->job_count = 0;
    if (!own->status)
        buffer_reserve(stretch->into, stretch->at + bytes, stretch->at, own);
    size_t done = stretch->at;
    for (size_t i = 0; i < g->count && !own->status; i++)
        if (g->chunks[i].counts) {
            add_jobs(g, &g->chunks[i], stretch->into->data + done, own);
            done += (size_t)gunzip_chunk_text(&g->chunks[i]);
        }
    if (!own->status)
        threads_for(g->threads, g->job_count, do_job, g, own);
    for (size_t i = 0; i < g->job_count; i++)
        g->jobs[i].chunk->failed |= g->jobs[i].bad;
    if (!own->status)
        stretch->bytes = bytes;
}

/* ---- what is wrong with the data ---- */

/* The first fault of this rank's part, which begins at *at of the text; UINT64_MAX: none. */
static void first_fault(const struct inflow *inflow, uint64_t *at, pfq_error *fault)
{
    const struct gunzip *const g = inflow->state;
    *at = UINT64_MAX;
    for (size_t i = 0; i < g->job_count; i++)
        if (g->jobs[i].bad) {
            *at = g->jobs[i].bad_at;
            *fault = g->jobs[i].fault;
            return;
        }
    const size_t first = first_of(inflow), last = g->chain.last;
    if (!g->chain.chunks || last < first || last - first >= g->count)
        return;
    const struct gunzip_chunk *const chunk = &g->chunks[last - first];
    if (chunk->way != GUNZIP_DECODED)
        return;
    if (chunk->out.stop == GZIP_AT_FAULT) {
        *at = chunk->text_at + chunk->out.text;
        *fault = chunk->fault;
    } else if (chunk->out.stop == GZIP_AT_GARBAGE) {
        if (gzip_judge_garbage(chunk->out.bit / 8, chunk->out.garbage_is_text, chunk->hides_member,
                               fault))
            *at = chunk->text_at + chunk->out.text;
    }
}

/* Adds this rank's chunks up to the first one whose text could not be made, or up to a member that
 * is not what its footer says; then false, and *at is where it ended, of the file's text. */
static bool fold_chunks(const struct gunzip *g, const pfq_error *own, struct gunzip_sum *sum,
                        uint64_t *at, pfq_error *fault)
{
    sum->broken |= own->status != PFQ_OK;
    for (size_t i = 0; i < g->count && !sum->broken; i++) {
        uint64_t words[GUNZIP_CHECK_WORDS], end;
        const struct gunzip_chunk *const chunk = &g->chunks[i];
        if (!chunk->counts)
            continue;
        sum->broken = chunk->failed;
        if (sum->broken && !chunk->summed)
            break;
        gunzip_tell_checks(chunk, words);
        if (gunzip_fold(&sum->open, words, &end, fault) && fault) {
            *at = chunk->text_at + end;
            sum->broken = true;
            return false;
        }
    }
    return true;
}

/* Adds the round to the checksum of the open member, and holds each member that ends in it against
 * its footer: the rank in whose chunks it ends. */
static pfq_status check_members(struct inflow *inflow, uint64_t *at, pfq_error *fault,
                                const pfq_error *own, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const bool first = pfq_team_rank(inflow->team) == 0;
    struct gunzip_sum before = {.open = g->sum}, all, work[2];
    struct gunzip_sum mine = {.open = {.member = GZIP_NOWHERE}};
    uint64_t wrong_at = 0;
    pfq_error wrong;
    bool good = true;
    if (first) {
        mine = before;
        good = fold_chunks(g, own, &mine, &wrong_at, &wrong);
    } else {
        fold_chunks(g, own, &mine, &wrong_at, NULL);
    }
    const pfq_status status =
        join_all(inflow->team, &mine, &before, &all, work, sizeof mine, gunzip_sum_join, err);
    if (status)
        return status;
    if (!first)
        good = fold_chunks(g, own, &before, &wrong_at, &wrong);
    if (!good && wrong_at <= *at) { /* the end of a member comes before what is behind it */
        *at = wrong_at;
        *fault = wrong;
    }
    g->sum = all.open;
    return PFQ_OK;
}

/* The first of all faults is everybody's, and the text ends in front of it. */
static pfq_status agree_fault(struct inflow *inflow, struct inflow_stretch *stretch, uint64_t at,
                              pfq_error *fault, pfq_error *err)
{
    const struct gunzip *const g = inflow->state;
    uint64_t first = at;
    pfq_status status = team_min(inflow->team, &first, 1, err);
    if (status || first == UINT64_MAX)
        return status;
    team_agree(inflow->team, at, fault);
    inflow->fault = *fault;
    if (!inflow->fault.file[0])
        error_in_file(&inflow->fault, inflow->file->path);
    uint64_t begin = g->text;
    for (size_t i = 0; i < g->count; i++)
        if (g->chunks[i].counts) {
            begin = g->chunks[i].text_at;
            break;
        }
    const uint64_t left = first > begin ? first - begin : 0;
    stretch->bytes = left < stretch->bytes ? (size_t)left : stretch->bytes;
    return PFQ_OK;
}

/* ---- the round ---- */

/* Has the file ended, in one way or another, with the chain of this round? */
static bool is_over(const struct inflow *inflow)
{
    const struct gunzip_chain *const chain = &((const struct gunzip *)inflow->state)->chain;
    switch (chain->stop) {
    case GZIP_AT_END:
    case GZIP_AT_GARBAGE:
    case GZIP_AT_FAULT:
        return true;
    default:
        return chain->end.what == GZIP_MEMBER && chain->end.bit / 8 >= inflow->file->bytes;
    }
}

/* What is odd about the end of the file, though all text is there. */
static void look_at_end(struct inflow *inflow)
{
    const struct gunzip_chain *const chain = &((const struct gunzip *)inflow->state)->chain;
    const uint64_t end = chain->end.bit / 8;
    if (chain->stop == GZIP_AT_GARBAGE)
        inflow_notice(inflow, GZIP_GARBAGE_REMARK, (unsigned long long)end);
    else if (chain->walked && !chain->marked)
        snprintf(inflow->remark, sizeof inflow->remark,
                 "no block at the end marks the end of the BGZF file; whether it was cut between "
                 "two blocks cannot be told");
}

/* Makes ready for the round behind this one. */
static void go_on(struct inflow *inflow, pfq_error *own)
{
    struct gunzip *const g = inflow->state;
    const size_t first = first_of(inflow), last = g->chain.last;
    const bool mine = g->chain.chunks && last >= first && last - first < g->count;
    g->at = g->chain.end;
    g->text += g->chain.text;
    inflow->text = g->text;
    inflow->wide_text += g->chain.wide_text;
    inflow->listed_text += g->listed ? g->chain.text : 0;
    g->goes_on = g->chain.chunks && g->chain.stop == GZIP_AT_CAP ? (int64_t)last : -1;
    if (g->goes_on >= 0 && mine && !own->status)
        gunzip_chunk_go_on(&g->chunks[last - first], g->sum.member, own);
    if (g->goes_on < 0)
        g->starts = g->chain.ends >= 2 * g->chain.chunks ? GZIP_STARTS_MEMBERS : GZIP_STARTS_ANY;
    g->rules.first = g->at;
    g->rules.member = g->sum.member;
}

static void begin_round(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    lay_grid(inflow);
    g->rules.starts = g->listed ? GZIP_STARTS_LISTED : g->starts;
    g->rules.cap = (size_t)chunk_bytes(inflow) * MOST_RATIO;
    g->rules.cap = g->rules.cap > LEAST_CAP ? g->rules.cap : LEAST_CAP;
    want_round(inflow, &g->ahead);
    const struct stretch read = g->ahead;
    g->ahead = g->raw;
    g->raw = read;
    if (atomic_exchange(&g->turn_failed, false))
        g->raw.end = g->raw.begin;
    g->ahead.begin = g->ahead.end = g->ahead.want = 0;
}

/* Every rank failed to get on, or one did: either is told before this is. */
static void be_stuck(struct inflow *inflow)
{
    const struct gunzip *const g = inflow->state;
    error_set(&inflow->fault, PFQ_BAD_COMPRESSED, inflow->file->path,
              "nothing can be inflated at byte %llu", (unsigned long long)(g->at.bit / 8));
}

/* Makes the text of a round, up to what is wrong with it. */
static pfq_status make_round(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                             pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    uint64_t fault_at = UINT64_MAX;
    pfq_error fault = {0};
    begin_round(inflow);
    decode_all(inflow, own);
    pfq_status status = g->listed ? gunzip_match_windows(inflow, own, err) : PFQ_OK;
    if (!status)
        status = draw_chain(inflow, err);
    if (!status)
        status = gunzip_pass_windows(inflow, err);
    if (status)
        return status;
    gunzip_judge_list(inflow);
    place_text(inflow, stretch, own);
    first_fault(inflow, &fault_at, &fault);
    status = check_members(inflow, &fault_at, &fault, own, err);
    return status ? status : agree_fault(inflow, stretch, fault_at, &fault, err);
}

/* The same once more, where something was wrong, for it to be told as from the front. */
static pfq_status make_sure(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                            pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const struct gzip_window window = g->window;
    const struct gzip_checksum sum = g->sum;
    const bool alone = is_alone(g);
    const pfq_status status = make_round(inflow, stretch, own, err);
    if (status || !inflow->fault.status || alone)
        return status;
    inflow->fault = (pfq_error){0};
    stretch->bytes = 0;
    g->window = window;
    g->sum = sum;
    g->alone_until = begin_of(inflow, g->count * ranks_of(inflow));
    return make_round(inflow, stretch, own, err);
}

static pfq_status gunzip_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                              pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    pfq_status status = make_sure(inflow, stretch, own, err);
    if (!status && inflow->writer && !inflow->fault.status)
        status = gunzip_tell_marks(
            inflow, (struct span){stretch->into->data + stretch->at, stretch->bytes}, own, err);
    if (status)
        return status;
    if (!g->chain.chunks)
        be_stuck(inflow);
    stretch->ends = inflow->fault.status || is_over(inflow);
    if (stretch->ends && !inflow->fault.status)
        look_at_end(inflow);
    go_on(inflow, own);
    stretch->position = stretch->ends ? inflow->file->bytes : g->at.bit / 8;
    if (!stretch->ends) {
        lay_grid(inflow);
        want_round(inflow, &g->ahead);
    }
    return PFQ_OK;
}

/* ---- open and close ---- */

static pfq_status prepare(struct inflow *inflow, struct gunzip *g, pfq_error *err)
{
    const size_t all = g->count * ranks_of(inflow);
    g->chunks = memory_allocate(g->count, sizeof *g->chunks, err);
    g->inflaters = memory_allocate((size_t)g->threads, sizeof(void *), err);
    g->words = memory_allocate(all, GUNZIP_WORDS * sizeof *g->words, err);
    g->mine = memory_allocate(g->count, GUNZIP_WORDS * sizeof *g->mine, err);
    g->counts = memory_allocate(all, sizeof *g->counts, err);
    g->cuts = memory_allocate(all + 1, sizeof *g->cuts, err);
    g->sends = memory_allocate(ranks_of(inflow), sizeof *g->sends, err);
    if (!g->chunks || !g->inflaters || !g->words || !g->mine || !g->counts || !g->cuts || !g->sends)
        return PFQ_NO_MEMORY;
    if (gunzip_prepare_windows(inflow, err))
        return PFQ_NO_MEMORY;
    for (int i = 0; i < g->threads; i++)
        if (!(g->inflaters[i] = gzip_inflater_create(err)))
            return PFQ_NO_MEMORY;
    return input_file_open(inflow->team, inflow->file, &g->file, err);
}

static pfq_status gunzip_open(struct inflow *inflow, pfq_error *err)
{
    pfq_error own = {0};
    uint64_t most = (uint64_t)inflow->wish.threads;
    pfq_status status = team_max(inflow->team, &most, 1, err);
    if (status)
        return status;
    struct gunzip *const g = inflow->state = memory_allocate(1, sizeof *g, &own);
    if (g) {
        g->threads = inflow->wish.threads;
        g->count = (size_t)most;
        g->at = (struct gunzip_place){0, GZIP_MEMBER};
        g->goes_on = -1;
        prepare(inflow, g, &own);
    }
    status = team_conclude(inflow->team, &own, err);
    if (status || !g)
        return status;
    g->starts = inflow->walkable ? GZIP_STARTS_MEMBERS : GZIP_STARTS_ANY;
    g->rules = (struct gunzip_rules){.window = &g->window,
                                     .first = g->at,
                                     .mark_bytes =
                                         inflow->writer ? index_writer_apart(inflow->writer) : 0};
    return PFQ_OK;
}

static void gunzip_close(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    if (!g)
        return;
    team_file_close(g->file, NULL);
    for (size_t i = 0; g->chunks && i < g->count; i++)
        gunzip_chunk_release(&g->chunks[i]);
    for (int i = 0; g->inflaters && i < g->threads; i++)
        gzip_inflater_destroy(g->inflaters[i]);
    free(g->chunks);
    free(g->inflaters);
    free(g->words);
    free(g->mine);
    free(g->counts);
    free(g->origins);
    free(g->cuts);
    free(g->marks);
    free(g->sends);
    free(g->tails);
    free(g->jobs);
    buffer_release(&g->raw.buffer);
    buffer_release(&g->ahead.buffer);
    free(g);
}

const struct inflow_engine inflow_gunzip = {gunzip_open, gunzip_step, gunzip_ahead, gunzip_next,
                                            gunzip_close};
