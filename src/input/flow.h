/*
 * A flowing text: rounds of slices of a text that cannot be read at any offset.
 *
 * The inflow gives every rank a piece; each looks for records in its own; from a table of what all
 * found, everybody computes the same slices (plan/pieces.h); the heads of the pieces travel to the
 * left, and the end of the round travels to rank 0, in front of its next piece. So a round is cut
 * at records as exactly as one of a file that can be read anywhere. Where the text is damaged a
 * slice may yet need more of it than it holds: flow_feed brings the next piece.
 */
#ifndef INPUT_FLOW_H
#define INPUT_FLOW_H

#include "fastq/parse.h"
#include "input/inflow.h"
#include "input/slice.h"
#include "plan/pieces.h"

struct flow {
    pfq_team *team;
    const struct fastq_rules *rules;
    struct inflow inflow;
    uint64_t start;       /* where the next round begins: at a record */
    uint64_t given;       /* how far the inflow has come */
    bool ends;            /* the text ends there */
    uint64_t used_before; /* text that an earlier run has used: it is dropped */
    uint64_t wanted;      /* text for each rank in the round */
    uint64_t scale;    /* it grows while nobody finds a record: a read is longer than the round */
    uint64_t position; /* bytes of the file used up */
    struct buffer carried; /* on rank 0: the text from start to given */
    struct buffer pulled;  /* this rank's piece of text that is made for slices that need it */
    struct flow_tables *tables;
    int turn; /* 0 and 1 in turns: the number of the last round in the tables */
};

/* Opens a file. Collective; the same status on every rank. Owns: flow_close, also after a failure.
 */
pfq_status flow_open(pfq_team *team, const struct input_file *file, const struct fastq_rules *rules,
                     const struct inflow_wish *wish, uint64_t want, struct flow *flow,
                     pfq_error *err);
void flow_close(struct flow *flow);

/* Is all of it in slices? If so, flow->inflow.fault tells whether it is damaged behind them. */
static inline bool flow_over(const struct flow *flow)
{
    return flow->ends && flow->start == flow->given;
}

/* A bit of work ahead; false if there is none. Local. */
bool flow_step(struct flow *flow);

/* All such work as a loop for threads, as in struct inflow_engine. Local. */
bool flow_ahead(struct flow *flow, struct threads_loop *loop, pfq_error *own);

/* The next round of about `bytes` of text for each rank: fills this rank's slice, range and text.
 * *end is where the slices of all ranks end; flow->start if no record ends in the round. What fails
 * on this rank alone is left in *own. Collective; returns the failure of a collective. */
pfq_status flow_round(struct flow *flow, uint64_t bytes, struct slice *slice, uint64_t *end,
                      pfq_error *own, pfq_error *err);

/* A round whose slices are still held. */
struct flow_part {
    struct slice *slice; /* of this rank; NULL: there is no such round */
    int turn;            /* flow->turn as flow_round left it */
};

/* Brings each rank whose slice of the first part is hungry the text that follows on its own, from
 * the rank that holds it there or in the second part, the round behind; of multi-line text also
 * from what comes behind both. A slice that already has all there is cannot end: that is left in
 * *own. Collective, as above. */
pfq_status flow_feed(struct flow *flow, const struct flow_part parts[2], pfq_error *own,
                     pfq_error *err);

#endif
