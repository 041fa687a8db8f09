/*
 * The table of `parfastq stats`: one row here is one column there.
 */
#include <inttypes.h>
#include <string.h>

#include "report/report.h"

enum { CELL_BYTES = 1100 };

enum kind { TEXT, COUNT, ONE_PLACE, TWO_PLACES };

/* A column: what it holds of an input, as text or as a number. */
struct column {
    const char *name;
    enum kind kind;
    const char *(*text)(const struct figures *figures);
    double (*number)(const struct figures *figures); /* counts are below 2^53 */
};

static const char *name_of(const struct figures *f)
{
    return f->shown;
}

static const char *format_of(const struct figures *f)
{
    return f->format;
}

static const char *type_of(const struct figures *f)
{
    return f->base[QC_U] && !f->base[QC_T] ? "RNA" : "DNA";
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100 * (double)part / (double)whole : 0;
}

#define NUMBER(name, expression)                                                                   \
    static double name(const struct figures *f)                                                    \
    {                                                                                              \
        return (double)(expression);                                                               \
    }
NUMBER(reads, f->reads)
NUMBER(bases, f->bases)
NUMBER(shortest, f->shortest)
NUMBER(mean_length, f->mean_length)
NUMBER(longest, f->longest)
NUMBER(quartile_1, f->quartile[0])
NUMBER(quartile_2, f->quartile[1])
NUMBER(quartile_3, f->quartile[2])
NUMBER(gaps, f->base[QC_GAP])
NUMBER(n50, f->n50)
NUMBER(n50_reads, f->n50_reads)
NUMBER(q20, share(f->q20, f->bases))
NUMBER(q30, share(f->q30, f->bases))
NUMBER(mean_error, f->mean_error_score)
NUMBER(gc, share(f->base[QC_G] + f->base[QC_C], f->bases))
NUMBER(unknown, f->base[QC_N])
NUMBER(n90, f->n90)
#undef NUMBER

/* clang-format off */
static const struct column columns[] = {
    {"file",     TEXT,       name_of,   NULL},
    {"format",   TEXT,       format_of, NULL},
    {"type",     TEXT,       type_of,   NULL},
    {"num_seqs", COUNT,      NULL, reads},
    {"sum_len",  COUNT,      NULL, bases},
    {"min_len",  COUNT,      NULL, shortest},
    {"avg_len",  ONE_PLACE,  NULL, mean_length},
    {"max_len",  COUNT,      NULL, longest},
    {"Q1",       ONE_PLACE,  NULL, quartile_1},
    {"Q2",       ONE_PLACE,  NULL, quartile_2},
    {"Q3",       ONE_PLACE,  NULL, quartile_3},
    {"sum_gap",  COUNT,      NULL, gaps},
    {"N50",      COUNT,      NULL, n50},
    {"N50_num",  COUNT,      NULL, n50_reads},
    {"Q20(%)",   TWO_PLACES, NULL, q20},
    {"Q30(%)",   TWO_PLACES, NULL, q30},
    {"AvgQual",  TWO_PLACES, NULL, mean_error},
    {"GC(%)",    TWO_PLACES, NULL, gc},
    {"sum_n",    COUNT,      NULL, unknown},
    {"N90",      COUNT,      NULL, n90},
};
/* clang-format on */

enum { COLUMNS = sizeof columns / sizeof *columns };

/* Puts commas between groups of three digits. */
static void add_commas(char *text, size_t size)
{
    size_t digits = strspn(text, "0123456789"), length = strlen(text);
    for (size_t at = digits; at > 3 && length + 1 < size; length++) {
        at -= 3;
        memmove(text + at + 1, text + at, length - at + 1);
        text[at] = ',';
    }
}

static void write_cell(const struct column *column, const struct figures *figures, bool commas,
                       char *cell)
{
    static const int places[] = {[COUNT] = 0, [ONE_PLACE] = 1, [TWO_PLACES] = 2};
    if (column->kind == TEXT) {
        snprintf(cell, CELL_BYTES, "%s", column->text(figures));
        return;
    }
    snprintf(cell, CELL_BYTES, "%.*f", places[column->kind], column->number(figures));
    if (commas)
        add_commas(cell, CELL_BYTES);
}

static void print_tabs(const struct figures *figures, size_t n, FILE *out)
{
    char cell[CELL_BYTES];
    for (size_t c = 0; c < COLUMNS; c++)
        fprintf(out, "%s%s", c ? "\t" : "", columns[c].name);
    fputc('\n', out);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < COLUMNS; c++) {
            write_cell(&columns[c], &figures[i], false, cell);
            fprintf(out, "%s%s%s", c ? "\t" : "", cell, c + 1 == COLUMNS ? "\n" : "");
        }
}

static void print_cell(size_t c, int width, const char *cell, FILE *out)
{
    const int room = columns[c].kind == TEXT ? -width : width;
    fprintf(out, "%s%*s%s", c ? "  " : "", room, cell, c + 1 == COLUMNS ? "\n" : "");
}

void report_table(const struct figures *figures, size_t n, bool tabs, FILE *out)
{
    int widths[COLUMNS];
    char cell[CELL_BYTES];
    if (tabs) {
        print_tabs(figures, n, out);
        return;
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        widths[c] = (int)strlen(columns[c].name);
        for (size_t i = 0; i < n; i++) {
            write_cell(&columns[c], &figures[i], true, cell);
            widths[c] = (int)strlen(cell) > widths[c] ? (int)strlen(cell) : widths[c];
        }
    }
    for (size_t c = 0; c < COLUMNS; c++)
        print_cell(c, widths[c], columns[c].name, out);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < COLUMNS; c++) {
            write_cell(&columns[c], &figures[i], true, cell);
            print_cell(c, widths[c], cell, out);
        }
}
