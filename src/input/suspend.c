/*
 * An input that is left between two rounds and taken up again, by as many ranks as there are then.
 *
 * What is settled is the same on every rank and says where each stream goes on: the byte of a text
 * behind the last record, and all that has been counted up to there. A text that flows has to be
 * made once more from its beginning, and what has been used of it is dropped. Beside this each rank
 * holds the names of mates that wait for their partners, and the bad records it has listed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "input/wheel.h"
#include "team/state.h"
#include "team/team.h"

/* A stream, the same on every rank. */
struct stream_words {
    uint64_t files, file, file_end, file_seen, file_lines;
    uint64_t records, seen, bad, bytes, file_bytes, files_before, started, first_bad;
    struct fastq_widths widths;
};

/* A second. A file may be written anew within the one in which it was made. */
#define NANOSECONDS UINT64_C(1000000000)

/* A file: how it looked, and what is known of it. */
struct file_words {
    uint64_t bytes, modified, packed, look;
    uint64_t first_row, records, tail_bytes, text_bytes, wide_text_bytes, listed_text_bytes;
    char remark[INPUT_REMARK_BYTES];
};

enum {
    STREAM_ITEM = sizeof(struct stream_words) / sizeof(uint64_t),
    FILE_ITEM = sizeof(struct file_words) / sizeof(uint64_t),
    FAULT_ITEM = sizeof(struct faults_entry) / sizeof(uint64_t),
    ROW_ITEM = sizeof(struct mates_row) / sizeof(uint64_t),
    LOOK_BYTES = 64 * 1024
};

static bool is_root(const struct input *input)
{
    return pfq_team_rank(input->team) == 0;
}

static void name_rows(int mate, char name[STATE_NAME_BYTES])
{
    snprintf(name, STATE_NAME_BYTES, "mates.%d", mate);
}

/* ---- how a file looks ---- */

static uint64_t hash_bytes(uint64_t hash, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* A hash of the beginning and the end: more than date and size tell, and cheap. Rank 0. */
static void look_at(pfq_team *team, const struct input_file *file, uint8_t *scratch, uint64_t *look,
                    pfq_error *own)
{
    const size_t n = file->bytes < LOOK_BYTES ? (size_t)file->bytes : LOOK_BYTES;
    struct team_file *opened = NULL;
    *look = UINT64_C(0xcbf29ce484222325);
    if (own->status || input_file_open(team, file, &opened, own))
        return;
    if (!team_file_read(opened, 0, scratch, n, own))
        *look = hash_bytes(*look, scratch, n);
    if (!own->status && !team_file_read(opened, file->bytes - n, scratch, n, own))
        *look = hash_bytes(*look, scratch, n);
    team_file_close(opened, NULL);
}

/* ---- saving ---- */

static struct stream_words words_of_stream(const struct stream *stream, struct fastq_widths widths)
{
    return (struct stream_words){
        .files = stream->source.count,
        .file = stream->file,
        .file_end = stream->file_end,
        .file_seen = stream->file_seen,
        .file_lines = stream->file_lines,
        .records = stream->records,
        .seen = stream->seen,
        .bad = stream->bad,
        .bytes = stream->bytes,
        .file_bytes = stream->file_bytes,
        .files_before = stream->files_before,
        .started = stream->started,
        .first_bad = stream->first_bad,
        .widths = widths,
    };
}

static size_t count_files(const struct input *input)
{
    size_t files = 0;
    for (int i = 0; i < input->count; i++)
        files += input->streams[i].source.count;
    return files;
}

/* Rank 0: all files, stream by stream. */
static void list_files(const struct input *input, struct file_words *list, pfq_error *own)
{
    struct buffer scratch = {0};
    if (buffer_reserve(&scratch, LOOK_BYTES, 0, own))
        return;
    for (int i = 0; i < input->count; i++)
        for (size_t k = 0; k < input->streams[i].source.count; k++, list++) {
            const struct input_file *const file = &input->streams[i].source.files[k];
            *list = (struct file_words){
                .bytes = file->bytes,
                .modified = (uint64_t)file->modified * NANOSECONDS + (uint64_t)file->nanoseconds,
                .packed = (uint64_t)file->packed,
                .first_row = file->first_row,
                .records = file->records,
                .tail_bytes = file->tail_bytes,
                .text_bytes = file->text_bytes,
                .wide_text_bytes = file->wide_text_bytes,
                .listed_text_bytes = file->listed_text_bytes,
            };
            memcpy(list->remark, file->remark, sizeof list->remark);
            look_at(input->team, file, scratch.data, &list->look, own);
        }
    buffer_release(&scratch);
}

static pfq_status save_streams(struct input *input, struct team_state *state, pfq_error *err)
{
    struct stream_words streams[MAX_STREAMS];
    struct fastq_widths widths[PFQ_MAX_MATES];
    const size_t files = is_root(input) ? count_files(input) : 0;
    const size_t count = is_root(input) ? (size_t)input->count : 0;
    pfq_error own = {0};
    pfq_status status = input_widths(input, widths, err);
    if (status)
        return status;
    for (int i = 0; i < input->count; i++)
        streams[i] = words_of_stream(&input->streams[i], widths[i]);
    struct file_words *const list = memory_allocate(files, sizeof *list, &own);
    if (list && files)
        list_files(input, list, &own);
    status = team_conclude(input->team, &own, err);
    if (!status)
        status = state_put(state, "streams", streams, count, STREAM_ITEM, err);
    if (!status)
        status = state_put(state, "files", list, files, FILE_ITEM, err);
    free(list);
    return status;
}

/* The first bad records of all ranks. */
static pfq_status save_faults(struct input *input, struct team_state *state, pfq_error *err)
{
    struct faults_entry *entries = NULL;
    size_t n = 0;
    pfq_status status = faults_gather(input->team, &input->faults, &entries, &n, err);
    if (!status)
        status = state_put(state, "faults", entries, n, FAULT_ITEM, err);
    free(entries);
    return status;
}

pfq_status input_save(struct input *input, struct team_state *state, pfq_error *err)
{
    pfq_status status = save_streams(input, state, err);
    if (!status)
        status = save_faults(input, state, err);
    if (!status)
        status = state_put(state, "checked", &input->mates.checked, is_root(input), 1, err);
    for (int mate = 0; mate < input->mates.count && !status; mate++) {
        char name[STATE_NAME_BYTES];
        const struct mates_list *const list = &input->mates.lists[mate];
        name_rows(mate, name);
        status = state_put(state, name, list->rows, list->count, ROW_ITEM, err);
    }
    return status;
}

/* ---- taking up ---- */

static pfq_status another_input(pfq_error *err)
{
    return error_set(err, PFQ_USAGE, NULL,
                     "the checkpoint is of another input; remove it to begin anew");
}

/* Rank 0: every file is the one it was. */
static void compare_files(const struct input *input, const struct file_words *then, pfq_error *own)
{
    const size_t files = count_files(input);
    struct file_words *const now = memory_allocate(files, sizeof *now, own);
    if (now)
        list_files(input, now, own);
    size_t at = 0;
    for (int i = 0; i < input->count && now; i++)
        for (size_t k = 0; k < input->streams[i].source.count; k++, at++)
            if (!own->status &&
                (now[at].bytes != then[at].bytes || now[at].modified != then[at].modified ||
                 now[at].packed != then[at].packed || now[at].look != then[at].look))
                error_set(own, PFQ_USAGE, input->streams[i].source.files[k].path,
                          "has changed since the checkpoint was made; remove the checkpoint to "
                          "begin anew");
    free(now);
}

static void restore_files(struct stream *stream, const struct file_words *list)
{
    for (size_t k = 0; k < stream->source.count; k++) {
        struct input_file *const file = &stream->source.files[k];
        file->first_row = list[k].first_row;
        file->records = list[k].records;
        file->tail_bytes = list[k].tail_bytes;
        file->text_bytes = list[k].text_bytes;
        file->wide_text_bytes = list[k].wide_text_bytes;
        file->listed_text_bytes = list[k].listed_text_bytes;
        memcpy(file->remark, list[k].remark, sizeof file->remark);
    }
}

static void restore_stream(struct stream *stream, const struct stream_words *words)
{
    stream->file = stream->next_file = (size_t)words->file;
    stream->file_end = words->file_end;
    stream->file_seen = words->file_seen;
    stream->file_lines = words->file_lines;
    stream->records = words->records;
    stream->seen = words->seen;
    stream->bad = words->bad;
    stream->bytes = words->bytes;
    stream->file_bytes = words->file_bytes;
    stream->files_before = words->files_before;
    stream->started = words->started;
    stream->first_bad = stream->own_first_bad = words->first_bad;
    stream->own_widths = words->widths;
    if (input_file_plain(&stream->source.files[stream->next_file]))
        stream->next_start = words->file_end;
    else
        stream->used_before = words->file_end;
}

/* Do these streams have the files that the state tells of? */
static bool same_streams(const struct input *input, const struct stream_words *words, size_t n,
                         size_t files)
{
    bool same = n == (size_t)input->count && files == count_files(input);
    for (size_t i = 0; i < n && same; i++)
        same = words[i].files == input->streams[i].source.count && words[i].file < words[i].files;
    return same;
}

static pfq_status restore_streams(struct input *input, struct team_state *state, pfq_error *err)
{
    struct stream_words *streams = NULL;
    struct file_words *files = NULL;
    size_t n = 0, file_count = 0;
    pfq_error own = {0};
    pfq_status status = state_get_all(state, "streams", STREAM_ITEM, &streams, &n, err);
    if (!status)
        status = state_get_all(state, "files", FILE_ITEM, &files, &file_count, err);
    if (!status && !same_streams(input, streams, n, file_count))
        another_input(&own); /* the same on every rank */
    else if (!status && is_root(input))
        compare_files(input, files, &own);
    if (!status)
        status = team_conclude(input->team, &own, err);
    const struct file_words *of_stream = files;
    for (int i = 0; i < input->count && !status; i++) {
        restore_files(&input->streams[i], of_stream);
        restore_stream(&input->streams[i], &streams[i]);
        of_stream += input->streams[i].source.count;
    }
    free(streams);
    free(files);
    return status;
}

static pfq_status restore_faults(struct input *input, struct team_state *state, pfq_error *err)
{
    struct faults_entry *entries = NULL;
    size_t n = 0;
    const pfq_status status = state_get_all(state, "faults", FAULT_ITEM, &entries, &n, err);
    for (size_t i = 0; i < n && !status && is_root(input); i++)
        if (entries[i].stream < MAX_STREAMS)
            faults_add(&input->faults, &entries[i], &input->own);
    free(entries);
    return status;
}

static int by_row(const void *a, const void *b)
{
    const struct mates_row *const one = a, *const other = b;
    return (one->row > other->row) - (one->row < other->row);
}

/* Each rank takes some of the rows that wait, in order. */
static pfq_status restore_rows(struct input *input, int mate, struct team_state *state,
                               pfq_error *err)
{
    struct mates_list *const list = &input->mates.lists[mate];
    char name[STATE_NAME_BYTES];
    name_rows(mate, name);
    free(list->rows);
    *list = (struct mates_list){0};
    const pfq_status status =
        state_get_share(state, name, ROW_ITEM, &list->rows, &list->count, err);
    list->capacity = list->count;
    if (!status && list->count)
        qsort(list->rows, list->count, sizeof *list->rows, by_row);
    return status;
}

pfq_status input_restore(struct input *input, struct team_state *state, pfq_error *err)
{
    uint64_t *checked = NULL;
    size_t n = 0;
    pfq_status status = restore_streams(input, state, err);
    if (!status)
        status = restore_faults(input, state, err);
    if (!status)
        status = state_get_all(state, "checked", 1, &checked, &n, err);
    if (!status)
        input->mates.checked = n ? checked[0] : 0;
    for (int mate = 0; mate < input->mates.count && !status; mate++)
        status = restore_rows(input, mate, state, err);
    free(checked);
    return status;
}
