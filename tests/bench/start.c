/*
 * What `mpirun` and MPI take before anything is done: to be run by mpirun.
 */
#include <mpi.h>

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Barrier(MPI_COMM_WORLD);
    return MPI_Finalize();
}
