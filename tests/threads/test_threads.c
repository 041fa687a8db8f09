/*
 * A loop over threads runs every turn once, returns the error of the lowest failed turn whatever
 * the schedule, and takes as many threads as this rank may use.
 */
#include "threads/threads.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"

static void sleep_microseconds(long n)
{
    const struct timespec pause = {.tv_nsec = n * 1000};
    nanosleep(&pause, NULL);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ---- every turn once ---- */

struct visits {
    int threads;
    int turns[1000]; /* plain memory: only one thread may touch an element */
};

static pfq_status visit(void *context, size_t i, int thread, pfq_error *err)
{
    (void)err;
    struct visits *const visits = context;
    CHECK(thread >= 0 && thread < (visits->threads > 1 ? visits->threads : 1));
    visits->turns[i]++;
    return PFQ_OK;
}

/* Every turn runs exactly once for any number of threads, and nothing is written to the error. */
static void every_turn_runs_once(void)
{
    const int threads[] = {-1, 0, 1, 2, 3, 8, 33};
    const size_t turns[] = {0, 1, 2, 7, 999};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
        for (size_t k = 0; k < sizeof turns / sizeof *turns; k++) {
            struct visits visits = {.threads = threads[t]};
            pfq_error err = {.record = 77};
            CHECK_EQUAL(threads_for(threads[t], turns[k], visit, &visits, &err), PFQ_OK);
            for (size_t i = 0; i < 1000; i++)
                CHECK_EQUAL(visits.turns[i], i < turns[k]);
            CHECK_EQUAL(err.record, 77);
        }
}

static pfq_status meet(void *context, size_t i, int thread, pfq_error *err)
{
    (void)i, (void)thread, (void)err;
    _Atomic int *const here = context;
    atomic_fetch_add(here, 1);
    for (int k = 0; k < 50000 && atomic_load(here) < 2; k++)
        sleep_microseconds(100);
    return atomic_load(here) >= 2 ? PFQ_OK : PFQ_STOPPED;
}

/* Two turns on two threads are under way at the same time. */
static void turns_run_side_by_side(void)
{
    _Atomic int here = 0;
    CHECK_EQUAL(threads_for(2, 2, meet, &here, NULL), PFQ_OK);
}

/* ---- failures ---- */

enum { FAILING_TURNS = 40 };

struct failures {
    bool fails[FAILING_TURNS];
    long sleeps[FAILING_TURNS]; /* microseconds */
    bool begun[FAILING_TURNS];
};

static pfq_status fail_as_told(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    struct failures *const failures = context;
    failures->begun[i] = true;
    sleep_microseconds(failures->sleeps[i]);
    if (!failures->fails[i])
        return PFQ_OK;
    if (!err)
        return PFQ_BAD_BASE;
    memset(err, 0, sizeof *err);
    err->status = i % 2 ? PFQ_BAD_BASE : PFQ_BAD_PLUS;
    err->record = i;
    return err->status;
}

/* A loop of random sleeps in which about one turn in eight fails. */
static struct failures random_failures(uint32_t *state)
{
    struct failures failures = {0};
    for (size_t i = 0; i < FAILING_TURNS; i++) {
        failures.fails[i] = next_random(state) % 8 == 0;
        failures.sleeps[i] = (long)(next_random(state) % 300);
    }
    return failures;
}

static size_t lowest(const struct failures *failures)
{
    size_t i = 0;
    while (i < FAILING_TURNS && !failures->fails[i])
        i++;
    return i;
}

/* For any schedule the error is that of the lowest turn that fails, and all turns before it have
 * run. */
static void the_lowest_failed_turn_wins(void)
{
    uint32_t state = 2026;
    for (int round = 0; round < 150; round++) {
        struct failures failures = random_failures(&state);
        const size_t first = lowest(&failures);
        pfq_error err = {.record = 77};
        const pfq_status status =
            threads_for(round % 6, FAILING_TURNS, fail_as_told, &failures, &err);
        for (size_t i = 0; i < first; i++)
            CHECK(failures.begun[i]);
        if (first == FAILING_TURNS) {
            CHECK_EQUAL(status, PFQ_OK);
            CHECK_EQUAL(err.record, 77);
            continue;
        }
        CHECK_EQUAL(status, first % 2 ? PFQ_BAD_BASE : PFQ_BAD_PLUS);
        CHECK_EQUAL(err.status, status);
        CHECK_EQUAL(err.record, first);
    }
}

/* The status comes back to a caller who wants no words. */
static void the_error_may_be_left_out(void)
{
    for (int threads = 1; threads < 4; threads++) {
        struct failures failures = {.fails = {[5] = true, [9] = true}};
        CHECK_EQUAL(threads_for(threads, FAILING_TURNS, fail_as_told, &failures, NULL),
                    PFQ_BAD_BASE);
    }
}

struct begun {
    size_t failing;
    _Atomic size_t begun;
};

static pfq_status fail_one(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread;
    struct begun *const begun = context;
    atomic_fetch_add(&begun->begun, 1);
    if (i != begun->failing) {
        sleep_microseconds(1000);
        return PFQ_OK;
    }
    memset(err, 0, sizeof *err);
    return err->status = PFQ_BAD_BASE;
}

/* After a failure later turns are not begun: in the caller alone not one, with threads only those
 * that had been taken by then. 10,000 turns would take seconds. */
static void later_turns_are_not_begun(void)
{
    for (int threads = 1; threads < 5; threads++) {
        struct begun begun = {.failing = 3};
        pfq_error err;
        CHECK_EQUAL(threads_for(threads, 10000, fail_one, &begun, &err), PFQ_BAD_BASE);
        CHECK(atomic_load(&begun.begun) >= 4);
        CHECK(atomic_load(&begun.begun) < (threads == 1 ? 5 : 5000));
    }
}

/* ---- beside ---- */

enum { BESIDE_TURNS = 50, FEW_STEPS = 5 };

struct aside {
    pthread_t caller;
    _Atomic int left;     /* steps */
    _Atomic size_t turns; /* that are done */
    _Atomic int ticks;
};

static bool step(void *context)
{
    struct aside *const aside = context;
    CHECK(pthread_equal(pthread_self(), aside->caller));
    return aside->left > 0 && aside->left-- > 0;
}

static pfq_status turn_beside(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread, (void)err;
    struct aside *const aside = context;
    CHECK(!pthread_equal(pthread_self(), aside->caller));
    sleep_microseconds(200);
    while (i == BESIDE_TURNS - 1 && aside->left > 0 && aside->left <= FEW_STEPS)
        sleep_microseconds(200); /* the last turn waits for the few steps, however slow they are */
    atomic_fetch_add(&aside->turns, 1);
    return PFQ_OK;
}

/* The caller takes the steps, other threads the turns, and steps end with the turns: as many as are
 * left are the caller's to take. */
static void steps_are_taken_beside_the_turns(void)
{
    for (int threads = 1; threads <= 3; threads++) {
        struct aside few = {.caller = pthread_self(), .left = FEW_STEPS};
        struct threads_aside aside = {.step = step, .context = &few};
        CHECK_EQUAL(threads_for_beside(threads, BESIDE_TURNS, turn_beside, &few, &aside, NULL),
                    PFQ_OK);
        CHECK_EQUAL(few.turns, BESIDE_TURNS);
        CHECK_EQUAL(few.left, 0);
        struct aside endless = {.caller = pthread_self(), .left = INT_MAX};
        aside.context = &endless;
        CHECK_EQUAL(threads_for_beside(threads, BESIDE_TURNS, turn_beside, &endless, &aside, NULL),
                    PFQ_OK);
        CHECK_EQUAL(endless.turns, BESIDE_TURNS);
        CHECK(endless.left > 0);
    }
}

static void count_tick(void *context)
{
    struct aside *const aside = context;
    CHECK(pthread_equal(pthread_self(), aside->caller));
    aside->ticks++;
}

/* Takes as long as it takes until the caller, which has no steps left, has ticked thrice. */
static pfq_status wait_for_ticks(void *context, size_t i, int thread, pfq_error *err)
{
    (void)i, (void)thread, (void)err;
    struct aside *const aside = context;
    while (aside->ticks < 3)
        sleep_microseconds(200);
    return PFQ_OK;
}

/* The caller ticks while others work, also when it has nothing else to do. */
static void the_caller_ticks_meanwhile(void)
{
    struct aside idle = {.caller = pthread_self()};
    const struct threads_aside aside = {.step = step, .context = &idle, .tick = count_tick};
    CHECK_EQUAL(threads_for_beside(2, 4, wait_for_ticks, &idle, &aside, NULL), PFQ_OK);
    CHECK(idle.ticks >= 3);
}

/* Without steps, or without turns, it is threads_for; a failed turn wins as it does there. */
static void beside_nothing_it_is_a_loop(void)
{
    struct visits visits = {.threads = 2};
    const struct threads_aside none = {0};
    CHECK_EQUAL(threads_for_beside(2, 100, visit, &visits, NULL, NULL), PFQ_OK);
    CHECK_EQUAL(threads_for_beside(2, 100, visit, &visits, &none, NULL), PFQ_OK);
    for (size_t i = 0; i < 100; i++)
        CHECK_EQUAL(visits.turns[i], 2);
    struct aside unused = {.caller = pthread_self(), .left = 3};
    const struct threads_aside aside = {.step = step, .context = &unused};
    CHECK_EQUAL(threads_for_beside(2, 0, turn_beside, &unused, &aside, NULL), PFQ_OK);
    CHECK_EQUAL(unused.left, 3);
    pfq_error err = {0};
    struct begun begun = {.failing = 3};
    CHECK_EQUAL(threads_for_beside(2, 10, fail_one, &begun, &aside, &err), PFQ_BAD_BASE);
    CHECK_EQUAL(err.status, PFQ_BAD_BASE);
}

/* Three loops in one: each turn of each is taken once, those of the others before the loop's own,
 * and what fails in one of them fails the loop. */
enum { OTHER_TURNS = 40 };

struct joined {
    struct aside caller;
    struct visits visits[3];
    _Atomic size_t handed; /* turns that have begun */
    size_t failing;        /* this turn of the second loop */
    bool given;
};

static pfq_status visit_other(void *context, size_t i, int thread, pfq_error *err)
{
    struct joined *const joined = context;
    atomic_fetch_add(&joined->handed, 1);
    if (i == joined->failing)
        return pfq_error_say(err, PFQ_BAD_BASE, "turn %zu", i);
    return visit(&joined->visits[1], i, thread, err);
}

static pfq_status visit_first(void *context, size_t i, int thread, pfq_error *err)
{
    struct joined *const joined = context;
    atomic_fetch_add(&joined->handed, 1);
    return visit(&joined->visits[0], i, thread, err);
}

static pfq_status visit_own(void *context, size_t i, int thread, pfq_error *err)
{
    struct joined *const joined = context;
    /* each of the other threads may have been handed a turn that it has not begun */
    CHECK(atomic_load(&joined->handed) + (size_t)joined->visits[2].threads >
          2 * (size_t)OTHER_TURNS);
    return visit(&joined->visits[2], i, thread, err);
}

static size_t give_two(void *context, struct threads_loop *loops)
{
    struct joined *const joined = context;
    if (joined->given)
        return 0;
    joined->given = true;
    loops[0] = (struct threads_loop){visit_first, joined, OTHER_TURNS};
    loops[1] = (struct threads_loop){visit_other, joined, OTHER_TURNS};
    return 2;
}

static bool no_step(void *context)
{
    (void)context;
    return false;
}

static void more_loops_come_before_the_own_one(void)
{
    for (int threads = 1; threads <= 3; threads++)
        for (int steps = 0; steps <= 1; steps++) {
            struct joined joined = {.failing = SIZE_MAX};
            for (int i = 0; i < 3; i++)
                joined.visits[i].threads = threads;
            const struct threads_aside aside = {
                .step = steps ? no_step : NULL, .context = &joined, .more = give_two};
            for (int again = 0; again < 2; again++)
                CHECK_EQUAL(
                    threads_for_beside(threads, OTHER_TURNS, visit_own, &joined, &aside, NULL),
                    PFQ_OK);
            for (size_t i = 0; i < OTHER_TURNS; i++) {
                CHECK_EQUAL(joined.visits[0].turns[i], 1);
                CHECK_EQUAL(joined.visits[1].turns[i], 1);
                CHECK_EQUAL(joined.visits[2].turns[i], 2);
            }
            joined.given = false; /* also where the loop itself has no turns */
            CHECK_EQUAL(threads_for_beside(threads, 0, visit_own, &joined, &aside, NULL), PFQ_OK);
            CHECK_EQUAL(joined.visits[1].turns[OTHER_TURNS - 1], 2);
            joined.given = false;
            joined.failing = 7;
            pfq_error err = {0};
            CHECK_EQUAL(threads_for_beside(threads, OTHER_TURNS, visit_own, &joined, &aside, &err),
                        PFQ_BAD_BASE);
            CHECK_TEXT(err.message, "turn 7");
        }
}

/* ---- how many, and where ---- */

/* How many threads: as wanted, else this rank's fair part of the CPUs of its machine. */
static void counts_follow_the_rule(void)
{
    unsetenv("OMP_NUM_THREADS");
    const int own = threads_cpus(NULL, 0);
    const int half = own / 2 > 1 ? own / 2 : 1;
    const struct {
        int wanted, local_ranks, cpus_together, threads;
    } table[] = {
        {5, 1, own, 5},       /* as wanted, ... */
        {5, 100, 1, 5},       /* ... whatever there is */
        {0, 1, own, own},     /* alone on this machine */
        {0, 1, 0, own},       /* nothing known about others */
        {0, 3, 0, own},       /* nor about CPUs */
        {0, 2, 2 * own, own}, /* each rank its own CPUs */
        {0, 2, own, half},    /* both the same CPUs */
        {0, 4 * own, own, 1}, /* more ranks than CPUs */
        {0, 4, 8 * own, own}, /* CPUs that are nobody's here do not count */
        {0, 1, 1, own},       /* this thread is bound, the process is not */
        {-1, 1, own, own},    /* not positive: not wanted */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        CHECK_EQUAL(threads_count(table[i].wanted, table[i].local_ranks, table[i].cpus_together),
                    table[i].threads);
}

/* In a process started with OMP_NUM_THREADS=3. */
static int count_as_named(void)
{
    CHECK_EQUAL(threads_count(0, 1, 64), 3);
    CHECK_EQUAL(threads_count(0, 64, 1), 3);
    CHECK_EQUAL(threads_count(2, 1, 64), 2);
    return 0;
}

/* OMP_NUM_THREADS is respected unless a number is wanted. */
static void the_environment_names_a_number(const char *program)
{
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        setenv("OMP_NUM_THREADS", "3", 1);
        execl(program, program, "count_as_named", (char *)NULL);
        _exit(127);
    }
    int outcome;
    CHECK_EQUAL(waitpid(child, &outcome, 0), child);
    CHECK(WIFEXITED(outcome));
    CHECK_EQUAL(WEXITSTATUS(outcome), 0);
}

/* The mask has as many bits as there are CPUs. */
static void the_mask_has_a_bit_for_each_cpu(void)
{
    unsigned long long mask[130]; /* longer than any mask: the rest is 0 */
    const int cpus = threads_cpus(mask, 130);
    int bits = 0;
    for (size_t i = 0; i < 130; i++)
        bits += __builtin_popcountll(mask[i]);
    CHECK(cpus >= 1);
    CHECK_EQUAL(bits, cpus);
}

/* Threads spin if the environment does not say how they wait and there is a CPU for each of them
 * and their caller; those of clang always. */
static void threads_spin_on_spare_cpus_only(void)
{
    const int cpus = threads_count(0, 1, 0);
    unsetenv("GOMP_SPINCOUNT");
    unsetenv("KMP_BLOCKTIME");
    setenv("OMP_WAIT_POLICY", "passive", 1);
    CHECK(!threads_spin(0));
    unsetenv("OMP_WAIT_POLICY");
    CHECK(threads_spin(cpus - 1));
#ifndef __clang__
    CHECK(!threads_spin(cpus));
#endif
    setenv("GOMP_SPINCOUNT", "1", 1);
    CHECK(!threads_spin(cpus - 1));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "count_as_named") == 0)
        return count_as_named();
    every_turn_runs_once();
    turns_run_side_by_side();
    the_lowest_failed_turn_wins();
    the_error_may_be_left_out();
    later_turns_are_not_begun();
    steps_are_taken_beside_the_turns();
    the_caller_ticks_meanwhile();
    beside_nothing_it_is_a_loop();
    more_loops_come_before_the_own_one();
    the_environment_names_a_number(argv[0]);
    the_mask_has_a_bit_for_each_cpu();
    counts_follow_the_rule();
    threads_spin_on_spare_cpus_only();
    return 0;
}
