/*
 * What became of reads that were filtered: a row for each count, a column for each mate.
 */
#include "report/page.h"
#include "report/report.h"

#include <inttypes.h>

/* The next figures from `i` on that are of reads before filtering, or n. */
static size_t next_filtered(const struct figures *figures, size_t n, size_t i)
{
    while (i < n && (figures[i].after || !figures[i].filter))
        i++;
    return i;
}

/* ---- for a page ---- */

static void print_head(const struct figures *figures, size_t n, FILE *out)
{
    fprintf(out, "<thead><tr><th>");
    for (size_t i = next_filtered(figures, n, 0); i < n; i = next_filtered(figures, n, i + 1)) {
        fprintf(out, "<th class=\"n\">");
        page_text(figures_short_name(figures[i].shown), out);
        fprintf(out, "<th class=\"n\">%%");
    }
    fprintf(out, "</thead><tbody>\n");
}

/* Percent of the reads, or of the bases, before. */
static double share(const struct filter_counts *counts, size_t c)
{
    const bool bases = c == FILTER_BASES_BEFORE || c == FILTER_BASES_AFTER ||
                       (c >= FILTER_TRIMMED_BASES && c < FILTER_COUNTS);
    const uint64_t whole = counts->words[bases ? FILTER_BASES_BEFORE : FILTER_READS_BEFORE];
    return whole ? 100 * (double)counts->words[c] / (double)whole : 0;
}

static bool any_has(const struct figures *figures, size_t n, size_t c)
{
    for (size_t i = next_filtered(figures, n, 0); i < n; i = next_filtered(figures, n, i + 1))
        if (filter_has_count(figures[i].filter->config, figures[i].filter->mates, c))
            return true;
    return false;
}

void page_filtering(const struct figures *figures, size_t n, FILE *out)
{
    if (next_filtered(figures, n, 0) == n)
        return;
    fprintf(out, "<section><h2>Filtering</h2><p>A read is dropped for the first reason that holds, "
                 "and with it its mates.</p><div class=\"scroll\"><table>");
    print_head(figures, n, out);
    for (size_t c = 0; c < FILTER_COUNTS; c++) {
        if (!any_has(figures, n, c))
            continue;
        fprintf(out, "<tr><td>%s", filter_counts[c].words);
        for (size_t i = next_filtered(figures, n, 0); i < n; i = next_filtered(figures, n, i + 1)) {
            fprintf(out, "<td class=\"n\">");
            page_count(figures[i].filter->counts->words[c], out);
            fprintf(out, "<td class=\"n\">%.2f", share(figures[i].filter->counts, c));
        }
        fputc('\n', out);
    }
    fprintf(out, "</tbody></table></div></section>\n");
}

/* ---- for a terminal ---- */

void report_filtering(const pfq_filter_config *config, const struct filter_counts *counts,
                      int mates, FILE *out)
{
    fprintf(out, "%-36s", "");
    for (int m = 0; m < mates; m++)
        fprintf(out, "          mate %d        %%", m + 1);
    fputc('\n', out);
    for (size_t c = 0; c < FILTER_COUNTS; c++) {
        if (!filter_has_count(config, mates, c))
            continue;
        fprintf(out, "%-36s", filter_counts[c].words);
        for (int m = 0; m < mates; m++)
            fprintf(out, "%16" PRIu64 "  %7.2f", counts[m].words[c], share(&counts[m], c));
        fputc('\n', out);
    }
}
