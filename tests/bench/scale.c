/*
 * What ranks say to each other in a round, each thing alone, and what HDF5 takes for each chunk at
 * the end: the measured part of scale_model.py.
 *
 *     mpirun -n RANKS bench_scale [TURNS]
 *
 * Prints one line for each thing: its name, the wall time of a turn and the processor time of a
 * rank for it, in microseconds. Where there are more ranks than cores, the wall time is mostly
 * waiting for a core, and the processor time mostly looking whether something has come.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "gzip/origins.h"
#include "parfastq/mpi.h"
#include "team/team.h"

enum { PULSE_WORDS = 5, SUM_WORDS = 12, PLAN_WORDS = 8, PACKET_BYTES = 64 * 1024, TURNS = 200 };
enum { MINE, BEFORE, WORK, BLOCKS = WORK + 2 };

struct bench {
    pfq_team *team;
    uint64_t *all, *counts;
    uint64_t words[SUM_WORDS];
    uint8_t *packet;
    void *received;
    size_t capacity;
    struct gzip_origins *origins; /* BLOCKS */
    struct gzip_window *window;
};

static void check(pfq_status status)
{
    if (status)
        MPI_Abort(MPI_COMM_WORLD, 1);
}

static void pulse(struct bench *b)
{
    check(team_sum(b->team, b->words, PULSE_WORDS, NULL));
}

static void sums_before(struct bench *b)
{
    check(team_sum_before(b->team, b->words, SUM_WORDS, NULL));
}

static void plan(struct bench *b)
{
    check(team_gather(b->team, b->words, PLAN_WORDS, b->all, NULL));
    check(team_scatter(b->team, b->all, PLAN_WORDS, b->words, NULL));
}

static void table(struct bench *b)
{
    check(team_gather_all(b->team, b->words, SUM_WORDS, b->all, NULL));
}

static void exchange(struct bench *b)
{
    const int size = pfq_team_size(b->team), rank = pfq_team_rank(b->team);
    size_t came;
    b->counts[(rank + 1) % size] = PACKET_BYTES;
    check(team_exchange(b->team, b->packet, b->counts, 1, &b->received, &b->capacity, &came, NULL));
}

static void join(const void *before, const void *behind, void *out)
{
    gzip_origins_join(before, behind, out);
}

/* The windows of one gzip stream, as they are made known to all ranks. */
static void windows(struct bench *b)
{
    check(team_join_before(b->team, &b->origins[MINE], &b->origins[BEFORE], &b->origins[WORK],
                           sizeof *b->origins, join, NULL));
}

/* The same from rank to rank, for comparison: what each does with a window is left out. */
static void windows_in_a_row(struct bench *b)
{
    const int size = pfq_team_size(b->team), rank = pfq_team_rank(b->team);
    if (rank > 0)
        check(team_receive(b->team, rank - 1, b->window, sizeof *b->window, NULL));
    if (rank + 1 < size)
        check(team_send(b->team, rank + 1, b->window, sizeof *b->window, NULL));
    check(team_share(b->team, size - 1, b->window, sizeof *b->window, NULL));
}

static const struct {
    const char *name;
    void (*turn)(struct bench *b);
} things[] = {{"pulse", pulse},
              {"sums_before", sums_before},
              {"plan", plan},
              {"table", table},
              {"exchange", exchange},
              {"windows", windows},
              {"windows_in_a_row", windows_in_a_row}};

static double processor_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static void measure(struct bench *b, size_t i, int turns)
{
    things[i].turn(b);
    check(team_wait(b->team, NULL));
    const double begun = clock_seconds(), used = processor_seconds();
    for (int turn = 0; turn < turns; turn++)
        things[i].turn(b);
    const double wall = clock_seconds() - begun;
    uint64_t nanoseconds = (uint64_t)(1e9 * (processor_seconds() - used));
    check(team_sum(b->team, &nanoseconds, 1, NULL));
    if (pfq_team_rank(b->team) == 0)
        printf("%s %.2f %.2f\n", things[i].name, 1e6 * wall / turns,
               1e-3 * (double)nanoseconds / turns / pfq_team_size(b->team));
}

int main(int argc, char **argv)
{
    int level;
    struct bench b = {0};
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    const int turns = argc > 1 ? atoi(argv[1]) : TURNS;
    check(pfq_team_from_comm(MPI_COMM_WORLD, &b.team, NULL));
    const size_t size = (size_t)pfq_team_size(b.team);
    b.all = calloc(size * SUM_WORDS, sizeof *b.all);
    b.counts = calloc(size, sizeof *b.counts);
    b.packet = calloc(PACKET_BYTES, 1);
    b.origins = calloc(BLOCKS, sizeof *b.origins);
    b.window = calloc(1, sizeof *b.window);
    if (!b.all || !b.counts || !b.packet || !b.origins || !b.window || turns < 1)
        MPI_Abort(MPI_COMM_WORLD, 1);
    gzip_origins_begin(&b.origins[MINE]);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        measure(&b, i, turns);
    free(b.all);
    free(b.counts);
    free(b.packet);
    free(b.received);
    free(b.origins);
    free(b.window);
    pfq_team_destroy(b.team);
    MPI_Finalize();
    return 0;
}
