/*
 * The table of commands, and a screen for each: options in, config out, one call.
 *
 * What makes no sense together is refused here, before a file is touched. All ranks are given the
 * same words, so all of them refuse alike.
 */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/pages.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "cli/words.h"
#include "parfastq/version.h"
#include "team/team.h"

/* ---- from options to configs ---- */

static pfq_status refuse(pfq_error *err, const char *sentence)
{
    return error_set(err, PFQ_USAGE, NULL, "%s", sentence);
}

/* Outputs and HDF5 files are written and read at any offset, which a stream has not. */
static pfq_status check_is_no_stream(const char *path, pfq_error *err)
{
    if (strcmp(path, "-") != 0)
        return PFQ_OK;
    return error_set(err, PFQ_UNSUPPORTED, NULL,
                     "'-' stands for the standard input of reads alone; outputs and HDF5 files "
                     "need a name (write ./- for a file called -)");
}

/* Which of the ways to name reads were used, and whether they go together. */
static pfq_status check_reads(const struct cli_options *options, pfq_error *err)
{
    const struct cli_list *mates = options->reads;
    bool any = mates[0].n > 0;
    for (int mate = 1; mate < PFQ_MAX_MATES; mate++) {
        if (mates[mate].n && !mates[mate - 1].n)
            return error_set(err, PFQ_USAGE, NULL, "-%d is given without -%d", mate + 1, mate);
        any = any || mates[mate].n;
    }
    if (!any && !options->operands.n)
        return refuse(err, "no input: name the FASTQ files, or give mates with -1 and -2");
    if (any && options->operands.n)
        return error_set(err, PFQ_USAGE, NULL,
                         "'%.200s' is given without -1 and other files with it; with mates, each "
                         "file needs its own -1 or -2",
                         options->operands.items[0]);
    if (options->interleaved && mates[1].n)
        return refuse(err, "--interleaved is for one input that holds both mates; it does not go "
                           "with -2");
    return PFQ_OK;
}

static pfq_status reads_from(const struct cli_options *options, pfq_reads *reads, pfq_error *err)
{
    memset(reads, 0, sizeof *reads);
    pfq_status status = check_reads(options, err);
    if (status)
        return status;
    const struct cli_list *lists = options->operands.n ? &options->operands : options->reads;
    const int most = options->operands.n ? 1 : PFQ_MAX_MATES;
    for (int mate = 0; mate < most && lists[mate].n; mate++) {
        reads->files[mate] = lists[mate].items;
        reads->lanes[mate] = lists[mate].n;
        reads->mates = mate + 1;
    }
    reads->interleaved = options->interleaved;
    return PFQ_OK;
}

static pfq_parser_config parse_config_from(const struct cli_call *call)
{
    const struct cli_options *options = &call->options;
    return (pfq_parser_config){
        .threads = (int)options->threads, /* the table bounds it */
        .pin_threads = options->pin != 0,
        .slice_bytes = options->slice_bytes,
        .chunk_bytes = options->chunk_bytes,
        .quality_encoding = (pfq_quality_encoding)options->quality_encoding,
        .on_error = (pfq_on_error)options->on_error,
        .inflate = (pfq_inflate)options->inflate,
        .strict = options->strict,
        .index = options->index,
        .no_name_check = options->no_name_check,
        .multiline = options->multiline,
        .max_errors = options->max_errors,
        .progress = console_progress,
        .report = console_report,
        .note = options->verbose ? console_note : NULL,
        .stop = signals_stop,
        .context = call->console,
    };
}

/* An output is none of the inputs: --force would replace what is being read. */
static pfq_status check_is_no_input(const struct cli_options *options, const char *output,
                                    pfq_error *err)
{
    for (int mate = -1; mate < PFQ_MAX_MATES; mate++) {
        const struct cli_list *list = mate < 0 ? &options->operands : &options->reads[mate];
        for (size_t i = 0; i < list->n; i++)
            if (strcmp(list->items[i], output) == 0)
                return error_set(err, PFQ_USAGE, NULL, "'%.200s' is both input and output", output);
    }
    return check_is_no_stream(output, err);
}

static pfq_status check_output(const struct cli_options *options, const char *what, pfq_error *err)
{
    if (!options->output)
        return error_set(err, PFQ_USAGE, NULL, "no output: name %s with -o", what);
    return check_is_no_input(options, options->output, err);
}

static pfq_status check_reports(const struct cli_options *options, pfq_error *err)
{
    const char *const reports[] = {options->json, options->html};
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < 2 && !status; i++)
        if (reports[i])
            status = check_is_no_input(options, reports[i], err);
    if (!status && options->json && options->html && strcmp(options->json, options->html) == 0)
        return refuse(err, "--json and --html name the same file");
    return status;
}

static pfq_status check_one_operand(const struct cli_options *options, const char *name,
                                    pfq_error *err)
{
    if (options->operands.n == 1)
        return check_is_no_stream(options->operands.items[0], err);
    return error_set(err, PFQ_USAGE, NULL, "'parfastq %s' takes one HDF5 file, not %zu", name,
                     options->operands.n);
}

static pfq_filter_config filter_from(const struct cli_options *options)
{
    pfq_filter_config filter = options->filter;
    filter.limit_n = options->max_n.given;
    filter.max_n = options->max_n.most;
    filter.trim_adapters = options->trim_adapters != 0;
    return filter;
}

/* ---- the commands ---- */

static bool has_delivered(pfq_status status)
{
    return status == PFQ_OK || status == PFQ_BAD_RECORDS;
}

static pfq_compression compression_from(const struct cli_options *options)
{
    pfq_compression compression = options->compression;
    compression.checksum = options->checksum;
    return compression;
}

/* A run that left a checkpoint did what it was asked to do: a launcher that sees another exit code
 * would end the job. Who must know looks for the checkpoint. */
static pfq_status tell_unfinished(struct cli_call *call, pfq_error *err)
{
    const size_t size = sizeof err->message;
    signals_explain(call->team, err);
    const size_t used = strlen(err->message);
    snprintf(err->message + used, size - used,
             "; the same command goes on from there (%.500s.checkpoint)", call->options.output);
    console_error(call->console, err);
    return PFQ_OK;
}

static pfq_status run_convert(struct cli_call *call, pfq_error *err)
{
    const pfq_convert_config config = {.parse = parse_config_from(call),
                                       .writer = (pfq_writer)call->options.writer,
                                       .compression = compression_from(&call->options),
                                       .columns = (unsigned)call->options.columns,
                                       .bases = (pfq_base_form)call->options.bases,
                                       .scores = (pfq_score_form)call->options.quality,
                                       .qc = call->options.qc != 0,
                                       .filter = filter_from(&call->options),
                                       .index_names = call->options.index_names != 0,
                                       .align_bytes = call->options.align,
                                       .force = call->options.force,
                                       .resume = call->options.resume != 0,
                                       .command = call->line};
    pfq_counts counts = {0};
    pfq_reads reads;
    pfq_status status = reads_from(&call->options, &reads, err);
    if (!status)
        status = check_output(&call->options, "the HDF5 file", err);
    if (status)
        return status;
    status = pfq_convert(call->team, &reads, call->options.output, &config, &counts, err);
    if (status == PFQ_STOPPED && counts.unfinished)
        return tell_unfinished(call, err);
    if (has_delivered(status))
        console_summary(call->console, &counts);
    return status;
}

/* Without mates, each file is an input of its own; else all are one. Owns: the caller frees
 * *inputs. */
static pfq_status inputs_from(const struct cli_options *options, pfq_reads **inputs, size_t *n,
                              pfq_error *err)
{
    pfq_reads reads;
    const pfq_status status = reads_from(options, &reads, err);
    if (status)
        return status;
    *n = options->operands.n ? options->operands.n : 1;
    *inputs = memory_allocate(*n, sizeof **inputs, err);
    if (!*inputs)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < *n; i++) {
        (*inputs)[i] = reads;
        if (options->operands.n) {
            (*inputs)[i].files[0] = &options->operands.items[i];
            (*inputs)[i].lanes[0] = 1;
        }
    }
    return PFQ_OK;
}

static pfq_status run_stats(struct cli_call *call, pfq_error *err)
{
    const struct cli_options *options = &call->options;
    const pfq_stats_config config = {.parse = parse_config_from(call),
                                     .filter = filter_from(options),
                                     .tabs = options->tabs != 0,
                                     .json = options->json,
                                     .fastqc = options->fastqc,
                                     .html = options->html,
                                     .force = options->force != 0};
    pfq_reads *inputs = NULL;
    size_t n = 0;
    pfq_error own = {.status = PFQ_OK};
    if (!check_reports(options, &own))
        inputs_from(options, &inputs, &n, &own);
    pfq_status status = team_conclude(call->team, &own, err);
    if (!status)
        status = pfq_stats(call->team, inputs, n, &config, call->out, err);
    free(inputs);
    return status;
}

/* The outputs, without a gap, and none of them an input. */
static pfq_status outputs_from(const struct cli_options *options,
                               const char *outputs[PFQ_MAX_MATES], pfq_error *err)
{
    pfq_status status = check_output(options, "the FASTQ file", err);
    outputs[0] = options->output;
    for (int mate = 1; mate < PFQ_MAX_MATES && !status; mate++) {
        outputs[mate] = options->outputs[mate];
        if (outputs[mate] && !outputs[mate - 1])
            return error_set(err, PFQ_USAGE, NULL, "--output%d is given without the one before",
                             mate + 1);
        if (outputs[mate])
            status = check_is_no_input(options, outputs[mate], err);
    }
    return status;
}

static pfq_status run_filter(struct cli_call *call, pfq_error *err)
{
    const struct cli_options *options = &call->options;
    const pfq_filter_run_config config = {.parse = parse_config_from(call),
                                          .filter = filter_from(options),
                                          .level = (int)options->level,
                                          .force = options->force != 0,
                                          .json = options->json,
                                          .fastqc = options->fastqc,
                                          .html = options->html};
    const char *outputs[PFQ_MAX_MATES] = {NULL};
    pfq_counts counts = {0};
    pfq_reads reads;
    pfq_status status = reads_from(options, &reads, err);
    if (!status)
        status = outputs_from(options, outputs, err);
    if (!status)
        status = check_reports(options, err);
    if (status)
        return status;
    status = pfq_filter(call->team, &reads, outputs, &config, &counts,
                        options->quiet ? NULL : call->out, err);
    if (has_delivered(status))
        console_summary(call->console, &counts);
    return status;
}

static pfq_status run_validate(struct cli_call *call, pfq_error *err)
{
    const pfq_parser_config config = parse_config_from(call);
    pfq_counts counts = {0};
    pfq_reads reads;
    pfq_status status = reads_from(&call->options, &reads, err);
    if (status)
        return status;
    status = pfq_validate(call->team, &reads, &config, &counts, err);
    if (has_delivered(status))
        console_summary(call->console, &counts);
    return status;
}

static pfq_status run_export(struct cli_call *call, pfq_error *err)
{
    const struct cli_options *options = &call->options;
    const pfq_export_config config = {.threads = (int)options->threads,
                                      .slice_bytes = options->slice_bytes,
                                      .mate = (int)options->mate,
                                      .rows_given = options->rows.given,
                                      .row_begin = options->rows.begin,
                                      .row_end = options->rows.end,
                                      .fasta = options->fasta,
                                      .level = (int)options->level,
                                      .force = options->force,
                                      .progress = console_progress,
                                      .stop = signals_stop,
                                      .context = call->console};
    pfq_counts counts = {0};
    pfq_status status = check_one_operand(options, "export", err);
    if (!status)
        status = check_output(options, "the FASTQ file", err);
    if (status)
        return status;
    status =
        pfq_export(call->team, options->operands.items[0], options->output, &config, &counts, err);
    if (has_delivered(status))
        console_summary(call->console, &counts);
    return status;
}

/* Names or rows, not both and not neither. */
static pfq_status check_get(const struct cli_options *options, pfq_error *err)
{
    const bool names = options->operands.n > 1 || options->names_file;
    if (!options->operands.n)
        return refuse(err, "'parfastq get' takes one HDF5 file, and names");
    if (names && options->rows.given)
        return refuse(err, "--rows does not go with names");
    if (!names && !options->rows.given)
        return refuse(err, "no names: write them behind the HDF5 file, or give --names or --rows");
    const pfq_status status = check_is_no_stream(options->operands.items[0], err);
    return status || !options->output ? status : check_output(options, "the FASTQ file", err);
}

static pfq_status run_get(struct cli_call *call, pfq_error *err)
{
    const struct cli_options *options = &call->options;
    pfq_counts counts = {0};
    pfq_status status = check_get(options, err);
    if (status)
        return status;
    const pfq_get_config config = {.threads = (int)options->threads,
                                   .mate = (int)options->mate,
                                   .names = options->operands.items + 1,
                                   .name_count = options->operands.n - 1,
                                   .names_file = options->names_file,
                                   .rows_given = options->rows.given,
                                   .row_begin = options->rows.begin,
                                   .row_end = options->rows.end,
                                   .fasta = options->fasta,
                                   .force = options->force,
                                   .report = console_report,
                                   .stop = signals_stop,
                                   .context = call->console};
    status = pfq_get(call->team, options->operands.items[0], options->output, call->out, &config,
                     &counts, err);
    if (options->output && (!status || status == PFQ_NO_SUCH_NAME))
        console_summary(call->console, &counts);
    return status;
}

static pfq_status run_plan(struct cli_call *call, pfq_error *err)
{
    const pfq_parser_config config = parse_config_from(call);
    pfq_reads reads;
    const pfq_status status = reads_from(&call->options, &reads, err);
    return status ? status : pfq_plan(call->team, &reads, &config, call->out, err);
}

static pfq_status run_info(struct cli_call *call, pfq_error *err)
{
    const pfq_status status = check_one_operand(&call->options, "info", err);
    return status ? status : pfq_info(call->team, call->options.operands.items[0], call->out, err);
}

static pfq_status run_version(struct cli_call *call, pfq_error *err)
{
    if (call->options.operands.n)
        return refuse(err, "'parfastq version' takes no files");
    if (call->options.verbose)
        return version_print_placement(call->team, (int)call->options.threads,
                                       call->options.pin != 0, call->mpi, call->out, err);
    if (pfq_team_rank(call->team) == 0)
        version_print(call->out);
    return PFQ_OK;
}

static void print_page(int page, const struct command *command, FILE *out)
{
    if (page == CLI_PAGE_MANUAL)
        pages_print_manual(out);
    else if (page == CLI_PAGE_COMPLETION)
        pages_print_completion(out);
    else
        commands_print_help(command, out);
}

static pfq_status run_help(struct cli_call *call, pfq_error *err)
{
    const struct cli_list *names = &call->options.operands;
    const struct command *command = NULL;
    if (names->n > 1)
        return refuse(err, "'parfastq help' takes one command");
    if (names->n && !(command = commands_find(names->items[0], err)))
        return PFQ_USAGE;
    if (names->n && call->options.page != CLI_PAGE_HELP)
        return refuse(err, "the pages of --man and --completion are of all commands");
    if (pfq_team_rank(call->team) == 0)
        print_page(call->options.page, command, call->out);
    return PFQ_OK;
}

/* clang-format off */
static const struct command commands[] = {
    {"convert", CLI_CONVERT,
     {"[options] -o OUT.h5 READS.fastq ...", "[options] -o OUT.h5 -1 R1.fastq -2 R2.fastq"},
     "FASTQ to HDF5; several files are lanes, read one after the other", run_convert},
    {"filter", CLI_FILTER,
     {"[options] -o OUT.fastq READS.fastq ...",
      "[options] -o OUT1.fastq -O OUT2.fastq -1 R1.fastq -2 R2.fastq"},
     "FASTQ to FASTQ: drop reads and cut them; mates stay in step", run_filter},
    {"stats", CLI_STATS,
     {"[options] READS.fastq|IN.h5 ...", "[options] -1 R1.fastq -2 R2.fastq"},
     "quality control: a table, and reports as JSON, FastQC text and HTML", run_stats},
    {"validate", CLI_VALIDATE,
     {"[options] READS.fastq ...|IN.h5", "[options] -1 R1.fastq -2 R2.fastq"},
     "check everything and list what is wrong, with its place", run_validate},
    {"export", CLI_EXPORT,
     {"[options] IN.h5 -o OUT.fastq", NULL},
     "HDF5 back to FASTQ, byte for byte", run_export},
    {"get", CLI_GET,
     {"[options] IN.h5 NAME ...", "[options] IN.h5 --names FILE | --rows A:B"},
     "print records by name or by row", run_get},
    {"plan", CLI_PLAN,
     {"[options] READS.fastq ...", "[options] -1 R1.fastq -2 R2.fastq"},
     "show which rank would read which bytes", run_plan},
    {"info", CLI_INFO,
     {"IN.h5", NULL},
     "show what is in an HDF5 file", run_info},
    {"version", CLI_VERSION,
     {"[--verbose]", NULL},
     "show the version; --verbose: the build, the machine, the ranks", run_version},
    {"help", CLI_HELP,
     {"[COMMAND] | --man | --completion", NULL},
     "show this text, or that of a command", run_help},
};
/* clang-format on */

enum { COMMANDS = sizeof commands / sizeof *commands };

/* ---- finding and helping ---- */

/* What this build leaves out, as the last line of the overview. */
static const char *const left_out =
#ifdef PFQ_WITHOUT_HDF5
    "This build has no HDF5: convert, export and info are refused\n";
#else
    "";
#endif

const struct command *commands_at(size_t i)
{
    return i < COMMANDS ? &commands[i] : NULL;
}

const struct command *commands_find(const char *name, pfq_error *err)
{
    char shown[96];
    struct words_guess guess = {.word = name};
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
        words_consider(&guess, commands[i].name);
    }
    error_escape(shown, sizeof shown, name, strlen(name));
    if (guess.best)
        error_set(err, PFQ_USAGE, NULL, "unknown command '%s'; did you mean '%s'?", shown,
                  guess.best);
    else
        error_set(err, PFQ_USAGE, NULL, "unknown command '%s'; see 'parfastq --help'", shown);
    return NULL;
}

static void print_synopsis(const struct command *command, const char *indent, FILE *out)
{
    for (size_t i = 0; i < 2 && command->synopsis[i]; i++)
        fprintf(out, "%sparfastq %-8s %s\n", indent, command->name, command->synopsis[i]);
}

static void print_overview(FILE *out)
{
    fprintf(out, "parfastq %s: FASTQ in, HDF5 out, in parallel\n\nUsage:\n", pfq_version());
    for (size_t i = 0; i < COMMANDS; i++)
        print_synopsis(&commands[i], "  ", out);
    fprintf(out, "\nCommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s%s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\nOptions:\n");
    options_print(CLI_ALONE, out);
    fprintf(out,
            "\nParallel on many ranks: mpirun -n 8 parfastq convert -o OUT.h5 READS.fastq\n"
            "Exit status: 0 good, 1 the data are bad, 2 wrong use, 3 the machine failed,\n"
            "128 + N stopped by signal N\n"
            "Options of a command: parfastq COMMAND --help\n%s",
            left_out);
}

void commands_print_help(const struct command *command, FILE *out)
{
    if (!command) {
        print_overview(out);
        return;
    }
    fprintf(out, "Usage:\n");
    print_synopsis(command, "  ", out);
    fprintf(out, "\nparfastq %s: %s\n\nOptions:\n", command->name, command->summary);
    options_print(command->bit, out);
}

/* ---- dispatch ---- */

/* Parses, and agrees with the others on the outcome: one rank may lack the memory. */
static pfq_status parse_together(struct cli_call *call, unsigned bit, const char *name, int n,
                                 char *const *words, pfq_error *err)
{
    pfq_error own = {.status = PFQ_OK};
    if (!call->line)
        error_set(&own, PFQ_NO_MEMORY, NULL, "no memory for the command line");
    else
        options_parse(bit, name, n, words, &call->options, &own);
    const pfq_status status = team_agree(call->team, 0, &own);
    if (status && err)
        *err = own;
    return status;
}

/* The team opens files as the options say. Agreed by all: one rank may lack the memory. */
static pfq_status take_hints(struct cli_call *call, pfq_error *err)
{
    const struct cli_list *const hints = &call->options.hints;
    pfq_error own = {.status = PFQ_OK};
    for (size_t i = 0; i < hints->n && !own.status; i++) {
        const char *const equals = strchr(hints->items[i], '=');
        char *const key = memory_string(hints->items[i], &own);
        if (key) {
            key[equals - hints->items[i]] = '\0';
            pfq_team_add_hint(call->team, key, equals + 1, &own);
        }
        free(key);
    }
    return hints->n ? team_conclude(call->team, &own, err) : PFQ_OK;
}

static void tell_hints(struct cli_call *call)
{
    const pfq_hint *hint;
    for (size_t i = 0; call->options.verbose && (hint = pfq_team_hint(call->team, i)); i++) {
        char line[1024];
        const int n = snprintf(line, sizeof line, "hint %s=%s: ", hint->key, hint->value);
        const size_t used = (size_t)n < sizeof line ? (size_t)n : sizeof line;
        if (!hint->taken)
            snprintf(line + used, sizeof line - used, "no file was opened through MPI-IO");
        else if (!*hint->taken)
            snprintf(line + used, sizeof line - used, "this MPI library does not know it");
        else
            snprintf(line + used, sizeof line - used, "taken as %s", hint->taken);
        console_note(call->console, line);
    }
}

/* Options and no command: --help and --version do something, others have nothing to belong to. */
static pfq_status run_without_command(struct cli_call *call, int n, char *const *words,
                                      pfq_error *err)
{
    const pfq_status status = parse_together(call, CLI_ALONE, "parfastq", n, words, err);
    if (status)
        return status;
    if (call->options.version && !call->options.operands.n)
        return run_version(call, err);
    if (!call->options.help)
        return refuse(err, "the command comes first; see 'parfastq --help'");
    return run_help(call, err);
}

pfq_status commands_dispatch(struct cli_call *call, int n, char *const *words, pfq_error *err)
{
    char name[32];
    if (n == 0)
        return refuse(err, "no command");
    if (words[0][0] == '-')
        return run_without_command(call, n, words, err);
    const struct command *command = commands_find(words[0], err);
    if (!command)
        return PFQ_USAGE;
    snprintf(name, sizeof name, "parfastq %s", command->name);
    pfq_status status = parse_together(call, command->bit, name, n - 1, words + 1, err);
    if (status)
        return status;
    if (call->options.help) {
        if (pfq_team_rank(call->team) == 0)
            commands_print_help(command, call->out);
        return PFQ_OK;
    }
    console_configure(call->console, command->name, &call->options);
    if (!(command->bit & CLI_STOPPABLE))
        signals_end_at_once();
    status = take_hints(call, err);
    if (!status)
        status = command->run(call, err);
    tell_hints(call);
    return status;
}
