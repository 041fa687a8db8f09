/*
 * Which CPU each thread runs on, and which memory it uses.
 *
 * The caller of a loop is special: it reads and writes beside the loop, or sleeps. So OpenMP thread
 * t >= 1 sits on place t - 1, where each worker has a CPU to itself, and the calling thread keeps
 * all CPUs of its process and runs where there is room. A loop of one thread or one turn without a
 * step aside runs on the caller alone and is not bound.
 *
 * OpenMP may end threads between loops and begin new ones, so a seating is kept with the calling
 * thread, to whom its OpenMP threads belong, and each loop seats those that are new.
 */
#ifndef THREADS_PLACE_H
#define THREADS_PLACE_H

#include <stdbool.h>

#include "base/error.h"

/* Where a thread runs, in the numbers of the system; -1: unknown. */
struct threads_place {
    int cpu;
    int core; /* in its package */
    int package;
    int numa_node;
    bool pinned; /* it may run on this CPU alone */
};

enum threads_memory {
    THREADS_MEMORY_AUTO =
        0,                /* as the system does it: mostly near the thread that touches it first */
    THREADS_MEMORY_LOCAL, /* preferably of the node the thread runs on when it is asked */
    THREADS_MEMORY_INTERLEAVE /* of all nodes in turn */
};

/* Binds the `threads` workers of the loops of this calling thread to a CPU each, of those this
 * process may use: first one of each core, then second hardware threads. `local_ranks` is the
 * number of ranks that have these same CPUs, `local_rank` (from 0) this one's number among them:
 * they take CPUs of their own as far as there are enough, else they share. Returns PFQ_OK,
 * PFQ_NO_MEMORY, or PFQ_UNSUPPORTED where the system refuses; then nothing is bound. */
pfq_status threads_pin(int threads, int local_rank, int local_ranks, pfq_error *err);

/* Undoes threads_pin: every thread may run on all CPUs of the process again. */
void threads_unpin(int threads);

/* Where the memory of the calling thread and its workers comes from; THREADS_MEMORY_AUTO undoes it.
 * A thread that is not bound may leave the node it was on. Returns PFQ_OK, PFQ_NO_MEMORY, or
 * PFQ_UNSUPPORTED where build or system cannot; then nothing has changed. */
pfq_status threads_numa(int threads, enum threads_memory policy, pfq_error *err);

/* Where each of `threads` workers runs now, beside the caller: its CPU, and whether it may leave
 * it. Takes no longer than a loop. */
void threads_places(int threads, struct threads_place *places);

/* Fills in what these CPUs belong to, as far as it can be told. Reads the map of the machine, which
 * may take longer than it takes to parse 100 MB (some 20 ms were seen). */
void threads_describe(int threads, struct threads_place *places);

/* Gives the calling thread all CPUs of its process, of which OMP_PROC_BIND has left it one place.
 */
void threads_free_caller(void);

/* ---- for the loops ---- */

struct threads_seats;

/* The seating of the calling thread; NULL: none. Stays until it calls one of the functions above.
 */
const struct threads_seats *threads_seats(void);

/* Seats the thread that calls it, OpenMP thread `number` of a loop whose caller has these seats.
 * Next to nothing if it sits already. Returns 0 or an errno; a loop need not care, since a thread
 * works anywhere. */
int threads_sit(const struct threads_seats *seats, int number);

#endif
