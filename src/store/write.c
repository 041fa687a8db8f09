/*
 * Creating the file, adding to it round by round, ending it.
 *
 * In a round the ranks exchange how much each of them adds. From these numbers every rank knows,
 * without another word, which rows are its own and where the chunks of every column lie, and
 * writes. HDF5 takes no part in this: it is called by rank 0 alone, at the end (assemble.c), so
 * that nothing inside HDF5 can make one rank wait for another.
 *
 * One discipline keeps every rank in step: what can fail alone fails into store->failure, a rank
 * that has failed still takes part in everything collective, and the exchange of the next round, or
 * the end, makes one outcome of all.
 */
#include <stdlib.h>
#include <string.h>

#include "store/driver.h"
#include "store/encoder.h"
#include "store/indexer.h"
#include "team/striping.h"
#include "team/team.h"

static bool is_root(const struct store *store)
{
    return pfq_team_rank(store->team) == 0;
}

/* ---- beginning ---- */

static void release(struct store *store)
{
    for (int m = 0; m < PFQ_MAX_MATES; m++) {
        exceptions_release(&store->mate[m].exceptions);
        for (size_t i = 0; i < store->mate[m].count; i++)
            free(store->mate[m].counts[i].name);
        free(store->mate[m].counts);
        for (int column = 0; column < SCHEMA_COLUMNS; column++)
            extents_release(&store->mate[m].extents[column]);
    }
    buffer_release(&store->piece);
    encoder_destroy(store->encoder);
    indexer_destroy(store->indexer);
    free(store->adding_of_all);
    free(store->counts);
    free(store->command);
    free(store->path);
    free(store);
}

static void begin_mate(struct mate_writer *mate)
{
    mate->style = STYLE_UNKNOWN;
    mate->min_length = UINT64_MAX;
    for (int column = 0; column < SCHEMA_COLUMNS; column++) {
        const struct schema_dataset *const row = &schema_datasets[column];
        mate->extents[column].chunk_bytes = row->chunk_elements * row->element_bytes;
    }
}

/* Makes a store without a file; NULL and *own filled if there is no memory. */
static struct store *allocate(pfq_team *team, const char *path, const struct store_config *config,
                              pfq_error *own)
{
    const bool encoded = compress_encodes(&config->compression);
    struct store *store = memory_allocate(1, sizeof *store, own);
    if (!store)
        return NULL;
    store->team = team;
    store->way = store_choose_way(config->writer, encoded);
    store->layout = config->layout;
    store->mates = config->mates;
    store->encoding = config->encoding;
    store->without = config->without | (config->index_names ? 0 : SCHEMA_INDEX);
    store->bases = config->bases;
    store->scores = config->scores;
    store->next_address = DRIVER_HEAD_BYTES;
    store->pending.mate = store->mates;
    for (int m = 0; m < store->mates; m++)
        begin_mate(&store->mate[m]);
    const size_t ranks = (size_t)pfq_team_size(team);
    const size_t words =
        encoded || is_root(store) ? ranks * (size_t)config->mates * SCHEMA_LENGTHS : 0;
    store->compression = config->compression;
    store->counts = memory_allocate(ranks, sizeof *store->counts, own);
    if (encoded)
        store->encoder = encoder_create(config->mates, config, own);
    if (config->index_names)
        store->indexer = indexer_create(config, own);
    store->path = memory_string(path, own);
    store->command = memory_string(config->command ? config->command : "", own);
    store->adding_of_all = memory_allocate(words, sizeof *store->adding_of_all, own);
    if (!own->status && !buffer_reserve(&store->piece, PIECE_BYTES, 0, own))
        return store;
    release(store);
    return NULL;
}

static bool encodes(const struct store *store)
{
    return compress_encodes(&store->compression);
}

/* Gives every column the chunks its length needs: the same arithmetic on every rank. Chunks that
 * are encoded get their places when their sizes are known. */
static void lay_out(struct store *store, pfq_error *own)
{
    if (encodes(store))
        return;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS && !own->status; column++) {
            const struct schema_dataset *const row = &schema_datasets[column];
            const uint64_t elements = store->mate[m].length[row->length] + row->more;
            if (!schema_has(store->without, column))
                continue;
            extents_grow(&store->mate[m].extents[column], elements * row->element_bytes,
                         store->align, &store->next_address, own);
        }
}

/* Rank 0 needs all places at the end; the others write to the last chunk and behind it only. */
static void forget_old_places(struct store *store)
{
    for (int m = 0; m < store->mates && !is_root(store); m++)
        for (int column = 0; column < SCHEMA_COLUMNS; column++)
            extents_keep_last(&store->mate[m].extents[column]);
}

/* The 0 that offsets begin with; rank 0 writes it. */
static void begin_offsets(struct store *store, pfq_error *own)
{
    const uint64_t zero = 0;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS && !own->status; column++)
            if (schema_datasets[column].more && schema_has(store->without, column))
                store_put(store, m, column, 0, 1, &zero, own);
}

/* Rank 0 asks the file system about stripes: one question, not one of each rank. Collective. */
static pfq_status settle_align(pfq_team *team, const char *path, uint64_t *align, pfq_error *err)
{
    struct striping striping;
    if (*align)
        return PFQ_OK;
    *align = pfq_team_rank(team) == 0 && striping_find(path, &striping) ? striping.stripe_bytes : 1;
    return team_share(team, 0, align, sizeof *align, err);
}

pfq_status store_create(pfq_team *team, const char *path, const struct store_config *config,
                        struct store **out, pfq_error *err)
{
    pfq_error own = {0};
    uint64_t align = config->align;
    const pfq_status settled = settle_align(team, path, &align, err);
    if (settled)
        return settled;
    struct store *store = allocate(team, path, config, &own);
    if (store)
        store->align = align;
    if (store && (store->way->everybody_writes || is_root(store)))
        team_file_open(team, path, TEAM_WRITE, &store->file, &own);
    if (store && !own.status)
        lay_out(store, &own);
    if (store && !own.status && is_root(store) && !encodes(store))
        begin_offsets(store, &own);
    const pfq_status status = team_agree(team, 0, &own);
    if (status) {
        if (err)
            *err = own;
        store_abandon(store);
        return status;
    }
    *out = store;
    return PFQ_OK;
}

/* ---- adding a round ---- */

/* The first batch that holds a record, or NULL. */
static const pfq_batch *first_records(const struct store_part *part)
{
    for (size_t i = 0; i < part->count; i++)
        if (part->batches[i].records)
            return &part->batches[i];
    return NULL;
}

/* A group has the style of its row 0, which the lowest rank with records holds. */
static pfq_status settle_styles(struct store *store, const struct store_part *parts, pfq_error *err)
{
    uint64_t claim[PFQ_MAX_MATES];
    bool unknown = false;
    for (int m = 0; m < store->mates; m++) {
        const pfq_batch *const first = first_records(&parts[m]);
        unknown = unknown || store->mate[m].style == STYLE_UNKNOWN;
        claim[m] = STYLE_UNKNOWN;
        if (first)
            claim[m] = (uint64_t)pfq_team_rank(store->team) << 8 | first->style[0];
    }
    if (!unknown)
        return PFQ_OK;
    const pfq_status status = team_min(store->team, claim, (size_t)store->mates, err);
    for (int m = 0; m < store->mates && !status; m++)
        if (store->mate[m].style == STYLE_UNKNOWN && claim[m] != STYLE_UNKNOWN)
            store->mate[m].style = schema_group_style((uint8_t)(claim[m] & 0xff));
    return status;
}

static void note_extremes(struct mate_writer *mate, const pfq_batch *batch)
{
    uint64_t smallest = mate->min_length, largest = mate->max_length;
    for (uint64_t i = 0; i < batch->records; i++) {
        const uint64_t length = batch->offset[i + 1] - batch->offset[i];
        smallest = length < smallest ? length : smallest;
        largest = length > largest ? length : largest;
    }
    mate->min_length = smallest;
    mate->max_length = largest;
}

/* What this rank adds to one mate; may fail for want of memory. */
static void measure(struct mate_writer *mate, const struct store_part *part, pfq_error *own)
{
    memset(mate->adding, 0, sizeof mate->adding);
    mate->exceptions.count = 0;
    for (size_t i = 0; i < part->count; i++) {
        const pfq_batch *const batch = &part->batches[i];
        if (batch->records && !own->status)
            exceptions_add(&mate->exceptions, batch, mate->adding[SCHEMA_RECORDS],
                           (uint8_t)mate->style, own);
        note_extremes(mate, batch);
        mate->adding[SCHEMA_RECORDS] += batch->records;
        mate->adding[SCHEMA_BASES] += batch->bases;
        mate->adding[SCHEMA_NAME_BYTES] += batch->name_bytes;
    }
    mate->adding[SCHEMA_EXCEPTIONS] = mate->exceptions.count;
    mate->adding[SCHEMA_TAIL_BYTES] = part->tail.size;
    mate->adding[SCHEMA_INDEXED] = part->index.n;
}

/* The one exchange of a round: who adds how much, and whether anybody has failed. The place of what
 * this rank adds, and the lengths with what all add, follow. */
static pfq_status exchange(struct store *store, pfq_error *err)
{
    enum { WORDS = PFQ_MAX_MATES * SCHEMA_LENGTHS };
    uint64_t before[WORDS + 1] = {0}, sum[WORDS + 1];
    const size_t words = (size_t)store->mates * SCHEMA_LENGTHS;
    for (size_t i = 0; i < words; i++)
        before[i] = store->mate[i / SCHEMA_LENGTHS].adding[i % SCHEMA_LENGTHS];
    before[words] = store->failure.status != PFQ_OK;
    memcpy(sum, before, sizeof sum);

    pfq_status status = team_sum(store->team, sum, words + 1, err);
    if (!status && sum[words])
        status = team_conclude(store->team, &store->failure, err);
    if (!status)
        status = team_sum_before(store->team, before, words, err);
    for (size_t i = 0; i < words && !status; i++) {
        struct mate_writer *const mate = &store->mate[i / SCHEMA_LENGTHS];
        const size_t length = i % SCHEMA_LENGTHS;
        mate->place[length] = mate->length[length] + before[i];
        mate->length[length] += sum[i];
    }
    return status;
}

pfq_status store_append(struct store *store, const struct store_part *parts, pfq_error *err)
{
    pfq_status status = store_settle(store, err);
    if (!status)
        status = settle_styles(store, parts, err);
    if (status)
        return status;
    for (int m = 0; m < store->mates; m++)
        measure(&store->mate[m], &parts[m], &store->failure);
    status = exchange(store, err);
    if (status)
        return status;
    forget_old_places(store);
    lay_out(store, &store->failure);
    if (store->indexer)
        indexer_add(store, parts);
    store->way->deliver(store, parts);
    return PFQ_OK;
}

/* ---- ending ---- */

static pfq_status share_extremes(struct store *store, pfq_error *own)
{
    uint64_t smallest[PFQ_MAX_MATES], largest[PFQ_MAX_MATES];
    for (int m = 0; m < store->mates; m++) {
        smallest[m] = store->mate[m].min_length;
        largest[m] = store->mate[m].max_length;
    }
    pfq_status status = team_min(store->team, smallest, (size_t)store->mates, own);
    if (!status)
        status = team_max(store->team, largest, (size_t)store->mates, own);
    for (int m = 0; m < store->mates && !status; m++) {
        const bool none = store->mate[m].length[SCHEMA_RECORDS] == 0;
        store->mate[m].min_length = none ? 0 : smallest[m];
        store->mate[m].max_length = largest[m];
    }
    return status;
}

/* Writes may fail as late as when they reach the disk, or when the file is closed. */
static void close_file(struct store *store, pfq_error *own)
{
    struct team_file *const file = store->file;
    store->file = NULL;
    if (!file)
        return;
    if (!own->status)
        team_file_sync(file, own);
    team_file_close(file, own->status ? NULL : own);
}

void store_keep_summary(struct store *store, const char *json, size_t bytes)
{
    store->summary = json;
    store->summary_bytes = bytes;
}

void store_keep_line_width(struct store *store, int mate, uint64_t width)
{
    store->mate[mate].has_line_width = true;
    store->mate[mate].line_width = width;
}

void store_keep_count(struct store *store, int mate, const char *name, uint64_t value)
{
    struct mate_writer *const writer = &store->mate[mate];
    if (memory_grow(&writer->counts, &writer->count_capacity, writer->count + 1,
                    sizeof *writer->counts, &store->failure))
        return;
    char *const copy = memory_string(name, &store->failure);
    if (copy)
        writer->counts[writer->count++] = (struct kept_count){copy, value};
}

pfq_status store_finish(struct store *store, const struct store_origin *origins, size_t n,
                        pfq_error *err)
{
    pfq_error *const own = &store->failure;
    pfq_status status = store->indexer ? indexer_finish(store, err) : PFQ_OK;
    if (!status)
        status = store_settle(store, err);
    if (!status)
        status = share_extremes(store, err);
    if (!status && encodes(store))
        status = encoded_finish(store, err);
    if (!status) {
        close_file(store, own);
        status = team_conclude(store->team, own, err);
    }
    if (!status) {
        if (is_root(store))
            store_assemble(store, origins, n, own);
        status = team_conclude(store->team, own, err);
    }
    store_abandon(store);
    return status;
}

void store_abandon(struct store *store)
{
    if (!store)
        return;
    team_file_close(store->file, NULL);
    release(store);
}
