/*
 * The sample is a list; rows are unlike each other, so nothing is ever searched in it.
 */
#include "qc/picks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/mix.h"
#include "qc/hash.h"
#include "qc/map.h"

uint8_t picks_prefix(const struct qc_read *read, char sequence[QC_PREFIX])
{
    const uint8_t n = (uint8_t)(read->bases < QC_PREFIX ? read->bases : QC_PREFIX);
    for (uint8_t i = 0; i < n; i++) {
        const uint8_t base = read->sequence[i];
        sequence[i] = (char)(base >= 'a' && base <= 'z' ? base - 'a' + 'A' : base);
    }
    return n;
}

void picks_raise(struct qc_picks *picks, unsigned level)
{
    size_t kept = 0;
    if (level <= picks->level)
        return;
    picks->level = level;
    for (size_t i = 0; i < picks->count; i++)
        if (map_holds(level, picks->list[i].order))
            picks->list[kept++] = picks->list[i];
    picks->count = kept;
}

static pfq_status make_room(struct qc_picks *picks, pfq_error *err)
{
    while (picks->count == QC_PICKS)
        picks_raise(picks, picks->level + 1);
    return memory_grow(&picks->list, &picks->capacity, picks->count + 1, sizeof *picks->list, err);
}

pfq_status picks_look(struct qc_picks *picks, const struct qc_read *read, pfq_error *err)
{
    const uint64_t order = mix_number(read->row);
    if (!map_holds(picks->level, order))
        return PFQ_OK;
    struct qc_pick pick = {.order = order};
    pick.bases = picks_prefix(read, pick.sequence);
    return picks_add(picks, &pick, 1, err);
}

pfq_status picks_add(struct qc_picks *picks, const struct qc_pick *list, size_t n, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++) {
        if (!map_holds(picks->level, list[i].order))
            continue;
        status = make_room(picks, err);
        if (!status && map_holds(picks->level, list[i].order))
            picks->list[picks->count++] = list[i];
    }
    return status;
}

static int by_sequence(const void *a, const void *b)
{
    const struct qc_pick *const x = a, *const y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    const int order = memcmp(x->sequence, y->sequence, QC_PREFIX);
    return order ? order : (x->bases > y->bases) - (x->bases < y->bases);
}

void picks_sort(struct qc_picks *picks)
{
    for (size_t i = 0; i < picks->count; i++) {
        struct qc_pick *const pick = &picks->list[i];
        pick->order = hash_letters((const uint8_t *)pick->sequence, pick->bases);
    }
    if (picks->count)
        qsort(picks->list, picks->count, sizeof *picks->list, by_sequence);
}

void picks_release(struct qc_picks *picks)
{
    free(picks->list);
    *picks = (struct qc_picks){0};
}
