/*
 * The line of progress fits any terminal and says what is known, quiet is quiet, and what was drawn
 * is erased before anything else is said.
 */
#include "cli/console.h"

#include "support/check.h"

static const pfq_progress halfway = {
    .bytes = 1500000000, .total_bytes = 3000000000, .records = 4200000, .seconds = 10};

static void the_line_is_shorter_than_the_terminal(void)
{
    static const pfq_progress extremes[] = {
        {0, 0, 0, 0},
        {0, 100, 0, 0},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, 1e-9},
        {1, UINT64_MAX, 1, 1e9},
        {200, 100, 1, 1},
    };
    for (int width = 1; width < 700; width++) {
        for (size_t i = 0; i < sizeof extremes / sizeof *extremes; i++) {
            char line[512];
            console_format_bar("validate", &extremes[i], width, line, sizeof line);
            CHECK((int)strlen(line) < width);
        }
    }
}

static void the_line_shows_percent_bar_speed_records_and_time_left(void)
{
    char line[512];
    console_format_bar("convert", &halfway, 80, line, sizeof line);
    CHECK_TEXT(line,
               "convert  50% [=============>            ]  150 MB/s  4200000 records  0:10 left");
    CHECK_EQUAL(strlen(line), 79);
}

static void a_narrow_terminal_loses_the_bar_first(void)
{
    char line[512];
    console_format_bar("convert", &halfway, 55, line, sizeof line);
    CHECK_TEXT(line, "convert  50%  150 MB/s  4200000 records  0:10 left");
}

static void without_a_total_there_is_no_percent(void)
{
    const pfq_progress unknown = {.bytes = 5000, .records = 7, .seconds = 2};
    char line[512];
    console_format_bar("convert", &unknown, 80, line, sizeof line);
    CHECK_TEXT(line, "convert  2.50 kB/s  7 records");
    console_format_log("convert", &unknown, line, sizeof line);
    CHECK_TEXT(line, "parfastq: convert: 5.00 kB, 2.50 kB/s, 7 records");
}

static void a_log_gets_a_sentence(void)
{
    char line[512];
    console_format_log("convert", &halfway, line, sizeof line);
    CHECK_TEXT(line, "parfastq: convert: 50%, 1.50 GB of 3.00 GB, 150 MB/s, 4200000 records, "
                     "0:10 left");
}

/* A console that writes to a temporary file, and what it has written. */
static FILE *begin(struct console *console, int quiet, int progress)
{
    const struct cli_options options = {.quiet = quiet, .progress = progress};
    FILE *out = tmpfile();
    CHECK(out != NULL);
    console_begin(console, out);
    console_configure(console, "convert", &options);
    return out;
}

static const char *end(FILE *out)
{
    static char text[4096];
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    fclose(out);
    return text;
}

static const pfq_error warning = {.status = PFQ_OK, .message = "looks like Phred+64"};
static const pfq_error bad_record = {.status = PFQ_BAD_LENGTH,
                                     .file = "a.fq",
                                     .line = 5,
                                     .record = 2,
                                     .byte = 40,
                                     .message = "3 bases but 2 quality values"};
static const pfq_counts counts = {.mates = 2,
                                  .records = {10, 10},
                                  .bases = {1000, 1000},
                                  .bytes = 5000000,
                                  .bad_records = 3,
                                  .seconds = 2};

static void a_file_is_a_log_and_a_short_run_leaves_no_progress_in_it(void)
{
    struct console console;
    FILE *out = begin(&console, 0, CLI_PROGRESS_AUTO);
    CHECK_EQUAL(console.style, CONSOLE_LOG);
    console_progress(&console, &halfway);
    CHECK_TEXT(end(out), "");
}

static void a_log_gets_a_line_when_it_is_due_and_no_second_at_once(void)
{
    struct console console;
    FILE *out = begin(&console, 0, CLI_PROGRESS_AUTO);
    console.due = 0;
    console_progress(&console, &halfway);
    console_progress(&console, &halfway);
    const char *text = end(out);
    CHECK_EQUAL(strncmp(text, "parfastq: convert: 50%, ", 24), 0);
    CHECK_EQUAL(strcspn(text, "\n") + 1, strlen(text));
}

static void warnings_records_and_the_summary_are_lines(void)
{
    struct console console;
    FILE *out = begin(&console, 0, CLI_PROGRESS_OFF);
    console_progress(&console, &halfway);
    console_report(&console, &warning);
    console_note(&console, "by threads");
    console_report(&console, &bad_record);
    console_summary(&console, &counts);
    CHECK_TEXT(end(out),
               "parfastq: warning: looks like Phred+64\n"
               "parfastq: note: by threads\n"
               "parfastq: a.fq:5: record 2, byte 40: 3 bases but 2 quality values\n"
               "parfastq: convert: 20 records (2 x 10), 2000 bases in 2.00 s (2.5 MB/s), 3 bad "
               "(1 listed)\n");
}

static void quiet_leaves_errors_only(void)
{
    struct console console;
    FILE *out = begin(&console, 1, CLI_PROGRESS_ON);
    console.due = 0;
    console_progress(&console, &halfway);
    console_report(&console, &warning);
    console_note(&console, "by threads");
    console_summary(&console, &counts);
    console_error(&console, &bad_record);
    CHECK_TEXT(end(out), "parfastq: a.fq:5: record 2, byte 40: 3 bases but 2 quality values\n");
}

static void a_bar_is_erased_before_a_line(void)
{
    struct console console;
    FILE *out = begin(&console, 0, CLI_PROGRESS_ON);
    CHECK_EQUAL(console.style, CONSOLE_BAR);
    console.due = 0;
    console_progress(&console, &halfway);
    const int drawn = console.drawn;
    CHECK(drawn > 0);
    console_report(&console, &bad_record);
    CHECK_EQUAL(console.drawn, 0);
    const char *text = end(out);
    char erased[512];
    snprintf(erased, sizeof erased, "\r%*s\rparfastq: a.fq:5: ", drawn, "");
    CHECK_EQUAL(strncmp(text + 1 + drawn, erased, strlen(erased)), 0);
}

static void other_ranks_say_nothing_and_do_not_fail(void)
{
    const struct cli_options options = {.progress = CLI_PROGRESS_ON};
    struct console console;
    console_begin(&console, NULL);
    console_configure(&console, "convert", &options);
    console_progress(&console, &halfway);
    console_report(&console, &bad_record);
    console_summary(&console, &counts);
    console_error(&console, &bad_record);
    console_erase(&console);
    CHECK_EQUAL(console.style, CONSOLE_SILENT);
    CHECK_EQUAL(console.drawn, 0);
}

int main(void)
{
    the_line_is_shorter_than_the_terminal();
    the_line_shows_percent_bar_speed_records_and_time_left();
    a_narrow_terminal_loses_the_bar_first();
    without_a_total_there_is_no_percent();
    a_log_gets_a_sentence();
    a_file_is_a_log_and_a_short_run_leaves_no_progress_in_it();
    a_log_gets_a_line_when_it_is_due_and_no_second_at_once();
    warnings_records_and_the_summary_are_lines();
    quiet_leaves_errors_only();
    a_bar_is_erased_before_a_line();
    other_ranks_say_nothing_and_do_not_fail();
    return 0;
}
