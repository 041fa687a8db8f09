/*
 * Seating the threads of OpenMP.
 *
 * A pure function puts the CPUs of the process in the order in which they are to be taken; each
 * rank takes a stretch of it. The result is a table, which the calling thread keeps: affinity is a
 * property of threads and not of anything that is passed around, so the table is kept by thread
 * too. A thread remembers what it was last given and asks the system only when that changes.
 */
#include "threads/place.h"

#include <errno.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "threads/machine.h"
#include "threads/mask.h"
#include "threads/threads.h"

struct threads_seats {
    struct machine *machine;
    union cpu_mask whole; /* the CPUs of the process */
    enum threads_memory memory;
    int threads; /* that were seated; loops may have more */
    int pinned;  /* places in cpu[]; 0: threads are not bound */
    int cpu[];
};

/* The seating this thread has made for the threads of its loops. */
static _Thread_local struct threads_seats *seating;

/* What this thread itself was last given. */
struct seat {
    /* cppcheck loses sight of a struct behind _Thread_local. */
    bool bound;                 /* cppcheck-suppress unusedStructMember ; to cpu, else to none */
    int cpu;                    /* cppcheck-suppress unusedStructMember */
    enum threads_memory memory; /* cppcheck-suppress unusedStructMember */
};
static _Thread_local struct seat given;

/* ---- in which order CPUs are taken ---- */

/* With OMP_PROC_BIND or OMP_PLACES the runtime has bound the calling thread to one place, and the
 * places together are what the process has. Without them its own mask says more: the places of some
 * runtimes are those of the beginning. */
static void add_places(union cpu_mask *mask)
{
    const int places = omp_get_proc_bind() == omp_proc_bind_false ? 0 : omp_get_num_places();
    for (int place = 0; place < places; place++) {
        int ids[MASK_CPUS];
        const int n = omp_get_place_num_procs(place);
        if (n > MASK_CPUS)
            continue;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            mask_add(mask, ids[i]);
    }
}

/* The CPUs of this process. Returns their number. */
static int find_cpus(union cpu_mask *mask)
{
    threads_cpus(mask->words, MASK_WORDS);
    add_places(mask);
    return CPU_COUNT_S(sizeof *mask, &mask->set);
}

struct candidate {
    int turn; /* how many hardware threads of its core come before it */
    int core;
    int cpu;
};

static int before(const void *left, const void *right)
{
    const struct candidate *const a = left, *const b = right;
    if (a->turn != b->turn)
        return a->turn < b->turn ? -1 : 1;
    if (a->core != b->core)
        return a->core < b->core ? -1 : 1;
    return (a->cpu > b->cpu) - (a->cpu < b->cpu);
}

/* Sorts by core, numbers the hardware threads of each, and sorts by these numbers. */
static void spread_over_cores(struct candidate *list, int n)
{
    qsort(list, (size_t)n, sizeof *list, before);
    for (int i = 1; i < n; i++)
        if (list[i].core == list[i - 1].core)
            list[i].turn = list[i - 1].turn + 1;
    qsort(list, (size_t)n, sizeof *list, before);
}

static int list_candidates(const struct machine *machine, const union cpu_mask *mask,
                           struct candidate *list)
{
    int n = 0;
    for (int cpu = 0; cpu < MASK_CPUS; cpu++)
        if (mask_has(mask, cpu))
            list[n++] = (struct candidate){.core = machine_core(machine, cpu), .cpu = cpu};
    return n;
}

/* Gives the threads a stretch of the list; it goes around where the ranks need more than all. */
static void take_stretch(const struct candidate *list, int n, int local_rank,
                         struct threads_seats *seats)
{
    const long long begin = (long long)local_rank * seats->pinned;
    for (int i = 0; i < seats->pinned; i++)
        seats->cpu[i] = list[(begin + i) % n].cpu;
}

/* ---- a thread takes its seat ---- */

const struct threads_seats *threads_seats(void)
{
    return seating;
}

/* The caller keeps the whole mask; OpenMP threads beyond those that were pinned do too. */
static int cpu_for(const struct threads_seats *seats, int number)
{
    return number >= 1 && number <= seats->pinned ? seats->cpu[number - 1] : -1;
}

static int set_affinity(const union cpu_mask *mask)
{
    return sched_setaffinity(0, sizeof *mask, &mask->set) ? errno : 0;
}

static int sit_on(const struct threads_seats *seats, int cpu)
{
    union cpu_mask one;
    memset(&one, 0, sizeof one);
    mask_add(&one, cpu);
    const int error = set_affinity(cpu >= 0 ? &one : &seats->whole);
    given.bound = cpu >= 0 && !error;
    given.cpu = cpu;
    return error;
}

int threads_sit(const struct threads_seats *seats, int number)
{
    if (!seats)
        return 0;
    const int cpu = cpu_for(seats, number);
    const bool moves = cpu >= 0 ? !given.bound || given.cpu != cpu : given.bound;
    int error = moves ? sit_on(seats, cpu) : 0;
    if (given.memory != seats->memory || (moves && seats->memory == THREADS_MEMORY_LOCAL)) {
        const int refused = machine_memory(seats->machine, sched_getcpu(), seats->memory);
        given.memory = refused ? THREADS_MEMORY_AUTO : seats->memory;
        error = error ? error : refused;
    }
    return error;
}

/* All threads of the seating and the caller take their seats. Returns 0 or an errno of one that
 * could not. */
static int seat_all(const struct threads_seats *seats)
{
    _Atomic int refused = 0;
#pragma omp parallel num_threads(seats->threads + 1) default(none) shared(seats, refused)
    {
        const int error = threads_sit(seats, omp_get_thread_num());
        if (error)
            atomic_store(&refused, error);
    }
    return atomic_load(&refused);
}

/* ---- the seating of the calling thread ---- */

static void destroy_seats(struct threads_seats *seats)
{
    if (!seats)
        return;
    machine_destroy(seats->machine);
    free(seats);
}

/* Seats for `threads` workers, not bound, with the memory the calling thread has asked for. */
static struct threads_seats *create_seats(int threads, pfq_error *err)
{
    const size_t n = threads > 0 ? (size_t)threads : 0;
    struct threads_seats *const seats =
        memory_allocate(1, sizeof *seats + n * sizeof seats->cpu[0], err);
    if (!seats)
        return NULL;
    memset(seats, 0, sizeof *seats);
    seats->threads = (int)n;
    if (seating) {
        seats->memory = seating->memory;
        seats->threads = seats->threads > seating->threads ? seats->threads : seating->threads;
    }
    if (machine_create(&seats->machine, err)) {
        free(seats);
        return NULL;
    }
    return seats;
}

/* Copies what threads_pin has decided into seats for as many threads or more. */
static void keep_places(struct threads_seats *seats, int room)
{
    if (!seating)
        return;
    seats->whole = seating->whole;
    seats->pinned = seating->pinned < room ? seating->pinned : room;
    memcpy(seats->cpu, seating->cpu, (size_t)seats->pinned * sizeof seats->cpu[0]);
}

/* Nothing is asked any more: the table can go, once all threads have got up. */
static void drop_idle_seats(void)
{
    if (!seating || seating->pinned || seating->memory != THREADS_MEMORY_AUTO)
        return;
    destroy_seats(seating);
    seating = NULL;
}

static void replace_seating(struct threads_seats *seats)
{
    destroy_seats(seating);
    seating = seats;
}

static pfq_status choose_places(struct threads_seats *seats, int threads, int local_rank,
                                pfq_error *err)
{
    const int cpus = find_cpus(&seats->whole);
    if (cpus <= 0)
        return error_set(err, PFQ_UNSUPPORTED, NULL,
                         "threads cannot be bound: the CPUs of this process cannot be told");
    struct candidate *const list = memory_allocate((size_t)cpus, sizeof *list, err);
    if (!list)
        return PFQ_NO_MEMORY;
    const int n = list_candidates(seats->machine, &seats->whole, list);
    spread_over_cores(list, n);
    seats->pinned = threads;
    take_stretch(list, n, local_rank, seats);
    free(list);
    return PFQ_OK;
}

pfq_status threads_pin(int threads, int local_rank, int local_ranks, pfq_error *err)
{
    if (threads < 1 || local_rank < 0 || local_rank >= local_ranks)
        return error_set(err, PFQ_USAGE, NULL, "rank %d of %d cannot bind %d threads", local_rank,
                         local_ranks, threads);
    pfq_error why = {.status = PFQ_NO_MEMORY};
    struct threads_seats *const seats = create_seats(threads, &why);
    pfq_status status = seats ? choose_places(seats, threads, local_rank, &why) : why.status;
    if (status) {
        destroy_seats(seats);
        if (err)
            *err = why;
        return status;
    }
    replace_seating(seats);
    const int refused = seat_all(seating);
    if (!refused)
        return PFQ_OK;
    threads_unpin(threads);
    return error_set(err, PFQ_UNSUPPORTED, NULL, "the system does not let threads be bound: %s",
                     strerror(refused));
}

void threads_unpin(int threads)
{
    if (!seating)
        return;
    if (threads > seating->threads)
        seating->threads = threads;
    seating->pinned = 0;
    (void)seat_all(seating);
    drop_idle_seats();
}

/* Seats with room for these threads, that keep who sits where. */
static pfq_status grow_seating(int threads, pfq_error *err)
{
    pfq_error why = {.status = PFQ_NO_MEMORY};
    const int room = seating && seating->pinned > threads ? seating->pinned : threads;
    struct threads_seats *const seats = create_seats(room, &why);
    if (!seats) {
        if (err)
            *err = why;
        return why.status;
    }
    keep_places(seats, room);
    if (!seating)
        (void)find_cpus(&seats->whole);
    replace_seating(seats);
    return PFQ_OK;
}

pfq_status threads_numa(int threads, enum threads_memory policy, pfq_error *err)
{
    if (policy != THREADS_MEMORY_AUTO && !machine_knows_memory())
        return error_set(err, PFQ_UNSUPPORTED, NULL,
                         "memory cannot be placed on NUMA nodes: this build is without hwloc");
    if (policy == THREADS_MEMORY_AUTO && !seating)
        return PFQ_OK;
    const enum threads_memory old = seating ? seating->memory : THREADS_MEMORY_AUTO;
    const pfq_status status = grow_seating(threads, err);
    if (status)
        return status;
    seating->memory = policy;
    const int refused = seat_all(seating);
    if (refused) {
        seating->memory = old;
        (void)seat_all(seating);
    }
    drop_idle_seats();
    if (!refused || policy == THREADS_MEMORY_AUTO)
        return PFQ_OK;
    return error_set(err, PFQ_UNSUPPORTED, NULL,
                     "this machine does not let memory be placed on NUMA nodes: %s",
                     strerror(refused));
}

void threads_free_caller(void)
{
    union cpu_mask whole;
    if (find_cpus(&whole) > 0)
        (void)set_affinity(&whole); /* else it stays where it is */
}

/* ---- where threads are ---- */

static struct threads_place own_place(void)
{
    struct threads_place place = {
        .cpu = sched_getcpu(), .core = -1, .package = -1, .numa_node = -1};
    union cpu_mask mask;
    memset(&mask, 0, sizeof mask);
    place.pinned = sched_getaffinity(0, sizeof mask, &mask.set) == 0 &&
                   CPU_COUNT_S(sizeof mask, &mask.set) == 1;
    return place;
}

void threads_places(int threads, struct threads_place *places)
{
    const struct threads_seats *const seats = seating;
    for (int i = 0; i < threads; i++)
        places[i] = (struct threads_place){-1, -1, -1, -1, false};
    if (threads < 1)
        return;
#pragma omp parallel num_threads(threads + 1) default(none) shared(places, seats)
    {
        const int number = omp_get_thread_num();
        (void)threads_sit(seats, number);
        if (number > 0)
            places[number - 1] = own_place();
        else if (omp_get_num_threads() == 1) /* the caller is the worker */
            places[0] = own_place();
    }
}

void threads_describe(int threads, struct threads_place *places)
{
    struct machine *machine = NULL;
    (void)machine_create(&machine, NULL); /* without it, the CPUs are told */
    for (int i = 0; i < threads; i++)
        machine_describe(machine, &places[i]);
    machine_destroy(machine);
}
