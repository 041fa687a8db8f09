/*
 * What is in a file, for a person: attributes, a table of the datasets, a table of the input files.
 *
 * The rows are those of the schema. Texts come from the file and may hold anything; they are
 * escaped.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
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
    const char *const texts[SCHEMA_TEXTS] = {
        [SCHEMA_T_QUALITY_ENCODING] = reader->summary.encoding[m],
        [SCHEMA_T_LINE_ENDING] = schema_line_ending(mate->style),
        [SCHEMA_T_PLUS_LINE] = schema_plus_line(mate->style),
    };
    fprintf(out, "\n/read%d\n", m + 1);
    for (int i = 0; i < SCHEMA_NUMBERS; i++)
        print_number(out, schema_numbers[i], numbers[i]);
    for (int i = 0; i < SCHEMA_TEXTS; i++)
        print_text(out, schema_texts[i], texts[i]);
}

static void print_datasets(const struct store_reader *reader, FILE *out)
{
    fprintf(out, "\n%-20s %-6s %14s %14s  %s\n", "dataset", "type", "length", "stored bytes",
            "description");
    for (int m = 0; m < reader->summary.mates; m++)
        for (int column = 0; column < SCHEMA_COLUMNS; column++) {
            const struct schema_dataset *const row = &schema_datasets[column];
            const hid_t dataset = reader->dataset[m][column];
            fprintf(out, "/read%d/%-13s %-6s %14llu %14llu  %s\n", m + 1, row->name,
                    row->element_bytes == 1 ? "uint8" : "uint64",
                    (unsigned long long)reader_length(dataset),
                    (unsigned long long)H5Dget_storage_size(dataset), row->description);
        }
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
    for (int m = 0; m < reader->summary.mates; m++)
        print_mate(reader, m, out);
    print_datasets(reader, out);
    const pfq_status status = print_origins(reader, out, err);
    if (status)
        return status;
    if (fflush(out) != 0 || ferror(out))
        return error_set(err, PFQ_IO, NULL, "cannot write: %s", strerror(errno));
    return PFQ_OK;
}
