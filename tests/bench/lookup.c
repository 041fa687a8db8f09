/*
 * How many names a second are found in a file with an index, all of it in the page cache.
 *
 *     bench_lookup READS.h5 NAMES THREADS RUNS
 *
 * The names are those of rows drawn at random, each asked for by all of its header up to the first
 * blank. Prints the medians: microseconds by the clock and of processor a name, opening left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parfastq/store.h"

enum { MOST_RUNS = 99 };

static void fail(const char *what)
{
    fprintf(stderr, "bench_lookup: %s\n", what);
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `rows` rows at random, and their names, which are the caller's. */
static char **draw_names(pfq_store *store, uint64_t *rows, size_t n)
{
    const uint64_t records = pfq_store_about(store)->mate[0].records;
    char **const names = malloc(n * sizeof *names);
    uint64_t state = 1;
    pfq_batch batch;
    pfq_error err;
    if (!names || !records)
        fail("no memory, or no records");
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        rows[i] = (state >> 20) % records;
    }
    if (pfq_store_read_list(store, 1, rows, n, &batch, &err))
        fail(err.message);
    for (size_t i = 0; i < n; i++) {
        const char *const name = (const char *)batch.name + batch.name_offset[i];
        size_t size = batch.name_offset[i + 1] - batch.name_offset[i];
        for (size_t k = 0; k < size; k++)
            if (name[k] == ' ' || name[k] == '\t')
                size = k;
        names[i] = strndup(name, size);
        if (!names[i])
            fail("no memory");
    }
    pfq_batch_release(&batch);
    return names;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "use: bench_lookup READS.h5 NAMES THREADS RUNS\n");
        return 2;
    }
    const size_t n = (size_t)atoll(argv[2]);
    const int runs = atoi(argv[4]);
    const pfq_store_config config = {.threads = atoi(argv[3])};
    double wall[MOST_RUNS], worked[MOST_RUNS];
    uint64_t *const rows = malloc(n * sizeof *rows);
    pfq_store *store;
    pfq_error err;
    if (!rows || n < 1 || runs < 1 || runs > MOST_RUNS)
        fail("no memory, or numbers out of range");
    if (pfq_store_open(argv[1], &config, &store, &err))
        fail(err.message);
    char **const names = draw_names(store, rows, n);
    for (int run = 0; run < runs; run++) {
        pfq_matches matches;
        const double began = seconds(CLOCK_MONOTONIC),
                     worked_before = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (pfq_store_find(store, 1, (const char *const *)names, n, &matches, &err))
            fail(err.message);
        wall[run] = 1e6 * (seconds(CLOCK_MONOTONIC) - began) / (double)n;
        worked[run] = 1e6 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - worked_before) / (double)n;
        for (size_t i = 0; i < n; i++)
            if (matches.first[i] == matches.first[i + 1])
                fail("a name was not found");
        pfq_matches_release(&matches);
    }
    qsort(wall, (size_t)runs, sizeof *wall, by_value);
    qsort(worked, (size_t)runs, sizeof *worked, by_value);
    printf("%.2f\t%.2f\n", wall[runs / 2], worked[runs / 2]);
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
    free(rows);
    pfq_store_close(store);
    return 0;
}
