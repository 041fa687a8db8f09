/*
 * The reader for other programs: pfq_store is a store_reader that knows its team, and checks what
 * it is asked for.
 *
 * The rows of a team are cut into stretches of about equal bytes by what the offsets say, so every
 * rank finds its own without a word to the others.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/schema.h"
#include "store/seek.h"
#include "store/store.h"
#include "team/team.h"
#include "threads/threads.h"

enum { USUAL_BATCH_BYTES = 16 << 20, USUAL_CACHE_BYTES = 32 << 20 };

#define MOST_BATCH_BYTES (UINT64_C(1) << 40) /* sums with it cannot wrap */

struct pfq_store {
    char *path;
    struct store_reader *reader;
    pfq_store_facts facts;
    uint64_t batch_bytes;
    uint64_t begin, end, next; /* rows of this rank, and the next of them to be given */
    struct buffer arena[PFQ_MAX_MATES];
    pfq_batch batch[PFQ_MAX_MATES];
    pfq_chunk chunk;
};

/* ---- facts ---- */

static pfq_quality_encoding encoding_of(const char *name)
{
    for (int i = PFQ_QUALITY_SANGER; i <= PFQ_QUALITY_SOLEXA; i++)
        if (strcmp(schema_encodings[i].name, name) == 0)
            return (pfq_quality_encoding)i;
    return PFQ_QUALITY_AUTO;
}

static void state_facts(const struct store_summary *summary, pfq_store_facts *facts)
{
    facts->mates = summary->mates;
    facts->interleaved = strcmp(summary->layout, "interleaved") == 0;
    for (int m = 0; m < summary->mates; m++) {
        const struct store_mate *const mate = &summary->mate[m];
        facts->mate[m].records = mate->records;
        facts->mate[m].bases = mate->bases;
        facts->mate[m].name_bytes = mate->name_bytes;
        facts->mate[m].min_length = mate->min_length;
        facts->mate[m].max_length = mate->max_length;
        facts->mate[m].fixed_length = mate->fixed_length;
        facts->mate[m].encoding = encoding_of(summary->encoding[m]);
        facts->mate[m].text_offset = mate->text_offset;
        facts->mate[m].columns = PFQ_COLUMNS_ALL & ~mate->without;
        facts->mate[m].indexed = schema_has(mate->without, SCHEMA_INDEX_HASH);
    }
}

const pfq_store_facts *pfq_store_about(const pfq_store *store)
{
    return &store->facts;
}

/* ---- opening and closing ---- */

/* Bytes of columns before a row, all mates. */
static pfq_status bytes_before(void *context, uint64_t row, uint64_t *bytes, pfq_error *err)
{
    const struct pfq_store *const store = context;
    *bytes = row;
    for (int mate = 1; mate <= store->facts.mates; mate++) {
        uint64_t bases, name_bytes;
        const pfq_status status =
            store_read_offsets(store->reader, mate, row, 1, &bases, &name_bytes, err);
        if (status)
            return status;
        *bytes += 2 * bases + name_bytes;
    }
    return PFQ_OK;
}

/* The first row of a rank; of the number of ranks: all rows. */
static pfq_status first_row(struct pfq_store *store, int rank, int ranks, uint64_t *row,
                            pfq_error *err)
{
    const uint64_t rows = store->facts.mate[0].records;
    uint64_t all;
    *row = rank == 0 ? 0 : rows;
    if (rank == 0 || rank == ranks)
        return PFQ_OK;
    const pfq_status status = bytes_before(store, rows, &all, err);
    if (status)
        return status;
    const uint64_t target = (uint64_t)((unsigned __int128)all * (unsigned)rank / (unsigned)ranks);
    return store_seek(bytes_before, store, 0, rows, target, row, err);
}

static void open_here(struct pfq_store *store, pfq_team *team, const pfq_store_config *config,
                      int threads, pfq_error *own)
{
    const int rank = pfq_team_rank(team), ranks = pfq_team_size(team);
    const uint64_t cache = config->cache_bytes ? config->cache_bytes : USUAL_CACHE_BYTES;
    store->batch_bytes = config->batch_bytes ? config->batch_bytes : USUAL_BATCH_BYTES;
    if (store->batch_bytes > MOST_BATCH_BYTES)
        store->batch_bytes = MOST_BATCH_BYTES;
    if (store_open(store->path, &store->reader, own))
        return;
    store_use_threads(store->reader, threads);
    store_use_cache(store->reader, cache);
    state_facts(store_summary(store->reader), &store->facts);
    if (first_row(store, rank, ranks, &store->begin, own) == PFQ_OK)
        first_row(store, rank + 1, ranks, &store->end, own);
    if (!own->status && store->begin > store->end)
        error_set(own, PFQ_BAD_FILE, store->path, "the offsets of its rows do not rise");
    pfq_store_rewind(store);
}

/* Opens over a team, which is there. */
static pfq_status open_together(const char *path, pfq_team *team, const pfq_store_config *config,
                                pfq_store **out, pfq_error *err)
{
    int ranks_here, cpus_here;
    pfq_error own = {0};
    pfq_status status = team_machine(team, &ranks_here, &cpus_here, err);
    if (status)
        return status;
    struct pfq_store *store = memory_allocate(1, sizeof *store, &own);
    if (store)
        store->path = memory_string(path, &own);
    if (store && store->path)
        open_here(store, team, config, threads_count(config->threads, ranks_here, cpus_here), &own);
    status = team_conclude(team, &own, err);
    if (status)
        pfq_store_close(store);
    else
        *out = store;
    return status;
}

pfq_status pfq_store_open(const char *path, const pfq_store_config *config, pfq_store **store,
                          pfq_error *err)
{
    const pfq_store_config none = {0};
    pfq_team *alone = NULL;
    *store = NULL;
    if (config && config->team)
        return open_together(path, config->team, config, store, err);
    pfq_status status = pfq_team_alone(&alone, err);
    if (!status)
        status = open_together(path, alone, config ? config : &none, store, err);
    pfq_team_destroy(alone);
    return status;
}

void pfq_store_close(pfq_store *store)
{
    if (!store)
        return;
    store_close(store->reader);
    for (int m = 0; m < PFQ_MAX_MATES; m++)
        buffer_release(&store->arena[m]);
    free(store->path);
    free(store);
}

/* ---- rows ---- */

static pfq_status check_mate(const pfq_store *store, int mate, pfq_error *err)
{
    if (mate >= 1 && mate <= store->facts.mates)
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, store->path, "there is no mate %d; the file holds %d", mate,
                     store->facts.mates);
}

static pfq_status check_row(const pfq_store *store, uint64_t row, uint64_t end, pfq_error *err)
{
    if (row < end)
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, store->path,
                     "row %" PRIu64 " is asked for, but there are only %" PRIu64, row,
                     store->facts.mate[0].records);
}

static unsigned left_out(const pfq_store *store, int mate)
{
    return PFQ_COLUMNS_ALL & ~store->facts.mate[mate - 1].columns;
}

/* Rows [begin, end) into an arena that may be used already. */
static pfq_status read_rows(pfq_store *store, int mate, uint64_t begin, uint64_t end,
                            struct buffer *arena, pfq_batch *batch, pfq_error *err)
{
    uint64_t base[2], name[2];
    pfq_status status = store_read_offsets(store->reader, mate, begin, 1, &base[0], &name[0], err);
    if (!status)
        status = store_read_offsets(store->reader, mate, end, 1, &base[1], &name[1], err);
    if (status)
        return status;
    if (base[1] < base[0] || name[1] < name[0])
        return error_set(err, PFQ_BAD_FILE, store->path, "the offsets of its rows do not rise");
    *batch = (pfq_batch){
        .records = end - begin, .bases = base[1] - base[0], .name_bytes = name[1] - name[0]};
    status = store_lay_out(arena, left_out(store, mate), batch, err);
    if (!status && begin < end)
        return store_read_rows(store->reader, mate, begin, end - begin, batch, err);
    if (!status)
        batch->offset[0] = batch->name_offset[0] = 0;
    return status;
}

/* Names that are not there have no offsets either. */
static void hide_offsets(pfq_batch *batch)
{
    if (!batch->name)
        batch->name_offset = NULL;
}

/* The caller's batch ends where its arena began; after a failure there is none. */
static pfq_status hand_over(pfq_status status, struct buffer *arena, pfq_batch *batch)
{
    if (status) {
        buffer_release(arena);
        *batch = (pfq_batch){0};
    }
    hide_offsets(batch);
    return status;
}

pfq_status pfq_store_read_rows(pfq_store *store, int mate, uint64_t begin, uint64_t end,
                               pfq_batch *batch, pfq_error *err)
{
    struct buffer arena = {0};
    *batch = (pfq_batch){0};
    pfq_status status = check_mate(store, mate, err);
    if (!status)
        status = check_row(store, end, store->facts.mate[0].records + 1, err);
    if (!status && begin > end)
        status = error_set(err, PFQ_USAGE, store->path,
                           "rows %" PRIu64 ":%" PRIu64 " end before they begin", begin, end);
    if (!status)
        status = read_rows(store, mate, begin, end, &arena, batch, err);
    return hand_over(status, &arena, batch);
}

pfq_status pfq_store_read_list(pfq_store *store, int mate, const uint64_t *rows, size_t n,
                               pfq_batch *batch, pfq_error *err)
{
    struct buffer arena = {0};
    *batch = (pfq_batch){0};
    pfq_status status = check_mate(store, mate, err);
    for (size_t i = 0; i < n && !status; i++)
        status = check_row(store, rows[i], store->facts.mate[0].records, err);
    if (!status)
        status = store_read_list(store->reader, mate, left_out(store, mate), rows, n, &arena, batch,
                                 err);
    return hand_over(status, &arena, batch);
}

void pfq_batch_release(pfq_batch *batch)
{
    struct buffer arena = {.data = (uint8_t *)batch->offset};
    buffer_release(&arena);
    *batch = (pfq_batch){0};
}

/* ---- one after the other ---- */

void pfq_store_rewind(pfq_store *store)
{
    store->next = store->begin;
}

/* Where the rows end that are given next. */
static pfq_status find_end(pfq_store *store, uint64_t *end, pfq_error *err)
{
    uint64_t before;
    pfq_status status = bytes_before(store, store->next, &before, err);
    if (!status)
        status = store_seek(bytes_before, store, store->next, store->end,
                            before + store->batch_bytes, end, err);
    if (!status && *end == store->next)
        ++*end;
    return status;
}

pfq_status pfq_store_next(pfq_store *store, const pfq_chunk **chunk, pfq_error *err)
{
    uint64_t end;
    *chunk = NULL;
    if (store->next >= store->end)
        return PFQ_OK;
    pfq_status status = find_end(store, &end, err);
    for (int m = 0; m < store->facts.mates && !status; m++)
        status = read_rows(store, m + 1, store->next, end, &store->arena[m], &store->batch[m], err);
    if (status)
        return status;
    store->chunk =
        (pfq_chunk){.row = store->next, .mates = store->facts.mates, .batches = store->batch};
    for (int m = 0; m < store->facts.mates; m++)
        hide_offsets(&store->batch[m]);
    store->next = end;
    *chunk = &store->chunk;
    return PFQ_OK;
}

/* ---- names ---- */

pfq_status pfq_store_find(pfq_store *store, int mate, const char *const *names, size_t n,
                          pfq_matches *matches, pfq_error *err)
{
    *matches = (pfq_matches){0};
    const pfq_status status = check_mate(store, mate, err);
    return status ? status : store_find(store->reader, mate, names, n, matches, err);
}
