/*
 * Looking for names in the index.
 *
 * The names, sorted by hash, and the index ascend together. Of the index only those blocks are read
 * in which a name can be: hashes are spread evenly, so a hash says where it is, give or take a
 * block, and where they are not (many reads of one name), halving the rest finds it. What has the
 * right hash is looked at by name, in the order of the rows, so that chunks of names are read once.
 */
#include <stdlib.h>
#include <string.h>

#include "store/find.h"
#include "store/pieces.h"
#include "threads/threads.h"

enum {
    PIECES = 1 << 16, /* of a column that are read at a time */
    NAME_BYTES_AT_ONCE = 1 << 24,
    HITS_PER_TURN = 4096
};

/* A block of the index. */
struct block {
    uint64_t *hash;
    uint64_t number, n; /* n == 0: none is loaded */
    uint64_t elements;  /* of a whole one */
    uint64_t blocks, all;
};

/* ---- blocks ---- */

static pfq_status load_block(struct search *search, struct block *block, uint64_t number,
                             pfq_error *err)
{
    if (block->n && block->number == number)
        return PFQ_OK;
    const uint64_t first = number * block->elements, left = block->all - first;
    block->number = number;
    block->n = left < block->elements ? left : block->elements;
    return reader_column(search->reader, search->mate, SCHEMA_INDEX_HASH, first, block->n,
                         block->hash, err);
}

static pfq_status not_sorted(const struct search *search, pfq_error *err)
{
    return reader_bad(search->reader, search->mate, SCHEMA_INDEX_HASH, "does not ascend", err);
}

/* Where between two blocks a hash should be. */
static uint64_t guess_block(uint64_t hash, uint64_t low, uint64_t high, uint64_t blocks)
{
    const uint64_t guess = (uint64_t)(((unsigned __int128)hash * blocks) >> 64);
    return guess < low ? low : guess < high ? guess : high - 1;
}

/* Loads the first block whose last hash is not below `hash`; *there is false if there is none.
 * Tries the block where the hash should be, then its neighbours, then the middle of what is left.
 */
static pfq_status seek_block(struct search *search, struct block *block, uint64_t hash, bool *there,
                             pfq_error *err)
{
    enum { NEIGHBOURS = 3 };
    uint64_t low = 0, high = block->blocks; /* it is in [low, high]; `blocks` is none */
    bool up = true;
    for (int tries = 0; low < high; tries++) {
        uint64_t middle = low + (high - low) / 2;
        if (tries == 0)
            middle = guess_block(hash, low, high, block->blocks);
        else if (tries <= NEIGHBOURS)
            middle = up ? low : high - 1;
        const pfq_status status = load_block(search, block, middle, err);
        if (status)
            return status;
        up = block->hash[block->n - 1] < hash;
        if (up)
            low = middle + 1;
        else
            high = middle;
        if (!up && block->hash[0] < hash)
            low = middle;
    }
    *there = low < block->blocks;
    return *there ? load_block(search, block, low, err) : PFQ_OK;
}

/* The first hash of a block, from `at` on, that is not below: steps that double, then halves. */
static uint64_t find_in_block(const struct block *block, uint64_t at, uint64_t hash)
{
    uint64_t step = 1, low = at;
    while (low + step < block->n && block->hash[low + step] < hash) {
        low += step;
        step *= 2;
    }
    uint64_t high = low + step < block->n ? low + step : block->n;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (block->hash[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the places in the index that have this hash, from `at` in the block on, into the blocks
 * behind it. */
static pfq_status add_equal(struct search *search, struct block *block, uint64_t at,
                            struct index_entry wanted, struct find_pairs *hits, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (;; at = 0) {
        for (; at < block->n && block->hash[at] == wanted.hash && !status; at++)
            status = find_add(hits, block->number * block->elements + at, wanted.row, err);
        if (status || at < block->n || block->number + 1 == block->blocks)
            return status;
        status = load_block(search, block, block->number + 1, err);
        if (status || block->hash[0] != wanted.hash)
            return status;
    }
}

/* Places of the index whose hash is that of a name, with the number of the name. */
static pfq_status collect_hits(struct search *search, struct find_pairs *hits, pfq_error *err)
{
    const uint64_t all = search->reader->summary.mate[search->mate - 1].records;
    const uint64_t elements =
        search->reader->decoder.layout[search->mate - 1][SCHEMA_INDEX_HASH].chunk_elements;
    struct block block = {
        .elements = elements, .all = all, .blocks = all / elements + (all % elements != 0)};
    block.hash = memory_allocate(elements, sizeof *block.hash, err);
    pfq_status status = block.hash ? PFQ_OK : PFQ_NO_MEMORY;
    uint64_t at = 0, of_block = UINT64_MAX;
    for (size_t i = 0; i < search->n && !status; i++) {
        const struct index_entry wanted = search->wanted[i];
        bool there =
            block.n && block.hash[0] < wanted.hash && wanted.hash <= block.hash[block.n - 1];
        if (!there)
            status = seek_block(search, &block, wanted.hash, &there, err);
        if (status || !there)
            break; /* all that follow are behind the end, too */
        at = find_in_block(&block, of_block == block.number ? at : 0, wanted.hash);
        of_block = block.number;
        status = at == block.n ? not_sorted(search, err)
                               : add_equal(search, &block, at, wanted, hits, err);
    }
    free(block.hash);
    return status;
}

/* ---- rows ---- */

/* Replaces each place of the index by the row that stands there. */
static pfq_status read_rows(struct search *search, struct find_pairs *hits, pfq_error *err)
{
    const uint64_t records = search->reader->summary.mate[search->mate - 1].records;
    struct piece *pieces = memory_allocate(PIECES, sizeof *pieces, err);
    pfq_status status = pieces ? PFQ_OK : PFQ_NO_MEMORY;
    if (!status)
        status = index_sort(search->reader->decoder.threads, hits->list, hits->count, err);
    for (size_t done = 0; done < hits->count && !status; done += PIECES) {
        const size_t n = hits->count - done < PIECES ? hits->count - done : PIECES;
        struct index_entry *const some = hits->list + done;
        for (size_t i = 0; i < n; i++)
            pieces[i] = (struct piece){some[i].hash, 1, (uint8_t *)&some[i].hash};
        status = pieces_read(search->reader, search->mate, SCHEMA_INDEX_ROW, pieces, n, err);
        for (size_t i = 0; i < n && !status; i++)
            if (some[i].hash >= records)
                status = reader_bad(search->reader, search->mate, SCHEMA_INDEX_ROW,
                                    "has values that are no rows", err);
    }
    free(pieces);
    return status;
}

/* ---- names ---- */

/* Some hits and their names, and which of them agree. */
struct names {
    const struct search *search;
    const struct index_entry *hits;
    size_t n;
    uint64_t (*span)[2];
    struct piece *pieces;
    struct buffer text;
    size_t from, to; /* hits whose names are at hand */
    bool *agrees;
};

static pfq_status read_spans(struct search *search, struct names *names, pfq_error *err)
{
    const uint64_t indexed = search->reader->summary.mate[search->mate - 1].name_bytes;
    for (size_t i = 0; i < names->n; i++)
        names->pieces[i] = (struct piece){names->hits[i].hash, 2, (uint8_t *)names->span[i]};
    const pfq_status status =
        pieces_read(search->reader, search->mate, SCHEMA_NAME_OFFSET, names->pieces, names->n, err);
    if (status)
        return status;
    for (size_t i = 0; i < names->n; i++)
        if (names->span[i][0] > names->span[i][1] || names->span[i][1] > indexed ||
            (i && names->span[i][0] < names->span[i - 1][0]))
            return reader_bad(search->reader, search->mate, SCHEMA_NAME_OFFSET,
                              "has values that are no offsets", err);
    return PFQ_OK;
}

/* The names that are looked for lie anywhere in memory, and hits come in the order of the file: so
 * the pointer to a name is called into the cache some hits before it is wanted, and the name itself
 * fewer. Measured: a third of the time of a large search. */
static void call_wanted(const struct names *names, size_t i)
{
    enum { POINTER_AHEAD = 32, NAME_AHEAD = 16 };
    const char *const *const wanted = names->search->names;
    if (i + POINTER_AHEAD < names->n)
        __builtin_prefetch(&wanted[names->hits[i + POINTER_AHEAD].row]);
    if (i + NAME_AHEAD < names->n)
        __builtin_prefetch(wanted[names->hits[i + NAME_AHEAD].row]);
}

static pfq_status compare_turn(void *context, size_t turn, int thread, pfq_error *err)
{
    struct names *const names = context;
    const size_t begin = names->from + turn * HITS_PER_TURN, left = names->to - begin;
    const size_t end = left < HITS_PER_TURN ? names->to : begin + HITS_PER_TURN;
    (void)thread, (void)err;
    for (size_t i = begin; i < end; i++) {
        call_wanted(names, i);
        names->agrees[i] =
            find_agrees(names->search, names->hits[i].row, names->pieces[i].to, names->pieces[i].n);
    }
    return PFQ_OK;
}

/* Reads the names of the hits from names->to on, as many as fit, and keeps those that agree;
 * names->to is then the hit behind them. */
static pfq_status compare_some(struct search *search, struct names *names, pfq_error *err)
{
    uint64_t bytes = 0;
    const size_t from = names->from = names->to;
    size_t end = from;
    while (end < names->n && (end == from || bytes < NAME_BYTES_AT_ONCE)) {
        bytes += names->span[end][1] - names->span[end][0];
        end++;
    }
    pfq_status status = buffer_reserve(&names->text, bytes, 0, err);
    if (status)
        return status;
    uint8_t *text = names->text.data;
    for (size_t i = from; i < end; i++) {
        const uint64_t size = names->span[i][1] - names->span[i][0];
        names->pieces[i] = (struct piece){names->span[i][0], size, text};
        text += size;
    }
    names->to = end;
    status = pieces_read(search->reader, search->mate, SCHEMA_NAME, names->pieces + from,
                         end - from, err);
    if (!status)
        status =
            threads_for(search->reader->decoder.threads,
                        (end - from + HITS_PER_TURN - 1) / HITS_PER_TURN, compare_turn, names, err);
    for (size_t i = from; i < end && !status; i++)
        if (names->agrees[i])
            status = find_add(&search->found, names->hits[i].hash, names->hits[i].row, err);
    return status;
}

static pfq_status compare_names(struct search *search, const struct find_pairs *hits,
                                pfq_error *err)
{
    struct names names = {.search = search};
    names.span = memory_allocate(PIECES, sizeof *names.span, err);
    names.pieces = memory_allocate(PIECES, sizeof *names.pieces, err);
    names.agrees = memory_allocate(PIECES, sizeof *names.agrees, err);
    pfq_status status = names.span && names.pieces && names.agrees ? PFQ_OK : PFQ_NO_MEMORY;
    for (size_t done = 0; done < hits->count && !status; done += names.n) {
        names.hits = hits->list + done;
        names.n = hits->count - done < PIECES ? hits->count - done : PIECES;
        status = read_spans(search, &names, err);
        names.to = 0;
        while (names.to < names.n && !status)
            status = compare_some(search, &names, err);
    }
    free(names.agrees);
    free(names.span);
    free(names.pieces);
    buffer_release(&names.text);
    return status;
}

pfq_status find_by_index(struct search *search, pfq_error *err)
{
    struct find_pairs hits = {0};
    pfq_status status = collect_hits(search, &hits, err);
    if (!status)
        status = read_rows(search, &hits, err);
    if (!status) /* by row */
        status = index_sort(search->reader->decoder.threads, hits.list, hits.count, err);
    if (!status)
        status = compare_names(search, &hits, err);
    free(hits.list);
    return status;
}
