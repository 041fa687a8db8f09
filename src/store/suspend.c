/*
 * A file under construction that is left and taken up again.
 *
 * What is in the file by then stays as it is: rows are only ever added behind others. So all that
 * has to be kept is how long the columns are, where their chunks lie, and what waits in memory for
 * more rows: unfinished chunks that are encoded, and names to be indexed. Nothing of it depends on
 * how many ranks there are.
 *
 * A run that was killed after it had gone on may have added rows behind the state. They are the
 * same rows that will be added again; what lies behind the end that the file had is cut off, so
 * that bytes between chunks are zero whatever has been there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/encoder.h"
#include "store/indexer.h"
#include "team/state.h"
#include "team/team.h"

/* Of the section "store": these, and then MATE_WORDS for each mate. */
enum { WORD_FILE_BYTES, WORD_NEXT_ADDRESS, STORE_WORDS };
enum { MATE_SHORTEST, MATE_LONGEST, MATE_STYLE, MATE_LENGTHS };
enum { MATE_WORDS = MATE_LENGTHS + (int)SCHEMA_LENGTHS };

/* An item of the section "extents". */
struct run_of_column {
    uint64_t mate, column;
    struct extent extent;
};

enum { RUN_WORDS = sizeof(struct run_of_column) / sizeof(uint64_t) };
enum { PLACE_WORDS = sizeof(struct chunk_place) / sizeof(uint64_t) };

static bool is_root(const struct store *store)
{
    return pfq_team_rank(store->team) == 0;
}

static void name_partial(int m, enum schema_column column, char name[STATE_NAME_BYTES])
{
    snprintf(name, STATE_NAME_BYTES, "partial.%d.%d", m, (int)column);
}

/* The elements of a column that wait for the rest of their chunk, in words. */
static size_t waiting_words(const struct store *store, int m, enum schema_column column)
{
    const struct schema_dataset *const row = &schema_datasets[column];
    const uint64_t elements = store->mate[m].length[row->length] + row->more;
    return state_words((size_t)(elements % row->chunk_elements) * row->element_bytes);
}

/* ---- saving ---- */

static pfq_status file_bytes(const struct store *store, uint64_t *bytes, pfq_error *err)
{
    struct stat about;
    if (stat(store->path, &about) != 0)
        return error_set(err, error_status_of_errno(errno), store->path, "cannot look at: %s",
                         strerror(errno));
    *bytes = (uint64_t)about.st_size;
    return PFQ_OK;
}

/* The numbers of the file, and the lengths of the longest and the shortest read of all ranks. */
static pfq_status save_numbers(struct store *store, struct team_state *state, pfq_error *err)
{
    uint64_t words[STORE_WORDS + PFQ_MAX_MATES * MATE_WORDS] = {0};
    uint64_t shortest[PFQ_MAX_MATES], longest[PFQ_MAX_MATES];
    const size_t mates = (size_t)store->mates;
    for (size_t m = 0; m < mates; m++) {
        shortest[m] = store->mate[m].min_length;
        longest[m] = store->mate[m].max_length;
    }
    pfq_status status = team_min(store->team, shortest, mates, err);
    if (!status)
        status = team_max(store->team, longest, mates, err);
    if (!status && is_root(store))
        file_bytes(store, &words[WORD_FILE_BYTES], &store->failure);
    words[WORD_NEXT_ADDRESS] = store->next_address;
    for (size_t m = 0; m < mates; m++) {
        uint64_t *const of_mate = words + STORE_WORDS + (size_t)m * MATE_WORDS;
        of_mate[MATE_SHORTEST] = shortest[m];
        of_mate[MATE_LONGEST] = longest[m];
        of_mate[MATE_STYLE] = store->mate[m].style;
        memcpy(of_mate + MATE_LENGTHS, store->mate[m].length, sizeof store->mate[m].length);
    }
    const size_t n = STORE_WORDS + mates * MATE_WORDS;
    return status ? status : state_put(state, "store", words, is_root(store) ? n : 0, 1, err);
}

/* The runs of all columns; rank 0 alone has them all. */
static pfq_status save_extents(struct store *store, struct team_state *state, pfq_error *err)
{
    struct run_of_column *runs = NULL;
    size_t count = 0, capacity = 0;
    pfq_error *const own = &store->failure;
    for (int m = 0; m < store->mates && is_root(store); m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            const struct extents *const extents = &store->mate[m].extents[column];
            if (own->status ||
                memory_grow(&runs, &capacity, count + extents->count, sizeof *runs, own))
                continue;
            for (size_t i = 0; i < extents->count; i++)
                runs[count++] =
                    (struct run_of_column){(uint64_t)m, (uint64_t)column, extents->runs[i]};
        }
    const pfq_status status = state_put(state, "extents", runs, count, RUN_WORDS, err);
    free(runs);
    return status;
}

static pfq_status save_chunks(struct store *store, struct team_state *state, pfq_error *err)
{
    struct encoder *const encoder = store->encoder;
    pfq_status status =
        state_put(state, "places", encoder->places, encoder->place_count, PLACE_WORDS, err);
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS && !status; column++) {
            const struct dataset_encoder *const dataset = &encoder->dataset[m][column];
            char name[STATE_NAME_BYTES];
            name_partial(m, column, name);
            const bool holds = dataset->holder == pfq_team_rank(store->team);
            status = state_put(state, name, dataset->partial,
                               holds ? waiting_words(store, m, column) : 0, 1, err);
        }
    return status;
}

pfq_status store_save(struct store *store, struct team_state *state, pfq_error *err)
{
    pfq_error *const own = &store->failure;
    pfq_status status = store_settle(store, err);
    if (status)
        return status;
    store_drain(store);
    if (store->file && !own->status)
        team_file_sync(store->file, own);
    status = team_conclude(store->team, own, err);
    if (!status)
        status = save_numbers(store, state, err);
    if (!status)
        status = store->encoder ? save_chunks(store, state, err) : save_extents(store, state, err);
    if (!status && store->indexer)
        status = indexer_save(store, state, err);
    return status ? status : team_conclude(store->team, own, err);
}

/* ---- taking up ---- */

/* Rank 0: the file is as long as it was, or longer, and then what is behind is cut off. */
static void cut_file(const struct store *store, uint64_t bytes, pfq_error *own)
{
    uint64_t now = 0;
    if (file_bytes(store, &now, own))
        return;
    if (now < bytes)
        error_set(own, PFQ_BAD_FILE, store->path,
                  "is shorter than it was when it was left; remove the checkpoint to begin anew");
    else if (truncate(store->path, (off_t)bytes) != 0)
        error_set(own, error_status_of_errno(errno), store->path, "cannot write: %s",
                  strerror(errno));
}

static pfq_status restore_numbers(struct store *store, struct team_state *state, pfq_error *err)
{
    uint64_t *words = NULL;
    size_t n = 0;
    pfq_status status = state_get_all(state, "store", 1, &words, &n, err);
    if (status)
        return status;
    pfq_error own = {0};
    if (n != STORE_WORDS + (size_t)store->mates * MATE_WORDS)
        error_set(&own, PFQ_BAD_FILE, store->path, "the checkpoint is of another kind of file");
    else if (is_root(store))
        cut_file(store, words[WORD_FILE_BYTES], &own);
    status = team_conclude(store->team, &own, err);
    for (int m = 0; m < store->mates && !status; m++) {
        const uint64_t *const of_mate = words + STORE_WORDS + (size_t)m * MATE_WORDS;
        struct mate_writer *const mate = &store->mate[m];
        mate->min_length = of_mate[MATE_SHORTEST];
        mate->max_length = of_mate[MATE_LONGEST];
        mate->style = of_mate[MATE_STYLE];
        memcpy(mate->length, of_mate + MATE_LENGTHS, sizeof mate->length);
    }
    if (!status)
        store->next_address = words[WORD_NEXT_ADDRESS];
    free(words);
    return status;
}

static void add_run(struct store *store, const struct run_of_column *run)
{
    pfq_error *const own = &store->failure;
    if (run->mate >= (uint64_t)store->mates || run->column >= SCHEMA_COLUMNS) {
        error_set(own, PFQ_BAD_FILE, store->path, "the checkpoint is of another kind of file");
        return;
    }
    struct extents *const extents = &store->mate[run->mate].extents[run->column];
    if (own->status || memory_grow(&extents->runs, &extents->capacity, extents->count + 1,
                                   sizeof *extents->runs, own))
        return;
    extents->runs[extents->count++] = run->extent;
    extents->chunks = run->extent.first + run->extent.count;
}

static pfq_status restore_extents(struct store *store, struct team_state *state, pfq_error *err)
{
    struct run_of_column *runs = NULL;
    size_t n = 0;
    const pfq_status status = state_get_all(state, "extents", RUN_WORDS, &runs, &n, err);
    if (status)
        return status;
    for (int m = 0; m < store->mates; m++)
        for (int column = 0; column < SCHEMA_COLUMNS; column++)
            store->mate[m].extents[column].count = store->mate[m].extents[column].chunks = 0;
    for (size_t i = 0; i < n; i++)
        add_run(store, &runs[i]);
    free(runs);
    return PFQ_OK;
}

/* What waits, waits with rank 0 from here on. */
static pfq_status restore_partial(struct store *store, int m, enum schema_column column,
                                  struct team_state *state, pfq_error *err)
{
    struct dataset_encoder *const dataset = &store->encoder->dataset[m][column];
    char name[STATE_NAME_BYTES];
    uint64_t *words = NULL;
    size_t n = 0;
    name_partial(m, column, name);
    const pfq_status status = state_get_all(state, name, 1, &words, &n, err);
    if (status)
        return status;
    dataset->holder = 0;
    if (n == waiting_words(store, m, column))
        memcpy(dataset->partial, words, n * sizeof *words);
    else
        error_set(&store->failure, PFQ_BAD_FILE, store->path,
                  "the checkpoint is of another kind of file");
    free(words);
    return PFQ_OK;
}

static pfq_status restore_chunks(struct store *store, struct team_state *state, pfq_error *err)
{
    struct encoder *const encoder = store->encoder;
    free(encoder->places);
    encoder->places = NULL;
    pfq_status status =
        state_get_share(state, "places", PLACE_WORDS, &encoder->places, &encoder->place_count, err);
    encoder->place_capacity = encoder->place_count;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS && !status; column++)
            status = restore_partial(store, m, column, state, err);
    return status;
}

pfq_status store_restore(struct store *store, struct team_state *state, pfq_error *err)
{
    pfq_status status = restore_numbers(store, state, err);
    if (!status)
        status =
            store->encoder ? restore_chunks(store, state, err) : restore_extents(store, state, err);
    if (!status && store->indexer)
        status = indexer_restore(store, state, err);
    return status ? status : team_conclude(store->team, &store->failure, err);
}
