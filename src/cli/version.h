/*
 * What `parfastq version` prints.
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "parfastq/team.h"

/* The one line "parfastq 1.2.3". */
void version_print(FILE *out);

/* How this build was made and which kernels it has; for each rank its host and its CPUs; then a
 * table of where the threads are, `threads` of each rank (0: as many as a run would take), bound as
 * a run with --pin would bind them if `pin` is set. `mpi` names the MPI library, NULL where there
 * is none. Printed by rank 0. Collective: team. Returns: PFQ_OK, PFQ_NO_MEMORY, PFQ_UNSUPPORTED
 * where threads cannot be bound, or PFQ_MPI_FAILED. */
pfq_status version_print_placement(pfq_team *team, int threads, bool pin, const char *mpi,
                                   FILE *out, pfq_error *err);

#endif
