/*
 * The kernels as one table, the widest first, and the choice among them: a machine takes the first
 * row it can run, unless PFQ_SIMD names another.
 */
#include "scan/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "base/simd.h"

static const struct simd_row table[] = {
#if defined(__x86_64__)
    {&scan_kernel_avx512, SIMD_AVX512},
    {&scan_kernel_avx2, SIMD_AVX2},
#elif defined(__aarch64__)
    {&scan_kernel_neon, SIMD_NEON},
#endif
    {&scan_kernel_scalar, SIMD_NONE},
};

enum { KERNELS = sizeof table / sizeof table[0] };

const struct scan_kernel *scan_kernel_at(size_t i)
{
    return simd_at(table, KERNELS, i);
}

bool scan_kernel_runs(const struct scan_kernel *kernel)
{
    return simd_runs(table, KERNELS, kernel);
}

const struct scan_kernel *scan_kernel_named(const char *name)
{
    const struct scan_kernel *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)); i++)
        if (strcmp(kernel->name, name) == 0)
            return scan_kernel_runs(kernel) ? kernel : NULL;
    return NULL;
}

const struct scan_kernel *scan_kernel_choose(void)
{
    const char *wanted = getenv("PFQ_SIMD");
    return wanted && *wanted ? scan_kernel_named(wanted) : simd_widest(table, KERNELS);
}
