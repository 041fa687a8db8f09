/*
 * convert: FASTQ in, HDF5 out. The whole pipeline is `turn`: the next parsed round, its batches,
 * their rows in the file. In one loop threads encode the round before, read the round behind (or
 * leave that to the main thread), and parse this one, while the main thread writes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/counting.h"
#include "run/filtering.h"
#include "run/resume.h"
#include "run/stats.h"
#include "store/store.h"
#include "team/team.h"

enum { BAD_DATA_EXIT_CODE = 1 };

struct convert {
    pfq_team *team;
    struct reading *reading; /* that one, or that of the filtering */
    struct reading plain;
    bool filters;
    struct filtering filtering;
    struct counting counting;
    struct batches {
        pfq_batch *list;
        size_t count, capacity;
    } batches[2][PFQ_MAX_MATES]; /* of this round, and of the one that is being written */
    int now;
    struct characters characters;
    pfq_compression compression;
    bool qc;
    struct stats_counted counted; /* of this rank, where qc is set */
    char *summary;                /* of rank 0 */
    struct store *store;
    struct team_output *output;
    struct resume resume;
    pfq_error own; /* what failed on this rank since the last agreement */
};

/* Refuses an output that is an input under the same or another name, which --force would replace.
 */
static pfq_status spare_inputs(pfq_team *team, const pfq_reads *reads, const char *output,
                               pfq_error *err)
{
    pfq_error own = {0};
    for (int mate = 0; mate < reads->mates && pfq_team_rank(team) == 0; mate++)
        for (size_t i = 0; i < reads->lanes[mate]; i++)
            if (team_same_file(reads->files[mate][i], output))
                error_set(&own, PFQ_USAGE, output, "the output is an input");
    const pfq_status status = team_conclude(team, &own, err);
    return status;
}

/* What the main thread does beside all loops, before it reads ahead. */
static bool write_rows(void *context)
{
    struct convert *convert = context;
    return convert->store && store_step(convert->store);
}

/* What all threads do beside all loops: they encode. */
static size_t encode_rows(void *context, struct threads_loop *loops)
{
    struct convert *convert = context;
    return convert->store ? store_more(convert->store, loops) : 0;
}

/* Says what readers will need. */
static void warn_of_plugin(const struct convert *convert)
{
    if (convert->compression.method == PFQ_COMPRESS_ZSTD)
        reading_warn(convert->reading,
                     "zstd is not a stock filter of HDF5: who reads this file needs the plugin for "
                     "filter 32015 (in Python: import hdf5plugin)");
}

/* What makes no sense together. */
static pfq_status check_config(const pfq_convert_config *config, pfq_error *err)
{
    if (config->columns & ~(unsigned)PFQ_COLUMNS_ALL)
        return error_set(err, PFQ_USAGE, NULL, "there is no column with the bit %u",
                         config->columns & ~(unsigned)PFQ_COLUMNS_ALL);
    if ((unsigned)config->bases > PFQ_BASES_CODE || (unsigned)config->scores > PFQ_SCORES_BIN8)
        return error_set(err, PFQ_USAGE, NULL, "there is no such form of bases or scores");
    if (config->scores == PFQ_SCORES_BIN8 && config->parse.quality_encoding == PFQ_QUALITY_SOLEXA)
        return error_set(err, PFQ_USAGE, NULL, "the bins are of Phred scores, not of Solexa's");
    const bool whole = !config->columns || config->columns == PFQ_COLUMNS_ALL;
    if (config->index_names && !whole && !(config->columns & PFQ_COLUMN_NAME))
        return error_set(err, PFQ_USAGE, NULL,
                         "there are no names to index without the column name");
    if (config->qc && (!whole || config->bases || config->scores))
        return error_set(
            err, PFQ_USAGE, NULL,
            "statistics are of reads as they come: of all columns, and in no other form");
    if (config->resume && filter_wanted(&config->filter))
        return error_set(err, PFQ_UNSUPPORTED, NULL,
                         "a checkpoint does not hold what filters have counted: --resume goes "
                         "with reads as they come");
    return PFQ_OK;
}

/* Columns that are not wanted. */
static unsigned left_out(const pfq_convert_config *config)
{
    return config->columns ? PFQ_COLUMNS_ALL & ~config->columns : 0;
}

/* A failure is agreed on in the first turn. */
static void begin_qc(struct convert *convert, const pfq_reads *reads,
                     const pfq_convert_config *config)
{
    if (!config->qc)
        return;
    stats_name_mates(reads, &convert->counted);
    convert->counted.format = "FASTQ";
    convert->counted.encoding = config->parse.quality_encoding;
    tallying_begin(&convert->counted.tallying, reads->interleaved ? 2 : reads->mates,
                   reads->interleaved, convert->reading->input_config.threads, true, &convert->own);
}

/* What is read of a pipe is gone. */
static pfq_status refuse_pipes(const struct convert *convert, pfq_error *err)
{
    const struct input *const input = convert->reading->input;
    for (int i = 0; i < input_streams(input) && convert->resume.wanted; i++)
        for (size_t k = 0; k < input_source(input, i)->count; k++)
            if (input_source(input, i)->files[k].piped)
                return error_set(err, PFQ_UNSUPPORTED, input_source(input, i)->files[k].path,
                                 "a pipe, which cannot be read again: --resume is for files");
    return PFQ_OK;
}

/* ---- between two runs ---- */

/* What this file has counted itself, of all ranks; in a state, of rank 0. */
struct convert_words {
    uint64_t low, high, records[PFQ_MAX_MATES], bases[PFQ_MAX_MATES];
};

enum { CONVERT_WORDS = sizeof(struct convert_words) / sizeof(uint64_t) };

static pfq_status save_counts(struct convert *convert, struct team_state *state, pfq_error *err)
{
    struct convert_words words = {.low = convert->characters.low, .high = convert->characters.high};
    memcpy(words.records, convert->counting.records, sizeof words.records);
    memcpy(words.bases, convert->counting.bases, sizeof words.bases);
    pfq_status status = team_min(convert->team, &words.low, 1, err);
    if (!status)
        status = team_max(convert->team, &words.high, 1, err);
    if (!status)
        status = team_sum(convert->team, words.records, PFQ_MAX_MATES, err);
    if (!status)
        status = team_sum(convert->team, words.bases, PFQ_MAX_MATES, err);
    return status ? status
                  : state_put(state, "convert", &words, pfq_team_rank(convert->team) == 0,
                              CONVERT_WORDS, err);
}

static pfq_status restore_counts(struct convert *convert, pfq_error *err)
{
    struct convert_words *words = NULL;
    size_t n = 0;
    const pfq_status status =
        state_get_all(convert->resume.state, "convert", CONVERT_WORDS, &words, &n, err);
    if (!status && n == 1 && pfq_team_rank(convert->team) == 0) {
        convert->characters.low = (uint8_t)words->low;
        convert->characters.high = (uint8_t)words->high;
        memcpy(convert->counting.records, words->records, sizeof words->records);
        memcpy(convert->counting.bases, words->bases, sizeof words->bases);
    }
    free(words);
    return status;
}

/* Goes on from where another run was stopped. */
static pfq_status restore(struct convert *convert, pfq_error *err)
{
    struct team_state *const state = convert->resume.state;
    if (!state)
        return PFQ_OK;
    pfq_status status = team_conclude(convert->team, &convert->own, err);
    if (!status)
        status = store_restore(convert->store, state, err);
    if (!status)
        status = restore_counts(convert, err);
    if (!status && convert->qc)
        status = tallying_restore(&convert->counted.tallying, convert->team, state, err);
    if (!status)
        resume_close(&convert->resume);
    return status;
}

/* Everything that is not in the file. */
static pfq_status save_all(struct convert *convert, struct team_state *state, pfq_error *err)
{
    pfq_status status = store_save(convert->store, state, err);
    if (!status)
        status = input_save(convert->reading->input, state, err);
    if (!status)
        status = save_counts(convert, state, err);
    if (!status && convert->qc)
        status = tallying_save(&convert->counted.tallying, convert->team, state, err);
    return status;
}

/* Leaves a checkpoint behind the round that was appended last. */
static pfq_status suspend(struct convert *convert, const pfq_reads *reads,
                          const pfq_convert_config *config, pfq_error *err)
{
    struct team_output *draft = NULL;
    struct team_state *state = NULL;
    pfq_status status = team_conclude(convert->team, &convert->own, err);
    if (!status)
        status = resume_begin(&convert->resume, reads, config, &convert->compression, &draft,
                              &state, err);
    if (!status)
        status = save_all(convert, state, err);
    if (!status)
        return resume_publish(&convert->resume, convert->output, draft, state, err);
    state_close(state);
    team_output_discard(draft);
    return status;
}

/* Creates the output, or takes up what was left of it. */
static pfq_status begin_output(struct convert *convert, const char *output, bool force,
                               pfq_error *err)
{
    if (convert->resume.lost)
        reading_warn(convert->reading, "%s is of a file that is not there; beginning anew",
                     convert->resume.checkpoint);
    if (!convert->resume.state)
        return team_output_create(convert->team, output, force, &convert->output, err);
    return team_output_take_up(convert->team, output, force, convert->resume.partial,
                               &convert->output, err);
}

/* Creates the output and the means of filling it. */
static pfq_status prepare(struct convert *convert, const pfq_reads *reads, const char *output,
                          const pfq_convert_config *config, pfq_error *err)
{
    const pfq_parser_config *parse = &config->parse;
    const struct store_config store = {
        .mates = reads->interleaved ? 2 : reads->mates,
        .layout = reads->interleaved ? "interleaved"
                  : reads->mates > 1 ? "paired"
                                     : "single",
        .encoding = parse->quality_encoding ? parse->quality_encoding : PFQ_QUALITY_SANGER,
        .writer = config->writer ? config->writer : PFQ_WRITER_DIRECT,
        .compression = convert->compression,
        .without = left_out(config),
        .bases = config->bases,
        .scores = config->scores,
        .threads = convert->reading->input_config.threads,
        .aside = input_aside(convert->reading->input),
        .command = config->command,
        .index_names = config->index_names,
        .align = config->align_bytes,
    };
    counting_begin(&convert->counting, reads);
    if (!convert->filters)
        begin_qc(convert, reads, config);
    pfq_status status = spare_inputs(convert->team, reads, output, err);
    if (!status)
        status = refuse_pipes(convert, err);
    if (!status)
        status = begin_output(convert, output, config->force, err);
    if (!status)
        status = store_create(convert->team, team_output_path(convert->output), &store,
                              &convert->store, err);
    return status ? status : restore(convert, err);
}

/* The batches of one stream, behind each other: of its mate, or of both mates that take turns in
 * it.
 */
static pfq_status list_batches(struct convert *convert, const struct input_slice *slice, int mate,
                               int deal, pfq_error *err)
{
    uint64_t number = slice->first;
    for (size_t c = 0; c < slice->chunk_count; c++) {
        const struct fastq_chunk *const chunk = &slice->chunks[c];
        for (int k = 0; k < deal; k++) {
            struct batches *const to = &convert->batches[convert->now][mate + k];
            const struct fastq_columns *const from =
                &chunk->columns[fastq_columns_of_mate(deal, number, k)];
            if (memory_grow(&to->list, &to->capacity, to->count + 1, sizeof *to->list, err))
                return PFQ_NO_MEMORY;
            to->list[to->count++] = from->batch;
        }
        number += chunk->count;
    }
    return PFQ_OK;
}

/* What this rank adds to each mate. */
static pfq_status make_parts(struct convert *convert, const struct input_round *round,
                             struct store_part *parts, pfq_error *err)
{
    const int deal = convert->reading->input_config.filling.deal;
    pfq_status status = PFQ_OK;
    characters_note(&convert->characters, round, deal);
    convert->now = !convert->now;
    struct batches *const batches = convert->batches[convert->now];
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        batches[mate].count = 0;
    for (int i = 0; i < round->streams && !status; i++) {
        status = list_batches(convert, &round->slices[i], i, deal, err);
        parts[i].tail.data = round->slices[i].tail.data;
        parts[i].tail.size = round->slices[i].tail.size;
    }
    for (int mate = 0; mate < PFQ_MAX_MATES && !status; mate++) {
        parts[mate].batches = batches[mate].list;
        parts[mate].count = batches[mate].count;
    }
    return status;
}

/* All threads count the text of the round, while the main thread writes the rows of the last. */
static void count_qc(struct convert *convert, const struct input_round *round)
{
    const struct threads_aside aside = input_aside(convert->reading->input);
    if (convert->qc && !convert->own.status)
        tallying_round(&convert->counted.tallying, round, &aside, &convert->own);
}

/* One round. *more is false when the input is over. */
static pfq_status turn(struct convert *convert, bool *more, pfq_error *err)
{
    const struct input_round *round;
    struct store_part parts[PFQ_MAX_MATES] = {0};
    const pfq_status status = input_next(convert->reading->input, &convert->own, &round, err);
    *more = round != NULL;
    if (status || !round)
        return status;
    counting_add(&convert->counting, round);
    count_qc(convert, round);
    make_parts(convert, round, parts, &convert->own); /* a failure is agreed in the next turn */
    reading_tell(convert->reading, false);
    return store_append(convert->store, parts, err);
}

/* One round of reads of which some have been dropped or cut. The blank lines that ended files are
 * of what these files were, and do not come along. */
static pfq_status turn_filtered(struct convert *convert, bool *more, pfq_error *err)
{
    struct store_part parts[PFQ_MAX_MATES] = {0};
    const pfq_status status = filtering_turn(&convert->filtering, &convert->own, more, err);
    if (status || !*more)
        return status;
    const struct filtering_round *const round = filtering_now(&convert->filtering);
    for (int mate = 0; mate < convert->filtering.mates; mate++) {
        parts[mate].batches = round->kept[mate];
        parts[mate].count = round->chunks;
    }
    return store_append(convert->store, parts, err);
}

/* What is in the file of reads that were filtered: those that were kept. */
static void count_kept(const struct convert *convert, struct store_origin *origins)
{
    const struct input *const input = convert->reading->input;
    for (int i = 0; i < input_streams(input); i++) {
        uint64_t row = 0;
        for (size_t k = 0; k < input_source(input, i)->count; k++, origins++) {
            origins->first_row = row;
            origins->records = filtering_of_file(&convert->filtering, i, k);
            origins->tail_bytes = 0;
            row += origins->records;
        }
    }
}

/* The rows of /provenance, from what every rank knows. */
static pfq_status list_origins(const struct convert *convert, struct store_origin **origins,
                               size_t *count, pfq_error *err)
{
    const struct input *const input = convert->reading->input;
    *count = 0;
    for (int i = 0; i < input_streams(input); i++)
        *count += input_source(input, i)->count;
    *origins = memory_allocate(*count, sizeof **origins, err);
    if (!*origins)
        return PFQ_NO_MEMORY;
    struct store_origin *origin = *origins;
    for (int i = 0; i < input_streams(input); i++)
        for (size_t k = 0; k < input_source(input, i)->count; k++, origin++) {
            const struct input_file *file = &input_source(input, i)->files[k];
            strncpy(origin->path, file->path, sizeof origin->path - 1);
            strncpy(origin->compression, unpack_name(file->packed), sizeof origin->compression - 1);
            origin->mate = (uint64_t)i + 1;
            origin->bytes = file->bytes;
            origin->modified = file->modified;
            origin->first_row = file->first_row;
            origin->records = file->records;
            origin->tail_bytes = file->tail_bytes;
        }
    if (convert->filters)
        count_kept(convert, *origins);
    return PFQ_OK;
}

/* Has the file keep what was counted. */
static pfq_status keep_qc(struct convert *convert, pfq_error *err)
{
    size_t bytes = 0;
    if (!convert->qc)
        return PFQ_OK;
    pfq_status status = team_conclude(convert->team, &convert->own, err);
    if (!status && !convert->filters)
        status = tallying_unite(&convert->counted.tallying, convert->team, err);
    if (!status)
        status = stats_json(convert->team, &convert->counted, &convert->summary, &bytes, err);
    if (!status && convert->summary)
        store_keep_summary(convert->store, convert->summary, bytes);
    return status;
}

static pfq_status finish_store(struct convert *convert, pfq_error *err)
{
    struct store_origin *origins = NULL;
    size_t count;
    list_origins(convert, &origins, &count, &convert->own);
    pfq_status status = team_conclude(convert->team, &convert->own, err);
    if (!status) {
        status = store_finish(convert->store, origins, count, err);
        convert->store = NULL;
    }
    free(origins);
    return status;
}

/* Has the file keep how wide the lines of wrapped records are, where all are equal: then export
 * gives them back. Reads that were filtered are no text that anybody wrote. */
static pfq_status keep_widths(struct convert *convert, const pfq_parser_config *config,
                              const pfq_reads *reads, pfq_error *err)
{
    struct fastq_widths widths[PFQ_MAX_MATES];
    if (!config->multiline || convert->filters)
        return PFQ_OK;
    const pfq_status status = input_widths(convert->reading->input, widths, err);
    for (int i = 0; i < reads->mates && !status; i++) {
        const uint64_t width = widths[i].least == widths[i].most ? widths[i].least : 0;
        if (widths[i].most && !width)
            reading_warn(convert->reading,
                         "mate %d: lines of wrapped records are not all of one width; export will "
                         "write four lines for each record",
                         i + 1);
        for (int mate = i; mate < (reads->interleaved ? 2 : i + 1); mate++)
            store_keep_line_width(convert->store, mate, width);
    }
    return status;
}

/* Has the file keep what became of all reads. */
static pfq_status keep_filter(struct convert *convert, pfq_error *err)
{
    const struct filtering *const filtering = &convert->filtering;
    const pfq_status status = filtering_unite(&convert->filtering, err);
    for (int mate = 0; mate < filtering->mates && !status; mate++)
        for (size_t c = 0; c < FILTER_COUNTS; c++)
            if (filter_has_count(&filtering->config, filtering->mates, c))
                store_keep_count(convert->store, mate, filter_counts[c].name,
                                 filtering->sum[mate].words[c]);
    return status;
}

static pfq_status fill_counts(struct convert *convert, pfq_counts *counts, pfq_error *err)
{
    if (!convert->filters)
        return counting_end(&convert->counting, convert->reading, counts, err);
    filtering_count(&convert->filtering, counts);
    return PFQ_OK;
}

static pfq_status finish(struct convert *convert, const pfq_reads *reads,
                         const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    pfq_status status = convert->filters ? keep_filter(convert, err) : PFQ_OK;
    if (!status)
        status = keep_widths(convert, &config->parse, reads, err);
    if (!status)
        status = keep_qc(convert, err);
    if (!status)
        status = finish_store(convert, err);
    if (!status && !convert->filters)
        status = characters_warn(&convert->characters, convert->reading, err);
    if (!status)
        status = fill_counts(convert, counts, err);
    if (!status)
        status = reading_conclude(convert->reading, err);
    if (status && status != PFQ_BAD_RECORDS)
        return status;
    struct team_output *output = convert->output;
    convert->output = NULL;
    const pfq_status published = team_output_publish(output, err);
    if (!published)
        resume_forget(&convert->resume);
    return published ? published : status;
}

/* Opens the input as this run wants it. */
static pfq_status open_input(struct convert *convert, const pfq_reads *reads,
                             const pfq_convert_config *config, pfq_error *err)
{
    const struct threads_aside aside = {
        .step = write_rows, .context = convert, .more = encode_rows};
    const bool codes = config->bases == PFQ_BASES_CODE, bins = config->scores == PFQ_SCORES_BIN8;
    const struct reading_wish wish = {.skip_bad_records =
                                          config->parse.on_error == PFQ_ON_ERROR_SKIP,
                                      .fill = true,
                                      .without = left_out(config),
                                      .code_bases = codes,
                                      .bin_scores = bins,
                                      .state = convert->resume.state,
                                      .stop_after_round = config->resume,
                                      .aside = aside};
    const struct filtering_wish filter = {.filter = &config->filter,
                                          .code_bases = codes,
                                          .bin_scores = bins,
                                          .without = left_out(config),
                                          .aside = aside,
                                          .counted = config->qc ? &convert->counted : NULL,
                                          .all = true};
    convert->reading = &convert->plain;
    if (!convert->filters)
        return reading_open(convert->team, reads, &config->parse, &wish, convert->reading, err);
    const pfq_status status =
        filtering_open(convert->team, reads, &config->parse, &filter, &convert->filtering, err);
    if (convert->filtering.parser)
        convert->reading = filtering_reading(&convert->filtering);
    return status;
}

/* After a stop: leaves a checkpoint if that is wished. *err says the stop, or why there is none. */
static pfq_status stop(struct convert *convert, const pfq_reads *reads,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    pfq_error failed;
    if (!convert->resume.wanted)
        return PFQ_STOPPED;
    const pfq_status status = suspend(convert, reads, config, &failed);
    if (status && err)
        *err = failed;
    if (status && !convert->resume.taken_up)
        team_output_drop(convert->output);
    if (!status && counts)
        *counts = (pfq_counts){.unfinished = true};
    return status ? status : PFQ_STOPPED;
}

/* After a failure. What was left by an earlier run stays, so that it can be taken up once more,
 * unless the data that were read since are bad: they would be bad again. */
static void drop_output(struct convert *convert, pfq_status status, pfq_error *err)
{
    const bool going = !convert->resume.state;
    if (convert->output && going && pfq_status_exit_code(status) == BAD_DATA_EXIT_CODE) {
        team_output_drop(convert->output);
        resume_forget(&convert->resume);
    }
    team_output_name(convert->output, err);
    team_output_discard(convert->output);
}

pfq_status pfq_convert(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    struct convert convert = {.team = team,
                              .characters = {.low = UINT8_MAX},
                              .compression = config->compression,
                              .qc = config->qc,
                              .filters = filter_wanted(&config->filter)};
    bool more = true;
    pfq_status status = check_config(config, err);
    if (!status)
        status = store_settle_compression(&convert.compression, err);
    if (!status)
        status =
            resume_find(team, reads, output, config, &convert.compression, &convert.resume, err);
    if (!status)
        status = open_input(&convert, reads, config, err);
    if (!status)
        warn_of_plugin(&convert);
    if (!status)
        status = prepare(&convert, reads, output, config, err);
    while (!status && more)
        status = convert.filters ? turn_filtered(&convert, &more, err) : turn(&convert, &more, err);
    if (!status)
        status = finish(&convert, reads, config, counts, err);
    else if (status == PFQ_STOPPED && convert.store)
        status = stop(&convert, reads, config, counts, err);
    store_abandon(convert.store);
    if (status)
        drop_output(&convert, status, err);
    resume_close(&convert.resume);
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        for (int i = 0; i < 2; i++)
            free(convert.batches[i][mate].list);
    stats_release(&convert.counted);
    free(convert.summary);
    reading_close(&convert.plain);
    filtering_close(&convert.filtering);
    return status;
}
