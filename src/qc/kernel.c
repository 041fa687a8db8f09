/*
 * The kernels as a table, the widest first, and the choice among them.
 */
#include "qc/kernel.h"

#include "base/simd.h"

static const struct simd_row table[] = {
#if defined(__x86_64__)
    {&qc_kernel_avx2, SIMD_AVX2},
#endif
    {&qc_kernel_portable, SIMD_NONE},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct qc_kernel *qc_kernel_at(size_t i)
{
    return simd_at(table, ROWS, i);
}

bool qc_kernel_runs(const struct qc_kernel *kernel)
{
    return simd_runs(table, ROWS, kernel);
}

const struct qc_kernel *qc_kernel_choose(void)
{
    return simd_choose(table, ROWS);
}
