/*
 * Where a run would take place: each rank writes a report about itself, a line and a row for each
 * thread; rank 0 gathers and prints them. So the first question to a slow run ("who sits on which
 * CPU?") is answered by the same launcher line that started it.
 */
#include "cli/version.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "parfastq/version.h"
#include "scan/scan.h"
#include "team/team.h"
#include "threads/place.h"
#include "threads/threads.h"

enum {
    LINE_BYTES = 1024, /* of one rank; a longer list of CPUs is cut */
    MASK_WORDS = 64,   /* 4096 CPUs */
    MASK_BITS = 64
};

void version_print(FILE *out)
{
    fprintf(out, "parfastq %s\n", pfq_version());
}

/* Appends to a text of LINE_BYTES; what does not fit is left out. */
static void append(char *line, const char *text)
{
    const size_t used = strlen(line);
    snprintf(line + used, LINE_BYTES - used, "%s", text);
}

static void append_range(char *line, int first, int last)
{
    char text[32];
    if (first == last)
        snprintf(text, sizeof text, " %d", first);
    else
        snprintf(text, sizeof text, " %d-%d", first, last);
    append(line, text);
}

/* Appends the CPUs whose bit is set, neighbours as ranges: " 0-3 8". */
static void append_cpus(char *line, const unsigned long long *mask)
{
    int first = -1;
    for (int cpu = 0; cpu <= MASK_WORDS * MASK_BITS; cpu++) {
        const bool set =
            cpu < MASK_WORDS * MASK_BITS && (mask[cpu / MASK_BITS] >> (cpu % MASK_BITS) & 1);
        if (set && first < 0)
            first = cpu;
        if (!set && first >= 0) {
            append_range(line, first, cpu - 1);
            first = -1;
        }
    }
}

/* One line on this rank. */
static void describe_rank(int rank, int threads, char *line)
{
    char host[128] = "unknown host";
    unsigned long long mask[MASK_WORDS] = {0};
    gethostname(host, sizeof host - 1);
    const int cpus = threads_cpus(mask, MASK_WORDS);
    snprintf(line, LINE_BYTES, "rank %d on %s: %d thread%s, %d CPU%s", rank, host, threads,
             threads == 1 ? "" : "s", cpus, cpus == 1 ? "" : "s");
    append_cpus(line, mask);
}

static void print_build(const char *mpi, FILE *out)
{
    version_print(out);
    fprintf(out, "MPI: %s\n", mpi ? mpi : "none, this build runs as one process");
#ifdef PFQ_WITHOUT_HDF5
    fprintf(out, "HDF5: none, this build neither writes nor reads its files\n");
#endif
#if defined __clang__ || !defined __GNUC__
    fprintf(out, "compiler: %s\n", __VERSION__);
#else
    fprintf(out, "compiler: GCC %s\n", __VERSION__);
#endif
    const struct scan_kernel *chosen = scan_kernel_choose(), *kernel;
    fprintf(out, "kernels:");
    for (size_t i = 0; (kernel = scan_kernel_at(i)); i++)
        fprintf(out, " %s%s", kernel->name,
                kernel == chosen           ? " (used)"
                : scan_kernel_runs(kernel) ? ""
                                           : " (not on this machine)");
    fprintf(out, "\n");
}

/* ---- what ranks send: reports of one size, that of the rank with the most threads ---- */

/* A line, and the places of threads behind it; what is no thread has the number -1. */
struct report {
    char line[LINE_BYTES];
    struct {
        int thread;
        struct threads_place place;
    } rows[];
};

static size_t report_words(uint64_t threads)
{
    const struct report *const report = NULL;
    const size_t bytes = sizeof *report + (size_t)threads * sizeof report->rows[0];
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

/* Binds threads as a run would; they stay bound until they have been looked at. */
static pfq_status pin(pfq_team *team, int threads, pfq_error *err)
{
    int rank, ranks;
    const pfq_status status = team_neighbours(team, &rank, &ranks, err);
    if (status)
        return status;
    pfq_error own = {.status = PFQ_OK};
    threads_pin(threads, rank, ranks, &own);
    return team_conclude(team, &own, err);
}

static pfq_status fill_report(int rank, int threads, int rows, struct report *report,
                              pfq_error *err)
{
    struct threads_place *const places = memory_allocate((size_t)threads, sizeof *places, err);
    if (!places)
        return PFQ_NO_MEMORY;
    describe_rank(rank, threads, report->line);
    threads_places(threads, places);
    threads_describe(threads, places);
    for (int i = 0; i < rows; i++) {
        report->rows[i].thread = i < threads ? i : -1;
        if (i < threads)
            report->rows[i].place = places[i];
    }
    free(places);
    return PFQ_OK;
}

/* A number of the system in a column of the table; "?" if it is not known. */
static void print_number(int number, int width, FILE *out)
{
    if (number < 0)
        fprintf(out, " %*s", width, "?");
    else
        fprintf(out, " %*d", width, number);
}

static void print_rows(int rank, const struct report *report, int rows, FILE *out)
{
    for (int i = 0; i < rows && report->rows[i].thread >= 0; i++) {
        const struct threads_place *const place = &report->rows[i].place;
        fprintf(out, "%6d %6d", rank, report->rows[i].thread);
        print_number(place->cpu, 5, out);
        print_number(place->core, 5, out);
        print_number(place->package, 7, out);
        print_number(place->numa_node, 9, out);
        fprintf(out, "  %s\n", place->pinned ? "yes" : "no");
    }
}

static void print_reports(const uint64_t *all, int size, int rows, FILE *out)
{
    const size_t words = report_words((uint64_t)rows);
    for (int i = 0; i < size; i++)
        fprintf(out, "%s\n", ((const struct report *)(all + (size_t)i * words))->line);
    fprintf(out, "\n  rank thread   cpu  core package numa node  pinned\n");
    for (int i = 0; i < size; i++)
        print_rows(i, (const struct report *)(all + (size_t)i * words), rows, out);
}

/* Allocates the report of this rank, and on rank 0 room for all of them. */
static pfq_status allocate(pfq_team *team, size_t words, uint64_t **mine, uint64_t **all,
                           pfq_error *err)
{
    const size_t size = (size_t)pfq_team_size(team);
    *mine = memory_allocate(words, sizeof **mine, err);
    if (*mine)
        memset(*mine, 0, words * sizeof **mine);
    if (*mine && pfq_team_rank(team) == 0)
        *all = memory_allocate(size, words * sizeof **all, err);
    return *mine && (*all || pfq_team_rank(team) != 0) ? PFQ_OK : PFQ_NO_MEMORY;
}

/* Gathers what ranks say of themselves; *all is rank 0's, also after a failure. */
static pfq_status gather_reports(pfq_team *team, int threads, int rows, uint64_t **all,
                                 pfq_error *err)
{
    const size_t words = report_words((uint64_t)rows);
    const int rank = pfq_team_rank(team);
    pfq_error own = {.status = PFQ_OK};
    uint64_t *mine = NULL;
    own.status = allocate(team, words, &mine, all, &own);
    if (!own.status)
        own.status = fill_report(rank, threads, rows, (struct report *)mine, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = team_gather(team, mine, words, *all, err);
    free(mine);
    return status;
}

pfq_status version_print_placement(pfq_team *team, int threads, bool pinned, const char *mpi,
                                   FILE *out, pfq_error *err)
{
    uint64_t *all = NULL;
    int local_ranks, cpus_together;
    pfq_status status = team_machine(team, &local_ranks, &cpus_together, err);
    if (status)
        return status;
    const int count = threads_count(threads, local_ranks, cpus_together);
    uint64_t rows = (uint64_t)count;
    status = team_max(team, &rows, 1, err);
    if (!status && pinned)
        status = pin(team, count, err);
    if (!status)
        status = gather_reports(team, count, (int)rows, &all, err);
    if (pinned)
        threads_unpin(count);
    if (!status && all) { /* rank 0 */
        print_build(mpi, out);
        print_reports(all, pfq_team_size(team), (int)rows, out);
    }
    free(all);
    return status;
}
