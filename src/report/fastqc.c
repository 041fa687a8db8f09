/*
 * What FastQC writes for programs, so that those that read it (MultiQC) read this too.
 *
 * A section is a row of the table: a name, a verdict, and a function that prints what is in
 * between. Version 0.12.1 of FastQC is the model.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/verdict.h"

static const char *const verdict_words[] = {"pass", "warn", "fail", "pass"};
static const char *const verdict_capitals[] = {"PASS", "WARN", "FAIL", "PASS"};

static void print_group(const struct positions_group *group, FILE *out)
{
    char text[48];
    figures_group_text(group, text);
    fprintf(out, "%s", text);
}

static void print_number(double number, FILE *out)
{
    if (isnan(number))
        fprintf(out, "\tNaN");
    else
        fprintf(out, "\t%.10g", number);
}

/* "16.7 kbp", cut and not rounded, as FastQC cuts. */
static void print_bases(uint64_t bases, FILE *out)
{
    static const struct {
        uint64_t one;
        const char *unit;
    } units[] = {{1000000000, "Gbp"}, {1000000, "Mbp"}, {1000, "kbp"}, {1, "bp"}};
    size_t i = 0;
    while (units[i].one > bases && units[i].one > 1)
        i++;
    const uint64_t tenths = bases % units[i].one * 10 / units[i].one;
    fprintf(out, "Total Bases\t%" PRIu64, bases / units[i].one);
    if (tenths)
        fprintf(out, ".%" PRIu64, tenths);
    fprintf(out, " %s\n", units[i].unit);
}

static void print_basic(const struct figures *f, FILE *out)
{
    const uint64_t gc = f->base[QC_G] + f->base[QC_C];
    const uint64_t known = gc + f->base[QC_A] + f->base[QC_T];
    fprintf(out, "#Measure\tValue\nFilename\t%s\nFile type\tConventional base calls\n",
            figures_short_name(f->shown));
    fprintf(out, "Encoding\t%s\nTotal Sequences\t%" PRIu64 "\n", figures_encoding_text(f),
            f->reads);
    print_bases(f->bases, out);
    fprintf(out, "Sequences flagged as poor quality\t0\nSequence length\t%" PRIu64, f->shortest);
    if (f->longest != f->shortest)
        fprintf(out, "-%" PRIu64, f->longest);
    fprintf(out, "\n%%GC\t%" PRIu64 "\n", known ? gc * 100 / known : 0);
}

static void print_quality(const struct figures *f, FILE *out)
{
    fprintf(out, "#Base\tMean\tMedian\tLower Quartile\tUpper Quartile\t10th Percentile\t90th "
                 "Percentile\n");
    for (size_t i = 0; i < f->group_count; i++) {
        const struct figures_spread spread = figures_spread_of(f, &f->groups[i]);
        print_group(&f->groups[i], out);
        print_number(spread.mean, out);
        print_number(spread.median, out);
        print_number(spread.lower, out);
        print_number(spread.upper, out);
        print_number(spread.low, out);
        print_number(spread.high, out);
        fputc('\n', out);
    }
}

static void print_tiles(const struct figures *f, FILE *out)
{
    fprintf(out, "#Tile\tBase\tMean\n");
    for (size_t tile = 0; tile < f->tally->tiles.count; tile++)
        for (size_t i = 0; i < f->group_count; i++) {
            fprintf(out, "%" PRIu64 "\t", f->tally->tiles.id[tile]);
            print_group(&f->groups[i], out);
            print_number(f->tile_difference[tile * f->group_count + i], out);
            fputc('\n', out);
        }
}

static void print_read_quality(const struct figures *f, FILE *out)
{
    const uint64_t *const reads = f->tally->sum[QC_READ_QUALITY];
    size_t first = 0, last = QC_CLASSES;
    while (first < QC_CLASSES && !reads[first])
        first++;
    while (last > first && !reads[last - 1])
        last--;
    fprintf(out, "#Quality\tCount\n");
    for (size_t class = first; class < last; class ++)
        fprintf(out, "%d\t%" PRIu64 ".0\n", f->score[class], reads[class]);
}

static void print_content(const struct figures *f, FILE *out)
{
    static const enum qc_base order[] = {QC_G, QC_A, QC_T, QC_C};
    fprintf(out, "#Base\tG\tA\tT\tC\n");
    for (size_t i = 0; i < f->group_count; i++) {
        const struct positions_group *const group = &f->groups[i];
        double all = 0;
        for (int k = 0; k < 4; k++)
            all += (double)figures_bases_at(f, group->bin, group->bin_end, order[k]);
        print_group(group, out);
        for (int k = 0; k < 4; k++)
            print_number(
                100 * (double)figures_bases_at(f, group->bin, group->bin_end, order[k]) / all, out);
        fputc('\n', out);
    }
}

static void print_gc(const struct figures *f, FILE *out)
{
    fprintf(out, "#GC Content\tCount\n");
    for (int percent = 0; percent < QC_GC_PERCENTS; percent++)
        fprintf(out, "%d\t%.10g\n", percent, f->gc[percent]);
}

static void print_unknown(const struct figures *f, FILE *out)
{
    fprintf(out, "#Base\tN-Count\n");
    for (size_t i = 0; i < f->group_count; i++) {
        const struct positions_group *const group = &f->groups[i];
        const double all = (double)figures_bases_at(f, group->bin, group->bin_end, QC_BASES);
        print_group(group, out);
        print_number(100 * (double)figures_bases_at(f, group->bin, group->bin_end, QC_N) / all,
                     out);
        fputc('\n', out);
    }
}

/* FastQC's classes of length: of 1, 2, 5, 10, 20, ... bases, the first that makes no more than
 * about fifty, with one base to spare at both ends. */
static uint64_t length_step(uint64_t low, uint64_t high)
{
    static const unsigned steps[] = {1, 2, 5};
    for (uint64_t power = 1;; power *= 10)
        for (size_t i = 0; i < 3; i++)
            if ((high - low) / (power * steps[i]) <= 50)
                return power * steps[i];
}

static void print_lengths(const struct figures *f, FILE *out)
{
    const uint64_t low = f->shortest ? f->shortest - 1 : 0, high = f->longest + 1;
    const uint64_t step = length_step(low, high);
    size_t at = 0;
    fprintf(out, "#Length\tCount\n");
    for (uint64_t from = low / step * step; from <= high; from += step) {
        const uint64_t to = from + step - 1 < high ? from + step - 1 : high;
        uint64_t reads = 0;
        for (; at < f->length_count && f->lengths[at].bases <= to; at++)
            reads += f->lengths[at].reads;
        if (!reads && (from == low / step * step || from + step > high))
            continue;
        fprintf(out, "%" PRIu64, from);
        if (step > 1)
            fprintf(out, "-%" PRIu64, to);
        fprintf(out, "\t%" PRIu64 ".0\n", reads);
    }
}

static void print_duplication(const struct figures *f, FILE *out)
{
    fprintf(out, "#Total Deduplicated Percentage");
    print_number(f->distinct_percent, out);
    fprintf(out, "\n#Duplication Level\tPercentage of total\n");
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        fprintf(out, "%s", figures_level_names[i]);
        print_number(f->level[i], out);
        fputc('\n', out);
    }
}

static void print_shared(const struct figures *f, FILE *out)
{
    if (f->shared_count)
        fprintf(out, "#Sequence\tCount\tPercentage\tPossible Source\n");
    for (size_t i = 0; i < f->shared_count; i++)
        fprintf(out, "%s\t%.0f\t%.10g\t%s\n", f->shared[i].sequence, f->shared[i].reads,
                f->shared[i].percent, f->shared[i].source);
}

/* An adapter cannot begin in the last bases of the longest read. */
static void print_adapters(const struct figures *f, FILE *out)
{
    struct positions_group groups[QC_GROUPS];
    const uint64_t places = f->longest > QC_ADAPTER_BASES ? f->longest - QC_ADAPTER_BASES + 1 : 0;
    const size_t n = places ? positions_groups(places, f->tally->scale, groups) : 0;
    fprintf(out, "#Position");
    for (int a = 0; a < QC_ADAPTERS; a++)
        fprintf(out, "\t%s", qc_adapters[a].name);
    fputc('\n', out);
    for (size_t i = 0; i < n; i++) {
        print_group(&groups[i], out);
        for (int a = 0; a < QC_ADAPTERS; a++)
            print_number(figures_adapter(f, &groups[i], a), out);
        fputc('\n', out);
    }
}

static void (*const sections[PARTS])(const struct figures *figures, FILE *out) = {
    [PART_BASIC] = print_basic,
    [PART_QUALITY] = print_quality,
    [PART_TILES] = print_tiles,
    [PART_READ_QUALITY] = print_read_quality,
    [PART_BASES] = print_content,
    [PART_GC] = print_gc,
    [PART_UNKNOWN] = print_unknown,
    [PART_LENGTHS] = print_lengths,
    [PART_DUPLICATION] = print_duplication,
    [PART_SHARED] = print_shared,
    [PART_ADAPTERS] = print_adapters,
};

void report_fastqc_data(const struct figures *figures, FILE *out)
{
    fprintf(out, "##FastQC\t0.12.1\n");
    for (enum report_part part = 0; part < PARTS; part++) {
        const enum verdict verdict = verdict_of(figures, part);
        if (verdict == VERDICT_NONE)
            continue;
        fprintf(out, ">>%s\t%s\n", verdict_part_name(part), verdict_words[verdict]);
        sections[part](figures, out);
        fprintf(out, ">>END_MODULE\n");
    }
}

void report_fastqc_summary(const struct figures *figures, FILE *out)
{
    for (enum report_part part = 0; part < PARTS; part++) {
        const enum verdict verdict = verdict_of(figures, part);
        if (verdict != VERDICT_NONE)
            fprintf(out, "%s\t%s\t%s\n", verdict_capitals[verdict], verdict_part_name(part),
                    figures_short_name(figures->shown));
    }
}
