/*
 * Claims: the index lists every row once, sorted by the hash of its name and by row, for any number
 * of ranks, rounds of the index and compression, also where many or all names are alike; and every
 * name is found by it, at exactly its rows, as it is by a scan of the names.
 */
#include <mpi.h>

#include "fastq/names.h"
#include "parfastq/mpi.h"
#include "rows.h"
#include "store/indexer.h"
#include "store/reader.h"

enum { MOST_ROWS = 4096 };

/* ---- sorting ---- */

static int by_both(const void *a, const void *b)
{
    const struct index_entry *const one = a, *const other = b;
    if (one->hash != other->hash)
        return one->hash < other->hash ? -1 : 1;
    return (one->row > other->row) - (one->row < other->row);
}

/* Hashes of so many low bits, in the place `shift`. */
static void check_sort(size_t n, unsigned bits, unsigned shift, int threads)
{
    static struct index_entry got[MOST_ROWS], want[MOST_ROWS];
    uint64_t state = n * 31 + bits;
    for (size_t i = 0; i < n; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        got[i].hash = (state >> 33 & ((UINT64_C(1) << bits) - 1)) << shift;
        got[i].row = (n - i) * 7919 % 4093;
    }
    memcpy(want, got, n * sizeof *got);
    qsort(want, n, sizeof *want, by_both);
    CHECK_EQUAL(index_sort(threads, got, n, NULL), PFQ_OK);
    for (size_t i = 0; i < n; i++)
        CHECK(got[i].hash == want[i].hash && got[i].row == want[i].row);
    for (size_t i = 0; i < n; i += 97)
        CHECK(index_lower_bound(got, n, got[i]) <= i);
    const struct index_entry none = {UINT64_MAX, UINT64_MAX};
    CHECK_EQUAL(index_lower_bound(got, n, none), n);
}

static void check_sorts(void)
{
    static const size_t sizes[] = {0, 1, 2, 23, 48, 49, 50, 257, 1000, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int threads = 1; threads <= 3; threads++) {
            check_sort(sizes[i], 31, 33, threads);
            check_sort(sizes[i], 31, 0, threads);
            check_sort(sizes[i], 3, 20, threads);
            check_sort(sizes[i], 0, 0, threads);
        }
}

/* ---- the index in the file ---- */

static uint64_t row_hash(const struct rows_plan *plan, int mate, uint64_t row)
{
    char name[ROWS_NAME_BYTES];
    const size_t size = rows_name(mate, plan->alike ? row % plan->alike : row, name);
    return fastq_name_hash((const uint8_t *)name, fastq_name_key((const uint8_t *)name, size));
}

static void check_columns(struct store_reader *reader, const struct rows_plan *plan, int mate,
                          uint64_t rows)
{
    static struct index_entry want[MOST_ROWS];
    static uint64_t hash[MOST_ROWS], row[MOST_ROWS];
    CHECK(rows <= MOST_ROWS);
    for (uint64_t i = 0; i < rows; i++)
        want[i] = (struct index_entry){row_hash(plan, mate, i), i};
    qsort(want, rows, sizeof *want, by_both);
    CHECK_EQUAL(reader_column(reader, mate, SCHEMA_INDEX_HASH, 0, rows, hash, NULL), PFQ_OK);
    CHECK_EQUAL(reader_column(reader, mate, SCHEMA_INDEX_ROW, 0, rows, row, NULL), PFQ_OK);
    for (uint64_t i = 0; i < rows; i++)
        CHECK(hash[i] == want[i].hash && row[i] == want[i].row);
}

/* ---- finding ---- */

/* Every name, and some that are not there. */
static void check_find(struct store_reader *reader, const struct rows_plan *plan, int mate,
                       uint64_t rows)
{
    static char text[MOST_ROWS + 2][ROWS_NAME_BYTES];
    static const char *names[MOST_ROWS + 2];
    pfq_matches matches;
    for (uint64_t i = 0; i < rows; i++) {
        rows_name(mate, plan->alike ? i % plan->alike : i, text[i]);
        names[i] = text[i];
    }
    names[rows] = "nobody";
    names[rows + 1] = "run:0";
    CHECK_EQUAL(store_find(reader, mate, names, rows + 2, &matches, NULL), PFQ_OK);
    CHECK_EQUAL(matches.names, rows + 2);
    for (uint64_t i = 0; i < rows; i++) {
        bool found = false;
        for (size_t k = matches.first[i]; k < matches.first[i + 1]; k++) {
            CHECK(row_hash(plan, mate, matches.row[k]) == row_hash(plan, mate, i));
            CHECK(k == matches.first[i] || matches.row[k] > matches.row[k - 1]);
            found = found || matches.row[k] == i;
        }
        CHECK(found);
        const uint64_t alike = plan->alike ? (rows - i % plan->alike - 1) / plan->alike + 1 : 1;
        if (text[i][0])
            CHECK_EQUAL(matches.first[i + 1] - matches.first[i], alike);
    }
    CHECK_EQUAL(matches.first[rows], matches.first[rows + 1]);
    CHECK_EQUAL(matches.first[rows + 1], matches.first[rows + 2]);
    pfq_matches_release(&matches);
    CHECK_EQUAL(store_find(reader, mate, NULL, 0, &matches, NULL), PFQ_OK);
    pfq_matches_release(&matches);
}

static void check_file(const struct rows_plan *plan, int ranks, const char *path)
{
    struct store_reader *reader = NULL;
    const uint64_t rows = rows_before(plan, ranks, plan->rounds, 0);
    CHECK_EQUAL(store_open(path, &reader, NULL), PFQ_OK);
    store_use_threads(reader, 2);
    for (int mate = 1; mate <= plan->mates; mate++) {
        CHECK_EQUAL(!(store_summary(reader)->mate[mate - 1].without & SCHEMA_INDEX),
                    plan->index_names);
        if (plan->index_names)
            check_columns(reader, plan, mate, rows);
        check_find(reader, plan, mate, rows);
    }
    store_close(reader);
}

static void check_plan(pfq_team *team, struct rows_plan plan, const char *path)
{
    for (plan.writer = PFQ_WRITER_DIRECT; plan.writer <= PFQ_WRITER_GATHER; plan.writer++) {
        plan.threads = 1 + (int)plan.writer;
        rows_write(team, &plan, path);
        if (pfq_team_rank(team) == 0)
            check_file(&plan, pfq_team_size(team), path);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    }
}

/* Two mates whose names differ in their last digit only. */
static void check_ways(pfq_team *team, const char *path)
{
    static const pfq_compression ways[] = {{.method = PFQ_COMPRESS_NONE},
                                           {.method = PFQ_COMPRESS_FAST}};
    static const unsigned alike[] = {0, 1, 40};
    struct rows_plan plan = {.mates = 2, .rounds = 3, .scale = 30, .index_names = true};
    for (size_t k = 0; k < 3; k++) {
        plan.alike = alike[k];
        plan.compression = ways[k % 2];
        plan.index_entries = 0;
        check_plan(team, plan, path);
        plan.compression = ways[(k + 1) % 2];
        plan.index_entries = 50; /* several rounds */
        check_plan(team, plan, path);
    }
    plan.rounds = 0;
    check_plan(team, plan, path);
    plan.rounds = 3;
    plan.index_names = false;
    check_plan(team, plan, path);
}

/* A number at the end of a name counts among single reads, where both have one. */
static void check_digits(pfq_team *team, const char *path)
{
    static const char *const names[] = {"run:0:%u", "run:0:%u/1", "run:0:%u/2", "run:0:%u/1 more"};
    for (int mates = 1; mates <= 2; mates++) {
        const struct rows_plan plan = {
            .mates = mates, .rounds = 3, .scale = 30, .index_names = true};
        rows_write(team, &plan, path);
        struct store_reader *reader = NULL;
        pfq_matches matches;
        if (pfq_team_rank(team) != 0 || !rows_before(&plan, pfq_team_size(team), 3, 0))
            continue;
        CHECK_EQUAL(store_open(path, &reader, NULL), PFQ_OK);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            char text[ROWS_NAME_BYTES];
            const char *const name = text;
            snprintf(text, sizeof text, names[i], rows_mix(1, 0, 4) % 100000); /* row 0's: /1 */
            CHECK_EQUAL(store_find(reader, 1, &name, 1, &matches, NULL), PFQ_OK);
            CHECK_EQUAL(matches.first[1], mates == 2 || i != 2);
            pfq_matches_release(&matches);
        }
        store_close(reader);
    }
}

int main(int argc, char **argv)
{
    pfq_team *team;
    char path[64];
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    snprintf(path, sizeof path, "store_test_index_%d.h5", pfq_team_size(team));
    check_sorts();
    check_ways(team, path);
    check_digits(team, path);
    if (pfq_team_rank(team) == 0)
        unlink(path);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
