/*
 * Claim: a file that is not ours, is damaged, or lies about itself is refused with a sentence that
 * names what is wrong; nothing in a file can make the reader read outside its memory.
 */
#include <errno.h>
#include <hdf5.h>
#include <sys/file.h>

#include "store/rows.h"

#define GOOD "store_test_open.h5"
#define BAD  "store_test_open_bad.h5"

static const struct rows_plan plan = {.mates = 2,
                                      .rounds = 2,
                                      .scale = 50,
                                      .odd_styles = true,
                                      .tails = true,
                                      .compression.method = PFQ_COMPRESS_NONE,
                                      .index_names = true,
                                      .writer = PFQ_WRITER_GATHER};

static uint64_t all_rows(void)
{
    return rows_before(&plan, 1, plan.rounds, 0);
}

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    CHECK(in && out);
    char data[65536];
    size_t n;
    while ((n = fread(data, 1, sizeof data, in)) > 0)
        CHECK_EQUAL(fwrite(data, 1, n, out), n);
    CHECK(fclose(in) == 0 && fclose(out) == 0);
}

/* Finds every name, and reads what was found. */
static pfq_status find_everything(struct store_reader *reader, int mate, pfq_error *err)
{
    static char text[400][ROWS_NAME_BYTES];
    const char *names[400];
    const uint64_t rows = all_rows();
    CHECK(rows <= 400);
    for (uint64_t i = 0; i < rows; i++) {
        rows_name(mate, i, text[i]);
        names[i] = text[i];
    }
    pfq_matches matches;
    pfq_batch batch;
    struct buffer arena = {0};
    pfq_status status = store_find(reader, mate, names, rows, &matches, err);
    if (!status)
        status =
            store_read_list(reader, mate, 0, matches.row, matches.first[rows], &arena, &batch, err);
    pfq_matches_release(&matches);
    buffer_release(&arena);
    return status;
}

/* Reads everything of every mate. */
static pfq_status read_everything(const char *path, pfq_error *err)
{
    struct store_reader *reader = NULL;
    pfq_status status = store_open(path, &reader, err);
    if (status)
        return status;
    for (int mate = 1; mate <= store_summary(reader)->mates && !status; mate++) {
        const uint64_t rows = store_summary(reader)->mate[mate - 1].records;
        CHECK_EQUAL(rows, all_rows());
        pfq_batch batch = rows_batch(rows);
        status = store_read_rows(reader, mate, 0, rows, &batch, err);
        rows_release(&batch);
    }
    for (int mate = 1; mate <= store_summary(reader)->mates && !status; mate++)
        status = find_everything(reader, mate, err);
    if (!status) {
        FILE *out = fopen("/dev/null", "w");
        status = store_print(reader, out, err);
        fclose(out);
    }
    store_close(reader);
    return status;
}

static void check_refused(const char *path, pfq_status want, const char *words)
{
    pfq_error err = {0};
    const pfq_status got = read_everything(path, &err);
    if (got != want || !strstr(err.message, words)) {
        fprintf(stderr, "%s: status %d, not %d: \"%s\", not \"%s\"\n", path, got, want, err.message,
                words);
        abort();
    }
    CHECK_EQUAL(err.status, want);
    CHECK_TEXT(err.file, path);
}

/* ---- lies ---- */

static void set_element(hid_t file, const char *name, uint64_t i, uint64_t value)
{
    const hsize_t at = i, one = 1;
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &one, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &one, NULL);
    CHECK(H5Dwrite(dataset, H5T_NATIVE_UINT64, memory, space, H5P_DEFAULT, &value) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
}

/* A new dataset in the place of an old one, of a length that nobody has room for. */
static void pretend_length(hid_t file, const char *name, uint64_t length)
{
    const hsize_t size = length, chunk = 1024;
    const hid_t old = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(old), space = H5Screate_simple(1, &size, NULL);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    H5Dclose(old);
    CHECK(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    CHECK(made >= 0);
    H5Dclose(made);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
}

static void set_length(hid_t file, const char *name, uint64_t length)
{
    if (length > UINT64_C(1) << 30) {
        pretend_length(file, name, length);
        return;
    }
    const hsize_t size = length;
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    CHECK(H5Dset_extent(dataset, &size) >= 0);
    H5Dclose(dataset);
}

static void set_number(hid_t file, const char *object, const char *name, uint64_t value)
{
    const hid_t owner = H5Oopen(file, object, H5P_DEFAULT);
    const hid_t attribute = H5Aopen(owner, name, H5P_DEFAULT);
    CHECK(H5Awrite(attribute, H5T_NATIVE_UINT64, &value) >= 0);
    H5Oclose(owner);
    H5Aclose(attribute);
}

/* A dataset of doubles in the place of another. */
static void set_double(hid_t file, const char *name)
{
    const hsize_t length = 3;
    const hid_t space = H5Screate_simple(1, &length, NULL);
    CHECK(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    const hid_t dataset =
        H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

enum lie { ELEMENT, LENGTH, NUMBER, DOUBLES, DELETE_LINK, DELETE_ATTRIBUTE };

static const struct {
    enum lie lie;
    const char *object;
    const char *name; /* of an attribute */
    uint64_t i, value;
    const char *words;
} lies[] = {
    {ELEMENT, "read1/offset", NULL, 5, UINT64_MAX, "/read1/offset has values that are no offsets"},
    {ELEMENT, "read2/name_offset", NULL, 9, 0, "/read2/name_offset has values"},
    {ELEMENT, "read1/offset", NULL, 0, 1, "/read1/offset does not span"},
    {ELEMENT, "read1/sequence", NULL, 100, '\n', "/read1/sequence has values that are no bases"},
    {ELEMENT, "read2/quality", NULL, 100, 94, "/read2/quality has values that are no scores"},
    {ELEMENT, "read2/name", NULL, 100, '\n', "/read2/name has bytes that cannot be in a name"},
    {ELEMENT, "read1/text/row", NULL, 3, UINT64_MAX, "/read1/text/row"},
    {ELEMENT, "read1/text/row", NULL, 3, 0, "/read1/text/row"},
    {ELEMENT, "read1/text/style", NULL, 3, 64, "/read1/text/style has values that are no styles"},
    {LENGTH, "read1/quality", NULL, 0, 10, "/read1/quality has a length that does not fit"},
    {LENGTH, "read1/offset", NULL, 0, 0, "/read1/offset is too short"},
    {LENGTH, "read2/name_offset", NULL, 0, UINT64_C(1) << 60, "/read2/name_offset has a length"},
    {LENGTH, "read2/name", NULL, 0, UINT64_C(1) << 60,
     "/read2/name is longer than a file of this size can hold"},
    {NUMBER, "read1", "records", 0, 7, "/read1: the attribute records"},
    {NUMBER, "read1", "fixed_length", 0, UINT64_MAX, "/read1: the attribute fixed_length"},
    {NUMBER, "read2", "style", 0, 32, "/read2: the attribute style"},
    {NUMBER, "read1/quality", "text_offset", 0, 200, "/read1: the attribute quality_encoding"},
    {NUMBER, ".", "format_version", 0, 2, "format version 2 is newer"},
    {NUMBER, ".", "mates", 0, 5, "the attribute mates"},
    {NUMBER, ".", "mates", 0, 3, "/read3 is missing"},
    {DOUBLES, "read1/text/style", NULL, 0, 0, "/read1/text/style has the wrong type"},
    {DOUBLES, "provenance", NULL, 0, 0, "/provenance is missing or damaged"},
    {ELEMENT, "read1/index/name_row", NULL, 3, UINT64_MAX, "/read1/index/name_row"},
    {LENGTH, "read1/index/name_hash", NULL, 0, 9, "/read1/index/name_row has a length that does"},
    {LENGTH, "read2/index/name_row", NULL, 0, 9, "/read2/index/name_row has a length that does"},
    {DELETE_LINK, "read1/index/name_row", NULL, 0, 0, "/read1/index/name_row is missing"},
    {DELETE_LINK, "read2/text/tail", NULL, 0, 0, "/read2/text/tail is missing"},
    {DELETE_LINK, "provenance", NULL, 0, 0, "/provenance is missing"},
    {DELETE_ATTRIBUTE, ".", "format", 0, 0, "not one of parfastq"},
    {DELETE_ATTRIBUTE, ".", "created", 0, 0, "the attribute created is missing"},
    {DELETE_ATTRIBUTE, "read1", "min_length", 0, 0, "/read1: the attribute min_length"},
};

static void tell(hid_t file, size_t k)
{
    switch (lies[k].lie) {
    case ELEMENT:
        set_element(file, lies[k].object, lies[k].i, lies[k].value);
        break;
    case LENGTH:
        set_length(file, lies[k].object, lies[k].value);
        break;
    case NUMBER:
        set_number(file, lies[k].object, lies[k].name, lies[k].value);
        break;
    case DOUBLES:
        set_double(file, lies[k].object);
        break;
    case DELETE_LINK:
        CHECK(H5Ldelete(file, lies[k].object, H5P_DEFAULT) >= 0);
        break;
    case DELETE_ATTRIBUTE:
        CHECK(H5Adelete_by_name(file, lies[k].object, lies[k].name, H5P_DEFAULT) >= 0);
        break;
    }
}

static void check_lies(void)
{
    for (size_t k = 0; k < sizeof lies / sizeof lies[0]; k++) {
        copy_file(GOOD, BAD);
        const hid_t file = H5Fopen(BAD, H5F_ACC_RDWR, H5P_DEFAULT);
        CHECK(file >= 0);
        tell(file, k);
        CHECK(H5Fclose(file) >= 0);
        check_refused(BAD, PFQ_BAD_FILE, lies[k].words);
    }
}

/* ---- damage ---- */

static long file_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    const long bytes = ftell(file);
    fclose(file);
    return bytes;
}

static void check_truncations(void)
{
    const long bytes = file_bytes(GOOD);
    const long cuts[] = {0, 1, 7, 8, 95, 96, 1000, 4096, 20000, bytes / 2, bytes - 1};
    for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
        copy_file(GOOD, BAD);
        CHECK(truncate(BAD, cuts[k]) == 0);
        check_refused(BAD, PFQ_BAD_FILE, "HDF5 file");
    }
}

/* Where the first chunk of a dataset lies, and how long it is. */
static void find_chunk(const char *name, uint64_t *address, uint64_t *bytes)
{
    const hid_t file = H5Fopen(BAD, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset);
    hsize_t offset, size = 0;
    haddr_t at = 0;
    unsigned mask;
    CHECK(H5Dget_chunk_info(dataset, space, 0, &offset, &mask, &at, &size) >= 0);
    *address = at;
    *bytes = size;
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void change_byte(const char *path, uint64_t at)
{
    FILE *file = fopen(path, "r+b");
    CHECK(file && fseek(file, (long)at, SEEK_SET) == 0);
    const int byte = fgetc(file);
    CHECK(byte >= 0 && fseek(file, -1, SEEK_CUR) == 0);
    CHECK(fputc(byte ^ 0x55, file) >= 0 && fclose(file) == 0);
}

/* A changed byte of a chunk is found, at the latest by the checksum of its stream; but for one that
 * means the same, such as another distance of a match among zeros. The first and the last byte
 * always mean something. */
static void check_damaged_chunk(const char *name)
{
    for (unsigned part = 0; part <= 8; part++) {
        uint64_t address, bytes;
        pfq_error err = {0};
        copy_file(GOOD, BAD);
        find_chunk(name, &address, &bytes);
        change_byte(BAD, address + (bytes - 1) * part / 8);
        const bool must = part == 0 || part == 8;
        if (must || read_everything(BAD, &err))
            check_refused(BAD, PFQ_BAD_FILE, name);
    }
}

static void check_damaged_chunks(void)
{
    static const char *const names[] = {"/read1/sequence", "/read1/quality", "/read2/name",
                                        "/read2/name_offset", "/read1/text/style"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_damaged_chunk(names[i]);
}

static void check_strangers(void)
{
    check_refused("store_test_no_such_file.h5", PFQ_NOT_FOUND, "No such file");
    check_refused(".", PFQ_BAD_FILE, "not a regular file");
    const hid_t file = H5Fcreate(BAD, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Fclose(file) >= 0);
    check_refused(BAD, PFQ_BAD_FILE, "not one of parfastq");
}

/* ---- locks ---- */

static int lock_errno; /* what each lock fails with; 0: it is had */

/* Takes the place of that of the C library, for HDF5 too. */
int flock(int file, int operation)
{
    (void)file;
    if (!lock_errno || operation & LOCK_UN)
        return 0;
    errno = lock_errno;
    return -1;
}

/* A file system that knows no locks is read all the same; a lock that another program holds, and a
 * variable that insists on locks, end with a sentence that names the variable. */
static void check_locks(pfq_team *team)
{
    static const int unknown[] = {ENOSYS, ENOLCK, EOPNOTSUPP, EPERM};
    pfq_error err = {0};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        lock_errno = unknown[i];
        rows_write(team, &plan, GOOD);
        CHECK_EQUAL(read_everything(GOOD, &err), PFQ_OK);
    }
    lock_errno = EWOULDBLOCK;
    check_refused(GOOD, PFQ_IO, "HDF5_USE_FILE_LOCKING=FALSE");
    check_refused(GOOD, PFQ_IO, "another program holds it open");
    lock_errno = 0;
    CHECK_EQUAL(read_everything(GOOD, &err), PFQ_OK);
}

static void check_all(pfq_team *team, const struct rows_plan *of)
{
    pfq_error err = {0};
    rows_write(team, of, GOOD);
    CHECK_EQUAL(read_everything(GOOD, &err), PFQ_OK);
    check_strangers();
    check_lies();
    check_truncations();
}

int main(void)
{
    pfq_team *team;
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
    struct rows_plan encoded = plan;
    encoded.compression.method = PFQ_COMPRESS_FAST;
    check_all(team, &plan);
    check_all(team, &encoded);
    check_damaged_chunks();
    check_locks(team);
    unlink(GOOD);
    unlink(BAD);
    pfq_team_destroy(team);
    return 0;
}
