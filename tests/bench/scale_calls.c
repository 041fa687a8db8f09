/*
 * Counts what a run says to MPI: a library that is loaded before all others.
 *
 *     mpirun -x LD_PRELOAD=libbench_scale_calls.so -n RANKS parfastq convert ...
 *
 * At the end rank 0 prints a line for each kind of call: "calls KIND SUM MOST", over all ranks and
 * of the rank that made most of them.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>

enum kind {
    REDUCE,
    SCAN,
    SHARE,
    GATHER,
    GATHER_ALL,
    ALL_TO_ALL,
    DEAL,
    MESSAGE,
    READ,
    WRITE,
    OPEN,
    KINDS
};

static const char *const names[KINDS] = {"reduce",     "scan",       "share", "gather",
                                         "gather_all", "all_to_all", "deal",  "message",
                                         "read",       "write",      "open"};

static uint64_t calls[KINDS];

int MPI_Allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op operation,
                  MPI_Comm comm)
{
    calls[REDUCE]++;
    return PMPI_Allreduce(send, receive, count, type, operation, comm);
}

int MPI_Exscan(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op operation,
               MPI_Comm comm)
{
    calls[SCAN]++;
    return PMPI_Exscan(send, receive, count, type, operation, comm);
}

int MPI_Bcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    calls[SHARE]++;
    return PMPI_Bcast(data, count, type, root, comm);
}

int MPI_Gather(const void *send, int sends, MPI_Datatype type, void *receive, int receives,
               MPI_Datatype other, int root, MPI_Comm comm)
{
    calls[GATHER]++;
    return PMPI_Gather(send, sends, type, receive, receives, other, root, comm);
}

int MPI_Scatter(const void *send, int sends, MPI_Datatype type, void *receive, int receives,
                MPI_Datatype other, int root, MPI_Comm comm)
{
    calls[GATHER]++;
    return PMPI_Scatter(send, sends, type, receive, receives, other, root, comm);
}

int MPI_Allgather(const void *send, int sends, MPI_Datatype type, void *receive, int receives,
                  MPI_Datatype other, MPI_Comm comm)
{
    calls[GATHER_ALL]++;
    return PMPI_Allgather(send, sends, type, receive, receives, other, comm);
}

int MPI_Alltoall(const void *send, int sends, MPI_Datatype type, void *receive, int receives,
                 MPI_Datatype other, MPI_Comm comm)
{
    calls[ALL_TO_ALL]++;
    return PMPI_Alltoall(send, sends, type, receive, receives, other, comm);
}

int MPI_Alltoallv(const void *send, const int *sends, const int *places, MPI_Datatype type,
                  void *receive, const int *receives, const int *others, MPI_Datatype other,
                  MPI_Comm comm)
{
    calls[ALL_TO_ALL]++;
    return PMPI_Alltoallv(send, sends, places, type, receive, receives, others, other, comm);
}

int MPI_Reduce_scatter_block(const void *send, void *receive, int count, MPI_Datatype type,
                             MPI_Op operation, MPI_Comm comm)
{
    calls[DEAL]++;
    return PMPI_Reduce_scatter_block(send, receive, count, type, operation, comm);
}

int MPI_Send(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm)
{
    calls[MESSAGE]++;
    return PMPI_Send(data, count, type, to, tag, comm);
}

int MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    calls[MESSAGE]++;
    return PMPI_Isend(data, count, type, to, tag, comm, request);
}

/* A message if it goes to somebody: what comes is counted where it was sent. */
int MPI_Sendrecv(const void *send, int sends, MPI_Datatype type, int to, int tag, void *receive,
                 int receives, MPI_Datatype other, int from, int other_tag, MPI_Comm comm,
                 MPI_Status *status)
{
    calls[MESSAGE] += to != MPI_PROC_NULL;
    return PMPI_Sendrecv(send, sends, type, to, tag, receive, receives, other, from, other_tag,
                         comm, status);
}

int MPI_File_open(MPI_Comm comm, const char *path, int access, MPI_Info info, MPI_File *file)
{
    calls[OPEN]++;
    return PMPI_File_open(comm, path, access, info, file);
}

int MPI_File_read_at(MPI_File file, MPI_Offset offset, void *data, int count, MPI_Datatype type,
                     MPI_Status *status)
{
    calls[READ]++;
    return PMPI_File_read_at(file, offset, data, count, type, status);
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    calls[WRITE]++;
    return PMPI_File_write_at(file, offset, data, count, type, status);
}

int MPI_Finalize(void)
{
    uint64_t sum[KINDS], most[KINDS];
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    PMPI_Reduce(calls, sum, KINDS, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    PMPI_Reduce(calls, most, KINDS, MPI_INT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
    for (int i = 0; i < KINDS && rank == 0; i++)
        printf("calls %s %llu %llu\n", names[i], (unsigned long long)sum[i],
               (unsigned long long)most[i]);
    return PMPI_Finalize();
}
