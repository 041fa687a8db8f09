/*
 * The wheel of the input. One turn (input_next) is a screen; each step below it is either local or
 * collective, never both, so that it is plain to see that every rank reaches every collective:
 * local steps leave their failure in input->own, and the pulse agrees on it.
 */
#include "input/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "input/pairs.h"
#include "input/wheel.h"
#include "team/team.h"

/* A mate may be ahead of the slowest one by so many rows per rank: one for each this many bytes of
 * slice. */
enum { BYTES_PER_ROW_AHEAD = 64, LEAST_ROWS_AHEAD = 1024 };

/* ---- planning and reading ahead ---- */

/* Is this stream so far ahead of the slowest mate still to be read that it waits a round? */
static bool waits(const struct input *input, const struct stream *stream)
{
    const uint64_t each = input->slice_bytes / BYTES_PER_ROW_AHEAD;
    const uint64_t ahead =
        (each > LEAST_ROWS_AHEAD ? each : LEAST_ROWS_AHEAD) * (uint64_t)pfq_team_size(input->team);
    uint64_t least = stream->seen;
    for (int i = 0; i < input->count; i++)
        if (!stream_planned(&input->streams[i]) && input->streams[i].seen < least)
            least = input->streams[i].seen;
    return stream->seen - least > ahead;
}

static pfq_status plan_next(struct input *input, pfq_error *err)
{
    struct share_request requests[MAX_STREAMS];
    uint64_t rests[MAX_STREAMS] = {0};
    bool wanted[MAX_STREAMS] = {false};
    for (int i = 0; i < input->count; i++)
        stream_begin_plan(&input->streams[i]);
    for (int i = 0; i < input->count; i++) {
        rests[i] = stream_rest(&input->streams[i]);
        wanted[i] = !waits(input, &input->streams[i]);
    }
    for (int i = 0; i < input->count; i++)
        stream_request(&input->streams[i], wanted[i],
                       share_bytes(input->slice_bytes, rests, input->count, i), &requests[i],
                       &input->own);
    pfq_status status = share_round(&input->share, requests, &input->own, err);
    for (int i = 0; i < input->count && !status; i++) {
        struct stream *const stream = &input->streams[i];
        if (wanted[i] && stream_flows(stream))
            status = stream_flow(stream, &input->rules,
                                 share_bytes(input->slice_bytes, rests, input->count, i),
                                 &input->own, err);
        else
            stream_take(stream, &requests[i], &input->own);
    }
    return status;
}

/* A step beside a loop: the caller's, or else the next piece of some stream's next slice. */
static bool step(void *context)
{
    struct input *input = context;
    if (input->aside.step && input->aside.step(input->aside.context))
        return true;
    for (int i = 0; i < input->count && !input->no_prefetch; i++)
        if (stream_step(&input->streams[i], &input->own))
            return true;
    return false;
}

/* Loops beside a loop: the caller's, and the reading of slices where threads may read. One thread
 * leaves that to the main thread. */
static size_t more(void *context, struct threads_loop *loops)
{
    struct input *const input = context;
    size_t n = input->aside.more ? input->aside.more(input->aside.context, loops) : 0;
    for (int i = 0; i < input->count && input->rules.threads > 1 && !input->no_prefetch; i++)
        n += stream_ahead(&input->streams[i], &loops[n], &input->own);
    return n;
}

static void tick(void *context)
{
    const struct input *const input = context;
    input->tick(input->tick_context);
}

struct threads_aside input_aside(struct input *input)
{
    return (struct threads_aside){
        .step = step, .context = input, .tick = input->tick ? tick : NULL, .more = more};
}

/* ---- agreeing on a parsed round ---- */

/* What the ranks tell each other of the round they have parsed. */
struct pulse {
    uint64_t failed;  /* ranks on which something failed */
    uint64_t misfits; /* ranks whose slice did not end at the cut, or has just been parsed again */
    uint64_t faulty;  /* slices that stopped at a bad record */
    uint64_t hungry;  /* slices that need more of a text that flows */
    uint64_t stops;   /* ranks that were told to stop */
};

static void count_slices(struct input *input, uint64_t *faulty, uint64_t *hungry)
{
    *faulty = *hungry = 0;
    for (int i = 0; i < input->count; i++) {
        const struct stream_slot *slot = stream_now(&input->streams[i]);
        *faulty += slot->active && slot->slice.faulty;
        *hungry += slot->active && slot->slice.hungry;
    }
}

/* One small collective: everybody learns of failures, misfits, bad records and the wish to stop.
 * Returns the error agreed upon if any rank failed. */
static pfq_status beat(struct input *input, bool misfit, struct pulse *pulse, pfq_error *err)
{
    uint64_t words[5] = {input->own.status != PFQ_OK, misfit};
    count_slices(input, &words[2], &words[3]);
    words[4] = input->stop && input->stop(input->stop_context);
    const pfq_status status = team_sum(input->team, words, 5, err);
    *pulse = (struct pulse){words[0], words[1], words[2], words[3], words[4]};
    input->stopping |= !status && pulse->stops;
    if (status || !pulse->failed)
        return status;
    return team_conclude(input->team, &input->own, err);
}

/* Did a slice of this rank end behind the cut, or does it need more text? */
static bool overshot(struct input *input)
{
    for (int i = 0; i < input->count; i++) {
        const struct stream_slot *slot = stream_now(&input->streams[i]);
        if (slot->active && (slot->slice.hungry || slot->slice.end > slot->slice.range.end))
            return true;
    }
    return false;
}

/* Brings more text to the slices that need it. */
static pfq_status feed(struct input *input, const struct pulse *pulse, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int i = 0; i < input->count && !status && pulse->hungry; i++)
        status = stream_feed(&input->streams[i], &input->own, err);
    return status;
}

/* Parses again what does not begin where the left neighbours ended; true if anything did. */
static bool mend_seams(struct input *input, const uint64_t *ends_before)
{
    bool mended = false;
    for (int i = 0; i < input->count; i++) {
        struct stream_slot *slot = stream_now(&input->streams[i]);
        if (!slot->active || (ends_before[i] <= slot->from && !slot->slice.hungry))
            continue;
        const uint64_t from = ends_before[i] > slot->from ? ends_before[i] : slot->from;
        stream_parse(&input->streams[i], from, &input->rules, NULL, &input->own);
        mended = true;
    }
    return mended;
}

/* Agrees that all seams fit, mending until they do: rank r is right after r turns at the latest.
 * ends[i] is where the round of stream i ended. */
static pfq_status agree_seams(struct input *input, uint64_t *ends, struct pulse *pulse,
                              pfq_error *err)
{
    const size_t n = (size_t)input->count;
    pfq_status status = beat(input, overshot(input), pulse, err);
    const bool all_fit = !pulse->misfits;
    while (!status && pulse->misfits) {
        for (int i = 0; i < input->count; i++)
            ends[i] = stream_end(&input->streams[i]);
        status = team_max_before(input->team, ends, n, err);
        if (!status)
            status = feed(input, pulse, err);
        if (!status)
            status = beat(input, mend_seams(input, ends), pulse, err);
    }
    for (int i = 0; i < input->count; i++)
        ends[i] =
            all_fit ? stream_now(&input->streams[i])->round_end : stream_end(&input->streams[i]);
    return status || all_fit ? status : team_max(input->team, ends, n, err);
}

/* Behind the first rank whose slice stopped at a bad record, nothing counts. first[i] is that rank,
 * or UINT64_MAX, for stream i. */
static pfq_status agree_faults(struct input *input, const struct pulse *pulse, uint64_t *first,
                               pfq_error *err)
{
    const uint64_t me = (uint64_t)pfq_team_rank(input->team);
    for (int i = 0; i < input->count; i++) {
        const struct stream_slot *slot = stream_now(&input->streams[i]);
        first[i] = slot->active && slot->slice.faulty ? me : UINT64_MAX;
    }
    if (!pulse->faulty)
        return PFQ_OK;
    const pfq_status status = team_min(input->team, first, (size_t)input->count, err);
    for (int i = 0; i < input->count && !status; i++)
        if (me > first[i])
            slice_forget(&stream_now(&input->streams[i])->slice);
    return status;
}

/* Adds up what the ranks have and gives every stream its numbers. */
static pfq_status settle(struct input *input, const uint64_t *ends, const uint64_t *first_fault,
                         pfq_error *err)
{
    uint64_t before[MAX_STREAMS][STREAM_WORDS], total[MAX_STREAMS][STREAM_WORDS];
    for (int i = 0; i < input->count; i++)
        stream_words(&input->streams[i], before[i]);
    memcpy(total, before, sizeof total);
    const size_t words = (size_t)input->count * STREAM_WORDS;
    pfq_status status = team_sum_before(input->team, &before[0][0], words, err);
    if (!status)
        status = team_sum(input->team, &total[0][0], words, err);
    for (int i = 0; i < input->count && !status; i++) {
        struct stream *stream = &input->streams[i];
        stream_settle(stream, before[i], total[i], ends[i], &input->faults, &stream->error,
                      &input->own);
        stream->stopped |= first_fault[i] != UINT64_MAX;
        if (first_fault[i] != UINT64_MAX)
            status = team_share(input->team, (int)first_fault[i], &stream->error,
                                sizeof stream->error, err);
    }
    return status;
}

/* ---- the turn ---- */

/* The columns of the round for the caller. */
static void present(struct input *input)
{
    input->round.streams = input->count;
    for (int i = 0; i < input->count; i++) {
        struct stream *stream = &input->streams[i];
        const struct stream_slot *slot = stream_now(stream);
        struct input_slice *slice = &input->round.slices[i];
        *slice = (struct input_slice){.first = stream->first};
        if (!slot->active)
            continue;
        slice->text = slice_text(&slot->slice);
        slice->lane = slot->slice.file_index;
        slice->begin = slot->slice.range.begin;
        slice->chunks = slot->slice.chunks;
        slice->chunk_count = slot->slice.count;
        slice->tail = slice_tail(&slot->slice);
    }
}

/* Ends the reading of a round and parses it, and reads of the one after it what it can meanwhile.
 * Returns, on every rank, the failure of a collective; local failures are left in input->own. */
static pfq_status fill(struct input *input, bool *any, pfq_error *err)
{
    *any = false;
    for (int i = 0; i < input->count; i++) {
        stream_advance(&input->streams[i], input->rules.threads, &input->own);
        *any |= stream_now(&input->streams[i])->active;
    }
    const pfq_status status = plan_next(input, err);
    for (int i = 0; i < input->count; i++)
        *any |= input->streams[i].slots[!input->streams[i].now].active;
    const struct threads_aside aside = input_aside(input);
    for (int i = 0; i < input->count && !status; i++)
        stream_parse(&input->streams[i], 0, &input->rules, &aside, &input->own);
    return status;
}

/* Nobody parses now, so what is known of all ranks takes the place of what was added meanwhile. */
static void note_done(struct input *input)
{
    const uint64_t bytes = input_file_bytes(input);
    if (input->rules.done && atomic_load(input->rules.done) < bytes)
        atomic_store(input->rules.done, bytes);
}

/* Agrees on the round that was parsed: its failures, its seams, its numbers. */
static pfq_status agree(struct input *input, pfq_error *err)
{
    uint64_t ends[MAX_STREAMS] = {0}, first_fault[MAX_STREAMS] = {0};
    struct pulse pulse;
    pfq_status status = agree_seams(input, ends, &pulse, err);
    if (!status)
        status = agree_faults(input, &pulse, first_fault, err);
    if (!status)
        status = settle(input, ends, first_fault, err);
    if (!status)
        note_done(input);
    return status ? status : pairs_note(input, err);
}

static pfq_status stopped(const struct input *input, pfq_error *err)
{
    uint64_t records = 0;
    for (int i = 0; i < input->count; i++)
        records += input->streams[i].records;
    return error_stopped(err, records);
}

/* All has been given. */
static pfq_status finish(struct input *input, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int i = 0; i < input->count; i++)
        stream_finish(&input->streams[i]);
    for (int i = 0; i < input->count && !status; i++)
        status = stream_finish_indices(&input->streams[i], err);
    return status;
}

pfq_status input_next(struct input *input, const pfq_error *own, const struct input_round **round,
                      pfq_error *err)
{
    *round = NULL;
    if (input->stopping)
        return stopped(input, err);
    if (own->status && !input->own.status)
        input->own = *own;
    bool deliver = false;
    while (!deliver) {
        bool any;
        pfq_status status = fill(input, &any, err);
        if (!status)
            status = agree(input, err);
        if (!status)
            status = pairs_conclude(input, &deliver, err);
        if (status)
            return status;
        if (input->stopping && !(input->stop_after_round && any))
            return stopped(input, err);
        if (!any)
            return finish(input, err);
        if (deliver) {
            present(input);
            *round = &input->round;
        }
        while (!deliver && input->aside.step && input->aside.step(input->aside.context))
            continue; /* the columns of the round before last are needed now; what was to be
                         encoded of them went with the loops of this round */
    }
    return PFQ_OK;
}

/* ---- beginning and end ---- */

static pfq_status prepare(struct input *input, const pfq_reads *reads, struct team_state *state,
                          pfq_error *err)
{
    struct input_source sources[MAX_STREAMS] = {{0}};
    pfq_status status = input_source_open(input->team, reads, sources, err);
    for (int i = 0; i < input->count; i++) {
        input->streams[i].source = sources[i];
        input->streams[i].team = input->team;
        input->streams[i].number = i;
        input->streams[i].first_bad = input->streams[i].own_first_bad = UINT64_MAX;
        input->streams[i].own_widths = FASTQ_NO_WIDTHS;
    }
    for (int i = 0; i < input->count && !status && input->rules.inflow.index; i++)
        status = input_source_indexable(&sources[i], err);
    if (!status)
        status = share_create(input->team, input->count, &input->rules.fastq, &input->share, err);
    const int mates = input->interleaved ? 2 : input->count > 1 ? input->count : 0;
    if (!status && mates)
        mates_create(input->team, mates, &input->mates, &input->own);
    if (!status && state)
        status = input_restore(input, state, err);
    return status ? status : plan_next(input, err);
}

pfq_status input_open(pfq_team *team, const pfq_reads *reads, const struct input_config *config,
                      struct input **input, pfq_error *err)
{
    pfq_error own = {0};
    struct input *made = memory_allocate(1, sizeof *made, &own);
    pfq_status status = team_agree(team, 0, &own);
    if (status) {
        if (err)
            *err = own;
        free(made);
        return status;
    }
    made->team = team;
    made->rules = (struct slice_rules){.fastq = config->rules,
                                       .filling = config->filling,
                                       .chunk_bytes = config->chunk_bytes,
                                       .threads = config->threads,
                                       .done = config->done,
                                       .inflow = {.threads = config->threads,
                                                  .inflate = config->inflate,
                                                  .strict = config->strict,
                                                  .index = config->index}};
    made->slice_bytes = config->slice_bytes;
    made->check_names = config->check_names;
    made->aside = config->aside;
    made->stop = config->stop;
    made->stop_context = config->stop_context;
    made->stop_after_round = config->stop_after_round;
    made->tick = config->tick;
    made->tick_context = config->tick_context;
    made->no_prefetch = config->no_prefetch;
    made->rows = config->rows;
    made->interleaved = reads->interleaved;
    made->count = reads->mates;
    made->faults.limit = config->rules.max_faults;
    status = prepare(made, reads, config->state, err);
    if (status)
        input_close(made);
    else
        *input = made;
    return status;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    for (int i = 0; i < input->count; i++)
        stream_release(&input->streams[i]);
    share_destroy(&input->share);
    mates_destroy(&input->mates);
    free(input->faults.entries);
    free(input);
}

int input_streams(const struct input *input)
{
    return input->count;
}

const struct input_source *input_source(const struct input *input, int stream)
{
    return &input->streams[stream].source;
}

uint64_t input_records(const struct input *input, int stream)
{
    return input->streams[stream].records;
}

uint64_t input_bad_records(const struct input *input)
{
    uint64_t bad = 0;
    for (int i = 0; i < input->count && input->rules.fastq.skip; i++)
        bad += input->streams[i].bad;
    return bad;
}

uint64_t input_bytes(const struct input *input)
{
    uint64_t bytes = 0;
    for (int i = 0; i < input->count; i++)
        bytes += input->streams[i].bytes;
    return bytes;
}

uint64_t input_file_bytes(const struct input *input)
{
    uint64_t bytes = 0;
    for (int i = 0; i < input->count; i++)
        bytes += input->streams[i].file_bytes;
    return bytes;
}

uint64_t input_total_bytes(const struct input *input)
{
    uint64_t bytes = 0;
    for (int i = 0; i < input->count; i++)
        for (size_t k = 0; k < input->streams[i].source.count; k++)
            bytes += input->streams[i].source.files[k].bytes;
    return bytes;
}

pfq_status input_widths(struct input *input, struct fastq_widths widths[PFQ_MAX_MATES],
                        pfq_error *err)
{
    uint64_t least[MAX_STREAMS], most[MAX_STREAMS];
    for (int i = 0; i < input->count; i++) {
        least[i] = input->streams[i].own_widths.least;
        most[i] = input->streams[i].own_widths.most;
    }
    pfq_status status = team_min(input->team, least, (size_t)input->count, err);
    if (!status)
        status = team_max(input->team, most, (size_t)input->count, err);
    for (int i = 0; i < input->count; i++)
        widths[i] = (struct fastq_widths){least[i], most[i]};
    return status;
}

pfq_status input_pair_error(const struct input *input, pfq_error *err)
{
    if (input->pair_error.status && err)
        *err = input->pair_error;
    return input->pair_error.status;
}

pfq_status input_faults(struct input *input, pfq_fault **list, size_t *count, pfq_error *err)
{
    struct faults_entry *entries;
    *list = NULL;
    pfq_status status = faults_gather(input->team, &input->faults, &entries, count, err);
    if (status)
        return status;
    pfq_error own = {0};
    if (*count)
        *list = memory_allocate(*count, sizeof **list, &own);
    for (size_t i = 0; i < *count && *list; i++) {
        const struct input_source *source = &input->streams[entries[i].stream].source;
        pfq_fault *const fault = &(*list)[i];
        faults_describe(&entries[i].fault, source->files[entries[i].file].path, &fault->error);
        fault->mate = (int)entries[i].stream + 1;
        fault->chunk = fault->error.byte / input->rules.chunk_bytes;
    }
    free(entries);
    status = team_conclude(input->team, &own, err);
    return status;
}
