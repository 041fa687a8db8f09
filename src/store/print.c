/*
 * What is in a file, for a person: attributes, a table of the datasets, a table of the input files.
 *
 * The rows are those of the schema. Texts come from the file and may hold anything; they are
 * escaped.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "store/compress.h"
#include "store/reader.h"

static void print_text(FILE *out, const char *name, const char *value)
{
    char shown[4096];
    error_escape(shown, sizeof shown, value, strlen(value));
    fprintf(out, "%-16s %s\n", name, shown);
}

static void print_number(FILE *out, const char *name, uint64_t value)
{
    fprintf(out, "%-16s %llu\n", name, (unsigned long long)value);
}

static void print_root(const struct store_reader *reader, FILE *out)
{
    const struct store_summary *const summary = &reader->summary;
    const char *const values[SCHEMA_ROOT_TEXTS] = {
        [SCHEMA_R_FORMAT] = SCHEMA_FORMAT,
        [SCHEMA_R_SOFTWARE] = "parfastq",
        [SCHEMA_R_COMMAND] = summary->command,
        [SCHEMA_R_SOFTWARE_VERSION] = summary->software_version,
        [SCHEMA_R_CREATED] = summary->created,
        [SCHEMA_R_LAYOUT] = summary->layout,
    };
    for (int i = 0; i < SCHEMA_ROOT_TEXTS; i++)
        print_text(out, schema_root_texts[i], values[i]);
    print_number(out, "mates", (uint64_t)summary->mates);
}

static void print_mate(const struct store_reader *reader, int m, FILE *out)
{
    const struct store_mate *const mate = &reader->summary.mate[m];
    const uint64_t numbers[SCHEMA_NUMBERS] = {
        [SCHEMA_N_RECORDS] = mate->records,           [SCHEMA_N_BASES] = mate->bases,
        [SCHEMA_N_MIN_LENGTH] = mate->min_length,     [SCHEMA_N_MAX_LENGTH] = mate->max_length,
        [SCHEMA_N_FIXED_LENGTH] = mate->fixed_length, [SCHEMA_N_STYLE] = mate->style,
    };
    char columns[SCHEMA_COLUMNS_BYTES];
    schema_spell_columns(mate->without, columns);
    const char *const texts[SCHEMA_TEXTS] = {
        [SCHEMA_T_QUALITY_ENCODING] = reader->summary.encoding[m],
        [SCHEMA_T_LINE_ENDING] = schema_line_ending(mate->style),
        [SCHEMA_T_PLUS_LINE] = schema_plus_line(mate->style),
        [SCHEMA_T_COLUMNS] = columns,
    };
    fprintf(out, "\n/read%d\n", m + 1);
    for (int i = 0; i < SCHEMA_NUMBERS; i++)
        print_number(out, schema_numbers[i], numbers[i]);
    if (mate->has_line_width)
        print_number(out, SCHEMA_LINE_WIDTH, mate->line_width);
    for (int i = 0; i < SCHEMA_TEXTS; i++)
        print_text(out, schema_texts[i], texts[i]);
}

/* An attribute of /readN/filter. */
static herr_t print_count(hid_t group, const char *name, const H5A_info_t *info, void *out)
{
    uint64_t value;
    char shown[256];
    (void)info;
    error_escape(shown, sizeof shown, name, strlen(name));
    if (h5_get_number(group, name, &value))
        fprintf(out, "%-28s %llu\n", shown, (unsigned long long)value);
    return 0;
}

/* What became of the reads of a mate, where they were filtered; HDF5 gives names in their order. */
static void print_filter(const struct store_reader *reader, int m, FILE *out)
{
    const char name[] = {'r', 'e', 'a', 'd', (char)('1' + m), '/', 0};
    char path[32];
    snprintf(path, sizeof path, "%s%s", name, SCHEMA_FILTER);
    if (!h5_has(reader->file, path))
        return;
    hid_t group = h5_open_group(reader->file, path);
    if (group < 0)
        return;
    fprintf(out, "\n/%s\n", path);
    H5Aiterate2(group, H5_INDEX_NAME, H5_ITER_INC, NULL, print_count, out);
    h5_close_group(&group);
}

/* The name of a filter of HDF5, short; "?" for one that is unknown here. */
static void name_filter(hid_t properties, unsigned i, char *text, size_t size)
{
    char name[32] = "";
    unsigned flags, info, parameters[4] = {0};
    size_t n = sizeof parameters / sizeof parameters[0];
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, i, &flags, &n, parameters, sizeof name, name, &info);
    if (filter == H5Z_FILTER_DEFLATE)
        snprintf(text, size, "gzip:%u", parameters[0]);
    else if (filter == COMPRESS_FILTER_ZSTD)
        snprintf(text, size, "zstd:%u", parameters[0]);
    else if (filter == H5Z_FILTER_FLETCHER32)
        snprintf(text, size, "fletcher32");
    else
        snprintf(text, size, "%.20s", name[0] ? name : "?");
}

/* "none", "gzip:1", "shuffle+gzip:1". */
static void name_filters(hid_t dataset, char *text, size_t size)
{
    const hid_t properties = H5Dget_create_plist(dataset);
    const int n = properties >= 0 ? H5Pget_nfilters(properties) : 0;
    size_t used = (size_t)snprintf(text, size, "%s", n > 0 ? "" : "none");
    for (int i = 0; i < n && used < size; i++) {
        char name[32];
        name_filter(properties, (unsigned)i, name, sizeof name);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "+" : "", name);
    }
    if (properties >= 0)
        H5Pclose(properties);
}

/* What is in a dataset, in the form it has here. */
static const char *describe(const struct store_reader *reader, int m, enum schema_column column)
{
    const struct store_mate *const mate = &reader->summary.mate[m];
    const struct schema_form *const form =
        column == SCHEMA_SEQUENCE  ? &schema_base_forms[mate->bases_are]
        : column == SCHEMA_QUALITY ? &schema_score_forms[mate->scores_are]
                                   : NULL;
    return form && form->description ? form->description : schema_datasets[column].description;
}

static void print_dataset(const struct store_reader *reader, int m, enum schema_column column,
                          FILE *out)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const hid_t dataset = reader->dataset[m][column];
    const uint64_t length = reader_length(dataset), stored = H5Dget_storage_size(dataset);
    char filters[64], escaped[256], ratio[16] = "-";
    name_filters(dataset, filters, sizeof filters);
    error_escape(escaped, sizeof escaped, filters, strlen(filters));
    if (length && stored)
        snprintf(ratio, sizeof ratio, "%.3f",
                 (double)stored / ((double)length * (double)row->element_bytes));
    fprintf(out, "/read%d/%-15s %-6s %14llu %14llu %6s  %-14s  %s\n", m + 1, row->name,
            row->element_bytes == 1 ? "uint8" : "uint64", (unsigned long long)length,
            (unsigned long long)stored, ratio, escaped, describe(reader, m, column));
}

/* ratio: stored bytes to bytes of elements; above 1 where a chunk is hardly filled. */
static void print_datasets(const struct store_reader *reader, FILE *out)
{
    fprintf(out, "\n%-22s %-6s %14s %14s %6s  %-14s  %s\n", "dataset", "type", "length",
            "stored bytes", "ratio", "compression", "description");
    for (int m = 0; m < reader->summary.mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
            if (schema_has(reader->summary.mate[m].without, column))
                print_dataset(reader, m, column, out);
}

/* /summary/json, where the file has one. */
static void print_summary(const struct store_reader *reader, FILE *out)
{
    if (!h5_has(reader->file, "summary") || !h5_has(reader->file, "summary/json"))
        return;
    hid_t dataset = h5_open_dataset(reader->file, "summary/json");
    if (dataset < 0)
        return;
    fprintf(out, "%-20s %-6s %14llu %14llu %6s  %-14s  %s\n", "/summary/json", "uint8",
            (unsigned long long)reader_length(dataset),
            (unsigned long long)H5Dget_storage_size(dataset), "-", "none",
            "statistics of the reads, as 'parfastq stats --json'");
    h5_close_dataset(&dataset);
}

static pfq_status print_origins(struct store_reader *reader, FILE *out, pfq_error *err)
{
    fprintf(out, "\n%4s %14s %14s %14s %10s  %-11s  %-20s  %s\n", "mate", "first row", "records",
            "bytes", "tail bytes", "compression", "modified", "file");
    for (size_t i = 0; i < reader->summary.origins; i++) {
        struct store_origin origin;
        char path[PFQ_ERROR_FILE_BYTES * 4], compression[64], modified[32];
        const pfq_status status = store_read_origin(reader, i, &origin, err);
        if (status)
            return status;
        error_escape(path, sizeof path, origin.path, strlen(origin.path));
        error_escape(compression, sizeof compression, origin.compression,
                     strlen(origin.compression));
        clock_utc(origin.modified, modified, sizeof modified);
        fprintf(out, "%4llu %14llu %14llu %14llu %10llu  %-11s  %-20s  %s\n",
                (unsigned long long)origin.mate, (unsigned long long)origin.first_row,
                (unsigned long long)origin.records, (unsigned long long)origin.bytes,
                (unsigned long long)origin.tail_bytes, compression, modified, path);
    }
    return PFQ_OK;
}

pfq_status store_print(struct store_reader *reader, FILE *out, pfq_error *err)
{
    print_root(reader, out);
    for (int m = 0; m < reader->summary.mates; m++) {
        print_mate(reader, m, out);
        print_filter(reader, m, out);
    }
    print_datasets(reader, out);
    print_summary(reader, out);
    const pfq_status status = print_origins(reader, out, err);
    if (status)
        return status;
    if (fflush(out) != 0 || ferror(out))
        return error_set(err, PFQ_IO, NULL, "cannot write: %s", strerror(errno));
    return PFQ_OK;
}
