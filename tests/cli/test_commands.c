/*
 * What is written on the command line reaches the library as a config, and what makes no sense
 * together is refused before the library is called. The library is played by this file.
 */
#include "cli/commands.h"

#include "cli/signals.h"
#include "cli/version.h"
#include "parfastq/version.h"
#include "support/check.h"
#include "team/team.h"

enum { MOST_WORDS = 24 };

/* ---- the library, which remembers how it was called ---- */

static struct {
    int calls;
    pfq_reads reads;
    const char *files[PFQ_MAX_MATES][2]; /* the first two lanes */
    const char *input, *output;
    pfq_parser_config parse;
    pfq_convert_config convert;
    pfq_export_config export;
    pfq_stats_config stats;
    pfq_filter_run_config filter;
    const char *outputs[PFQ_MAX_MATES];
    size_t inputs;
    pfq_get_config get;
    const char *names[2]; /* the first two */
    int version_calls;
} seen;

static void see_reads(const pfq_reads *reads)
{
    seen.calls++;
    seen.reads = *reads;
    for (int mate = 0; mate < reads->mates; mate++)
        for (size_t lane = 0; lane < reads->lanes[mate] && lane < 2; lane++)
            seen.files[mate][lane] = reads->files[mate][lane];
}

pfq_status pfq_convert(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)counts, (void)err;
    see_reads(reads);
    seen.output = output;
    seen.convert = *config;
    seen.parse = config->parse;
    return PFQ_OK;
}

pfq_status pfq_stats(pfq_team *team, const pfq_reads *inputs, size_t n,
                     const pfq_stats_config *config, FILE *out, pfq_error *err)
{
    (void)team, (void)out, (void)err;
    see_reads(&inputs[n - 1]);
    seen.inputs = n;
    seen.stats = *config;
    seen.parse = config->parse;
    return PFQ_OK;
}

pfq_status pfq_filter(pfq_team *team, const pfq_reads *reads,
                      const char *const outputs[PFQ_MAX_MATES], const pfq_filter_run_config *config,
                      pfq_counts *counts, FILE *out, pfq_error *err)
{
    (void)team, (void)counts, (void)out, (void)err;
    see_reads(reads);
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        seen.outputs[mate] = outputs[mate];
    seen.filter = *config;
    seen.parse = config->parse;
    return PFQ_OK;
}

pfq_status pfq_validate(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                        pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)counts, (void)err;
    see_reads(reads);
    seen.parse = *config;
    return PFQ_OK;
}

pfq_status pfq_plan(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                    FILE *out, pfq_error *err)
{
    (void)out;
    return pfq_validate(team, reads, config, NULL, err);
}

pfq_status pfq_export(pfq_team *team, const char *input, const char *output,
                      const pfq_export_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)counts, (void)err;
    seen.calls++;
    seen.input = input;
    seen.output = output;
    seen.export = *config;
    return PFQ_OK;
}

pfq_status pfq_get(pfq_team *team, const char *input, const char *output, FILE *out,
                   const pfq_get_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)out, (void)counts, (void)err;
    seen.calls++;
    seen.input = input;
    seen.output = output;
    seen.get = *config;
    for (size_t i = 0; i < config->name_count && i < 2; i++)
        seen.names[i] = config->names[i];
    return PFQ_OK;
}

pfq_status pfq_info(pfq_team *team, const char *input, FILE *out, pfq_error *err)
{
    (void)team, (void)out, (void)err;
    seen.calls++;
    seen.input = input;
    return PFQ_OK;
}

void signals_end_at_once(void) {}

bool signals_stop(void *context)
{
    (void)context;
    return false;
}

int signals_explain(pfq_team *team, pfq_error *err)
{
    (void)team, (void)err;
    return 0;
}

int pfq_team_rank(const pfq_team *team)
{
    (void)team;
    return 0;
}

/* ---- hints: the last one, and what became of it ---- */

static struct {
    char key[32], value[32];
    pfq_hint shown;
    int given;
} hint;

pfq_status pfq_team_add_hint(pfq_team *team, const char *key, const char *value, pfq_error *err)
{
    (void)team, (void)err;
    hint.given++;
    snprintf(hint.key, sizeof hint.key, "%s", key);
    snprintf(hint.value, sizeof hint.value, "%s", value);
    hint.shown.key = hint.key;
    hint.shown.value = hint.value;
    return PFQ_OK;
}

const pfq_hint *pfq_team_hint(const pfq_team *team, size_t i)
{
    (void)team;
    return i == 0 && hint.given ? &hint.shown : NULL;
}

pfq_status team_agree(pfq_team *team, uint64_t order, pfq_error *err)
{
    (void)team, (void)order;
    return err->status;
}

pfq_status team_conclude(pfq_team *team, pfq_error *own, pfq_error *err)
{
    (void)team;
    if (own->status && err)
        *err = *own;
    return own->status;
}

void version_print(FILE *out)
{
    seen.version_calls++;
    fprintf(out, "version\n");
}

pfq_status version_print_placement(pfq_team *team, int threads, bool pin, const char *mpi,
                                   FILE *out, pfq_error *err)
{
    (void)team, (void)mpi, (void)err;
    fprintf(out, "placement of %d%s\n", threads, pin ? ", pinned" : "");
    return PFQ_OK;
}

/* ---- dispatching a line ---- */

static char said[4096]; /* on the console */
static char printed[16384];

/* Runs a line, words separated by single blanks; what it prints is in `printed`. */
static pfq_status dispatch(const char *line, pfq_error *err)
{
    static char text[512];
    char *words[MOST_WORDS], *rest = text;
    struct console console;
    struct cli_call call = {.console = &console, .out = tmpfile(), .line = line};
    int n = 0;
    CHECK(call.out != NULL);
    snprintf(text, sizeof text, "%s", line);
    for (char *word; *line && (word = strsep(&rest, " "));) {
        CHECK(n < MOST_WORDS);
        words[n++] = word;
    }
    memset(&seen, 0, sizeof seen);
    FILE *const told = tmpfile();
    CHECK(told != NULL);
    console_begin(&console, told);
    const pfq_status status = commands_dispatch(&call, n, words, err);
    rewind(call.out);
    printed[fread(printed, 1, sizeof printed - 1, call.out)] = '\0';
    fclose(call.out);
    rewind(told);
    said[fread(said, 1, sizeof said - 1, told)] = '\0';
    fclose(told);
    options_release(&call.options);
    return status;
}

static void good(const char *line)
{
    pfq_error err = {.status = PFQ_OK};
    dispatch(line, &err);
    CHECK_TEXT(err.message, "");
    CHECK_EQUAL(err.status, PFQ_OK);
}

static void bad(const char *line, const char *sentence)
{
    pfq_error err = {.status = PFQ_OK};
    const pfq_status status = dispatch(line, &err);
    CHECK_EQUAL(pfq_status_exit_code(status), 2);
    CHECK_EQUAL(err.status, status);
    CHECK_TEXT(err.message, sentence);
    CHECK_TEXT(printed, "");
    CHECK_EQUAL(seen.calls, 0);
}

/* ---- claims ---- */

static void operands_are_lanes_of_mate_1(void)
{
    good("convert -o out.h5 a.fq b.fq");
    CHECK_EQUAL(seen.reads.mates, 1);
    CHECK_EQUAL(seen.reads.lanes[0], 2);
    CHECK_TEXT(seen.files[0][0], "a.fq");
    CHECK_TEXT(seen.files[0][1], "b.fq");
    CHECK_TEXT(seen.output, "out.h5");
    CHECK_TEXT(seen.convert.command, "convert -o out.h5 a.fq b.fq");
    CHECK(!seen.reads.interleaved && !seen.convert.force);
}

static void mates_and_their_lanes_arrive_in_order(void)
{
    good("validate -2 b1 -1 a1 -1 a2 -2 b2 -3 c1 -3 c2");
    CHECK_EQUAL(seen.reads.mates, 3);
    CHECK_EQUAL(seen.reads.lanes[1], 2);
    CHECK_TEXT(seen.files[0][1], "a2");
    CHECK_TEXT(seen.files[1][0], "b1");
    CHECK_TEXT(seen.files[2][1], "c2");
}

static void interleaved_is_one_stream(void)
{
    good("plan --interleaved ab.fq");
    CHECK(seen.reads.interleaved);
    CHECK_EQUAL(seen.reads.mates, 1);
    good("validate --interleaved -1 ab.fq");
    CHECK(seen.reads.interleaved);
}

static void options_reach_the_config_of_convert(void)
{
    good("convert -o o a -t 3 --slice-size 2M --chunk-size 64k --quality-encoding solexa -f");
    CHECK_EQUAL(seen.parse.threads, 3);
    CHECK_EQUAL(seen.parse.slice_bytes, 2 << 20);
    CHECK_EQUAL(seen.parse.chunk_bytes, 64 << 10);
    CHECK_EQUAL(seen.parse.quality_encoding, PFQ_QUALITY_SOLEXA);
    CHECK_EQUAL(seen.parse.on_error, PFQ_ON_ERROR_STOP);
    CHECK(seen.convert.force && !seen.parse.no_name_check);
    CHECK(seen.parse.progress == console_progress && seen.parse.report == console_report);
    good("convert -o o a --on-error skip --no-name-check --max-errors 7 --writer gather");
    CHECK_EQUAL(seen.parse.on_error, PFQ_ON_ERROR_SKIP);
    CHECK_EQUAL(seen.parse.max_errors, 7);
    CHECK_EQUAL(seen.convert.writer, PFQ_WRITER_GATHER);
    CHECK(seen.parse.no_name_check && !seen.convert.force);
}

/* Hints go to the team before the run, and --verbose tells what became of them. */
static void hints_reach_the_team(void)
{
    good("convert -o o a --align 1M --hint cb_nodes=1 --hint a=b=c");
    CHECK_EQUAL(seen.convert.align_bytes, 1 << 20);
    CHECK_EQUAL(hint.given, 2);
    CHECK_TEXT(hint.key, "a");
    CHECK_TEXT(hint.value, "b=c");
    CHECK(!strstr(said, "hint"));
    good("convert -o o a --verbose --hint a=b");
    CHECK(strstr(said, "parfastq: note: hint a=b: no file was opened through MPI-IO\n"));
    hint.shown.taken = "";
    good("export -o o a --verbose --hint a=b");
    CHECK(strstr(said, "parfastq: note: hint a=b: this MPI library does not know it\n"));
    hint.shown.taken = "8";
    good("stats a --verbose --hint a=b");
    CHECK_TEXT(said, "parfastq: note: hint a=b: taken as 8\n");
    good("stats a -q --verbose --hint a=b");
    CHECK_TEXT(said, "");
    hint.given = 0;
}

static void options_reach_the_config_of_filter(void)
{
    good("filter -o a -O b --output3 c -1 x -2 y -3 z --min-length 30 --max-length 99 --max-n 0 "
         "--trim-adapters");
    CHECK_TEXT(seen.outputs[0], "a");
    CHECK_TEXT(seen.outputs[1], "b");
    CHECK_TEXT(seen.outputs[2], "c");
    CHECK(!seen.outputs[3] && !seen.filter.json && !seen.filter.force);
    CHECK_EQUAL(seen.filter.filter.min_length, 30);
    CHECK_EQUAL(seen.filter.filter.max_length, 99);
    CHECK(seen.filter.filter.limit_n && seen.filter.filter.max_n == 0);
    CHECK(seen.filter.filter.trim_adapters);
    CHECK_EQUAL(seen.filter.level, 6);
    good("filter -o a x --head 7 --sample 3 --seed 5 --trim-quality 9 --json j --level 1 -f");
    CHECK(!seen.outputs[1] && seen.filter.force);
    CHECK_TEXT(seen.filter.json, "j");
    CHECK_EQUAL(seen.filter.filter.head, 7);
    CHECK_EQUAL(seen.filter.filter.sample_records, 3);
    CHECK_EQUAL(seen.filter.filter.seed, 5);
    CHECK_EQUAL(seen.filter.filter.trim_quality, 9);
    CHECK_EQUAL(seen.filter.level, 1);
    good("convert -o o x --min-mean-quality 20");
    CHECK_EQUAL(seen.convert.filter.min_mean_quality, 20);
    CHECK(!seen.convert.filter.limit_n && !seen.convert.filter.trim_adapters);
    good("stats x --min-error-quality 12 --max-n 3");
    CHECK_EQUAL(seen.stats.filter.min_error_quality, 12);
    CHECK(seen.stats.filter.limit_n && seen.stats.filter.max_n == 3);
    bad("filter x", "no output: name the FASTQ file with -o");
    bad("filter -o a --output3 c -1 x -2 y -3 z", "--output3 is given without the one before");
    bad("filter -o a -O x -1 x -2 y", "'x' is both input and output");
    bad("filter -o - x", "'-' stands for the standard input of reads alone; outputs and HDF5 files "
                         "need a name (write ./- for a file called -)");
}

static void options_reach_the_config_of_get(void)
{
    good("get in.h5 one two --mate 2 --names more.txt --fasta -t2 -f -o out.fq");
    CHECK_TEXT(seen.input, "in.h5");
    CHECK_TEXT(seen.output, "out.fq");
    CHECK_EQUAL(seen.get.name_count, 2);
    CHECK_TEXT(seen.names[0], "one");
    CHECK_TEXT(seen.names[1], "two");
    CHECK_TEXT(seen.get.names_file, "more.txt");
    CHECK_EQUAL(seen.get.mate, 2);
    CHECK_EQUAL(seen.get.threads, 2);
    CHECK(seen.get.fasta && seen.get.force && !seen.get.rows_given);
    good("get in.h5 --rows 3:7");
    CHECK(seen.get.rows_given && !seen.output && !seen.get.name_count && !seen.get.names_file);
    CHECK_EQUAL(seen.get.row_begin, 3);
    CHECK_EQUAL(seen.get.row_end, 7);
    good("get in.h5 --names -");
    CHECK_TEXT(seen.get.names_file, "-");
    bad("get", "'parfastq get' takes one HDF5 file, and names");
    bad("get in.h5", "no names: write them behind the HDF5 file, or give --names or --rows");
    bad("get in.h5 one --rows 1:2", "--rows does not go with names");
    bad("get in.h5 --names a --rows 1:2", "--rows does not go with names");
    bad("get in.h5 one -o in.h5", "'in.h5' is both input and output");
}

static void options_reach_the_config_of_export(void)
{
    good("export in.h5 -o out.fq --mate 2 --rows 5: --fasta -f -t2 --slice-size 1k");
    CHECK_TEXT(seen.input, "in.h5");
    CHECK_TEXT(seen.output, "out.fq");
    CHECK_EQUAL(seen.export.mate, 2);
    CHECK(seen.export.rows_given && seen.export.fasta && seen.export.force);
    CHECK_EQUAL(seen.export.row_begin, 5);
    CHECK(seen.export.row_end == UINT64_MAX);
    CHECK_EQUAL(seen.export.threads, 2);
    CHECK_EQUAL(seen.export.slice_bytes, 1024);
    good("export in.h5 -o out.fq");
    CHECK(!seen.export.rows_given && !seen.export.mate);
}

static void options_reach_the_config_of_stats(void)
{
    good("stats --json a.json --html b.html --fastqc c --tsv -f -t2 x.fq y.fq");
    CHECK_EQUAL(seen.inputs, 2);
    CHECK_EQUAL(seen.reads.lanes[0], 1);
    CHECK_TEXT(seen.files[0][0], "y.fq");
    CHECK_TEXT(seen.stats.json, "a.json");
    CHECK_TEXT(seen.stats.html, "b.html");
    CHECK_TEXT(seen.stats.fastqc, "c");
    CHECK(seen.stats.tabs && seen.stats.force);
    CHECK_EQUAL(seen.parse.threads, 2);
    good("stats -1 a1 -1 a2 -2 b1 -2 b2");
    CHECK_EQUAL(seen.inputs, 1);
    CHECK_EQUAL(seen.reads.mates, 2);
    CHECK_EQUAL(seen.reads.lanes[1], 2);
    CHECK(!seen.stats.tabs && !seen.stats.json && !seen.stats.html && !seen.stats.fastqc);
}

static void wrong_combinations_are_refused(void)
{
    bad("convert a.fq", "no output: name the HDF5 file with -o");
    bad("export in.h5", "no output: name the FASTQ file with -o");
    bad("convert -o o", "no input: name the FASTQ files, or give mates with -1 and -2");
    bad("validate", "no input: name the FASTQ files, or give mates with -1 and -2");
    bad("convert -o o -1 a b",
        "'b' is given without -1 and other files with it; with mates, each file needs its own -1 "
        "or -2");
    bad("convert -o o -2 b", "-2 is given without -1");
    bad("convert -o o -1 a -3 c", "-3 is given without -2");
    bad("convert -o o --interleaved -1 a -2 b",
        "--interleaved is for one input that holds both mates; it does not go with -2");
    bad("convert -f -o a a", "'a' is both input and output");
    bad("convert -f -o b -1 a -2 b", "'b' is both input and output");
    bad("export -f -o a a", "'a' is both input and output");
    bad("stats", "no input: name the FASTQ files, or give mates with -1 and -2");
    bad("stats -f --json a a", "'a' is both input and output");
    bad("stats -f --html b -1 a -2 b", "'b' is both input and output");
    bad("stats --html a --json a b", "--json and --html name the same file");
    bad("info", "'parfastq info' takes one HDF5 file, not 0");
    bad("export -o o a b", "'parfastq export' takes one HDF5 file, not 2");
    bad("version a", "'parfastq version' takes no files");
    bad("help convert plan", "'parfastq help' takes one command");
}

static void streams_are_refused_by_name(void)
{
    static const char sentence[] = "'-' stands for the standard input of reads alone; outputs and "
                                   "HDF5 files need a name (write ./- for a file called -)";
    bad("convert -o - a", sentence);
    bad("export in.h5 -o -", sentence);
    bad("info -", sentence);
}

static void unknown_commands_are_refused_with_the_nearest(void)
{
    bad("", "no command");
    bad("convrt -o a b", "unknown command 'convrt'; did you mean 'convert'?");
    bad("help exprt", "unknown command 'exprt'; did you mean 'export'?");
    bad("banana", "unknown command 'banana'; see 'parfastq --help'");
    bad("--verson", "unknown option '--verson'; did you mean '--version'?");
    bad("-t4 convert", "'parfastq' does not take option '-t'; see 'parfastq --help'");
    bad("-- convert", "the command comes first; see 'parfastq --help'");
}

static void help_is_printed_wherever_it_is_asked_for(void)
{
    static const char *const lines[] = {"convert --help", "convert -h", "help convert",
                                        "--help convert", "convert -o x -h"};
    const struct command *command;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        good(lines[i]);
        CHECK_EQUAL(seen.calls, 0);
        CHECK_EQUAL(strncmp(printed, "Usage:\n  parfastq convert ", 26), 0);
        CHECK(strstr(printed, "--writer"));
        CHECK(!strstr(printed, "--fasta"));
    }
    good("help");
    for (size_t i = 0; (command = commands_at(i)); i++)
        CHECK(strstr(printed, command->summary));
    CHECK(strstr(printed, pfq_version()));
}

static void the_version_is_a_command_and_an_option(void)
{
    good("version");
    CHECK_TEXT(printed, "version\n");
    good("--version");
    CHECK_TEXT(printed, "version\n");
    good("version --verbose -t 3");
    CHECK_TEXT(printed, "placement of 3\n");
    good("version --verbose --pin -t 3");
    CHECK_TEXT(printed, "placement of 3, pinned\n");
}

static void every_command_has_a_bit_of_its_own_and_words_for_people(void)
{
    unsigned bits = CLI_ALONE;
    const struct command *command;
    for (size_t i = 0; (command = commands_at(i)); i++) {
        CHECK(command->bit && !(command->bit & (command->bit - 1)));
        CHECK(!(bits & command->bit));
        CHECK(command->run && command->summary[0] && command->synopsis[0]);
        bits |= command->bit;
    }
}

int main(void)
{
    operands_are_lanes_of_mate_1();
    mates_and_their_lanes_arrive_in_order();
    interleaved_is_one_stream();
    options_reach_the_config_of_convert();
    options_reach_the_config_of_export();
    options_reach_the_config_of_stats();
    hints_reach_the_team();
    options_reach_the_config_of_filter();
    options_reach_the_config_of_get();
    wrong_combinations_are_refused();
    streams_are_refused_by_name();
    unknown_commands_are_refused_with_the_nearest();
    help_is_printed_wherever_it_is_asked_for();
    the_version_is_a_command_and_an_option();
    every_command_has_a_bit_of_its_own_and_words_for_people();
    return 0;
}
