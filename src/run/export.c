/*
 * HDF5 -> FASTQ: all ranks write one file, round by round.
 *
 * How much text lies before a row follows from two numbers in the file, offset[row] and
 * name_offset[row]. So a rank finds its rows of a round by a handful of tiny reads, without a word
 * to the others: shares of equal bytes, neighbours in the text, at most slice_bytes each (or one
 * record, where that is longer). It reads them, its threads format them, one small sum tells where
 * its text begins. While the threads decode and format the next round, the main thread writes this
 * one, piece by piece. The estimate of the text before a row takes every record to have the style
 * of most; the rare others make a share a little longer, never wrong, because the sum is over the
 * text as it was formatted.
 *
 * Memory of a rank: the text of two shares and the columns of one, which are as long (17 bytes a
 * row more); for ordinary reads a little over three times slice_bytes.
 */
#include "parfastq/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/behind.h"
#include "run/export_choice.h"
#include "run/packed.h"
#include "run/texts.h"
#include "store/seek.h"
#include "store/store.h"
#include "team/team.h"
#include "threads/threads.h"

enum { DEFAULT_SLICE_BYTES = 64 << 20 };

/* One mate on its way out. */
struct stream {
    int mate;      /* 1-based */
    uint8_t style; /* of most rows, with every line ended */
    struct format format;
    uint64_t bases;      /* of all rows of the export */
    struct buffer arena; /* the columns of the batch */
    pfq_batch batch;     /* this rank's rows of the round */
};

struct exporter {
    pfq_team *team;
    const char *input;
    const pfq_export_config *config;
    int threads;
    uint64_t slice_bytes;
    struct store_reader *reader;
    struct export_choice choice;
    struct stream streams[2]; /* choice.mates of them */
    uint64_t text_end;        /* text_before() the last row's end */
    uint64_t tail_first;      /* blank lines that end the input, in text/tail of the first stream */
    uint64_t tail_bytes;
    struct team_file *file;
    struct behind behind;       /* the text of the round before */
    struct threads_aside aside; /* writes the round before */
    struct texts text[2];       /* of this round, and of the one that is being written */
    bool packs;                 /* as BGZF */
    struct packed packed[2];    /* the same */
    int now;
    uint64_t text_done; /* bytes of text, by the whole team */
    uint64_t written;   /* bytes of the file, and those that are to be written next: as many, unless
                           it is packed */
    double begun;
};

/* This rank's rows of a round: [first, end); the next round begins at round_end. */
struct share {
    uint64_t first, end, round_end;
};

static pfq_status bad_offsets(const struct exporter *e, pfq_error *err)
{
    return error_set(err, PFQ_BAD_FILE, e->input, "the offsets of its rows do not rise");
}

static bool write_behind(void *context)
{
    return behind_step(context);
}

/* ---- opening ---- */

static pfq_status check_output(const struct exporter *e, const char *output, pfq_error *err)
{
    if (team_same_file(e->input, output))
        return error_set(err, PFQ_USAGE, output, "the output is the input");
    return PFQ_OK;
}

static pfq_status prepare_packing(struct exporter *e, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int i = 0; i < 2 && !status; i++)
        status = packed_create(e->threads, e->config->level, &e->packed[i], err);
    return status;
}

static pfq_status find_tail(struct exporter *e, pfq_error *err)
{
    if (!e->choice.keeps_end)
        return PFQ_OK;
    const struct store_summary *const summary = store_summary(e->reader);
    const int mate = e->choice.mate[0];
    const uint64_t stored = summary->mate[mate - 1].tail_bytes;
    for (size_t i = 0; i < summary->origins; i++) {
        struct store_origin origin;
        const pfq_status status = store_read_origin(e->reader, i, &origin, err);
        if (status)
            return status;
        if (origin.mate == (uint64_t)mate)
            e->tail_bytes = export_tail_bytes(e->tail_bytes, &origin);
    }
    if (e->tail_bytes > stored)
        return error_set(err, PFQ_BAD_FILE, e->input,
                         "more blank lines are counted than the file holds");
    e->tail_first = stored - e->tail_bytes;
    return PFQ_OK;
}

/* Bytes of text before `row`, if every row had the style of most. */
static pfq_status text_before(void *context, uint64_t row, uint64_t *bytes, pfq_error *err)
{
    struct exporter *const e = context;
    *bytes = 0;
    for (int i = 0; i < e->choice.mates; i++) {
        const struct stream *const s = &e->streams[i];
        uint64_t bases, name_bytes;
        const pfq_status status =
            store_read_offsets(e->reader, s->mate, row, 1, &bases, &name_bytes, err);
        if (status)
            return status;
        *bytes += format_uniform_bytes(&s->format, s->style, row, bases, name_bytes);
    }
    return PFQ_OK;
}

static pfq_status open_stream(struct exporter *e, struct stream *s, int mate, pfq_error *err)
{
    const struct store_mate *const about = &store_summary(e->reader)->mate[mate - 1];
    s->mate = mate;
    s->style = about->style & (uint8_t)~PFQ_STYLE_NO_NEWLINE;
    s->format = (struct format){.fasta = e->config->fasta,
                                .text_offset = about->text_offset,
                                .line_width = about->line_width};
    uint64_t begin, end, names;
    pfq_status status =
        store_read_offsets(e->reader, mate, e->choice.row_begin, 1, &begin, &names, err);
    if (!status)
        status = store_read_offsets(e->reader, mate, e->choice.row_end, 1, &end, &names, err);
    if (!status)
        s->bases = end - begin;
    return status;
}

static pfq_status open_input(struct exporter *e, pfq_error *err)
{
    pfq_status status = store_open(e->input, &e->reader, err);
    if (!status) {
        store_use_threads(e->reader, e->threads);
        store_use_aside(e->reader, e->aside);
    }
    if (!status)
        status = export_choose(store_summary(e->reader), e->input, e->config, &e->choice, err);
    if (!status)
        status = find_tail(e, err);
    for (int i = 0; i < e->choice.mates && !status; i++)
        status = open_stream(e, &e->streams[i], e->choice.mate[i], err);
    if (!status)
        status = text_before(e, e->choice.row_end, &e->text_end, err);
    return status;
}

/* ---- which rows are mine ---- */

/* Depends on the file alone, so that all ranks cut alike. The text that is left is dealt out
 * evenly, which keeps all ranks busy in the last round too. A record longer than the whole round is
 * one rank's. */
static pfq_status cut_round(struct exporter *e, uint64_t row, struct share *share, pfq_error *err)
{
    const uint64_t end = e->choice.row_end;
    const uint64_t ranks = (uint64_t)pfq_team_size(e->team);
    const uint64_t rank = (uint64_t)pfq_team_rank(e->team);
    uint64_t before;
    pfq_status status = text_before(e, row, &before, err);
    if (status)
        return status;
    if (before > e->text_end)
        return bad_offsets(e, err);
    const uint64_t even = (e->text_end - before) / ranks + 1;
    const uint64_t step = even < e->slice_bytes ? even : e->slice_bytes;

    status = store_seek(text_before, e, row, end, before + step * rank, &share->first, err);
    if (!status)
        status = store_seek(text_before, e, row, end, before + step * (rank + 1), &share->end, err);
    if (!status)
        status =
            store_seek(text_before, e, row, end, before + step * ranks, &share->round_end, err);
    if (status)
        return status;
    if (share->round_end == row)
        share->round_end = row + 1;
    if (rank + 1 == ranks)
        share->end = share->round_end;
    return share->first > share->end ? bad_offsets(e, err) : PFQ_OK;
}

/* ---- reading ---- */

static pfq_status read_stream(struct exporter *e, struct stream *s, const struct share *share,
                              pfq_error *err)
{
    uint64_t base[2], name[2];
    pfq_status status =
        store_read_offsets(e->reader, s->mate, share->first, 1, &base[0], &name[0], err);
    if (!status)
        status = store_read_offsets(e->reader, s->mate, share->end, 1, &base[1], &name[1], err);
    if (status)
        return status;
    if (base[1] < base[0] || name[1] < name[0])
        return bad_offsets(e, err);
    const size_t n = share->end - share->first;
    s->batch =
        (pfq_batch){.records = n, .bases = base[1] - base[0], .name_bytes = name[1] - name[0]};
    status = store_lay_out(&s->arena, e->config->fasta ? PFQ_COLUMN_QUALITY : 0, &s->batch, err);
    if (!status)
        status = store_read_rows(e->reader, s->mate, share->first, n, &s->batch, err);
    return status;
}

/* Every record ends with a line end, but the last of the export where the input ended so. */
static void end_lines(struct exporter *e, const struct share *share)
{
    for (int i = 0; i < e->choice.mates; i++) {
        const pfq_batch *const batch = &e->streams[i].batch;
        const bool has_end =
            e->choice.keeps_end && share->end == e->choice.row_end && i + 1 == e->choice.mates;
        const size_t n = batch->records - (has_end ? 1 : 0);
        for (size_t k = 0; k < n; k++)
            batch->style[k] &= (uint8_t)~PFQ_STYLE_NO_NEWLINE;
    }
}

/* ---- formatting ---- */

/* The batches of this rank as text. */
static pfq_status format_share(struct exporter *e, pfq_error *err)
{
    const pfq_batch *batches[PFQ_MAX_MATES];
    struct format formats[PFQ_MAX_MATES];
    for (int i = 0; i < e->choice.mates; i++) {
        batches[i] = &e->streams[i].batch;
        formats[i] = e->streams[i].format;
    }
    return texts_format(&e->text[e->now], e->threads, e->choice.mates, batches, formats, &e->aside,
                        err);
}

/* ---- rounds ---- */

/* Some text in the form the file wants it. */
static pfq_status make_ready(struct exporter *e, struct span text, bool last, struct span *ready,
                             pfq_error *err)
{
    struct packed *const packed = &e->packed[e->now];
    *ready = text;
    if (!e->packs)
        return PFQ_OK;
    const pfq_status status = packed_text(packed, text, last, &ready->size, err);
    ready->data = packed->out;
    return status;
}

/* What a rank does alone in a round: afterwards its text lies in e->text[e->now], and is ready to
 * be written. */
static pfq_status fill(struct exporter *e, uint64_t row, struct share *share, struct span *ready,
                       pfq_error *err)
{
    pfq_status status = cut_round(e, row, share, err);
    if (status || share->first == share->end)
        return status;
    for (int i = 0; i < e->choice.mates && !status; i++)
        status = read_stream(e, &e->streams[i], share, err);
    if (status)
        return status;
    end_lines(e, share);
    status = format_share(e, err);
    const struct texts *const text = &e->text[e->now];
    return status ? status
                  : make_ready(e, (struct span){text->buffer.data, (size_t)text->bytes}, false,
                               ready, err);
}

static uint64_t records_before(const struct exporter *e, uint64_t row)
{
    return (row - e->choice.row_begin) * (uint64_t)e->choice.mates;
}

static void tell_progress(const struct exporter *e, uint64_t row, uint64_t total_bytes)
{
    if (!e->config->progress || pfq_team_rank(e->team) != 0)
        return;
    const bool finished = row == e->choice.row_end; /* then the estimate is over */
    const pfq_progress progress = {.bytes = e->text_done,
                                   .total_bytes = finished ? e->text_done : total_bytes,
                                   .records = records_before(e, row),
                                   .seconds = clock_seconds() - e->begun};
    e->config->progress(e->config->context, &progress);
}

/* One round from row *row, which moves on. A failure of this rank alone is left in `mine`, and all
 * hear of it at the next pulse: then *stop is true, as it is where any rank is told to stop.
 * Returns what went wrong for the whole team. */
static pfq_status turn(struct exporter *e, uint64_t *row, uint64_t total_bytes, bool *stop,
                       pfq_error *mine)
{
    struct share share = {0};
    struct span ready = {NULL, 0};
    e->text[e->now].bytes = 0;
    if (!mine->status)
        fill(e, *row, &share, &ready, mine);
    behind_finish(&e->behind, mine);
    const bool told = e->config->stop && e->config->stop(e->config->context);
    uint64_t pulse[4] = {mine->status != PFQ_OK, ready.size, e->text[e->now].bytes, told};
    uint64_t before = ready.size;
    pfq_status status = team_sum(e->team, pulse, 4, mine);
    *stop = pulse[0] + pulse[3] > 0;
    if (!status && *stop && !pulse[0])
        error_stopped(mine, records_before(e, *row));
    if (status || *stop)
        return status;
    status = team_sum_before(e->team, &before, 1, mine);
    if (status)
        return status;
    behind_put(&e->behind, ready, e->written + before);
    if (e->aside.step)
        e->now = !e->now;
    else
        behind_finish(&e->behind, mine);
    e->written += pulse[1];
    e->text_done += pulse[2];
    *row = share.round_end;
    tell_progress(e, *row, total_bytes);
    return PFQ_OK;
}

static pfq_status append(struct exporter *e, struct span text, bool last, pfq_error *err)
{
    struct span ready;
    pfq_status status = make_ready(e, text, last, &ready, err);
    if (!status && ready.size)
        status = team_file_write(e->file, e->written, ready.data, ready.size, err);
    e->written += ready.size;
    return status;
}

/* By one rank: the blank lines that ended the input, slice by slice, for nobody knows how many they
 * are; and what marks the end of BGZF. */
static pfq_status write_tail(struct exporter *e, pfq_error *err)
{
    uint64_t step = 0;
    struct buffer *const text = &e->text[0].buffer;
    pfq_status status = PFQ_OK;
    for (uint64_t done = 0; done < e->tail_bytes && !status; done += step) {
        const uint64_t left = e->tail_bytes - done;
        step = left < e->slice_bytes ? left : e->slice_bytes;
        status = buffer_reserve(text, step, 0, err);
        if (!status)
            status = store_read_tail(e->reader, e->choice.mate[0], e->tail_first + done, step,
                                     text->data, err);
        if (!status)
            status = append(e, (struct span){text->data, (size_t)step}, false, err);
    }
    return status ? status : append(e, (struct span){NULL, 0}, true, err);
}

/* Writes the file at `path`. Collective; the same outcome and the same error on every rank. */
static pfq_status write_text(struct exporter *e, const char *path, pfq_error *err)
{
    uint64_t row = e->choice.row_begin, begin = 0;
    bool stop = false;
    team_file_open(e->team, path, TEAM_WRITE, &e->file, err);
    e->behind.file = e->file;
    if (!err->status)
        text_before(e, row, &begin, err);
    while (row < e->choice.row_end && !stop) {
        const pfq_status status = turn(e, &row, e->text_end - begin, &stop, err);
        if (status)
            return status;
    }
    if (!stop)
        behind_finish(&e->behind, err);
    if (!err->status && !stop && pfq_team_rank(e->team) == pfq_team_size(e->team) - 1)
        write_tail(e, err);
    e->text_done += e->tail_bytes;
    if (!err->status)
        team_file_sync(e->file, err);
    pfq_error closing = {0};
    const pfq_status status = team_file_close(e->file, &closing);
    e->file = NULL;
    if (status && !err->status)
        *err = closing;
    return team_agree(e->team, row, err);
}

/* ---- the run ---- */

static void count(const struct exporter *e, pfq_counts *counts)
{
    *counts = (pfq_counts){.mates = e->choice.mates, .bytes = e->text_done};
    for (int i = 0; i < e->choice.mates; i++) {
        counts->records[i] = e->choice.row_end - e->choice.row_begin;
        counts->bases[i] = e->streams[i].bases;
    }
    counts->seconds = clock_seconds() - e->begun;
}

static void release(struct exporter *e)
{
    team_file_close(e->file, NULL);
    store_close(e->reader);
    for (int i = 0; i < 2; i++)
        buffer_release(&e->streams[i].arena);
    for (int i = 0; i < 2; i++) {
        texts_release(&e->text[i]);
        packed_destroy(&e->packed[i]);
    }
}

static pfq_status run(struct exporter *e, const char *output, pfq_error *err)
{
    int ranks_here, cpus_here;
    pfq_status status = team_machine(e->team, &ranks_here, &cpus_here, err);
    if (status)
        return status;
    e->threads = threads_count(e->config->threads, ranks_here, cpus_here);
    e->packs = packed_is_wanted(output);
    if (e->threads > 1) /* a rank of one thread leaves the cores to the other ranks */
        e->aside = (struct threads_aside){.step = write_behind, .context = &e->behind};
    if (open_input(e, err) == PFQ_OK && check_output(e, output, err) == PFQ_OK && e->packs)
        prepare_packing(e, err);
    status = team_agree(e->team, 0, err);
    if (status)
        return status;
    struct team_output *draft = NULL;
    status = team_output_create(e->team, output, e->config->force, &draft, err);
    if (status)
        return status;
    status = write_text(e, team_output_path(draft), err);
    if (status) {
        team_output_name(draft, err);
        team_output_discard(draft);
        return status;
    }
    return team_output_publish(draft, err);
}

pfq_status pfq_export(pfq_team *team, const char *input, const char *output,
                      const pfq_export_config *config, pfq_counts *counts, pfq_error *err)
{
    pfq_error outcome = {0};
    struct exporter e = {.team = team, .input = input, .config = config, .begun = clock_seconds()};
    e.slice_bytes = config->slice_bytes ? config->slice_bytes : DEFAULT_SLICE_BYTES;
    const pfq_status status = run(&e, output, &outcome);
    if (!status && counts)
        count(&e, counts);
    if (status && err)
        *err = outcome;
    release(&e);
    return status;
}
