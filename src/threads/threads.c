/*
 * Threads, by OpenMP, and nowhere else.
 *
 * Turns are handed out one at a time and in ascending order (`monotonic`). So when a turn fails,
 * all turns before it have been handed out already and will be finished by whoever has them; all
 * that is left to do is not to begin the later ones. It also means that a thread fails at most
 * once: whatever it is given after its failure comes later.
 */
#include "threads/threads.h"

#include <omp.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the threads of one loop share: read at every turn, written at a failure. Alone on its cache
 * line, so that nothing else that is written slows the reading down. */
struct loop {
    threads_body *body;
    void *context;
    alignas(64) _Atomic size_t failed; /* the lowest turn that failed; SIZE_MAX: none */
    pfq_error error;                   /* of that turn */
};

static pfq_status run_alone(size_t n, threads_body *body, void *context, pfq_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const pfq_status status = body(context, i, 0, err);
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

/* One turn, unless an earlier one has failed. */
static void run_turn(struct loop *loop, size_t i)
{
    if (i > atomic_load_explicit(&loop->failed, memory_order_relaxed))
        return;
    pfq_error own;
    own.status = PFQ_OK;
    const pfq_status status = loop->body(loop->context, i, omp_get_thread_num(), &own);
    if (status == PFQ_OK)
        return;
    if (own.status == PFQ_OK) /* the body has returned a status without words */
        own = (pfq_error){.status = status};
    keep_failure(loop, i, &own);
}

pfq_status threads_for(int threads, size_t n, threads_body *body, void *context, pfq_error *err)
{
    if (threads <= 1 || n <= 1)
        return run_alone(n, body, context, err);
    struct loop loop = {.body = body, .context = context, .failed = SIZE_MAX};
#pragma omp parallel for schedule(monotonic                                                        \
                                  : dynamic, 1) default(none) shared(loop) firstprivate(n)         \
    num_threads(n < (size_t)threads ? (int)n : threads)
    for (size_t i = 0; i < n; i++)
        run_turn(&loop, i);

    if (atomic_load(&loop.failed) == SIZE_MAX)
        return PFQ_OK;
    if (err)
        *err = loop.error;
    return loop.error.status;
}

/* ---- how many, and where ---- */

/* The affinity mask of a machine of up to 8,192 CPUs. */
enum { MASK_WORD_BITS = 8 * sizeof(unsigned long long), MASK_WORDS = 8192 / MASK_WORD_BITS };
union cpu_mask {
    cpu_set_t set;
    unsigned long long words[MASK_WORDS];
};

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

void threads_where(int threads, int *cpu)
{
    for (int i = 0; i < threads; i++)
        cpu[i] = -1;
    if (threads <= 1) {
        if (threads == 1)
            cpu[0] = sched_getcpu();
        return;
    }
#pragma omp parallel num_threads(threads) default(none) shared(cpu)
    cpu[omp_get_thread_num()] = sched_getcpu();
}
