/*
 * Reading rows, with every value checked before somebody relies on it.
 *
 * Offsets must ascend and stay inside what they index; bases, names and qualities must be bytes
 * that can stand in a line of FASTQ, so that an export never writes records that are not there.
 */
#include <string.h>

#include "fastq/forms.h"
#include "parfastq/batch.h"
#include "store/provenance.h"
#include "store/reader.h"

/* ---- columns ---- */

pfq_status reader_bad(const struct store_reader *reader, int mate, enum schema_column column,
                      const char *what, pfq_error *err)
{
    return error_set(err, PFQ_BAD_FILE, reader->path, "/read%d/%s %s", mate,
                     schema_datasets[column].name, what);
}

uint64_t reader_length(hid_t dataset)
{
    hsize_t length = 0;
    const hid_t space = H5Dget_space(dataset);
    const bool good = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
                      H5Sget_simple_extent_dims(space, &length, NULL) == 1;
    if (space >= 0)
        H5Sclose(space);
    return good ? length : UINT64_MAX;
}

pfq_status reader_column_by_hdf5(const struct store_reader *reader, int mate,
                                 enum schema_column column, uint64_t first, uint64_t n, void *data,
                                 pfq_error *err)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const hid_t dataset = reader->dataset[mate - 1][column];
    if (h5_read(dataset, h5_native(row->element_bytes), first, n, data))
        return PFQ_OK;
    return h5_fail(err, PFQ_BAD_FILE, reader->path, "cannot read /read%d/%s", mate, row->name);
}

pfq_status reader_column(struct store_reader *reader, int mate, enum schema_column column,
                         uint64_t first, uint64_t n, void *data, pfq_error *err)
{
    if (n == 0)
        return PFQ_OK;
    if (reader->decoder.layout[mate - 1][column].ours)
        return decode_column(reader, mate, column, first, n, data, err);
    return reader_column_by_hdf5(reader, mate, column, first, n, data, err);
}

void store_use_threads(struct store_reader *reader, int threads)
{
    decoder_use_threads(&reader->decoder, threads);
}

void store_use_aside(struct store_reader *reader, struct threads_aside aside)
{
    reader->decoder.aside = aside;
}

void store_use_cache(struct store_reader *reader, uint64_t bytes)
{
    cache_use(&reader->decoder.cache, (size_t)(bytes / CACHE_SLOT_BYTES));
}

const struct store_summary *store_summary(const struct store_reader *reader)
{
    return &reader->summary;
}

pfq_status store_read_origin(struct store_reader *reader, size_t i, struct store_origin *origin,
                             pfq_error *err)
{
    if (provenance_read(reader->provenance, i, origin))
        return PFQ_OK;
    return h5_fail(err, PFQ_BAD_FILE, reader->path, "cannot read /provenance");
}

/* ---- offsets ---- */

/* Values of an offset column, ascending and at most `indexed`; zeros where it was left out. */
static pfq_status read_offset(struct store_reader *reader, int mate, enum schema_column column,
                              uint64_t first, size_t n, uint64_t indexed, uint64_t *offset,
                              pfq_error *err)
{
    if (!schema_has(reader->summary.mate[mate - 1].without, column)) {
        memset(offset, 0, n * sizeof *offset);
        return PFQ_OK;
    }
    const pfq_status status = reader_column(reader, mate, column, first, n, offset, err);
    if (status)
        return status;
    bool descends = false;
    for (size_t i = 1; i < n; i++)
        descends |= offset[i] < offset[i - 1];
    if (descends || offset[n - 1] > indexed)
        return reader_bad(reader, mate, column, "has values that are no offsets", err);
    return PFQ_OK;
}

pfq_status store_read_offsets(struct store_reader *reader, int mate, uint64_t first, size_t n,
                              uint64_t *offset, uint64_t *name_offset, pfq_error *err)
{
    const struct store_mate *const summary = &reader->summary.mate[mate - 1];
    const pfq_status status =
        read_offset(reader, mate, SCHEMA_OFFSET, first, n, summary->bases, offset, err);
    return status ? status
                  : read_offset(reader, mate, SCHEMA_NAME_OFFSET, first, n, summary->name_bytes,
                                name_offset, err);
}

/* ---- styles ---- */

pfq_status store_exceptions_before(struct store_reader *reader, int mate, uint64_t row,
                                   uint64_t *count, pfq_error *err)
{
    uint64_t low = 0, high = reader->summary.mate[mate - 1].exceptions;
    while (low < high) { /* rows listed below `low` are before `row`, from `high` on they are not */
        const uint64_t middle = low + (high - low) / 2;
        uint64_t listed = 0;
        const pfq_status status =
            reader_column(reader, mate, SCHEMA_TEXT_ROW, middle, 1, &listed, err);
        if (status)
            return status;
        if (listed < row)
            low = middle + 1;
        else
            high = middle;
    }
    *count = low;
    return PFQ_OK;
}

pfq_status store_read_exceptions(struct store_reader *reader, int mate, uint64_t first, size_t n,
                                 uint64_t *row, uint8_t *style, pfq_error *err)
{
    const bool has_line_width = reader->summary.mate[mate - 1].has_line_width;
    pfq_status status = reader_column(reader, mate, SCHEMA_TEXT_ROW, first, n, row, err);
    if (!status)
        status = reader_column(reader, mate, SCHEMA_TEXT_STYLE, first, n, style, err);
    for (size_t i = 0; i < n && !status; i++) {
        if (row[i] >= reader->summary.mate[mate - 1].records || (i && row[i] <= row[i - 1]))
            status = reader_bad(reader, mate, SCHEMA_TEXT_ROW, "has values that are no rows", err);
        else if (!schema_is_style(style[i], has_line_width))
            status =
                reader_bad(reader, mate, SCHEMA_TEXT_STYLE, "has values that are no styles", err);
    }
    return status;
}

/* The styles of rows [first, first + n): the group's, but for the exceptions among them. */
static pfq_status read_styles(struct store_reader *reader, int mate, uint64_t first, size_t n,
                              uint8_t *styles, pfq_error *err)
{
    enum { PIECE = 1024 };
    uint64_t row[PIECE], next, end;
    uint8_t style[PIECE];
    memset(styles, reader->summary.mate[mate - 1].style, n);
    if (reader->summary.mate[mate - 1].exceptions == 0)
        return PFQ_OK;
    pfq_status status = store_exceptions_before(reader, mate, first, &next, err);
    if (!status)
        status = store_exceptions_before(reader, mate, first + n, &end, err);
    while (!status && next < end) {
        const size_t count = end - next < PIECE ? (size_t)(end - next) : PIECE;
        status = store_read_exceptions(reader, mate, next, count, row, style, err);
        for (size_t i = 0; i < count && !status; i++) {
            if (row[i] < first || row[i] - first >= n)
                status = reader_bad(reader, mate, SCHEMA_TEXT_ROW, "does not ascend", err);
            else
                styles[row[i] - first] = style[i];
        }
        next += count;
    }
    return status;
}

/* ---- rows ---- */

/* true if a byte is outside [low, high]. */
static bool any_outside(const uint8_t *data, size_t n, uint8_t low, uint8_t high)
{
    const uint8_t span = (uint8_t)(high - low);
    uint8_t outside = 0;
    for (size_t i = 0; i < n; i++)
        outside |= (uint8_t)(data[i] - low) > span;
    return outside;
}

static bool cannot_be_name(const uint8_t *data, size_t n)
{
    return memchr(data, '\n', n) || memchr(data, '\0', n);
}

/* Makes offsets count from their first value; returns what they span. */
static uint64_t rebase(uint64_t *offset, size_t n)
{
    const uint64_t base = offset[0];
    for (size_t i = 0; i < n; i++)
        offset[i] -= base;
    return offset[n - 1];
}

/* Bases as letters, whatever their form. */
static pfq_status settle_bases(const struct store_reader *reader, int mate, uint8_t *sequence,
                               uint64_t n, pfq_error *err)
{
    const bool coded = reader->summary.mate[mate - 1].bases_are == PFQ_BASES_CODE;
    if (coded ? any_outside(sequence, n, 0, FORMS_CODES - 1) : any_outside(sequence, n, '!', '~'))
        return reader_bad(reader, mate, SCHEMA_SEQUENCE, "has values that are no bases", err);
    if (coded)
        forms_spell_bases(sequence, n);
    return PFQ_OK;
}

pfq_status reader_settle_values(const struct store_reader *reader, int mate, const pfq_batch *batch,
                                pfq_error *err)
{
    const uint8_t highest = (uint8_t)('~' - reader->summary.mate[mate - 1].text_offset);
    if (batch->quality && any_outside(batch->quality, batch->bases, 0, highest))
        return reader_bad(reader, mate, SCHEMA_QUALITY, "has values that are no scores", err);
    if (batch->name && batch->name_bytes && cannot_be_name(batch->name, batch->name_bytes))
        return reader_bad(reader, mate, SCHEMA_NAME, "has bytes that cannot be in a name", err);
    return batch->sequence ? settle_bases(reader, mate, batch->sequence, batch->bases, err)
                           : PFQ_OK;
}

pfq_status store_read_rows(struct store_reader *reader, int mate, uint64_t first, size_t n,
                           pfq_batch *batch, pfq_error *err)
{
    pfq_status status =
        store_read_offsets(reader, mate, first, n + 1, batch->offset, batch->name_offset, err);
    if (status)
        return status;
    const uint64_t first_base = batch->offset[0], first_name = batch->name_offset[0];
    batch->records = n;
    batch->bases = rebase(batch->offset, n + 1);
    batch->name_bytes = rebase(batch->name_offset, n + 1);
    if (batch->sequence)
        status = reader_column(reader, mate, SCHEMA_SEQUENCE, first_base, batch->bases,
                               batch->sequence, err);
    if (!status && batch->quality)
        status = reader_column(reader, mate, SCHEMA_QUALITY, first_base, batch->bases,
                               batch->quality, err);
    if (!status && batch->name)
        status = reader_column(reader, mate, SCHEMA_NAME, first_name, batch->name_bytes,
                               batch->name, err);
    if (!status)
        status = reader_settle_values(reader, mate, batch, err);
    if (!status)
        status = read_styles(reader, mate, first, n, batch->style, err);
    return status;
}

pfq_status store_read_tail(struct store_reader *reader, int mate, uint64_t first, size_t n,
                           uint8_t *data, pfq_error *err)
{
    return reader_column(reader, mate, SCHEMA_TEXT_TAIL, first, n, data, err);
}
