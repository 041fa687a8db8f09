/*
 * Everything as one JSON object. Counters are whole numbers; what was divided has ten digits, and
 * is null where there was nothing to divide by.
 *
 * A writer of values that puts commas and line ends where they belong comes first, then an object
 * for each part.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "parfastq/version.h"
#include "report/report.h"
#include "report/verdict.h"

enum { VERSION = 1 };

struct json {
    FILE *out;
    int depth;
    bool some;    /* a value stands before this one */
    bool inline_; /* values of a list stand on one line */
};

/* ---- values ---- */

static void break_line(const struct json *json)
{
    fprintf(json->out, "\n%*s", 2 * json->depth, "");
}

static void put_text(const struct json *json, const char *text)
{
    fputc('"', json->out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(json->out, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            fprintf(json->out, "\\u%04x", (unsigned)*text);
        else
            fputc(*text, json->out);
    }
    fputc('"', json->out);
}

/* Before each value; `name` is NULL in a list. */
static void begin_value(struct json *json, const char *name)
{
    if (json->some)
        fputc(',', json->out);
    if (!json->inline_)
        break_line(json);
    else if (json->some)
        fputc(' ', json->out);
    json->some = true;
    if (!name)
        return;
    put_text(json, name);
    fprintf(json->out, ": ");
}

static void open(struct json *json, const char *name, char bracket)
{
    begin_value(json, name);
    fputc(bracket, json->out);
    json->depth++;
    json->some = false;
}

static void close(struct json *json, char bracket)
{
    json->depth--;
    if (!json->inline_ && json->some)
        break_line(json);
    fputc(bracket, json->out);
    json->some = true;
}

/* A list, or an object, whose values stand on one line. */
static void open_line(struct json *json, const char *name, char bracket)
{
    open(json, name, bracket);
    json->inline_ = true;
}

static void close_line(struct json *json, char bracket)
{
    close(json, bracket);
    json->inline_ = false;
}

static void text(struct json *json, const char *name, const char *value)
{
    begin_value(json, name);
    put_text(json, value);
}

static void count(struct json *json, const char *name, uint64_t value)
{
    begin_value(json, name);
    fprintf(json->out, "%" PRIu64, value);
}

static void number(struct json *json, const char *name, double value)
{
    begin_value(json, name);
    if (isnan(value) || isinf(value))
        fprintf(json->out, "null");
    else
        fprintf(json->out, "%.10g", value);
}

static void truth(struct json *json, const char *name, bool value)
{
    begin_value(json, name);
    fprintf(json->out, value ? "true" : "false");
}

/* ---- parts ---- */

static void put_encoding(struct json *json, const struct figures *f)
{
    static const char *const names[] = {"auto", "sanger", "illumina1.3", "solexa"};
    open_line(json, "quality_encoding", '{');
    text(json, "name", names[f->encoding]);
    count(json, "offset", (uint64_t)f->offset);
    if (f->highest >= 0) {
        count(json, "lowest_character", (uint64_t)f->lowest + '!');
        count(json, "highest_character", (uint64_t)f->highest + '!');
    }
    close_line(json, '}');
}

static const char *const base_names[QC_BASES] = {
    [QC_A] = "A", [QC_C] = "C",         [QC_G] = "G",     [QC_T] = "T",
    [QC_N] = "N", [QC_OTHER] = "other", [QC_GAP] = "gap", [QC_U] = "U",
};

static void put_counts(struct json *json, const struct figures *f)
{
    count(json, "reads", f->reads);
    count(json, "bases", f->bases);
    count(json, "q20_bases", f->q20);
    count(json, "q30_bases", f->q30);
    number(json, "mean_quality", f->mean_score);
    number(json, "quality_of_mean_error", f->mean_error_score);
    open_line(json, "bases_by_kind", '{');
    for (size_t base = 0; base < QC_BASES; base++)
        count(json, base_names[base], f->base[base]);
    close_line(json, '}');
    open_line(json, "bases_by_quality", '[');
    for (int class = f->lowest; class <= f->highest; class ++) {
        open(json, NULL, '[');
        begin_value(json, NULL);
        fprintf(json->out, "%d", f->score[class]);
        count(json, NULL, f->class[class]);
        close(json, ']');
    }
    close_line(json, ']');
}

static void put_lengths(struct json *json, const struct figures *f)
{
    open(json, "length", '{');
    count(json, "min", f->shortest);
    number(json, "mean", f->mean_length);
    number(json, "q1", f->quartile[0]);
    number(json, "median", f->quartile[1]);
    number(json, "q3", f->quartile[2]);
    count(json, "max", f->longest);
    count(json, "n50", f->n50);
    count(json, "n50_reads", f->n50_reads);
    count(json, "n90", f->n90);
    open_line(json, "reads_by_length", '[');
    for (size_t i = 0; i < f->length_count; i++) {
        open(json, NULL, '[');
        count(json, NULL, f->lengths[i].bases);
        count(json, NULL, f->lengths[i].reads);
        close(json, ']');
    }
    close_line(json, ']');
    close(json, '}');
}

/* One column of the counters by position. */
static void put_column(struct json *json, const char *name, const struct figures *f, size_t bins,
                       size_t base)
{
    open_line(json, name, '[');
    for (size_t bin = 0; bin < bins; bin++)
        count(json, NULL, figures_bases_at(f, bin, bin + 1, base));
    close_line(json, ']');
}

static void put_scores(struct json *json, const struct figures *f, size_t bins)
{
    open_line(json, "quality_sum", '[');
    for (size_t bin = 0; bin < bins; bin++) {
        const uint64_t *cell = f->tally->sum[QC_CYCLES] + bin * QC_CYCLE;
        int64_t sum = 0;
        for (size_t i = 0; i < QC_CYCLE; i++)
            sum += (int64_t)cell[i] * f->score[i / QC_BASES];
        begin_value(json, NULL);
        fprintf(json->out, "%" PRId64, sum);
    }
    close_line(json, ']');
}

/* Bins may be empty; each goes up to where the next one begins. */
static void put_positions(struct json *json, const struct figures *f)
{
    const size_t bins = f->longest ? positions_bin(f->longest, f->tally->scale) + 1 : 0;
    open(json, "positions", '{');
    count(json, "scale", f->tally->scale);
    open_line(json, "first", '[');
    for (size_t bin = 0; bin < bins; bin++)
        count(json, NULL, positions_begin(bin, f->tally->scale));
    close_line(json, ']');
    put_column(json, "bases", f, bins, QC_BASES);
    for (size_t base = 0; base < QC_BASES; base++)
        put_column(json, base_names[base], f, bins, base);
    put_scores(json, f, bins);
    close(json, '}');
}

static void put_groups(struct json *json, const struct figures *f)
{
    open(json, "groups", '[');
    for (size_t i = 0; i < f->group_count; i++) {
        const struct positions_group *const group = &f->groups[i];
        const struct figures_spread spread = figures_spread_of(f, group);
        open_line(json, NULL, '{');
        count(json, "first", group->first);
        count(json, "last", group->last);
        number(json, "mean", spread.mean);
        number(json, "median", spread.median);
        number(json, "lower_quartile", spread.lower);
        number(json, "upper_quartile", spread.upper);
        number(json, "decile_1", spread.low);
        number(json, "decile_9", spread.high);
        open(json, "adapter_percent", '[');
        for (int a = 0; a < QC_ADAPTERS; a++)
            number(json, NULL, figures_adapter(f, group, a));
        close(json, ']');
        close_line(json, '}');
    }
    close(json, ']');
}

static void put_read_quality(struct json *json, const struct figures *f)
{
    open_line(json, "reads_by_mean_quality", '[');
    for (size_t class = 0; class < QC_CLASSES; class ++)
        if (f->tally->sum[QC_READ_QUALITY][class]) {
            open(json, NULL, '[');
            begin_value(json, NULL);
            fprintf(json->out, "%d", f->score[class]);
            count(json, NULL, f->tally->sum[QC_READ_QUALITY][class]);
            close(json, ']');
        }
    close_line(json, ']');
}

static void put_gc(struct json *json, const struct figures *f)
{
    open(json, "gc", '{');
    number(json, "deviation_percent", f->gc_deviation);
    open_line(json, "reads_by_percent", '[');
    for (int percent = 0; percent < QC_GC_PERCENTS; percent++)
        number(json, NULL, f->gc[percent]);
    close_line(json, ']');
    open_line(json, "theory", '[');
    for (int percent = 0; percent < QC_GC_PERCENTS; percent++)
        number(json, NULL, f->gc_theory[percent]);
    close_line(json, ']');
    close(json, '}');
}

static void put_adapters(struct json *json, const struct figures *f)
{
    open(json, "adapters", '[');
    for (size_t a = 0; a < QC_ADAPTERS; a++) {
        uint64_t reads = 0;
        for (size_t bin = 0; bin < QC_BINS; bin++)
            reads += f->tally->sum[QC_ADAPTER][bin * QC_ADAPTERS + a];
        open_line(json, NULL, '{');
        text(json, "name", qc_adapters[a].name);
        text(json, "sequence", qc_adapters[a].sequence);
        count(json, "reads", reads);
        close_line(json, '}');
    }
    close(json, ']');
}

static void put_duplication(struct json *json, const struct figures *f)
{
    open(json, "duplication", '{');
    number(json, "distinct", f->distinct);
    truth(json, "exact", f->distinct_is_exact);
    number(json, "distinct_hyperloglog", round(f->distinct_estimate));
    number(json, "distinct_percent", f->distinct_percent);
    count(json, "sampled_sequences", f->tally->distinct.used);
    count(json, "sample_level", f->tally->distinct.level);
    open_line(json, "percent_by_level", '{');
    for (int i = 0; i < FIGURES_LEVELS; i++)
        number(json, figures_level_names[i], f->level[i]);
    close_line(json, '}');
    close(json, '}');
}

static void put_shared(struct json *json, const struct figures *f)
{
    count(json, "sampled_reads", f->tally->picks.count);
    open(json, "overrepresented", '[');
    for (size_t i = 0; i < f->shared_count; i++) {
        open_line(json, NULL, '{');
        text(json, "sequence", f->shared[i].sequence);
        count(json, "sampled", f->shared[i].picks);
        number(json, "reads", f->shared[i].reads);
        number(json, "percent", f->shared[i].percent);
        text(json, "source", f->shared[i].source);
        close_line(json, '}');
    }
    close(json, ']');
}

static void put_tiles(struct json *json, const struct figures *f)
{
    open(json, "tiles", '[');
    for (size_t tile = 0; tile < f->tally->tiles.count; tile++) {
        open_line(json, NULL, '{');
        count(json, "tile", f->tally->tiles.id[tile]);
        open(json, "quality_difference", '[');
        for (size_t i = 0; i < f->group_count; i++)
            number(json, NULL, f->tile_difference[tile * f->group_count + i]);
        close(json, ']');
        close_line(json, '}');
    }
    close(json, ']');
}

static void put_long_reads(struct json *json, const struct figures *f)
{
    open(json, "long_reads", '[');
    for (size_t at = 0; at < (size_t)QC_LONG_CLASSES * QC_CLASSES; at++) {
        if (!f->tally->sum[QC_LONG_READS][at])
            continue;
        open_line(json, NULL, '{');
        count(json, "length_from", qc_long_edge(at / QC_CLASSES));
        begin_value(json, "quality_of_mean_error");
        fprintf(json->out, "%d", f->score[at % QC_CLASSES]);
        count(json, "reads", f->tally->sum[QC_LONG_READS][at]);
        close_line(json, '}');
    }
    close(json, ']');
}

static void put_verdicts(struct json *json, const struct figures *f)
{
    static const char *const words[] = {"pass", "warn", "fail", "none"};
    open(json, "verdicts", '{');
    for (enum report_part part = 0; part < PARTS; part++)
        text(json, verdict_part_name(part), words[verdict_of(f, part)]);
    close(json, '}');
}

/* The steps that were taken, with their numbers. */
static void put_settings(struct json *json, const pfq_filter_config *config)
{
    const struct {
        const char *name;
        bool given;
        uint64_t value;
    } settings[] = {
        {"head", config->head != 0, config->head},
        {"sample_records", config->sample_records != 0, config->sample_records},
        {"seed", config->sample_records || config->sample_fraction > 0, config->seed},
        {"trim_quality", config->trim_quality != 0, config->trim_quality},
        {"min_length", config->min_length != 0, config->min_length},
        {"max_length", config->max_length != 0, config->max_length},
        {"max_n", config->limit_n, config->max_n},
        {"min_mean_quality", config->min_mean_quality != 0, config->min_mean_quality},
        {"min_error_quality", config->min_error_quality != 0, config->min_error_quality},
    };
    open_line(json, "settings", '{');
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (settings[i].given)
            count(json, settings[i].name, settings[i].value);
    if (config->sample_fraction > 0)
        number(json, "sample_fraction", config->sample_fraction);
    if (config->trim_adapters)
        truth(json, "trim_adapters", true);
    close_line(json, '}');
}

static void put_filter(struct json *json, const struct figures_filter *filter)
{
    open(json, "filter", '{');
    put_settings(json, filter->config);
    for (size_t c = 0; c < FILTER_COUNTS; c++)
        if (filter_has_count(filter->config, filter->mates, c))
            count(json, filter_counts[c].name, filter->counts->words[c]);
    close(json, '}');
}

/* Everything that is counted of reads. */
static void put_statistics(struct json *json, const struct figures *f)
{
    put_encoding(json, f);
    put_counts(json, f);
    put_lengths(json, f);
    put_read_quality(json, f);
    put_positions(json, f);
    put_groups(json, f);
    put_gc(json, f);
    put_adapters(json, f);
    put_duplication(json, f);
    put_shared(json, f);
    put_tiles(json, f);
    put_long_reads(json, f);
    put_verdicts(json, f);
}

/* `after` is NULL where reads were not filtered. */
static void put_input(struct json *json, const struct figures *f, const struct figures *after)
{
    open(json, NULL, '{');
    text(json, "file", f->name);
    text(json, "format", f->format);
    put_statistics(json, f);
    if (after) {
        put_filter(json, f->filter);
        open(json, "after", '{');
        put_statistics(json, after);
        close(json, '}');
    }
    close(json, '}');
}

void report_json(const struct figures *figures, size_t n, FILE *out)
{
    struct json json = {.out = out, .depth = 1};
    fputc('{', out);
    text(&json, "format", "parfastq stats");
    count(&json, "format_version", VERSION);
    text(&json, "software", "parfastq");
    text(&json, "software_version", pfq_version());
    open(&json, "inputs", '[');
    for (size_t i = 0; i < n; i++)
        if (!figures[i].after)
            put_input(&json, &figures[i], figures[i].filter ? &figures[i + 1] : NULL);
    close(&json, ']');
    fprintf(out, "\n}\n");
}
