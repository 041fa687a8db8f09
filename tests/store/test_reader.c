/*
 * Claims: rows that are read one by one, in ranges, in lists of any order and batch by batch are
 * the rows that were written, with a small cache and a large one, whatever the compression; the
 * ranks of a team are given each row once, in order; and what is not there is refused in words.
 */
#include <mpi.h>

#include "parfastq/mpi.h"
#include "parfastq/store.h"
#include "rows.h"

enum { RANGE = 37, LIST = 500 };

/* ---- one record ---- */

static void check_bytes(const uint8_t *got, const uint8_t *want, uint64_t n)
{
    CHECK(n == 0 || memcmp(got, want, n) == 0);
}

/* Record i of a batch is row `row`. */
static void check_record(const struct rows_plan *plan, int mate, uint64_t row, uint64_t rows,
                         const pfq_batch *got, uint64_t i)
{
    pfq_batch want = rows_make(plan, mate, row, 1, rows);
    const bool named = !(plan->without & PFQ_COLUMN_NAME);
    const uint64_t at = got->offset[i], name_at = named ? got->name_offset[i] : 0;
    CHECK_EQUAL(got->offset[i + 1] - at, want.bases);
    CHECK(named == (got->name != NULL) && named == (got->name_offset != NULL));
    CHECK(!named || got->name_offset[i + 1] - name_at == want.name_bytes);
    CHECK_EQUAL(!got->sequence, (plan->without & PFQ_COLUMN_SEQUENCE) > 0);
    CHECK_EQUAL(!got->quality, (plan->without & PFQ_COLUMN_QUALITY) > 0);
    if (got->sequence)
        check_bytes(got->sequence + at, want.sequence, want.bases);
    if (got->quality)
        check_bytes(got->quality + at, want.quality, want.bases);
    if (got->name)
        check_bytes(got->name + name_at, want.name, want.name_bytes);
    CHECK_EQUAL(got->style[i], want.style[0]);
    rows_release(&want);
}

static void check_range(pfq_store *store, const struct rows_plan *plan, int mate, uint64_t begin,
                        uint64_t end, uint64_t rows)
{
    pfq_batch batch;
    pfq_error err = {0};
    CHECK_EQUAL(pfq_store_read_rows(store, mate, begin, end, &batch, &err), PFQ_OK);
    CHECK_EQUAL(batch.records, end - begin);
    CHECK(batch.offset[0] == 0 && (!batch.name_offset || batch.name_offset[0] == 0));
    CHECK(batch.offset[end - begin] == batch.bases);
    for (uint64_t i = 0; i < end - begin; i++)
        check_record(plan, mate, begin + i, rows, &batch, i);
    pfq_batch_release(&batch);
    CHECK(!batch.offset);
}

/* ---- lists ---- */

static void check_list(pfq_store *store, const struct rows_plan *plan, int mate, size_t n,
                       uint64_t rows)
{
    static uint64_t list[LIST];
    pfq_batch batch;
    for (size_t i = 0; i < n; i++)
        list[i] = rows_mix(mate, i, (uint32_t)n) % rows;
    if (n > 2)
        list[n - 1] = list[0]; /* the same twice */
    CHECK_EQUAL(pfq_store_read_list(store, mate, list, n, &batch, NULL), PFQ_OK);
    CHECK_EQUAL(batch.records, n);
    for (size_t i = 0; i < n; i++)
        check_record(plan, mate, list[i], rows, &batch, i);
    pfq_batch_release(&batch);
}

/* ---- batch by batch ---- */

/* The rows of this rank, in order; the team has each once. */
static void check_next(pfq_team *team, pfq_store *store, const struct rows_plan *plan,
                       uint64_t rows)
{
    const pfq_chunk *chunk;
    uint64_t next = UINT64_MAX, records = 0;
    for (;;) {
        CHECK_EQUAL(pfq_store_next(store, &chunk, NULL), PFQ_OK);
        if (!chunk)
            break;
        CHECK_EQUAL(chunk->mates, plan->mates);
        CHECK(next == UINT64_MAX || chunk->row == next);
        for (int m = 0; m < plan->mates; m++) {
            CHECK(chunk->batches[m].records == chunk->batches[0].records);
            for (uint64_t i = 0; i < chunk->batches[m].records; i++)
                check_record(plan, m + 1, chunk->row + i, rows, &chunk->batches[m], i);
        }
        records += chunk->batches[0].records;
        next = chunk->row + chunk->batches[0].records;
    }
    uint64_t all = records, before = records;
    CHECK_EQUAL(team_sum(team, &all, 1, NULL), PFQ_OK);
    CHECK_EQUAL(team_sum_before(team, &before, 1, NULL), PFQ_OK);
    CHECK_EQUAL(all, rows);
    CHECK(records == 0 || next == before + records);
}

/* ---- what is refused ---- */

static void check_refusals(pfq_store *store, int mates, uint64_t rows)
{
    pfq_batch batch;
    pfq_matches matches;
    pfq_error err = {0};
    const char *const name = "x";
    CHECK_EQUAL(pfq_store_read_rows(store, mates + 1, 0, 0, &batch, &err), PFQ_USAGE);
    CHECK(strstr(err.message, "there is no mate") != NULL && !batch.offset);
    CHECK_EQUAL(pfq_store_read_rows(store, 0, 0, 0, &batch, &err), PFQ_USAGE);
    CHECK_EQUAL(pfq_store_read_rows(store, 1, 0, rows + 1, &batch, &err), PFQ_USAGE);
    CHECK(strstr(err.message, "there are only") != NULL);
    CHECK_EQUAL(pfq_store_read_rows(store, 1, UINT64_MAX, UINT64_MAX, &batch, &err), PFQ_USAGE);
    if (rows)
        CHECK_EQUAL(pfq_store_read_rows(store, 1, 1, 0, &batch, &err), PFQ_USAGE);
    CHECK_EQUAL(pfq_store_read_list(store, 1, &rows, 1, &batch, &err), PFQ_USAGE);
    CHECK(!batch.offset);
    CHECK_EQUAL(pfq_store_find(store, 9, &name, 1, &matches, &err), PFQ_USAGE);
}

/* ---- files ---- */

static void check_facts(const pfq_store_facts *facts, const struct rows_plan *plan, uint64_t rows)
{
    CHECK_EQUAL(facts->mates, plan->mates);
    CHECK(!facts->interleaved);
    for (int m = 0; m < plan->mates; m++) {
        CHECK_EQUAL(facts->mate[m].records, rows);
        CHECK_EQUAL(facts->mate[m].encoding, PFQ_QUALITY_SANGER);
        CHECK_EQUAL(facts->mate[m].text_offset, plan->without & PFQ_COLUMN_QUALITY ? 0 : 33);
        CHECK_EQUAL(facts->mate[m].columns, PFQ_COLUMNS_ALL & ~plan->without);
        CHECK_EQUAL(facts->mate[m].indexed, plan->index_names);
        CHECK_EQUAL(facts->mate[m].fixed_length, plan->fixed_length && rows ? 50 : 0);
    }
}

static void check_rows(pfq_store *store, const struct rows_plan *plan, uint64_t rows)
{
    for (int mate = 1; mate <= plan->mates; mate++) {
        check_range(store, plan, mate, 0, rows, rows);
        check_range(store, plan, mate, rows, rows, rows);
        check_range(store, plan, mate, 0, 0, rows);
        for (uint64_t begin = 0; begin + RANGE < rows; begin += 3 * RANGE)
            check_range(store, plan, mate, begin, begin + RANGE, rows);
        for (uint64_t row = 0; row < rows; row += 61)
            check_range(store, plan, mate, row, row + 1, rows);
        check_list(store, plan, mate, 0, rows ? rows : 1);
        for (size_t n = 1; n <= LIST && rows; n += 83)
            check_list(store, plan, mate, n, rows);
    }
}

static void check_plan(pfq_team *team, const struct rows_plan *plan, const char *path)
{
    const uint64_t rows = rows_before(plan, pfq_team_size(team), plan->rounds, 0);
    rows_write(team, plan, path);
    for (int threads = 1; threads <= 3; threads += 2) {
        pfq_store *store;
        const pfq_store_config config = {.team = team,
                                         .threads = threads,
                                         .batch_bytes = threads == 1 ? 700 : 0,
                                         .cache_bytes = threads == 1 ? 1 : 0};
        CHECK_EQUAL(pfq_store_open(path, &config, &store, NULL), PFQ_OK);
        check_facts(pfq_store_about(store), plan, rows);
        check_next(team, store, plan, rows);
        check_rows(store, plan, rows);
        check_refusals(store, plan->mates, rows);
        pfq_store_rewind(store);
        check_next(team, store, plan, rows);
        pfq_store_close(store);
    }
}

static void check_strangers(pfq_team *team)
{
    pfq_store *store;
    pfq_error err = {0};
    const pfq_store_config config = {.team = team};
    CHECK_EQUAL(pfq_store_open("no_such_file.h5", &config, &store, &err), PFQ_NOT_FOUND);
    CHECK(!store && err.rank == 0);
    CHECK_EQUAL(pfq_store_open(".", NULL, &store, &err), PFQ_BAD_FILE);
    pfq_store_close(NULL);
}

int main(int argc, char **argv)
{
    static const pfq_compression ways[] = {{.method = PFQ_COMPRESS_NONE},
                                           {.method = PFQ_COMPRESS_FAST},
                                           {.method = PFQ_COMPRESS_GZIP, .level = 1}};
    pfq_team *team;
    char path[64];
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    snprintf(path, sizeof path, "store_test_reader_%d.h5", pfq_team_size(team));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct rows_plan large = {
            .mates = 1, .rounds = 3, .scale = 700, .fixed_length = true, .compression = ways[i]};
        const struct rows_plan odd = {.mates = 2,
                                      .rounds = 2,
                                      .scale = 90,
                                      .odd_styles = true,
                                      .compression = ways[i],
                                      .index_names = true};
        const struct rows_plan empty = {.mates = 1, .compression = ways[i]};
        const struct rows_plan few = {.mates = 3, .rounds = 1, .scale = 1, .compression = ways[i]};
        for (unsigned bit = PFQ_COLUMN_SEQUENCE; bit <= PFQ_COLUMN_NAME; bit *= 2) {
            const struct rows_plan some = {
                .mates = 1, .rounds = 2, .scale = 40, .without = bit, .compression = ways[i]};
            check_plan(team, &some, path);
        }
        check_plan(team, &large, path);
        check_plan(team, &odd, path);
        check_plan(team, &empty, path);
        check_plan(team, &few, path);
    }
    check_strangers(team);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (pfq_team_rank(team) == 0)
        unlink(path);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
