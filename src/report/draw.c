/*
 * The charts of the page: one function each.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/page.h"

/* ---- what they share ---- */

/* Groups of positions as points of a chart. */
struct points {
    size_t n;
    double x[QC_GROUPS], y[QC_GROUPS];
};

/* Of short reads each position is as wide as any other; those of long ones lie on a scale of
 * powers, and end where hardly any read comes. */
static void begin_positions(struct chart *chart, const struct figures *f, struct points *points)
{
    enum { LEAST_SHARE = 1000 };
    const uint64_t most = figures_bases_at(f, 0, 1, QC_BASES);
    chart->x_is_log = f->tally->scale > 1;
    points->n = 0;
    for (size_t i = 0; i < f->group_count; i++) {
        const struct positions_group *const group = &f->groups[i];
        const uint64_t width = group->last - group->first + 1;
        const uint64_t bases = figures_bases_at(f, group->bin, group->bin_end, QC_BASES);
        if (chart->x_is_log && bases / width < most / LEAST_SHARE)
            break;
        points->x[points->n++] = chart->x_is_log ? sqrt((double)group->first * (double)group->last)
                                                 : (double)(group->first + group->last) / 2;
    }
    chart->x_low = 1;
    chart->x_high = points->n ? points->x[points->n - 1] : 1;
    if (chart->x_high <= chart->x_low)
        chart->x_high = chart->x_low + 1;
}

static void begin_key(FILE *out)
{
    fprintf(out, "<div class=\"key\">");
}

static void add_key(const char *class, const char *mark, const char *name, FILE *out)
{
    fprintf(out, "<span><i class=\"%s %s\"></i>%s</span>", class, mark, name);
}

static void end_key(FILE *out)
{
    fprintf(out, "</div>\n");
}

/* ---- by position ---- */

static double highest_score(const struct figures *f)
{
    return fmax(f->highest >= 0 ? f->score[f->highest] : 0, 40);
}

void page_quality(const struct figures *f, FILE *out)
{
    struct chart chart = {
        .out = out, .y_low = fmin(0, f->score[f->lowest]), .y_high = highest_score(f) + 1};
    struct points mean, median, lower, upper, low, high;
    begin_positions(&chart, f, &mean);
    for (size_t i = 0; i < mean.n; i++) {
        const struct figures_spread spread = figures_spread_of(f, &f->groups[i]);
        mean.y[i] = spread.mean;
        median.y[i] = spread.median;
        lower.y[i] = spread.lower;
        upper.y[i] = spread.upper;
        low.y[i] = spread.low;
        high.y[i] = spread.high;
    }
    chart_begin(&chart, "quality by position", "position in read", "Phred score");
    chart_band(&chart, mean.x, low.y, high.y, mean.n, "main light");
    chart_band(&chart, mean.x, lower.y, upper.y, mean.n, "main middle");
    chart_level(&chart, 30, "Q30");
    chart_level(&chart, 20, "Q20");
    chart_line(&chart, mean.x, median.y, mean.n, "main");
    chart_line(&chart, mean.x, mean.y, mean.n, "ink dash");
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    add_key("main", "", "median", out);
    add_key("ink", "dots", "mean", out);
    add_key("main", "box", "quartiles, and deciles around them", out);
    end_key(out);
}

void page_bases(const struct figures *f, FILE *out)
{
    static const enum qc_base kinds[] = {QC_A, QC_C, QC_G, QC_T, QC_N};
    static const char *const names[] = {"A", "C", "G", "T", "N"};
    static const char *const classes[] = {"k0", "k1", "k2", "k3", "k4"};
    struct chart chart = {.out = out, .y_high = 40};
    struct points lines[5];
    begin_positions(&chart, f, &lines[0]);
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < lines[0].n; i++) {
            const struct positions_group *const group = &f->groups[i];
            const uint64_t rna = figures_bases_at(f, group->bin, group->bin_end, QC_U);
            const double all = (double)figures_bases_at(f, group->bin, group->bin_end, QC_BASES);
            const double n = (double)(figures_bases_at(f, group->bin, group->bin_end, kinds[k]) +
                                      (kinds[k] == QC_T ? rna : 0));
            lines[k].y[i] = 100 * n / all;
            if (lines[k].y[i] > chart.y_high)
                chart.y_high = fmin(ceil(lines[k].y[i] / 10) * 10, 100);
        }
    chart_begin(&chart, "bases by position", "position in read", "percent of bases");
    for (size_t k = 0; k < 5; k++)
        chart_line(&chart, lines[0].x, lines[k].y, lines[0].n, classes[k]);
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    for (size_t k = 0; k < 5; k++)
        add_key(classes[k], "", names[k], out);
    end_key(out);
}

/* Adapters hardly any read holds would be lines along the axis. */
void page_adapters(const struct figures *f, FILE *out)
{
    static const char *const classes[QC_ADAPTERS] = {"k0", "k1", "k2", "k3", "k4",
                                                     "k5", "k6", "k7", "k8"};
    struct chart chart = {.out = out, .y_high = 5};
    struct points lines[QC_ADAPTERS];
    double most[QC_ADAPTERS] = {0};
    bool any = false;
    begin_positions(&chart, f, &lines[0]);
    for (int a = 0; a < QC_ADAPTERS; a++) {
        for (size_t i = 0; i < lines[0].n; i++) {
            lines[a].y[i] = figures_adapter(f, &f->groups[i], a);
            most[a] = fmax(most[a], lines[a].y[i]);
        }
        chart.y_high = fmax(chart.y_high, chart_round_up(most[a]));
    }
    chart_begin(&chart, "adapters by position", "position in read", "percent of reads, cumulative");
    for (int a = 0; a < QC_ADAPTERS; a++)
        if (most[a] >= 0.1)
            chart_line(&chart, lines[0].x, lines[a].y, lines[0].n, classes[a]);
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    for (int a = 0; a < QC_ADAPTERS; a++)
        if (most[a] >= 0.1) {
            add_key(classes[a], "", qc_adapters[a].name, out);
            any = true;
        }
    if (!any)
        fprintf(out, "no adapter in more than 0.1 %% of the reads");
    end_key(out);
}

/* ---- by read ---- */

void page_read_quality(const struct figures *f, FILE *out)
{
    const uint64_t *const reads = f->tally->sum[QC_READ_QUALITY];
    struct chart chart = {.out = out, .x_low = -0.5, .x_high = highest_score(f) + 0.5};
    double most = 1;
    for (size_t class = 0; class < QC_CLASSES; class ++)
        most = fmax(most, (double)reads[class]);
    chart.y_high = most * 1.05;
    chart_begin(&chart, "reads by mean quality", "mean Phred score of a read", "reads");
    for (size_t class = 0; class < QC_CLASSES; class ++)
        if (reads[class])
            chart_bar(&chart, f->score[class] - 0.5, f->score[class] + 0.5, (double)reads[class],
                      "main solid");
    chart_x_numbers(&chart);
    chart_end(&chart);
}

void page_gc(const struct figures *f, FILE *out)
{
    struct chart chart = {.out = out, .x_high = 100};
    double x[QC_GC_PERCENTS], y[QC_GC_PERCENTS], theory[QC_GC_PERCENTS], total = 0;
    for (int i = 0; i < QC_GC_PERCENTS; i++)
        total += f->gc[i];
    for (int i = 0; i < QC_GC_PERCENTS; i++) {
        x[i] = i;
        y[i] = total > 0 ? 100 * f->gc[i] / total : 0;
        theory[i] = total > 0 ? 100 * f->gc_theory[i] / total : 0;
        chart.y_high = fmax(chart.y_high, fmax(y[i], theory[i]) * 1.05);
    }
    if (chart.y_high <= 0)
        chart.y_high = 1;
    chart_begin(&chart, "reads by GC content", "GC content of a read, percent", "percent of reads");
    chart_band(&chart, x, NULL, y, QC_GC_PERCENTS, "main fill");
    chart_line(&chart, x, y, QC_GC_PERCENTS, "main");
    chart_line(&chart, x, theory, QC_GC_PERCENTS, "ink dash");
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    add_key("main", "", "reads", out);
    add_key("ink", "dots", "normal distribution around the mode", out);
    end_key(out);
}

/* Where the longest read is many times as long as the shortest, classes grow with length. */
void page_lengths(const struct figures *f, FILE *out)
{
    enum { MOST = 60, WIDE = 20 };
    const uint64_t least = f->shortest ? f->shortest : 1;
    struct chart chart = {.out = out, .x_is_log = f->longest / least >= WIDE && f->longest > 1000};
    double reads[MOST] = {0}, edges[MOST + 1];
    const double low = (double)least, high = (double)f->longest + 1;
    const double width = fmax(1, ceil((high - (double)f->shortest) / MOST));
    const size_t n =
        chart.x_is_log ? (size_t)MOST : (size_t)fmax(1, ceil((high - (double)f->shortest) / width));
    for (size_t i = 0; i <= n; i++)
        edges[i] = chart.x_is_log ? low * pow(high / low, (double)i / MOST)
                                  : (double)f->shortest - 0.5 + width * (double)i;
    for (size_t i = 0, at = 0; i < f->length_count; i++) {
        while (at + 1 < n && (double)f->lengths[i].bases >= edges[at + 1])
            at++;
        reads[at] += (double)f->lengths[i].reads;
    }
    for (size_t i = 0; i < n; i++)
        chart.y_high = fmax(chart.y_high, reads[i] * 1.05);
    chart.y_high = fmax(chart.y_high, 1);
    chart.x_low = n < 5 && !chart.x_is_log ? fmax(edges[0] - 5, -0.5) : edges[0];
    chart.x_high = n < 5 && !chart.x_is_log ? edges[n] + 5 : edges[n];
    chart_begin(&chart, "reads by length", "bases of a read", "reads");
    for (size_t i = 0; i < n; i++)
        if (reads[i] > 0)
            chart_bar(&chart, edges[i], edges[i + 1], reads[i], "main solid");
    chart_x_numbers(&chart);
    chart_end(&chart);
}

void page_duplication(const struct figures *f, FILE *out)
{
    static const char *const names[FIGURES_LEVELS] = {/* fives of tens unnamed: paper is narrow */
                                                      "1", "2",  "3", "4",   "5", "6",  "7", "8",
                                                      "9", "10", "",  "100", "",  "1k", "",  "10k"};
    struct chart chart = {.out = out, .x_high = FIGURES_LEVELS, .y_high = 100};
    chart_begin(&chart, "reads by how often their sequence occurs",
                "copies of a sequence, at least (1 to 9: exactly)", "percent of reads");
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        chart_bar(&chart, i + 0.08, i + 0.92, f->level[i], "main solid");
        chart_x_name(&chart, i + 0.5, names[i]);
    }
    chart_end(&chart);
    begin_key(out);
    fprintf(out, "<span>%.1f %% of the reads would be left of each sequence one",
            f->distinct_percent);
    fprintf(out, f->distinct_is_exact ? "</span>" : " (estimated)</span>");
    end_key(out);
}

/* ---- maps ---- */

bool page_has_tiles(const struct figures *f)
{
    return f->tally->tiles.count > 1;
}

/* The longest read of a tile. */
static uint64_t reach(const struct figures *f, size_t tile)
{
    const uint64_t *const words = f->tally->tiles.words + tile * QC_TILE_WORDS;
    uint64_t bases = QC_TILE_POSITIONS;
    while (bases > 0 && !words[QC_TILE_POSITIONS + bases])
        bases--;
    return bases;
}

/* How far the tiles of a row of the map are from the mean of all; 0 where they have no reads. */
static double distance(const struct figures *f, size_t first, size_t end, size_t group)
{
    double sum = 0;
    unsigned n = 0;
    for (size_t tile = first; tile < end; tile++)
        if (f->groups[group].first <= reach(f, tile)) {
            sum += f->tile_difference[tile * f->group_count + group];
            n++;
        }
    return n ? sum / n : 0;
}

/* Boxes of one shade at a time, so that each is a handful of bytes. */
void page_tiles(const struct figures *f, FILE *out)
{
    enum { ROWS = 100, SHADES = 5 };
    const size_t tiles = f->tally->tiles.count, rows = tiles < ROWS ? tiles : ROWS;
    struct chart chart = {.out = out, .y_high = (double)tiles};
    struct points points;
    begin_positions(&chart, f, &points);
    chart.x_low = 0.5;
    chart.x_high = (double)f->longest + 0.5;
    chart_begin(&chart, "quality by tile", "position in read", "tiles, in order");
    for (int shade = -SHADES; shade <= SHADES; shade++) {
        if (shade == 0)
            continue;
        chart_boxes_begin(&chart, shade < 0 ? "bad" : "main", fabs((double)shade) / SHADES);
        for (size_t row = 0; row < rows; row++)
            for (size_t g = 0; g < f->group_count; g++) {
                const size_t first = row * tiles / rows, end = (row + 1) * tiles / rows;
                const double away = fmin(fmax(distance(f, first, end, g), -SHADES), SHADES);
                if ((int)round(away) == shade)
                    chart_box(&chart, (double)f->groups[g].first - 0.5,
                              (double)f->groups[g].last + 0.5, (double)first, (double)end);
            }
        chart_boxes_end(&chart);
    }
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    add_key("bad", "box", "mean score lower than that of all tiles, by up to 5", out);
    add_key("main", "box", "higher", out);
    end_key(out);
}

bool page_has_long_reads(const struct figures *f)
{
    return f->longest >= QC_LONG;
}

void page_long_reads(const struct figures *f, FILE *out)
{
    enum { SHADES = 8 };
    const uint64_t *const reads = f->tally->sum[QC_LONG_READS];
    struct chart chart = {.out = out, .x_is_log = true, .x_low = QC_LONG};
    double most = 1;
    int highest = 0;
    size_t last = 0;
    for (size_t at = 0; at < (size_t)QC_LONG_CLASSES * QC_CLASSES; at++)
        if (reads[at]) {
            most = fmax(most, (double)reads[at]);
            highest = f->score[at % QC_CLASSES] > highest ? f->score[at % QC_CLASSES] : highest;
            last = at / QC_CLASSES;
        }
    chart.x_high = (double)qc_long_edge(last + 1);
    chart.y_high = fmax(highest + 2, 20);
    chart_begin(&chart, "long reads by length and quality", "bases of a read",
                "Phred score of the mean error");
    for (int shade = 1; shade <= SHADES; shade++) {
        chart_boxes_begin(&chart, "main", (double)shade / SHADES);
        for (size_t at = 0; at < (size_t)QC_LONG_CLASSES * QC_CLASSES; at++) {
            const double part = log1p((double)reads[at]) / log1p(most);
            const int score = f->score[at % QC_CLASSES];
            if (reads[at] && (int)ceil(part * SHADES) == shade)
                chart_box(&chart, (double)qc_long_edge(at / QC_CLASSES),
                          (double)qc_long_edge(at / QC_CLASSES + 1), score, score + 1);
        }
        chart_boxes_end(&chart);
    }
    chart_x_numbers(&chart);
    chart_end(&chart);
    begin_key(out);
    add_key("main", "box", "reads, darker where there are more (logarithm)", out);
    end_key(out);
}

/* ---- a table ---- */

void page_shared(const struct figures *f, FILE *out)
{
    enum { MOST = 15 };
    if (!f->shared_count) {
        fprintf(out, "<p>None.</p>\n");
        return;
    }
    fprintf(out, "<div class=\"scroll\"><table><thead><tr><th>sequence<th class=\"n\">reads"
                 "<th class=\"n\">percent<th>possible source</thead><tbody>\n");
    for (size_t i = 0; i < f->shared_count && i < MOST; i++) {
        fprintf(out, "<tr><td class=\"seq\">");
        page_text(f->shared[i].sequence, out);
        fprintf(out, "<td class=\"n\">%.0f<td class=\"n\">%.2f<td>", f->shared[i].reads,
                f->shared[i].percent);
        page_text(f->shared[i].source, out);
        fputc('\n', out);
    }
    fprintf(out, "</tbody></table></div>\n");
    if (f->shared_count > MOST)
        fprintf(out, "<p>and %zu more</p>\n", f->shared_count - MOST);
}
