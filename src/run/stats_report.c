/*
 * Where reports go: rank 0 writes each to a file that appears when it is complete.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "report/report.h"
#include "run/stats.h"
#include "team/team.h"

enum { PATH_BYTES = 2 * PFQ_ERROR_FILE_BYTES, NAME_BYTES = PFQ_ERROR_FILE_BYTES + 16 };

/* All figures, and what they name; on rank 0 alone. */
struct sheet {
    struct figures *figures;
    size_t count, capacity;
    struct filtered {
        char name[NAME_BYTES];
        struct figures_filter filter;
    } * *filtered; /* of the reads after filtering */
    size_t filtered_count, filtered_capacity;
};

static void name_figures(const struct stats_counted *counted, int m, bool after,
                         char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s%s", counted->names[m], after ? ":filtered" : "");
}

static struct filtered *add_filtered(struct sheet *sheet, pfq_error *err)
{
    if (memory_grow(&sheet->filtered, &sheet->filtered_capacity, sheet->filtered_count + 1,
                    sizeof *sheet->filtered, err))
        return NULL;
    struct filtered *const made = memory_allocate(1, sizeof *made, err);
    if (made)
        sheet->filtered[sheet->filtered_count++] = made;
    return made;
}

/* Behind the figures of the reads before filtering, which it is linked to. */
static pfq_status fill_after(struct sheet *sheet, const struct stats_counted *counted, int m,
                             pfq_error *err)
{
    struct filtered *const filtered = add_filtered(sheet, err);
    if (!filtered)
        return PFQ_NO_MEMORY;
    pfq_status status = memory_grow(&sheet->figures, &sheet->capacity, sheet->count + 1,
                                    sizeof *sheet->figures, err);
    if (status)
        return status;
    struct figures *const before = &sheet->figures[sheet->count - 1];
    struct figures *const after = &sheet->figures[sheet->count++];
    name_figures(counted, m, true, filtered->name);
    filtered->filter = (struct figures_filter){&counted->filter, &counted->filter_counts[m],
                                               counted->tallying.mates};
    status = figures_make(after, filtered->name, counted->format,
                          tallying_of(&counted->after, m, 0), before->encoding, err);
    before->filter = after->filter = &filtered->filter;
    after->after = true;
    return status;
}

static pfq_status fill(struct sheet *sheet, const struct stats_counted *counted, size_t n,
                       pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++)
        for (int m = 0; m < counted[i].tallying.mates && !status; m++) {
            status = memory_grow(&sheet->figures, &sheet->capacity, sheet->count + 1,
                                 sizeof *sheet->figures, err);
            if (!status)
                status = figures_make(&sheet->figures[sheet->count++], counted[i].names[m],
                                      counted[i].format, tallying_of(&counted[i].tallying, m, 0),
                                      counted[i].encoding, err);
            if (!status && counted[i].filtered)
                status = fill_after(sheet, &counted[i], m, err);
        }
    return status;
}

/* ---- one file ---- */

typedef void write_report(const struct figures *figures, size_t n, FILE *out);

static void write_data(const struct figures *figures, size_t n, FILE *out)
{
    (void)n;
    report_fastqc_data(figures, out);
}

static void write_summary(const struct figures *figures, size_t n, FILE *out)
{
    (void)n;
    report_fastqc_summary(figures, out);
}

static void write_to(const struct team_output *output, const char *path, write_report *write,
                     const struct figures *figures, size_t n, pfq_error *own)
{
    FILE *const file = team_output_stream(output, own);
    if (!file)
        return;
    write(figures, n, file);
    const bool failed = ferror(file);
    if (fclose(file) != 0 || failed)
        error_set(own, error_status_of_errno(errno), path, "cannot write: %s", strerror(errno));
}

static pfq_status put(pfq_team *team, const char *path, bool force, write_report *write,
                      const struct figures *figures, size_t n, pfq_error *err)
{
    struct team_output *output = NULL;
    pfq_error own = {0};
    pfq_status status = team_output_create(team, path, force, &output, err);
    if (status)
        return status;
    if (pfq_team_rank(team) == 0)
        write_to(output, path, write, figures, n, &own);
    status = team_conclude(team, &own, err);
    if (!status)
        return team_output_publish(output, err);
    team_output_discard(output);
    return status;
}

/* ---- in memory ---- */

static void write_json(const struct sheet *sheet, char **json, size_t *bytes, pfq_error *own)
{
    FILE *const stream = open_memstream(json, bytes);
    if (stream)
        report_json(sheet->figures, sheet->count, stream);
    const bool failed = !stream || ferror(stream);
    if ((stream && fclose(stream) != 0) || failed)
        error_set(own, PFQ_NO_MEMORY, NULL, "no memory for the summary");
}

static void release(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        figures_release(&sheet->figures[i]);
    free(sheet->figures);
    for (size_t i = 0; i < sheet->filtered_count; i++)
        free(sheet->filtered[i]);
    free(sheet->filtered);
}

pfq_status stats_json(pfq_team *team, const struct stats_counted *counted, char **json,
                      size_t *bytes, pfq_error *err)
{
    struct sheet sheet = {0};
    pfq_error own = {0};
    *json = NULL;
    if (pfq_team_rank(team) == 0 && fill(&sheet, counted, 1, &own) == PFQ_OK)
        write_json(&sheet, json, bytes, &own);
    release(&sheet);
    return team_conclude(team, &own, err);
}

/* ---- FastQC's directories ---- */

static void make_directory(const char *path, pfq_error *own)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        error_set(own, error_status_of_errno(errno), path, "cannot make the directory: %s",
                  strerror(errno));
}

/* NAME_fastqc, without the endings FastQC takes off. */
static void name_directory(const char *parent, const char *name, char *path)
{
    static const char *const endings[] = {".gz", ".bz2",     ".txt", ".fastq",
                                          ".fq", ".csfastq", ".h5"};
    const char *const base = figures_short_name(name);
    size_t size = strlen(base);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t ending = strlen(endings[i]);
        if (size > ending && strncmp(base + size - ending, endings[i], ending) == 0)
            size -= ending;
    }
    const int used = snprintf(path, PATH_BYTES, "%.1023s/", parent);
    snprintf(path + used, PATH_BYTES - (size_t)used, "%.*s_fastqc", (int)size, base);
    for (char *at = path + used; *at; at++)
        if (*at == ':')
            *at = '_';
}

static pfq_status put_fastqc(pfq_team *team, const char *parent, bool force, const char *name,
                             const struct figures *figures, pfq_error *err)
{
    char directory[PATH_BYTES], path[PATH_BYTES + 32];
    pfq_error own = {0};
    name_directory(parent, name, directory);
    if (pfq_team_rank(team) == 0) {
        make_directory(parent, &own);
        if (!own.status)
            make_directory(directory, &own);
    }
    pfq_status status = team_conclude(team, &own, err);
    snprintf(path, sizeof path, "%s/fastqc_data.txt", directory);
    if (!status)
        status = put(team, path, force, write_data, figures, 1, err);
    snprintf(path, sizeof path, "%s/summary.txt", directory);
    if (!status)
        status = put(team, path, force, write_summary, figures, 1, err);
    return status;
}

/* ---- all ---- */

/* A directory for each mate of each input; only rank 0 has figures. */
static pfq_status put_directories(pfq_team *team, const struct stats_counted *counted, size_t n,
                                  const pfq_stats_config *config, const struct sheet *sheet,
                                  pfq_error *err)
{
    size_t at = 0;
    char name[NAME_BYTES];
    for (size_t i = 0; i < n; i++)
        for (int m = 0; m < counted[i].tallying.mates; m++)
            for (int after = 0; after < (counted[i].filtered ? 2 : 1); after++, at++) {
                const struct figures *const figures = sheet->figures ? &sheet->figures[at] : NULL;
                name_figures(&counted[i], m, after, name);
                const pfq_status status =
                    put_fastqc(team, config->fastqc, config->force, name, figures, err);
                if (status)
                    return status;
            }
    return PFQ_OK;
}

static pfq_status put_all(pfq_team *team, const struct stats_counted *counted, size_t n,
                          const pfq_stats_config *config, const struct sheet *sheet, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    if (config->json)
        status =
            put(team, config->json, config->force, report_json, sheet->figures, sheet->count, err);
    if (!status && config->html)
        status =
            put(team, config->html, config->force, report_html, sheet->figures, sheet->count, err);
    if (!status && config->fastqc)
        status = put_directories(team, counted, n, config, sheet, err);
    return status;
}

pfq_status stats_report(pfq_team *team, const struct stats_counted *counted, size_t n,
                        const pfq_stats_config *config, FILE *out, pfq_error *err)
{
    struct sheet sheet = {0};
    pfq_error own = {0};
    if (pfq_team_rank(team) == 0)
        fill(&sheet, counted, n, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = put_all(team, counted, n, config, &sheet, err);
    if (!status && out && pfq_team_rank(team) == 0)
        report_table(sheet.figures, sheet.count, config->tabs, out);
    release(&sheet);
    return status;
}
