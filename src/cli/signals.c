/*
 * The handlers, the two words they leave, and what was in their place. A handler has no argument
 * through which it could be told of them, so these are variables of the program; all that it calls
 * is async-signal-safe.
 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "team/team.h"

enum { BURST_MILLISECONDS = 1000 };

static _Atomic int heard;             /* the first signal; 0: none */
static _Atomic long long heard_since; /* milliseconds of the monotonic clock */

/* Those that end a run, with their names. SIGHUP is not among them: who hung up reads no message.
 */
static const struct {
    int number;
    const char *name;
} known[] = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}};

/* Faults, with the handlers that others had for them: UCX, under MPICH, has its own as soon as it
 * is loaded. */
static struct {
    int number;
    struct sigaction before;
} faults[] = {{.number = SIGSEGV}, {.number = SIGBUS}, {.number = SIGFPE}, {.number = SIGILL}};

enum { KNOWN = sizeof known / sizeof *known, FAULTS = sizeof faults / sizeof *faults };

#ifdef PFQ_SANITIZED
static const bool hears_faults = false; /* a sanitizer knows better what to say */
#else
static const bool hears_faults = true;
#endif

static long long milliseconds(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The signal that is raised again ends the program in the way the parent process expects, as soon
 * as the handler returns. */
static void remove_and_die(int number)
{
    team_output_remove_unfinished();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* A fault of the program, or of a library on whose bounds it relies: HDF5 walks over the structure
 * of a damaged file without looking at all of it. Then it is for whoever was there before, who may
 * have more to say of it; at last it ends the program. */
static void fail(int number)
{
    static const char sentence[] =
        "parfastq: crashed, and left no output; if an HDF5 file was being read, it is damaged in a "
        "way that the HDF5 library does not survive\n";
    const ssize_t written = write(STDERR_FILENO, sentence, sizeof sentence - 1);
    (void)written;
    team_output_remove_unfinished();
    for (size_t i = 0; i < FAULTS; i++)
        if (faults[i].number == number)
            (void)sigaction(number, &faults[i].before, NULL);
    (void)raise(number);
}

static void hear(int number)
{
    const int saved = errno;
    const long long now = milliseconds();
    int none = 0;
    if (atomic_compare_exchange_strong(&heard, &none, number))
        atomic_store(&heard_since, now);
    else if (atomic_load(&heard_since) && now - atomic_load(&heard_since) > BURST_MILLISECONDS)
        remove_and_die(number);
    errno = saved;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        (void)sigaction(number, &action, NULL);
}

void signals_listen(void)
{
    for (size_t i = 0; i < KNOWN; i++)
        handle(known[i].number, hear);
    handle(SIGHUP, remove_and_die);
    for (size_t i = 0; hears_faults && i < FAULTS; i++) {
        struct sigaction before;
        if (sigaction(faults[i].number, NULL, &before) == 0 && before.sa_handler != fail)
            faults[i].before = before;
        handle(faults[i].number, fail);
    }
}

void signals_end_at_once(void)
{
    for (size_t i = 0; i < KNOWN; i++)
        handle(known[i].number, remove_and_die);
    if (atomic_load(&heard))
        remove_and_die(atomic_load(&heard));
}

bool signals_stop(void *context)
{
    (void)context;
    return atomic_load(&heard) != 0;
}

/* Ranks may have heard different signals, or none: the largest number speaks for all. */
int signals_explain(pfq_team *team, pfq_error *err)
{
    uint64_t number = (uint64_t)atomic_load(&heard);
    if (team_max(team, &number, 1, NULL))
        return atomic_load(&heard);
    for (size_t i = 0; i < KNOWN; i++) {
        const int used =
            (uint64_t)known[i].number == number
                ? snprintf(err->message, sizeof err->message, "stopped by %s", known[i].name)
                : 0;
        if (used > 0 && err->record)
            snprintf(err->message + used, sizeof err->message - (size_t)used,
                     " after %llu record%s", (unsigned long long)err->record,
                     err->record == 1 ? "" : "s");
    }
    return (int)number;
}
