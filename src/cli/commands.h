/*
 * The commands of parfastq: one row for each. Finding, help and dispatch walk the table.
 *
 * A command turns what the options say into the config of one function of parfastq/run.h, or
 * refuses in a sentence what makes no sense together.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdio.h>

#include "cli/console.h"
#include "cli/options.h"

/* All that a command is given. The same on every rank but for the console. */
struct cli_call {
    pfq_team *team;
    struct cli_options options;
    struct console *console;
    FILE *out;        /* where results for people go; written by rank 0 alone */
    const char *line; /* the command line, as a shell would take it */
    const char *mpi;  /* the MPI library in words; NULL: built without */
};

struct command {
    const char *name;
    unsigned bit;            /* CLI_..., as options know it */
    const char *synopsis[2]; /* what follows "parfastq NAME"; NULL: no second line */
    const char *summary;
    pfq_status (*run)(struct cli_call *call, pfq_error *err); /* collective */
};

/* The i-th row of the table, or NULL behind the last. */
const struct command *commands_at(size_t i);

/* The command with that name; NULL and a filled error (the nearest name, if any) where there is
 * none. */
const struct command *commands_find(const char *name, pfq_error *err);

/* Prints the help of one command, or of all for NULL. */
void commands_print_help(const struct command *command, FILE *out);

/* Reads the words behind the program's name and does what they say; help asked for is printed to
 * `out` by rank 0. The options are in call->options afterwards, for the caller to release.
 * Collective: call->team. Returns: the same status, with the same error, on every rank. */
pfq_status commands_dispatch(struct cli_call *call, int n, char *const *words, pfq_error *err);

#endif
