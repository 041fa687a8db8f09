/*
 * One stream: local work, but for stream_flow and stream_feed.
 */
#include "input/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* How much a pipe will bring is unknown; this is as good a guess as any. */
#define PIPE_BYTES (UINT64_C(1) << 32)

/* Has the next file no more to give? next_start is where the next round begins in the text; 0 of a
 * text that flows, whose flow knows. */
static bool finished(const struct stream *stream)
{
    const struct input_file *const file = &stream->source.files[stream->next_file];
    if (input_file_plain(file))
        return stream->next_start == file->bytes;
    const bool begun = stream->flow && stream->open_file == stream->next_file;
    return begun && flow_over(stream->flow) && !stream->flow->inflow.fault.status;
}

/* Keeps what is known of a file whose text has ended. */
static void describe(struct input_file *file, struct flow *flow)
{
    memcpy(file->remark, flow->inflow.remark, sizeof file->remark);
    memcpy(file->index_remark, flow->inflow.index_remark, sizeof file->index_remark);
    file->has_index = flow->inflow.index != NULL;
    file->index = flow->inflow.writer;
    flow->inflow.writer = NULL;
    file->text_bytes = flow->given;
    file->wide_text_bytes = flow->inflow.wide_text;
    file->listed_text_bytes = flow->inflow.listed_text;
    file->bytes = file->piped ? flow->position : file->bytes;
}

/* Goes to the next file that holds bytes; stops at the last one. */
static void skip_finished_files(struct stream *stream)
{
    while (stream->next_file < stream->source.count && finished(stream)) {
        struct input_file *const file = &stream->source.files[stream->next_file];
        if (!input_file_plain(file))
            describe(file, stream->flow);
        stream->next_file++;
        stream->next_start = 0;
    }
}

bool stream_planned(const struct stream *stream)
{
    return stream->stopped || stream->next_file == stream->source.count;
}

/* Closes the file unless a slice may still need it. */
static void close_unless_used(struct stream *stream, struct team_file *file)
{
    for (int i = 0; i < 2; i++)
        if (file == stream->slots[i].slice.file)
            return;
    if (file != stream->open)
        team_file_close(file, NULL);
}

static void end_unless_used(struct stream *stream, struct flow *flow)
{
    if (!flow || flow == stream->flow || flow == stream->slots[0].flow ||
        flow == stream->slots[1].flow)
        return;
    flow_close(flow);
    free(flow);
}

/* The file before the next one is needed no longer, but by slices. */
static void let_go(struct stream *stream)
{
    struct team_file *const file = stream->open;
    struct flow *const flow = stream->flow;
    stream->open = NULL;
    stream->flow = NULL;
    close_unless_used(stream, file);
    end_unless_used(stream, flow);
}

static void open_next(struct stream *stream, pfq_error *own)
{
    if (stream->open && stream->open_file == stream->next_file)
        return;
    let_go(stream);
    pfq_error err;
    if (input_file_open(stream->team, &stream->source.files[stream->next_file], &stream->open,
                        &err)) {
        stream->open = NULL;
        if (!own->status)
            *own = err;
    }
    stream->open_file = stream->next_file;
}

uint64_t stream_rest(const struct stream *stream)
{
    const struct input_source *const source = &stream->source;
    uint64_t rest = 0;
    for (size_t i = stream->next_file; i < source->count; i++)
        rest += source->files[i].piped ? PIPE_BYTES : source->files[i].bytes;
    const bool flowing = stream->flow && stream->open_file == stream->next_file;
    const uint64_t done = flowing ? stream->flow->position : stream->next_start;
    return rest > done ? rest - done : 1;
}

bool stream_flows(const struct stream *stream)
{
    return !stream_planned(stream) && !input_file_plain(&stream->source.files[stream->next_file]);
}

void stream_begin_plan(struct stream *stream)
{
    stream->slots[!stream->now].active = false;
    skip_finished_files(stream);
}

void stream_request(struct stream *stream, bool wanted, uint64_t slice_bytes,
                    struct share_request *request, pfq_error *own)
{
    *request = (struct share_request){0};
    if (!wanted || stream_planned(stream) || stream_flows(stream))
        return;
    open_next(stream, own);
    request->file = stream->open;
    request->round = (struct plan_round){
        .start = stream->next_start,
        .file_bytes = stream->source.files[stream->next_file].bytes,
        .slice_bytes = slice_bytes,
        .ranks = pfq_team_size(stream->team),
    };
}

void stream_take(struct stream *stream, const struct share_request *request, pfq_error *own)
{
    struct stream_slot *next = &stream->slots[!stream->now];
    struct slice *slice = &next->slice;
    next->active = request->round.ranks > 0;
    slice_forget(slice);
    if (!next->active)
        return;
    slice->range = request->mine;
    slice->file_bytes = request->round.file_bytes;
    slice->file_index = stream->next_file;
    slice->file = stream->open;
    stream->next_start = next->round_end = next->position = request->end;
    if (!own->status)
        slice_begin(slice, own);
}

/* Is there anything to be read for the next round? */
static bool reads_on(const struct stream *stream, const pfq_error *own)
{
    const struct stream_slot *const next = &stream->slots[!stream->now];
    return next->active && !stream->stopped && !own->status && slice_unread(&next->slice);
}

static bool flows_on(const struct stream *stream, const pfq_error *own)
{
    return stream->flow && !stream->stopped && !own->status;
}

static bool read_step(struct stream *stream, pfq_error *own)
{
    return reads_on(stream, own) && !slice_read(&stream->slots[!stream->now].slice, own);
}

bool stream_step(struct stream *stream, pfq_error *own)
{
    return read_step(stream, own) || (flows_on(stream, own) && flow_step(stream->flow));
}

bool stream_ahead(struct stream *stream, struct threads_loop *loop, pfq_error *own)
{
    if (reads_on(stream, own) && slice_read_by_threads(&stream->slots[!stream->now].slice, loop))
        return true;
    return flows_on(stream, own) && flow_ahead(stream->flow, loop, own);
}

/* ---- a text that flows ---- */

/* Begins the flow of the next file. */
static pfq_status begin_flow(struct stream *stream, const struct slice_rules *rules,
                             uint64_t slice_bytes, pfq_error *err)
{
    pfq_error own = {0};
    let_go(stream);
    stream->open_file = stream->next_file;
    stream->flow = memory_allocate(1, sizeof *stream->flow, &own);
    pfq_status status = team_conclude(stream->team, &own, err);
    if (!status)
        status = flow_open(stream->team, &stream->source.files[stream->next_file], &rules->fastq,
                           &rules->inflow, slice_bytes, stream->flow, err);
    if (!status)
        stream->flow->used_before = stream->used_before;
    stream->used_before = 0;
    return status;
}

/* What came before a fault in the text has been used up: now it is told. */
static pfq_status tell_fault(const struct flow *flow, pfq_error *err)
{
    if (err)
        *err = flow->inflow.fault;
    return flow->inflow.fault.status;
}

pfq_status stream_flow(struct stream *stream, const struct slice_rules *rules, uint64_t slice_bytes,
                       pfq_error *own, pfq_error *err)
{
    struct stream_slot *const next = &stream->slots[!stream->now];
    pfq_status status = PFQ_OK;
    if (!stream->flow || stream->open_file != stream->next_file)
        status = begin_flow(stream, rules, slice_bytes, err);
    slice_forget(&next->slice);
    if (!status && flow_over(stream->flow)) { /* in front of a fault */
        const struct stream_slot *const now = stream_now(stream);
        return now->active && now->flow == stream->flow ? PFQ_OK : tell_fault(stream->flow, err);
    }
    if (!status)
        status = flow_round(stream->flow, slice_bytes, &next->slice, &next->round_end, own, err);
    if (status)
        return status;
    next->active = true;
    next->flow = stream->flow;
    next->turn = stream->flow->turn;
    next->position = stream->flow->position;
    next->slice.file_index = stream->next_file;
    return PFQ_OK;
}

pfq_status stream_feed(struct stream *stream, pfq_error *own, pfq_error *err)
{
    struct stream_slot *const now = stream_now(stream);
    struct stream_slot *const next = &stream->slots[!stream->now];
    if (!now->active || !now->flow)
        return PFQ_OK;
    const bool same = next->active && next->flow == now->flow;
    const struct flow_part parts[2] = {{&now->slice, now->turn},
                                       {same ? &next->slice : NULL, next->turn}};
    return flow_feed(now->flow, parts, own, err);
}

/* ---- turning the wheel ---- */

void stream_advance(struct stream *stream, int threads, pfq_error *own)
{
    struct threads_loop loop;
    if (threads > 1 && stream_ahead(stream, &loop, own))
        threads_for(threads, loop.n, loop.body, loop.context, own);
    while (read_step(stream, own))
        continue;
    struct stream_slot *done = stream_now(stream);
    struct team_file *file = done->slice.file;
    struct flow *flow = done->flow;
    done->active = false;
    done->slice.file = NULL;
    done->flow = NULL;
    if (file)
        close_unless_used(stream, file);
    end_unless_used(stream, flow);
    stream->now = !stream->now;
    if (stream->stopped) /* read ahead before the bad record was known */
        stream_now(stream)->active = false;
}

void stream_parse(struct stream *stream, uint64_t from, const struct slice_rules *rules,
                  const struct threads_aside *aside, pfq_error *own)
{
    struct stream_slot *slot = stream_now(stream);
    if (!slot->active || own->status)
        return;
    if (stream->started && stream->file == slot->slice.file_index && stream->file_end > from)
        from = stream->file_end;
    slot->from = from > slot->slice.range.begin ? from : slot->slice.range.begin;
    slice_parse(&slot->slice, slot->from, rules, aside, own);
}

uint64_t stream_end(struct stream *stream)
{
    const struct stream_slot *slot = stream_now(stream);
    return slot->active ? slot->slice.end : 0;
}

void stream_words(struct stream *stream, uint64_t words[STREAM_WORDS])
{
    const struct stream_slot *slot = stream_now(stream);
    const struct slice *slice = &slot->slice;
    memset(words, 0, STREAM_WORDS * sizeof *words);
    if (!slot->active)
        return;
    words[STREAM_RECORDS] = slice->records;
    words[STREAM_SEEN] = slice->seen;
    words[STREAM_LINES] = slice->lines;
    words[STREAM_BAD] = slice->bad;
    words[STREAM_TAIL] = slice_tail(slice).size;
}

/* Begins a file: those passed over without a round had no bytes. */
static void enter_file(struct stream *stream, size_t file)
{
    for (size_t i = stream->started ? stream->file + 1 : 0; i <= file; i++) {
        stream->source.files[i].first_row = stream->records;
        stream->files_before += i ? stream->source.files[i - 1].bytes : 0;
    }
    stream->started = true;
    stream->file = file;
    stream->file_end = stream->file_seen = stream->file_lines = 0;
}

/* Gives each fault of this rank its place in the file. */
static void place_faults(struct stream *stream, const uint64_t before[STREAM_WORDS],
                         struct faults *faults, pfq_error *fault, pfq_error *own)
{
    const struct slice *slice = &stream_now(stream)->slice;
    uint64_t seen = stream->file_seen + before[STREAM_SEEN];
    uint64_t lines = stream->file_lines + before[STREAM_LINES];
    for (size_t i = 0; i < slice->count; i++) {
        const struct fastq_chunk *chunk = &slice->chunks[i];
        if (chunk->bad && stream->own_first_bad == UINT64_MAX)
            stream->own_first_bad =
                stream->seen - stream->file_seen + seen + chunk->faults[0].record;
        for (size_t k = 0; k < chunk->fault_count && !own->status; k++) {
            struct faults_entry entry = {(uint64_t)stream->number, stream->file, chunk->faults[k]};
            entry.fault.byte += slice->range.begin;
            entry.fault.line += lines;
            entry.fault.record += seen;
            if (slice->faulty)
                faults_describe(&entry.fault, stream->source.files[stream->file].path, fault);
            else
                faults_add(faults, &entry, own);
        }
        seen += chunk->seen;
        lines += chunk->lines;
    }
}

static void note_widths(struct stream *stream, const struct slice *slice)
{
    for (size_t i = 0; i < slice->count; i++)
        fastq_widths_add(&stream->own_widths, slice->chunks[i].widths);
}

void stream_settle(struct stream *stream, const uint64_t before[STREAM_WORDS],
                   const uint64_t total[STREAM_WORDS], uint64_t end, struct faults *faults,
                   pfq_error *fault, pfq_error *own)
{
    const struct stream_slot *slot = stream_now(stream);
    stream->first = stream->records + before[STREAM_RECORDS];
    stream->first_seen = stream->seen + before[STREAM_SEEN];
    if (!slot->active)
        return;
    if (!stream->started || stream->file != slot->slice.file_index)
        enter_file(stream, slot->slice.file_index);
    stream->first_line = stream->file_lines + before[STREAM_LINES];
    place_faults(stream, before, faults, fault, own);
    note_widths(stream, &slot->slice);
    struct input_file *file = &stream->source.files[stream->file];
    file->records += total[STREAM_RECORDS];
    file->tail_bytes += total[STREAM_TAIL];
    stream->records += total[STREAM_RECORDS];
    stream->seen += total[STREAM_SEEN];
    stream->bad += total[STREAM_BAD];
    stream->file_seen += total[STREAM_SEEN];
    stream->file_lines += total[STREAM_LINES];
    stream->bytes += end > stream->file_end ? end - stream->file_end : 0;
    stream->file_end = end;
    stream->file_bytes = stream->files_before + slot->position;
}

void stream_finish(struct stream *stream)
{
    if (stream->source.count)
        enter_file(stream, stream->source.count - 1);
}

pfq_status stream_finish_indices(struct stream *stream, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < stream->source.count && !status; i++) {
        struct input_file *const file = &stream->source.files[i];
        if (!file->index)
            continue;
        if (stream->bad) {
            index_writer_drop(file->index);
            snprintf(file->index_remark, sizeof file->index_remark,
                     "no index was written: there are bad records");
        } else {
            status = index_writer_finish(file->index, file->text_bytes, file->records,
                                         file->index_remark, err);
            file->has_index = !status && !file->index_remark[0];
        }
        file->index = NULL;
    }
    return status;
}

void stream_release(struct stream *stream)
{
    struct team_file *files[3] = {stream->open, stream->slots[0].slice.file,
                                  stream->slots[1].slice.file};
    for (int i = 0; i < 3; i++) {
        bool seen = false;
        for (int k = 0; k < i; k++)
            seen |= files[k] == files[i];
        if (files[i] && !seen)
            team_file_close(files[i], NULL);
    }
    struct flow *const flows[3] = {stream->flow, stream->slots[0].flow, stream->slots[1].flow};
    stream->flow = stream->slots[0].flow = stream->slots[1].flow = NULL;
    for (int i = 0; i < 3; i++)
        if ((i < 1 || flows[i] != flows[0]) && (i < 2 || flows[i] != flows[1]))
            end_unless_used(stream, flows[i]);
    slice_release(&stream->slots[0].slice);
    slice_release(&stream->slots[1].slice);
    input_source_release(&stream->source);
}
