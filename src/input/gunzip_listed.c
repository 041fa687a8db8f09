/*
 * Rounds by an index. Its points are where chunks begin, with the text before them known, so that
 * all of them give plain text at once, and no window has to wait for another.
 *
 * The index is not believed. A chunk counts if it begins where the one before it ended, as in any
 * round, and if in front of it is the text that the index told, which the one before it has by
 * then. So the chunks that count are what a decoder from the front would have made of the file,
 * whatever the index says; where that is found wrong, the round ends, and the others are as if
 * there were no index.
 */
#include <stdio.h>
#include <string.h>

#include "input/gunzip_engine.h"

/* ---- the grid ---- */

/* A round: `chunks` of them, each of `points` stretches from point to point; the first one ends at
 * point `next` + points - 1, or before. */
struct list {
    size_t next, chunks, points;
};

/* Where the i-th chunk of a round begins. */
static struct gunzip_cut cut_at(const struct inflow *inflow, const struct list *list, size_t i)
{
    const struct gunzip *const g = inflow->state;
    const struct index *const index = inflow->index;
    const size_t point = list->next + i * list->points - 1;
    if (i == 0)
        return (struct gunzip_cut){g->at.bit / 8, NULL};
    if (point < index->head.points)
        return (struct gunzip_cut){index->points[point].bit / 8, &index->points[point]};
    return (struct gunzip_cut){inflow->file->bytes, NULL};
}

/* How many stretches from the beginning of the round on hold the text that is wanted, or half as
 * much again: one in any case. */
static size_t stretches(const struct inflow *inflow, size_t next)
{
    const struct gunzip *const g = inflow->state;
    const struct index *const index = inflow->index;
    const size_t points = (size_t)index->head.points;
    const uint64_t want = inflow->want * ranks_of(inflow), most = want + want / 2;
    size_t n = 1;
    while (next + n <= points) {
        const size_t end = next + n; /* the point at which one more stretch would end */
        const uint64_t text = end < points ? index->points[end].text : index->head.text_bytes;
        if (text < g->text || text - g->text > most)
            break;
        n++;
    }
    return n;
}

/* Does every chunk hold something, and none more than a chunk may? */
static bool is_sound(const struct inflow *inflow, const struct list *list)
{
    for (size_t i = 0; i < list->chunks; i++) {
        const uint64_t begin = cut_at(inflow, list, i).byte;
        const uint64_t end = cut_at(inflow, list, i + 1).byte;
        if (end <= begin || end - begin > GUNZIP_MOST_CHUNK_BYTES)
            return false;
    }
    return true;
}

/* As many chunks as threads, and as long as the text that is wanted lets them be. */
static bool make_list(const struct inflow *inflow, struct list *list)
{
    const struct gunzip *const g = inflow->state;
    const size_t all = g->count * ranks_of(inflow);
    list->next = index_behind(inflow->index, g->at.bit);
    const size_t n = stretches(inflow, list->next);
    list->chunks = n < all ? n : all;
    list->points = n / list->chunks;
    if (is_sound(inflow, list))
        return true;
    list->points = 1;
    return is_sound(inflow, list);
}

bool gunzip_lay_list(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    const size_t ranks = ranks_of(inflow);
    struct list list;
    if (!inflow->index || !make_list(inflow, &list))
        return false;
    for (size_t rank = 0, begin = 0; rank < ranks; rank++) {
        const size_t mine = list.chunks / ranks + (rank < list.chunks % ranks);
        for (size_t i = 0; i < g->count; i++)
            g->cuts[rank * g->count + i] = cut_at(inflow, &list, begin + (i < mine ? i : mine));
        begin += mine;
    }
    g->cuts[ranks * g->count] = cut_at(inflow, &list, list.chunks);
    return true;
}

/* Does the i-th chunk of all hold anything? Those that do are the first ones of each rank. */
static bool is_used(const struct gunzip *g, size_t i)
{
    return g->cuts[i].byte < g->cuts[i + 1].byte;
}

/* ---- windows ---- */

/* The chain is to break in front of this chunk: an empty one would be passed over. */
static void refuse(struct gunzip_chunk *chunk)
{
    chunk->start.bit = GZIP_NOWHERE;
    chunk->way = GUNZIP_DECODED;
    chunk->stage = GUNZIP_DONE;
    chunk->out = (struct gzip_chunk){.stop = GZIP_AT_START};
}

void gunzip_begin_listed(struct inflow *inflow, struct gunzip_chunk *chunk,
                         const struct gzip_point *point)
{
    chunk->start = (struct gunzip_place){point->bit, point->place};
    chunk->knows = index_window(inflow->index, point, &chunk->window);
    chunk->stage = GUNZIP_START;
    if (!chunk->knows)
        refuse(chunk);
}

/* The text behind a chunk of this rank, which was decoded as plain bytes; false if it has come to
 * nothing. */
static bool window_behind(const struct gunzip_chunk *chunk, struct gzip_window *window)
{
    if (chunk->way == GUNZIP_EMPTY || chunk->start.bit == GZIP_NOWHERE)
        return false;
    window->valid = 0;
    if (chunk->way == GUNZIP_DECODED)
        gzip_window_of(&chunk->out.tail, NULL, 0, 0, window);
    return true;
}

/* Holds a window against the text behind the chunk before. */
static void match(struct gunzip_chunk *chunk, const struct gzip_window *behind)
{
    if (chunk->start.what == GZIP_BLOCK && (!behind || !gzip_window_equals(behind, &chunk->window)))
        refuse(chunk);
}

/* The first chunk of each rank but rank 0 needs the text behind the last one of the rank before. */
static pfq_status pass_on(struct inflow *inflow, const pfq_error *own, size_t *came, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const size_t first = first_of(inflow), ranks = ranks_of(inflow);
    const size_t me = (size_t)pfq_team_rank(inflow->team);
    struct gzip_window behind;
    size_t last = g->count;
    while (last > 0 && !is_used(g, first + last - 1))
        last--;
    memset(g->sends, 0, ranks * sizeof *g->sends);
    if (me + 1 < ranks && last && is_used(g, first + g->count) && !own->status &&
        window_behind(&g->chunks[last - 1], &behind))
        g->sends[me + 1] = 1;
    return team_exchange(inflow->team, &behind, g->sends, sizeof behind, &g->tails,
                         &g->tail_capacity, came, err);
}

pfq_status gunzip_match_windows(struct inflow *inflow, const pfq_error *own, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    struct gzip_window behind;
    size_t came = 0;
    const pfq_status status = pass_on(inflow, own, &came, err);
    if (status)
        return status;
    /* From the last one on, so that the one before is still what its decoder made of it. */
    for (size_t i = g->count; i-- > 1;)
        if (g->chunks[i].way != GUNZIP_EMPTY)
            match(&g->chunks[i], window_behind(&g->chunks[i - 1], &behind) ? &behind : NULL);
    if (first_of(inflow) && g->chunks[0].way != GUNZIP_EMPTY)
        match(&g->chunks[0], came ? g->tails : NULL);
    return PFQ_OK;
}

/* ---- what became of it ---- */

void gunzip_judge_list(struct inflow *inflow)
{
    struct gunzip *const g = inflow->state;
    const struct gunzip_chain *const chain = &g->chain;
    if (!g->listed || !chain->chunks || chain->stop != GZIP_AT_START)
        return;
    size_t next = chain->last + 1;
    while (next < g->count * ranks_of(inflow) && !is_used(g, next))
        next++;
    if (next == g->count * ranks_of(inflow) || chain->end.bit / 8 < g->cuts[next].byte)
        return; /* all of it counts, or members came that chunks do not go through at once */
    snprintf(inflow->index_remark, sizeof inflow->index_remark,
             "this index is wrong at byte %llu of the gzip file, and not used from there on",
             (unsigned long long)(g->cuts[next].byte));
    index_close(inflow->index);
    inflow->index = NULL;
}
