/*
 * One stream, local work only: nothing here communicates.
 */
#include "input/stream.h"

#include <string.h>

/* Goes to the next file that holds bytes; stops at the last one. */
static void skip_finished_files(struct stream *stream)
{
    const struct input_source *source = &stream->source;
    while (stream->next_file < source->count &&
           stream->next_start == source->files[stream->next_file].bytes) {
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

static void open_next(struct stream *stream, pfq_error *own)
{
    if (stream->open && stream->open_file == stream->next_file)
        return;
    struct team_file *old = stream->open;
    stream->open = NULL;
    close_unless_used(stream, old);
    pfq_error err;
    const struct input_file *const next = &stream->source.files[stream->next_file];
    if (next->text ? team_file_of_memory(next->text, next->bytes, next->path, &stream->open, &err)
                   : team_file_open(stream->team, next->path, TEAM_READ, &stream->open, &err)) {
        stream->open = NULL;
        if (!own->status)
            *own = err;
    }
    stream->open_file = stream->next_file;
}

void stream_request(struct stream *stream, bool wanted, uint64_t slice_bytes,
                    struct share_request *request, pfq_error *own)
{
    *request = (struct share_request){0};
    skip_finished_files(stream);
    if (!wanted || stream_planned(stream))
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
    stream->next_start = next->round_end = request->end;
    if (!own->status)
        slice_begin(slice, own);
}

bool stream_step(struct stream *stream, pfq_error *own)
{
    struct stream_slot *next = &stream->slots[!stream->now];
    if (!next->active || stream->stopped || own->status || !slice_unread(&next->slice))
        return false;
    return !slice_read(&next->slice, own);
}

void stream_advance(struct stream *stream, pfq_error *own)
{
    while (stream_step(stream, own))
        continue;
    struct stream_slot *done = stream_now(stream);
    struct team_file *file = done->slice.file;
    done->active = false;
    done->slice.file = NULL;
    if (file)
        close_unless_used(stream, file);
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
    for (size_t i = stream->started ? stream->file + 1 : 0; i <= file; i++)
        stream->source.files[i].first_row = stream->records;
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
    place_faults(stream, before, faults, fault, own);
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
}

void stream_finish(struct stream *stream)
{
    if (stream->source.count)
        enter_file(stream, stream->source.count - 1);
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
    slice_release(&stream->slots[0].slice);
    slice_release(&stream->slots[1].slice);
    input_source_release(&stream->source);
}
