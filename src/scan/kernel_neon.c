/*
 * The kernel for NEON: 16 bytes. There is no instruction that gathers one bit from each byte;
 * narrowing pairs of bytes by four bits gives half a byte for each, of which one bit is kept.
 */
#include "scan/kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define KERNEL      scan_kernel_neon
#define KERNEL_NAME "neon"
#define NARROWER    scan_kernel_scalar
#define WIDTH       16

typedef uint8x16_t vector;
typedef uint64_t mask; /* bit 4 i + 3 stands for byte i */
typedef struct {
    uint8x16_t low, width;
} range;

static inline vector vector_load(const uint8_t *from)
{
    return vld1q_u8(from);
}

static inline void vector_store(uint8_t *to, vector v)
{
    vst1q_u8(to, v);
}

static inline vector vector_splat(uint8_t byte)
{
    return vdupq_n_u8(byte);
}

static inline vector vector_subtract(vector a, vector b)
{
    return vsubq_u8(a, b);
}

static inline vector vector_smaller(vector a, vector b)
{
    return vminq_u8(a, b);
}

static inline vector vector_larger(vector a, vector b)
{
    return vmaxq_u8(a, b);
}

static inline uint8_t vector_smallest(vector v)
{
    return vminvq_u8(v);
}

static inline uint8_t vector_largest(vector v)
{
    return vmaxvq_u8(v);
}

static inline mask mask_of(uint8x16_t bytes)
{
    const uint8x8_t halves = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(halves), 0) & 0x8888888888888888;
}

static inline range range_make(uint8_t low, uint8_t high)
{
    return (range){vdupq_n_u8(low), vdupq_n_u8((uint8_t)(high - low))};
}

static inline mask mask_outside(vector v, range good)
{
    return mask_of(vcgtq_u8(vsubq_u8(v, good.low), good.width));
}

static inline mask mask_not_letter(vector v)
{
    return mask_outside(vorrq_u8(v, vdupq_n_u8(0x20)), range_make('a', 'z'));
}

static inline mask mask_newline(vector v)
{
    return mask_of(vceqq_u8(v, vdupq_n_u8('\n')));
}

static inline mask mask_newline_or_nul(vector v)
{
    return mask_of(vorrq_u8(vceqq_u8(v, vdupq_n_u8('\n')), vceqzq_u8(v)));
}

static inline size_t mask_first(mask m)
{
    return (size_t)__builtin_ctzll(m) / 4;
}

static inline size_t mask_count(mask m)
{
    return (size_t)__builtin_popcountll(m);
}

#include "scan/kernel_template.h"
#endif
