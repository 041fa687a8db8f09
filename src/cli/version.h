/*
 * What `parfastq version` prints.
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

#include "base/error.h"
#include "parfastq/team.h"

/* The one line "parfastq 1.2.3". */
void version_print(FILE *out);

/* How this build was made and which kernels it has; then for each rank its host, its CPUs, and
 * where its threads are, `threads` of them (0: as many as a run would take). `mpi` names the MPI
 * library, NULL where there is none. Printed by rank 0. Collective: team. Returns: PFQ_OK,
 * PFQ_NO_MEMORY or PFQ_MPI_FAILED. */
pfq_status version_print_placement(pfq_team *team, int threads, const char *mpi, FILE *out,
                                   pfq_error *err);

#endif
