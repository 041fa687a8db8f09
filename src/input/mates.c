/*
 * The comparison of names over ranks: keys are dealt to owners of equal stretches of rows, one
 * exchange a round.
 */
#include "input/mates.h"

#include <stdlib.h>
#include <string.h>

#include "fastq/names.h"
#include "team/team.h"

enum { MATE_BITS = 3 };

/* What travels. The lowest bits of `dotted` give way to the number of the mate. */
struct mates_key {
    uint64_t row, whole, dotted_mate;
};

pfq_status mates_create(pfq_team *team, int count, struct mates *mates, pfq_error *err)
{
    *mates = (struct mates){.team = team, .count = count};
    mates->counts = memory_allocate((size_t)pfq_team_size(team), sizeof *mates->counts, err);
    return mates->counts ? PFQ_OK : PFQ_NO_MEMORY;
}

void mates_destroy(struct mates *mates)
{
    for (int mate = 0; mate < mates->count; mate++)
        free(mates->lists[mate].rows);
    free(mates->send);
    free(mates->received);
    free(mates->counts);
    *mates = (struct mates){0};
}

pfq_status mates_reserve(struct mates *mates, int mate, size_t more, pfq_error *err)
{
    struct mates_list *list = &mates->lists[mate];
    return memory_grow(&list->rows, &list->capacity, list->count + more, sizeof *list->rows, err);
}

/* The index of the first row of the list that is not before `row`. */
static size_t lower_bound(const struct mates_list *list, uint64_t row)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->rows[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The rows [begin, end) a rank compares, of all rows [checked, until). */
struct stretch {
    uint64_t begin, end;
};

static struct stretch owned(const struct mates *mates, uint64_t until, int rank)
{
    const uint64_t rows = until - mates->checked;
    const uint64_t ranks = (uint64_t)pfq_team_size(mates->team);
    const uint64_t share = rows / ranks + (rows % ranks != 0);
    const uint64_t first = share * (uint64_t)rank, last = share * ((uint64_t)rank + 1);
    return (struct stretch){mates->checked + (first < rows ? first : rows),
                            mates->checked + (last < rows ? last : rows)};
}

/* Lines up the keys for all owners, in rank order; counts them. */
static pfq_status line_up(struct mates *mates, uint64_t until, pfq_error *err)
{
    size_t total = 0;
    for (int mate = 0; mate < mates->count; mate++)
        total += lower_bound(&mates->lists[mate], until);
    pfq_status status =
        memory_grow(&mates->send, &mates->send_capacity, total, sizeof *mates->send, err);
    if (status)
        return status;
    size_t used = 0;
    for (int rank = 0; rank < pfq_team_size(mates->team); rank++) {
        const struct stretch to = owned(mates, until, rank);
        const size_t before = used;
        for (int mate = 0; mate < mates->count; mate++) {
            const struct mates_list *list = &mates->lists[mate];
            for (size_t i = lower_bound(list, to.begin);
                 i < list->count && list->rows[i].row < to.end; i++)
                mates->send[used++] = (struct mates_key){
                    list->rows[i].row, list->rows[i].whole,
                    list->rows[i].dotted >> MATE_BITS << MATE_BITS | (uint64_t)mate};
        }
        mates->counts[rank] = used - before;
    }
    return PFQ_OK;
}

static struct fastq_name_keys keys_of(const struct mates_key *key)
{
    return (struct fastq_name_keys){key->whole, key->dotted_mate >> MATE_BITS};
}

/* The place of the first disagreement among `count` received keys, as row * 8 + mate. */
static pfq_status compare(struct stretch mine, const struct mates_key *keys, size_t count,
                          uint64_t *first, pfq_error *err)
{
    const size_t rows = (size_t)(mine.end - mine.begin);
    const struct mates_key **leaders = memory_allocate(rows, sizeof *leaders, err);
    if (!leaders)
        return PFQ_NO_MEMORY;
    const uint64_t mask = (UINT64_C(1) << MATE_BITS) - 1;
    for (size_t i = 0; i < count; i++)
        if ((keys[i].dotted_mate & mask) == 0)
            leaders[keys[i].row - mine.begin] = &keys[i];
    for (size_t i = 0; i < count; i++) {
        const uint64_t mate = keys[i].dotted_mate & mask;
        const struct mates_key *leader = leaders[keys[i].row - mine.begin];
        const uint64_t place = keys[i].row << MATE_BITS | mate;
        if (mate && leader && place < *first &&
            !fastq_names_agree(keys_of(leader), keys_of(&keys[i])))
            *first = place;
    }
    free(leaders);
    return PFQ_OK;
}

pfq_status mates_compare(struct mates *mates, uint64_t until, uint64_t *row, int *mate,
                         pfq_error *own, pfq_error *err)
{
    *row = UINT64_MAX;
    *mate = 0;
    if (until <= mates->checked)
        return PFQ_OK;
    pfq_error local = {0};
    if (line_up(mates, until, &local))
        memset(mates->counts, 0, (size_t)pfq_team_size(mates->team) * sizeof *mates->counts);
    size_t count = 0;
    pfq_status status = team_exchange(mates->team, mates->send, mates->counts, sizeof *mates->send,
                                      &mates->received, &mates->received_capacity, &count, err);
    if (status)
        return status;
    uint64_t first = UINT64_MAX;
    const struct stretch mine = owned(mates, until, pfq_team_rank(mates->team));
    if (!local.status)
        compare(mine, mates->received, count, &first, &local);
    if (local.status && !own->status)
        *own = local;
    status = team_min(mates->team, &first, 1, err);
    if (!status && first != UINT64_MAX) {
        *row = first >> MATE_BITS;
        *mate = (int)(first & ((1 << MATE_BITS) - 1));
    }
    return status;
}

void mates_drop(struct mates *mates, uint64_t until)
{
    for (int mate = 0; mate < mates->count; mate++) {
        struct mates_list *list = &mates->lists[mate];
        const size_t done = lower_bound(list, until);
        if (done)
            memmove(list->rows, list->rows + done, (list->count - done) * sizeof *list->rows);
        list->count -= done;
    }
    mates->checked = until > mates->checked ? until : mates->checked;
}

const struct mates_row *mates_find(const struct mates *mates, int mate, uint64_t row)
{
    const struct mates_list *list = &mates->lists[mate];
    const size_t at = lower_bound(list, row);
    return at < list->count && list->rows[at].row == row ? &list->rows[at] : NULL;
}
