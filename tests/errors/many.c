/*
 * Many runs in one start: reads jobs from a file, one a line, runs each with the whole team, and
 * prints what rank 0 would have said.
 *
 * Starting ranks takes longer than most runs of a test. So the tests that need thousands of runs
 * hand them to this program, which calls what the command calls. A job is a line of words:
 *
 *     convert|validate|export [threads=N] [slice=BYTES] [chunk=BYTES] [simd=NAME] [writer=gather]
 * [compress=none|gzip] [checksum] [columns=BITS] [bases=code] [quality=bin8] [index-names]
 * [align=BYTES] [qc] [on-error=skip] [inflate=serial|parallel] [index] [note] [strict]
 * [max-errors=N] [interleaved] [multiline] out=PATH read1=PATH [read1=PATH ...] [read2=PATH ...]
 * ...
 *
 * where read1 of an export is the HDF5 file, and the answer is `job N`, then the lines of the
 * report, then `end EXIT_CODE`, which also says if ranks did not return the same status and the
 * same error.
 */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include "parfastq/mpi.h"
#include "parfastq/parfastq.h"
#include "support/check.h"

enum { MOST_LANES = 16, JOB_BYTES = 1 << 16, LINE_BYTES = 8192 };

struct job {
    bool validate, exports;
    pfq_reads reads;
    const char *files[PFQ_MAX_MATES][MOST_LANES];
    const char *output;
    pfq_convert_config config;
};

/* What the function under test reports, on rank 0 only. */
static void print_report(void *context, const pfq_error *what)
{
    char line[LINE_BYTES];
    (void)context;
    pfq_error_format(what, line, sizeof line);
    printf("%s%s\n", what->status ? "" : "warning: ", line);
}

static void print_note(void *context, const char *line)
{
    (void)context;
    printf("note: %s\n", line);
}

static void add_file(struct job *job, const char *digit_and_path)
{
    const int mate = digit_and_path[0] - '1';
    CHECK(mate >= 0 && mate < PFQ_MAX_MATES && digit_and_path[1] == '=');
    const size_t lane = job->reads.lanes[mate]++;
    CHECK(lane < MOST_LANES);
    job->files[mate][lane] = digit_and_path + 2;
    job->reads.files[mate] = job->files[mate];
    if (mate >= job->reads.mates)
        job->reads.mates = mate + 1;
}

/* The value of a word `name=value`; NULL if the word has another name. */
static const char *value_of(const char *word, const char *name)
{
    const size_t size = strlen(name);
    return strncmp(word, name, size) == 0 && word[size] == '=' ? word + size + 1 : NULL;
}

static void take_word(struct job *job, const char *word)
{
    pfq_parser_config *parse = &job->config.parse;
    const char *value;
    if (strcmp(word, "validate") == 0)
        job->validate = true;
    else if (strcmp(word, "export") == 0)
        job->exports = true;
    else if (strcmp(word, "interleaved") == 0)
        job->reads.interleaved = true;
    else if (strcmp(word, "multiline") == 0)
        parse->multiline = true;
    else if ((value = value_of(word, "threads")))
        parse->threads = atoi(value);
    else if ((value = value_of(word, "slice")))
        parse->slice_bytes = strtoull(value, NULL, 10);
    else if ((value = value_of(word, "chunk")))
        parse->chunk_bytes = strtoull(value, NULL, 10);
    else if ((value = value_of(word, "max-errors")))
        parse->max_errors = strtoull(value, NULL, 10);
    else if ((value = value_of(word, "simd")))
        setenv("PFQ_SIMD", value, 1);
    else if (strcmp(word, "qc") == 0)
        job->config.qc = true;
    else if (strcmp(word, "index-names") == 0)
        job->config.index_names = true;
    else if ((value = value_of(word, "align")))
        job->config.align_bytes = strtoull(value, NULL, 10);
    else if (strcmp(word, "writer=gather") == 0)
        job->config.writer = PFQ_WRITER_GATHER;
    else if (strcmp(word, "compress=none") == 0)
        job->config.compression.method = PFQ_COMPRESS_NONE;
    else if (strcmp(word, "compress=gzip") == 0)
        job->config.compression = (pfq_compression){.method = PFQ_COMPRESS_GZIP, .level = 1};
    else if (strcmp(word, "checksum") == 0)
        job->config.compression.checksum = true;
    else if ((value = value_of(word, "columns")))
        job->config.columns = (unsigned)atoi(value);
    else if (strcmp(word, "bases=code") == 0)
        job->config.bases = PFQ_BASES_CODE;
    else if (strcmp(word, "quality=bin8") == 0)
        job->config.scores = PFQ_SCORES_BIN8;
    else if (strcmp(word, "inflate=parallel") == 0)
        parse->inflate = PFQ_INFLATE_PARALLEL;
    else if (strcmp(word, "inflate=serial") == 0)
        parse->inflate = PFQ_INFLATE_SERIAL;
    else if (strcmp(word, "strict") == 0)
        parse->strict = true;
    else if (strcmp(word, "index") == 0)
        parse->index = true;
    else if (strcmp(word, "note") == 0)
        parse->note = print_note;
    else if (strcmp(word, "on-error=skip") == 0)
        parse->on_error = PFQ_ON_ERROR_SKIP;
    else if ((value = value_of(word, "out")))
        job->output = value;
    else if (strncmp(word, "read", 4) == 0)
        add_file(job, word + 4);
    else
        CHECK(strcmp(word, "convert") == 0);
}

static void read_job(char *line, struct job *job)
{
    memset(job, 0, sizeof *job);
    unsetenv("PFQ_SIMD");
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
        take_word(job, word);
    job->config.parse.report = print_report;
    job->config.force = true;
}

/* Did all ranks return what rank 0 did? */
static bool all_agree(pfq_status status, const pfq_error *err)
{
    char mine[LINE_BYTES] = {0}, of_first[LINE_BYTES];
    if (status)
        pfq_error_format(err, mine, sizeof mine);
    memcpy(of_first, mine, sizeof mine);
    int first = (int)status;
    MPI_Bcast(&first, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Bcast(of_first, LINE_BYTES, MPI_CHAR, 0, MPI_COMM_WORLD);
    int agree = first == (int)status && strcmp(mine, of_first) == 0;
    MPI_Allreduce(MPI_IN_PLACE, &agree, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    return agree;
}

static pfq_status do_job(pfq_team *team, const struct job *job, pfq_error *err)
{
    const pfq_parser_config *const parse = &job->config.parse;
    const pfq_export_config to_text = {
        .threads = parse->threads, .slice_bytes = parse->slice_bytes, .force = true};
    if (job->validate)
        return pfq_validate(team, &job->reads, parse, NULL, err);
    if (job->exports)
        return pfq_export(team, job->files[0][0], job->output, &to_text, NULL, err);
    return pfq_convert(team, &job->reads, job->output, &job->config, NULL, err);
}

static void run_job(pfq_team *team, const struct job *job, int number)
{
    pfq_error err;
    char line[LINE_BYTES];
    const bool speaks = pfq_team_rank(team) == 0;
    if (speaks)
        printf("job %d\n", number);
    fflush(stdout);
    const pfq_status status = do_job(team, job, &err);
    const bool agree = all_agree(status, &err);
    if (!speaks)
        return;
    if (status) {
        pfq_error_format(&err, line, sizeof line);
        printf("%s\n", line);
    }
    printf("end %d%s\n", pfq_status_exit_code(status), agree ? "" : ", ranks disagree");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static char line[JOB_BYTES];
    struct job job;
    pfq_team *team;
    int provided;
    CHECK_EQUAL(argc, 2);
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    FILE *jobs = fopen(argv[1], "r");
    CHECK(jobs);
    for (int number = 0; fgets(line, sizeof line, jobs); number++) {
        read_job(line, &job);
        run_job(team, &job, number);
    }
    fclose(jobs);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
