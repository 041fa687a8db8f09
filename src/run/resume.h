/*
 * A conversion that is left at a round and taken up again by the same command.
 *
 * Two files stand beside the output: OUTPUT.partial holds the rows so far, and OUTPUT.checkpoint
 * what is needed to go on (team/state.h). The second is written when the first is on disk, and
 * replaced in one step, so whatever happens in between, the last one that was finished stays good.
 */
#ifndef RUN_RESUME_H
#define RUN_RESUME_H

#include <limits.h>

#include "parfastq/run.h"
#include "team/state.h"
#include "team/team.h"

struct resume {
    pfq_team *team;
    bool wanted;
    char checkpoint[PATH_MAX], partial[PATH_MAX];
    struct team_state *state; /* to go on from; NULL: begin at the beginning */
    bool taken_up;            /* there was one */
    bool lost;                /* there is a checkpoint, but what it is of has gone */
};

/* Looks for a checkpoint of this output, and compares what it was made with, if there is one: reads
 * or settings that are others are PFQ_USAGE. `compression` is settled. Collective; the same status
 * on every rank. Owns: resume_close, also after a failure. */
pfq_status resume_find(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, const pfq_compression *compression,
                       struct resume *resume, pfq_error *err);
void resume_close(struct resume *resume);

/* Begins a checkpoint, whose first section says what it is made with. The caller adds the others.
 * Collective. Owns: both are ended by resume_publish, or state_close and team_output_discard. */
pfq_status resume_begin(const struct resume *resume, const pfq_reads *reads,
                        const pfq_convert_config *config, const pfq_compression *compression,
                        struct team_output **draft, struct team_state **state, pfq_error *err);

/* Finishes the checkpoint of `output`, whose file is on disk, and gives both their names.
 * Collective; the same status on every rank. Releases draft and state in any case. */
pfq_status resume_publish(const struct resume *resume, struct team_output *output,
                          struct team_output *draft, struct team_state *state, pfq_error *err);

/* Removes the checkpoint, which is needed no longer. */
void resume_forget(const struct resume *resume);

#endif
