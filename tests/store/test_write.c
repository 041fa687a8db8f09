/*
 * Claim: whatever the ranks, the rounds, the way of writing and the compression, the file holds
 * every row of every mate in order, with its name, its style and the tails of the files, and
 * reading gives back what went in. The chunks that are stored are the same for every way of
 * writing.
 */
#include <hdf5.h>
#include <mpi.h>

#include "parfastq/mpi.h"
#include "store/rows.h"

static const struct rows_plan plans[] = {
    {.mates = 1, .rounds = 3, .scale = 100},
    {.mates = 1, .rounds = 4, .scale = 50, .odd_styles = true, .tails = true},
    {.mates = 2, .rounds = 2, .scale = 3000, .fixed_length = true},
    {.mates = 3, .rounds = 5, .scale = 7, .odd_styles = true, .tails = true},
    {.mates = 4, .rounds = 1, .scale = 1},
    {.mates = 1, .rounds = 0, .scale = 1},
    {.mates = 2, .rounds = 2, .scale = 0, .tails = true},
    {.mates = 1, .rounds = 1, .scale = 45000, .fixed_length = true}, /* columns of several pieces */
    {.mates = 1, .rounds = 9, .scale = 900, .odd_styles = true},     /* chunks of several rounds */
};

/* ---- what is expected ---- */

static void check_rows(struct store_reader *reader, const struct rows_plan *plan, int mate,
                       uint64_t first, uint64_t n, uint64_t rows)
{
    pfq_error err = {0};
    pfq_batch want = rows_make(plan, mate, first, n, rows), got = rows_batch(n);
    CHECK_EQUAL(store_read_rows(reader, mate, first, n, &got, &err), PFQ_OK);
    CHECK_EQUAL(got.records, n);
    CHECK_EQUAL(got.bases, want.bases);
    CHECK_EQUAL(got.name_bytes, want.name_bytes);
    CHECK(memcmp(got.sequence, want.sequence, want.bases) == 0);
    CHECK(memcmp(got.quality, want.quality, want.bases) == 0);
    CHECK(memcmp(got.name, want.name, want.name_bytes) == 0);
    CHECK(memcmp(got.style, want.style, n) == 0);
    CHECK(memcmp(got.offset, want.offset, (n + 1) * sizeof *got.offset) == 0);
    CHECK(memcmp(got.name_offset, want.name_offset, (n + 1) * sizeof *got.name_offset) == 0);
    rows_release(&want);
    rows_release(&got);
}

static void check_tails(struct store_reader *reader, const struct rows_plan *plan, int ranks,
                        int mate)
{
    char want[4096] = "", tail[16];
    uint8_t got[sizeof want] = {0};
    for (int round = 0; round < plan->rounds; round++)
        for (int rank = 0; rank < ranks; rank++) {
            rows_tail(plan, mate, round, rank, tail);
            strcat(want, tail);
        }
    const uint64_t size = store_summary(reader)->mate[mate - 1].tail_bytes;
    CHECK_EQUAL(size, strlen(want));
    CHECK_EQUAL(store_read_tail(reader, mate, 0, size, got, NULL), PFQ_OK);
    CHECK_TEXT((const char *)got, want);
}

/* The numbers of a mate, against those counted over its rows. */
static void check_summary(const struct store_summary *summary, const struct rows_plan *plan,
                          int mate, uint64_t rows)
{
    const struct store_mate *const got = &summary->mate[mate - 1];
    uint64_t bases = 0, smallest = rows ? UINT64_MAX : 0, largest = 0, exceptions = 0;
    uint8_t style = 0;
    if (rows)
        style = rows_style(plan, 0, rows) & (PFQ_STYLE_CRLF | PFQ_STYLE_PLUS_NAME);
    for (uint64_t row = 0; row < rows; row++) {
        const uint64_t length = rows_length(plan, mate, row);
        bases += length;
        smallest = length < smallest ? length : smallest;
        largest = length > largest ? length : largest;
        exceptions += rows_style(plan, row, rows) != style;
    }
    CHECK_EQUAL(got->records, rows);
    CHECK_EQUAL(got->bases, bases);
    CHECK_EQUAL(got->min_length, smallest);
    CHECK_EQUAL(got->max_length, largest);
    CHECK_EQUAL(got->fixed_length, smallest == largest ? largest : 0);
    CHECK_EQUAL(got->style, style);
    CHECK_EQUAL(got->exceptions, exceptions);
    CHECK_EQUAL(got->text_offset, 33);
    CHECK_TEXT(summary->encoding[mate - 1], "sanger");
}

static void check_mate(struct store_reader *reader, const struct rows_plan *plan, int ranks,
                       int mate, uint64_t rows)
{
    check_summary(store_summary(reader), plan, mate, rows);
    check_tails(reader, plan, ranks, mate);
    check_rows(reader, plan, mate, 0, rows, rows);
    check_rows(reader, plan, mate, rows / 3, rows - rows / 3 - rows / 5, rows);
    check_rows(reader, plan, mate, rows, 0, rows);
}

static void check_origins(struct store_reader *reader, const struct rows_plan *plan, uint64_t rows)
{
    struct store_origin want[2 * PFQ_MAX_MATES], got;
    const size_t n = rows_origins(plan, rows, want);
    CHECK_EQUAL(store_summary(reader)->origins, n);
    for (size_t i = 0; i < n; i++) {
        CHECK_EQUAL(store_read_origin(reader, i, &got, NULL), PFQ_OK);
        CHECK_TEXT(got.path, want[i].path);
        CHECK_TEXT(got.compression, want[i].compression);
        CHECK_EQUAL(got.mate, want[i].mate);
        CHECK_EQUAL(got.bytes, want[i].bytes);
        CHECK_EQUAL(got.modified, want[i].modified);
        CHECK_EQUAL(got.first_row, want[i].first_row);
        CHECK_EQUAL(got.records, want[i].records);
        CHECK_EQUAL(got.tail_bytes, want[i].tail_bytes);
    }
}

static void check_file(const struct rows_plan *plan, int ranks, const char *path)
{
    struct store_reader *reader = NULL;
    pfq_error err = {0};
    const uint64_t rows = rows_before(plan, ranks, plan->rounds, 0);
    const pfq_status status = store_open(path, &reader, &err);
    CHECK_TEXT(err.message, "");
    CHECK_EQUAL(status, PFQ_OK);
    CHECK_EQUAL(store_summary(reader)->mates, plan->mates);
    CHECK_TEXT(store_summary(reader)->layout, plan->mates == 1 ? "single" : "paired");
    CHECK_TEXT(store_summary(reader)->command, "parfastq convert -o out.h5 reads.fastq");
    for (int mate = 1; mate <= plan->mates; mate++)
        check_mate(reader, plan, ranks, mate, rows);
    check_origins(reader, plan, rows);
    store_close(reader);
}

/* ---- stored chunks ---- */

static const char *const datasets[] = {"sequence",    "quality",  "offset",     "name",
                                       "name_offset", "text/row", "text/style", "text/tail"};

static uint64_t mix(uint64_t digest, const void *data, size_t size)
{
    const uint8_t *const bytes = data;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ bytes[i]) * UINT64_C(0x100000001b3);
    return digest;
}

static uint64_t digest_of_chunks(hid_t dataset, uint64_t digest)
{
    hsize_t length = 0, chunk = 0;
    const hid_t space = H5Dget_space(dataset), properties = H5Dget_create_plist(dataset);
    CHECK(H5Sget_simple_extent_dims(space, &length, NULL) == 1);
    CHECK(H5Pget_chunk(properties, 1, &chunk) == 1);
    for (hsize_t at = 0; at < length; at += chunk) {
        hsize_t bytes = 0;
        uint32_t mask = 1;
        CHECK(H5Dget_chunk_storage_size(dataset, &at, &bytes) >= 0 && bytes > 0);
        uint8_t *const data = malloc(bytes);
        CHECK(data && H5Dread_chunk(dataset, H5P_DEFAULT, &at, &mask, data) >= 0);
        CHECK_EQUAL(mask, 0);
        digest = mix(mix(digest, &at, sizeof at), data, bytes);
        free(data);
    }
    H5Pclose(properties);
    H5Sclose(space);
    return digest;
}

/* Of all chunks of all datasets, as they are stored. */
static uint64_t digest_of_file(const char *path, int mates)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CHECK(file >= 0);
    for (int mate = 1; mate <= mates; mate++)
        for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++) {
            char name[64];
            snprintf(name, sizeof name, "/read%d/%s", mate, datasets[i]);
            const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
            CHECK(dataset >= 0);
            digest = digest_of_chunks(dataset, digest);
            H5Dclose(dataset);
        }
    CHECK(H5Fclose(file) >= 0);
    return digest;
}

/* ---- all ways ---- */

static const pfq_compression compressions[] = {
    {PFQ_COMPRESS_NONE, 0, false}, {PFQ_COMPRESS_FAST, 0, false}, {PFQ_COMPRESS_GZIP, 1, false},
    {PFQ_COMPRESS_ZSTD, 1, false}, {PFQ_COMPRESS_NONE, 0, true},  {PFQ_COMPRESS_FAST, 0, true}};

static void check_writers(pfq_team *team, struct rows_plan plan, const char *path)
{
    uint64_t first = 0;
    const bool encodes = plan.compression.method != PFQ_COMPRESS_NONE || plan.compression.checksum;
    for (plan.writer = PFQ_WRITER_DIRECT; plan.writer <= PFQ_WRITER_GATHER; plan.writer++) {
        plan.threads = plan.writer == PFQ_WRITER_GATHER ? 1 : 3;
        rows_write(team, &plan, path);
        if (pfq_team_rank(team) == 0) {
            check_file(&plan, pfq_team_size(team), path);
            const uint64_t digest = encodes ? digest_of_file(path, plan.mates) : 0;
            CHECK(plan.writer == PFQ_WRITER_DIRECT || digest == first);
            first = digest;
        }
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    }
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    char path[64];
    snprintf(path, sizeof path, "store_test_write_%d.h5", pfq_team_size(team));
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        for (size_t k = 0; k < sizeof compressions / sizeof compressions[0]; k++) {
            struct rows_plan plan = plans[i];
            plan.compression = compressions[k];
            const bool usual =
                !plan.compression.checksum && (plan.compression.method == PFQ_COMPRESS_NONE ||
                                               plan.compression.method == PFQ_COMPRESS_FAST);
            pfq_compression settled = plan.compression;
            if ((!usual && i % 3 != 1) || store_settle_compression(&settled, NULL))
                continue; /* another codec changes nothing on the way there */
            check_writers(team, plan, path);
        }
    if (pfq_team_rank(team) == 0)
        unlink(path);
    pfq_team_destroy(team);
    MPI_Finalize();
    return 0;
}
