/*
 * From parsed rounds, and from columns, to tallies: one for each mate and thread, and in the end
 * one for each mate.
 */
#ifndef RUN_TALLYING_H
#define RUN_TALLYING_H

#include "input/input.h"
#include "qc/tally.h"

struct tallying {
    int mates, threads;
    bool interleaved;
    struct qc_tally **tallies; /* of mate m and thread t at m * threads + t */
    struct tallying_job {
        const struct fastq_chunk *chunk;
        struct span text;
        uint64_t number; /* records of the stream before the chunk */
        int mate;
    } * jobs;
    size_t count, capacity;
};

/* Makes empty tallies; `all`: for every module. Local. Owns: tallying_end, also after a failure. */
pfq_status tallying_begin(struct tallying *tallying, int mates, bool interleaved, int threads,
                          bool all, pfq_error *err);
void tallying_end(struct tallying *tallying);

/* Counts this rank's slices of a round, from their text, with all threads. Local. */
pfq_status tallying_round(struct tallying *tallying, const struct input_round *round,
                          const struct threads_aside *aside, pfq_error *err);

/* Counts the records [first, end) of a batch whose record 0 has this row; characters are scores +
 * text_offset. Local. */
pfq_status tallying_batch(struct qc_tally *tally, const pfq_batch *batch, size_t first, size_t end,
                          uint64_t row, uint8_t text_offset, pfq_error *err);

static inline struct qc_tally *tallying_of(const struct tallying *tallying, int mate, int thread)
{
    return tallying->tallies[mate * tallying->threads + thread];
}

struct team_state;

/* Writes into a state what has been counted; nothing more can be counted afterwards. Collective;
 * the same status on every rank. */
pfq_status tallying_save(struct tallying *tallying, pfq_team *team, struct team_state *state,
                         pfq_error *err);

/* Adds what a state holds, on rank 0. Collective; the same status on every rank. */
pfq_status tallying_restore(struct tallying *tallying, pfq_team *team, struct team_state *state,
                            pfq_error *err);

/* Makes one tally of all threads and ranks for each mate, finished: tallying_of(tallying, mate, 0)
 * on rank 0. Collective; the same status on every rank. */
pfq_status tallying_unite(struct tallying *tallying, pfq_team *team, pfq_error *err);

#endif
