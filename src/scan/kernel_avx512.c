/*
 * The kernel for AVX-512 (F, BW, VL): 64 bytes, compared unsigned, and the masks come for nothing.
 */
#include "scan/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL      scan_kernel_avx512
#define KERNEL_NAME "avx512"
#define NARROWER    scan_kernel_avx2
#define WIDTH       64

typedef __m512i vector;
typedef uint64_t mask;
typedef struct {
    __m512i low, width;
} range;

static inline vector vector_load(const uint8_t *from)
{
    return _mm512_loadu_si512(from);
}

static inline void vector_store(uint8_t *to, vector v)
{
    _mm512_storeu_si512(to, v);
}

static inline vector vector_splat(uint8_t byte)
{
    return _mm512_set1_epi8((char)byte);
}

static inline vector vector_subtract(vector a, vector b)
{
    return _mm512_sub_epi8(a, b);
}

static inline vector vector_smaller(vector a, vector b)
{
    return _mm512_min_epu8(a, b);
}

static inline vector vector_larger(vector a, vector b)
{
    return _mm512_max_epu8(a, b);
}

/* minpos finds the smallest of eight 16-bit numbers; the smaller byte of each pair is one. */
static inline uint8_t vector_smallest(vector v)
{
    const __m256i half =
        _mm256_min_epu8(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i quarter =
        _mm_min_epu8(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    const __m128i pairs = _mm_min_epu8(quarter, _mm_srli_epi16(quarter, 8));
    return (uint8_t)_mm_cvtsi128_si32(_mm_minpos_epu16(pairs));
}

static inline uint8_t vector_largest(vector v)
{
    return (uint8_t)~vector_smallest(_mm512_xor_si512(v, _mm512_set1_epi8(-1)));
}

static inline range range_make(uint8_t low, uint8_t high)
{
    return (range){vector_splat(low), vector_splat((uint8_t)(high - low))};
}

static inline mask mask_outside(vector v, range good)
{
    return _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(v, good.low), good.width);
}

static inline mask mask_not_letter(vector v)
{
    return mask_outside(_mm512_or_si512(v, vector_splat(0x20)), range_make('a', 'z'));
}

static inline mask mask_newline(vector v)
{
    return _mm512_cmpeq_epi8_mask(v, vector_splat('\n'));
}

static inline mask mask_newline_or_nul(vector v)
{
    return mask_newline(v) | _mm512_testn_epi8_mask(v, v);
}

static inline size_t mask_first(mask m)
{
    return (size_t)_tzcnt_u64(m);
}

static inline size_t mask_count(mask m)
{
    return (size_t)__builtin_popcountll(m);
}

#include "scan/kernel_template.h"
#endif
