/*
 * What is asked of the machine: which core, package and NUMA node a CPU belongs to, and memory near
 * a thread. machine_hwloc.c answers; machine_plain.c stands in for it in a build without hwloc and
 * knows none of it.
 */
#ifndef THREADS_MACHINE_H
#define THREADS_MACHINE_H

#include "base/error.h"
#include "threads/place.h"

struct machine;

/* Looks at the parts of the machine this process is allowed. Owns: ended with machine_destroy.
 * Returns PFQ_OK, PFQ_NO_MEMORY or PFQ_UNSUPPORTED. */
pfq_status machine_create(struct machine **machine, pfq_error *err);

/* NULL is fine. */
void machine_destroy(struct machine *machine);

/* A number that CPUs have in common if they are hardware threads of one core, and that grows along
 * the machine: neighbours have neighbouring numbers. */
int machine_core(const struct machine *machine, int cpu);

/* Fills in core, package and NUMA node of place->cpu, -1 where they are unknown. */
void machine_describe(const struct machine *machine, struct threads_place *place);

/* Says where the memory comes from that the calling thread touches first: a node of the CPU it runs
 * on (`cpu`), or all nodes in turn, or as the system does by itself. Returns 0 or an errno;
 * ENOSYS: cannot be done here. Threads: safe. */
int machine_memory(const struct machine *machine, int cpu, enum threads_memory policy);

/* Whether this build can say so at all. */
bool machine_knows_memory(void);

#endif
