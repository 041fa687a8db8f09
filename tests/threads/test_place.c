/*
 * Threads that are bound sit each on a CPU of their own, of those the process may use, and stay
 * there through loops of any size; undoing it gives every thread all CPUs back. Built a second time
 * without hwloc, where the same holds but for the names of cores and nodes.
 */
#include "threads/place.h"

#include <sched.h>
#include <stdatomic.h>

#include "support/check.h"
#include "threads/threads.h"

enum { MANY = 6 };

static cpu_set_t own_mask(void)
{
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CHECK_EQUAL(sched_getaffinity(0, sizeof mask, &mask), 0);
    return mask;
}

static int cpus(void)
{
    const cpu_set_t mask = own_mask();
    return CPU_COUNT(&mask);
}

static bool may_use(int cpu)
{
    const cpu_set_t mask = own_mask();
    return cpu >= 0 && CPU_ISSET((size_t)cpu, &mask);
}

/* ---- where loops find their threads ---- */

struct sighting {
    _Atomic int seen;
    _Atomic int cpus; /* the most CPUs a worker may run on */
    cpu_set_t used[MANY];
};

static pfq_status sight(void *context, size_t i, int thread, pfq_error *err)
{
    (void)i, (void)err;
    struct sighting *const sighting = context;
    const cpu_set_t mask = own_mask();
    atomic_fetch_add(&sighting->seen, 1);
    CHECK(thread >= 0 && thread < MANY);
    sighting->used[thread] = mask;
    if (CPU_COUNT(&mask) > atomic_load(&sighting->cpus))
        atomic_store(&sighting->cpus, CPU_COUNT(&mask));
    return PFQ_OK;
}

static bool wait_a_little(void *context)
{
    (void)context;
    sched_yield();
    return true;
}

/* A loop beside a step; returns the most CPUs that one of its workers had. */
static int loop_beside(int threads, size_t n, struct sighting *sighting)
{
    const struct threads_aside aside = {.step = wait_a_little};
    *sighting = (struct sighting){0};
    CHECK_EQUAL(threads_for_beside(threads, n, sight, sighting, &aside, NULL), PFQ_OK);
    CHECK_EQUAL(atomic_load(&sighting->seen), n);
    return atomic_load(&sighting->cpus);
}

/* The same of a loop beside nothing. */
static int plain_loop(int threads, size_t n)
{
    struct sighting sighting = {0};
    CHECK_EQUAL(threads_for(threads, n, sight, &sighting, NULL), PFQ_OK);
    CHECK_EQUAL(atomic_load(&sighting.seen), n);
    return atomic_load(&sighting.cpus);
}

/* ---- binding ---- */

/* Nobody is bound before it is asked for. */
static void threads_run_on_cpus_of_the_mask(void)
{
    for (int threads = 0; threads < MANY; threads++) {
        struct threads_place places[MANY + 1];
        places[threads].cpu = -7;
        threads_places(threads, places);
        for (int i = 0; i < threads; i++) {
            CHECK(may_use(places[i].cpu));
            CHECK_EQUAL(places[i].pinned, cpus() == 1);
        }
        CHECK_EQUAL(places[threads].cpu, -7);
    }
}

/* Every worker reports the one CPU it was given; as long as there are CPUs, no two the same. */
static void a_bound_thread_reports_its_cpu(void)
{
    struct threads_place places[MANY], again[MANY];
    for (int threads = 1; threads <= MANY; threads++) {
        CHECK_EQUAL(threads_pin(threads, 0, 1, NULL), PFQ_OK);
        threads_places(threads, places);
        threads_places(threads, again);
        for (int i = 0; i < threads; i++) {
            CHECK(places[i].pinned && may_use(places[i].cpu));
            CHECK_EQUAL(again[i].cpu, places[i].cpu);
            for (int j = 0; j < i && threads <= cpus(); j++)
                CHECK(places[i].cpu != places[j].cpu);
        }
        threads_unpin(threads);
    }
}

/* The names of core, package and node are known with hwloc, and never without. */
static void places_have_names(void)
{
    struct threads_place place;
    threads_places(1, &place);
    CHECK(place.core == -1 && place.package == -1 && place.numa_node == -1); /* not asked yet */
    threads_describe(1, &place);
#ifdef TEST_WITHOUT_HWLOC
    CHECK(place.core == -1 && place.package == -1 && place.numa_node == -1);
#else
    CHECK(place.core >= -1 && place.package >= -1 && place.numa_node >= -1);
#endif
}

/* Those that find no turn in a small loop, too; and the caller is not bound. */
static void threads_stay_bound_through_loops_of_any_size(void)
{
    const size_t turns[] = {200, 1, 200, 2, 200, 3, 200};
    const cpu_set_t before = own_mask();
    struct sighting sighting;
    CHECK_EQUAL(threads_pin(4, 0, 1, NULL), PFQ_OK);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        CHECK_EQUAL(loop_beside(4, turns[i], &sighting), 1);
        CHECK_EQUAL(plain_loop(4, turns[i] + 1), 1);
    }
    const cpu_set_t after = own_mask();
    CHECK(CPU_EQUAL(&before, &after)); /* of the caller */
    threads_unpin(4);
}

static void unbinding_gives_all_cpus_back(void)
{
    struct sighting sighting;
    struct threads_place places[MANY];
    const int all = cpus();
    threads_unpin(4); /* nothing to undo */
    CHECK_EQUAL(threads_pin(MANY, 0, 1, NULL), PFQ_OK);
    CHECK_EQUAL(threads_pin(3, 0, 1, NULL), PFQ_OK); /* three of six are let go */
    threads_unpin(2);
    threads_places(MANY, places);
    for (int i = 0; i < MANY; i++)
        CHECK_EQUAL(places[i].pinned, all == 1);
    CHECK_EQUAL(loop_beside(MANY, 500, &sighting), all);
}

/* Ranks with the same CPUs take different ones while there are enough, then share. */
static void ranks_take_cpus_of_their_own(void)
{
    const int all = cpus();
    int taken[1024] = {0};
    CHECK(all <= 1024);
    cpu_set_t used;
    CPU_ZERO(&used);
    for (int rank = 0; rank < all; rank++) {
        struct threads_place place;
        CHECK_EQUAL(threads_pin(1, rank, all, NULL), PFQ_OK);
        threads_places(1, &place);
        taken[rank] = place.cpu;
        CHECK(place.pinned && !CPU_ISSET((size_t)place.cpu, &used));
        CPU_SET((size_t)place.cpu, &used);
        threads_unpin(1);
    }
    struct threads_place place;
    CHECK_EQUAL(threads_pin(1, all, all + 1, NULL), PFQ_OK);
    threads_places(1, &place);
    CHECK_EQUAL(place.cpu, taken[0]);
    threads_unpin(1);
}

/* A launcher that gives one CPU is obeyed, by any number of threads and ranks. */
static void the_mask_of_the_process_is_obeyed(void)
{
    const cpu_set_t whole = own_mask();
    cpu_set_t one;
    struct threads_place places[3];
    int cpu = CPU_SETSIZE - 1;
    while (!CPU_ISSET((size_t)cpu, &whole))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    for (int rank = 0; rank < 2; rank++) {
        CHECK_EQUAL(threads_pin(3, rank, 2, NULL), PFQ_OK);
        threads_places(3, places);
        for (int i = 0; i < 3; i++)
            CHECK(places[i].pinned && places[i].cpu == cpu);
        threads_unpin(3);
    }
    CHECK_EQUAL(sched_setaffinity(0, sizeof whole, &whole), 0);
}

static void nonsense_is_refused(void)
{
    pfq_error err = {.status = PFQ_OK};
    CHECK_EQUAL(threads_pin(0, 0, 1, &err), PFQ_USAGE);
    CHECK_EQUAL(threads_pin(2, 1, 1, &err), PFQ_USAGE);
    CHECK_EQUAL(threads_pin(2, -1, 1, &err), PFQ_USAGE);
    CHECK_EQUAL(err.status, PFQ_USAGE);
}

/* ---- memory ---- */

/* Either the policy is set, or the sentence says why not; bound threads stay bound meanwhile. */
static void memory_is_placed_or_refused_by_name(void)
{
    static const enum threads_memory policies[] = {THREADS_MEMORY_LOCAL, THREADS_MEMORY_INTERLEAVE};
    struct threads_place places[2];
    CHECK_EQUAL(threads_numa(2, THREADS_MEMORY_AUTO, NULL), PFQ_OK);
    CHECK_EQUAL(threads_pin(2, 0, 1, NULL), PFQ_OK);
    for (size_t i = 0; i < 2; i++) {
        pfq_error err = {.status = PFQ_OK};
        const pfq_status status = threads_numa(i ? 2 : 3, policies[i], &err);
        if (status) {
            CHECK_EQUAL(status, PFQ_UNSUPPORTED);
            CHECK(strstr(err.message, "NUMA") != NULL);
        }
#ifdef TEST_WITHOUT_HWLOC
        CHECK_TEXT(err.message,
                   "memory cannot be placed on NUMA nodes: this build is without hwloc");
#endif
        threads_places(2, places);
        CHECK(places[0].pinned && places[1].pinned);
    }
    threads_unpin(2);
    CHECK_EQUAL(threads_numa(2, THREADS_MEMORY_AUTO, NULL), PFQ_OK);
    CHECK(threads_seats() == NULL); /* nothing is kept when nothing is asked for */
}

int main(void)
{
    threads_run_on_cpus_of_the_mask();
    places_have_names();
    a_bound_thread_reports_its_cpu();
    threads_stay_bound_through_loops_of_any_size();
    unbinding_gives_all_cpus_back();
    ranks_take_cpus_of_their_own();
    nonsense_is_refused();
    memory_is_placed_or_refused_by_name();
    threads_run_on_cpus_of_the_mask();
    the_mask_of_the_process_is_obeyed(); /* the last: threads that it starts inherit its one CPU */
    return 0;
}
