/*
 * One page with everything: a table of the inputs, then a section for each part with a chart of
 * each input side by side. It holds its style and its pictures, loads nothing and runs no script.
 */
#include <inttypes.h>
#include <string.h>

#include "parfastq/version.h"
#include "report/page.h"
#include "report/report.h"
#include "report/verdict.h"

void page_text(const char *text, FILE *out)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fprintf(out, "&amp;");
            break;
        case '<':
            fprintf(out, "&lt;");
            break;
        case '>':
            fprintf(out, "&gt;");
            break;
        case '"':
            fprintf(out, "&quot;");
            break;
        default:
            fputc(*text, out);
        }
}

/* ---- the table ---- */

void page_count(uint64_t n, FILE *out)
{
    uint64_t group = 1;
    while (n / group >= 1000)
        group *= 1000;
    fprintf(out, "%" PRIu64, n / group);
    for (group /= 1000; group; group /= 1000)
        fprintf(out, ",%03u", (unsigned)(n / group % 1000));
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100 * (double)part / (double)whole : 0;
}

static void print_row(const struct figures *f, FILE *out)
{
    const uint64_t counts[] = {f->reads, f->bases, f->shortest, f->longest, f->n50};
    fprintf(out, "<tr><td>");
    page_text(figures_short_name(f->shown), out);
    for (size_t i = 0; i < 2; i++) {
        fprintf(out, "<td class=\"n\">");
        page_count(counts[i], out);
    }
    fprintf(out, "<td class=\"n\">");
    page_count(f->shortest, out);
    if (f->longest != f->shortest) {
        fprintf(out, "&ndash;");
        page_count(f->longest, out);
    }
    fprintf(out, "<td class=\"n\">%.1f<td class=\"n\">", f->mean_length);
    page_count(f->n50, out);
    fprintf(out, "<td class=\"n\">%.1f<td class=\"n\">%.1f<td class=\"n\">%.1f<td class=\"n\">%.1f",
            f->mean_score, percent(f->q20, f->bases), percent(f->q30, f->bases),
            percent(f->base[QC_G] + f->base[QC_C], f->bases));
    fprintf(out, "<td class=\"n\">%.1f<td>%s\n", 100 - f->distinct_percent,
            figures_encoding_text(f));
}

static void print_table(const struct figures *figures, size_t n, FILE *out)
{
    fprintf(out, "<div class=\"scroll\"><table><thead><tr><th>input<th class=\"n\">reads"
                 "<th class=\"n\">bases<th class=\"n\">length<th class=\"n\">mean"
                 "<th class=\"n\">N50<th class=\"n\">mean Q<th class=\"n\">Q20 %%"
                 "<th class=\"n\">Q30 %%<th class=\"n\">GC %%<th class=\"n\">duplicates %%"
                 "<th>qualities</thead><tbody>\n");
    for (size_t i = 0; i < n; i++)
        print_row(&figures[i], out);
    fprintf(out, "</tbody></table></div>\n");
}

/* ---- sections ---- */

static bool always(const struct figures *figures)
{
    (void)figures;
    return true;
}

/* PARTS as a part: there is no verdict. */
static const struct section {
    const char *title, *words;
    enum report_part part;
    bool (*has)(const struct figures *figures);
    page_draw *draw;
} sections[] = {
    {"Quality by position", "How sure the machine was of the bases at each position.", PART_QUALITY,
     always, page_quality},
    {"Quality by read", "Reads by the mean of their scores, rounded down.", PART_READ_QUALITY,
     always, page_read_quality},
    {"Bases by position",
     "In reads from random places of a genome the lines run level; primers, random hexamers and "
     "amplicons bend them.",
     PART_BASES, always, page_bases},
    {"GC content", "A second hump, or a shift, tells of another organism or of adapters.", PART_GC,
     always, page_gc},
    {"Length", "Reads by their number of bases.", PART_LENGTHS, always, page_lengths},
    {"Length and quality", "Reads of 1,000 bases and more.", PARTS, page_has_long_reads,
     page_long_reads},
    {"Duplication", "Reads by how many have the same first 50 bases.", PART_DUPLICATION, always,
     page_duplication},
    {"Adapters", "Reads that hold the first twelve bases of an adapter at a position or before it.",
     PART_ADAPTERS, always, page_adapters},
    {"Tiles of the flow cell",
     "Where a tile lies below the others over many positions, something was on the glass.",
     PART_TILES, page_has_tiles, page_tiles},
    {"Sequences many reads share", "First 50 bases that more than one read in a thousand have.",
     PART_SHARED, always, page_shared},
};

enum { SECTIONS = sizeof sections / sizeof *sections };

static void print_verdict(const struct figures *figures, enum report_part part, FILE *out)
{
    static const char *const words[] = {"pass", "warn", "fail", "none"};
    if (part == PARTS)
        return;
    const enum verdict verdict = verdict_of(figures, part);
    if (verdict != VERDICT_NONE)
        fprintf(out, "<span class=\"chip %s\">%s</span>", words[verdict], words[verdict]);
}

static bool any_has(const struct section *section, const struct figures *figures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (figures[i].bases && section->has(&figures[i]))
            return true;
    return false;
}

static void print_section(const struct section *section, const struct figures *figures, size_t n,
                          FILE *out)
{
    if (!any_has(section, figures, n))
        return;
    fprintf(out, "<section><h2>%s</h2><p>%s</p><div class=\"grid2\">\n", section->title,
            section->words);
    for (size_t i = 0; i < n; i++) {
        if (!figures[i].bases || !section->has(&figures[i]))
            continue;
        fprintf(out, "<div class=\"card\"><h3><span>");
        page_text(figures_short_name(figures[i].shown), out);
        fprintf(out, "</span>");
        print_verdict(&figures[i], section->part, out);
        fprintf(out, "</h3>\n");
        section->draw(&figures[i], out);
        fprintf(out, "</div>\n");
    }
    fprintf(out, "</div></section>\n");
}

void report_html(const struct figures *figures, size_t n, FILE *out)
{
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                 "<title>Quality of ");
    page_text(n ? figures_short_name(figures[0].shown) : "nothing", out);
    fprintf(out, "</title>\n<style>%s</style></head>\n<body><main>\n", page_style);
    fprintf(out, "<h1>Quality of sequencing reads</h1>\n<p>All reads were counted%s.</p>\n",
            n && figures[0].filter ? ", before and after filtering"
            : n > 1                ? "; inputs stand side by side"
                                   : "");
    print_table(figures, n, out);
    page_filtering(figures, n, out);
    fprintf(out, "<div class=\"%s\">\n", n == 1 ? "alone" : "sections");
    for (size_t i = 0; i < SECTIONS; i++)
        print_section(&sections[i], figures, n, out);
    fprintf(out,
            "</div><footer>parfastq %s. The verdicts are by FastQC's bounds, which were chosen for "
            "genomes sequenced at random by Illumina machines; good libraries of other kinds fail "
            "some of them.</footer>\n</main></body></html>\n",
            pfq_version());
}
