/*
 * The team of a test: all ranks that were launched, or, in a build without MPI, this process alone.
 */
#ifndef SUPPORT_RANKS_H
#define SUPPORT_RANKS_H

#include "parfastq/team.h"
#include "support/check.h"

#ifdef PFQ_MPI
#include "parfastq/mpi.h"
#endif

static inline pfq_team *ranks_begin(int *argc, char ***argv)
{
    pfq_team *team;
#ifdef PFQ_MPI
    int level;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
#else
    (void)argc, (void)argv;
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
#endif
    return team;
}

static inline void ranks_end(pfq_team *team)
{
    pfq_team_destroy(team);
#ifdef PFQ_MPI
    MPI_Finalize();
#endif
}

#endif
