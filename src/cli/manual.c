/*
 * The manual page: the overview, each command, and then each option once, with the commands that
 * take it.
 *
 * Text is written through a filter, since roff takes some letters for its own: "-" would become a
 * hyphen, "\" begins a request within a line, and so do "." and "'" at its beginning.
 */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/pages.h"
#include "parfastq/version.h"

/* ---- text ---- */

enum { LINE_LETTERS = 64 }; /* after which a line ends at the next blank */

static void print_letter(char letter, FILE *out)
{
    if (letter == '-')
        fputs("\\-", out);
    else if (letter == '\\')
        fputs("\\e", out);
    else
        fputc(letter, out);
}

static void print_text(const char *text, FILE *out)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++)
        print_letter(*text, out);
}

static void print_line(const char *text, FILE *out)
{
    print_text(text, out);
    fputc('\n', out);
}

/* One request with its text, ".B text". */
static void print_as(const char *request, const char *text, FILE *out)
{
    fprintf(out, "%s ", request);
    print_line(text, out);
}

/* A paragraph, on lines of moderate length; roff fills them again. */
static void print_paragraph(const char *text, FILE *out)
{
    int letters = 0;
    for (; *text; text++) {
        if (*text == ' ' && letters >= LINE_LETTERS && text[1] != '.' && text[1] != '\'') {
            fputc('\n', out);
            letters = 0;
        } else {
            print_letter(*text, out);
            letters++;
        }
    }
}

/* Help begins with a small letter, as in a list of options; here it is a sentence. */
static void print_sentence(const char *text, FILE *out)
{
    print_letter((char)toupper((unsigned char)*text), out);
    print_paragraph(text + 1, out);
    fputs(".\n", out);
}

/* ---- sections ---- */

static void print_synopsis(const struct command *command, FILE *out)
{
    for (size_t i = 0; i < 2 && command->synopsis[i]; i++) {
        if (i)
            fputs(".br\n", out);
        print_as(".B parfastq", command->name, out);
        print_line(command->synopsis[i], out);
    }
}

static void print_commands(FILE *out)
{
    const struct command *command;
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; (command = commands_at(i)); i++) {
        fputs(".TP\n", out);
        print_as(".B", command->name, out);
        print_sentence(command->summary, out);
    }
}

/* "-o, --output FILE" */
static void print_spelling(const struct option *row, FILE *out)
{
    if (row->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", out);
    print_text(row->name, out);
    fputs("\\fR", out);
    if (row->value)
        fprintf(out, " \\fI%s\\fR", row->value);
    fputc('\n', out);
}

/* "Of convert and export." Nothing for an option that all commands take. */
static void print_takers(const struct option *row, FILE *out)
{
    const struct command *command;
    size_t takers = 0, all = 0, printed = 0;
    for (; (command = commands_at(all)); all++)
        takers += (row->commands & command->bit) != 0;
    if (takers == all || !takers)
        return;
    fputs("Of\n", out);
    for (size_t i = 0; (command = commands_at(i)); i++) {
        if (!(row->commands & command->bit))
            continue;
        printed++;
        fprintf(out, "%s.BR %s%s\n", printed > 1 && printed == takers ? "and\n" : "", command->name,
                printed == takers       ? " ."
                : printed + 1 == takers ? ""
                                        : " ,");
    }
}

static void print_options(FILE *out)
{
    char text[OPTIONS_TEXT_BYTES];
    const struct option *row;
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; (row = options_at(i)); i++) {
        fputs(".TP\n", out);
        print_spelling(row, out);
        options_describe(row, text, sizeof text);
        print_sentence(text, out);
        print_takers(row, out);
    }
}

void pages_print_manual(FILE *out)
{
    char date[32];
    const struct command *command;
    clock_utc(clock_stamp(), date, sizeof date);
    fprintf(out, ".TH PARFASTQ 1 \"%.10s\" \"parfastq %s\" \"User Commands\"\n", date,
            pfq_version());
    fputs(".SH NAME\nparfastq \\- FASTQ in, HDF5 out, in parallel\n.SH SYNOPSIS\n", out);
    for (size_t i = 0; (command = commands_at(i)); i++) {
        if (i)
            fputs(".br\n", out);
        print_synopsis(command, out);
    }
    fputs(".SH DESCRIPTION\n", out);
    print_paragraph("Reads FASTQ, plain or compressed, checks every record, and writes one HDF5 "
                    "file; gives the same bytes back; and tells how good the reads are. It is one "
                    "process that uses the cores it is given, or, under mpirun or srun, many ranks "
                    "that share the work. What it makes does not depend on their number.",
                    out);
    fputc('\n', out);
    print_commands(out);
    print_options(out);
    fputs(".SH EXIT STATUS\n.TP\n.B 0\nGood.\n.TP\n.B 1\nThe data are bad.\n.TP\n.B 2\n"
          "Wrong use.\n.TP\n.B 3\nThe machine failed: input or output, memory, MPI, HDF5.\n",
          out);
    fputs(".SH ENVIRONMENT\n.TP\n.B OMP_NUM_THREADS\nThreads of each rank, where\n"
          ".B \\-\\-threads\nis not given.\n.TP\n.B SOURCE_DATE_EPOCH\n"
          "The date that files are stamped with, in seconds since 1970.\n",
          out);
    fputs(".SH EXAMPLES\n.nf\n", out);
    print_line("parfastq convert -o reads.h5 -1 R1.fastq.gz -2 R2.fastq.gz", out);
    print_line("mpirun -n 8 parfastq convert -o reads.h5 reads.fastq", out);
    print_line("parfastq stats --html qc.html reads.h5", out);
    fputs(".fi\n.SH SEE ALSO\n.BR mpirun (1),\n.BR h5dump (1)\n", out);
}
