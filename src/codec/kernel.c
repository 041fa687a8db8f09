/*
 * The kernels as one table, the widest first, and the choice among them.
 */
#include "codec/kernel.h"

#include <stdlib.h>

static bool everywhere(void)
{
    return true;
}

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}
#endif

static const struct {
    const struct kernel *kernel;
    bool (*runs)(void);
} table[] = {
#if defined(__x86_64__)
    {&kernel_avx2, has_avx2},
#endif
    {&kernel_portable, everywhere},
};

enum { KERNELS = sizeof table / sizeof table[0] };

const struct kernel *kernel_at(size_t i)
{
    return i < KERNELS ? table[i].kernel : NULL;
}

bool kernel_runs_here(const struct kernel *kernel)
{
    for (size_t i = 0; i < KERNELS; i++)
        if (table[i].kernel == kernel)
            return table[i].runs();
    return false;
}

const struct kernel *kernel_choose(void)
{
    const char *wanted = getenv("PFQ_SIMD");
    if (wanted && strcmp(wanted, "scalar") == 0)
        return &kernel_portable;
    for (size_t i = 0; i < KERNELS; i++)
        if (table[i].runs())
            return table[i].kernel;
    return &kernel_portable; /* not reached: it runs everywhere */
}
