/*
 * One question to the machine for each instruction set, and one walk over a table.
 */
#include "base/simd.h"

#include <stdlib.h>
#include <string.h>

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

bool simd_runs_here(enum simd needs)
{
    switch (needs) {
#if defined(__x86_64__)
    case SIMD_AVX2:
        return has_avx2();
    case SIMD_AVX512:
        return has_avx512();
#elif defined(__aarch64__)
    case SIMD_NEON:
        return true;
#endif
    default:
        return needs == SIMD_NONE;
    }
}

const void *simd_at(const struct simd_row *rows, size_t n, size_t i)
{
    return i < n ? rows[i].kernel : NULL;
}

bool simd_runs(const struct simd_row *rows, size_t n, const void *kernel)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].kernel == kernel)
            return simd_runs_here(rows[i].needs);
    return false;
}

const void *simd_widest(const struct simd_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (simd_runs_here(rows[i].needs))
            return rows[i].kernel;
    return NULL; /* not reached: the last row runs everywhere */
}

const void *simd_choose(const struct simd_row *rows, size_t n)
{
    const char *const wanted = getenv("PFQ_SIMD");
    return wanted && strcmp(wanted, "scalar") == 0 ? rows[n - 1].kernel : simd_widest(rows, n);
}
