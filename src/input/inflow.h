/*
 * A text that cannot be read at any offset, because it is compressed or comes through a pipe: what
 * makes it of the bytes of the file, stretch by stretch, on all ranks together.
 *
 * An engine is a row (struct inflow_engine). A stretch is some text that follows on the one before;
 * its pieces lie on the ranks in their order, ending wherever they do. flow.h makes slices of them.
 */
#ifndef INPUT_INFLOW_H
#define INPUT_INFLOW_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "input/index.h"
#include "input/source.h"
#include "parfastq/team.h"
#include "threads/threads.h"

/* What a call of inflow_next is to do, and what came of it. */
struct inflow_stretch {
    uint64_t want;       /* text for each rank, about so many bytes */
    struct buffer *into; /* this rank's piece is put there ... */
    size_t at;           /* ... from this byte on; what lies before stays */

    size_t bytes;      /* answer: of this rank's piece */
    bool ends;         /* answer, the same on every rank: the text ends with this stretch */
    uint64_t position; /* answer, the same on every rank: bytes of the file that are used up */
};

struct inflow;

/* How it is wanted. */
struct inflow_wish {
    int threads; /* of this rank */
    pfq_inflate inflate;
    bool strict; /* what is odd is a fault */
    bool index;  /* write one, unless a good one is there */
};

/* How to make text of a file. */
struct inflow_engine {
    /* Collective; the same status on every rank. */
    pfq_status (*open)(struct inflow *inflow, pfq_error *err);
    /* A bit of work ahead, some milliseconds, for the time in which the main thread has nothing
     * else to do: false if there is none. Local. */
    bool (*step)(struct inflow *inflow);
    /* All of that work as a loop, if threads may do it; it counts as done from here on, so the loop
     * has to run before `next` is called. A failure is left in *own. NULL: none of it. Local. */
    bool (*ahead)(struct inflow *inflow, struct threads_loop *loop, pfq_error *own);
    /* The next stretch. A failure of this rank alone is left in *own. Collective: returns the
     * failure of a collective, or PFQ_OK, on every rank. */
    pfq_status (*next)(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                       pfq_error *err);
    void (*close)(struct inflow *inflow);
};

struct inflow {
    const struct inflow_engine *engine;
    pfq_team *team;
    const struct input_file *file;
    struct inflow_wish wish;
    bool walkable; /* a gzip file whose members say how long they are */
    uint64_t want; /* of the last stretch, or a guess: how far to work ahead */
    void *state;   /* the engine's */
    /* The text is damaged behind what has been given so far: the same on every rank, and to be told
     * when that has been used up. */
    pfq_error fault;
    /* What is odd about the file though all text is there: a warning, the same on every rank. */
    char remark[INPUT_REMARK_BYTES];
    struct index *index;                   /* where the text can be inflated from, or NULL */
    struct index_writer *writer;           /* what is to know that next time, or NULL */
    char index_remark[INPUT_REMARK_BYTES]; /* what is wrong with the index that is there */
    uint64_t text, wide_text;              /* text so far; of it, decoded in 16 bits, */
    uint64_t listed_text;                  /* and from points of the index */
};

/* Collective; the same status on every rank. `file` must stay. Owns: inflow_close, also after a
 * failure. */
pfq_status inflow_open(pfq_team *team, const struct input_file *file,
                       const struct inflow_wish *wish, uint64_t want, struct inflow *inflow,
                       pfq_error *err);
void inflow_close(struct inflow *inflow);

/* See the engine's step, ahead and next. */
bool inflow_step(struct inflow *inflow);
bool inflow_ahead(struct inflow *inflow, struct threads_loop *loop, pfq_error *own);
pfq_status inflow_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                       pfq_error *err);

/* ---- the engines ---- */

/* Rank 0 unpacks from the front to the back and hands the text round. */
extern const struct inflow_engine inflow_serial;

/* All threads of all ranks inflate gzip: see gunzip.h. */
extern const struct inflow_engine inflow_gunzip;

/* Something is odd at the end of the file: a remark, or, if the wish is strict, a fault. */
void inflow_notice(struct inflow *inflow, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
