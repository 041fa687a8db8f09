/*
 * The loops as one table, the fastest first, and the choice among them.
 */
#include "gzip/symbols.h"

#include "base/simd.h"

static const struct simd_row table[] = {
#if defined(__x86_64__)
    {&gzip_symbols_avx2, SIMD_AVX2},
#endif
    {&gzip_symbols_portable, SIMD_NONE},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct gzip_symbols_loops *gzip_symbols_at(size_t i)
{
    return simd_at(table, ROWS, i);
}

bool gzip_symbols_run_here(const struct gzip_symbols_loops *loops)
{
    return simd_runs(table, ROWS, loops);
}

const struct gzip_symbols_loops *gzip_symbols_choose(void)
{
    return simd_choose(table, ROWS);
}
