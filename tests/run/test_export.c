/*
 * Claims: an export is the same bytes for any number of ranks, slice size and number of threads;
 * any rank may fail to write at any call, and then all ranks return the same error and no output
 * appears.
 */
#include <dirent.h>
#include <mpi.h>
#include <unistd.h>

#include "parfastq/mpi.h"
#include "parfastq/run.h"
#include "store/store.h"
#include "support/check.h"
#include "team/team.h"

enum {
    RECORDS = 400,
    COLUMN_BYTES = RECORDS * 100 + 20000,
    TEXT_BYTES = 4 * COLUMN_BYTES,
    LONG_RECORD = 77, /* longer than a whole round of most slice sizes */
    OPEN_RECORD = 222 /* its file ended without a newline, but another lane follows */
};

/* ---- faults: the k-th write of a rank fails ---- */

static int writes_until_fault; /* 0: no fault */

int MPI_File_write_at(MPI_File handle, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    if (writes_until_fault > 0 && --writes_until_fault == 0)
        return MPI_ERR_IO;
    return PMPI_File_write_at(handle, offset, data, count, type, status);
}

/* ---- records, their columns, and the text they came from ---- */

struct sample {
    uint8_t sequence[COLUMN_BYTES], quality[COLUMN_BYTES], name[COLUMN_BYTES], style[RECORDS];
    uint64_t offset[RECORDS + 1], name_offset[RECORDS + 1];
    pfq_batch batch;
};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void fill_record(struct sample *s, size_t i, unsigned *state)
{
    const size_t length = i == LONG_RECORD ? 15000 : next_random(state) % 80;
    for (size_t k = 0; k < length; k++) {
        s->sequence[s->offset[i] + k] = (uint8_t) "ACGTN"[next_random(state) % 5];
        s->quality[s->offset[i] + k] = (uint8_t)(next_random(state) % 94);
    }
    s->offset[i + 1] = s->offset[i] + length;
    const int name = snprintf((char *)s->name + s->name_offset[i], 40, "r%zu%.*s", i,
                              (int)(next_random(state) % 12), " description");
    s->name_offset[i + 1] = s->name_offset[i] + (uint64_t)name;
    const unsigned dice = next_random(state) % 10;
    s->style[i] = (uint8_t)(dice > 1 ? 0 : next_random(state) % 32);
    if (i == OPEN_RECORD)
        s->style[i] = PFQ_STYLE_CR_QUALITY | PFQ_STYLE_NO_NEWLINE;
}

static void fill_sample(struct sample *s, unsigned seed)
{
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < RECORDS; i++)
        fill_record(s, i, &seed);
    s->batch = (pfq_batch){.records = RECORDS,
                           .bases = s->offset[RECORDS],
                           .name_bytes = s->name_offset[RECORDS],
                           .sequence = s->sequence,
                           .quality = s->quality,
                           .offset = s->offset,
                           .name = s->name,
                           .name_offset = s->name_offset,
                           .style = s->style};
}

/* Only the last record may end without a newline. */
static char *print_record(const struct sample *s, size_t i, char *text)
{
    const char *const name = (const char *)s->name + s->name_offset[i];
    const int name_bytes = (int)(s->name_offset[i + 1] - s->name_offset[i]);
    const int length = (int)(s->offset[i + 1] - s->offset[i]);
    const uint8_t style = s->style[i];
    text += sprintf(
        text, "@%.*s%s\n%.*s%s\n+%.*s%s\n", name_bytes, name, style & PFQ_STYLE_CR_NAME ? "\r" : "",
        length, (const char *)s->sequence + s->offset[i], style & PFQ_STYLE_CR_BASES ? "\r" : "",
        style & PFQ_STYLE_PLUS_NAME ? name_bytes : 0, name, style & PFQ_STYLE_CR_PLUS ? "\r" : "");
    for (int k = 0; k < length; k++)
        *text++ = (char)(s->quality[s->offset[i] + (uint64_t)k] + 33);
    return text + sprintf(text, "%s%s", style & PFQ_STYLE_CR_QUALITY ? "\r" : "",
                          i + 1 == RECORDS && style & PFQ_STYLE_NO_NEWLINE ? "" : "\n");
}

/* ---- one HDF5 file, written by the team ---- */

struct stage {
    pfq_team *team;
    char directory[64], input[96], output[96];
    struct sample *mates; /* 2 */
    char *want, *got;     /* TEXT_BYTES each */
};

/* The rows of this rank: rank 0 holds most, the others 13 each. */
static pfq_batch share_of(const pfq_batch *all, uint64_t *numbers, int rank, int size)
{
    const uint64_t first = rank == 0 ? 0 : RECORDS - (uint64_t)(size - rank) * 13;
    const uint64_t end = rank + 1 == size ? RECORDS : RECORDS - (uint64_t)(size - rank - 1) * 13;
    const uint64_t n = end - first;
    uint64_t *const offset = numbers, *const name_offset = numbers + n + 1;
    for (uint64_t i = 0; i <= n; i++) {
        offset[i] = all->offset[first + i] - all->offset[first];
        name_offset[i] = all->name_offset[first + i] - all->name_offset[first];
    }
    return (pfq_batch){.records = n,
                       .bases = offset[n],
                       .name_bytes = name_offset[n],
                       .sequence = all->sequence + all->offset[first],
                       .quality = all->quality + all->offset[first],
                       .offset = offset,
                       .name = all->name + all->name_offset[first],
                       .name_offset = name_offset,
                       .style = all->style + first};
}

static void write_store(struct stage *stage, int mates, const char *tail)
{
    static uint64_t numbers[2][2 * (RECORDS + 1)];
    const int rank = pfq_team_rank(stage->team), size = pfq_team_size(stage->team);
    const struct store_config config = {.mates = mates,
                                        .layout = mates == 2 ? "interleaved" : "single",
                                        .encoding = PFQ_QUALITY_SANGER,
                                        .writer = PFQ_WRITER_DIRECT};
    pfq_batch batches[2];
    struct store_part parts[2] = {0};
    for (int m = 0; m < mates; m++) {
        batches[m] = share_of(&stage->mates[m].batch, numbers[m], rank, size);
        parts[m].batches = &batches[m];
        parts[m].count = 1;
    }
    if (rank + 1 == size) {
        parts[0].tail.data = (const uint8_t *)tail;
        parts[0].tail.size = strlen(tail);
    }
    pfq_error err = {0};
    struct team_output *draft;
    struct store *store;
    CHECK_EQUAL(team_output_create(stage->team, stage->input, true, &draft, &err), PFQ_OK);
    CHECK_EQUAL(store_create(stage->team, team_output_path(draft), &config, &store, &err), PFQ_OK);
    CHECK_EQUAL(store_append(store, parts, &err), PFQ_OK);
    const struct store_origin origin = {.path = "sample.fastq",
                                        .compression = "none",
                                        .mate = 1,
                                        .records = (uint64_t)RECORDS * (uint64_t)mates,
                                        .tail_bytes = strlen(tail)};
    CHECK_EQUAL(store_finish(store, &origin, 1, &err), PFQ_OK);
    CHECK_EQUAL(team_output_publish(draft, &err), PFQ_OK);
}

/* ---- exports ---- */

static size_t expect(struct stage *stage, int mates, size_t begin, size_t end, const char *tail)
{
    char *text = stage->want;
    for (size_t i = begin; i < end; i++)
        for (int m = 0; m < mates; m++)
            text = print_record(&stage->mates[m], i, text);
    if (end == RECORDS)
        text += sprintf(text, "%s", tail);
    return (size_t)(text - stage->want);
}

static void check_output(struct stage *stage, size_t want_bytes)
{
    if (pfq_team_rank(stage->team) == 0) {
        FILE *const file = fopen(stage->output, "rb");
        CHECK(file != NULL);
        CHECK_EQUAL(fread(stage->got, 1, TEXT_BYTES, file), want_bytes);
        CHECK(memcmp(stage->got, stage->want, want_bytes) == 0);
        fclose(file);
    }
    pfq_error err;
    CHECK_EQUAL(team_wait(stage->team, &err), PFQ_OK);
}

static void export_once(struct stage *stage, int mates, const pfq_export_config *config,
                        const char *tail)
{
    pfq_error err = {0};
    pfq_counts counts;
    const pfq_status status =
        pfq_export(stage->team, stage->input, stage->output, config, &counts, &err);
    CHECK_TEXT(err.message, "");
    CHECK_EQUAL(status, PFQ_OK);
    const size_t begin = config->rows_given ? config->row_begin : 0;
    const size_t end = config->rows_given ? config->row_end : RECORDS;
    const size_t bytes = expect(stage, mates, begin, end, tail);
    check_output(stage, bytes);
    CHECK_EQUAL(counts.bytes, bytes);
    CHECK_EQUAL(counts.mates, mates);
    for (int m = 0; m < mates; m++) {
        CHECK_EQUAL(counts.records[m], end - begin);
        CHECK_EQUAL(counts.bases[m], stage->mates[m].offset[end] - stage->mates[m].offset[begin]);
    }
}

static void the_bytes_do_not_depend_on_slices_and_threads(struct stage *stage, int mates,
                                                          const char *tail)
{
    static const uint64_t slices[] = {1, 300, 5000, 1 << 20};
    write_store(stage, mates, tail);
    for (size_t k = 0; k < sizeof slices / sizeof *slices; k++) {
        const pfq_export_config config = {
            .threads = 1 + (int)k % 3, .slice_bytes = slices[k], .force = true};
        export_once(stage, mates, &config, tail);
    }
    static const uint64_t rows[][2] = {{0, 0},     {0, 1},     {77, 78},          {70, 390},
                                       {399, 400}, {400, 400}, {RECORDS / 2, 400}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const pfq_export_config config = {.slice_bytes = 2000,
                                          .rows_given = true,
                                          .row_begin = rows[k][0],
                                          .row_end = rows[k][1],
                                          .force = true};
        export_once(stage, mates, &config, rows[k][0] < RECORDS ? tail : "");
    }
}

static int files_in(const char *directory)
{
    DIR *const list = opendir(directory);
    CHECK(list != NULL);
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(list));)
        n += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(list);
    return n;
}

/* Rank `rank` fails at its k-th write; with slices of 1000 bytes each rank writes several times. */
static void fail_at(struct stage *stage, int rank, int k)
{
    const pfq_export_config config = {.slice_bytes = 1000};
    pfq_error err = {0};
    writes_until_fault = pfq_team_rank(stage->team) == rank ? k : 0;
    const pfq_status status =
        pfq_export(stage->team, stage->input, stage->output, &config, NULL, &err);
    const bool met = rank == pfq_team_rank(stage->team) && writes_until_fault == 0;
    writes_until_fault = 0;
    CHECK_EQUAL(status, err.status);
    CHECK_EQUAL(status, PFQ_IO);
    CHECK_EQUAL(err.rank, rank);
    CHECK(met || rank != pfq_team_rank(stage->team));
    CHECK_EQUAL(team_wait(stage->team, &err), PFQ_OK);
    CHECK_EQUAL(files_in(stage->directory), 1); /* the input alone */
    CHECK_EQUAL(team_wait(stage->team, &err), PFQ_OK);
}

static void a_failed_write_is_everybodys_error(struct stage *stage)
{
    pfq_error err;
    if (pfq_team_size(stage->team) == 1)
        return; /* one rank writes without MPI */
    if (pfq_team_rank(stage->team) == 0)
        CHECK_EQUAL(unlink(stage->output), 0);
    CHECK_EQUAL(team_wait(stage->team, &err), PFQ_OK);
    for (int rank = 0; rank < pfq_team_size(stage->team); rank++)
        for (int k = 1; k <= 3; k++)
            fail_at(stage, rank, k);
}

static void an_output_that_exists_is_kept(struct stage *stage)
{
    const pfq_export_config config = {0};
    pfq_error err = {0};
    CHECK_EQUAL(pfq_export(stage->team, stage->input, stage->output, &config, NULL, &err),
                PFQ_EXISTS);
    CHECK_EQUAL(pfq_export(stage->team, "no such file", stage->output, &config, NULL, &err),
                PFQ_NOT_FOUND);
    const pfq_export_config force = {.force = true};
    CHECK_EQUAL(pfq_export(stage->team, stage->input, stage->input, &force, NULL, &err), PFQ_USAGE);
    CHECK_TEXT(err.message, "the output is the input");
}

int main(int argc, char **argv)
{
    int provided;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    struct stage stage = {.directory = "export-XXXXXX"};
    pfq_error err;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &stage.team, &err), PFQ_OK);
    if (pfq_team_rank(stage.team) == 0)
        CHECK(mkdtemp(stage.directory) != NULL);
    CHECK_EQUAL(team_share(stage.team, 0, stage.directory, sizeof stage.directory, &err), PFQ_OK);
    snprintf(stage.input, sizeof stage.input, "%s/in.h5", stage.directory);
    snprintf(stage.output, sizeof stage.output, "%s/out.fq", stage.directory);
    stage.mates = calloc(2, sizeof *stage.mates);
    stage.want = malloc(TEXT_BYTES);
    stage.got = malloc(TEXT_BYTES);
    CHECK(stage.mates && stage.want && stage.got);
    fill_sample(&stage.mates[0], 1);
    fill_sample(&stage.mates[1], 2);

    the_bytes_do_not_depend_on_slices_and_threads(&stage, 2, "");
    the_bytes_do_not_depend_on_slices_and_threads(&stage, 1, "\n\r\n\n");
    an_output_that_exists_is_kept(&stage);
    a_failed_write_is_everybodys_error(&stage);
    stage.mates[0].style[RECORDS - 1] = PFQ_STYLE_CRLF | PFQ_STYLE_NO_NEWLINE;
    the_bytes_do_not_depend_on_slices_and_threads(&stage, 1, "");

    if (pfq_team_rank(stage.team) == 0)
        CHECK(unlink(stage.input) == 0 && unlink(stage.output) == 0 && rmdir(stage.directory) == 0);
    free(stage.mates);
    free(stage.want);
    free(stage.got);
    pfq_team_destroy(stage.team);
    MPI_Finalize();
    return 0;
}
