/*
 * The kernel for every machine: a vector is one byte. It is also what finishes the last record of a
 * text for all other kernels, since it never looks ahead.
 */
#include "scan/kernels.h"

#define KERNEL      scan_kernel_scalar
#define KERNEL_NAME "scalar"
#define NARROWER    scan_kernel_scalar
#define WIDTH       1

typedef uint8_t vector;
typedef unsigned mask;
typedef struct {
    uint8_t low, width;
} range;

static inline vector vector_load(const uint8_t *from)
{
    return *from;
}

static inline void vector_store(uint8_t *to, vector v)
{
    *to = v;
}

static inline vector vector_splat(uint8_t byte)
{
    return byte;
}

static inline vector vector_subtract(vector a, vector b)
{
    return (uint8_t)(a - b);
}

static inline vector vector_smaller(vector a, vector b)
{
    return a < b ? a : b;
}

static inline vector vector_larger(vector a, vector b)
{
    return a > b ? a : b;
}

static inline uint8_t vector_smallest(vector v)
{
    return v;
}

static inline uint8_t vector_largest(vector v)
{
    return v;
}

static inline range range_make(uint8_t low, uint8_t high)
{
    return (range){low, (uint8_t)(high - low)};
}

static inline mask mask_outside(vector v, range good)
{
    return (uint8_t)(v - good.low) > good.width;
}

static inline mask mask_not_letter(vector v)
{
    return (uint8_t)((v | 0x20) - 'a') > 'z' - 'a';
}

static inline mask mask_newline(vector v)
{
    return v == '\n';
}

static inline mask mask_newline_or_nul(vector v)
{
    return v == '\n' || v == '\0';
}

static inline size_t mask_first(mask m)
{
    (void)m;
    return 0;
}

static inline size_t mask_count(mask m)
{
    return m;
}

#include "scan/kernel_template.h"
