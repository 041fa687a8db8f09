/*
 * The table of options, and the four things made of it: defaults, parser, guesses, help.
 *
 * Parsing is one walk over the words. A word is "--", a long option, a bundle of short ones, or an
 * operand; each of these is one function. A value is stored by the kind of its row; the message of
 * a value that is refused says what would have been taken.
 */
#include "cli/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/sizes.h"
#include "cli/words.h"

enum {
    READS = CLI_CONVERT | CLI_FILTER | CLI_VALIDATE | CLI_PLAN | CLI_STATS,
    TEXT = CLI_CONVERT | CLI_FILTER | CLI_VALIDATE | CLI_STATS,
    FILTERS = CLI_CONVERT | CLI_FILTER | CLI_STATS,
    REPORTS = CLI_STATS | CLI_FILTER,
    ROUNDS = READS | CLI_EXPORT,
    EVERY = ROUNDS | CLI_GET | CLI_INFO | CLI_VERSION | CLI_HELP | CLI_ALONE,

    SHOWN_BYTES = 96 /* of a word that is quoted in a message */
};

static const struct option_choice encodings[] = {{"auto", PFQ_QUALITY_AUTO, 0, 0},
                                                 {"sanger", PFQ_QUALITY_SANGER, 0, 0},
                                                 {"illumina1.3", PFQ_QUALITY_ILLUMINA13, 0, 0},
                                                 {"solexa", PFQ_QUALITY_SOLEXA, 0, 0},
                                                 {NULL, 0, 0, 0}};

static const struct option_choice error_policies[] = {
    {"stop", PFQ_ON_ERROR_STOP, 0, 0}, {"skip", PFQ_ON_ERROR_SKIP, 0, 0}, {NULL, 0, 0, 0}};

static const struct option_choice inflations[] = {{"auto", PFQ_INFLATE_AUTO, 0, 0},
                                                  {"serial", PFQ_INFLATE_SERIAL, 0, 0},
                                                  {"parallel", PFQ_INFLATE_PARALLEL, 0, 0},
                                                  {NULL, 0, 0, 0}};

static const struct option_choice writers[] = {{"auto", PFQ_WRITER_AUTO, 0, 0},
                                               {"direct", PFQ_WRITER_DIRECT, 0, 0},
                                               {"gather", PFQ_WRITER_GATHER, 0, 0},
                                               {NULL, 0, 0, 0}};

static const struct option_choice compressions[] = {{"none", PFQ_COMPRESS_NONE, 0, 0},
                                                    {"fast", PFQ_COMPRESS_FAST, 0, 0},
                                                    {"gzip", PFQ_COMPRESS_GZIP, 1, 9},
                                                    {"zstd", PFQ_COMPRESS_ZSTD, 1, 19},
                                                    {NULL, 0, 0, 0}};

static const struct option_choice columns[] = {{"sequence", PFQ_COLUMN_SEQUENCE, 0, 0},
                                               {"quality", PFQ_COLUMN_QUALITY, 0, 0},
                                               {"name", PFQ_COLUMN_NAME, 0, 0},
                                               {NULL, 0, 0, 0}};

static const struct option_choice base_forms[] = {
    {"ascii", PFQ_BASES_ASCII, 0, 0}, {"code", PFQ_BASES_CODE, 0, 0}, {NULL, 0, 0, 0}};

static const struct option_choice score_forms[] = {
    {"phred", PFQ_SCORES_PHRED, 0, 0}, {"bin8", PFQ_SCORES_BIN8, 0, 0}, {NULL, 0, 0, 0}};

/* clang-format off */
#define KEPT(member) .offset = offsetof(struct cli_options, member)

static const struct option options_table[] = {
    {"output", 'o', CLI_CONVERT | CLI_FILTER | CLI_EXPORT | CLI_GET, OPTION_TEXT, KEPT(output),
     .value = "FILE", .help = "the file to write; it appears when it is complete"},
    {"output2", 'O', CLI_FILTER, OPTION_TEXT, KEPT(outputs[1]), .value = "FILE",
     .help = "the file for mate 2; without it, mates go to the one output in turn"},
    {"output3", 0, CLI_FILTER, OPTION_TEXT, KEPT(outputs[2]), .value = "FILE",
     .help = "the file for mate 3"},
    {"output4", 0, CLI_FILTER, OPTION_TEXT, KEPT(outputs[3]), .value = "FILE",
     .help = "the file for mate 4"},
    {"read1", '1', READS, OPTION_LIST, KEPT(reads[0]), .value = "FILE",
     .help = "reads of mate 1; repeat it for more lanes"},
    {"read2", '2', READS, OPTION_LIST, KEPT(reads[1]), .value = "FILE",
     .help = "reads of mate 2, in the order of mate 1"},
    {"read3", '3', READS, OPTION_LIST, KEPT(reads[2]), .value = "FILE",
     .help = "a third read of each fragment, such as an index read"},
    {"read4", '4', READS, OPTION_LIST, KEPT(reads[3]), .value = "FILE",
     .help = "a fourth"},
    {"interleaved", 0, READS, OPTION_FLAG, 1, KEPT(interleaved),
     .help = "the input holds mates 1 and 2 in turn"},
    {"multiline", 0, READS, OPTION_FLAG, 1, KEPT(multiline),
     .help = "bases and qualities may be wrapped over several lines"},
    {"quality-encoding", 0, TEXT, OPTION_CHOICE, KEPT(quality_encoding), .value = "NAME",
     .standard = "auto", .choices = encodings, .help = "how qualities are written:"},
    {"on-error", 0, FILTERS, OPTION_CHOICE, KEPT(on_error), .value = "WHAT",
     .standard = "stop", .choices = error_policies,
     .help = "at a bad record, end or leave it out:"},
    {"max-errors", 0, TEXT, OPTION_COUNT, KEPT(max_errors), .value = "N",
     .standard = "100", .low = 1, .high = UINT64_MAX, .help = "how many bad records are listed"},
    {"no-name-check", 0, TEXT, OPTION_FLAG, 1, KEPT(no_name_check),
     .help = "do not compare the names of mates"},
    {"inflate", 0, TEXT, OPTION_CHOICE, KEPT(inflate), .value = "HOW",
     .standard = "auto", .choices = inflations,
     .help = "who inflates gzip files, rank 0 from the front or all in parallel:"},
    {"index", 0, TEXT, OPTION_FLAG, 1, KEPT(index),
     .help = "leave an index of each gzip file beside it (FILE.pfqi): next time it is read faster"},
    {"strict", 0, TEXT, OPTION_FLAG, 1, KEPT(strict),
     .help = "bytes behind the last gzip member are an error, not a warning"},
    {"head", 0, FILTERS, OPTION_COUNT, KEPT(filter.head), .value = "N",
     .low = 1, .high = UINT64_MAX, .help = "only the first N reads, or pairs; others are not read"},
    {"sample", 0, FILTERS, OPTION_SAMPLE, KEPT(filter), .value = "N|PART",
     .help = "N of these, or a part of them such as 0.1, chosen by --seed; N takes two passes"},
    {"seed", 0, FILTERS, OPTION_COUNT, KEPT(filter.seed), .value = "N",
     .standard = "11", .low = 0, .high = UINT64_MAX, .help = "another one is another sample"},
    {"trim-quality", 0, FILTERS, OPTION_COUNT, KEPT(filter.trim_quality), .value = "Q",
     .low = 1, .high = 93, .help = "cut off the end that is worse than score Q, as BWA does"},
    {"trim-adapters", 0, FILTERS, OPTION_FLAG, 1, KEPT(trim_adapters),
     .help = "cut off adapters, where mates overlap by that, else by their sequences"},
    {"min-length", 0, FILTERS, OPTION_COUNT, KEPT(filter.min_length), .value = "N",
     .low = 1, .high = UINT64_MAX, .help = "drop reads of fewer bases, and with them their mates"},
    {"max-length", 0, FILTERS, OPTION_COUNT, KEPT(filter.max_length), .value = "N",
     .low = 1, .high = UINT64_MAX, .help = "drop reads of more bases"},
    {"max-n", 0, FILTERS, OPTION_LIMIT, KEPT(max_n), .value = "N",
     .low = 0, .high = UINT64_MAX, .help = "drop reads with more bases N"},
    {"min-mean-quality", 0, FILTERS, OPTION_COUNT, KEPT(filter.min_mean_quality), .value = "Q",
     .low = 1, .high = 93, .help = "drop reads whose scores have a lower mean"},
    {"min-error-quality", 0, FILTERS, OPTION_COUNT, KEPT(filter.min_error_quality), .value = "Q",
     .low = 1, .high = 93, .help = "drop reads whose mean error has a lower score"},
    {"writer", 0, CLI_CONVERT, OPTION_CHOICE, KEPT(writer), .value = "NAME",
     .standard = "auto", .choices = writers, .help = "who writes, every rank or rank 0 alone:"},
    {"compress", 0, CLI_CONVERT, OPTION_LEVEL, KEPT(compression), .value = "HOW",
     .standard = "fast", .choices = compressions, .help = "how datasets are compressed:"},
    {"checksum", 0, CLI_CONVERT, OPTION_FLAG, 1, KEPT(checksum),
     .help = "each chunk carries a Fletcher32 checksum, which all readers check"},
    {"columns", 0, CLI_CONVERT, OPTION_SET, KEPT(columns), .value = "LIST",
     .standard = "sequence,quality,name", .choices = columns,
     .help = "what is kept of the reads, with commas between:"},
    {"bases", 0, CLI_CONVERT, OPTION_CHOICE, KEPT(bases), .value = "FORM",
     .standard = "ascii", .choices = base_forms,
     .help = "bases as they are, or 0 to 4 for A, C, G, T, N:"},
    {"quality", 0, CLI_CONVERT, OPTION_CHOICE, KEPT(quality), .value = "FORM",
     .standard = "phred", .choices = score_forms,
     .help = "scores as they are, or in Illumina's eight bins, which loses the rest:"},
    {"qc", 0, CLI_CONVERT, OPTION_FLAG, 1, KEPT(qc),
     .help = "keep the statistics of 'parfastq stats' in the file, as /summary/json"},
    {"index-names", 0, CLI_CONVERT, OPTION_FLAG, 1, KEPT(index_names),
     .help = "add an index by which 'parfastq get' finds names at once"},
    {"mate", 0, CLI_EXPORT | CLI_GET, OPTION_COUNT, KEPT(mate), .value = "N",
     .low = 1, .high = PFQ_MAX_MATES,
     .help = "which mate; export needs it where there are several that did not come interleaved, get "
             "takes all without it"},
    {"rows", 0, CLI_EXPORT | CLI_GET, OPTION_ROWS, KEPT(rows), .value = "A:B",
     .help = "only rows A to B - 1, counted from 0; A: and :B are open ranges"},
    {"names", 0, CLI_GET, OPTION_TEXT, KEPT(names_file), .value = "FILE",
     .help = "more names, one a line; - is standard input"},
    {"fasta", 0, CLI_EXPORT | CLI_GET, OPTION_FLAG, 1, KEPT(fasta),
     .help = "write FASTA, without qualities"},
    {"level", 0, CLI_EXPORT | CLI_FILTER, OPTION_COUNT, KEPT(level), .value = "N",
     .standard = "6", .low = 1, .high = 12,
     .help = "how hard to compress an output whose name ends in .gz, .bgz or .bgzf"},
    {"tsv", 0, CLI_STATS, OPTION_FLAG, 1, KEPT(tabs),
     .help = "print the table for programs: separated by tabs"},
    {"json", 0, REPORTS, OPTION_TEXT, KEPT(json), .value = "FILE",
     .help = "write all statistics as JSON"},
    {"fastqc", 0, REPORTS, OPTION_TEXT, KEPT(fastqc), .value = "DIR",
     .help = "write DIR/NAME_fastqc/ for each input: fastqc_data.txt and summary.txt, as FastQC "
             "writes them"},
    {"html", 0, REPORTS, OPTION_TEXT, KEPT(html), .value = "FILE",
     .help = "write a page with charts"},
    {"threads", 't', ROUNDS | CLI_GET | CLI_VERSION, OPTION_COUNT, KEPT(threads), .value = "N",
     .low = 1, .high = 4096,
     .help = "threads of each rank (default: OMP_NUM_THREADS, else the CPUs it may use)"},
    {"pin", 0, TEXT | CLI_VERSION, OPTION_FLAG, 1, KEPT(pin),
     .help = "bind each thread to a CPU of its own, of those the rank may use"},
    {"slice-size", 0, ROUNDS, OPTION_SIZE, KEPT(slice_bytes), .value = "SIZE",
     .low = 1, .high = UINT64_C(1) << 40,
     .help = "text that one rank holds at a time; SIZE is bytes, or with k, M or G (default: 4M a "
             "thread, at most 64M; export: 64M)"},
    {"chunk-size", 0, TEXT, OPTION_SIZE, KEPT(chunk_bytes), .value = "SIZE",
     .standard = "1M", .low = 1, .high = UINT64_C(1) << 30,
     .help = "text that one thread parses at a time"},
    {"align", 0, CLI_CONVERT, OPTION_SIZE, KEPT(align), .value = "SIZE",
     .low = 1, .high = UINT64_C(1) << 30,
     .help = "what a rank writes begins at multiples of SIZE; 1 is anywhere (default: stripes of the "
             "output, where Lustre shows them)"},
    {"hint", 0, ROUNDS, OPTION_PAIRS, KEPT(hints), .value = "KEY=VALUE",
     .help = "a hint for MPI-IO about all files; repeat it for more"},
    {"force", 'f', FILTERS | CLI_EXPORT | CLI_GET, OPTION_FLAG, 1, KEPT(force),
     .help = "replace an output that exists"},
    {"resume", 0, CLI_CONVERT, OPTION_FLAG, 1, KEPT(resume),
     .help = "when a signal stops the run, leave FILE.partial and FILE.checkpoint and end with 0; "
             "where they are, go on from there"},
    {"quiet", 'q', ROUNDS | CLI_GET, OPTION_FLAG, 1, KEPT(quiet),
     .help = "no progress, no warnings, no notes, no summary; errors only"},
    {"progress", 0, ROUNDS, OPTION_FLAG, CLI_PROGRESS_ON, KEPT(progress),
     .help = "draw a bar even where stderr is not a terminal (default: a bar on a terminal, a "
             "line now and then in a log)"},
    {"no-progress", 0, ROUNDS, OPTION_FLAG, CLI_PROGRESS_OFF, KEPT(progress),
     .help = "do not show progress"},
    {"verbose", 0, TEXT | CLI_EXPORT | CLI_VERSION | CLI_ALONE, OPTION_FLAG, 1, KEPT(verbose),
     .help = "more words: how files were inflated, which hints MPI took; version: the build, the machine, and where ranks "
             "and threads are"},
    {"man", 0, CLI_HELP, OPTION_FLAG, CLI_PAGE_MANUAL, KEPT(page),
     .help = "print the manual page, for man"},
    {"completion", 0, CLI_HELP, OPTION_FLAG, CLI_PAGE_COMPLETION, KEPT(page),
     .help = "print what completes commands and options in bash; to be sourced"},
    {"help", 'h', EVERY, OPTION_FLAG, 1, KEPT(help),
     .help = "this text"},
    {"version", 0, CLI_ALONE, OPTION_FLAG, 1, KEPT(version),
     .help = "the version"},
};
#undef KEPT
/* clang-format on */

enum { OPTIONS = sizeof options_table / sizeof *options_table };

const struct option *options_at(size_t i)
{
    return i < OPTIONS ? &options_table[i] : NULL;
}

/* ---- values ---- */

/* A choice as one would give it: "fast", "gzip[:1-9]". Returns its length. */
static size_t spell_choice(const struct option_choice *choice, char *text, size_t size)
{
    if (!choice->high)
        return (size_t)snprintf(text, size, "%s", choice->name);
    return (size_t)snprintf(text, size, "%s[:%" PRIu64 "-%" PRIu64 "]", choice->name, choice->low,
                            choice->high);
}

/* Refuses a value and says which ones are taken; `as` is the option as it was written. */
static pfq_status refuse_choice(const struct option *row, const char *as, const char *value,
                                pfq_error *err)
{
    char shown[SHOWN_BYTES], list[128] = "";
    struct words_guess guess = {.word = value};
    size_t used = 0;
    for (const struct option_choice *choice = row->choices; choice->name; choice++) {
        words_consider(&guess, choice->name);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s", used ? ", " : "");
        used += spell_choice(choice, list + used, sizeof list - used);
    }
    error_escape(shown, sizeof shown, value, strlen(value));
    if (guess.best)
        return error_set(err, PFQ_USAGE, NULL,
                         "option '%s': '%s' is not one of %s; did you mean '%s'?", as, shown, list,
                         guess.best);
    return error_set(err, PFQ_USAGE, NULL, "option '%s': '%s' is not one of %s", as, shown, list);
}

static pfq_status refuse_number(const struct option *row, const char *as, const char *value,
                                pfq_error *err)
{
    char shown[SHOWN_BYTES];
    error_escape(shown, sizeof shown, value, strlen(value));
    if (row->kind == OPTION_SIZE) {
        char low[24], high[24];
        sizes_format_bytes(row->low, low, sizeof low);
        sizes_format_bytes(row->high, high, sizeof high);
        return error_set(err, PFQ_USAGE, NULL,
                         "option '%s': '%s' is not a size from %s to %s (bytes, or with k, M or G "
                         "for powers of 1024)",
                         as, shown, low, high);
    }
    if (row->high == UINT64_MAX)
        return error_set(err, PFQ_USAGE, NULL,
                         "option '%s': '%s' is not a number of %" PRIu64 " or more", as, shown,
                         row->low);
    return error_set(err, PFQ_USAGE, NULL,
                     "option '%s': '%s' is not a number from %" PRIu64 " to %" PRIu64, as, shown,
                     row->low, row->high);
}

static pfq_status refuse_rows(const char *as, const char *value, pfq_error *err)
{
    char shown[SHOWN_BYTES];
    error_escape(shown, sizeof shown, value, strlen(value));
    return error_set(
        err, PFQ_USAGE, NULL,
        "option '%s': '%s' is not a range of rows; write A:B, A: or :B, with A not above B", as,
        shown);
}

static pfq_status store_choice(const struct option *row, const char *as, const char *value,
                               int *kept, pfq_error *err)
{
    for (const struct option_choice *choice = row->choices; choice->name; choice++) {
        if (strcmp(choice->name, value) == 0) {
            *kept = choice->value;
            return PFQ_OK;
        }
    }
    return refuse_choice(row, as, value, err);
}

/* "name" or "quality,name". */
static pfq_status store_set(const struct option *row, const char *as, const char *value, int *kept,
                            pfq_error *err)
{
    *kept = 0;
    for (const char *word = value;; word++) {
        const struct option_choice *choice = row->choices;
        const size_t size = strcspn(word, ",");
        while (choice->name && (strncmp(choice->name, word, size) != 0 || choice->name[size]))
            choice++;
        if (!choice->name)
            return refuse_choice(row, as, value, err);
        *kept |= choice->value;
        word += size;
        if (!*word)
            return PFQ_OK;
    }
}

/* "fast", "gzip" or "gzip:6". */
static pfq_status store_level(const struct option *row, const char *as, const char *value,
                              pfq_compression *kept, pfq_error *err)
{
    const size_t size = strcspn(value, ":");
    for (const struct option_choice *choice = row->choices; choice->name; choice++) {
        uint64_t level = 0;
        if (strncmp(choice->name, value, size) != 0 || choice->name[size])
            continue;
        if (value[size] && (!choice->high || !sizes_parse_count(value + size + 1, &level) ||
                            level < choice->low || level > choice->high))
            break;
        *kept = (pfq_compression){.method = (pfq_compress)choice->value, .level = (int)level};
        return PFQ_OK;
    }
    return refuse_choice(row, as, value, err);
}

static pfq_status store_number(const struct option *row, const char *as, const char *value,
                               uint64_t *kept, pfq_error *err)
{
    uint64_t number;
    const bool good = row->kind == OPTION_SIZE ? sizes_parse_bytes(value, &number)
                                               : sizes_parse_count(value, &number);
    if (!good || number < row->low || number > row->high)
        return refuse_number(row, as, value, err);
    *kept = number;
    return PFQ_OK;
}

/* "1000" or "0.1". */
static pfq_status store_sample(const char *as, const char *value, pfq_filter_config *kept,
                               pfq_error *err)
{
    char *end;
    uint64_t records;
    const bool digits = value[strspn(value, ".0123456789")] == '\0';
    const double part = strtod(value, &end);
    const bool counted = sizes_parse_count(value, &records) && records > 0;
    if (!counted && !(digits && !*end && part > 0 && part < 1)) {
        char shown[SHOWN_BYTES];
        error_escape(shown, sizeof shown, value, strlen(value));
        return error_set(err, PFQ_USAGE, NULL,
                         "option '%s': '%s' is neither a number of 1 or more nor a part between 0 "
                         "and 1",
                         as, shown);
    }
    kept->sample_records = counted ? records : 0;
    kept->sample_fraction = counted ? 0 : part;
    return PFQ_OK;
}

static pfq_status store_limit(const struct option *row, const char *as, const char *value,
                              struct cli_limit *kept, pfq_error *err)
{
    kept->given = true;
    return store_number(row, as, value, &kept->most, err);
}

static pfq_status store_rows(const char *as, const char *value, struct cli_rows *kept,
                             pfq_error *err)
{
    if (!sizes_parse_rows(value, &kept->begin, &kept->end))
        return refuse_rows(as, value, err);
    kept->given = true;
    return PFQ_OK;
}

static pfq_status list_add(struct cli_list *list, const char *text, pfq_error *err)
{
    const pfq_status status =
        memory_grow(&list->items, &list->capacity, list->n + 1, sizeof *list->items, err);
    if (status)
        return status;
    list->items[list->n++] = text;
    return PFQ_OK;
}

static pfq_status add_pair(const char *as, const char *value, struct cli_list *kept, pfq_error *err)
{
    char shown[SHOWN_BYTES];
    const char *const equals = strchr(value, '=');
    if (equals && equals > value && equals[1])
        return list_add(kept, value, err);
    error_escape(shown, sizeof shown, value, strlen(value));
    return error_set(err, PFQ_USAGE, NULL, "option '%s': '%s' is not KEY=VALUE", as, shown);
}

/* Puts a value where its row says; `value` is NULL for a flag. */
static pfq_status store(const struct option *row, const char *as, const char *value,
                        struct cli_options *options, pfq_error *err)
{
    void *kept = (char *)options + row->offset;
    if (row->kind == OPTION_FLAG) {
        *(int *)kept = row->set;
        return PFQ_OK;
    }
    if (!value || !*value)
        return error_set(err, PFQ_USAGE, NULL, "the value of option '%s' is empty", as);
    switch (row->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_CHOICE:
        return store_choice(row, as, value, kept, err);
    case OPTION_SET:
        return store_set(row, as, value, kept, err);
    case OPTION_LEVEL:
        return store_level(row, as, value, kept, err);
    case OPTION_COUNT:
    case OPTION_SIZE:
        return store_number(row, as, value, kept, err);
    case OPTION_LIMIT:
        return store_limit(row, as, value, kept, err);
    case OPTION_SAMPLE:
        return store_sample(as, value, kept, err);
    case OPTION_TEXT:
        *(const char **)kept = value;
        return PFQ_OK;
    case OPTION_LIST:
        return list_add(kept, value, err);
    case OPTION_PAIRS:
        return add_pair(as, value, kept, err);
    case OPTION_ROWS:
        return store_rows(as, value, kept, err);
    }
    return error_set(err, PFQ_UNSUPPORTED, NULL, "option '%s' has no kind", as);
}

static pfq_status store_defaults(struct cli_options *options, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < OPTIONS && !status; i++) {
        const struct option *row = &options_table[i];
        if (row->standard)
            status = store(row, row->name, row->standard, options, err);
    }
    return status;
}

/* ---- the walk over the words ---- */

struct walk {
    unsigned command;
    const char *name; /* of the command, for messages */
    char *const *words;
    int n, next; /* words[next] is the next one to look at */
    struct cli_options *options;
};

/* The row with this long name (`size` letters) or this letter, of any command; or NULL. */
static const struct option *find_long(const char *name, size_t size)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        const char *known = options_table[i].name;
        if (strncmp(known, name, size) == 0 && !known[size])
            return &options_table[i];
    }
    return NULL;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (options_table[i].letter && options_table[i].letter == letter)
            return &options_table[i];
    return NULL;
}

/* An option nobody knows: `as` with its dashes; `word` is what a long name is guessed from. */
static pfq_status refuse_unknown(const struct walk *walk, const char *as, const char *word,
                                 pfq_error *err)
{
    char shown[SHOWN_BYTES];
    error_escape(shown, sizeof shown, as, strlen(as));
    struct words_guess guess = {.word = word};
    for (size_t i = 0; i < OPTIONS; i++)
        if (options_table[i].commands & walk->command)
            words_consider(&guess, options_table[i].name);
    if (guess.best)
        return error_set(err, PFQ_USAGE, NULL, "unknown option '%s'; did you mean '--%s'?", shown,
                         guess.best);
    return error_set(err, PFQ_USAGE, NULL, "unknown option '%s'; see '%s --help'", shown,
                     walk->name);
}

static pfq_status refuse_here(const struct walk *walk, const char *as, pfq_error *err)
{
    return error_set(err, PFQ_USAGE, NULL, "'%s' does not take option '%s'; see '%s --help'",
                     walk->name, as, walk->name);
}

/* Stores an option that may take the next word as its value. `attached` is the value written in the
 * same word, or NULL. */
static pfq_status take_option(struct walk *walk, const struct option *row, const char *as,
                              const char *attached, pfq_error *err)
{
    if (!(row->commands & walk->command))
        return refuse_here(walk, as, err);
    if (row->kind == OPTION_FLAG) {
        if (attached)
            return error_set(err, PFQ_USAGE, NULL, "option '%s' takes no value", as);
        return store(row, as, NULL, walk->options, err);
    }
    if (!attached && walk->next == walk->n)
        return error_set(err, PFQ_USAGE, NULL, "option '%s' needs a value: %s", as, row->value);
    const char *value = attached ? attached : walk->words[walk->next++];
    return store(row, as, value, walk->options, err);
}

/* "--name", "--name value" or "--name=value". */
static pfq_status take_long(struct walk *walk, const char *word, pfq_error *err)
{
    char as[SHOWN_BYTES];
    const size_t size = strcspn(word, "=");
    snprintf(as, sizeof as, "%.*s", (int)(size < sizeof as ? size : sizeof as), word);
    const struct option *row = find_long(word + 2, size - 2);
    if (!row)
        return refuse_unknown(walk, as, as + 2, err);
    return take_option(walk, row, as, word[size] ? word + size + 1 : NULL, err);
}

/* "-q", "-fq", "-t4", "-t 4", "-fqt4": letters up to one that takes a value, then the value. A long
 * name behind a single dash is refused, since "-force" would write to a file called "rce". */
static pfq_status take_letters(struct walk *walk, const char *word, pfq_error *err)
{
    if (word[2] && find_long(word + 1, strcspn(word + 1, "=")))
        return refuse_unknown(walk, word, word + 1, err);
    for (const char *letter = word + 1; *letter; letter++) {
        const char as[3] = {'-', *letter, '\0'};
        const struct option *row = find_letter(*letter);
        if (!row)
            return refuse_unknown(walk, as, word[2] ? word + 1 : "", err);
        const bool takes_rest = row->kind != OPTION_FLAG && letter[1];
        const pfq_status status = take_option(walk, row, as, takes_rest ? letter + 1 : NULL, err);
        if (status || row->kind != OPTION_FLAG)
            return status;
    }
    return PFQ_OK;
}

/* The next word, or all that are left behind "--". */
static pfq_status take_word(struct walk *walk, pfq_error *err)
{
    const char *word = walk->words[walk->next++];
    if (word[0] != '-' || !word[1])
        return list_add(&walk->options->operands, word, err);
    if (word[1] != '-')
        return take_letters(walk, word, err);
    if (word[2])
        return take_long(walk, word, err);
    pfq_status status = PFQ_OK;
    while (!status && walk->next < walk->n)
        status = list_add(&walk->options->operands, walk->words[walk->next++], err);
    return status;
}

pfq_status options_parse(unsigned command, const char *name, int n, char *const *words,
                         struct cli_options *options, pfq_error *err)
{
    struct walk walk = {.command = command, .name = name, .words = words, .n = n};
    memset(options, 0, sizeof *options);
    walk.options = options;
    pfq_status status = store_defaults(options, err);
    while (!status && walk.next < n)
        status = take_word(&walk, err);
    return status;
}

void options_release(struct cli_options *options)
{
    free(options->operands.items);
    free(options->hints.items);
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
        free(options->reads[mate].items);
    memset(options, 0, sizeof *options);
}

/* ---- help ---- */

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

/* Prints a text from HELP_COLUMN on, broken at blanks; the line is `column` letters long already.
 */
static void print_paragraph(const char *text, int column, FILE *out)
{
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - column, "");
    column = HELP_COLUMN;
    while (*text) {
        const int size = (int)strcspn(text, " ");
        if (column + 1 + size > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", size, text);
        column += size;
        text += size;
        text += *text == ' ';
    }
    fputc('\n', out);
}

void options_describe(const struct option *row, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%s", row->help);
    for (const struct option_choice *choice = row->choices; choice && choice->name; choice++) {
        used += (size_t)snprintf(text + used, size - used, choice == row->choices ? " " : ", ");
        used += spell_choice(choice, text + used, size - used);
    }
    if (row->standard)
        snprintf(text + used, size - used, " (default %s)", row->standard);
}

static void print_option(const struct option *row, FILE *out)
{
    char text[OPTIONS_TEXT_BYTES];
    int column = row->letter ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");
    column += fprintf(out, "--%s", row->name);
    if (row->value)
        column += fprintf(out, " %s", row->value);
    options_describe(row, text, sizeof text);
    print_paragraph(text, column, out);
}

void options_print(unsigned command, FILE *out)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (options_table[i].commands & command)
            print_option(&options_table[i], out);
}
