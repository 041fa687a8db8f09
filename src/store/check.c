/*
 * A piece is some chunks of one dataset, or some rows of names, held against those of another mate
 * or counted for the index.
 *
 * A piece that cannot be read is read again chunk by chunk, so that each damaged chunk is named. A
 * value that is wrong is named by its dataset, its place and, where the offsets say so, its row.
 */
#include "store/check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mix.h"
#include "base/span.h"
#include "fastq/forms.h"
#include "fastq/names.h"
#include "parfastq/batch.h"
#include "store/driver.h"
#include "store/guard_bytes.h"
#include "store/reader.h"

enum { PIECE_OF_DATA = 4 << 20, ROWS_OF_NAMES = 1 << 14 };

static const struct store_mate *mate_of(const struct store_check *check, int mate)
{
    return &check->reader->summary.mate[mate - 1];
}

/* ---- faults ---- */

static pfq_status add(struct store_check *check, int mate, int column, uint64_t element,
                      pfq_error *err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

static pfq_status add(struct store_check *check, int mate, int column, uint64_t element,
                      pfq_error *err, const char *format, ...)
{
    check->found++;
    if (check->count >= check->limit)
        return PFQ_OK;
    const pfq_status status =
        memory_grow(&check->faults, &check->capacity, check->count + 1, sizeof *check->faults, err);
    if (status)
        return status;
    struct store_fault *const fault = &check->faults[check->count++];
    *fault = (struct store_fault){
        .mate = (uint64_t)mate, .column = (uint64_t)column, .element = element};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return PFQ_OK;
}

/* ---- the list of pieces ---- */

static uint64_t elements_of(const struct store_check *check, int mate, enum schema_column column)
{
    const struct store_mate *const about = mate_of(check, mate);
    const uint64_t lengths[SCHEMA_LENGTHS] = {
        [SCHEMA_RECORDS] = about->records,       [SCHEMA_BASES] = about->bases,
        [SCHEMA_NAME_BYTES] = about->name_bytes, [SCHEMA_EXCEPTIONS] = about->exceptions,
        [SCHEMA_TAIL_BYTES] = about->tail_bytes, [SCHEMA_INDEXED] = about->records,
    };
    if (!schema_has(about->without, column))
        return 0;
    return lengths[schema_datasets[column].length] + schema_datasets[column].more;
}

static uint64_t step_of(enum schema_column column)
{
    return PIECE_OF_DATA / schema_datasets[column].element_bytes;
}

static uint64_t pieces_of(uint64_t elements, uint64_t step)
{
    return elements / step + (elements % step != 0);
}

/* Rows of which the names of this mate are held against those of mate 1. */
static uint64_t rows_of_names(const struct store_check *check, int mate)
{
    const bool both =
        !((mate_of(check, 1)->without | mate_of(check, mate)->without) & PFQ_COLUMN_NAME);
    return check->names && mate > 1 && both ? mate_of(check, mate)->records : 0;
}

/* Rows whose names are in an index. */
static uint64_t rows_indexed(const struct store_check *check, int mate)
{
    const struct store_mate *const about = mate_of(check, mate);
    const bool none = (about->without & (SCHEMA_INDEX | PFQ_COLUMN_NAME)) != 0;
    return none ? 0 : about->records;
}

/* A piece: of a column, or of names for another purpose. */
enum { NAMES_OF_MATES = SCHEMA_COLUMNS, NAMES_INDEXED, KINDS };

struct piece {
    int mate;
    int column;
    uint64_t first, n;
};

static uint64_t all_of(const struct store_check *check, int mate, int column)
{
    return column == NAMES_OF_MATES  ? rows_of_names(check, mate)
           : column == NAMES_INDEXED ? rows_indexed(check, mate)
                                     : elements_of(check, mate, (enum schema_column)column);
}

/* Finds piece i, or with i beyond all counts them. */
static size_t find_piece(const struct store_check *check, size_t i, struct piece *piece)
{
    size_t before = 0;
    for (int mate = 1; mate <= check->reader->summary.mates; mate++)
        for (int column = 0; column < KINDS; column++) {
            const uint64_t all = all_of(check, mate, column);
            const uint64_t step =
                column < SCHEMA_COLUMNS ? step_of((enum schema_column)column) : ROWS_OF_NAMES;
            const size_t pieces = (size_t)pieces_of(all, step);
            if (i - before < pieces) {
                piece->mate = mate;
                piece->column = column;
                piece->first = (i - before) * step;
                piece->n = all - piece->first < step ? all - piece->first : step;
                return i;
            }
            before += pieces;
        }
    return before;
}

size_t check_pieces(const struct store_check *check)
{
    struct piece piece;
    return find_piece(check, SIZE_MAX, &piece);
}

/* ---- rows ---- */

/* The row that owns an element of sequence, quality or name, by the offsets as they are. */
static bool find_row(struct store_check *check, int mate, enum schema_column column,
                     uint64_t element, uint64_t *row)
{
    const enum schema_column by = column == SCHEMA_NAME ? SCHEMA_NAME_OFFSET : SCHEMA_OFFSET;
    uint64_t low = 0, high = mate_of(check, mate)->records, value = 0;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (reader_column(check->reader, mate, by, middle + 1, 1, &value, NULL))
            return false;
        if (value > element)
            high = middle;
        else
            low = middle + 1;
    }
    *row = low;
    return low < mate_of(check, mate)->records;
}

/* ", row 17", or nothing where that is unknown. */
static const char *in_row(struct store_check *check, int mate, enum schema_column column,
                          uint64_t element, char *text, size_t size)
{
    uint64_t row = element;
    const unsigned of = schema_datasets[column].of;
    const bool known = (of & PFQ_COLUMNS_ALL) && (schema_datasets[column].more ||
                                                  find_row(check, mate, column, element, &row));
    text[0] = '\0';
    if (known)
        snprintf(text, size, ", row %" PRIu64, row);
    return text;
}

static pfq_status add_value(struct store_check *check, const struct piece *piece, uint64_t i,
                            uint64_t value, const char *what, pfq_error *err)
{
    char row[40];
    const enum schema_column column = (enum schema_column)piece->column;
    const uint64_t element = piece->first + i;
    in_row(check, piece->mate, column, element, row, sizeof row);
    return add(check, piece->mate, (int)column, element, err,
               "/read%d/%s at %" PRIu64 "%s: %" PRIu64 " %s", piece->mate,
               schema_datasets[column].name, element, row, value, what);
}

/* ---- bytes ---- */

/* Which bytes a column may hold, and what the others are not. */
static const char *allow(const struct store_mate *mate, enum schema_column column, bool good[256])
{
    for (int byte = 0; byte < 256; byte++) {
        const bool visible = byte > ' ' && byte <= '~';
        switch (column) {
        case SCHEMA_SEQUENCE:
            good[byte] = mate->bases_are == PFQ_BASES_CODE ? byte < FORMS_CODES : visible;
            break;
        case SCHEMA_QUALITY:
            good[byte] = byte <= '~' - mate->text_offset &&
                         (mate->scores_are != PFQ_SCORES_BIN8 || forms_is_bin((uint8_t)byte));
            break;
        case SCHEMA_NAME:
            good[byte] = byte != '\0' && byte != '\n';
            break;
        case SCHEMA_TEXT_STYLE:
            good[byte] =
                schema_is_style((uint8_t)byte, mate->has_line_width) && byte != mate->style;
            break;
        default:
            good[byte] = byte == '\n' || byte == '\r';
        }
    }
    return column == SCHEMA_SEQUENCE     ? "is no base"
           : column == SCHEMA_QUALITY    ? "is no score"
           : column == SCHEMA_NAME       ? "cannot be in a name"
           : column == SCHEMA_TEXT_STYLE ? "is no style, or the one of the group"
                                         : "is not of a blank line";
}

static pfq_status check_bytes(struct store_check *check, const struct piece *piece,
                              const uint8_t *data, pfq_error *err)
{
    bool good[256];
    pfq_status status = PFQ_OK;
    const char *const what =
        allow(mate_of(check, piece->mate), (enum schema_column)piece->column, good);
    for (uint64_t i = 0; i < piece->n && !status; i++)
        if (!good[data[i]])
            status = add_value(check, piece, i, data[i], what, err);
    return status;
}

/* ---- numbers ---- */

static void note_length(struct store_check *check, int mate, uint64_t length)
{
    uint64_t *const shortest = &check->shortest[mate - 1], *const longest =
                                                               &check->longest[mate - 1];
    *shortest = length < *shortest ? length : *shortest;
    *longest = length > *longest ? length : *longest;
}

/* What numbers of a column may be. */
struct numbers {
    uint64_t most;
    bool ascend, differ; /* none is below the one before it; none is equal to it */
};

static struct numbers allow_numbers(const struct store_mate *mate, int column)
{
    switch (column) {
    case SCHEMA_TEXT_ROW:
        return (struct numbers){mate->records - 1, true, true};
    case SCHEMA_NAME_OFFSET:
        return (struct numbers){mate->name_bytes, true, false};
    case SCHEMA_INDEX_HASH:
        return (struct numbers){UINT64_MAX, true, false};
    case SCHEMA_INDEX_ROW:
        return (struct numbers){mate->records - 1, false, false};
    default:
        return (struct numbers){mate->bases, true, false};
    }
}

/* data[-1] is the value before the piece, where there is one. */
static pfq_status check_numbers(struct store_check *check, const struct piece *piece,
                                const uint64_t *data, pfq_error *err)
{
    const struct numbers good = allow_numbers(mate_of(check, piece->mate), piece->column);
    pfq_status status = PFQ_OK;
    for (uint64_t i = 0; i < piece->n && !status; i++) {
        const bool first = piece->first + i == 0;
        if (data[i] > good.most)
            status = add_value(check, piece, i, data[i], "is beyond what there is", err);
        else if (!first && good.ascend &&
                 (good.differ ? data[i] <= data[i - 1] : data[i] < data[i - 1]))
            status = add_value(check, piece, i, data[i], "is below the value before it", err);
        else if (!first && piece->column == SCHEMA_OFFSET)
            note_length(check, piece->mate, data[i] - data[i - 1]);
    }
    return status;
}

/* ---- the index ---- */

/* Takes off the entries whose hashes these are. Rows that cannot be read are another piece's fault.
 */
static pfq_status check_entries(struct store_check *check, const struct piece *piece,
                                const uint64_t *hash, pfq_error *err)
{
    pfq_error met = {0};
    const pfq_status status = buffer_reserve(&check->other, piece->n * sizeof(uint64_t), 0, err);
    if (status)
        return status;
    uint64_t *const row = (uint64_t *)(void *)check->other.data;
    if (reader_column(check->reader, piece->mate, SCHEMA_INDEX_ROW, piece->first, piece->n, row,
                      &met))
        return met.status == PFQ_NO_MEMORY ? met.status : PFQ_OK;
    for (uint64_t i = 0; i < piece->n; i++)
        check->unindexed[piece->mate - 1] -= mix_at(hash[i], row[i]);
    return PFQ_OK;
}

/* ---- a piece of a column ---- */

/* Names each chunk of a piece that cannot be read. */
static pfq_status name_chunks(struct store_check *check, const struct piece *piece, void *data,
                              pfq_error *err)
{
    char row[40];
    const enum schema_column column = (enum schema_column)piece->column;
    const struct decode_layout *const layout =
        &check->reader->decoder.layout[piece->mate - 1][column];
    const uint64_t step = layout->chunk_elements ? layout->chunk_elements : piece->n;
    const uint64_t end = piece->first + piece->n;
    pfq_status status = PFQ_OK;
    for (uint64_t at = piece->first; at < end && !status;) {
        const uint64_t chunk_end = (at / step + 1) * step, next = chunk_end < end ? chunk_end : end;
        pfq_error met = {0};
        status = reader_column(check->reader, piece->mate, column, at, next - at, data, &met);
        if (status == PFQ_BAD_FILE || status == PFQ_HDF5_FAILED || status == PFQ_IO)
            status = add(check, piece->mate, (int)column, at, err, "%.150s (from %" PRIu64 " on%s)",
                         met.message, at, in_row(check, piece->mate, column, at, row, sizeof row));
        else if (status && err)
            *err = met;
        at = next;
    }
    return status;
}

static pfq_status check_column(struct store_check *check, const struct piece *piece, pfq_error *err)
{
    const enum schema_column column = (enum schema_column)piece->column;
    const size_t size = schema_datasets[column].element_bytes;
    const uint64_t before = size > 1 && piece->first > 0;
    pfq_status status = buffer_reserve(&check->data, (piece->n + 1) * size, 0, err);
    if (status)
        return status;
    uint8_t *const data = check->data.data;
    status = reader_column(check->reader, piece->mate, column, piece->first - before,
                           piece->n + before, data, err);
    if (status == PFQ_NO_MEMORY)
        return status;
    if (status)
        return name_chunks(check, piece, data, err);
    if (size == 1)
        return check_bytes(check, piece, data, err);
    const uint64_t *const numbers = (const uint64_t *)(const void *)data + before;
    status = check_numbers(check, piece, numbers, err);
    if (!status && column == SCHEMA_INDEX_HASH)
        status = check_entries(check, piece, numbers, err);
    return status;
}

/* ---- names ---- */

struct names {
    uint64_t offset[ROWS_OF_NAMES + 1];
    uint8_t *data;
};

/* Reads names of rows [first, first + n); false where they cannot be read, which is somebody
 * else's fault. */
static bool read_names(struct store_check *check, int mate, uint64_t first, uint64_t n,
                       struct buffer *buffer, struct names *names)
{
    struct store_reader *const reader = check->reader;
    const uint64_t all = mate_of(check, mate)->name_bytes;
    if (reader_column(reader, mate, SCHEMA_NAME_OFFSET, first, n + 1, names->offset, NULL))
        return false;
    for (uint64_t i = 1; i <= n; i++)
        if (names->offset[i] < names->offset[i - 1] || names->offset[i] > all)
            return false;
    const uint64_t bytes = names->offset[n] - names->offset[0];
    if (buffer_reserve(buffer, (size_t)bytes, 0, NULL))
        return false;
    names->data = buffer->data;
    return !reader_column(reader, mate, SCHEMA_NAME, names->offset[0], bytes, names->data, NULL);
}

static struct span name_of(const struct names *names, uint64_t i)
{
    return (struct span){names->data + (names->offset[i] - names->offset[0]),
                         (size_t)(names->offset[i + 1] - names->offset[i])};
}

static struct fastq_name_keys key_of(const struct names *names, uint64_t i, int mate)
{
    const struct span name = name_of(names, i);
    return fastq_name_keys(name.data, name.size, mate);
}

static pfq_status check_names(struct store_check *check, const struct piece *piece, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    struct names *const both = memory_allocate(2, sizeof *both, err);
    if (!both)
        return PFQ_NO_MEMORY;
    const bool read =
        read_names(check, 1, piece->first, piece->n, &check->data, &both[0]) &&
        read_names(check, piece->mate, piece->first, piece->n, &check->other, &both[1]);
    for (uint64_t i = 0; i < piece->n && read && !status; i++)
        if (!fastq_names_agree(key_of(&both[0], i, 1), key_of(&both[1], i, piece->mate)))
            status = add(check, piece->mate, NAMES_OF_MATES, piece->first + i, err,
                         "/read%d/name, row %" PRIu64 ": another name than in /read1", piece->mate,
                         piece->first + i);
    free(both);
    return status;
}

/* Adds the entries that names should have. */
static pfq_status count_names(struct store_check *check, const struct piece *piece, pfq_error *err)
{
    struct names *const names = memory_allocate(1, sizeof *names, err);
    if (!names)
        return PFQ_NO_MEMORY;
    const bool read = read_names(check, piece->mate, piece->first, piece->n, &check->data, names);
    for (uint64_t i = 0; i < piece->n && read; i++) {
        const struct span name = name_of(names, i);
        check->unindexed[piece->mate - 1] += mix_at(
            fastq_name_hash(name.data, fastq_name_key(name.data, name.size)), piece->first + i);
    }
    free(names);
    return PFQ_OK;
}

pfq_status check_piece(struct store_check *check, size_t i, pfq_error *err)
{
    struct piece piece = {0};
    find_piece(check, i, &piece);
    switch (piece.column) {
    case NAMES_OF_MATES:
        return check_names(check, &piece, err);
    case NAMES_INDEXED:
        return count_names(check, &piece, err);
    default:
        return check_column(check, &piece, err);
    }
}

/* ---- the whole ---- */

static pfq_status check_lengths(struct store_check *check, int mate, pfq_error *err)
{
    const struct store_mate *const about = mate_of(check, mate);
    const uint64_t shortest = check->shortest[mate - 1], longest = check->longest[mate - 1];
    const uint64_t fixed = shortest == longest ? longest : 0;
    if (shortest > longest || !schema_has(about->without, SCHEMA_OFFSET) ||
        (about->min_length == shortest && about->max_length == longest &&
         about->fixed_length == fixed))
        return PFQ_OK;
    return add(check, mate, 0, 0, err,
               "/read%d: min_length, max_length and fixed_length are %" PRIu64 ", %" PRIu64
               " and %" PRIu64 ", but of the rows %" PRIu64 ", %" PRIu64 " and %" PRIu64,
               mate, about->min_length, about->max_length, about->fixed_length, shortest, longest,
               fixed);
}

static pfq_status check_index(struct store_check *check, int mate, pfq_error *err)
{
    if (!check->unindexed[mate - 1])
        return PFQ_OK;
    return add(check, mate, NAMES_INDEXED, 0, err,
               "/read%d/index: its hashes and rows are not those of the names", mate);
}

/* Files of a mate: one behind the other, and all rows and blank lines come from them. */
static pfq_status check_origins(struct store_check *check, pfq_error *err)
{
    const struct store_summary *const summary = &check->reader->summary;
    uint64_t rows[PFQ_MAX_MATES] = {0}, tails[PFQ_MAX_MATES] = {0};
    const bool interleaved = strcmp(summary->layout, "interleaved") == 0;
    for (size_t i = 0; i < summary->origins; i++) {
        struct store_origin origin;
        pfq_status status = store_read_origin(check->reader, i, &origin, err);
        if (status)
            return add(check, 0, 0, i, err, "/provenance, row %zu, cannot be read", i);
        if (origin.mate < 1 || origin.mate > (uint64_t)summary->mates) {
            status = add(check, 0, 0, i, err, "/provenance, row %zu: there is no mate %" PRIu64, i,
                         origin.mate);
        } else {
            const size_t m = (size_t)origin.mate - 1;
            if (origin.first_row != rows[m])
                status = add(check, 0, 0, i, err,
                             "/provenance, row %zu: first_row is %" PRIu64 ", not %" PRIu64, i,
                             origin.first_row, rows[m]);
            rows[m] += origin.records;
            tails[m] += origin.tail_bytes;
        }
        if (status)
            return status;
    }
    for (int m = 0; m < (interleaved ? 1 : summary->mates); m++) {
        const uint64_t all = summary->mate[m].records * (interleaved ? 2 : 1);
        pfq_status status = PFQ_OK;
        if (rows[m] != all || tails[m] != summary->mate[m].tail_bytes)
            status = add(check, 0, 0, UINT64_MAX, err,
                         "/provenance counts %" PRIu64 " records and %" PRIu64
                         " bytes of blank lines for /read%d, which has %" PRIu64 " and %" PRIu64,
                         rows[m], tails[m], m + 1, all, summary->mate[m].tail_bytes);
        if (status)
            return status;
    }
    return PFQ_OK;
}

pfq_status check_whole(struct store_check *check, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int mate = 1; mate <= check->reader->summary.mates && !status; mate++) {
        status = check_lengths(check, mate, err);
        if (!status)
            status = check_index(check, mate, err);
    }
    return status ? status : check_origins(check, err);
}

void check_release(struct store_check *check)
{
    free(check->faults);
    buffer_release(&check->data);
    buffer_release(&check->other);
}

/* Looks where HDF5 does. These places lie all over a file, so one that begins as text or gzip of
 * reads is not looked through; nor is HDF5 begun, which takes 2 ms. */
bool store_is_hdf5(const char *path)
{
    enum { GZIP = 0x1f, SECOND = 512 };
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool found = false, reads = false;
    for (uint64_t at = 0; at < (uint64_t)about.st_size && !found && !reads;
         at = at ? 2 * at : SECOND) {
        uint8_t bytes[GUARD_SIGNATURE_BYTES];
        if (!driver_read(descriptor, at, sizeof bytes, bytes))
            break;
        found = guard_is_superblock(bytes);
        reads = at == 0 && (bytes[0] == '@' || bytes[0] == GZIP);
    }
    (void)close(descriptor);
    return found;
}
