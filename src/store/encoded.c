/*
 * The rounds of a file whose chunks are encoded, to its end.
 *
 * While a round is encoded, and then while the next one is parsed, the main thread writes the bytes
 * of the round before: they lie in one piece, here and in the file.
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

/* Encodes the jobs, and gives the bytes of all ranks their places behind those that have one: each
 * rank at a multiple of a stripe, unless too much would be gaps. Collective. */
static pfq_status encode_together(struct store *store, pfq_error *err)
{
    enum { AS_THEY_ARE, ALIGNED, WORDS };
    uint64_t bytes;
    encoder_run(store, &bytes);
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

void encoded_deliver(struct store *store, const struct store_part *parts)
{
    pfq_error met;
    store->encoder->parts = parts;
    pfq_status status = encoder_meet(store, &met);
    if (!status)
        status = encode_together(store, &met);
    if (!status)
        encoder_keep_rests(store);
    if (status && !store->failure.status)
        store->failure = met; /* the same on every rank */
    store->encoder->parts = NULL;
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
    plan_last_chunks(store);
    pfq_status status = encode_together(store, err);
    if (status)
        return status;
    store_drain(store);
    status = gather_places(store, err);
    if (!status) /* HDF5 is given bytes with each chunk: as many as any has */
        buffer_reserve(&store->encoder->out[0], longest(store->encoder), 0, &store->failure);
    return status;
}
