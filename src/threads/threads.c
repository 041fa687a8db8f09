/*
 * Threads, by OpenMP, and nowhere else.
 *
 * Turns are handed out one at a time and in ascending order. So when a turn fails, all turns before
 * it have been handed out already and will be finished by whoever has them; all that is left to do
 * is not to begin the later ones. It also means that a thread fails at most once: whatever it is
 * given after its failure comes later.
 */
#include "threads/threads.h"

#include <omp.h>
#include <sched.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "threads/mask.h"
#include "threads/place.h"

/* What the threads of some loops behind each other share. What is written at every turn, what is
 * only read, and what is written once lie on cache lines of their own. */
struct loop {
    struct threads_loop parts[THREADS_MORE_LOOPS + 1];
    size_t n;                          /* turns of all of them */
    alignas(64) _Atomic size_t next;   /* the turn to be handed out */
    alignas(64) _Atomic size_t failed; /* the lowest turn that failed; SIZE_MAX: none */
    _Atomic int working;               /* threads that still take turns */
    sem_t over;                        /* for who waits until none does */
    pfq_error error;                   /* of the turn that failed */
};

static pfq_status call_body(const struct loop *loop, size_t i, int thread, pfq_error *err)
{
    const struct threads_loop *part = loop->parts;
    for (; i >= part->n; part++)
        i -= part->n;
    return part->body(part->context, i, thread, err);
}

static pfq_status run_alone(const struct loop *loop, pfq_error *err)
{
    for (size_t i = 0; i < loop->n; i++) {
        const pfq_status status = call_body(loop, i, 0, err);
        if (status != PFQ_OK)
            return status;
    }
    return PFQ_OK;
}

/* Keeps the error if no lower turn has failed. */
static void keep_failure(struct loop *loop, size_t i, const pfq_error *own)
{
#pragma omp critical(threads_keep_failure)
    if (i < atomic_load(&loop->failed)) {
        loop->error = *own;
        atomic_store(&loop->failed, i);
    }
}

static void run_turn(struct loop *loop, size_t i, int thread)
{
    pfq_error own;
    own.status = PFQ_OK;
    const pfq_status status = call_body(loop, i, thread, &own);
    if (status == PFQ_OK)
        return;
    if (own.status == PFQ_OK) /* the body has returned a status without words */
        own = (pfq_error){.status = status};
    keep_failure(loop, i, &own);
}

/* Takes turns until there are none, or an earlier one has failed. */
static void take_turns(struct loop *loop, int thread)
{
    for (;;) {
        const size_t i = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed);
        if (i >= loop->n || i > atomic_load_explicit(&loop->failed, memory_order_relaxed))
            break;
        run_turn(loop, i, thread);
    }
    if (atomic_fetch_sub(&loop->working, 1) == 1)
        sem_post(&loop->over);
}

static pfq_status result(struct loop *loop, pfq_error *err)
{
    sem_destroy(&loop->over);
    if (atomic_load(&loop->failed) == SIZE_MAX)
        return PFQ_OK;
    if (err)
        *err = loop->error;
    return loop->error.status;
}

static int threads_of(int threads, size_t n)
{
    return n < (size_t)threads ? (int)n : threads;
}

/* Waits until no thread takes turns, but not for long. */
static void wait_a_while(struct loop *loop)
{
    enum { NANOSECONDS = 50 * 1000 * 1000, IN_A_SECOND = 1000 * 1000 * 1000 };
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += NANOSECONDS;
    until.tv_sec += until.tv_nsec / IN_A_SECOND;
    until.tv_nsec %= IN_A_SECOND;
    (void)sem_timedwait(&loop->over, &until); /* a signal may end it too */
}

static void step_aside(const struct threads_aside *aside, struct loop *loop)
{
    bool stepping = true;
    while (atomic_load(&loop->working) > 0 && (stepping || aside->tick)) {
        if (stepping)
            stepping = aside->step(aside->context);
        else
            wait_a_while(loop);
        if (aside->tick)
            aside->tick(aside->context);
    }
}

/* `threads` others take turns, and the caller steps meanwhile, if there are any. All loops have as
 * many threads, though some may find no turn: a runtime may end those that a smaller loop can do
 * without, and begin new ones for the next, and each has its caches and its CPU from before. */
static pfq_status run(int threads, struct loop *loop, const struct threads_aside *aside,
                      pfq_error *err)
{
    const int takers = threads_of(threads, loop->n);
    sem_init(&loop->over, 0, 0);
    /* OpenMP may give fewer threads than were asked for; then the caller takes turns, too, if it
     * has nothing else to do or is alone. A thread that never came has no turn in hand, so
     * `working` is corrected by the one who knows how many there are. */
    atomic_store(&loop->working, takers);
    const struct threads_seats *const seats = threads_seats();
#pragma omp parallel default(none) shared(loop, aside, seats) firstprivate(takers)                 \
    num_threads(threads + 1)
    {
        const int present = omp_get_num_threads() - 1;
        const int thread = omp_get_thread_num();
        (void)threads_sit(seats, thread);
        if (thread > 0) {
            if (thread <= takers)
                take_turns(loop, thread - 1);
        } else if (present < takers && (present == 0 || !aside)) {
            take_turns(loop, present);
        } else if (aside) {
            if (present < takers)
                atomic_fetch_sub(&loop->working, takers - present);
            step_aside(aside, loop);
        }
    }
    return result(loop, err);
}

pfq_status threads_for(int threads, size_t n, threads_body *body, void *context, pfq_error *err)
{
    return threads_for_beside(threads, n, body, context, NULL, err);
}

pfq_status threads_for_beside(int threads, size_t n, threads_body *body, void *context,
                              const struct threads_aside *aside, pfq_error *err)
{
    struct loop loop = {.failed = SIZE_MAX};
    const size_t more = aside && aside->more ? aside->more(aside->context, loop.parts) : 0;
    loop.parts[more] = (struct threads_loop){body, context, n};
    for (size_t i = 0; i <= more; i++)
        loop.n += loop.parts[i].n;
    const bool steps = aside && aside->step && loop.n > 0;
    if (!steps && (threads <= 1 || loop.n <= 1))
        return run_alone(&loop, err);
    return run(threads > 1 ? threads : 1, &loop, steps ? aside : NULL, err);
}

/* ---- how many ---- */

int threads_cpus(unsigned long long *mask, size_t words)
{
    union cpu_mask own;
    memset(&own, 0, sizeof own);
    (void)sched_getaffinity(0, sizeof own, &own.set);
    for (size_t i = 0; i < words; i++)
        mask[i] = i < MASK_WORDS ? own.words[i] : 0;
    const int cpus = CPU_COUNT_S(sizeof own, &own.set);
    return cpus > 0 ? cpus : 1; /* a mask that cannot be read is no reason not to run */
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* With OMP_PROC_BIND or OMP_PLACES the runtime has bound this very thread to one place; it still
 * knows the CPUs of the whole process. */
static int own_cpus(void)
{
    return larger(threads_cpus(NULL, 0), omp_get_num_procs());
}

int threads_count(int wanted, int local_ranks, int cpus_together)
{
    if (wanted > 0)
        return wanted;
    const char *const named = getenv("OMP_NUM_THREADS");
    if (named && *named != '\0')
        return larger(1, omp_get_max_threads());
    const int own = own_cpus();
    if (local_ranks <= 1 || cpus_together <= 0)
        return own;
    /* Ranks with CPUs of their own have `own` each, ranks with the same CPUs must share them. */
    const int share = larger(cpus_together, own) / local_ranks;
    return larger(1, smaller(own, share));
}

bool threads_spin(int threads)
{
    if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT") || getenv("KMP_BLOCKTIME"))
        return false;
#ifdef __clang__ /* its own runtime */
    (void)threads;
    return true;
#else
    return threads < own_cpus();
#endif
}
