/*
 * A machine of which nothing is known but its CPUs: a build without hwloc.
 */
#include "threads/machine.h"

#include <errno.h>

pfq_status machine_create(struct machine **machine, pfq_error *err)
{
    (void)err;
    *machine = NULL;
    return PFQ_OK;
}

void machine_destroy(struct machine *machine)
{
    (void)machine;
}

/* Each CPU counts as a core, in the order of the system, which on most machines names the first
 * hardware threads of all cores before the second ones. */
int machine_core(const struct machine *machine, int cpu)
{
    (void)machine;
    return cpu;
}

void machine_describe(const struct machine *machine, struct threads_place *place)
{
    (void)machine;
    place->core = place->package = place->numa_node = -1;
}

int machine_memory(const struct machine *machine, int cpu, enum threads_memory policy)
{
    (void)machine, (void)cpu;
    return policy == THREADS_MEMORY_AUTO ? 0 : ENOSYS;
}

bool machine_knows_memory(void)
{
    return false;
}
