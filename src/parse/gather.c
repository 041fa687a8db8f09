/*
 * Records between ranks: all to rank 0, and from rank 0 to all.
 *
 * Nothing moves before its place is there: sizes travel first, memory is taken and agreed upon, and
 * then each run of rows goes straight to where it belongs. Numbers are as small as the runs are
 * few; columns may be of any size.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fastq/columns.h"
#include "parfastq/parser.h"
#include "team/team.h"

pfq_status pfq_count(pfq_team *team, const pfq_records *records, uint64_t *counts, pfq_error *err)
{
    const size_t ranks = (size_t)pfq_team_size(team);
    memset(counts, 0, ranks * sizeof *counts);
    counts[pfq_team_rank(team)] = records->batch[0].records;
    return team_sum(team, counts, ranks, err);
}

/* ---- columns ---- */

/* A stretch of records of one rank, and how much of each mate it holds. */
struct stretch {
    uint64_t rank, row, index, records;
    struct {
        uint64_t bases, name_bytes;
    } mate[PFQ_MAX_MATES];
};

static struct stretch stretch_of(const pfq_records *from, uint64_t row, uint64_t index,
                                 uint64_t records)
{
    struct stretch stretch = {.row = row, .index = index, .records = records};
    for (int m = 0; m < from->mates; m++) {
        const pfq_batch *const batch = &from->batch[m];
        stretch.mate[m].bases = batch->offset[index + records] - batch->offset[index];
        stretch.mate[m].name_bytes =
            batch->name_offset[index + records] - batch->name_offset[index];
    }
    return stretch;
}

static void *column(uint64_t count, size_t size, pfq_error *own)
{
    size_t bytes;
    if (count < SIZE_MAX && size_mul((size_t)count, size, &bytes))
        return own->status ? NULL : memory_allocate(bytes, 1, own);
    error_set(own, PFQ_NO_MEMORY, NULL, "more records than memory can hold");
    return NULL;
}

/* Columns for what the stretches hold together, and for `runs` runs. */
static void make_room(const struct stretch *stretches, size_t n, size_t runs, int mates,
                      pfq_records *out, pfq_error *own)
{
    *out = (pfq_records){.mates = mates};
    out->runs = column(runs, sizeof *out->runs, own);
    for (int m = 0; m < mates; m++) {
        pfq_batch *const batch = &out->batch[m];
        uint64_t records = 0, bases = 0, name_bytes = 0;
        for (size_t i = 0; i < n; i++) {
            records += stretches[i].records;
            bases += stretches[i].mate[m].bases;
            name_bytes += stretches[i].mate[m].name_bytes;
        }
        batch->sequence = column(bases, 1, own);
        batch->quality = column(bases, 1, own);
        batch->name = column(name_bytes, 1, own);
        batch->style = column(records, 1, own);
        batch->offset = column(records + 1, sizeof *batch->offset, own);
        batch->name_offset = column(records + 1, sizeof *batch->name_offset, own);
    }
}

/* The six columns of a stretch: where they are in a batch, and how long. */
struct part {
    void *data;
    size_t bytes;
};
enum { PARTS = 6 };

static void parts_of(const pfq_batch *batch, const struct stretch *stretch, int m, uint64_t index,
                     uint64_t base, uint64_t name, struct part parts[PARTS])
{
    const size_t n = (size_t)stretch->records, bases = (size_t)stretch->mate[m].bases;
    parts[0] = (struct part){batch->offset + index + 1, n * sizeof(uint64_t)};
    parts[1] = (struct part){batch->name_offset + index + 1, n * sizeof(uint64_t)};
    parts[2] = (struct part){batch->sequence + base, bases};
    parts[3] = (struct part){batch->quality + base, bases};
    parts[4] = (struct part){batch->name + name, (size_t)stretch->mate[m].name_bytes};
    parts[5] = (struct part){batch->style + index, n};
}

/* How a column comes or goes. */
typedef pfq_status move_part(pfq_team *team, int other, const struct part *part, pfq_error *err);

static pfq_status send_root(pfq_team *team, int other, const struct part *part, pfq_error *err)
{
    (void)other;
    return team_send(team, 0, part->data, part->bytes, err);
}

static pfq_status receive_root(pfq_team *team, int other, const struct part *part, pfq_error *err)
{
    return team_receive(team, other, part->data, part->bytes, err);
}

static pfq_status send_from_root(pfq_team *team, int other, const struct part *part, pfq_error *err)
{
    return team_send(team, other, part->data, part->bytes, err);
}

static pfq_status receive_from_root(pfq_team *team, int other, const struct part *part,
                                    pfq_error *err)
{
    (void)other;
    return team_receive(team, 0, part->data, part->bytes, err);
}

/* Sends a stretch of `from`. Every part is sent, whatever fails: somebody waits for it. */
static void send_stretch(pfq_team *team, int to, move_part *send, const pfq_records *from,
                         const struct stretch *stretch, pfq_error *own)
{
    for (int m = 0; m < from->mates; m++) {
        const pfq_batch *const batch = &from->batch[m];
        struct part parts[PARTS];
        parts_of(batch, stretch, m, stretch->index, batch->offset[stretch->index],
                 batch->name_offset[stretch->index], parts);
        for (int i = 0; i < PARTS; i++)
            send(team, to, &parts[i], own->status ? NULL : own);
    }
}

/* Offsets counted from somewhere else: now they count on from `base`. */
static void rebase(uint64_t *offset, uint64_t n, uint64_t length, uint64_t base)
{
    const uint64_t there = n ? offset[n - 1] - length : 0;
    for (uint64_t i = 0; i < n; i++)
        offset[i] = offset[i] - there + base;
}

/* Adds a stretch behind what `out` holds: its parts come by `receive`, or from `local`. */
static void take_stretch(pfq_team *team, int from, move_part *receive, const pfq_records *local,
                         const struct stretch *stretch, pfq_records *out, pfq_error *own)
{
    for (int m = 0; m < out->mates; m++) {
        pfq_batch *const batch = &out->batch[m];
        struct part parts[PARTS], sources[PARTS];
        parts_of(batch, stretch, m, batch->records, batch->bases, batch->name_bytes, parts);
        if (local)
            parts_of(&local->batch[m], stretch, m, stretch->index,
                     local->batch[m].offset[stretch->index],
                     local->batch[m].name_offset[stretch->index], sources);
        for (int i = 0; i < PARTS; i++) {
            if (!local)
                receive(team, from, &parts[i], own->status ? NULL : own);
            else if (parts[i].bytes)
                memcpy(parts[i].data, sources[i].data, parts[i].bytes);
        }
        if (!batch->records)
            batch->offset[0] = batch->name_offset[0] = 0;
        rebase(parts[0].data, stretch->records, stretch->mate[m].bases, batch->bases);
        rebase(parts[1].data, stretch->records, stretch->mate[m].name_bytes, batch->name_bytes);
        batch->records += stretch->records;
        batch->bases += stretch->mate[m].bases;
        batch->name_bytes += stretch->mate[m].name_bytes;
    }
}

static void add_run(pfq_records *out, uint64_t row, uint64_t records)
{
    pfq_run *const last = out->run_count ? &out->runs[out->run_count - 1] : NULL;
    if (last && last->row + last->records == row)
        last->records += records;
    else if (records && out->runs) /* there is room: make_room counted the runs */
        out->runs[out->run_count++] =
            (pfq_run){row, last ? last->index + last->records : 0, records};
}

/* ---- all to rank 0 ---- */

static int by_row(const void *a, const void *b)
{
    const uint64_t x = ((const struct stretch *)a)->row, y = ((const struct stretch *)b)->row;
    return (x > y) - (x < y);
}

/* This rank's runs as stretches. */
static struct stretch *list_own(pfq_team *team, const pfq_records *records, pfq_error *own)
{
    struct stretch *const list = memory_allocate(records->run_count, sizeof *list, own);
    for (size_t i = 0; list && i < records->run_count; i++) {
        const pfq_run *const run = &records->runs[i];
        list[i] = stretch_of(records, run->row, run->index, run->records);
        list[i].rank = (uint64_t)pfq_team_rank(team);
    }
    return list;
}

/* All ranks' stretches on rank 0, in the order of their senders. */
static pfq_status list_all(pfq_team *team, const struct stretch *mine, size_t n,
                           struct stretch **all, size_t *count, pfq_error *err)
{
    size_t capacity = 0;
    pfq_error own = {0};
    uint64_t *const counts = memory_allocate((size_t)pfq_team_size(team), sizeof *counts, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status) {
        counts[0] = n;
        status = team_exchange(team, mine, counts, sizeof *mine, all, &capacity, count, err);
    }
    free(counts);
    return status;
}

/* The places of the columns are those of the rows; who sends is asked in the order of the rows, so
 * each rank sends its runs in the order it has them. */
static void receive_all(pfq_team *team, const pfq_records *records, const struct stretch *list,
                        size_t n, pfq_records *all, pfq_error *own)
{
    for (size_t i = 0; i < n; i++) {
        take_stretch(team, (int)list[i].rank, receive_root, list[i].rank ? NULL : records, &list[i],
                     all, own);
        add_run(all, list[i].row, list[i].records);
    }
}

static void begin_empty(pfq_records *records)
{
    for (int m = 0; m < records->mates; m++)
        if (records->batch[m].offset && records->batch[m].name_offset)
            records->batch[m].offset[0] = records->batch[m].name_offset[0] = 0;
}

pfq_status pfq_gather(pfq_team *team, const pfq_records *records, pfq_records *all, pfq_error *err)
{
    const bool root = pfq_team_rank(team) == 0;
    struct stretch *list = NULL;
    size_t n = 0;
    pfq_error own = {0};
    *all = (pfq_records){0};
    struct stretch *const mine = list_own(team, records, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = list_all(team, mine, records->run_count, &list, &n, err);
    if (!status && root) {
        if (n)
            qsort(list, n, sizeof *list, by_row);
        make_room(list, n, n, records->mates, all, &own);
        begin_empty(all);
    }
    if (!status)
        status = team_conclude(team, &own, err);
    if (!status && root)
        receive_all(team, records, list, n, all, &own);
    for (size_t i = 0; i < records->run_count && !status && !root; i++)
        send_stretch(team, 0, send_root, records, &mine[i], &own);
    if (!status)
        status = team_conclude(team, &own, err);
    if (status)
        pfq_records_release(all);
    free(list);
    free(mine);
    return status;
}

/* ---- from rank 0 to all ---- */

/* What the first i records weigh. */
static uint64_t weight(const pfq_records *all, pfq_balance balance, uint64_t i)
{
    uint64_t sum = 0;
    for (int m = 0; m < all->mates; m++) {
        const pfq_batch *const batch = &all->batch[m];
        sum += balance == PFQ_BALANCE_RECORDS ? i
               : balance == PFQ_BALANCE_BASES ? batch->offset[i]
                                              : 2 * batch->offset[i] + batch->name_offset[i] + i;
    }
    return sum;
}

/* The first record with `part` of all weight before it; the weight of all records is not 0. */
static uint64_t bound(const pfq_records *all, pfq_balance balance, double part)
{
    uint64_t low = 0, high = all->batch[0].records;
    const double target = (double)weight(all, balance, high) * part;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if ((double)weight(all, balance, middle) < target)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The parts of the runs of `all` in records [begin, end): count, and the rows if `runs` is there.
 */
static size_t clip_runs(const pfq_records *all, uint64_t begin, uint64_t end, pfq_run *runs)
{
    size_t n = 0;
    for (size_t i = 0; i < all->run_count; i++) {
        const pfq_run *const run = &all->runs[i];
        const uint64_t from = run->index > begin ? run->index : begin;
        const uint64_t behind = run->index + run->records;
        const uint64_t to = behind < end ? behind : end;
        if (from >= to)
            continue;
        if (runs)
            runs[n] = (pfq_run){run->row + from - run->index, from - begin, to - from};
        n++;
    }
    return n;
}

/* What a rank is told first. */
struct share {
    uint64_t mates, runs;
    struct stretch stretch;
};
enum { SHARE_WORDS = sizeof(struct share) / sizeof(uint64_t) };

static void plan_shares(pfq_team *team, const pfq_records *all, pfq_balance balance,
                        struct share *shares)
{
    const int ranks = pfq_team_size(team);
    for (int r = 0; r < ranks; r++) {
        const uint64_t begin = r ? bound(all, balance, (double)r / ranks) : 0;
        const uint64_t end =
            r + 1 < ranks ? bound(all, balance, (double)(r + 1) / ranks) : all->batch[0].records;
        shares[r].mates = (uint64_t)all->mates;
        shares[r].runs = clip_runs(all, begin, end, NULL);
        shares[r].stretch = stretch_of(all, 0, begin, end - begin);
    }
}

/* Rank 0 gives every rank its rows and columns, itself last. */
static void give_shares(pfq_team *team, const pfq_records *all, const struct share *shares,
                        pfq_run *runs, pfq_records *records, pfq_error *own)
{
    for (int r = pfq_team_size(team) - 1; r >= 0; r--) {
        const struct stretch *const stretch = &shares[r].stretch;
        const size_t n = clip_runs(all, stretch->index, stretch->index + stretch->records, runs);
        const struct part part = {runs, n * sizeof *runs};
        if (r) {
            send_from_root(team, r, &part, own->status ? NULL : own);
            send_stretch(team, r, send_from_root, all, stretch, own);
        } else {
            memcpy(records->runs, runs, part.bytes);
            take_stretch(team, 0, NULL, all, stretch, records, own);
        }
    }
}

static void receive_share(pfq_team *team, const struct share *share, pfq_records *records,
                          pfq_error *own)
{
    const struct part part = {records->runs, (size_t)share->runs * sizeof *records->runs};
    receive_from_root(team, 0, &part, own);
    take_stretch(team, 0, receive_from_root, NULL, &share->stretch, records, own);
}

pfq_status pfq_scatter(pfq_team *team, const pfq_records *all, pfq_balance balance,
                       pfq_records *records, pfq_error *err)
{
    const bool root = pfq_team_rank(team) == 0;
    struct share mine;
    pfq_error own = {0};
    *records = (pfq_records){0};
    struct share *const shares =
        memory_allocate(root ? (size_t)pfq_team_size(team) : 0, sizeof *shares, &own);
    pfq_run *const runs = memory_allocate(root ? all->run_count : 0, sizeof *runs, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status && root)
        plan_shares(team, all, balance, shares);
    if (!status)
        status = team_scatter(team, (const uint64_t *)(const void *)shares, SHARE_WORDS,
                              (uint64_t *)(void *)&mine, err);
    if (!status) {
        make_room(&mine.stretch, 1, (size_t)mine.runs, (int)mine.mates, records, &own);
        begin_empty(records);
        status = team_conclude(team, &own, err);
    }
    if (!status) {
        records->run_count = (size_t)mine.runs;
        if (root)
            give_shares(team, all, shares, runs, records, &own);
        else
            receive_share(team, &mine, records, &own);
        status = team_conclude(team, &own, err);
    }
    if (status)
        pfq_records_release(records);
    free(shares);
    free(runs);
    return status;
}
