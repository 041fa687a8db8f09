/*
 * A fault on one rank at one call, made from outside: preloaded into the command, this defines the
 * functions of MPI that move bytes of files, through its profiling interface.
 *
 *     FAULT_KIND   fail:   the call returns an error
 *                  shrink: the file FAULT_FILE is cut to half its size, then the call goes on
 *                  kill:   the process is killed
 *     FAULT_CALL   read, write, or sum (the collective that every round begins with)
 *     FAULT_RANK   the rank it happens on
 *     FAULT_NUMBER at which of these calls, counted from 0
 *     FAULT_MARK   a file that is made when it happens
 */
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is(const char *variable, const char *value)
{
    const char *found = getenv(variable);
    return found && strcmp(found, value) == 0;
}

static long number(const char *variable)
{
    const char *found = getenv(variable);
    return found ? strtol(found, NULL, 10) : -1;
}

/* Is this the call on which the fault happens? Files are moved by the main thread only. */
static bool is_due(const char *call)
{
    static long calls;
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return is("FAULT_CALL", call) && rank == number("FAULT_RANK") &&
           calls++ == number("FAULT_NUMBER");
}

static void shrink(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || truncate(path, facts.st_size / 2) != 0)
        abort();
}

/* Makes the fault if it is due. Returns what the call must return at once, or MPI_SUCCESS. */
static int fault(const char *call)
{
    if (!is_due(call))
        return MPI_SUCCESS;
    const int mark = open(getenv("FAULT_MARK"), O_CREAT | O_WRONLY, 0666);
    if (mark < 0)
        abort();
    close(mark);
    if (is("FAULT_KIND", "kill"))
        raise(SIGKILL);
    if (is("FAULT_KIND", "shrink"))
        shrink(getenv("FAULT_FILE"));
    return is("FAULT_KIND", "fail") ? MPI_ERR_IO : MPI_SUCCESS;
}

int MPI_File_read_at(MPI_File file, MPI_Offset offset, void *data, int count, MPI_Datatype type,
                     MPI_Status *status)
{
    const int code = fault("read");
    return code ? code : PMPI_File_read_at(file, offset, data, count, type, status);
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    const int code = fault("write");
    return code ? code : PMPI_File_write_at(file, offset, data, count, type, status);
}

/* A collective: a rank that fails in it must still take part, with nothing to write. */
int MPI_File_write_at_all(MPI_File file, MPI_Offset offset, const void *data, int count,
                          MPI_Datatype type, MPI_Status *status)
{
    const int code = fault("write");
    const int done = PMPI_File_write_at_all(file, offset, data, code ? 0 : count, type, status);
    return code ? code : done;
}

int MPI_Allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op operation,
                  MPI_Comm comm)
{
    (void)fault("sum"); /* nothing but the end of the process is a fault of one rank here */
    return PMPI_Allreduce(send, receive, count, type, operation, comm);
}
