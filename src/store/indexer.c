/*
 * From names that pass to rows of the index.
 *
 * Buckets are found by samples: every rank gives equally many of its sorted entries, at equal
 * distances, each of which stands for as many as lie between two. What cuts all samples into parts
 * of equal weight cuts all entries into parts of about equal size. Cuts are pairs of hash and row,
 * so even names that are all alike are shared evenly.
 */
#include "store/indexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fastq/names.h"
#include "team/state.h"
#include "team/team.h"

enum {
    USUAL_ENTRIES = 1 << 20, /* of one rank in one round, about */
    SAMPLES_PER_BUCKET = 32, /* of all ranks together */
    PIECE_ENTRIES = 1 << 16, /* that a thread copies at a time */
};

struct names_of_mate {
    struct index_entry *entries;
    size_t count, capacity;
};

struct indexer {
    int threads;
    uint64_t round_entries;
    struct names_of_mate mate[PFQ_MAX_MATES];
    uint64_t *first; /* record of the part with which each batch begins */
    size_t first_capacity;

    /* Of the mate whose index is written: */
    uint64_t rounds;
    size_t *cut;                  /* entries of bucket b are [cut[b], cut[b + 1]) */
    struct index_entry *received; /* a bucket */
    size_t received_capacity;
    struct buffer columns; /* its hashes, and its rows */
};

struct indexer *indexer_create(const struct store_config *config, pfq_error *own)
{
    struct indexer *indexer = memory_allocate(1, sizeof *indexer, own);
    if (!indexer)
        return NULL;
    indexer->threads = config->threads > 1 ? config->threads : 1;
    indexer->round_entries = config->index_entries ? config->index_entries : USUAL_ENTRIES;
    return indexer;
}

void indexer_destroy(struct indexer *indexer)
{
    if (!indexer)
        return;
    for (int m = 0; m < PFQ_MAX_MATES; m++)
        free(indexer->mate[m].entries);
    free(indexer->first);
    free(indexer->cut);
    free(indexer->received);
    buffer_release(&indexer->columns);
    free(indexer);
}

/* ---- names that pass ---- */

struct hash_loop {
    const struct store_part *part;
    struct index_entry *out; /* of the part */
    uint64_t row;            /* of its first record */
    const uint64_t *first;   /* records before each batch */
};

static pfq_status hash_batch(void *context, size_t i, int thread, pfq_error *err)
{
    const struct hash_loop *const loop = context;
    const pfq_batch *const batch = &loop->part->batches[i];
    struct index_entry *const out = loop->out + loop->first[i];
    (void)thread, (void)err;
    for (uint64_t k = 0; k < batch->records; k++) {
        const uint8_t *const name = batch->name + batch->name_offset[k];
        const size_t size = (size_t)(batch->name_offset[k + 1] - batch->name_offset[k]);
        out[k].hash = fastq_name_hash(name, fastq_name_key(name, size));
        out[k].row = loop->row + loop->first[i] + k;
    }
    return PFQ_OK;
}

/* Appends the entries of one part. */
static void add_part(struct indexer *indexer, struct names_of_mate *names,
                     const struct store_part *part, uint64_t row, pfq_error *own)
{
    uint64_t records = 0;
    if (memory_grow(&indexer->first, &indexer->first_capacity, part->count, sizeof *indexer->first,
                    own))
        return;
    for (size_t i = 0; i < part->count; i++) {
        indexer->first[i] = records;
        records += part->batches[i].records;
    }
    if (memory_grow(&names->entries, &names->capacity, names->count + records,
                    sizeof *names->entries, own))
        return;
    struct hash_loop loop = {part, names->entries + names->count, row, indexer->first};
    names->count += records;
    threads_for(indexer->threads, part->count, hash_batch, &loop, own);
}

void indexer_add(struct store *store, const struct store_part *parts)
{
    struct indexer *const indexer = store->indexer;
    pfq_error *const own = &store->failure;
    for (int m = 0; m < store->mates && !own->status; m++) {
        const uint64_t records = store->mate[m].adding[SCHEMA_RECORDS];
        if (records)
            add_part(indexer, &indexer->mate[m], &parts[m], store->mate[m].place[SCHEMA_RECORDS],
                     own);
    }
}

/* ---- between two runs ---- */

enum { ENTRY_WORDS = sizeof(struct index_entry) / sizeof(uint64_t) };

static void name_section(int m, char name[STATE_NAME_BYTES])
{
    snprintf(name, STATE_NAME_BYTES, "names.%d", m);
}

pfq_status indexer_save(struct store *store, struct team_state *state, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int m = 0; m < store->mates && !status; m++) {
        const struct names_of_mate *const names = &store->indexer->mate[m];
        char name[STATE_NAME_BYTES];
        name_section(m, name);
        status = state_put(state, name, names->entries, names->count, ENTRY_WORDS, err);
    }
    return status;
}

/* Entries are sorted when all have passed, so it does not matter who holds which. */
pfq_status indexer_restore(struct store *store, struct team_state *state, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int m = 0; m < store->mates && !status; m++) {
        struct names_of_mate *const names = &store->indexer->mate[m];
        char name[STATE_NAME_BYTES];
        name_section(m, name);
        free(names->entries);
        *names = (struct names_of_mate){0};
        status = state_get_share(state, name, ENTRY_WORDS, &names->entries, &names->count, err);
        names->capacity = names->count;
    }
    return status;
}

/* ---- buckets ---- */

/* A sampled entry, and how many it stands for, times the samples of a rank. */
struct sample {
    struct index_entry entry;
    uint64_t weight;
};

static int by_entry(const void *a, const void *b)
{
    const struct index_entry *const one = &((const struct sample *)a)->entry;
    const struct index_entry *const other = &((const struct sample *)b)->entry;
    if (one->hash != other->hash)
        return one->hash < other->hash ? -1 : 1;
    return (one->row > other->row) - (one->row < other->row);
}

/* Words of one rank's samples: how many entries it has, then hash and row of each sample. */
static void take_samples(const struct names_of_mate *names, uint64_t samples, uint64_t *words)
{
    words[0] = names->count;
    for (uint64_t i = 0; i < samples && names->count; i++) {
        const unsigned __int128 twice =
            (unsigned __int128)names->count * ((unsigned __int128)2 * i + 1);
        const struct index_entry *const entry =
            &names->entries[(size_t)(twice / ((unsigned __int128)2 * samples))];
        words[1 + 2 * i] = entry->hash;
        words[2 + 2 * i] = entry->row;
    }
}

/* The samples of all ranks, sorted; of ranks without entries there are none. Returns how many. */
static size_t sort_samples(const uint64_t *words, size_t ranks, uint64_t samples,
                           struct sample *sorted)
{
    size_t n = 0;
    for (size_t r = 0; r < ranks; r++, words += 1 + 2 * samples)
        for (uint64_t i = 0; i < samples && words[0]; i++)
            sorted[n++] = (struct sample){{words[1 + 2 * i], words[2 + 2 * i]}, words[0]};
    qsort(sorted, n, sizeof *sorted, by_entry);
    return n;
}

/* Cuts this rank's entries where the samples say. All ranks cut at the same entries. */
static void cut_buckets(const struct names_of_mate *names, const struct sample *sorted, size_t n,
                        size_t buckets, size_t *cut)
{
    unsigned __int128 all = 0, before = 0;
    size_t next = 1;
    for (size_t i = 0; i < n; i++)
        all += sorted[i].weight;
    cut[0] = 0;
    for (size_t i = 0; i < n; i++) {
        for (; next < buckets && before * buckets >= all * next; next++)
            cut[next] = index_lower_bound(names->entries, names->count, sorted[i].entry);
        before += sorted[i].weight;
    }
    for (; next <= buckets; next++)
        cut[next] = names->count;
}

/* Room for the words of this rank and of all, for the sorted samples, and for the cuts. */
struct sampling {
    uint64_t samples; /* of each rank */
    size_t ranks, buckets;
    uint64_t *mine, *all;
    struct sample *sorted;
};

static void begin_sampling(struct sampling *sampling, struct indexer *indexer, pfq_error *own)
{
    const size_t words = (size_t)(1 + 2 * sampling->samples);
    sampling->mine = memory_allocate(words, sizeof *sampling->mine, own);
    sampling->all = memory_allocate(words * sampling->ranks, sizeof *sampling->all, own);
    sampling->sorted =
        memory_allocate((size_t)sampling->samples * sampling->ranks, sizeof *sampling->sorted, own);
    free(indexer->cut);
    indexer->cut = memory_allocate(sampling->buckets + 1, sizeof *indexer->cut, own);
}

static void end_sampling(struct sampling *sampling)
{
    free(sampling->mine);
    free(sampling->all);
    free(sampling->sorted);
}

/* Collective. */
static pfq_status agree_on_cuts(struct store *store, const struct names_of_mate *names,
                                const struct sampling *sampling, pfq_error *err)
{
    take_samples(names, sampling->samples, sampling->mine);
    const pfq_status status = team_gather_all(
        store->team, sampling->mine, (size_t)(1 + 2 * sampling->samples), sampling->all, err);
    if (status)
        return status;
    const size_t n =
        sort_samples(sampling->all, sampling->ranks, sampling->samples, sampling->sorted);
    cut_buckets(names, sampling->sorted, n, sampling->buckets, store->indexer->cut);
    return PFQ_OK;
}

/* Sorts the entries of this rank and cuts them into a bucket for each rank and round. Collective.
 */
static pfq_status share_out(struct store *store, int m, pfq_error *err)
{
    struct indexer *const indexer = store->indexer;
    const struct names_of_mate *const names = &indexer->mate[m];
    pfq_error *const own = &store->failure;
    struct sampling sampling = {.ranks = (size_t)pfq_team_size(store->team)};
    indexer->rounds =
        store->mate[m].length[SCHEMA_RECORDS] / (indexer->round_entries * sampling.ranks) + 1;
    sampling.samples = SAMPLES_PER_BUCKET * indexer->rounds;
    sampling.buckets = (size_t)indexer->rounds * sampling.ranks;

    if (!own->status)
        begin_sampling(&sampling, indexer, own);
    if (!own->status)
        index_sort(indexer->threads, names->entries, names->count, own);
    pfq_status status = team_conclude(store->team, own, err);
    if (!status && sampling.mine && sampling.all && sampling.sorted) /* all there, as was agreed */
        status = agree_on_cuts(store, names, &sampling, err);
    end_sampling(&sampling);
    return status;
}

/* ---- rows ---- */

/* Sends this rank's entries of a round's buckets to where they belong: they lie in rank order. */
static pfq_status exchange(struct store *store, int m, uint64_t round, size_t *n, pfq_error *err)
{
    struct indexer *const indexer = store->indexer;
    const size_t ranks = (size_t)pfq_team_size(store->team);
    const size_t *const cut = indexer->cut + round * ranks;
    for (size_t r = 0; r < ranks; r++)
        store->counts[r] = cut[r + 1] - cut[r];
    /* Entries of an empty array must not be pointed to. */
    const struct index_entry *const send =
        indexer->mate[m].count ? indexer->mate[m].entries + cut[0] : NULL;
    return team_exchange(store->team, send, store->counts, sizeof *send, &indexer->received,
                         &indexer->received_capacity, n, err);
}

struct split_loop {
    const struct index_entry *entries;
    uint64_t *hash, *row;
    size_t n;
};

static pfq_status split_piece(void *context, size_t i, int thread, pfq_error *err)
{
    const struct split_loop *const loop = context;
    const size_t end = (i + 1) * PIECE_ENTRIES < loop->n ? (i + 1) * PIECE_ENTRIES : loop->n;
    (void)thread, (void)err;
    for (size_t k = i * PIECE_ENTRIES; k < end; k++) {
        loop->hash[k] = loop->entries[k].hash;
        loop->row[k] = loop->entries[k].row;
    }
    return PFQ_OK;
}

/* Sorts the bucket that came, and makes columns of it. */
static void make_columns(struct store *store, size_t n, struct store_part *part)
{
    struct indexer *const indexer = store->indexer;
    pfq_error *const own = &store->failure;
    if (own->status || n == 0 || index_sort(indexer->threads, indexer->received, n, own) ||
        buffer_reserve(&indexer->columns, n * 2 * sizeof(uint64_t), 0, own))
        return;
    uint64_t *const hash = (uint64_t *)(void *)indexer->columns.data;
    struct split_loop loop = {indexer->received, hash, hash + n, n};
    threads_for(indexer->threads, (n + PIECE_ENTRIES - 1) / PIECE_ENTRIES, split_piece, &loop, own);
    part->index.hash = loop.hash;
    part->index.row = loop.row;
    part->index.n = n;
}

static pfq_status append_mate(struct store *store, int m, pfq_error *err)
{
    pfq_status status = share_out(store, m, err);
    for (uint64_t round = 0; round < store->indexer->rounds && !status; round++) {
        struct store_part parts[PFQ_MAX_MATES] = {0};
        size_t n = 0;
        status = exchange(store, m, round, &n, err);
        if (status)
            break;
        make_columns(store, n, &parts[m]);
        status = store_append(store, parts, err);
        if (!status)
            status = store_settle(store, err); /* the columns are wanted for the next round */
    }
    free(store->indexer->mate[m].entries);
    store->indexer->mate[m] = (struct names_of_mate){0};
    return status;
}

pfq_status indexer_finish(struct store *store, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int m = 0; m < store->mates && !status; m++)
        status = append_mate(store, m, err);
    return status;
}
