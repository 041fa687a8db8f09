/*
 * Claim: where rows, bases and bytes of a file are as many as 2^40 and more, its chunks have the
 * places, its numbers the values, and a search for rows the answers that they have near the front.
 */
#include "store/extents.h"
#include "store/indexer.h"
#include "store/seek.h"
#include "store/stretch.h"
#include "support/check.h"

static const uint64_t far = (UINT64_C(1) << 40) + 4096; /* a multiple of CHUNK_BYTES */

enum { CHUNK_BYTES = 16, ROWS = 5 };

/* ---- where chunks lie ---- */

/* A dataset that has grown to so many bytes, of which another lies in front, then to more. */
static void chunks_lie_behind_each_other(void)
{
    struct extents one = {.chunk_bytes = CHUNK_BYTES}, other = one;
    uint64_t next = 100, together;
    CHECK_EQUAL(extents_grow(&one, far, 1, &next, NULL), PFQ_OK);
    CHECK_EQUAL(next, 100 + far);
    CHECK_EQUAL(extents_grow(&other, 3 * far - 1, 1, &next, NULL), PFQ_OK);
    CHECK_EQUAL(extents_grow(&one, far + 1, 1, &next, NULL), PFQ_OK);
    CHECK_EQUAL(one.chunks, far / CHUNK_BYTES + 1);
    CHECK_EQUAL(extents_find(&one, far - 3, &together), 100 + far - 3);
    CHECK_EQUAL(together, 3);
    CHECK_EQUAL(extents_find(&one, far + 5, &together), 100 + 4 * far + 5);
    CHECK_EQUAL(together, CHUNK_BYTES - 5);
    CHECK_EQUAL(extents_find(&other, 2 * far + 7, &together), 100 + 3 * far + 7);
    CHECK_EQUAL(together, far - 7);
    CHECK_EQUAL(extents_align(far + 1, CHUNK_BYTES), far + CHUNK_BYTES);
    extents_keep_last(&one);
    CHECK_EQUAL(extents_find(&one, far, &together), 100 + 4 * far);
    extents_release(&one);
    extents_release(&other);
}

/* ---- what numbers become ---- */

static uint64_t offset[ROWS + 1] = {0, 3, 3, 10, 11, 20};

static void collected_are(const struct mate_writer *mate, const struct store_part *part,
                          enum schema_column column, const uint64_t *want, size_t n)
{
    uint64_t got[2 * ROWS + 1];
    struct cursor cursor = {.column = column};
    CHECK_EQUAL(stretch_collect(mate, part, &cursor, 2 * ROWS + 1, (uint8_t *)got), n);
    CHECK(memcmp(got, want, n * sizeof *want) == 0);
    cursor = (struct cursor){.column = column};
    stretch_skip(mate, part, &cursor, n - 1);
    CHECK_EQUAL(stretch_collect(mate, part, &cursor, 1, (uint8_t *)got), 1);
    CHECK_EQUAL(got[0], want[n - 1]);
}

/* Two batches of the same rows, behind as many as that. */
static void numbers_count_from_the_front(void)
{
    static uint64_t exception[2] = {1, 7};
    const pfq_batch batch = {
        .records = ROWS, .bases = 20, .name_bytes = 20, .offset = offset, .name_offset = offset};
    const pfq_batch batches[2] = {batch, batch};
    const struct store_part part = {.batches = batches, .count = 2};
    const struct mate_writer mate = {
        .place = {[SCHEMA_RECORDS] = far, [SCHEMA_BASES] = 150 * far, [SCHEMA_NAME_BYTES] = 7},
        .adding = {[SCHEMA_EXCEPTIONS] = 2},
        .exceptions = {.row = exception, .count = 2}};
    uint64_t bases[2 * ROWS], names[2 * ROWS];
    for (size_t i = 0; i < 2 * ROWS; i++) {
        bases[i] = 150 * far + i / ROWS * 20 + offset[i % ROWS + 1];
        names[i] = 7 + i / ROWS * 20 + offset[i % ROWS + 1];
    }
    const uint64_t rows[2] = {far + 1, far + 7};
    collected_are(&mate, &part, SCHEMA_OFFSET, bases, 2 * ROWS);
    collected_are(&mate, &part, SCHEMA_NAME_OFFSET, names, 2 * ROWS);
    collected_are(&mate, &part, SCHEMA_TEXT_ROW, rows, 2);
}

/* ---- which row ---- */

/* 300 bytes a row, but for a row of 2^45. */
static pfq_status bytes_before(void *context, uint64_t row, uint64_t *bytes, pfq_error *err)
{
    uint64_t *const calls = context;
    (void)err;
    ++*calls;
    *bytes = 300 * row + (row > far / 2 ? UINT64_C(1) << 45 : 0);
    return PFQ_OK;
}

static void rows_are_found(void)
{
    const uint64_t rows[] = {0, 1, far / 2 - 1, far / 2, far / 2 + 1, far - 1, far};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int more = 0; more < 2; more++) {
            uint64_t target, row, calls = 0;
            bytes_before(&calls, rows[i], &target, NULL);
            target += more ? 299 : 0;
            CHECK_EQUAL(store_seek(bytes_before, &calls, 0, far, target, &row, NULL), PFQ_OK);
            CHECK_EQUAL(row, rows[i]);
            CHECK(calls < 2 * 41 + 4);
        }
}

/* ---- the index ---- */

static void rows_are_sorted(void)
{
    enum { ENTRIES = 3000 };
    static struct index_entry entries[ENTRIES];
    for (uint64_t i = 0; i < ENTRIES; i++) /* three rows of each hash, the last one first */
        entries[i] = (struct index_entry){i % 1000 << 40, (2 - i / 1000) * far + 2};
    CHECK_EQUAL(index_sort(2, entries, ENTRIES, NULL), PFQ_OK);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        CHECK_EQUAL(entries[i].hash, i / 3 << 40);
        CHECK_EQUAL(entries[i].row, i % 3 * far + 2);
        CHECK_EQUAL(index_lower_bound(entries, ENTRIES, entries[i]), i);
    }
}

int main(void)
{
    chunks_lie_behind_each_other();
    numbers_count_from_the_front();
    rows_are_found();
    rows_are_sorted();
    return 0;
}
