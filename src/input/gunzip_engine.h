/*
 * The engine's own state, shared by the files of the engine and by nobody else.
 */
#ifndef INPUT_GUNZIP_ENGINE_H
#define INPUT_GUNZIP_ENGINE_H

#include "base/memory.h"
#include "gzip/origins.h"
#include "input/gunzip.h"
#include "input/index.h"
#include "input/inflow.h"
#include "input/turns.h"
#include "team/team.h"

/* What is put in its place by one thread: a decoded chunk, or some blocks of a walked one. */
struct job {
    struct gunzip_chunk *chunk;
    size_t block, blocks; /* walked */
    uint8_t *text;
    uint64_t text_at; /* of the file's text */
    bool bad;
    uint64_t bad_at; /* of the file's text */
    pfq_error fault;
};

/* Bytes of the file that this rank has read. */
struct stretch {
    struct buffer buffer;
    uint64_t begin, end; /* of the file */
    uint64_t want;       /* how far to read on */
};

/* Where a chunk of the grid begins. */
struct gunzip_cut {
    uint64_t byte;
    const struct gzip_point *point; /* which is what is there; NULL: to be found, or where the round
                                       begins */
};

struct gunzip {
    struct team_file *file;
    int threads;
    size_t count; /* chunks of each rank */
    struct gunzip_chunk *chunks;
    struct gzip_inflater **inflaters; /* of each thread */
    struct stretch raw, ahead;        /* of this round; what is read for the next one */
    struct turns turns;               /* what threads read of it */
    _Atomic bool turn_failed;         /* one of them could not */
    struct gunzip_cut *cuts;          /* of all chunks, and one behind them */
    bool listed;                      /* the round's cuts are points of the index */
    struct job *jobs;
    size_t job_count, job_capacity;
    uint64_t *words, *mine;       /* of all chunks, where the chain breaks; of this rank's */
    bool *counts;                 /* of all chunks */
    struct gzip_origins *origins; /* see gunzip_windows.c */
    struct gunzip_chain before;   /* the chain of the chunks before this rank's */
    struct gunzip_rules rules;

    /* the same on every rank */
    struct gunzip_place at;    /* where the next round begins */
    struct gzip_window window; /* before it; its bytes are known to rank 0 alone */
    struct gzip_checksum sum;
    uint64_t text;           /* given so far */
    int64_t goes_on;         /* the chunk whose decoder stopped at its cap, or -1 */
    enum gzip_starts starts; /* of rounds that are not listed */
    uint64_t alone_until;    /* something is wrong in front of this byte of the file: one chunk at a
                                time up to there */
    struct gunzip_chain chain;

    struct index_mark *marks; /* of this rank in this round, for an index that is written */
    size_t mark_count, mark_capacity;
    uint64_t *sends;           /* windows to each rank: one to the next at most */
    struct gzip_window *tails; /* that came from the one before */
    size_t tail_capacity;
};

static inline size_t ranks_of(const struct inflow *inflow)
{
    return (size_t)pfq_team_size(inflow->team);
}

/* The number of this rank's first chunk among all. */
static inline size_t first_of(const struct inflow *inflow)
{
    const struct gunzip *const g = inflow->state;
    return (size_t)pfq_team_rank(inflow->team) * g->count;
}

/* ---- windows along the chain: gunzip_windows.c ---- */

/* What windows need in every round. Local; gunzip_close releases it. */
pfq_status gunzip_prepare_windows(struct inflow *inflow, pfq_error *err);

/* Gives all chunks that count the windows before them, and the next round its own. Collective;
 * returns the failure of a collective. */
pfq_status gunzip_pass_windows(struct inflow *inflow, pfq_error *err);

/* ---- rounds by an index: gunzip_listed.c ---- */

/* The longest piece of the file that a chunk is made of. */
enum { GUNZIP_MOST_CHUNK_BYTES = 8 << 20 };

/* Lays the cuts of the next round at points of the index: false if it has no use for this round.
 * The same on every rank. */
bool gunzip_lay_list(struct inflow *inflow);

/* Makes a chunk ready that begins at a point. Local. */
void gunzip_begin_listed(struct inflow *inflow, struct gunzip_chunk *chunk,
                         const struct gzip_point *point);

/* Holds the windows that the index told against the text in front of them: a chunk whose window is
 * another will not be in the chain. Collective; returns the failure of a collective. */
pfq_status gunzip_match_windows(struct inflow *inflow, const pfq_error *own, pfq_error *err);

/* After the chain is drawn: an index that was wrong is left, with a remark. The same on every rank.
 */
void gunzip_judge_list(struct inflow *inflow);

/* ---- an index that is written: gunzip_marks.c ---- */

/* Tells the index what was passed in the round, whose text of this rank is `text`. Collective;
 * returns the failure of a collective. */
pfq_status gunzip_tell_marks(struct inflow *inflow, struct span text, pfq_error *own,
                             pfq_error *err);

#endif
