/*
 * Windows along the chain of a round. A rank says where the bytes of the window behind its chunks
 * come from, knowing nothing of the text before them; joined with what the ranks before it said,
 * that is the window. Rank 0 begins the round, so it knows what is before its chunks, and is the
 * only one that has to know the window behind the last.
 */
#include "input/gunzip_engine.h"

/* The blocks of a rank: its own, that of the ranks before it, and two to work with. */
enum { MINE, BEFORE, WORK, BLOCKS = WORK + 2 };

pfq_status gunzip_prepare_windows(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    if (ranks_of(inflow) == 1)
        return PFQ_OK;
    g->origins = memory_allocate(BLOCKS, sizeof *g->origins, err);
    return g->origins ? PFQ_OK : PFQ_NO_MEMORY;
}

/* Does any text of the round, or what follows, refer to text that came before? */
static bool needs_windows(const struct gunzip *g)
{
    const struct gunzip_chain *const chain = &g->chain;
    return chain->needs || chain->end.what == GZIP_BLOCK || g->goes_on >= 0 ||
           chain->stop == GZIP_AT_CAP;
}

/* The window goes through the chunks of this rank, which keep what they need of it. */
static void pass_chunks(struct gunzip *g, struct gzip_window *window)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->chunks[i].counts)
            gunzip_chunk_pass(&g->chunks[i], window);
}

/* What the chunks of this rank make of any window. */
static void tell_origins(const struct gunzip *g, struct gzip_origins *origins)
{
    size_t first = g->count;
    while (first > 0 &&
           !(g->chunks[first - 1].counts && gunzip_chunk_closes(&g->chunks[first - 1])))
        first--;
    gzip_origins_begin(origins);
    for (size_t i = first > 0 ? first - 1 : 0; i < g->count; i++)
        if (g->chunks[i].counts && g->chunks[i].way == GUNZIP_DECODED)
            gzip_origins_pass(&g->chunks[i].out.tail, origins);
}

static void join_origins(const void *before, const void *behind, void *out)
{
    gzip_origins_join(before, behind, out);
}

/* The window behind the chunks of rank `from` is the one that the next round begins with. */
static pfq_status bring_window(struct inflow *inflow, int from, const struct gzip_window *window,
                               pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const int me = pfq_team_rank(inflow->team);
    if (me == 0 && from > 0)
        return team_receive(inflow->team, from, &g->window, sizeof g->window, err);
    if (me == from && me > 0)
        return team_send(inflow->team, 0, window, sizeof *window, err);
    if (me == from)
        g->window = *window;
    return PFQ_OK;
}

/* Where all windows are known, only that behind the last chunk has to be told. */
static pfq_status bring_last_window(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const int owner = (int)(g->chain.last / g->count);
    struct gzip_window last = g->window;
    for (size_t i = 0; i < g->count; i++) {
        if (!g->chunks[i].counts)
            continue;
        if (first_of(inflow) + i)
            last = g->chunks[i].window;
        gunzip_chunk_pass(&g->chunks[i], &last);
    }
    return g->chain.chunks ? bring_window(inflow, owner, &last, err) : PFQ_OK;
}

/* `window` holds the bytes before the chunks of rank 0, or of the only one, and how much may be
 * referred to of that before those of any other. */
static pfq_status join_windows(struct inflow *inflow, struct gzip_window *window, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    struct gzip_origins *const blocks = g->origins;
    const int me = pfq_team_rank(inflow->team), last = pfq_team_size(inflow->team) - 1;
    if (me == 0)
        pass_chunks(g, window);
    if (last == 0)
        return PFQ_OK;
    if (me == 0)
        gzip_origins_of(window, &blocks[MINE]);
    else if (me < last)
        tell_origins(g, &blocks[MINE]);
    const pfq_status status = team_join_before(inflow->team, &blocks[MINE], &blocks[BEFORE],
                                               &blocks[WORK], sizeof *blocks, join_origins, err);
    if (status || me == 0)
        return status;
    gzip_origins_bytes(&blocks[BEFORE], window);
    pass_chunks(g, window);
    return PFQ_OK;
}

pfq_status gunzip_pass_windows(struct inflow *inflow, pfq_error *err)
{
    struct gunzip *const g = inflow->state;
    const uint32_t before = g->window.valid;
    struct gzip_window window = g->window;
    pfq_status status = PFQ_OK;
    if (!needs_windows(g)) {
        g->window.valid = 0;
        return PFQ_OK;
    }
    if (g->listed) {
        status = bring_last_window(inflow, err);
    } else {
        window.valid = gunzip_chain_valid(&g->before, before);
        status = join_windows(inflow, &window, err);
        if (!status)
            status = bring_window(inflow, pfq_team_size(inflow->team) - 1, &window, err);
    }
    g->window.valid = gunzip_chain_valid(&g->chain, before);
    return status;
}
