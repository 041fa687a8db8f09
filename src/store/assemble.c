/*
 * The HDF5 file around rows that are there already: rank 0, at the end, through the driver that
 * knows where they lie.
 *
 * HDF5 is asked to make room for a dataset when it is created (H5D_ALLOC_TIME_EARLY) and never to
 * fill it, so that it asks for all chunks, in order, and writes none. Of chunks that are encoded it
 * cannot know the sizes: it is given them one by one (H5Dwrite_chunk), with bytes that nobody looks
 * at.
 */
#include <string.h>

#include "base/clock.h"
#include "parfastq/version.h"
#include "store/driver.h"
#include "store/encoder.h"
#include "store/h5.h"
#include "store/provenance.h"

/* ---- properties ---- */

/* How a dataset is laid out. Below 0 if HDF5 failed. */
static hid_t column_properties(const struct store *store, const struct schema_dataset *row)
{
    const hsize_t chunk = row->chunk_elements;
    const H5D_alloc_time_t time = store->encoder ? H5D_ALLOC_TIME_INCR : H5D_ALLOC_TIME_EARLY;
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties >= 0 && H5Pset_chunk(properties, 1, &chunk) >= 0 &&
        H5Pset_alloc_time(properties, time) >= 0 &&
        H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_obj_track_times(properties, false) >= 0 &&
        compress_put_filters(&store->compression, row->element_bytes, properties))
        return properties;
    const hid_t reason = h5_keep_reason(false);
    if (properties >= 0)
        H5Pclose(properties);
    h5_restore_reason(reason);
    return H5I_INVALID_HID;
}

/* Names like text/row bring their group along. */
static hid_t link_properties(void)
{
    const hid_t link = H5Pcreate(H5P_LINK_CREATE);
    if (link >= 0)
        H5Pset_create_intermediate_group(link, 1);
    return link;
}

/* ---- datasets ---- */

static hid_t create_column(const struct store *store, hid_t group, const struct schema_dataset *row,
                           uint64_t elements)
{
    const hsize_t length = elements, longest = H5S_UNLIMITED;
    const hid_t type = row->element_bytes == 1 ? H5T_STD_U8LE : H5T_STD_U64LE;
    hid_t dataset = H5I_INVALID_HID;
    const hid_t space = H5Screate_simple(1, &length, &longest);
    const hid_t properties = column_properties(store, row);
    const hid_t link = link_properties();
    if (space >= 0 && properties >= 0 && link >= 0)
        dataset = H5Dcreate2(group, row->name, type, space, link, properties, H5P_DEFAULT);
    const hid_t reason = h5_keep_reason(dataset >= 0);
    if (link >= 0)
        H5Pclose(link);
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    h5_restore_reason(reason);
    return dataset;
}

/* Tells HDF5 of one encoded chunk. */
static bool put_chunk(const struct schema_dataset *row, struct driver_plan *plan, hid_t dataset,
                      const struct chunk_place *place, const void *bytes)
{
    const hsize_t offset = place->chunk * row->chunk_elements;
    plan->address = place->address;
    plan->bytes = place->bytes;
    return H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &offset, place->bytes, bytes) >= 0 &&
           plan->bytes == 0;
}

/* The encoded chunks of a dataset: those at the beginning of what is left of the places. */
static bool put_chunks(const struct store *store, struct driver_plan *plan, hid_t dataset, int m,
                       enum schema_column column, uint64_t chunks)
{
    const struct encoder *const encoder = store->encoder;
    const uint64_t number = (uint64_t)m * SCHEMA_COLUMNS + (uint64_t)column;
    const struct chunk_place *const first = encoder->places + plan->given;
    const size_t left = encoder->place_count - plan->given;
    for (uint64_t i = 0; i < chunks; i++)
        if (i >= left || first[i].dataset != number || first[i].chunk != i ||
            !put_chunk(&schema_datasets[column], plan, dataset, &first[i], encoder->out[0].data))
            return false;
    return true;
}

/* Makes a dataset, with its chunks where they lie. */
static hid_t put_column(const struct store *store, struct driver_plan *plan, int m, hid_t group,
                        enum schema_column column)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const struct mate_writer *const mate = &store->mate[m];
    const uint64_t elements = mate->length[row->length] + row->more;
    bool placed;
    if (!store->encoder) {
        plan->chunks = &mate->extents[column];
        plan->given = 0;
    }
    hid_t dataset = create_column(store, group, row, elements);
    if (store->encoder)
        placed = dataset >= 0 &&
                 put_chunks(store, plan, dataset, m, column,
                            elements / row->chunk_elements + (elements % row->chunk_elements != 0));
    else
        placed = plan->given == plan->chunks->chunks;
    plan->chunks = NULL;
    if (!placed) {
        const hid_t reason = h5_keep_reason(false);
        h5_close_dataset(&dataset);
        h5_restore_reason(reason);
    }
    return dataset;
}

/* How the values of a dataset are to be understood; NULL where there is one way only. */
static const struct schema_form *form_of(const struct store *store, enum schema_column column)
{
    if (column == SCHEMA_SEQUENCE)
        return &schema_base_forms[store->bases];
    return column == SCHEMA_QUALITY ? &schema_score_forms[store->scores] : NULL;
}

static bool put_form(hid_t dataset, const struct schema_form *form)
{
    return h5_put_text(dataset, "form", form->name) &&
           (!form->alphabet || h5_put_text(dataset, "alphabet", form->alphabet));
}

/* A dataset and its attributes. */
static bool put_dataset(const struct store *store, struct driver_plan *plan, int m, hid_t group,
                        enum schema_column column)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const struct schema_encoding *const encoding = &schema_encodings[store->encoding];
    const struct schema_form *const form = form_of(store, column);
    const bool quality = column == SCHEMA_QUALITY;
    const char *const unit = quality ? encoding->unit : row->unit;
    hid_t dataset = put_column(store, plan, m, group, column);
    const bool good =
        dataset >= 0 && h5_put_text(dataset, "unit", form && form->unit ? form->unit : unit) &&
        h5_put_text(dataset, "description",
                    form && form->description ? form->description : row->description) &&
        (!form || put_form(dataset, form)) &&
        (!quality || h5_put_number(dataset, "text_offset", encoding->text_offset));
    const hid_t reason = h5_keep_reason(good);
    h5_close_dataset(&dataset);
    h5_restore_reason(reason);
    return good;
}

/* ---- groups ---- */

static bool put_attributes(const struct store *store, const struct mate_writer *mate, hid_t group)
{
    const bool fixed = mate->min_length == mate->max_length;
    const uint8_t style = mate->style == STYLE_UNKNOWN ? 0 : (uint8_t)mate->style;
    const uint64_t numbers[SCHEMA_NUMBERS] = {
        [SCHEMA_N_RECORDS] = mate->length[SCHEMA_RECORDS],
        [SCHEMA_N_BASES] = mate->length[SCHEMA_BASES],
        [SCHEMA_N_MIN_LENGTH] = mate->min_length,
        [SCHEMA_N_MAX_LENGTH] = mate->max_length,
        [SCHEMA_N_FIXED_LENGTH] = fixed ? mate->min_length : 0,
        [SCHEMA_N_STYLE] = style,
    };
    char columns[SCHEMA_COLUMNS_BYTES];
    schema_spell_columns(store->without, columns);
    const char *const texts[SCHEMA_TEXTS] = {
        [SCHEMA_T_QUALITY_ENCODING] = schema_encodings[store->encoding].name,
        [SCHEMA_T_LINE_ENDING] = schema_line_ending(style),
        [SCHEMA_T_PLUS_LINE] = schema_plus_line(style),
        [SCHEMA_T_COLUMNS] = columns,
    };
    bool good = true;
    for (int i = 0; good && i < SCHEMA_NUMBERS; i++)
        good = h5_put_number(group, schema_numbers[i], numbers[i]);
    if (good && mate->has_line_width)
        good = h5_put_number(group, SCHEMA_LINE_WIDTH, mate->line_width);
    for (int i = 0; good && i < SCHEMA_TEXTS; i++)
        good = h5_put_text(group, schema_texts[i], texts[i]);
    return good;
}

/* What became of the reads, where they were filtered. */
static bool put_filter(const struct mate_writer *mate, hid_t parent)
{
    if (!mate->count)
        return true;
    hid_t group = H5Gcreate2(parent, SCHEMA_FILTER, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool good = group >= 0;
    for (size_t i = 0; good && i < mate->count; i++)
        good = h5_put_number(group, mate->counts[i].name, mate->counts[i].value);
    const hid_t reason = h5_keep_reason(good);
    h5_close_group(&group);
    h5_restore_reason(reason);
    return good;
}

static bool put_group(const struct store *store, struct driver_plan *plan, hid_t file, int m)
{
    const char name[] = {'r', 'e', 'a', 'd', (char)('1' + m), '\0'};
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool good = group >= 0;
    for (enum schema_column column = 0; good && column < SCHEMA_COLUMNS; column++)
        good = !schema_has(store->without, column) || put_dataset(store, plan, m, group, column);
    good =
        good && put_attributes(store, &store->mate[m], group) && put_filter(&store->mate[m], group);
    const hid_t reason = h5_keep_reason(good);
    h5_close_group(&group);
    h5_restore_reason(reason);
    return good;
}

static bool put_root(const struct store *store, hid_t file)
{
    char created[32];
    clock_utc(clock_stamp(), created, sizeof created);
    const char *const values[SCHEMA_ROOT_TEXTS] = {
        [SCHEMA_R_FORMAT] = SCHEMA_FORMAT,   [SCHEMA_R_SOFTWARE] = "parfastq",
        [SCHEMA_R_COMMAND] = store->command, [SCHEMA_R_SOFTWARE_VERSION] = pfq_version(),
        [SCHEMA_R_CREATED] = created,        [SCHEMA_R_LAYOUT] = store->layout,
    };
    for (int i = 0; i < SCHEMA_ROOT_TEXTS; i++)
        if (!h5_put_text(file, schema_root_texts[i], values[i]))
            return false;
    return h5_put_number(file, "format_version", SCHEMA_FORMAT_VERSION) &&
           h5_put_number(file, "mates", (uint64_t)store->mates);
}

/* ---- the summary ---- */

static hid_t create_text(hid_t group, const char *name, size_t bytes)
{
    const hsize_t length = bytes;
    hid_t dataset = H5I_INVALID_HID;
    const hid_t space = H5Screate_simple(1, &length, NULL);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (space >= 0 && properties >= 0 && H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_obj_track_times(properties, false) >= 0)
        dataset =
            H5Dcreate2(group, name, H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    const hid_t reason = h5_keep_reason(dataset >= 0);
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    h5_restore_reason(reason);
    return dataset;
}

/* What was counted, where that was asked for. */
static bool put_summary(const struct store *store, hid_t file)
{
    if (!store->summary)
        return true;
    hid_t group = H5Gcreate2(file, "summary", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t dataset = group >= 0 ? create_text(group, "json", store->summary_bytes) : group;
    const bool good =
        dataset >= 0 && h5_write(dataset, h5_native(1), 0, store->summary_bytes, store->summary) &&
        h5_put_text(dataset, "unit", "byte, text") &&
        h5_put_text(dataset, "description", "statistics of the reads, as 'parfastq stats --json'");
    const hid_t reason = h5_keep_reason(good);
    h5_close_dataset(&dataset);
    h5_close_group(&group);
    h5_restore_reason(reason);
    return good;
}

/* ---- the file ---- */

static bool put_all(const struct store *store, struct driver_plan *plan, hid_t file,
                    const struct store_origin *origins, size_t n)
{
    bool good = put_root(store, file);
    for (int m = 0; good && m < store->mates; m++)
        good = put_group(store, plan, file, m);
    return good && put_summary(store, file) && provenance_put(file, origins, n);
}

pfq_status store_assemble(const struct store *store, const struct store_origin *origins, size_t n,
                          pfq_error *err)
{
    struct driver_plan plan = {.rows_end = store->next_address};
    pfq_status status = PFQ_OK;
    h5_quiet();
    compress_register_filters();
    const hid_t access = driver_access(&plan);
    const hid_t file =
        access < 0 ? access : H5Fcreate(store->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (file < 0 || !put_all(store, &plan, file, origins, n))
        status = h5_fail(err, PFQ_HDF5_FAILED, store->path, "cannot make the HDF5 file");
    if (file >= 0 && H5Fclose(file) < 0 && !status)
        status = h5_fail(err, PFQ_HDF5_FAILED, store->path, "cannot close the HDF5 file");
    if (access >= 0)
        H5Pclose(access);
    if (plan.write_errno)
        status = error_set(err, error_status_of_errno(plan.write_errno), store->path,
                           "cannot write: %s", strerror(plan.write_errno));
    return status;
}
