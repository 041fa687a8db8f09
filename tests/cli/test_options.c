/*
 * Options mean the same in every spelling and order, a wrong one is refused with the nearest right
 * word, and every row of the table can be parsed and has its place in the help.
 */
#include "cli/options.h"

#include <ctype.h>

#include "support/check.h"

enum { MOST_WORDS = 16 };

/* Parses words that are separated by single blanks; "" stays an empty word. */
static pfq_status parse(unsigned command, const char *line, struct cli_options *options,
                        pfq_error *err)
{
    static char text[512]; /* options point into it */
    char *words[MOST_WORDS], *rest = text;
    int n = 0;
    snprintf(text, sizeof text, "%s", line);
    for (char *word; *line && (word = strsep(&rest, " "));) {
        CHECK(n < MOST_WORDS);
        words[n++] = word;
    }
    return options_parse(command, "parfastq test", n, words, options, err);
}

static struct cli_options good(unsigned command, const char *line)
{
    struct cli_options options;
    pfq_error err = {.status = PFQ_OK};
    if (parse(command, line, &options, &err))
        fprintf(stderr, "%s: %s\n", line, err.message);
    CHECK_EQUAL(err.status, PFQ_OK);
    return options;
}

static void bad(unsigned command, const char *line, const char *sentence)
{
    struct cli_options options;
    pfq_error err = {.status = PFQ_OK};
    CHECK_EQUAL(parse(command, line, &options, &err), PFQ_USAGE);
    CHECK_EQUAL(err.status, PFQ_USAGE);
    CHECK_TEXT(err.message, sentence);
    options_release(&options);
}

static void nothing_given_means_the_defaults(void)
{
    struct cli_options options = good(CLI_CONVERT, "");
    CHECK_EQUAL(options.slice_bytes, 0);
    CHECK_EQUAL(options.chunk_bytes, 1 << 20);
    CHECK_EQUAL(options.quality_encoding, PFQ_QUALITY_AUTO);
    CHECK_EQUAL(options.on_error, PFQ_ON_ERROR_STOP);
    CHECK_EQUAL(options.writer, PFQ_WRITER_AUTO);
    CHECK_EQUAL(options.compression.method, PFQ_COMPRESS_FAST);
    CHECK_EQUAL(options.compression.level, 0);
    CHECK_EQUAL(options.max_errors, 100);
    CHECK_EQUAL(options.progress, CLI_PROGRESS_AUTO);
    CHECK_EQUAL(options.threads, 0);
    CHECK_EQUAL(options.operands.n, 0);
    CHECK(!options.output && !options.force && !options.quiet && !options.rows.given);
    options_release(&options);
}

static void a_compression_may_have_a_level(void)
{
    static const struct {
        const char *line;
        pfq_compress method;
        int level;
    } rows[] = {
        {"--compress none", PFQ_COMPRESS_NONE, 0},     {"--compress fast", PFQ_COMPRESS_FAST, 0},
        {"--compress=gzip", PFQ_COMPRESS_GZIP, 0},     {"--compress gzip:1", PFQ_COMPRESS_GZIP, 1},
        {"--compress gzip:9", PFQ_COMPRESS_GZIP, 9},   {"--compress zstd", PFQ_COMPRESS_ZSTD, 0},
        {"--compress zstd:19", PFQ_COMPRESS_ZSTD, 19},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cli_options options = good(CLI_CONVERT, rows[i].line);
        CHECK_EQUAL(options.compression.method, rows[i].method);
        CHECK_EQUAL(options.compression.level, rows[i].level);
        options_release(&options);
    }
    bad(CLI_CONVERT, "--compress zip",
        "option '--compress': 'zip' is not one of none, fast, gzip[:1-9], zstd[:1-19]; did you "
        "mean 'gzip'?");
    static const char *const wrong[] = {
        "gzip:0", "gzip:10", "gzip:", "gzip:1x", "gzip:-1", "zstd:20",
        "fast:1", "none:",   ":",     "gz",      "gzip6"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char line[64];
        struct cli_options options;
        pfq_error err = {.status = PFQ_OK};
        snprintf(line, sizeof line, "--compress %s", wrong[i]);
        CHECK_EQUAL(parse(CLI_CONVERT, line, &options, &err), PFQ_USAGE);
        CHECK(strstr(err.message, "none, fast, gzip[:1-9], zstd[:1-19]"));
        options_release(&options);
    }
}

static void every_spelling_gives_the_same_value(void)
{
    static const char *const lines[] = {"-t4 -o x", "-t 4 -ox", "--threads=4 --output=x",
                                        "--threads 4 --output x", "-t1 -o y -t4 -o x"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct cli_options options = good(CLI_CONVERT, lines[i]);
        CHECK_EQUAL(options.threads, 4);
        CHECK_TEXT(options.output, "x");
        CHECK_EQUAL(options.operands.n, 0);
        options_release(&options);
    }
}

static void letters_can_be_bundled_up_to_a_value(void)
{
    struct cli_options options = good(CLI_CONVERT, "-fqt4 -qoa.h5");
    CHECK(options.force && options.quiet);
    CHECK_EQUAL(options.threads, 4);
    CHECK_TEXT(options.output, "a.h5");
    options_release(&options);
    options = good(CLI_CONVERT, "-fqo a.h5 b.fq");
    CHECK(options.force && options.quiet);
    CHECK_TEXT(options.output, "a.h5");
    CHECK_EQUAL(options.operands.n, 1);
    options_release(&options);
}

static void lists_keep_their_order_among_everything_else(void)
{
    struct cli_options options =
        good(CLI_CONVERT, "-1 a1 -2 b1 -q --read1=a2 -o x --read2 b2 -1a3 -3 c -4 d");
    static const size_t want[] = {3, 2, 1, 1};
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        CHECK_EQUAL(options.reads[mate].n, want[mate]);
    CHECK_TEXT(options.reads[0].items[0], "a1");
    CHECK_TEXT(options.reads[0].items[1], "a2");
    CHECK_TEXT(options.reads[0].items[2], "a3");
    CHECK_TEXT(options.reads[1].items[1], "b2");
    CHECK_TEXT(options.reads[2].items[0], "c");
    CHECK_TEXT(options.reads[3].items[0], "d");
    options_release(&options);
}

static void operands_may_stand_anywhere(void)
{
    struct cli_options options = good(CLI_CONVERT, "a -t2 b -o x c - -- -t3 --force --");
    static const char *const want[] = {"a", "b", "c", "-", "-t3", "--force", "--"};
    CHECK_EQUAL(options.operands.n, 7);
    for (size_t i = 0; i < 7; i++)
        CHECK_TEXT(options.operands.items[i], want[i]);
    CHECK_EQUAL(options.threads, 2);
    CHECK(!options.force);
    options_release(&options);
}

static void rows_are_ranges(void)
{
    struct cli_options options = good(CLI_EXPORT, "--rows 2:5");
    CHECK(options.rows.given && options.rows.begin == 2 && options.rows.end == 5);
    options_release(&options);
    options = good(CLI_EXPORT, "--rows=7:");
    CHECK(options.rows.given && options.rows.begin == 7 && options.rows.end == UINT64_MAX);
    options_release(&options);
    options = good(CLI_EXPORT, "--rows :3");
    CHECK(options.rows.given && options.rows.begin == 0 && options.rows.end == 3);
    options_release(&options);
    bad(CLI_EXPORT, "--rows 5:2",
        "option '--rows': '5:2' is not a range of rows; write A:B, A: or :B, with A not above B");
}

static void hints_are_pairs(void)
{
    struct cli_options options = good(CLI_EXPORT, "--hint a=b --hint c=d=e");
    CHECK_EQUAL(options.hints.n, 2);
    CHECK_TEXT(options.hints.items[1], "c=d=e");
    options_release(&options);
    bad(CLI_EXPORT, "--hint a", "option '--hint': 'a' is not KEY=VALUE");
    bad(CLI_EXPORT, "--hint =b", "option '--hint': '=b' is not KEY=VALUE");
    bad(CLI_EXPORT, "--hint a=", "option '--hint': 'a=' is not KEY=VALUE");
    bad(CLI_GET, "--hint a=b",
        "'parfastq test' does not take option '--hint'; see "
        "'parfastq test --help'");
}

static void of_two_flags_that_disagree_the_last_counts(void)
{
    struct cli_options options = good(CLI_CONVERT, "--progress --no-progress");
    CHECK_EQUAL(options.progress, CLI_PROGRESS_OFF);
    options_release(&options);
    options = good(CLI_CONVERT, "--no-progress --progress");
    CHECK_EQUAL(options.progress, CLI_PROGRESS_ON);
    options_release(&options);
}

static void unknown_options_are_refused_with_the_nearest(void)
{
    bad(CLI_CONVERT, "--thread 4", "unknown option '--thread'; did you mean '--threads'?");
    bad(CLI_CONVERT, "--thread=4", "unknown option '--thread'; did you mean '--threads'?");
    bad(CLI_CONVERT, "-force", "unknown option '-force'; did you mean '--force'?");
    bad(CLI_CONVERT, "-threads=4", "unknown option '-threads=4'; did you mean '--threads'?");
    bad(CLI_CONVERT, "--banana", "unknown option '--banana'; see 'parfastq test --help'");
    bad(CLI_CONVERT, "-x", "unknown option '-x'; see 'parfastq test --help'");
    bad(CLI_CONVERT, "-fx", "unknown option '-x'; see 'parfastq test --help'");
    bad(CLI_CONVERT, "--=4", "unknown option '--'; see 'parfastq test --help'");
    bad(CLI_CONVERT, "--\033[2J", "unknown option '--\\x1b[2J'; see 'parfastq test --help'");
}

static void an_option_of_another_command_is_refused(void)
{
    bad(CLI_INFO, "--threads 4",
        "'parfastq test' does not take option '--threads'; see "
        "'parfastq test --help'");
    bad(CLI_CONVERT, "--fasta",
        "'parfastq test' does not take option '--fasta'; see "
        "'parfastq test --help'");
    bad(CLI_VALIDATE, "-o x",
        "'parfastq test' does not take option '-o'; see "
        "'parfastq test --help'");
}

static void values_are_checked(void)
{
    bad(CLI_CONVERT, "-t", "option '-t' needs a value: N");
    bad(CLI_CONVERT, "--output", "option '--output' needs a value: FILE");
    bad(CLI_CONVERT, "--output=", "the value of option '--output' is empty");
    bad(CLI_CONVERT, "--force=yes", "option '--force' takes no value");
    bad(CLI_CONVERT, "-t 0", "option '-t': '0' is not a number from 1 to 4096");
    bad(CLI_CONVERT, "-t -1", "option '-t': '-1' is not a number from 1 to 4096");
    bad(CLI_CONVERT, "--max-errors all",
        "option '--max-errors': 'all' is not a number of 1 or more");
    bad(CLI_EXPORT, "--mate 5", "option '--mate': '5' is not a number from 1 to 4");
    bad(CLI_CONVERT, "--chunk-size 2G",
        "option '--chunk-size': '2G' is not a size from 1 to 1G (bytes, or with k, M or G for "
        "powers of 1024)");
    bad(CLI_CONVERT, "--writer gathr",
        "option '--writer': 'gathr' is not one of auto, direct, gather; did you mean 'gather'?");
    bad(CLI_CONVERT, "--columns sequence,",
        "option '--columns': 'sequence,' is not one of sequence, quality, name; did you mean "
        "'sequence'?");
    bad(CLI_CONVERT, "--columns name,,quality",
        "option '--columns': 'name,,quality' is not one of sequence, quality, name");
    bad(CLI_CONVERT, "--columns names",
        "option '--columns': 'names' is not one of sequence, quality, name; did you mean 'name'?");
    bad(CLI_CONVERT, "--quality-encoding phred",
        "option '--quality-encoding': 'phred' is not one of auto, sanger, illumina1.3, solexa");
}

/* A value the row takes. */
static const char *example(const struct option *row)
{
    switch (row->kind) {
    case OPTION_CHOICE:
        return row->choices[1].name;
    case OPTION_SET:
        return "name,quality,name";
    case OPTION_LEVEL:
        return "gzip:9";
    case OPTION_PAIRS:
        return "key=value";
    case OPTION_ROWS:
        return "1:2";
    case OPTION_LIMIT:
        return "0";
    case OPTION_SAMPLE:
        return "0.5";
    case OPTION_COUNT:
    case OPTION_SIZE:
        return "1";
    default:
        return "text";
    }
}

static void a_sample_is_a_number_or_a_part(void)
{
    struct cli_options options = good(CLI_FILTER, "--sample 1000 --seed 0 --max-n 0");
    CHECK_EQUAL(options.filter.sample_records, 1000);
    CHECK(options.filter.sample_fraction == 0);
    CHECK_EQUAL(options.filter.seed, 0);
    CHECK(options.max_n.given && options.max_n.most == 0);
    options_release(&options);
    options = good(CLI_FILTER, "--sample 7 --sample=.25");
    CHECK_EQUAL(options.filter.sample_records, 0);
    CHECK(options.filter.sample_fraction == 0.25);
    CHECK_EQUAL(options.filter.seed, 11);
    CHECK(!options.max_n.given);
    options_release(&options);
    static const char *const wrong[] = {"0", "1.0", "1.5",  "0.0", "-1",  "-0.5",
                                        "a", "1e3", "0.1x", ".",   "nan", "0.1.2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char line[64], sentence[160];
        snprintf(line, sizeof line, "--sample %s", wrong[i]);
        snprintf(sentence, sizeof sentence,
                 "option '--sample': '%s' is neither a number of 1 or more nor a part between 0 "
                 "and 1",
                 wrong[i]);
        bad(CLI_FILTER, line, sentence);
    }
}

static void every_row_is_taken_by_its_commands_and_no_other(void)
{
    const struct option *row;
    for (size_t i = 0; (row = options_at(i)); i++) {
        char line[128];
        if (row->value)
            snprintf(line, sizeof line, "--%s %s", row->name, example(row));
        else
            snprintf(line, sizeof line, "--%s", row->name);
        for (unsigned bit = CLI_CONVERT; bit <= CLI_FILTER; bit <<= 1) {
            struct cli_options options;
            pfq_error err;
            const pfq_status status = parse(bit, line, &options, &err);
            CHECK_EQUAL(status, (row->commands & bit) ? PFQ_OK : PFQ_USAGE);
            options_release(&options);
        }
    }
}

static void no_two_rows_share_a_name_or_a_letter(void)
{
    const struct option *a, *b;
    for (size_t i = 0; (a = options_at(i)); i++) {
        for (size_t j = i + 1; (b = options_at(j)); j++) {
            CHECK(strcmp(a->name, b->name) != 0);
            CHECK(!a->letter || a->letter != b->letter);
        }
    }
}

static char *help_of(unsigned command)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    options_print(command, out);
    fclose(out);
    return text;
}

static void every_row_is_in_the_help_of_its_commands(void)
{
    for (unsigned bit = CLI_CONVERT; bit <= CLI_ALONE; bit <<= 1) {
        char *help = help_of(bit);
        const struct option *row;
        for (size_t i = 0; (row = options_at(i)); i++) {
            char name[64];
            CHECK(row->help && isalpha((unsigned char)*row->help));
            snprintf(name, sizeof name, " --%s%s", row->name, row->value ? " " : "\n");
            const char *found = strstr(help, name);
            if (!row->value && !found) { /* a flag is followed by its help in the same line */
                snprintf(name, sizeof name, " --%s ", row->name);
                found = strstr(help, name);
            }
            CHECK_EQUAL(found != NULL, (row->commands & bit) != 0);
        }
        free(help);
    }
}

static void help_is_80_columns_wide_and_shows_defaults_and_choices(void)
{
    char *help = help_of(CLI_CONVERT);
    CHECK(strstr(help, "(default 1M)"));
    CHECK(strstr(help, "auto, sanger,"));
    for (const char *line = help; *line; line += strcspn(line, "\n") + 1) {
        const size_t size = strcspn(line, "\n");
        CHECK(size <= 80);
        CHECK(size > 0 && line[size - 1] != ' ');
    }
    free(help);
}

int main(void)
{
    nothing_given_means_the_defaults();
    a_compression_may_have_a_level();
    every_spelling_gives_the_same_value();
    letters_can_be_bundled_up_to_a_value();
    lists_keep_their_order_among_everything_else();
    operands_may_stand_anywhere();
    rows_are_ranges();
    hints_are_pairs();
    of_two_flags_that_disagree_the_last_counts();
    unknown_options_are_refused_with_the_nearest();
    an_option_of_another_command_is_refused();
    values_are_checked();
    a_sample_is_a_number_or_a_part();
    every_row_is_taken_by_its_commands_and_no_other();
    no_two_rows_share_a_name_or_a_letter();
    every_row_is_in_the_help_of_its_commands();
    help_is_80_columns_wide_and_shows_defaults_and_choices();
    return 0;
}
