/*
 * Noting the names of rows, comparing those that all mates have reached, and judging where the
 * mates end.
 */
#include "input/pairs.h"

#include "fastq/names.h"
#include "input/wheel.h"
#include "team/team.h"

enum { LINES_PER_RECORD = 4 };
#define MOST_FILES UINT64_C(0xffffff)     /* that fit into a row */
#define MOST_LINES UINT64_C(0xffffffffff) /* the same */

/* The mate (0-based) and row of record `number` (over all lanes) of a stream. */
static int mate_of(const struct input *input, int stream, uint64_t number, uint64_t *row)
{
    *row = input->interleaved ? number / 2 : number;
    return input->interleaved ? (int)(number % 2) : stream;
}

/* Notes the rows of one slice: the keys of their names, and where they lie. Numbers behind a bad
 * record that was skipped mean nothing, and are never asked for (pairs_until). */
static void note_rows(struct input *input, int stream_number)
{
    struct stream *stream = &input->streams[stream_number];
    const struct slice *slice = &stream_now(stream)->slice;
    const struct input_file *const file = &stream->source.files[stream->file];
    uint64_t number = stream->first_seen;
    uint64_t further = stream->first_line - LINES_PER_RECORD * (number - file->first_row);
    for (size_t c = 0; c < slice->count && !input->own.status; c++) {
        const struct fastq_chunk *chunk = &slice->chunks[c];
        for (int mate = 0; mate < input->mates.count; mate++)
            if (mates_reserve(&input->mates, mate, chunk->count, &input->own))
                return;
        for (size_t i = 0; i < chunk->count; i++, number++) {
            const struct scan_record *const record = &chunk->records[i];
            const struct fastq_place place = fastq_place_of(chunk, slice_text(slice), record);
            const struct fastq_unwrapped origin = fastq_origin_of(chunk, record);
            uint64_t row;
            const int mate = mate_of(input, stream_number, number, &row);
            const struct fastq_name_keys keys = fastq_name_keys(place.name, record->name, mate + 1);
            struct mates_list *list = &input->mates.lists[mate];
            list->rows[list->count++] =
                (struct mates_row){.row = row,
                                   .whole = keys.whole,
                                   .dotted = keys.dotted,
                                   .byte = slice->range.begin + chunk->begin + origin.begin,
                                   .file = stream->file & MOST_FILES,
                                   .further_lines = further & MOST_LINES};
            further += origin.lines - LINES_PER_RECORD;
        }
        number = number - chunk->count + chunk->seen;
    }
}

/* Where mates can be compared ends at the first bad record that was skipped: learns its number,
 * once. */
static pfq_status agree_first_bad(struct input *input, pfq_error *err)
{
    uint64_t first[MAX_STREAMS];
    bool news = false;
    for (int i = 0; i < input->count; i++) {
        news |= input->streams[i].bad && input->streams[i].first_bad == UINT64_MAX;
        first[i] = input->streams[i].own_first_bad;
    }
    if (!news)
        return PFQ_OK;
    const pfq_status status = team_min(input->team, first, (size_t)input->count, err);
    for (int i = 0; i < input->count; i++)
        input->streams[i].first_bad = first[i];
    return status;
}

pfq_status pairs_note(struct input *input, pfq_error *err)
{
    const pfq_status status = agree_first_bad(input, err);
    for (int i = 0; i < input->count && !status && input->mates.count; i++)
        if (stream_now(&input->streams[i])->active && !input->pairs_judged)
            note_rows(input, i);
    return status;
}

/* Rows that all mates have reached, all before the first bad record. */
static uint64_t pairs_until(const struct input *input)
{
    uint64_t until = UINT64_MAX;
    for (int i = 0; i < input->count; i++) {
        const struct stream *stream = &input->streams[i];
        const uint64_t good = stream->first_bad < stream->seen ? stream->first_bad : stream->seen;
        until = good < until ? good : until;
    }
    return input->interleaved ? until / 2 : until;
}

/* Reads the name of a row this rank holds back from its file, for a message. */
static void recall_name(struct input *input, int mate, uint64_t row, pfq_error *name)
{
    const struct mates_row *held = mates_find(&input->mates, mate, row);
    if (!held)
        return;
    const struct stream *stream = &input->streams[input->interleaved ? 0 : mate];
    const struct input_file *file = &stream->source.files[held->file];
    uint8_t text[256];
    struct team_file *handle;
    size_t bytes = sizeof text;
    error_set(name, PFQ_NOT_A_PAIR, file->path, "(unreadable)");
    const uint64_t number = input->interleaved ? 2 * row + (uint64_t)mate : row;
    name->record = number - file->first_row + 1;
    name->line = LINES_PER_RECORD * (name->record - 1) + held->further_lines + 1;
    name->byte = held->byte;
    if (file->bytes - held->byte < bytes)
        bytes = (size_t)(file->bytes - held->byte);
    if (team_file_open(input->team, file->path, TEAM_READ, &handle, NULL))
        return;
    if (!team_file_read(handle, held->byte, text, bytes, NULL)) {
        size_t end = 1;
        while (end < bytes && text[end] != '\n' && text[end] != '\r')
            end++;
        error_escape(name->message, 256, text + 1, end - 1);
    }
    team_file_close(handle, NULL);
}

/* The place and name of a row, from the rank that holds it to all. */
static pfq_status share_name(struct input *input, int mate, uint64_t row, pfq_error *name,
                             pfq_error *err)
{
    uint64_t holder =
        mates_find(&input->mates, mate, row) ? (uint64_t)pfq_team_rank(input->team) : UINT64_MAX;
    error_set(name, PFQ_NOT_A_PAIR, NULL, "?");
    recall_name(input, mate, row, name);
    pfq_status status = team_min(input->team, &holder, 1, err);
    if (!status && holder != UINT64_MAX)
        status = team_share(input->team, (int)holder, name, sizeof *name, err);
    return status;
}

static pfq_status name_mismatch(struct input *input, uint64_t row, int mate, pfq_error *err)
{
    pfq_error leader, other;
    pfq_status status = share_name(input, 0, row, &leader, err);
    if (!status)
        status = share_name(input, mate, row, &other, err);
    if (status)
        return status;
    error_set(err, PFQ_NOT_A_PAIR, other.file,
              "read '%.250s' is not the mate of '%.250s' (mate 1, record %llu)", other.message,
              leader.message, (unsigned long long)leader.record);
    if (err) {
        err->line = other.line;
        err->record = other.record;
        err->byte = other.byte;
    }
    return PFQ_NOT_A_PAIR;
}

/* Does a fault behind so many good rows of a stream not matter any more? */
static bool behind_all(const struct input *input, uint64_t rows)
{
    return input->rows && (input->interleaved ? rows / 2 : rows) >= input->rows;
}

/* Compares the names of the rows that all mates have reached. */
static pfq_status compare_names(struct input *input, pfq_error *err)
{
    const uint64_t until = pairs_until(input);
    uint64_t row = UINT64_MAX;
    int mate = 0;
    pfq_status status = PFQ_OK;
    if (input->check_names)
        status = mates_compare(&input->mates, until, &row, &mate, &input->own, err);
    if (!status && row != UINT64_MAX && !(input->rows && row >= input->rows))
        status = name_mismatch(input, row, mate, err);
    if (!status)
        mates_drop(&input->mates, until);
    return status;
}

/* A read of `mate` at `row` has no counterpart in the mate `missing`. */
static pfq_status no_mate(struct input *input, int mate, uint64_t row, int missing, pfq_error *err)
{
    pfq_error name;
    const pfq_status status = share_name(input, mate, row, &name, err);
    if (status)
        return status;
    error_set(err, PFQ_NO_MATE, name.file,
              "read '%.250s' has no mate: mate %d ends after %llu reads", name.message, missing + 1,
              (unsigned long long)row);
    if (err) {
        err->line = name.line;
        err->record = name.record;
        err->byte = name.byte;
    }
    return PFQ_NO_MATE;
}

/* Is this stream at its end: all planned, and nothing in flight? */
static bool ended(struct stream *stream)
{
    return stream_planned(stream) && !stream->slots[!stream->now].active;
}

/* What a round tells about the input. */
enum outcome {
    GO_ON,     /* nothing wrong so far */
    UNDECIDED, /* something is, but a mate that lags behind may hold an earlier fault */
    DECIDED
};

/* The rows of a stream that are good and in step: all before its first bad record. */
static uint64_t good_rows(const struct stream *stream)
{
    return stream->first_bad < stream->records ? stream->first_bad : stream->records;
}

/* Has the stream met a bad record, be it the end of the run or skipped? */
static bool halted(const struct stream *stream)
{
    return stream->stopped || stream->first_bad != UINT64_MAX;
}

/* Looks for the first row, in the order of a reader that takes one record of each mate in turn, at
 * which a stream is bad, or ended while another goes on. DECIDED: at *row in stream *where. */
static enum outcome judge(struct input *input, uint64_t *row, int *where)
{
    *row = UINT64_MAX;
    for (int i = 0; i < input->count; i++) {
        struct stream *stream = &input->streams[i];
        if ((!halted(stream) && !ended(stream)) || behind_all(input, good_rows(stream)))
            continue;
        if (good_rows(stream) < *row ||
            (good_rows(stream) == *row && halted(stream) && !halted(&input->streams[*where]))) {
            *row = good_rows(stream);
            *where = i;
        }
    }
    if (*row == UINT64_MAX)
        return GO_ON;
    bool wrong = halted(&input->streams[*where]), lagging = false;
    for (int i = 0; i < input->count; i++) {
        struct stream *stream = &input->streams[i];
        wrong |= good_rows(stream) > *row;
        lagging |= !halted(stream) && !ended(stream) && good_rows(stream) <= *row;
    }
    return !wrong ? GO_ON : lagging ? UNDECIDED : DECIDED;
}

/* The first stream with more than `row` good rows. */
static int longer_stream(const struct input *input, uint64_t row)
{
    int i = 0;
    while (i < input->count - 1 && good_rows(&input->streams[i]) <= row)
        i++;
    return i;
}

/* Has a bad record stopped a stream, and are all mates there? A skipped bad record is no error
 * here, but nothing is said of the mates behind it. */
static pfq_status check_counts(struct input *input, bool *deliver, pfq_error *err)
{
    uint64_t row;
    int where = 0;
    const enum outcome outcome = judge(input, &row, &where);
    *deliver = outcome != UNDECIDED || input->rules.fastq.skip;
    struct stream *stream = &input->streams[where];
    if (outcome == DECIDED && stream->stopped) {
        if (err)
            *err = stream->error;
        return stream->error.status;
    }
    input->pairs_judged = outcome == DECIDED;
    if (outcome == DECIDED)
        return halted(stream) ? PFQ_OK : no_mate(input, longer_stream(input, row), row, where, err);
    if (input->interleaved && ended(stream) && !halted(stream) && stream->records % 2 &&
        !behind_all(input, stream->records))
        return no_mate(input, 0, stream->records / 2, 1, err);
    return PFQ_OK;
}

pfq_status pairs_conclude(struct input *input, bool *deliver, pfq_error *err)
{
    *deliver = true;
    if (input->pairs_judged)
        return PFQ_OK;
    pfq_error own = {0};
    pfq_status status = PFQ_OK;
    if (input->mates.count)
        status = compare_names(input, &own);
    if (!status)
        status = check_counts(input, deliver, &own);
    const bool keep =
        input->rules.fastq.skip && (status == PFQ_NOT_A_PAIR || status == PFQ_NO_MATE);
    if (status && err)
        *err = own;
    if (keep)
        input->pair_error = own;
    input->pairs_judged |= keep;
    if (input->pairs_judged)
        mates_drop(&input->mates, UINT64_MAX);
    return keep ? PFQ_OK : status;
}
