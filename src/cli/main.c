/*
 * The program: makes a team, hands the words to a command, and turns its status into an exit code.
 *
 * Rank 0 speaks for all. MPI_Abort is called here alone, and only before there is a team; from then
 * on every rank comes to the same end, and MPI is finalised. What signals do, signals.h says.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/signals.h"
#include "cli/words.h"
#include "parfastq/team.h"
#include "team/team.h"
#include "threads/place.h"
#include "threads/threads.h"

#ifdef PFQ_MPI
#include "parfastq/mpi.h"
#endif

enum {
    MPI_NAME_BYTES = 512,
    SIGNAL_EXIT_CODE = 128 /* a shell says of a program that died of signal n: 128 + n */
};

static pfq_team *team_of_one(void)
{
    pfq_team *team = NULL;
    pfq_error err;
    if (pfq_team_alone(&team, &err)) {
        fprintf(stderr, "parfastq: %s\n", err.message);
        exit(pfq_status_exit_code(err.status));
    }
    return team;
}

/* ---- MPI, where there is one ---- */

#ifdef PFQ_MPI
/* Ends all ranks; only while there is no team that could agree on an error. */
static void abort_all(const char *sentence)
{
    fprintf(stderr, "parfastq: %s\n", sentence);
    MPI_Abort(MPI_COMM_WORLD, pfq_status_exit_code(PFQ_MPI_FAILED));
}

/* Did a launcher start this process? Each tells its ranks so in the environment. One that is not
 * listed here is told by PFQ_LAUNCHED=1. */
static bool is_launched(void)
{
    static const char *const names[] = {
        "PFQ_LAUNCHED",
        "OMPI_COMM_WORLD_SIZE", /* mpirun of Open MPI */
        "PMIX_RANK",            /* srun --mpi=pmix, prterun */
        "PMI_RANK",             /* mpiexec of MPICH and Intel MPI, srun --mpi=pmi2 */
        "PALS_RANKID",          /* Cray PALS */
        "MV2_COMM_WORLD_RANK",  /* MVAPICH */
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]))
            return true;
    return false;
}

/* All launched ranks, or, without a launcher, a team of one that leaves MPI alone. */
static pfq_team *team_begin(int *argc, char ***argv)
{
    int provided;
    pfq_team *team = NULL;
    pfq_error err;
    if (!is_launched())
        return team_of_one();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    if (provided < MPI_THREAD_FUNNELED)
        abort_all("this MPI library does not allow threads (MPI_THREAD_FUNNELED)");
    if (pfq_team_from_comm(MPI_COMM_WORLD, &team, &err))
        abort_all(err.message);
    return team;
}

static void team_end(pfq_team *team)
{
    int begun;
    pfq_team_destroy(team);
    MPI_Initialized(&begun);
    if (begun)
        MPI_Finalize();
}

/* The library and the standard it keeps: "Open MPI v4.1.4 (MPI 3.1)". Libraries add their build
 * behind a comma or on further lines. */
static const char *mpi_name(char *name)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length, version, subversion;
    MPI_Get_library_version(library, &length);
    MPI_Get_version(&version, &subversion);
    library[strcspn(library, ",\n")] = '\0';
    snprintf(name, MPI_NAME_BYTES, "%.400s (MPI %d.%d)", library, version, subversion);
    return name;
}
#else
static bool is_launched(void)
{
    return false;
}

static pfq_team *team_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return team_of_one();
}

static void team_end(pfq_team *team)
{
    pfq_team_destroy(team);
}

static const char *mpi_name(char *name)
{
    (void)name;
    return NULL;
}
#endif

/* ---- threads ---- */

/* The number of threads that the words ask for, as far as can be told before they are parsed. */
static int asked_threads(char **words)
{
    static const char option[] = "--threads";
    const char *number = NULL;
    for (; *words && !number; words++)
        if (strcmp(*words, "-t") == 0 || strcmp(*words, option) == 0)
            number = words[1] ? words[1] : "";
        else if (strncmp(*words, option, sizeof option - 1) == 0)
            number = *words + sizeof option;
        else if (strncmp(*words, "-t", 2) == 0)
            number = *words + 2;
    return number ? (int)strtol(number, NULL, 10) : 0;
}

/* Between two parallel loops the threads of OpenMP spin by default, on cores that the reading of
 * the next slice and other ranks need: measured, a run with two threads took longer than with one.
 * Whether they spin is decided from the environment when the program is loaded, so where they
 * would, it is loaded once more (10 ms, most of it for libraries that HDF5 brings). It then
 * inherits the CPUs of this thread, which must be all of them again if OpenMP has bound it already.
 * Ranks may share their CPUs, and have few threads each. */
static void let_threads_sleep(char **argv)
{
    if (!threads_spin(is_launched() ? 1 : threads_count(asked_threads(argv), 1, 0)))
        return;
    setenv("OMP_WAIT_POLICY", "passive", 1);
    threads_free_caller();
    execv("/proc/self/exe", argv); /* where there is no /proc, they spin */
}

/* ---- the program ---- */

/* A table that did not reach its reader (a full disk behind `>`) is a failure. */
static pfq_status flush_results(FILE *out, pfq_error *err)
{
    if (fflush(out) == 0 && !ferror(out))
        return PFQ_OK;
    return error_set(err, PFQ_IO, NULL, "cannot write to standard output");
}

static int serve(pfq_team *team, int argc, char **argv)
{
    char mpi[MPI_NAME_BYTES];
    char *line = words_join(argc, argv);
    const bool speaks = pfq_team_rank(team) == 0;
    pfq_error err = {.status = PFQ_OK};
    struct console console;
    struct cli_call call = {
        .team = team, .console = &console, .out = stdout, .line = line, .mpi = mpi_name(mpi)};

    console_begin(&console, speaks ? stderr : NULL);
    if (argc < 2 && speaks)
        commands_print_help(NULL, stderr);
    pfq_status status = commands_dispatch(&call, argc - 1, argv + 1, &err);
    if (!status)
        status = flush_results(stdout, &err);
    const int signal = status == PFQ_STOPPED ? signals_explain(team, &err) : 0;
    console_erase(&console);
    if (status)
        console_error(&console, &err);
    options_release(&call.options);
    free(line);
    return signal ? SIGNAL_EXIT_CODE + signal : pfq_status_exit_code(status);
}

int main(int argc, char **argv)
{
    let_threads_sleep(argv);
    signals_listen();
    pfq_team *team = team_begin(&argc, &argv);
    signals_listen();
    const int code = serve(team, argc, argv);
    team_end(team);
    return code;
}
