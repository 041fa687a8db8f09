/*
 * The loops as one table, the fastest first, and the choice among them.
 */
#include "gzip/symbols.h"

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
    const struct gzip_symbols_loops *loops;
    bool (*runs)(void);
} table[] = {
#if defined(__x86_64__)
    {&gzip_symbols_avx2, has_avx2},
#endif
    {&gzip_symbols_portable, everywhere},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct gzip_symbols_loops *gzip_symbols_at(size_t i)
{
    return i < ROWS ? table[i].loops : NULL;
}

bool gzip_symbols_run_here(const struct gzip_symbols_loops *loops)
{
    for (size_t i = 0; i < ROWS; i++)
        if (table[i].loops == loops)
            return table[i].runs();
    return false;
}

const struct gzip_symbols_loops *gzip_symbols_choose(void)
{
    const char *wanted = getenv("PFQ_SIMD");
    if (wanted && strcmp(wanted, "scalar") == 0)
        return &gzip_symbols_portable;
    for (size_t i = 0; i < ROWS; i++)
        if (table[i].runs())
            return table[i].loops;
    return &gzip_symbols_portable; /* not reached: it runs everywhere */
}
