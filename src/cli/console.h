/*
 * What the command says while it works, and after: on stderr, from rank 0 alone.
 *
 * On a terminal progress is one line that is drawn over itself; in a log it is a line now and then.
 * Other lines (bad records, warnings, errors) first erase the one that is drawn.
 */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"
#include "parfastq/run.h"

struct console {
    FILE *out;         /* NULL: says nothing, as ranks other than 0 do */
    const char *title; /* of the run: the command's name */
    bool quiet;        /* errors only */
    enum { CONSOLE_SILENT = 0, CONSOLE_BAR, CONSOLE_LOG } style;
    int drawn;       /* columns of the line that is on the screen; 0: none */
    double due;      /* when progress is shown next, by clock_seconds() */
    uint64_t listed; /* bad records that were listed */
};

/* A console that shows no progress yet. */
void console_begin(struct console *console, FILE *out);

/* From here on it is the console of a run, as the options say. */
void console_configure(struct console *console, const char *title,
                       const struct cli_options *options);

/* The callbacks of a run; `context` is the console. */
void console_progress(void *context, const pfq_progress *progress);
void console_report(void *context, const pfq_error *what);
void console_note(void *context, const char *line);

/* Takes the progress line off the screen. */
void console_erase(struct console *console);

/* Prints the error a run ends with. */
void console_error(struct console *console, const pfq_error *err);

/* One line on what a run has done, unless quiet. */
void console_summary(struct console *console, const pfq_counts *counts);

/* The line of progress, for `width` columns: percent, bar, speed, records, time left. Of these the
 * bar goes first where room is short. Always shorter than width, so that no terminal breaks the
 * line. */
void console_format_bar(const char *title, const pfq_progress *progress, int width, char *line,
                        size_t size);

/* The same for a log, as one sentence. */
void console_format_log(const char *title, const pfq_progress *progress, char *line, size_t size);

#endif
