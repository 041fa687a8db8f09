/*
 * Where the parts of ranks meet inside a chunk.
 *
 * Every rank knows what all ranks add, so each knows who owns a chunk, and sends there what it has
 * of it: of each dataset at most the end of its part, and what waited with it since the round
 * before. A message says where it goes, so that who receives needs to know nothing. All datasets
 * travel in one exchange, and of a part that ends where a chunk does, nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "store/encoder.h"
#include "store/stretch.h"
#include "team/team.h"

/* A dataset in this round, in elements of the dataset: the round is [begin, end), this rank's part
 * [first, last). */
struct stretch_of_round {
    uint64_t begin, end, first, last;
};

/* Some elements of one chunk on their way to `to`. */
struct message {
    int to, m;
    enum schema_column column;
    uint64_t inside, n; /* where in the chunk, and how many */
    bool waiting;       /* from the partial chunk; else from the end of this rank's part */
};

enum { MOST_MESSAGES = 2 * PFQ_MAX_MATES * SCHEMA_COLUMNS };

/* What precedes the elements of a message. */
struct head {
    uint64_t dataset, inside, n;
};

/* ---- who has what ---- */

/* Makes running sums of what each rank adds, once a round: with them a rank is found among
 * thousands by a few looks. */
static void sum_up(struct store *store)
{
    const size_t words = (size_t)store->mates * SCHEMA_LENGTHS;
    const size_t all = words * (size_t)pfq_team_size(store->team);
    for (size_t i = words; i < all; i++)
        store->adding_of_all[i] += store->adding_of_all[i - words];
}

/* What this rank and those before it add. */
static uint64_t added_up_to(const struct store *store, int rank, int m, enum schema_column column)
{
    const size_t row = (size_t)rank * (size_t)store->mates + (size_t)m;
    return store->adding_of_all[row * SCHEMA_LENGTHS + schema_datasets[column].length];
}

static struct stretch_of_round stretch_of(const struct store *store, int m,
                                          enum schema_column column)
{
    const struct mate_writer *const mate = &store->mate[m];
    const enum schema_length length = schema_datasets[column].length;
    const uint64_t more = schema_datasets[column].more;
    if (!schema_has(store->without, column))
        return (struct stretch_of_round){0};
    struct stretch_of_round stretch = {.end = mate->length[length] + more,
                                       .first = mate->place[length] + more};
    stretch.begin = stretch.end - added_up_to(store, pfq_team_size(store->team) - 1, m, column);
    stretch.last = stretch.first + mate->adding[length];
    return stretch;
}

/* The rank that holds an element of the round. */
static int rank_of(const struct store *store, int m, enum schema_column column,
                   const struct stretch_of_round *round, uint64_t element)
{
    int low = 0, high = pfq_team_size(store->team) - 1; /* the first that ends behind it */
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (round->begin + added_up_to(store, middle, m, column) > element)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The rank where the chunk of this element comes together. */
static int owner_of(const struct store *store, int m, enum schema_column column,
                    const struct stretch_of_round *round, uint64_t element)
{
    const uint64_t elements = schema_datasets[column].chunk_elements;
    const uint64_t chunk_end = (element / elements + 1) * elements;
    return rank_of(store, m, column, round, (chunk_end < round->end ? chunk_end : round->end) - 1);
}

/* ---- messages ---- */

static size_t list_messages(const struct store *store, int m, enum schema_column column,
                            struct message *list)
{
    const struct stretch_of_round round = stretch_of(store, m, column);
    const uint64_t elements = schema_datasets[column].chunk_elements;
    const int rank = pfq_team_rank(store->team);
    size_t n = 0;
    if (round.begin == round.end)
        return 0;
    struct message message = {.m = m, .column = column, .waiting = true};
    message.n = round.begin % elements;
    message.to = owner_of(store, m, column, &round, round.begin);
    if (message.n && store->encoder->dataset[m][column].holder == rank && message.to != rank)
        list[n++] = message;
    if (round.first == round.last || round.last % elements == 0)
        return n;
    const uint64_t chunk = round.last - round.last % elements;
    const uint64_t begin = chunk > round.first ? chunk : round.first;
    message = (struct message){.m = m,
                               .column = column,
                               .to = owner_of(store, m, column, &round, begin),
                               .inside = begin - chunk,
                               .n = round.last - begin};
    if (message.to != rank)
        list[n++] = message;
    return n;
}

static int by_receiver(const void *a, const void *b)
{
    const struct message *const one = a, *const other = b;
    return (one->to > other->to) - (one->to < other->to);
}

/* Appends a message to the packet. */
static size_t pack(struct store *store, const struct message *message, size_t at)
{
    struct encoder *const encoder = store->encoder;
    const struct mate_writer *const mate = &store->mate[message->m];
    const struct schema_dataset *const row = &schema_datasets[message->column];
    const struct head head = {(uint64_t)message->m * SCHEMA_COLUMNS + (uint64_t)message->column,
                              message->inside, message->n};
    uint8_t *const out = encoder->packet.data + at;
    memcpy(out, &head, sizeof head);
    if (message->waiting) {
        memcpy(out + sizeof head, encoder->dataset[message->m][message->column].partial,
               message->n * row->element_bytes);
    } else {
        struct cursor cursor = {.column = message->column};
        const struct store_part *const part = &encoder->parts[message->m];
        stretch_skip(mate, part, &cursor, mate->adding[row->length] - message->n);
        stretch_collect(mate, part, &cursor, message->n, out + sizeof head);
    }
    return at + sizeof head + message->n * row->element_bytes;
}

static void unpack(struct store *store, size_t size)
{
    const uint8_t *from = store->encoder->received;
    for (size_t taken = 0; taken < size;) {
        struct head head;
        memcpy(&head, from, sizeof head);
        const enum schema_column column = (enum schema_column)(head.dataset % SCHEMA_COLUMNS);
        const size_t bytes = schema_datasets[column].element_bytes;
        from += sizeof head;
        memcpy(store->encoder->dataset[head.dataset / SCHEMA_COLUMNS][column].partial +
                   head.inside * bytes,
               from, head.n * bytes);
        from += head.n * bytes;
        taken += sizeof head + head.n * bytes;
    }
}

/* Fills the packet; counts[r] bytes go to rank r. Nothing goes if there is no memory for it. */
static void pack_all(struct store *store, uint64_t *counts)
{
    struct message list[MOST_MESSAGES];
    size_t n = 0, bytes = 0;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
            n += list_messages(store, m, column, list + n);
    for (size_t i = 0; i < n; i++)
        bytes += sizeof(struct head) + list[i].n * schema_datasets[list[i].column].element_bytes;
    if (store->failure.status || buffer_reserve(&store->encoder->packet, bytes, 0, &store->failure))
        return;
    qsort(list, n, sizeof *list, by_receiver);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t before = at;
        at = pack(store, &list[i], at);
        counts[list[i].to] += at - before;
    }
}

static pfq_status exchange(struct store *store, pfq_error *err)
{
    struct encoder *const encoder = store->encoder;
    size_t size = 0;
    memset(store->counts, 0, (size_t)pfq_team_size(store->team) * sizeof *store->counts);
    pack_all(store, store->counts);
    const pfq_status status =
        team_exchange(store->team, encoder->packet.data, store->counts, 1, &encoder->received,
                      &encoder->received_capacity, &size, err);
    if (!status)
        unpack(store, size);
    return status;
}

/* ---- a round ---- */

pfq_status encoder_meet(struct store *store, pfq_error *err)
{
    uint64_t adding[PFQ_MAX_MATES][SCHEMA_LENGTHS];
    for (int m = 0; m < store->mates; m++)
        memcpy(adding[m], store->mate[m].adding, sizeof adding[m]);
    pfq_status status = team_gather_all(
        store->team, adding[0], (size_t)store->mates * SCHEMA_LENGTHS, store->adding_of_all, err);
    if (!status)
        sum_up(store);
    if (!status && pfq_team_size(store->team) > 1)
        status = exchange(store, err);
    if (status)
        return status;
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            const struct stretch_of_round round = stretch_of(store, m, column);
            encoder_plan(store, m, column, round.first, round.last - round.first, NULL);
        }
    return PFQ_OK;
}

void encoder_keep_rests(struct store *store)
{
    for (int m = 0; m < store->mates; m++)
        for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++) {
            const struct stretch_of_round round = stretch_of(store, m, column);
            struct dataset_encoder *const dataset = &store->encoder->dataset[m][column];
            if (round.begin == round.end)
                continue;
            dataset->holder = rank_of(store, m, column, &round, round.end - 1);
            if (dataset->holder == pfq_team_rank(store->team))
                encoder_keep_rest(store, m, column, round.first, round.last - round.first, NULL);
        }
}
