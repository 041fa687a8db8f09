/*
 * get: a few records of many, by name or by row.
 *
 * Rank 0 does it alone: what is printed is one stream, and what is looked for is usually little.
 * Rows are taken in windows: of each the chunks are read in the order of the file, and the records
 * printed in the order in which they were asked for.
 *
 * Memory: 130 bytes for each name that is looked for; of a window, the columns and the text, and
 * 150 bytes a row: some 700 MB at most, or one record.
 */
#include "parfastq/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "parfastq/store.h"
#include "run/export_choice.h"
#include "run/names_file.h"
#include "run/texts.h"
#include "store/schema.h"
#include "store/store.h"
#include "team/team.h"

enum { WINDOW_ROWS = 1 << 20, WINDOW_BYTES = 256 << 20 };

struct getter {
    const char *input;
    const pfq_get_config *config;
    int threads;
    struct store_reader *reader;
    int mates, mate[PFQ_MAX_MATES]; /* that are printed; 1-based */
    struct names_file file;
    const char **names; /* of the config, and of the file */
    size_t name_count;
    pfq_matches matches;
    uint64_t first, count; /* rows: matches.row[0 .. count), or first .. first + count - 1 */

    uint64_t *rows; /* of the window */
    struct store_lengths *lengths;
    struct buffer arena[PFQ_MAX_MATES];
    pfq_batch batch[PFQ_MAX_MATES];
    struct texts text;
    FILE *out;
    const char *out_name; /* NULL: standard output */
    pfq_counts counts;
};

/* ---- what is asked for ---- */

static pfq_status choose_mates(struct getter *g, pfq_error *err)
{
    const int all = store_summary(g->reader)->mates, wanted = g->config->mate;
    if (wanted < 0 || wanted > all)
        return error_set(err, PFQ_USAGE, g->input, "there is no mate %d; the file holds %d", wanted,
                         all);
    g->mates = wanted ? 1 : all;
    for (int m = 0; m < g->mates; m++)
        g->mate[m] = wanted ? wanted : m + 1;
    return PFQ_OK;
}

static pfq_status choose_rows(struct getter *g, pfq_error *err)
{
    const uint64_t records = store_summary(g->reader)->mate[g->mate[0] - 1].records;
    const uint64_t begin = g->config->row_begin;
    const uint64_t end = g->config->row_end == UINT64_MAX ? records : g->config->row_end;
    if (begin > records || end > records)
        return error_set(err, PFQ_USAGE, g->input,
                         "rows up to %" PRIu64 " are asked for, but there are only %" PRIu64,
                         end > records ? end : begin, records);
    if (begin > end)
        return error_set(err, PFQ_USAGE, g->input,
                         "rows %" PRIu64 ":%" PRIu64 " end before they begin", begin, end);
    g->first = begin;
    g->count = end - begin;
    return PFQ_OK;
}

static void report(const struct getter *g, const pfq_error *what)
{
    if (g->config->report)
        g->config->report(g->config->context, what);
}

/* Says that an index would have helped. */
static void hint_at_index(const struct getter *g)
{
    pfq_error hint;
    if (!(store_summary(g->reader)->mate[g->mate[0] - 1].without & SCHEMA_INDEX))
        return;
    error_set(&hint, PFQ_OK, g->input,
              "there is no index of names, so all of them were read; 'parfastq convert "
              "--index-names' makes one");
    report(g, &hint);
}

static pfq_status list_names(struct getter *g, pfq_error *err)
{
    if (g->config->names_file) {
        const pfq_status status = names_file_read(g->config->names_file, &g->file, err);
        if (status)
            return status;
    }
    g->name_count = g->config->name_count + g->file.count;
    g->names = memory_allocate(g->name_count, sizeof *g->names, err);
    if (!g->names)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < g->config->name_count; i++)
        g->names[i] = g->config->names[i];
    for (size_t i = 0; i < g->file.count; i++)
        g->names[g->config->name_count + i] = g->file.names[i];
    return PFQ_OK;
}

static pfq_status find_rows(struct getter *g, pfq_error *err)
{
    pfq_status status = list_names(g, err);
    if (!status)
        status = store_find(g->reader, g->mate[0], g->names, g->name_count, &g->matches, err);
    if (status)
        return status;
    g->count = g->matches.first[g->name_count];
    hint_at_index(g);
    return PFQ_OK;
}

/* ---- a window ---- */

/* Lists as many rows, from `done` on, as fit in a window; at least one. */
static pfq_status choose_window(struct getter *g, uint64_t done, size_t *n, pfq_error *err)
{
    const uint64_t left = g->count - done;
    *n = left < WINDOW_ROWS ? (size_t)left : WINDOW_ROWS;
    for (size_t i = 0; i < *n; i++)
        g->rows[i] = g->config->rows_given ? g->first + done + i : g->matches.row[done + i];
    for (int m = 0; m < g->mates; m++) {
        const pfq_status status =
            store_measure_list(g->reader, g->mate[m], g->rows, *n, g->lengths, err);
        if (status)
            return status;
        uint64_t bytes = 0;
        for (size_t i = 0; i < *n; i++) {
            bytes += 2 * g->lengths[i].bases + g->lengths[i].name_bytes;
            if (i && bytes > (uint64_t)WINDOW_BYTES / (unsigned)g->mates)
                *n = i;
        }
    }
    return PFQ_OK;
}

/* In a list every line is ended. */
static void end_lines(const pfq_batch *batch)
{
    for (uint64_t i = 0; i < batch->records; i++)
        batch->style[i] &= (uint8_t)~PFQ_STYLE_NO_NEWLINE;
}

static pfq_status format_window(struct getter *g, size_t n, pfq_error *err)
{
    const pfq_batch *batches[PFQ_MAX_MATES];
    struct format formats[PFQ_MAX_MATES];
    for (int m = 0; m < g->mates; m++) {
        const int mate = g->mate[m];
        const pfq_status status =
            store_read_list(g->reader, mate, g->config->fasta ? PFQ_COLUMN_QUALITY : 0, g->rows, n,
                            &g->arena[m], &g->batch[m], err);
        if (status)
            return status;
        end_lines(&g->batch[m]);
        g->counts.bases[m] += g->batch[m].bases;
        batches[m] = &g->batch[m];
        const struct store_mate *const about = &store_summary(g->reader)->mate[mate - 1];
        formats[m] = (struct format){.fasta = g->config->fasta,
                                     .text_offset = about->text_offset,
                                     .line_width = about->line_width};
    }
    return texts_format(&g->text, g->threads, g->mates, batches, formats, NULL, err);
}

static pfq_status write_window(struct getter *g, pfq_error *err)
{
    const size_t bytes = (size_t)g->text.bytes;
    g->counts.bytes += bytes;
    if (fwrite(g->text.buffer.data, 1, bytes, g->out) == bytes)
        return PFQ_OK;
    return error_set(err, error_status_of_errno(errno), g->out_name, "cannot write: %s",
                     strerror(errno));
}

static pfq_status print_rows(struct getter *g, pfq_error *err)
{
    const size_t most = g->count < WINDOW_ROWS ? (size_t)g->count : WINDOW_ROWS;
    g->rows = memory_allocate(most, sizeof *g->rows, err);
    g->lengths = memory_allocate(most, sizeof *g->lengths, err);
    pfq_status status = g->rows && g->lengths ? PFQ_OK : PFQ_NO_MEMORY;
    size_t n = 0;
    for (uint64_t done = 0; done < g->count && !status; done += n) {
        if (g->config->stop && g->config->stop(g->config->context))
            return error_stopped(err, done * (uint64_t)g->mates);
        status = choose_window(g, done, &n, err);
        if (!status)
            status = format_window(g, n, err);
        if (!status)
            status = write_window(g, err);
    }
    g->counts.mates = g->mates;
    for (int m = 0; m < g->mates; m++)
        g->counts.records[m] = g->count;
    return status;
}

/* ---- the run ---- */

static pfq_status open_input(struct getter *g, pfq_error *err)
{
    pfq_status status = store_open(g->input, &g->reader, err);
    if (status)
        return status;
    store_use_threads(g->reader, g->threads);
    status = choose_mates(g, err);
    for (int m = 0; m < g->mates && !status; m++)
        status = export_check_columns(&store_summary(g->reader)->mate[g->mate[m] - 1], g->input,
                                      g->config->fasta, err);
    if (!status)
        status = g->config->rows_given ? choose_rows(g, err) : find_rows(g, err);
    return status;
}

/* What is not there, name by name. */
static pfq_status report_missing(const struct getter *g, pfq_error *err)
{
    size_t missing = 0;
    for (size_t i = 0; i < g->matches.names; i++) {
        pfq_error what;
        char shown[512];
        if (g->matches.first[i] < g->matches.first[i + 1])
            continue;
        missing++;
        error_escape(shown, sizeof shown, g->names[i], strlen(g->names[i]));
        error_set(&what, PFQ_NO_SUCH_NAME, g->input, "no read is named '%s'", shown);
        report(g, &what);
    }
    if (!missing)
        return PFQ_OK;
    return error_set(err, PFQ_NO_SUCH_NAME, g->input, "%zu of %zu names were not found", missing,
                     g->matches.names);
}

static void release(struct getter *g)
{
    store_close(g->reader);
    names_file_release(&g->file);
    free(g->names);
    pfq_matches_release(&g->matches);
    free(g->rows);
    free(g->lengths);
    for (int m = 0; m < PFQ_MAX_MATES; m++)
        buffer_release(&g->arena[m]);
    texts_release(&g->text);
}

/* Opens the draft of the output, prints there, and closes it: writes may fail as late as then. */
static pfq_status print_to_file(struct getter *g, const struct team_output *draft, const char *path,
                                pfq_error *err)
{
    g->out_name = path;
    g->out = team_output_stream(draft, err);
    if (!g->out)
        return PFQ_IO;
    pfq_status status = print_rows(g, err);
    if (fclose(g->out) != 0 && !status)
        status =
            error_set(err, error_status_of_errno(errno), path, "cannot write: %s", strerror(errno));
    return status;
}

/* Collective; the same status on every rank. */
static pfq_status print(struct getter *g, pfq_team *team, const char *output, FILE *out,
                        pfq_error *err)
{
    pfq_error own = {0};
    struct team_output *draft = NULL;
    const bool works = pfq_team_rank(team) == 0;
    g->out = out;
    if (!output) {
        if (works)
            print_rows(g, &own);
        return team_conclude(team, &own, err);
    }
    pfq_status status = team_output_create(team, output, g->config->force, &draft, err);
    if (status)
        return status;
    if (works)
        print_to_file(g, draft, output, &own);
    status = team_conclude(team, &own, err);
    if (!status)
        return team_output_publish(draft, err);
    team_output_discard(draft);
    return status;
}

static pfq_status run(struct getter *g, pfq_team *team, const char *output, FILE *out,
                      pfq_error *err)
{
    int ranks_here, cpus_here;
    pfq_error own = {0};
    const bool works = pfq_team_rank(team) == 0;
    pfq_status status = team_machine(team, &ranks_here, &cpus_here, err);
    if (status)
        return status;
    g->threads = threads_count(g->config->threads, ranks_here, cpus_here);
    if (works && output && team_same_file(g->input, output))
        error_set(&own, PFQ_USAGE, output, "the output is the input");
    if (works && !own.status)
        open_input(g, &own);
    status = team_conclude(team, &own, err);
    if (!status)
        status = print(g, team, output, out, err);
    if (status)
        return status;
    if (works)
        report_missing(g, &own);
    return team_conclude(team, &own, err);
}

pfq_status pfq_get(pfq_team *team, const char *input, const char *output, FILE *out,
                   const pfq_get_config *config, pfq_counts *counts, pfq_error *err)
{
    const double began = clock_seconds();
    struct getter getter = {.input = input, .config = config};
    const pfq_status status = run(&getter, team, output, out, err);
    if (counts) {
        *counts = getter.counts;
        counts->seconds = clock_seconds() - began;
    }
    release(&getter);
    return status;
}
