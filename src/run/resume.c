/*
 * What a checkpoint was made with is a text, a line for each setting, so that a difference can be
 * shown in the words of both runs. Ranks, threads, slices, the writer and the like are not in it:
 * the result does not depend on them.
 */
#include "run/resume.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "parfastq/version.h"
#include "store/store.h"

enum { LINE_BYTES = 96, SETTINGS_FORMAT = 1 };

/* ---- the settings as a text ---- */

struct text {
    char *data;
    size_t bytes, capacity;
};

static void add(struct text *text, pfq_error *own, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct text *text, pfq_error *own, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size > 0 && !own->status &&
        !memory_grow(&text->data, &text->capacity, text->bytes + (size_t)size + 1, 1, own)) {
        vsnprintf(text->data + text->bytes, (size_t)size + 1, format, arguments);
        text->bytes += (size_t)size;
    }
    va_end(arguments);
}

static void add_reads(struct text *text, const pfq_reads *reads, pfq_error *own)
{
    for (int m = 0; m < reads->mates; m++)
        for (size_t i = 0; i < reads->lanes[m]; i++)
            add(text, own, "-%d %s\n", m + 1, reads->files[m] ? reads->files[m][i] : "memory");
    add(text, own, "%s\n", reads->interleaved ? "interleaved" : "not interleaved");
}

/* All that the bytes of the result depend on, beside the input itself. */
static void add_settings(struct text *text, const pfq_convert_config *config,
                         const pfq_compression *compression, pfq_error *own)
{
    static const char *const methods[] = {"fast", "none", "gzip", "zstd"};
    static const char *const encodings[] = {"auto", "sanger", "illumina1.3", "solexa"};
    const pfq_parser_config *const parse = &config->parse;
    add(text, own, "parfastq %s, format %d\n", pfq_version(), SETTINGS_FORMAT);
    add(text, own, "--compress %s:%d\n", methods[compression->method], compression->level);
    add(text, own, "%s\n", compression->checksum ? "--checksum" : "no checksums");
    add(text, own, "columns %x\n", config->columns ? config->columns : PFQ_COLUMNS_ALL);
    add(text, own, "--bases %s\n", config->bases ? "code" : "ascii");
    add(text, own, "--quality %s\n", config->scores ? "bin8" : "phred");
    add(text, own, "--quality-encoding %s\n", encodings[parse->quality_encoding]);
    add(text, own, "--on-error %s\n", parse->on_error ? "skip" : "stop");
    add(text, own, "%llu bad records listed\n", (unsigned long long)parse->max_errors);
    add(text, own, "%s\n", parse->strict ? "--strict" : "not strict");
    add(text, own, "%s\n", parse->no_name_check ? "names not checked" : "names checked");
    add(text, own, "%s\n", parse->multiline ? "--multiline" : "not --multiline");
    add(text, own, "%s\n", config->qc ? "--qc" : "no --qc");
    add(text, own, "%s\n", config->index_names ? "--index-names" : "no --index-names");
}

/* Zeros up to a whole word, so that it can be a section. Owns: the caller frees text->data. */
static struct text settings_text(const pfq_reads *reads, const pfq_convert_config *config,
                                 const pfq_compression *compression, pfq_error *own)
{
    struct text text = {0};
    add_settings(&text, config, compression, own);
    add_reads(&text, reads, own);
    if (!own->status &&
        !memory_grow(&text.data, &text.capacity, text.bytes + sizeof(uint64_t), 1, own))
        memset(text.data + text.bytes, 0, sizeof(uint64_t));
    return text;
}

/* The line at *at for a person, and *at behind it. */
static void take_line(const char **at, char line[LINE_BYTES])
{
    const size_t size = strcspn(*at, "\n");
    error_escape(line, LINE_BYTES, *at, size);
    *at += size + ((*at)[size] == '\n');
}

/* Both end with a 0. */
static pfq_status compare(const char *then, const char *now, const char *checkpoint, pfq_error *err)
{
    char before[LINE_BYTES], after[LINE_BYTES];
    while (*then || *now) {
        const char *const from_then = then, *const from_now = now;
        take_line(&then, before);
        take_line(&now, after);
        const size_t size = (size_t)(then - from_then);
        if (size != (size_t)(now - from_now) || memcmp(from_then, from_now, size) != 0)
            return error_set(err, PFQ_USAGE, checkpoint,
                             "was made with '%s', not with '%s'; remove it to begin anew", before,
                             after);
    }
    return PFQ_OK;
}

/* ---- looking for a checkpoint ---- */

static pfq_status make_names(struct resume *resume, const char *output, pfq_error *err)
{
    const int longest = snprintf(resume->checkpoint, PATH_MAX, "%s.checkpoint", output);
    snprintf(resume->partial, PATH_MAX, "%s.partial", output);
    return longest < PATH_MAX ? PFQ_OK : error_set(err, PFQ_USAGE, output, "this name is too long");
}

static pfq_status check_settings(struct resume *resume, const pfq_reads *reads,
                                 const pfq_convert_config *config,
                                 const pfq_compression *compression, pfq_error *err)
{
    char *then = NULL;
    size_t words = 0;
    pfq_status status = state_get_all(resume->state, "settings", 1, &then, &words, err);
    if (status)
        return status;
    pfq_error own = {0};
    const struct text now = settings_text(reads, config, compression, &own);
    if (!own.status && (!words || then[words * sizeof(uint64_t) - 1] != '\0'))
        error_set(&own, PFQ_BAD_FILE, resume->checkpoint, "is no checkpoint of this program");
    if (!own.status)
        compare(then, now.data, resume->checkpoint, &own);
    free(now.data);
    free(then);
    return team_conclude(resume->team, &own, err);
}

/* Whether a run has left a file of this name. What is a link nobody has left: it is not followed.
 */
static bool is_left(const char *path, pfq_error *own)
{
    struct stat about;
    if (lstat(path, &about) != 0)
        return false;
    if (!S_ISREG(about.st_mode))
        error_set(own, PFQ_EXISTS, path, "is in the way: not a file that a run has left");
    return true;
}

pfq_status resume_find(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, const pfq_compression *compression,
                       struct resume *resume, pfq_error *err)
{
    unsigned char there[2] = {false, false};
    pfq_error own = {0};
    *resume = (struct resume){.team = team, .wanted = config->resume};
    if (!config->resume)
        return PFQ_OK;
    pfq_status status = make_names(resume, output, err); /* the same on every rank */
    if (status)
        return status;
    if (pfq_team_rank(team) == 0) {
        there[0] = is_left(resume->checkpoint, &own);
        there[1] = is_left(resume->partial, &own);
    }
    status = team_conclude(team, &own, err);
    if (!status)
        status = team_share(team, 0, there, sizeof there, err);
    resume->lost = !status && there[0] && !there[1];
    if (status || !there[0] || !there[1])
        return status;
    status = state_open(team, resume->checkpoint, &resume->state, err);
    resume->taken_up = true;
    return status ? status : check_settings(resume, reads, config, compression, err);
}

void resume_close(struct resume *resume)
{
    state_close(resume->state);
    resume->state = NULL;
}

/* ---- making one ---- */

pfq_status resume_begin(const struct resume *resume, const pfq_reads *reads,
                        const pfq_convert_config *config, const pfq_compression *compression,
                        struct team_output **draft, struct team_state **state, pfq_error *err)
{
    pfq_error own = {0};
    struct text text = settings_text(reads, config, compression, &own);
    const size_t words = text.bytes / sizeof(uint64_t) + 1; /* one 0 at least ends it */
    const bool writes = pfq_team_rank(resume->team) == 0;
    pfq_status status = team_conclude(resume->team, &own, err);
    if (!status)
        status = team_output_create(resume->team, resume->checkpoint, true, draft, err);
    if (!status)
        status = state_create(resume->team, team_output_path(*draft), state, err);
    if (!status)
        status = state_put(*state, "settings", text.data, writes ? words : 0, 1, err);
    free(text.data);
    return status;
}

pfq_status resume_publish(const struct resume *resume, struct team_output *output,
                          struct team_output *draft, struct team_state *state, pfq_error *err)
{
    pfq_status status = state_finish(state, err);
    if (!status)
        status = team_output_keep(output, resume->partial, err);
    if (!status)
        return team_output_publish(draft, err);
    team_output_discard(draft);
    return status;
}

void resume_forget(const struct resume *resume)
{
    if (resume->wanted && pfq_team_rank(resume->team) == 0)
        (void)unlink(resume->checkpoint);
}
