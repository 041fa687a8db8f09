/*
 * The ways into the file: every rank writes its own pieces, or rank 0 writes everybody's.
 *
 * A column of a part is taken in pieces: stretches of its batches, bytes as they are, and numbers
 * that count from the beginning of their batch shifted to count from the beginning of the file. Who
 * makes a piece knows what to add, so rank 0 needs to know only how many elements come from whom.
 *
 * A rank that writes for itself writes piece by piece, when it has nothing better to do: the kernel
 * lets one process at a time write to a file, and while one waits, its threads parse.
 */
#include <string.h>

#include "store/encoder.h"
#include "store/stretch.h"
#include "team/team.h"

/* ---- pieces ---- */

/* The most elements a piece of a column holds. */
static uint64_t piece_elements(enum schema_column column)
{
    return PIECE_BYTES / schema_datasets[column].element_bytes;
}

void store_put(struct store *store, int m, enum schema_column column, uint64_t first, uint64_t n,
               const void *data, pfq_error *own)
{
    const struct extents *const extents = &store->mate[m].extents[column];
    const uint8_t *from = data;
    uint64_t offset = first * schema_datasets[column].element_bytes;
    uint64_t left = n * schema_datasets[column].element_bytes;
    while (left > 0 && !own->status) {
        uint64_t bytes;
        const uint64_t address = extents_find(extents, offset, &bytes);
        bytes = bytes < left ? bytes : left;
        team_file_write(store->file, address, from, (size_t)bytes, own);
        from += bytes;
        offset += bytes;
        left -= bytes;
    }
}

/* Elements from `place` on, counted as rows are: behind the 0 that offsets begin with. */
static void write_piece(struct store *store, int m, enum schema_column column, uint64_t place,
                        uint64_t n, const void *data, pfq_error *own)
{
    store_put(store, m, column, place + schema_datasets[column].more, n, data, own);
}

/* ---- every rank for itself ---- */

/* Writes the next piece of a column, if there is one: bytes from where they lie. */
static bool step_column(struct store *store, int m, const struct store_part *part,
                        struct cursor *cursor, uint64_t *written)
{
    const struct mate_writer *const mate = &store->mate[m];
    const enum schema_column column = cursor->column;
    const struct stretch stretch = stretch_next(mate, part, cursor, piece_elements(column));
    if (!stretch.n)
        return false;
    if (stretch.numbers)
        stretch_copy(&stretch, store->piece.data);
    write_piece(store, m, column, mate->place[schema_datasets[column].length] + *written, stretch.n,
                stretch.bytes ? stretch.bytes : store->piece.data, &store->failure);
    *written += stretch.n;
    return true;
}

static bool raw_step(struct store *store)
{
    struct pending *const pending = &store->pending;
    while (pending->mate < store->mates && !store->failure.status) {
        if (schema_has(store->without, pending->cursor.column) &&
            step_column(store, pending->mate, &pending->parts[pending->mate], &pending->cursor,
                        &pending->written))
            return true;
        const enum schema_column next = pending->cursor.column + 1;
        pending->mate += next == SCHEMA_COLUMNS;
        pending->cursor = (struct cursor){.column = next == SCHEMA_COLUMNS ? 0 : next};
        pending->written = 0;
    }
    return false;
}

static size_t no_more(struct store *store, struct threads_loop *loops)
{
    (void)store, (void)loops;
    return 0;
}

static pfq_status raw_settle(struct store *store, pfq_error *err)
{
    (void)err;
    store_drain(store);
    return PFQ_OK;
}

size_t store_more(struct store *store, struct threads_loop *loops)
{
    return store->way->more(store, loops);
}

pfq_status store_settle(struct store *store, pfq_error *err)
{
    return store->way->settle(store, err);
}

bool store_step(struct store *store)
{
    return store->way->step(store);
}

void store_drain(struct store *store)
{
    while (store_step(store))
        continue;
    store->pending.mate = store->mates;
}

/* Tails lie in the text, which the next round overwrites, so they are written at once. */
static void write_tail(struct store *store, int m, const struct store_part *part)
{
    struct cursor cursor = {.column = SCHEMA_TEXT_TAIL};
    uint64_t written = 0;
    while (!store->failure.status && step_column(store, m, part, &cursor, &written))
        continue;
    store->mate[m].adding[SCHEMA_TAIL_BYTES] = 0;
}

static void deliver_later(struct store *store, const struct store_part *parts)
{
    store->pending = (struct pending){0};
    for (int m = 0; m < store->mates; m++) {
        store->pending.parts[m] = parts[m];
        write_tail(store, m, &parts[m]);
    }
}

/* ---- through rank 0 ---- */

static void keep(pfq_error *own, pfq_status status, const pfq_error *met)
{
    if (status && !own->status)
        *own = *met;
}

/* Gathers the next piece of a column in the piece buffer: a full one, unless the column ends. */
static uint64_t collect_piece(struct store *store, int m, const struct store_part *part,
                              struct cursor *cursor)
{
    return stretch_collect(&store->mate[m], part, cursor, piece_elements(cursor->column),
                           store->piece.data);
}

static void send_column(struct store *store, const struct store_part *part, int m,
                        enum schema_column column, pfq_error *own)
{
    struct cursor cursor = {.column = column};
    const size_t size = schema_datasets[column].element_bytes;
    uint64_t n;
    while ((n = collect_piece(store, m, part, &cursor)) > 0) {
        pfq_error met;
        keep(own, team_send(store->team, 0, store->piece.data, n * size, &met), &met);
    }
}

/* Takes `adding` elements from a rank and puts them at `place`; after a failure they are taken all
 * the same, since their sender waits. */
static void receive_column(struct store *store, int from, int m, enum schema_column column,
                           uint64_t place, uint64_t adding, pfq_error *own)
{
    uint64_t n;
    for (uint64_t first = 0; first < adding; first += n) {
        pfq_error met;
        n = adding - first < piece_elements(column) ? adding - first : piece_elements(column);
        const size_t bytes = n * schema_datasets[column].element_bytes;
        keep(own, team_receive(store->team, from, store->piece.data, bytes, &met), &met);
        if (!own->status)
            store->way->put(store, m, column, place + first, n, store->piece.data, own);
    }
}

/* The parts of rank `from` behind those of the ranks before it. */
static void receive_parts(struct store *store, int from, uint64_t place[][SCHEMA_LENGTHS],
                          pfq_error *own)
{
    const size_t words = (size_t)store->mates * SCHEMA_LENGTHS;
    const uint64_t *const adding = store->adding_of_all + (size_t)from * words;
    for (int m = 0; m < store->mates; m++) {
        const uint64_t *const of_mate = adding + (size_t)m * SCHEMA_LENGTHS;
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            const enum schema_length length = schema_datasets[column].length;
            if (schema_has(store->without, column))
                receive_column(store, from, m, column, place[m][length], of_mate[length], own);
        }
        for (int length = 0; length < SCHEMA_LENGTHS; length++)
            place[m][length] += of_mate[length];
    }
}

/* The parts of rank 0 itself. Chunks that are written as they are go from where they lie. */
static void put_own(struct store *store, const struct store_part *parts)
{
    if (!store->encoder) {
        deliver_later(store, parts);
        store_drain(store); /* the piece buffer is wanted for the others */
        return;
    }
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            struct cursor cursor = {.column = column};
            uint64_t place = store->mate[m].place[schema_datasets[column].length], n;
            while (schema_has(store->without, column) &&
                   (n = collect_piece(store, m, &parts[m], &cursor)) > 0) {
                store->way->put(store, m, column, place, n, store->piece.data, &store->failure);
                place += n;
            }
        }
}

static void deliver_to_root(struct store *store, const struct store_part *parts)
{
    pfq_error *const own = &store->failure;
    uint64_t adding[PFQ_MAX_MATES][SCHEMA_LENGTHS], place[PFQ_MAX_MATES][SCHEMA_LENGTHS];
    for (int m = 0; m < store->mates; m++)
        for (int length = 0; length < SCHEMA_LENGTHS; length++) {
            adding[m][length] = store->mate[m].adding[length];
            place[m][length] = store->mate[m].place[length] + adding[m][length];
        }
    pfq_error met;
    const size_t words = (size_t)store->mates * SCHEMA_LENGTHS;
    const pfq_status status =
        team_gather(store->team, adding[0], words, store->adding_of_all, &met);
    keep(own, status, &met);
    if (status)
        return; /* the same on every rank */

    if (store->file) {
        put_own(store, parts);
        for (int from = 1; from < pfq_team_size(store->team); from++)
            receive_parts(store, from, place, own);
        return;
    }
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
            if (schema_has(store->without, column))
                send_column(store, &parts[m], m, column, own);
}

/* ---- the table ---- */

static const struct store_way ways[2][2] = {
    {{true, deliver_later, no_more, raw_settle, raw_step, write_piece},
     {true, encoded_deliver, encoded_more, encoded_settle, encoded_step, NULL}},
    {{false, deliver_to_root, no_more, raw_settle, raw_step, write_piece},
     {false, deliver_to_root, no_more, encoded_settle, encoded_step, encoded_put}},
};

const struct store_way *store_choose_way(pfq_writer wish, bool encodes)
{
    return &ways[wish == PFQ_WRITER_GATHER][encodes];
}
