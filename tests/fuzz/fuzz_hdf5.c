/*
 * Claim: any bytes at all, taken for an HDF5 file, are opened, printed, checked, read by rows, by
 * lists and by names, or refused; what comes out are offsets that ascend and values that can stand
 * in FASTQ.
 *
 * Files are mostly zeros, and HDF5 gives up at most changes of its signatures; so the mutator here
 * changes bytes that are not zero, and their neighbours, and likes numbers that lie about sizes.
 * Where they are behind a checksum, half of all changes are of what is summed up, and mend the sum.
 */
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "fuzz/summed.h"
#include "store/check.h"
#include "store/store.h"

enum { MOST_ROWS = 4096, MOST_LISTED = 8 };

/* HDF5 believes much of what it reads; that is not what is tested here. */
extern const char fuzz_library[];
const char fuzz_library[] = "libhdf5";

static uint64_t draw(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

/* A place in what is not zero, or next to it. */
static size_t telling_place(const uint8_t *data, size_t size, unsigned *seed)
{
    size_t at = draw(seed) % size;
    for (size_t i = 0; i < size && !data[at]; i++)
        at = at + 1 < size ? at + 1 : 0;
    at += draw(seed) % 8;
    return at < size ? at : size - 1;
}

static void change(uint8_t *data, size_t size, unsigned *seed)
{
    static const uint64_t lies[] = {UINT64_MAX,         UINT64_MAX - 1,    UINT64_C(1) << 63,
                                    UINT64_MAX / 8 + 1, UINT64_C(1) << 40, UINT32_MAX,
                                    UINT64_C(1) << 31,  1 << 16,           1};
    for (uint64_t i = 1 + draw(seed) % 3; i > 0; i--) {
        const size_t at = telling_place(data, size, seed), from = telling_place(data, size, seed);
        uint64_t number = lies[draw(seed) % (sizeof lies / sizeof *lies)];
        size_t bytes = size - at < sizeof number ? size - at : sizeof number;
        switch (draw(seed) % 5) {
        case 0:
            data[at] ^= (uint8_t)(1u << draw(seed) % 8);
            break;
        case 1:
            data[at] = (uint8_t)draw(seed);
            break;
        case 2:
            memcpy(data + at, &number, bytes);
            break;
        case 3: /* a small change of a number */
            data[at] = (uint8_t)(data[at] + draw(seed) % 7 - 3);
            break;
        default:
            bytes = size - from < bytes ? size - from : bytes;
            memmove(data + at, data + from, bytes);
        }
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct summed summed;
    if (size == 0 || draw(&seed) % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (draw(&seed) % 16 == 0)
        return 1 + draw(&seed) % size; /* cut short */
    if (draw(&seed) % 2 && summed_find(data, size, draw(&seed) % size, &summed)) {
        change(data + summed.begin, summed.bytes, &seed);
        summed_mend(data, &summed);
    } else {
        change(data, size, &seed);
    }
    return size;
}

/* ---- what is read ---- */

static void check_offsets(const uint64_t *offset, uint64_t records, uint64_t end)
{
    CHECK_EQUAL(offset[0], 0);
    for (uint64_t i = 0; i < records; i++)
        CHECK(offset[i] <= offset[i + 1]);
    CHECK_EQUAL(offset[records], end);
}

/* Not of a list, whose batches are as large as their rows say. */
static void check_batch(const pfq_batch *batch, uint8_t text_offset)
{
    check_offsets(batch->offset, batch->records, batch->bases);
    check_offsets(batch->name_offset, batch->records, batch->name_bytes);
    for (uint64_t i = 0; batch->sequence && i < batch->bases; i++)
        CHECK(batch->sequence[i] > ' ' && batch->sequence[i] < 127);
    for (uint64_t i = 0; batch->quality && i < batch->bases; i++)
        CHECK(batch->quality[i] + text_offset <= '~');
    for (uint64_t i = 0; batch->name && i < batch->name_bytes; i++)
        CHECK(batch->name[i] != '\n' && batch->name[i]);
}

static void read_rows(struct store_reader *reader, int mate, uint64_t first, size_t n)
{
    const struct store_mate *const about = &store_summary(reader)->mate[mate - 1];
    struct buffer arena = {0};
    uint64_t base[2], name[2];
    if (store_read_offsets(reader, mate, first, 1, &base[0], &name[0], NULL) ||
        store_read_offsets(reader, mate, first + n, 1, &base[1], &name[1], NULL) ||
        base[1] < base[0] || name[1] < name[0])
        return;
    pfq_batch batch = {.records = n, .bases = base[1] - base[0], .name_bytes = name[1] - name[0]};
    if (store_lay_out(&arena, about->without, &batch, NULL) == PFQ_OK &&
        store_read_rows(reader, mate, first, n, &batch, NULL) == PFQ_OK)
        check_batch(&batch, about->text_offset);
    buffer_release(&arena);
}

static void read_list(struct store_reader *reader, int mate)
{
    const struct store_mate *const about = &store_summary(reader)->mate[mate - 1];
    struct buffer arena = {0};
    struct store_lengths lengths[MOST_LISTED];
    uint64_t rows[MOST_LISTED];
    pfq_batch batch;
    for (size_t i = 0; i < MOST_LISTED; i++)
        rows[i] = (i * 7 + 3) % about->records;
    (void)store_measure_list(reader, mate, rows, MOST_LISTED, lengths, NULL);
    if (!store_read_list(reader, mate, about->without, rows, MOST_LISTED, &arena, &batch, NULL))
        check_batch(&batch, about->text_offset);
    buffer_release(&arena);
}

static void find_names(struct store_reader *reader, int mate)
{
    static const char *const names[] = {"r1", "r3/1", "", "no such read"};
    enum { NAMES = sizeof names / sizeof *names };
    pfq_matches matches = {0};
    if (store_find(reader, mate, names, NAMES, &matches, NULL) == PFQ_OK)
        for (size_t i = 0; i < matches.first[NAMES]; i++)
            CHECK(matches.row[i] < store_summary(reader)->mate[mate - 1].records);
    pfq_matches_release(&matches);
}

static void read_mate(struct store_reader *reader, int mate)
{
    const struct store_mate *const about = &store_summary(reader)->mate[mate - 1];
    const uint64_t n = about->records < MOST_ROWS ? about->records : MOST_ROWS;
    uint8_t tail[64];
    if (n) {
        read_rows(reader, mate, 0, n);
        read_rows(reader, mate, about->records - n, n);
        read_rows(reader, mate, n / 2, 1);
        read_list(reader, mate);
    }
    if (!(about->without & PFQ_COLUMN_NAME))
        find_names(reader, mate);
    if (about->tail_bytes)
        store_read_tail(reader, mate, 0, about->tail_bytes < 64 ? about->tail_bytes : 64, tail,
                        NULL);
}

static void check_all(struct store_reader *reader)
{
    struct store_check check = {.reader = reader, .names = true, .limit = 20};
    pfq_error err = {0};
    memset(check.shortest, 0xff, sizeof check.shortest);
    const size_t pieces = check_pieces(&check);
    for (size_t i = 0; i < pieces && i < 100 && !err.status; i++)
        check_piece(&check, i, &err);
    if (!err.status)
        check_whole(&check, &err);
    for (size_t i = 0; i < check.count; i++)
        CHECK(check.faults[i].message[0]);
    check_release(&check);
}

/* ---- the file ---- */

/* HDF5 opens by name, and not what has none. */
static char path[4096];
static size_t tried, opened;

static void end(void)
{
    (void)unlink(path);
    fprintf(stderr, "%zu of %zu files could be opened\n", opened, tried);
    /* A search is cut into jobs, some of which change what cannot be opened alone. */
#ifndef FUZZ_SEARCH
    CHECK(opened > 0 || tried < 100); /* else nothing was tested at all */
#endif
}

static int make_file(void)
{
    const char *const directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/fuzz-XXXXXX", directory ? directory : "/tmp");
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
    atexit(end);
    return mkstemp(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static FILE *out;
    if (size > FUZZ_MAX_BYTES)
        return 0;
    if (file < 0) {
        file = make_file();
        out = fopen("/dev/null", "w");
    }
    CHECK(file >= 0 && out);
    CHECK_EQUAL(ftruncate(file, 0), 0);
    CHECK_EQUAL(pwrite(file, data, size, 0), size);
    struct store_reader *reader = NULL;
    pfq_error err = {0};
    tried++;
    if (store_open(path, &reader, &err)) {
        CHECK(err.status == PFQ_BAD_FILE || err.status == PFQ_IO || err.status == PFQ_NO_MEMORY);
        CHECK(err.message[0]);
        return 0;
    }
    opened++;
    store_print(reader, out, NULL);
    for (int mate = 1; mate <= store_summary(reader)->mates; mate++)
        read_mate(reader, mate);
    check_all(reader);
    store_close(reader);
    return 0;
}
