/*
 * The rounds of a file whose chunks are encoded, to its end.
 *
 * A round is encoded in the loop in which the next one is parsed, or, where there is none, when it
 * has to be; meanwhile the main thread writes the bytes of the round before, which lie in one
 * piece, here and in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "store/encoder.h"
#include "team/team.h"

/* ---- writing ---- */

bool encoded_step(struct store *store)
{
    struct encoder *const encoder = store->encoder;
    const uint64_t left = encoder->queue.bytes;
    const size_t bytes = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
    if (bytes == 0 || store->failure.status)
        return false;
    team_file_write(store->file, encoder->queue.address, encoder->queue.data, bytes,
                    &store->failure);
    encoder->queue.data += bytes;
    encoder->queue.address += bytes;
    encoder->queue.bytes -= bytes;
    return true;
}

/* What was encoded takes the place of what has been written. */
static void queue_output(struct store *store, uint64_t address, uint64_t bytes)
{
    struct encoder *const encoder = store->encoder;
    store_drain(store);
    encoder_note(store, address);
    encoder->queue.data = encoder->out[encoder->now].data;
    encoder->queue.address = address;
    encoder->queue.bytes = bytes;
    encoder->now = !encoder->now;
}

/* ---- every rank for itself ---- */

/* Gives the bytes of all ranks their places behind those that have one: each rank at a multiple of
 * a stripe, unless too much would be gaps. Collective. */
static pfq_status place_together(struct store *store, uint64_t bytes, pfq_error *err)
{
    enum { AS_THEY_ARE, ALIGNED, WORDS };
    uint64_t all[WORDS] = {bytes, extents_align(bytes, store->align)}, before[WORDS];
    memcpy(before, all, sizeof before);
    pfq_status status = team_sum(store->team, all, WORDS, err);
    if (!status)
        status = team_sum_before(store->team, before, WORDS, err);
    if (status)
        return status;
    const bool aligned = all[ALIGNED] - all[AS_THEY_ARE] <= all[AS_THEY_ARE] / EXTENTS_GAPS;
    const int way = aligned ? ALIGNED : AS_THEY_ARE;
    if (aligned)
        store->next_address = extents_align(store->next_address, store->align);
    queue_output(store, store->next_address + before[way], bytes);
    store->next_address += all[way];
    return PFQ_OK;
}

/* Takes the parts over. Their tails lie in the text, which is read into while they are encoded. */
static void take_parts(struct store *store, const struct store_part *parts)
{
    struct encoder *const encoder = store->encoder;
    size_t bytes = 0, at = 0;
    for (int m = 0; m < store->mates; m++)
        bytes += parts[m].tail.size;
    if (!store->failure.status)
        buffer_reserve(&encoder->tails, bytes, 0, &store->failure);
    for (int m = 0; m < store->mates; m++) {
        struct store_part *const part = &encoder->parts[m];
        *part = parts[m];
        if (part->tail.size && !store->failure.status)
            part->tail.data = memcpy(encoder->tails.data + at, parts[m].tail.data, part->tail.size);
        at += part->tail.size;
    }
}

void encoded_deliver(struct store *store, const struct store_part *parts)
{
    struct encoder *const encoder = store->encoder;
    pfq_error met;
    take_parts(store, parts);
    const pfq_status status = encoder_meet(store, &met);
    if (status && !store->failure.status)
        store->failure = met; /* the same on every rank */
    encoder_prepare(store);
    encoder->pending = !status;
    encoder->given = false;
}

size_t encoded_more(struct store *store, struct threads_loop *loops)
{
    struct encoder *const encoder = store->encoder;
    if (!encoder->pending || encoder->given || store->failure.status)
        return 0;
    encoder->given = true;
    loops[0] = encoder_loop(store);
    return 1;
}

pfq_status encoded_settle(struct store *store, pfq_error *err)
{
    struct encoder *const encoder = store->encoder;
    uint64_t bytes;
    if (!encoder->pending)
        return PFQ_OK;
    encoder->pending = false;
    if (!encoder->given)
        encoder_work(store);
    encoder_close_up(store, &bytes);
    const pfq_status status = place_together(store, bytes, err);
    if (!status && !store->failure.status)
        encoder_keep_rests(store);
    return status;
}

/* ---- through rank 0 ---- */

void encoded_put(struct store *store, int m, enum schema_column column, uint64_t place, uint64_t n,
                 const void *data, pfq_error *own)
{
    uint64_t bytes;
    const uint64_t first = place + schema_datasets[column].more;
    (void)own; /* is store->failure */
    encoder_plan(store, m, column, first, n, data);
    encoder_run(store, &bytes);
    encoder_keep_rest(store, m, column, first, n, data);
    queue_output(store, store->next_address, bytes);
    store->next_address += bytes;
}

/* ---- the end ---- */

static void plan_last_chunks(struct store *store)
{
    struct encoder *const encoder = store->encoder;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            const struct schema_dataset *const row = &schema_datasets[column];
            const uint64_t elements = store->mate[m].length[row->length] + row->more;
            struct dataset_encoder *const dataset = &encoder->dataset[m][column];
            if (elements % row->chunk_elements && schema_has(store->without, column) &&
                dataset->holder == pfq_team_rank(store->team))
                encoder_plan_last(store, m, column, elements);
        }
}

static int by_dataset(const void *a, const void *b)
{
    const struct chunk_place *const one = a, *const other = b;
    if (one->dataset != other->dataset)
        return one->dataset < other->dataset ? -1 : 1;
    return (one->chunk > other->chunk) - (one->chunk < other->chunk);
}

/* The places of all chunks, on rank 0. */
static pfq_status gather_places(struct store *store, pfq_error *err)
{
    struct encoder *const encoder = store->encoder;
    struct chunk_place *all = NULL;
    size_t capacity = 0, count = 0;
    memset(store->counts, 0, (size_t)pfq_team_size(store->team) * sizeof *store->counts);
    store->counts[0] = encoder->place_count;
    const pfq_status status = team_exchange(store->team, encoder->places, store->counts,
                                            sizeof *all, &all, &capacity, &count, err);
    if (!status && count)
        qsort(all, count, sizeof *all, by_dataset);
    free(encoder->places);
    encoder->places = all;
    encoder->place_count = count;
    encoder->place_capacity = capacity;
    return status;
}

static uint64_t longest(const struct encoder *encoder)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < encoder->place_count; i++)
        bytes = encoder->places[i].bytes > bytes ? encoder->places[i].bytes : bytes;
    return bytes;
}

pfq_status encoded_finish(struct store *store, pfq_error *err)
{
    uint64_t bytes;
    plan_last_chunks(store);
    encoder_run(store, &bytes);
    pfq_status status = place_together(store, bytes, err);
    if (status)
        return status;
    store_drain(store);
    status = gather_places(store, err);
    if (!status) /* HDF5 is given bytes with each chunk: as many as any has */
        buffer_reserve(&store->encoder->out[0], longest(store->encoder), 0, &store->failure);
    return status;
}
