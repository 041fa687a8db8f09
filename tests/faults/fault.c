/*
 * A fault on one rank at one call, made from outside: preloaded into the command, this defines the
 * functions of MPI that move bytes of files, through its profiling interface, those of HDF5 that
 * make and write objects, and those that give memory.
 *
 *     FAULT_KIND   fail:   the call returns an error
 *                  short:  half the bytes are moved, and the call says so
 *                  shrink: the file FAULT_FILE is cut to half its size, then the call goes on
 *                  grow:   FAULT_FILE gets as many bytes more; likewise
 *                  remove: FAULT_FILE loses its name
 *                  move:   FAULT_FILE, which may be a directory, gets another name
 *                  deny:   FAULT_FILE loses all its permissions
 *                  slow:   the call begins two seconds later
 *                  kill:   the process is killed
 *     FAULT_CALL   read, write, sum (the collective that every round begins with), memory (of what
 *                  the program itself asks for), or hdf5
 *     FAULT_RANK   the rank it happens on
 *     FAULT_NUMBER at which of these calls, counted from 0
 *     FAULT_MARK   a file that is made when it happens
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <link.h>
#include <mpi.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
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

/* As the launcher says, for memory is asked for before MPI is there. */
static long rank(void)
{
    const long open_mpi = number("OMPI_COMM_WORLD_RANK");
    return open_mpi >= 0 ? open_mpi : number("PMI_RANK");
}

/* Is this the call on which the fault happens? Those counted are of one kind in a run. */
static bool is_due(const char *call)
{
    static atomic_long calls;
    return is("FAULT_CALL", call) && rank() == number("FAULT_RANK") &&
           atomic_fetch_add(&calls, 1) == number("FAULT_NUMBER");
}

static void resize(const char *path, int twice)
{
    struct stat facts;
    if (stat(path, &facts) != 0 ||
        truncate(path, twice ? 2 * facts.st_size : facts.st_size / 2) != 0)
        abort();
}

static void change_file(const char *path)
{
    char other[4096];
    snprintf(other, sizeof other, "%s.moved", path ? path : "");
    if (is("FAULT_KIND", "shrink") || is("FAULT_KIND", "grow"))
        resize(path, is("FAULT_KIND", "grow"));
    if ((is("FAULT_KIND", "remove") && unlink(path) != 0) ||
        (is("FAULT_KIND", "move") && rename(path, other) != 0) ||
        (is("FAULT_KIND", "deny") && chmod(path, 0) != 0))
        abort();
}

/* Makes the fault if it is due: whether the call must fail, or be short. */
static enum outcome { GOES_ON, FAILS, IS_SHORT } fault(const char *call)
{
    if (!is_due(call))
        return GOES_ON;
    const int mark = open(getenv("FAULT_MARK"), O_CREAT | O_WRONLY, 0666);
    if (mark < 0)
        abort();
    close(mark);
    if (is("FAULT_KIND", "kill"))
        raise(SIGKILL);
    if (is("FAULT_KIND", "slow"))
        sleep(2);
    change_file(getenv("FAULT_FILE"));
    return is("FAULT_KIND", "fail") ? FAILS : is("FAULT_KIND", "short") ? IS_SHORT : GOES_ON;
}

/* ---- files ---- */

int MPI_File_read_at(MPI_File file, MPI_Offset offset, void *data, int count, MPI_Datatype type,
                     MPI_Status *status)
{
    const enum outcome outcome = fault("read");
    if (outcome == FAILS)
        return MPI_ERR_IO;
    return PMPI_File_read_at(file, offset, data, outcome == IS_SHORT ? count / 2 : count, type,
                             status);
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    const enum outcome outcome = fault("write");
    if (outcome == FAILS)
        return MPI_ERR_IO;
    return PMPI_File_write_at(file, offset, data, outcome == IS_SHORT ? count / 2 : count, type,
                              status);
}

int MPI_Allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op operation,
                  MPI_Comm comm)
{
    (void)fault("sum"); /* what is seen by one rank alone is no fault of a collective */
    return PMPI_Allreduce(send, receive, count, type, operation, comm);
}

/* ---- memory ---- */

static uintptr_t program_begin, program_end;

/* The first object is the program. */
static int note_program(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size, (void)context;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD && object->dlpi_phdr[i].p_flags & PF_X) {
            program_begin = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
            program_end = program_begin + object->dlpi_phdr[i].p_memsz;
        }
    return 1;
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(note_program, NULL);
}

static bool no_memory(const void *caller)
{
    if ((uintptr_t)caller < program_begin || (uintptr_t)caller >= program_end ||
        fault("memory") != FAILS)
        return false;
    errno = ENOMEM;
    return true;
}

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *data, size_t bytes);

void *malloc(size_t bytes)
{
    return no_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    return no_memory(__builtin_return_address(0)) ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *data, size_t bytes)
{
    return no_memory(__builtin_return_address(0)) ? NULL : __libc_realloc(data, bytes);
}

/* ---- HDF5, whose calls all return a negative number when they fail ---- */

#define HDF5_CALL(result, name, parameters, ...)                                                   \
    result name parameters                                                                         \
    {                                                                                              \
        if (fault("hdf5") == FAILS)                                                                \
            return -1;                                                                             \
        result(*real) parameters;                                                                  \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
        return real(__VA_ARGS__);                                                                  \
    }

HDF5_CALL(hid_t, H5Fcreate, (const char *path, unsigned how, hid_t making, hid_t access), path, how,
          making, access)
HDF5_CALL(hid_t, H5Fopen, (const char *path, unsigned how, hid_t access), path, how, access)
HDF5_CALL(herr_t, H5Fclose, (hid_t file), file)
HDF5_CALL(hid_t, H5Gcreate2, (hid_t in, const char *name, hid_t links, hid_t making, hid_t access),
          in, name, links, making, access)
HDF5_CALL(hid_t, H5Gopen2, (hid_t in, const char *name, hid_t access), in, name, access)
HDF5_CALL(hid_t, H5Dcreate2,
          (hid_t in, const char *name, hid_t type, hid_t space, hid_t links, hid_t making,
           hid_t access),
          in, name, type, space, links, making, access)
HDF5_CALL(hid_t, H5Dopen2, (hid_t in, const char *name, hid_t access), in, name, access)
HDF5_CALL(herr_t, H5Dwrite,
          (hid_t set, hid_t type, hid_t from, hid_t to, hid_t how, const void *data), set, type,
          from, to, how, data)
HDF5_CALL(herr_t, H5Dread, (hid_t set, hid_t type, hid_t from, hid_t to, hid_t how, void *data),
          set, type, from, to, how, data)
HDF5_CALL(herr_t, H5Dwrite_chunk,
          (hid_t set, hid_t how, uint32_t filters, const hsize_t *offset, size_t bytes,
           const void *data),
          set, how, filters, offset, bytes, data)
HDF5_CALL(herr_t, H5Dclose, (hid_t set), set)
HDF5_CALL(hid_t, H5Acreate2,
          (hid_t in, const char *name, hid_t type, hid_t space, hid_t making, hid_t access), in,
          name, type, space, making, access)
HDF5_CALL(herr_t, H5Awrite, (hid_t attribute, hid_t type, const void *data), attribute, type, data)
HDF5_CALL(herr_t, H5Aread, (hid_t attribute, hid_t type, void *data), attribute, type, data)
HDF5_CALL(hid_t, H5Pcreate, (hid_t kind), kind)
HDF5_CALL(hid_t, H5Screate_simple, (int rank_, const hsize_t *size, const hsize_t *most), rank_,
          size, most)
HDF5_CALL(hid_t, H5Tcopy, (hid_t type), type)
