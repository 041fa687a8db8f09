/*
 * Where a run would take place: each rank writes one line about itself into a text of fixed size,
 * rank 0 gathers and prints them. So the first question to a slow run ("who sits on which CPU?") is
 * answered by the same launcher line that started it.
 */
#include "cli/version.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "parfastq/version.h"
#include "scan/scan.h"
#include "team/team.h"
#include "threads/threads.h"

enum {
    LINE_BYTES = 1024, /* of one rank; a longer list of CPUs is cut */
    LINE_WORDS = LINE_BYTES / sizeof(uint64_t),
    MASK_WORDS = 64, /* 4096 CPUs */
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

/* Appends where each thread runs now. */
static pfq_status append_threads(char *line, int threads, pfq_error *err)
{
    char text[48];
    int *cpu = memory_allocate((size_t)threads, sizeof *cpu, err);
    if (!cpu)
        return PFQ_NO_MEMORY;
    threads_where(threads, cpu);
    snprintf(text, sizeof text, "; %d thread%s on", threads, threads == 1 ? "" : "s");
    append(line, text);
    for (int i = 0; i < threads; i++) {
        snprintf(text, sizeof text, cpu[i] < 0 ? " ?" : " %d", cpu[i]);
        append(line, text);
    }
    free(cpu);
    return PFQ_OK;
}

/* One line on this rank. */
static pfq_status describe_rank(int rank, int threads, char *line, pfq_error *err)
{
    char host[128] = "unknown host";
    unsigned long long mask[MASK_WORDS] = {0};
    gethostname(host, sizeof host - 1);
    const int cpus = threads_cpus(mask, MASK_WORDS);
    snprintf(line, LINE_BYTES, "rank %d on %s: %d CPU%s", rank, host, cpus, cpus == 1 ? "" : "s");
    append_cpus(line, mask);
    return append_threads(line, threads, err);
}

static void print_build(const char *mpi, FILE *out)
{
    version_print(out);
    fprintf(out, "MPI: %s\n", mpi ? mpi : "none, this build runs as one process");
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

pfq_status version_print_placement(pfq_team *team, int threads, const char *mpi, FILE *out,
                                   pfq_error *err)
{
    const int rank = pfq_team_rank(team), size = pfq_team_size(team);
    union {
        char text[LINE_BYTES];
        uint64_t words[LINE_WORDS];
    } mine = {{0}}, *all = NULL;
    pfq_error own = {.status = PFQ_OK};
    int local_ranks, cpus_together;

    pfq_status status = team_machine(team, &local_ranks, &cpus_together, err);
    if (status)
        return status;
    const int count = threads_count(threads, local_ranks, cpus_together);
    own.status = describe_rank(rank, count, mine.text, &own);
    if (!own.status && rank == 0 && !(all = memory_allocate((size_t)size, sizeof *all, &own)))
        own.status = PFQ_NO_MEMORY;
    status = team_agree(team, 0, &own);
    if (status) {
        if (err)
            *err = own;
        goto out;
    }
    status = team_gather(team, mine.words, LINE_WORDS, all ? all->words : NULL, err);
    if (status || rank != 0)
        goto out;
    print_build(mpi, out);
    for (int i = 0; i < size; i++)
        fprintf(out, "%s\n", all[i].text);
out:
    free(all);
    return status;
}
