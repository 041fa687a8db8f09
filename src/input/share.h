/*
 * Sharing a round: every rank looks for its own cut, rank 0 makes the plan, everybody gets a slice.
 *
 * A thousand cuts cost one latency: the looking is done by all ranks at once, and there is one
 * gather to rank 0 and one scatter from it, for all streams of the round together.
 *
 * Where nobody finds a record, either a read is longer than the round, or this is not FASTQ (any
 * more). Rank 0 tells them apart by parsing from the start of the round: text that is bad there is
 * not searched to its end, but cut somewhere, and the parser says what is wrong. A run that skips
 * bad records must find the next good one, and searches on.
 */
#ifndef INPUT_SHARE_H
#define INPUT_SHARE_H

#include "base/memory.h"
#include "fastq/parse.h"
#include "parfastq/team.h"
#include "plan/plan.h"
#include "team/team.h"

/* One stream's part: what to share, and the answer. */
struct share_request {
    struct plan_round round; /* round.ranks == 0: this stream takes no part */
    struct team_file *file;  /* open on this rank; NULL if it could not be opened */
    struct plan_range mine;  /* answer: the slice of this rank */
    uint64_t end;            /* answer: where the round ends, the same on every rank */
};

/* Looks for the first record that begins in the window, which does not begin with the file:
 * *finding is its offset, or PLAN_NO_CUT. Local. */
pfq_status share_probe(struct team_file *file, uint64_t file_bytes, struct plan_range window,
                       const struct fastq_rules *rules, struct buffer *scratch, int64_t *finding,
                       pfq_error *err);

/* The part of slice_bytes that stream i gets, in proportion to what each has left: so mates of
 * different sizes keep in step. At least 1. Pure. */
uint64_t share_bytes(uint64_t slice_bytes, const uint64_t *rests, int n, int i);

/* The means of sharing, kept from round to round. */
struct share {
    pfq_team *team;
    int n; /* streams */
    const struct fastq_rules *rules;
    struct buffer scratch; /* the text a probe looks at */
    struct share_table *table;
};

/* Collective; the same status on every rank. Owns: share_destroy, also after a failure. */
pfq_status share_create(pfq_team *team, int n, const struct fastq_rules *rules, struct share *share,
                        pfq_error *err);
void share_destroy(struct share *share);

/* Makes the plan for requests[0 .. n). A rank that cannot read leaves its error in *own and goes
 * on, so that all ranks stay together; the caller has the error agreed. Collective. Returns PFQ_OK
 * or, on every rank, the failure of a collective. */
pfq_status share_round(struct share *share, struct share_request *requests, pfq_error *own,
                       pfq_error *err);

#endif
