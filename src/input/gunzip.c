/*
 * The engine: reading, and the collectives between what chunks do and what all know.
 *
 * A round is a row of steps, each local or collective. What fails on one rank is left in *own, and
 * the rank goes on with chunks that are empty; damaged data are a fault of the text at the place
 * where they are, and of several the first counts.
 */
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
    BLOCKS_OF_A_JOB = 32
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

/* Where the chunks of the next round begin. */
static void lay_grid(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    const uint64_t bytes = chunk_bytes(inflow);
    g->listed = g->goes_on < 0 && gunzip_lay_list(inflow);
    for (size_t i = 0; !g->listed && i <= g->count * ranks_of(inflow); i++)
        g->cuts[i] = (struct gunzip_cut){within_file(inflow, g->at.bit / 8 + i * bytes), NULL};
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
    chunk->wants = chunk->counts = chunk->knows = false;
    chunk->to_block = next && next->place == GZIP_BLOCK;
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

static pfq_status draw_chain(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const size_t all = g->count * ranks_of(inflow), first = first_of(inflow);
    for (size_t i = 0; i < g->count; i++)
        gunzip_tell(&g->chunks[i], g->mine + i * GUNZIP_WORDS);
    const pfq_status status =
        team_gather_all(inflow->team, g->mine, g->count * GUNZIP_WORDS, g->words, err);
    if (status)
        return status;
    gunzip_draw(g->words, all, g->at, g->listed, g->counts, &g->chain);
    uint64_t text = g->text, number = g->sum.number;
    for (size_t i = 0; i < all; i++) {
        const uint64_t *const words = g->words + i * GUNZIP_WORDS;
        if (i >= first && i - first < g->count) {
            g->chunks[i - first].counts = g->counts[i];
            g->chunks[i - first].text_at = text;
            g->chunks[i - first].number = number;
        }
        text += g->counts[i] ? words[GUNZIP_TEXT] : 0;
        number += g->counts[i] ? words[GUNZIP_ENDS] : 0;
    }
    return PFQ_OK;
}

/* Does any text of the round, or what follows, refer to text that came before? */
static bool needs_windows(const struct inflow *inflow)
{
    const struct gunzip *const g = inflow->state;
    bool needs = g->chain.end.what == GZIP_BLOCK;
    for (size_t i = 0; i < g->count * ranks_of(inflow); i++)
        needs |= g->counts[i] && g->words[i * GUNZIP_WORDS + GUNZIP_START_WHAT] == GZIP_BLOCK;
    return needs || g->goes_on >= 0 || g->chain.stop == GZIP_AT_CAP;
}

/* Where all windows are known, only that behind the last chunk has to be told. */
static pfq_status share_last_window(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const size_t first = first_of(inflow);
    const int owner = (int)(g->chain.last / g->count);
    struct gzip_window last = g->window;
    for (size_t i = 0; i < g->count; i++) {
        if (!g->chunks[i].counts)
            continue;
        if (first + i)
            last = g->chunks[i].window;
        gunzip_chunk_pass(&g->chunks[i], &last);
    }
    if (g->chain.any && owner == pfq_team_rank(inflow->team))
        g->window = last;
    return team_share(inflow->team, owner, &g->window, sizeof g->window, err);
}

/* The windows go from rank to rank, through the chunks of each; the last one is for everybody. */
static pfq_status pass_windows(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const int me = pfq_team_rank(inflow->team), last = pfq_team_size(inflow->team) - 1;
    pfq_status status = PFQ_OK;
    if (!needs_windows(inflow)) {
        g->window.valid = 0;
        return PFQ_OK;
    }
    if (g->listed)
        return share_last_window(inflow, err);
    if (me > 0)
        status = team_receive(inflow->team, me - 1, &g->window, sizeof g->window, err);
    for (size_t i = 0; i < g->count && !status; i++)
        if (g->chunks[i].counts)
            gunzip_chunk_pass(&g->chunks[i], &g->window);
    if (!status && me < last)
        status = team_send(inflow->team, me + 1, &g->window, sizeof g->window, err);
    return status ? status : team_share(inflow->team, last, &g->window, sizeof g->window, err);
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
    if (!g->chain.any || last < first || last - first >= g->count)
        return;
    const struct gunzip_chunk *const chunk = &g->chunks[last - first];
    if (chunk->way != GUNZIP_DECODED)
        return;
    if (chunk->out.stop == GZIP_AT_FAULT) {
        *at = chunk->text_at + chunk->out.text;
        *fault = chunk->fault;
    } else if (chunk->out.stop == GZIP_AT_GARBAGE) {
        const uint64_t byte = chunk->out.bit / 8;
        const bool hides = gzip_hides_member(&g->rules.input, byte);
        if (gzip_judge_garbage(byte, chunk->out.garbage_is_text, hides, fault))
            *at = chunk->text_at + chunk->out.text;
    }
}

/* Marks in the words of a chunk that it has not been put in its place. */
#define NOT_CHECKED UINT64_MAX

static bool has_failed(const struct gunzip *g, const struct gunzip_chunk *chunk)
{
    bool seen = false, failed = false;
    for (size_t i = 0; i < g->job_count; i++) {
        seen |= g->jobs[i].chunk == chunk;
        failed |= g->jobs[i].chunk == chunk && g->jobs[i].bad;
    }
    return failed || (!seen && gunzip_chunk_text(chunk));
}

/* Everybody adds the round to the checksum of the open member; the first member that is not what
 * its footer says is told by rank 0. */
static pfq_status check_members(struct inflow *inflow, uint64_t *at, pfq_error *fault,
                                const pfq_error *own, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const size_t all = g->count * ranks_of(inflow);
    for (size_t i = 0; i < g->count; i++) {
        uint64_t *const mine = g->mine + i * GUNZIP_CHECK_WORDS;
        const struct gunzip_chunk *const chunk = &g->chunks[i];
        if (chunk->counts && !own->status && !has_failed(g, chunk))
            gunzip_tell_checks(chunk, mine);
        else
            mine[GUNZIP_CHECK_ENDS] = NOT_CHECKED;
    }
    const pfq_status status =
        team_gather_all(inflow->team, g->mine, g->count * GUNZIP_CHECK_WORDS, g->words, err);
    uint64_t text = g->text;
    for (size_t i = 0; i < all && !status; i++) {
        const uint64_t *const words = g->words + i * GUNZIP_CHECK_WORDS;
        uint64_t end;
        pfq_error wrong;
        if (!g->counts[i])
            continue;
        if (words[GUNZIP_CHECK_ENDS] == NOT_CHECKED)
            break;
        const bool bad = gunzip_fold(&g->sum, words, &end, &wrong) != PFQ_OK;
        if (bad && pfq_team_rank(inflow->team) == 0 && text + end < *at) {
            *at = text + end;
            *fault = wrong;
        }
        if (bad)
            break;
        text += words[GUNZIP_CHECK_TEXT];
    }
    return status;
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
    const bool mine = g->chain.any && last >= first && last - first < g->count;
    g->at = g->chain.end;
    g->text += g->chain.text;
    inflow->text = g->text;
    inflow->wide_text += g->chain.wide_text;
    inflow->listed_text += g->listed ? g->chain.text : 0;
    g->goes_on = g->chain.any && g->chain.stop == GZIP_AT_CAP ? (int64_t)last : -1;
    if (g->goes_on >= 0 && mine && !own->status)
        gunzip_chunk_go_on(&g->chunks[last - first], own);
    if (g->goes_on < 0)
        g->starts = g->chain.members_only ? GZIP_STARTS_MEMBERS : GZIP_STARTS_ANY;
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
    g->ahead.begin = g->ahead.end = g->ahead.want = 0;
}

/* Every rank failed to get on, or one did: either is told before this is. */
static void be_stuck(struct inflow *inflow)
{
    const struct gunzip *const g = inflow->state;
    error_set(&inflow->fault, PFQ_BAD_COMPRESSED, inflow->file->path,
              "nothing can be inflated at byte %llu", (unsigned long long)(g->at.bit / 8));
}

static pfq_status gunzip_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
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
        status = pass_windows(inflow, err);
    if (status)
        return status;
    gunzip_judge_list(inflow);
    place_text(inflow, stretch, own);
    first_fault(inflow, &fault_at, &fault);
    status = check_members(inflow, &fault_at, &fault, own, err);
    if (!status)
        status = agree_fault(inflow, stretch, fault_at, &fault, err);
    if (!status && inflow->writer && !inflow->fault.status)
        status = gunzip_tell_marks(
            inflow, (struct span){stretch->into->data + stretch->at, stretch->bytes}, own, err);
    if (status)
        return status;
    if (!g->chain.any)
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
    const size_t words =
        GUNZIP_WORDS > (size_t)GUNZIP_CHECK_WORDS ? GUNZIP_WORDS : (size_t)GUNZIP_CHECK_WORDS;
    g->chunks = memory_allocate(g->count, sizeof *g->chunks, err);
    g->inflaters = memory_allocate((size_t)g->threads, sizeof(void *), err);
    g->words = memory_allocate(all, words * sizeof *g->words, err);
    g->mine = memory_allocate(g->count, words * sizeof *g->mine, err);
    g->counts = memory_allocate(all, sizeof *g->counts, err);
    g->cuts = memory_allocate(all + 1, sizeof *g->cuts, err);
    g->sends = memory_allocate(ranks_of(inflow), sizeof *g->sends, err);
    if (!g->chunks || !g->inflaters || !g->words || !g->mine || !g->counts || !g->cuts || !g->sends)
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
    free(g->cuts);
    free(g->marks);
    free(g->sends);
    free(g->tails);
    free(g->jobs);
    buffer_release(&g->raw.buffer);
    buffer_release(&g->ahead.buffer);
    free(g);
}

const struct inflow_engine inflow_gunzip = {gunzip_open, gunzip_step, gunzip_next, gunzip_close};
