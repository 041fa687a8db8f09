/*
 * Bytes that this rank writes to a file while its threads are busy with the next round: the main
 * thread takes one piece at a time, when it has nothing better to do.
 */
#ifndef RUN_BEHIND_H
#define RUN_BEHIND_H

#include "base/span.h"
#include "team/team.h"

/* All zero is fine: nothing to write. */
struct behind {
    struct team_file *file; /* of the owner of this */
    const uint8_t *data;    /* what is left, ... */
    uint64_t at, bytes;     /* ... and its place in the file */
    pfq_error failure;      /* of writing */
};

/* What is to be written next, at byte `at`; there must be nothing left, and the text stays where it
 * is until there is nothing left again. */
void behind_put(struct behind *behind, struct span text, uint64_t at);

/* Writes a piece; false if nothing is left, or writing has failed. */
bool behind_step(struct behind *behind);

/* Writes what is left. A failure, of now or before, becomes this rank's, if it has none. */
void behind_finish(struct behind *behind, pfq_error *own);

#endif
