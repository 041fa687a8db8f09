/*
 * A team: the ranks that work on one job together.
 *
 * A team of one needs no MPI and no launcher. A team over an MPI communicator is made by
 * `parfastq/mpi.h`. Functions marked "Collective: team" must be called by every rank of the team,
 * in the same order; they return the same status on every rank.
 */
#ifndef PARFASTQ_TEAM_H
#define PARFASTQ_TEAM_H

#include <stddef.h>

#include "parfastq/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pfq_team pfq_team;

/* Makes a team of one: rank 0 of 1.
 * Collective: no. Threads: any. Owns: the caller owns *team and ends it with pfq_team_destroy.
 * Returns: PFQ_OK or PFQ_NO_MEMORY. */
pfq_status pfq_team_alone(pfq_team **team, pfq_error *err);

/* Ends a team; NULL is fine.
 * Collective: team. Threads: main. Owns: releases the team. Returns: nothing. */
void pfq_team_destroy(pfq_team *team);

/* This rank's number, 0-based.
 * Collective: no. Threads: safe. Owns: nothing. Returns: the rank. */
int pfq_team_rank(const pfq_team *team);

/* The number of ranks.
 * Collective: no. Threads: safe. Owns: nothing. Returns: at least 1. */
int pfq_team_size(const pfq_team *team);

/* A hint to MPI-IO, such as "romio_ds_write" = "disable", and what became of it. */
typedef struct pfq_hint {
    const char *key, *value;
    const char *taken; /* the value MPI says it uses with the file opened last; "": it does not know
                          the hint; NULL: no file was opened through MPI-IO */
} pfq_hint;

/* Has MPI-IO be told `key` = `value` about each file that this rank opens from now on, to read and
 * to write; what it makes of that is its own business. A key that was given before has a new value.
 * A team of one rank reads and writes without MPI-IO.
 * Collective: no, but all ranks should give the same. Threads: main. Owns: the texts are copied.
 * Returns: PFQ_OK; PFQ_USAGE for texts that are empty or longer than MPI allows; PFQ_NO_MEMORY. */
pfq_status pfq_team_add_hint(pfq_team *team, const char *key, const char *value, pfq_error *err);

/* The i-th hint, in the order in which their keys were first given; NULL behind the last.
 * Collective: no. Threads: main. Owns: the team owns it; good until the next file or hint.
 * Returns: the hint. */
const pfq_hint *pfq_team_hint(const pfq_team *team, size_t i);

#ifdef __cplusplus
}
#endif
#endif
