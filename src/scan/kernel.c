/*
 * The kernels as one table, the widest first, and the choice among them: a machine takes the first
 * row it can run, unless PFQ_SIMD names another.
 */
#include "scan/kernels.h"

#include <stdlib.h>
#include <string.h>

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

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

static const struct {
    const struct scan_kernel *kernel;
    bool (*runs)(void);
} table[] = {
#if defined(__x86_64__)
    {&scan_kernel_avx512, has_avx512},
    {&scan_kernel_avx2, has_avx2},
#elif defined(__aarch64__)
    {&scan_kernel_neon, everywhere},
#endif
    {&scan_kernel_scalar, everywhere},
};

enum { KERNELS = sizeof table / sizeof table[0] };

const struct scan_kernel *scan_kernel_at(size_t i)
{
    return i < KERNELS ? table[i].kernel : NULL;
}

bool scan_kernel_runs(const struct scan_kernel *kernel)
{
    for (size_t i = 0; i < KERNELS; i++)
        if (table[i].kernel == kernel)
            return table[i].runs();
    return false;
}

const struct scan_kernel *scan_kernel_named(const char *name)
{
    for (size_t i = 0; i < KERNELS; i++)
        if (strcmp(table[i].kernel->name, name) == 0)
            return table[i].runs() ? table[i].kernel : NULL;
    return NULL;
}

const struct scan_kernel *scan_kernel_choose(void)
{
    const char *wanted = getenv("PFQ_SIMD");
    if (wanted && *wanted)
        return scan_kernel_named(wanted);
    for (size_t i = 0; i < KERNELS; i++)
        if (table[i].runs())
            return table[i].kernel;
    return NULL; /* not reached: scalar runs everywhere */
}
