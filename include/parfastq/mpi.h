/*
 * Teams over an MPI communicator. The only public header that needs <mpi.h>.
 */
#ifndef PARFASTQ_MPI_H
#define PARFASTQ_MPI_H

#include <mpi.h>

#include "parfastq/team.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a team of all ranks of `comm`, which is duplicated. MPI must be initialised with at least
 * MPI_THREAD_FUNNELED, and the team must be destroyed before MPI_Finalize.
 * Collective: comm. Threads: main. Owns: the caller owns *team and ends it with pfq_team_destroy.
 * Returns: PFQ_OK, PFQ_NO_MEMORY or PFQ_MPI_FAILED. */
pfq_status pfq_team_from_comm(MPI_Comm comm, pfq_team **team, pfq_error *err);

#ifdef __cplusplus
}
#endif
#endif
