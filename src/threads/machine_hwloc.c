/*
 * The machine as hwloc sees it. A loaded topology holds what this process is allowed (its cgroup)
 * and is only read afterwards, so all threads may use it at once.
 */
#include "threads/machine.h"

#include <errno.h>
#include <hwloc.h>
#include <stdlib.h>

#include "base/memory.h"

struct machine {
    hwloc_topology_t topology;
};

static pfq_status load(hwloc_topology_t *topology, pfq_error *err)
{
    if (hwloc_topology_init(topology))
        return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for the map of this machine");
    /* Caches are not asked for, and finding them takes time. */
    hwloc_topology_set_cache_types_filter(*topology, HWLOC_TYPE_FILTER_KEEP_NONE);
#if HWLOC_API_VERSION >= 0x00020100
    /* Linux knows it all; asking the processor would drag this thread over all CPUs in turn. */
    hwloc_topology_set_components(*topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
#endif
    if (hwloc_topology_load(*topology) == 0)
        return PFQ_OK;
    hwloc_topology_destroy(*topology);
    return error_set(err, PFQ_UNSUPPORTED, NULL, "hwloc cannot read the map of this machine");
}

pfq_status machine_create(struct machine **machine, pfq_error *err)
{
    struct machine *const made = memory_allocate(1, sizeof *made, err);
    *machine = NULL;
    if (!made)
        return PFQ_NO_MEMORY;
    const pfq_status status = load(&made->topology, err);
    if (status)
        free(made);
    else
        *machine = made;
    return status;
}

void machine_destroy(struct machine *machine)
{
    if (!machine)
        return;
    hwloc_topology_destroy(machine->topology);
    free(machine);
}

/* The object around a CPU; NULL where there is none. */
static hwloc_obj_t around(const struct machine *machine, int cpu, hwloc_obj_type_t type)
{
    if (!machine || cpu < 0)
        return NULL;
    hwloc_topology_t topology = machine->topology;
    hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topology, (unsigned)cpu);
    return pu ? hwloc_get_ancestor_obj_by_type(topology, type, pu) : NULL;
}

int machine_core(const struct machine *machine, int cpu)
{
    hwloc_obj_t core = around(machine, cpu, HWLOC_OBJ_CORE);
    return core ? (int)core->logical_index : cpu;
}

/* Memory hangs beside the tree of CPUs, so its nodes are looked through. Where a CPU has several
 * (fast and large memory), the first is its ordinary one. */
static hwloc_obj_t node_of(const struct machine *machine, int cpu)
{
    hwloc_obj_t node = NULL;
    if (!machine || cpu < 0)
        return NULL;
    while ((node = hwloc_get_next_obj_by_type(machine->topology, HWLOC_OBJ_NUMANODE, node)))
        if (hwloc_bitmap_isset(node->cpuset, (unsigned)cpu))
            return node;
    return NULL;
}

/* The number the system gives an object. */
static int number_of(hwloc_obj_t object)
{
    return object && object->os_index != HWLOC_UNKNOWN_INDEX ? (int)object->os_index : -1;
}

void machine_describe(const struct machine *machine, struct threads_place *place)
{
    place->core = number_of(around(machine, place->cpu, HWLOC_OBJ_CORE));
    place->package = number_of(around(machine, place->cpu, HWLOC_OBJ_PACKAGE));
    place->numa_node = number_of(node_of(machine, place->cpu));
}

/* Without HWLOC_MEMBIND_STRICT a full node is a reason to take memory elsewhere, not to be killed.
 */
static int prefer(const struct machine *machine, hwloc_const_nodeset_t nodes,
                  hwloc_membind_policy_t policy)
{
    const int flags = HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET;
    errno = 0;
    if (hwloc_set_membind(machine->topology, nodes, policy, flags) == 0)
        return 0;
    return errno ? errno : ENOSYS;
}

int machine_memory(const struct machine *machine, int cpu, enum threads_memory policy)
{
    if (!machine)
        return ENOSYS;
    const hwloc_const_nodeset_t all = hwloc_topology_get_topology_nodeset(machine->topology);
    if (policy == THREADS_MEMORY_AUTO)
        return prefer(machine, all, HWLOC_MEMBIND_DEFAULT);
    if (policy == THREADS_MEMORY_INTERLEAVE)
        return prefer(machine, all, HWLOC_MEMBIND_INTERLEAVE);
    hwloc_obj_t node = node_of(machine, cpu);
    return node ? prefer(machine, node->nodeset, HWLOC_MEMBIND_BIND) : ENOSYS;
}

bool machine_knows_memory(void)
{
    return true;
}
