/*
 * Progress, reports and summaries. Formatting is pure and knows no terminal; drawing is a few lines
 * that know when and where. The line is erased with blanks, not with escape codes, so any terminal
 * will do.
 */
#include "cli/console.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

enum {
    FIRST_LOG_SECONDS = 10, /* short runs leave no lines in a log */
    NEXT_LOG_SECONDS = 30,
    LINE_BYTES = 512,
    LEAST_BAR_COLUMNS = 10, /* a shorter bar tells nothing */
    USUAL_COLUMNS = 80,
    ERROR_LINE_BYTES = 4 * PFQ_ERROR_FILE_BYTES + PFQ_ERROR_MESSAGE_BYTES + 128
};

static const double bar_seconds = 0.1; /* between two drawings */

/* ---- formatting ---- */

/* Three digits and a decimal unit: "0 B", "12.3 MB", "1.23 GB". */
static void format_amount(double bytes, char *text, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1000;
        unit++;
    }
    const int decimals = unit == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
    snprintf(text, size, "%.*f %s", decimals, bytes, units[unit]);
}

/* "0:07", "12:34", "1:02:03". */
static void format_duration(double seconds, char *text, size_t size)
{
    const double longest = 999 * 3600.0;
    const unsigned whole = (unsigned)(seconds < longest ? seconds + 0.5 : longest);
    const unsigned hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours)
        snprintf(text, size, "%u:%02u:%02u", hours, minutes, whole % 60);
    else
        snprintf(text, size, "%u:%02u", minutes, whole % 60);
}

/* The part that is done, 0 to 1; negative if the whole is unknown. */
static double part_done(const pfq_progress *progress)
{
    if (!progress->total_bytes)
        return -1;
    const double part = (double)progress->bytes / (double)progress->total_bytes;
    return part < 1 ? part : 1;
}

static double speed(uint64_t bytes, double seconds)
{
    return seconds > 0 ? (double)bytes / seconds : 0;
}

/* "345 MB/s, 1234567 records, 1:23 left", of which the time only where it can be told. */
static void format_facts(const pfq_progress *progress, const char *separator, char *text,
                         size_t size)
{
    char rate_text[32], left[32];
    const double rate = speed(progress->bytes, progress->seconds);
    format_amount(rate, rate_text, sizeof rate_text);
    const int used =
        snprintf(text, size, "%s/s%s%" PRIu64 " records", rate_text, separator, progress->records);
    if (rate <= 0 || progress->total_bytes < progress->bytes || used < 0 || (size_t)used >= size)
        return;
    format_duration((double)(progress->total_bytes - progress->bytes) / rate, left, sizeof left);
    snprintf(text + used, size - (size_t)used, "%s%s left", separator, left);
}

/* Writes " [====>    ]" into exactly `columns` columns, at least LEAST_BAR_COLUMNS. */
static void format_meter(double part, int columns, char *text)
{
    const int inside = columns - 3, filled = (int)(part * inside);
    text[0] = ' ';
    text[1] = '[';
    memset(text + 2, ' ', (size_t)inside);
    memset(text + 2, '=', (size_t)filled);
    if (filled < inside)
        text[2 + filled] = '>';
    text[columns - 1] = ']';
    text[columns] = '\0';
}

void console_format_bar(const char *title, const pfq_progress *progress, int width, char *line,
                        size_t size)
{
    char facts[128], head[64], meter[LINE_BYTES] = "";
    const double part = part_done(progress);
    format_facts(progress, "  ", facts, sizeof facts);
    if (part < 0)
        snprintf(head, sizeof head, "%s", title);
    else
        snprintf(head, sizeof head, "%s %3d%%", title, (int)(part * 100));

    const int room = width - 1 < LINE_BYTES - 1 ? width - 1 : LINE_BYTES - 1;
    const int bar = room - (int)strlen(head) - 2 - (int)strlen(facts);
    if (part >= 0 && bar >= LEAST_BAR_COLUMNS)
        format_meter(part, bar, meter);
    snprintf(line, size, "%s%s  %s", head, meter, facts);
    if (room >= 0 && (size_t)room < size)
        line[room] = '\0';
}

void console_format_log(const char *title, const pfq_progress *progress, char *line, size_t size)
{
    char facts[128], done[32], total[32], share[96];
    const double part = part_done(progress);
    format_facts(progress, ", ", facts, sizeof facts);
    format_amount((double)progress->bytes, done, sizeof done);
    format_amount((double)progress->total_bytes, total, sizeof total);
    if (part < 0)
        snprintf(share, sizeof share, "%s", done);
    else
        snprintf(share, sizeof share, "%d%%, %s of %s", (int)(part * 100), done, total);
    snprintf(line, size, "parfastq: %s: %s, %s", title, share, facts);
}

/* ---- the screen ---- */

static int screen_columns(FILE *out)
{
    struct winsize window;
    if (ioctl(fileno(out), TIOCGWINSZ, &window) == 0 && window.ws_col)
        return window.ws_col;
    const char *columns = getenv("COLUMNS");
    const long given = columns ? strtol(columns, NULL, 10) : 0;
    return given > 0 && given < LINE_BYTES ? (int)given : USUAL_COLUMNS;
}

void console_begin(struct console *console, FILE *out)
{
    memset(console, 0, sizeof *console);
    console->out = out;
    console->title = "";
}

void console_configure(struct console *console, const char *title,
                       const struct cli_options *options)
{
    console->title = title;
    console->quiet = options->quiet;
    if (!console->out || options->quiet || options->progress == CLI_PROGRESS_OFF)
        console->style = CONSOLE_SILENT;
    else if (options->progress == CLI_PROGRESS_ON || isatty(fileno(console->out)))
        console->style = CONSOLE_BAR;
    else
        console->style = CONSOLE_LOG;
    console->due = clock_seconds() + (console->style == CONSOLE_LOG ? FIRST_LOG_SECONDS : 0);
}

void console_erase(struct console *console)
{
    if (!console->drawn)
        return;
    fprintf(console->out, "\r%*s\r", console->drawn, "");
    fflush(console->out);
    console->drawn = 0;
}

/* Draws a line over the last one; blanks cover what stuck out behind it. */
static void draw(struct console *console, const char *line)
{
    const int columns = (int)strlen(line);
    fprintf(console->out, "\r%s", line);
    if (console->drawn > columns)
        fprintf(console->out, "%*s\r%s", console->drawn - columns, "", line);
    fflush(console->out);
    console->drawn = columns;
}

void console_progress(void *context, const pfq_progress *progress)
{
    struct console *console = context;
    char line[LINE_BYTES];
    if (console->style == CONSOLE_SILENT)
        return;
    const double now = clock_seconds();
    if (now < console->due)
        return;
    if (console->style == CONSOLE_BAR) {
        console_format_bar(console->title, progress, screen_columns(console->out), line,
                           sizeof line);
        draw(console, line);
        console->due = now + bar_seconds;
    } else {
        console_format_log(console->title, progress, line, sizeof line);
        fprintf(console->out, "%s\n", line);
        console->due = now + NEXT_LOG_SECONDS;
    }
}

/* ---- lines that stay ---- */

static void say(struct console *console, const char *kind, const pfq_error *what)
{
    char line[ERROR_LINE_BYTES];
    pfq_error_format(what, line, sizeof line);
    console_erase(console);
    fprintf(console->out, "parfastq: %s%s\n", kind, line);
}

void console_report(void *context, const pfq_error *what)
{
    struct console *console = context;
    if (!console->out)
        return;
    if (what->status == PFQ_OK) {
        if (!console->quiet)
            say(console, "warning: ", what);
        return;
    }
    console->listed++;
    say(console, "", what);
}

void console_note(void *context, const char *line)
{
    struct console *console = context;
    char escaped[4 * LINE_BYTES];
    if (!console->out || console->quiet)
        return;
    error_escape(escaped, sizeof escaped, line, strlen(line));
    console_erase(console);
    fprintf(console->out, "parfastq: note: %s\n", escaped);
}

void console_error(struct console *console, const pfq_error *err)
{
    if (console->out)
        say(console, "", err);
}

/* "1234 records", or "2468 records (2 x 1234)" where there are mates. */
static void format_records(const pfq_counts *counts, char *text, size_t size)
{
    uint64_t records = 0;
    bool equal = counts->mates > 1;
    for (int mate = 0; mate < counts->mates && mate < PFQ_MAX_MATES; mate++) {
        records += counts->records[mate];
        equal = equal && counts->records[mate] == counts->records[0];
    }
    const int used = snprintf(text, size, "%" PRIu64 " record%s", records, records == 1 ? "" : "s");
    if (equal && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, " (%d x %" PRIu64 ")", counts->mates,
                 counts->records[0]);
}

void console_summary(struct console *console, const pfq_counts *counts)
{
    char records[96];
    uint64_t bases = 0, dropped = 0;
    if (!console->out || console->quiet)
        return;
    for (int mate = 0; mate < counts->mates && mate < PFQ_MAX_MATES; mate++)
        bases += counts->bases[mate];
    format_records(counts, records, sizeof records);
    console_erase(console);
    fprintf(console->out, "parfastq: %s: %s, %" PRIu64 " bases in %.2f s (%.1f MB/s)",
            console->title, records, bases, counts->seconds,
            speed(counts->bytes, counts->seconds) / 1e6);
    for (int mate = 0; mate < counts->mates && mate < PFQ_MAX_MATES; mate++)
        dropped += counts->dropped[mate];
    if (dropped)
        fprintf(console->out, ", %" PRIu64 " dropped", dropped);
    if (counts->bad_records)
        fprintf(console->out, ", %" PRIu64 " bad", counts->bad_records);
    if (counts->bad_records > console->listed)
        fprintf(console->out, " (%" PRIu64 " listed)", console->listed);
    fputc('\n', console->out);
}
