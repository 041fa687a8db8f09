/*
 * The state of an interrupted run, on disk: named sections of words, each the items of all ranks
 * behind each other.
 *
 * All ranks write their items at once, so a state may be as large as what it describes; who reads
 * may be another number of ranks. Every section carries a sum of its words and their places, which
 * any number of readers can form together, so damage is found out. The words are those of this
 * machine: a state is for going on where it was written, not for keeping.
 */
#ifndef TEAM_STATE_H
#define TEAM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "parfastq/team.h"

enum { STATE_NAME_BYTES = 24 };

struct team_state;

/* Words that `bytes` bytes take. */
static inline size_t state_words(size_t bytes)
{
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

/* ---- writing: collective, every rank the same sections in the same order ---- */

/* Begins a state in a file that exists. Owns: *state is ended by state_finish or state_close. */
pfq_status state_create(pfq_team *team, const char *path, struct team_state **state,
                        pfq_error *err);

/* Adds a section: `count` items of `item_words` words each of this rank, lying at `items`. What
 * fails on one rank alone waits for state_finish. Returns the failure of a collective. */
pfq_status state_put(struct team_state *state, const char *name, const void *items, size_t count,
                     size_t item_words, pfq_error *err);

/* Writes the table of sections and brings everything to disk. Releases the state in any case. */
pfq_status state_finish(struct team_state *state, pfq_error *err);

/* ---- reading: collective ---- */

/* Opens a finished state; one that is cut short or damaged is PFQ_BAD_FILE.
 * Owns: *state is ended by state_close. */
pfq_status state_open(pfq_team *team, const char *path, struct team_state **state, pfq_error *err);

/* All items of a section, to every rank; of a section that is not there, PFQ_BAD_FILE.
 * Owns: the caller frees *items, which is never NULL after success. */
pfq_status state_get_all(struct team_state *state, const char *name, size_t item_words, void *items,
                         size_t *count, pfq_error *err);

/* This rank's share: each rank has about equally many items, which follow on those of the rank
 * before. Otherwise as above. */
pfq_status state_get_share(struct team_state *state, const char *name, size_t item_words,
                           void *items, size_t *count, pfq_error *err);

/* NULL is fine. */
void state_close(struct team_state *state);

#endif
