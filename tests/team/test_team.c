/*
 * A team over MPI does what a team of one does, on every rank the same.
 */
#include <mpi.h>

#include "claims.h"
#include "parfastq/mpi.h"

/* Ranks count in the order of the communicator that is given, not in that of the world. */
static void a_team_follows_its_communicator(void)
{
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm backwards;
    MPI_Comm_split(MPI_COMM_WORLD, 0, size - rank, &backwards);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_from_comm(backwards, &team, NULL), PFQ_OK);
    MPI_Comm_free(&backwards);
    CHECK_EQUAL(pfq_team_rank(team), size - 1 - rank);
    CHECK_EQUAL(pfq_team_size(team), size);
    check_talking(team);
    pfq_team_destroy(team);
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
    check_talking(team);
    check_files(team);
    pfq_team_destroy(team);
    a_team_follows_its_communicator();
    MPI_Finalize();
    return 0;
}
