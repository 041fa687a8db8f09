/*
 * The only door to threads: a loop whose turns are taken dynamically.
 *
 * A slow thread takes fewer turns; that is the balancing. The error of the lowest turn wins, so
 * messages do not depend on the schedule: once a turn has failed, later turns are not begun,
 * earlier ones are finished.
 */
#ifndef THREADS_THREADS_H
#define THREADS_THREADS_H

#include <stdbool.h>
#include <stddef.h>

#include "parfastq/error.h"

/* One turn: does item i on thread `thread` (0 .. threads - 1). */
typedef pfq_status threads_body(void *context, size_t i, int thread, pfq_error *err);

/* Runs body for i = 0 .. n - 1 on up to `threads` threads, which wake for it while the caller
 * waits; one thread, or one turn, is the caller's. Returns PFQ_OK or the status of the lowest
 * failed turn, whose error is in *err. */
pfq_status threads_for(int threads, size_t n, threads_body *body, void *context, pfq_error *err);

/* A loop as a thing: what threads_for is given. */
struct threads_loop {
    threads_body *body;
    void *context;
    size_t n;
};

enum { THREADS_MORE_LOOPS = 6 };

/* What is done beside a loop: by the calling thread a step at a time, since it alone may call MPI,
 * and by all threads in more loops, which were put off until there is one to go with. A step is
 * short (a read or a write of some megabytes); it returns false when nothing is left to do. */
struct threads_aside {
    bool (*step)(void *context); /* NULL: nothing */
    void *context;
    void (*tick)(void *context); /* after each step, and when none is left some ten times a second;
                                    NULL: nothing */
    /* Asked when a loop begins: loops whose turns come before its own, each given once; how many
     * (THREADS_MORE_LOOPS at most). What fails in them fails the loop. NULL: none. */
    size_t (*more)(void *context, struct threads_loop *loops);
};

/* threads_for, while the caller takes steps aside: others do the turns, even of one thread, if
 * OpenMP gives any, and those of more loops first, so that nobody waits at the end of each. Steps
 * end when the loop does, or before; what is left is the caller's to do later. Ticks end with the
 * loop. */
pfq_status threads_for_beside(int threads, size_t n, threads_body *body, void *context,
                              const struct threads_aside *aside, pfq_error *err);

/* The number of threads for one of `local_ranks` ranks that share this machine: `wanted` if
 * positive, else OMP_NUM_THREADS if set, else this process's CPUs, shared fairly among ranks whose
 * CPUs overlap (`cpus_together` CPUs are usable by all local ranks together; 0: unknown). */
int threads_count(int wanted, int local_ranks, int cpus_together);

/* Whether `threads` threads would spin while they wait for the next loop of their caller. OpenMP
 * has them do so, unless the environment says how they should wait, or, in GNU's runtime, they and
 * the caller are more than the CPUs. */
bool threads_spin(int threads);

/* The CPUs this process may run on, by its affinity mask: how many, and as bits in
 * mask[0 .. words). */
int threads_cpus(unsigned long long *mask, size_t words);

#endif
