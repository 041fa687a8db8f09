/*
 * The state of an input, for the files that turn its wheel: input.c and pairs.c.
 */
#ifndef INPUT_WHEEL_H
#define INPUT_WHEEL_H

#include "input/faults.h"
#include "input/input.h"
#include "input/mates.h"
#include "input/share.h"
#include "input/stream.h"

enum { MAX_STREAMS = PFQ_MAX_MATES };

struct input {
    pfq_team *team;
    struct slice_rules rules;
    uint64_t slice_bytes;
    bool check_names, interleaved, no_prefetch;
    uint64_t rows;              /* that are of interest; 0: all */
    struct threads_aside aside; /* the caller's */
    bool (*stop)(void *context);
    void *stop_context;
    bool stop_after_round;
    bool stopping; /* as agreed: the run ends here */
    void (*tick)(void *context);
    void *tick_context;
    int count; /* streams */
    struct stream streams[MAX_STREAMS];
    struct share share;
    struct mates mates; /* count == 0: reads are single */
    struct faults faults;
    pfq_error pair_error; /* a fault between mates, of a run that lists faults */
    bool pairs_judged;    /* nothing more can be said of mates: behind a bad record or pair_error */
    pfq_error own;        /* what failed on this rank and is not agreed yet */
    struct input_round round;
};

/* suspend.c: puts an input, opened but not planned yet, where input_save found it; files that are
 * others by now are PFQ_USAGE. Collective; the same status on every rank. */
pfq_status input_restore(struct input *input, struct team_state *state, pfq_error *err);

#endif
