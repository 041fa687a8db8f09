/*
 * A team: the ranks that work on one job together.
 *
 * A team of one needs no MPI and no launcher. A team over an MPI communicator is made by
 * `parfastq/mpi.h`. Functions marked "Collective: team" must be called by every rank of the team,
 * in the same order; they return the same status on every rank.
 */
#ifndef PARFASTQ_TEAM_H
#define PARFASTQ_TEAM_H

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

#ifdef __cplusplus
}
#endif
#endif
