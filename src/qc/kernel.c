/*
 * The kernels as a table, the widest first, and the choice among them.
 */
#include "qc/kernel.h"

#include <stdlib.h>
#include <string.h>

const struct qc_kernel *qc_kernel_at(size_t i)
{
    const struct qc_kernel *kernels[3] = {NULL};
    size_t n = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        kernels[n++] = &qc_kernel_avx2;
#endif
    kernels[n++] = &qc_kernel_portable;
    return i < n ? kernels[i] : NULL;
}

const struct qc_kernel *qc_kernel_choose(void)
{
    const char *wanted = getenv("PFQ_SIMD");
    if (wanted && strcmp(wanted, "scalar") == 0)
        return &qc_kernel_portable;
    return qc_kernel_at(0);
}
