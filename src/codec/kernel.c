/*
 * The kernels as one table, the widest first, and the choice among them.
 */
#include "codec/kernel.h"

#include "base/simd.h"

static const struct simd_row table[] = {
#if defined(__x86_64__)
    {&kernel_avx2, SIMD_AVX2},
#endif
    {&kernel_portable, SIMD_NONE},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct kernel *kernel_at(size_t i)
{
    return simd_at(table, ROWS, i);
}

bool kernel_runs_here(const struct kernel *kernel)
{
    return simd_runs(table, ROWS, kernel);
}

const struct kernel *kernel_choose(void)
{
    return simd_choose(table, ROWS);
}
