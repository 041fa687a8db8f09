/*
 * The options of the command: one row for each, and everything else follows from the rows.
 *
 * A row says how an option is spelled, what value it takes, which commands take it, what it means
 * when it is not given, and where it is kept in struct cli_options. The parser, the help, the
 * defaults and the guesses at what was meant walk the table; a new option is one row and one
 * member.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "parfastq/run.h"

/* The commands, as bits of option.commands. */
enum {
    CLI_CONVERT = 1,
    CLI_VALIDATE = 2,
    CLI_EXPORT = 4,
    CLI_PLAN = 8,
    CLI_INFO = 16,
    CLI_VERSION = 32,
    CLI_HELP = 64,
    CLI_ALONE = 128, /* `parfastq` without a command */
    CLI_STATS = 256,
    CLI_GET = 512,
    CLI_FILTER = 1024,

    /* Those that a signal stops at the next round; others it ends at once. */
    CLI_STOPPABLE = CLI_CONVERT | CLI_VALIDATE | CLI_EXPORT | CLI_STATS | CLI_GET | CLI_FILTER
};

enum cli_progress { CLI_PROGRESS_AUTO = 0, CLI_PROGRESS_ON, CLI_PROGRESS_OFF };

/* Texts in the order they were given; they belong to argv. */
struct cli_list {
    const char **items;
    size_t n, capacity;
};

struct cli_rows {
    bool given;
    uint64_t begin, end; /* end is UINT64_MAX for "to the last one" */
};

/* A number that may be 0. */
struct cli_limit {
    bool given;
    uint64_t most;
};

enum cli_page { CLI_PAGE_HELP = 0, CLI_PAGE_MANUAL, CLI_PAGE_COMPLETION };

/* What the words on the command line said. Flags and choices are int. */
struct cli_options {
    struct cli_list operands;             /* words that are no options */
    struct cli_list reads[PFQ_MAX_MATES]; /* -1, -2, -3, -4 */
    const char *output;                   /* NULL: not given */
    const char *outputs[PFQ_MAX_MATES];   /* of filter, for mates 2 to 4; [0] is `output` */
    pfq_filter_config filter;             /* but for max_n, */
    struct cli_limit max_n;               /* which is here, */
    int trim_adapters;                    /* and this */
    int interleaved;
    int multiline;
    uint64_t threads; /* 0: not given */
    int pin;
    uint64_t slice_bytes;
    uint64_t chunk_bytes;
    int quality_encoding; /* pfq_quality_encoding */
    int on_error;         /* pfq_on_error */
    int inflate;          /* pfq_inflate */
    int strict;
    int index;
    int no_name_check;
    uint64_t max_errors;
    int writer; /* pfq_writer */
    pfq_compression compression;
    int checksum;
    int columns; /* bits of parfastq/batch.h */
    int bases;   /* pfq_base_form */
    int quality; /* pfq_score_form */
    int index_names;
    uint64_t mate; /* 0: not given */
    struct cli_rows rows;
    const char *names_file; /* NULL: not given */
    int fasta;
    uint64_t level;
    int qc;
    int tabs;
    const char *json, *fastqc, *html; /* NULL: not given */
    int resume;
    uint64_t align;        /* 0: not given */
    struct cli_list hints; /* KEY=VALUE */
    int force;
    int quiet;
    int progress; /* enum cli_progress */
    int verbose;
    int page; /* enum cli_page */
    int help;
    int version;
};

enum option_kind {
    OPTION_FLAG,   /* takes no value; sets an int to option.set */
    OPTION_CHOICE, /* one of option.choices; an int */
    OPTION_SET,    /* some of option.choices, with commas between; an int, the sum of them */
    OPTION_LEVEL,  /* one of option.choices, some with :N behind; pfq_compression */
    OPTION_COUNT,  /* a number; uint64_t */
    OPTION_LIMIT,  /* a number, also 0; struct cli_limit */
    OPTION_SAMPLE, /* a number of reads, or a part of them; pfq_filter_config */
    OPTION_SIZE,   /* bytes, with k, M, G; uint64_t */
    OPTION_TEXT,   /* const char * */
    OPTION_LIST,   /* a text, any number of times; struct cli_list */
    OPTION_PAIRS,  /* KEY=VALUE, any number of times; struct cli_list */
    OPTION_ROWS    /* A:B; struct cli_rows */
};

struct option_choice {
    const char *name; /* NULL ends the list */
    int value;
    uint64_t low, high; /* the levels that may be given with it; high == 0: none */
};

struct option {
    const char *name; /* long, without the dashes */
    char letter;      /* short; 0: none */
    unsigned commands;
    enum option_kind kind;
    int set;              /* flags: the value */
    size_t offset;        /* of the member of struct cli_options */
    const char *value;    /* how help calls the value; NULL for flags */
    const char *standard; /* what not giving it means, as one would give it; or NULL */
    const struct option_choice *choices; /* choices and levels only */
    uint64_t low, high; /* counts and sizes: the smallest and largest that are taken */
    const char *help;
};

/* The i-th row of the table, or NULL behind the last. */
const struct option *options_at(size_t i);

/* Reads the words behind the command: `command` is its bit, `name` how messages call it ("parfastq
 * convert"). Options and operands come in any order; "--" ends the options. A text option given
 * twice holds the last. *options is overwritten. Owns: *options holds pointers into `words`, and is
 * released with options_release in any case. Returns: PFQ_OK; PFQ_USAGE with a sentence for the
 * person; PFQ_NO_MEMORY. */
pfq_status options_parse(unsigned command, const char *name, int n, char *const *words,
                         struct cli_options *options, pfq_error *err);

void options_release(struct cli_options *options);

enum { OPTIONS_TEXT_BYTES = 256 };

/* The help of a row, with its choices and its default. */
void options_describe(const struct option *row, char *text, size_t size);

/* Prints the options of a command, a paragraph for each, at most 80 columns wide. */
void options_print(unsigned command, FILE *out);

#endif
