/*
 * The two ways into the file: every rank writes its own pieces, or rank 0 writes everybody's.
 *
 * A column of a part is cut into pieces. A piece is either a stretch of the batch as it is, or a
 * stretch of numbers that count from the beginning of the batch, shifted to count from the
 * beginning of the file. Who makes a piece knows what to add, so rank 0 needs to know only how many
 * elements come from whom.
 */
#include "store/writer.h"

#include "team/team.h"

/* numbers[0 .. n) + add, in the piece buffer. n * 8 <= PIECE_BYTES. */
static const void *shifted(struct store *store, const uint64_t *numbers, uint64_t n, uint64_t add)
{
    uint64_t *const out = (uint64_t *)(void *)store->piece.data;
    for (uint64_t i = 0; i < n; i++)
        out[i] = numbers[i] + add;
    return out;
}

/* Elements [first, first + n) of what this rank adds to a column, as the file wants them. */
static const void *make_piece(struct store *store, const struct store_part *part,
                              const struct mate_writer *mate, enum schema_column column,
                              uint64_t first, uint64_t n)
{
    const pfq_batch *const batch = part->batch;
    switch (column) {
    case SCHEMA_SEQUENCE:
        return batch->sequence + first;
    case SCHEMA_QUALITY:
        return batch->quality + first;
    case SCHEMA_OFFSET:
        return shifted(store, batch->offset + 1 + first, n, mate->place[SCHEMA_BASES]);
    case SCHEMA_NAME:
        return batch->name + first;
    case SCHEMA_NAME_OFFSET:
        return shifted(store, batch->name_offset + 1 + first, n, mate->place[SCHEMA_NAME_BYTES]);
    case SCHEMA_TEXT_ROW:
        return shifted(store, mate->exceptions.row + first, n, mate->place[SCHEMA_RECORDS]);
    case SCHEMA_TEXT_STYLE:
        return mate->exceptions.style + first;
    case SCHEMA_TEXT_TAIL:
        return part->tail.data + first;
    case SCHEMA_COLUMNS:
        break;
    }
    return NULL;
}

/* How many of `left` elements the next piece holds. */
static uint64_t piece_elements(enum schema_column column, uint64_t left)
{
    const uint64_t most = PIECE_BYTES / schema_datasets[column].element_bytes;
    return left < most ? left : most;
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

static void write_column(struct store *store, const struct store_part *part, int m,
                         enum schema_column column, pfq_error *own)
{
    const struct mate_writer *const mate = &store->mate[m];
    const enum schema_length length = schema_datasets[column].length;
    uint64_t n;
    for (uint64_t first = 0; first < mate->adding[length] && !own->status; first += n) {
        n = piece_elements(column, mate->adding[length] - first);
        write_piece(store, m, column, mate->place[length] + first, n,
                    make_piece(store, part, mate, column, first, n), own);
    }
}

static void deliver_own(struct store *store, const struct store_part *parts, pfq_error *own)
{
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
            write_column(store, &parts[m], m, column, own);
}

/* ---- through rank 0 ---- */

static void keep(pfq_error *own, pfq_status status, const pfq_error *met)
{
    if (status && !own->status)
        *own = *met;
}

static void send_column(struct store *store, const struct store_part *part, int m,
                        enum schema_column column, pfq_error *own)
{
    const struct mate_writer *const mate = &store->mate[m];
    const struct schema_dataset *const row = &schema_datasets[column];
    uint64_t n;
    for (uint64_t first = 0; first < mate->adding[row->length]; first += n) {
        pfq_error met;
        n = piece_elements(column, mate->adding[row->length] - first);
        const void *const data = make_piece(store, part, mate, column, first, n);
        keep(own, team_send_root(store->team, data, n * row->element_bytes, &met), &met);
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
        n = piece_elements(column, adding - first);
        const size_t bytes = n * schema_datasets[column].element_bytes;
        keep(own, team_receive_root(store->team, from, store->piece.data, bytes, &met), &met);
        if (!own->status)
            write_piece(store, m, column, place + first, n, store->piece.data, own);
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
            receive_column(store, from, m, column, place[m][length], of_mate[length], own);
        }
        for (int length = 0; length < SCHEMA_LENGTHS; length++)
            place[m][length] += of_mate[length];
    }
}

static void deliver_to_root(struct store *store, const struct store_part *parts, pfq_error *own)
{
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
        deliver_own(store, parts, own);
        for (int from = 1; from < pfq_team_size(store->team); from++)
            receive_parts(store, from, place, own);
        return;
    }
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
            send_column(store, &parts[m], m, column, own);
}

static const struct store_way together = {true, deliver_own};
static const struct store_way through_root = {false, deliver_to_root};

const struct store_way *store_choose_way(pfq_writer wish)
{
    return wish == PFQ_WRITER_GATHER ? &through_root : &together;
}
