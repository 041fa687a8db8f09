/*
 * Opening a file that anybody may have made.
 *
 * Attributes say what is in the file; the datasets are the truth. All must be there, be flat and of
 * the right type, and agree: columns of a row have one length, offsets begin with 0 and end at the
 * length of what they index. After that, an index below the lengths in the summary is an index into
 * the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "parfastq/batch.h"
#include "store/claims.h"
#include "store/compress.h"
#include "store/guard.h"
#include "store/provenance.h"
#include "store/reader.h"

static pfq_status bad_file(const struct store_reader *reader, const char *what, pfq_error *err)
{
    return error_set(err, PFQ_BAD_FILE, reader->path, "%s", what);
}

/* ---- the file ---- */

/* What HDF5 will meet when it locks a file for reading, as it does with each file it opens: an
 * errno value of flock, or 0. */
static int try_lock(int file)
{
    const int number = flock(file, LOCK_SH | LOCK_NB) == 0 ? 0 : errno;
    (void)flock(file, LOCK_UN);
    return number;
}

/* Says in the words of the system why a file cannot be read at all; HDF5's are about its own
 * drivers. *lock_errno: why it cannot be locked. */
static pfq_status check_readable(struct store_reader *reader, int *lock_errno, pfq_error *err)
{
    struct stat info;
    const int file = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return error_set(err, error_status_of_errno(errno), reader->path, "cannot open: %s",
                         strerror(errno));
    const bool regular = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
    *lock_errno = regular ? try_lock(file) : 0;
    close(file);
    if (!regular)
        return bad_file(reader, "not a regular file", err);
    reader->file_bytes = (uint64_t)info.st_size;
    return PFQ_OK;
}

/* How HDF5 is to open a file. Many file systems of clusters know no locks (ENOSYS, ENOLCK, ..); a
 * file of ours needs none, since it appears when it is complete, so HDF5 is told to do without. But
 * a lock that somebody holds (EWOULDBLOCK) is somebody who writes. HDF5_USE_FILE_LOCKING has the
 * last word. Below 0 if HDF5 failed. */
static hid_t access_for(int lock_errno)
{
    const hid_t access = guard_access();
#if H5_VERSION_GE(1, 12, 1) || (!H5_VERSION_GE(1, 12, 0) && H5_VERSION_GE(1, 10, 7))
    if (access >= 0 && lock_errno && lock_errno != EWOULDBLOCK)
        (void)H5Pset_file_locking(access, false, true);
#else
    (void)lock_errno; /* this HDF5 knows the variable alone */
#endif
    return access;
}

static pfq_status cannot_open(const struct store_reader *reader, int lock_errno, pfq_error *err)
{
    const pfq_status status = h5_fail(err, PFQ_BAD_FILE, reader->path, "cannot open the HDF5 file");
    if (!lock_errno)
        return status;
    if (lock_errno == EWOULDBLOCK)
        return error_set(err, PFQ_IO, reader->path,
                         "cannot open the HDF5 file: another program holds it open for writing "
                         "(HDF5_USE_FILE_LOCKING=FALSE in the environment reads it all the same)");
    return error_set(err, PFQ_IO, reader->path,
                     "cannot open the HDF5 file: its file system knows no locks (%s); set "
                     "HDF5_USE_FILE_LOCKING=FALSE in the environment",
                     strerror(lock_errno));
}

static pfq_status open_file(struct store_reader *reader, pfq_error *err)
{
    int lock_errno = 0;
    const pfq_status status = check_readable(reader, &lock_errno, err);
    if (status)
        return status;
    if (H5Fis_hdf5(reader->path) <= 0)
        return bad_file(reader, "not an HDF5 file", err);
    const hid_t access = access_for(lock_errno);
    reader->file = access >= 0 ? H5Fopen(reader->path, H5F_ACC_RDONLY, access) : access;
    const hid_t reason = h5_keep_reason(reader->file >= 0);
    if (access >= 0)
        H5Pclose(access);
    h5_restore_reason(reason);
    return reader->file < 0 ? cannot_open(reader, lock_errno, err) : PFQ_OK;
}

/* ---- attributes ---- */

/* Texts of the root that the summary keeps. */
static const struct {
    enum schema_root_text text;
    size_t offset, size;
} kept[] = {
#define KEPT(text, member)                                                                         \
    {                                                                                              \
        text, offsetof(struct store_summary, member), sizeof((struct store_summary *)0)->member    \
    }
    KEPT(SCHEMA_R_SOFTWARE_VERSION, software_version),
    KEPT(SCHEMA_R_COMMAND, command),
    KEPT(SCHEMA_R_CREATED, created),
    KEPT(SCHEMA_R_LAYOUT, layout),
#undef KEPT
};

static pfq_status read_root(struct store_reader *reader, pfq_error *err)
{
    char format[16];
    uint64_t version, mates;
    struct store_summary *const summary = &reader->summary;
    if (!h5_get_text(reader->file, schema_root_texts[SCHEMA_R_FORMAT], format, sizeof format) ||
        strcmp(format, SCHEMA_FORMAT) != 0)
        return bad_file(reader, "an HDF5 file, but not one of parfastq", err);
    if (!h5_get_number(reader->file, "format_version", &version) || version == 0)
        return bad_file(reader, "the attribute format_version is missing or wrong", err);
    if (version > SCHEMA_FORMAT_VERSION)
        return error_set(err, PFQ_BAD_FILE, reader->path,
                         "format version %llu is newer than this parfastq, which knows %d",
                         (unsigned long long)version, (int)SCHEMA_FORMAT_VERSION);
    if (!h5_get_number(reader->file, "mates", &mates) || mates == 0 || mates > PFQ_MAX_MATES)
        return bad_file(reader, "the attribute mates is missing or wrong", err);
    summary->mates = (int)mates;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (!h5_get_text(reader->file, schema_root_texts[kept[i].text],
                         (char *)summary + kept[i].offset, kept[i].size))
            return error_set(err, PFQ_BAD_FILE, reader->path,
                             "the attribute %s is missing or wrong",
                             schema_root_texts[kept[i].text]);
    return PFQ_OK;
}

static pfq_status bad_attribute(const struct store_reader *reader, int mate, const char *name,
                                pfq_error *err)
{
    return error_set(err, PFQ_BAD_FILE, reader->path,
                     "/read%d: the attribute %s is missing or wrong", mate, name);
}

/* The columns that are there. Files of before there was a choice do not say; they have all. */
static pfq_status read_columns(struct store_reader *reader, int mate, hid_t group, pfq_error *err)
{
    char text[SCHEMA_COLUMNS_BYTES];
    const char *const name = schema_texts[SCHEMA_T_COLUMNS];
    if (H5Aexists(group, name) == 0 ||
        (h5_get_text(group, name, text, sizeof text) &&
         schema_parse_columns(text, &reader->summary.mate[mate - 1].without)))
        return PFQ_OK;
    return bad_attribute(reader, mate, name, err);
}

/* Which of the forms a dataset has, the first where it does not say. */
static pfq_status read_form(struct store_reader *reader, int mate, enum schema_column column,
                            const struct schema_form forms[SCHEMA_FORMS], int *which,
                            pfq_error *err)
{
    char text[16];
    const hid_t dataset = reader->dataset[mate - 1][column];
    *which = 0;
    if (!schema_has(reader->summary.mate[mate - 1].without, column) ||
        H5Aexists(dataset, "form") == 0)
        return PFQ_OK;
    if (h5_get_text(dataset, "form", text, sizeof text))
        for (*which = 0; *which < SCHEMA_FORMS; ++*which)
            if (strcmp(forms[*which].name, text) == 0)
                return PFQ_OK;
    return reader_bad(reader, mate, column, "has a form that is not known here", err);
}

static pfq_status read_forms(struct store_reader *reader, int mate, pfq_error *err)
{
    int bases, scores;
    struct store_mate *const summary = &reader->summary.mate[mate - 1];
    pfq_status status = read_form(reader, mate, SCHEMA_SEQUENCE, schema_base_forms, &bases, err);
    if (!status)
        status = read_form(reader, mate, SCHEMA_QUALITY, schema_score_forms, &scores, err);
    if (status)
        return status;
    summary->bases_are = (pfq_base_form)bases;
    summary->scores_are = (pfq_score_form)scores;
    return PFQ_OK;
}

/* The quality encoding and its offset, which have to be a row of the table. */
static pfq_status read_encoding(struct store_reader *reader, int mate, hid_t group, pfq_error *err)
{
    char *const name = reader->summary.encoding[mate - 1];
    const char *const attribute = schema_texts[SCHEMA_T_QUALITY_ENCODING];
    uint64_t text_offset;
    if (!h5_get_text(group, attribute, name, sizeof reader->summary.encoding[0]))
        return bad_attribute(reader, mate, attribute, err);
    if (reader->summary.mate[mate - 1].without & PFQ_COLUMN_QUALITY)
        return PFQ_OK;
    if (!h5_get_number(reader->dataset[mate - 1][SCHEMA_QUALITY], "text_offset", &text_offset))
        return bad_attribute(reader, mate, "text_offset of quality", err);
    for (int i = PFQ_QUALITY_SANGER; i <= PFQ_QUALITY_SOLEXA; i++)
        if (strcmp(schema_encodings[i].name, name) == 0 &&
            schema_encodings[i].text_offset == text_offset) {
            reader->summary.mate[mate - 1].text_offset = (uint8_t)text_offset;
            return PFQ_OK;
        }
    return bad_attribute(reader, mate, attribute, err);
}

/* What the numbers of a group say, against the lengths of its datasets, which are in *summary. */
static const char *wrong_number(const uint64_t *numbers, const struct store_mate *summary)
{
    const uint64_t fixed = numbers[SCHEMA_N_FIXED_LENGTH];
    uint64_t bases;
    if (numbers[SCHEMA_N_RECORDS] != summary->records)
        return schema_numbers[SCHEMA_N_RECORDS];
    if (numbers[SCHEMA_N_BASES] != summary->bases && schema_has(summary->without, SCHEMA_OFFSET))
        return schema_numbers[SCHEMA_N_BASES];
    if (fixed && (__builtin_mul_overflow(fixed, summary->records, &bases) ||
                  bases != numbers[SCHEMA_N_BASES]))
        return schema_numbers[SCHEMA_N_FIXED_LENGTH];
    if (numbers[SCHEMA_N_STYLE] > UINT8_MAX ||
        schema_group_style((uint8_t)numbers[SCHEMA_N_STYLE]) != numbers[SCHEMA_N_STYLE] ||
        !schema_is_style((uint8_t)numbers[SCHEMA_N_STYLE], summary->has_line_width))
        return schema_numbers[SCHEMA_N_STYLE];
    return NULL;
}

static pfq_status read_numbers(struct store_reader *reader, int mate, hid_t group, pfq_error *err)
{
    struct store_mate *const summary = &reader->summary.mate[mate - 1];
    uint64_t numbers[SCHEMA_NUMBERS];
    for (int i = 0; i < SCHEMA_NUMBERS; i++)
        if (!h5_get_number(group, schema_numbers[i], &numbers[i]))
            return bad_attribute(reader, mate, schema_numbers[i], err);
    summary->has_line_width = H5Aexists(group, SCHEMA_LINE_WIDTH) > 0;
    if (summary->has_line_width && !h5_get_number(group, SCHEMA_LINE_WIDTH, &summary->line_width))
        return bad_attribute(reader, mate, SCHEMA_LINE_WIDTH, err);
    const char *const wrong = wrong_number(numbers, summary);
    if (wrong)
        return bad_attribute(reader, mate, wrong, err);
    summary->bases = numbers[SCHEMA_N_BASES]; /* no dataset need have told */
    summary->min_length = numbers[SCHEMA_N_MIN_LENGTH];
    summary->max_length = numbers[SCHEMA_N_MAX_LENGTH];
    summary->fixed_length = numbers[SCHEMA_N_FIXED_LENGTH];
    summary->style = (uint8_t)numbers[SCHEMA_N_STYLE];
    return PFQ_OK;
}

/* ---- datasets ---- */

/* true for a flat dataset of unsigned integers of the size the table says. */
static bool has_type(hid_t dataset, const struct schema_dataset *row)
{
    const hid_t type = H5Dget_type(dataset);
    const bool good = type >= 0 && H5Tget_class(type) == H5T_INTEGER &&
                      H5Tget_size(type) == row->element_bytes && H5Tget_sign(type) == H5T_SGN_NONE;
    if (type >= 0)
        H5Tclose(type);
    return good;
}

/* Reads are large: without a chunk cache HDF5 reads into our memory and not by way of its own. With
 * filters that are not ours to undo, it had better keep its cache. */
static hid_t open_dataset(hid_t group, const struct schema_dataset *row,
                          struct decode_layout *layout)
{
    const hid_t access = h5_inside(H5P_DATASET_ACCESS);
    if (access < 0)
        return H5I_INVALID_HID;
    H5Pset_chunk_cache(access, 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
    const hid_t dataset = H5Dopen2(group, row->name, access);
    H5Pclose(access);
    if (dataset < 0)
        return dataset;
    *layout = decode_look(dataset, row->element_bytes);
    if (!layout->ours) /* then chunks are pieces of the size we would choose */
        layout->chunk_elements = row->chunk_elements;
    if (layout->ours || !layout->filtered)
        return dataset;
    H5Dclose(dataset);
    return h5_open_dataset(group, row->name);
}

/* Opens a column; its length must be the one that an earlier column of the same kind has. */
static pfq_status open_column(struct store_reader *reader, int mate, hid_t group,
                              enum schema_column column, uint64_t *lengths, pfq_error *err)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const hid_t dataset = open_dataset(group, row, &reader->decoder.layout[mate - 1][column]);
    if (dataset < 0)
        return reader_bad(reader, mate, column, "is missing or damaged", err);
    reader->dataset[mate - 1][column] = dataset;
    if (!has_type(dataset, row))
        return reader_bad(reader, mate, column, "has the wrong type", err);
    const uint64_t elements = reader_length(dataset);
    if (elements == UINT64_MAX)
        return reader_bad(reader, mate, column, "is not one-dimensional", err);
    if (elements < row->more)
        return reader_bad(reader, mate, column, "is too short", err);
    const uint64_t length = elements - row->more;
    if (lengths[row->length] != UINT64_MAX && lengths[row->length] != length)
        return reader_bad(reader, mate, column, "has a length that does not fit the others", err);
    const char *const refuted =
        claims_refute(dataset, elements, row->element_bytes, reader->file_bytes);
    if (refuted)
        return reader_bad(reader, mate, column, refuted, err);
    lengths[row->length] = length;
    return PFQ_OK;
}

/* Offsets that are there begin with 0 and end with the length of what they index. */
static pfq_status check_ends(struct store_reader *reader, int mate, enum schema_column column,
                             uint64_t indexed, pfq_error *err)
{
    uint64_t first = UINT64_MAX, last = UINT64_MAX;
    const uint64_t records = reader->summary.mate[mate - 1].records;
    if (!schema_has(reader->summary.mate[mate - 1].without, column))
        return PFQ_OK;
    pfq_status status = reader_column(reader, mate, column, 0, 1, &first, err);
    if (!status)
        status = reader_column(reader, mate, column, records, 1, &last, err);
    if (!status && (first != 0 || last != indexed))
        status = reader_bad(reader, mate, column, "does not span what it indexes", err);
    return status;
}

static pfq_status open_columns(struct store_reader *reader, int mate, hid_t group, pfq_error *err)
{
    struct store_mate *const summary = &reader->summary.mate[mate - 1];
    uint64_t lengths[SCHEMA_LENGTHS];
    memset(lengths, 0xff, sizeof lengths);
    if (H5Lexists(group, "index", H5P_DEFAULT) == 0)
        summary->without |= SCHEMA_INDEX;
    for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
        if (!schema_has(summary->without, column))
            continue;
        const pfq_status status = open_column(reader, mate, group, column, lengths, err);
        if (status)
            return status;
    }
    summary->records = lengths[SCHEMA_RECORDS];
    summary->bases = schema_has(summary->without, SCHEMA_OFFSET) ? lengths[SCHEMA_BASES] : 0;
    summary->name_bytes = summary->without & PFQ_COLUMN_NAME ? 0 : lengths[SCHEMA_NAME_BYTES];
    summary->exceptions = lengths[SCHEMA_EXCEPTIONS];
    summary->tail_bytes = lengths[SCHEMA_TAIL_BYTES];
    if (summary->exceptions > summary->records)
        return reader_bad(reader, mate, SCHEMA_TEXT_ROW, "lists more rows than there are", err);
    if (!(summary->without & SCHEMA_INDEX) && lengths[SCHEMA_INDEXED] != summary->records)
        return reader_bad(reader, mate, SCHEMA_INDEX_ROW, "does not list every row", err);
    const pfq_status status = check_ends(reader, mate, SCHEMA_OFFSET, summary->bases, err);
    return status ? status : check_ends(reader, mate, SCHEMA_NAME_OFFSET, summary->name_bytes, err);
}

static pfq_status open_mate(struct store_reader *reader, int mate, pfq_error *err)
{
    const char name[] = {'r', 'e', 'a', 'd', (char)('0' + mate), '\0'};
    hid_t group = h5_open_group(reader->file, name);
    if (group < 0)
        return error_set(err, PFQ_BAD_FILE, reader->path, "/read%d is missing or damaged", mate);
    pfq_status status = read_columns(reader, mate, group, err);
    if (!status)
        status = open_columns(reader, mate, group, err);
    if (!status)
        status = read_numbers(reader, mate, group, err);
    if (!status)
        status = read_forms(reader, mate, err);
    if (!status)
        status = read_encoding(reader, mate, group, err);
    h5_close_group(&group);
    if (!status && reader->summary.mate[mate - 1].records != reader->summary.mate[0].records)
        status = error_set(err, PFQ_BAD_FILE, reader->path,
                           "/read%d has another number of records than /read1", mate);
    return status;
}

static pfq_status open_provenance(struct store_reader *reader, pfq_error *err)
{
    size_t row_bytes;
    reader->provenance = h5_open_dataset(reader->file, "provenance");
    if (reader->provenance < 0 ||
        !provenance_check(reader->provenance, &reader->summary.origins, &row_bytes))
        return bad_file(reader, "/provenance is missing or damaged", err);
    const char *const refuted =
        claims_refute(reader->provenance, reader->summary.origins, row_bytes, reader->file_bytes);
    if (refuted)
        return error_set(err, PFQ_BAD_FILE, reader->path, "/provenance %s", refuted);
    return PFQ_OK;
}

/* ---- the door ---- */

pfq_status store_open(const char *path, struct store_reader **out, pfq_error *err)
{
    h5_quiet();
    compress_register_filters();
    struct store_reader *reader = memory_allocate(1, sizeof *reader, err);
    if (!reader)
        return PFQ_NO_MEMORY;
    pfq_status status = PFQ_NO_MEMORY;
    reader->path = memory_string(path, err);
    if (!reader->path)
        goto out;
    status = open_file(reader, err);
    if (!status)
        status = read_root(reader, err);
    for (int mate = 1; mate <= reader->summary.mates && !status; mate++)
        status = open_mate(reader, mate, err);
    if (!status)
        status = open_provenance(reader, err);
out:
    if (status)
        store_close(reader);
    else
        *out = reader;
    return status;
}

void store_close(struct store_reader *reader)
{
    if (!reader)
        return;
    for (int m = 0; m < PFQ_MAX_MATES; m++)
        for (int column = 0; column < SCHEMA_COLUMNS; column++)
            h5_close_dataset(&reader->dataset[m][column]);
    h5_close_dataset(&reader->provenance);
    if (reader->file > 0)
        H5Fclose(reader->file);
    decoder_release(&reader->decoder);
    free(reader->path);
    free(reader);
}
