/*
 * The kernel for AVX2: 32 bytes. AVX2 compares signed bytes only, so a range is moved until its
 * lowest byte is -128, the smallest there is; then one comparison says who is above it.
 */
#include "scan/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL      scan_kernel_avx2
#define KERNEL_NAME "avx2"
#define NARROWER    scan_kernel_scalar
#define WIDTH       32

typedef __m256i vector;
typedef uint32_t mask;
typedef struct {
    __m256i low, width;
} range;

static inline vector vector_load(const uint8_t *from)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)from);
}

static inline void vector_store(uint8_t *to, vector v)
{
    _mm256_storeu_si256((__m256i *)(void *)to, v);
}

static inline vector vector_splat(uint8_t byte)
{
    return _mm256_set1_epi8((char)byte);
}

static inline vector vector_subtract(vector a, vector b)
{
    return _mm256_sub_epi8(a, b);
}

static inline vector vector_smaller(vector a, vector b)
{
    return _mm256_min_epu8(a, b);
}

static inline vector vector_larger(vector a, vector b)
{
    return _mm256_max_epu8(a, b);
}

/* minpos finds the smallest of eight 16-bit numbers; the smaller byte of each pair is one. */
static inline uint8_t vector_smallest(vector v)
{
    const __m128i half = _mm_min_epu8(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const __m128i pairs = _mm_min_epu8(half, _mm_srli_epi16(half, 8));
    return (uint8_t)_mm_cvtsi128_si32(_mm_minpos_epu16(pairs));
}

static inline uint8_t vector_largest(vector v)
{
    return (uint8_t)~vector_smallest(_mm256_xor_si256(v, _mm256_set1_epi8(-1)));
}

static inline mask mask_of(__m256i bytes)
{
    return (mask)_mm256_movemask_epi8(bytes);
}

static inline range range_make(uint8_t low, uint8_t high)
{
    return (range){vector_splat((uint8_t)(low + 128)), vector_splat((uint8_t)(high - low + 128))};
}

static inline mask mask_outside(vector v, range good)
{
    return mask_of(_mm256_cmpgt_epi8(_mm256_sub_epi8(v, good.low), good.width));
}

static inline mask mask_not_letter(vector v)
{
    return mask_outside(_mm256_or_si256(v, vector_splat(0x20)), range_make('a', 'z'));
}

static inline mask mask_newline(vector v)
{
    return mask_of(_mm256_cmpeq_epi8(v, vector_splat('\n')));
}

static inline mask mask_newline_or_nul(vector v)
{
    const __m256i newline = _mm256_cmpeq_epi8(v, vector_splat('\n'));
    const __m256i nul = _mm256_cmpeq_epi8(v, _mm256_setzero_si256());
    return mask_of(_mm256_or_si256(newline, nul));
}

static inline size_t mask_first(mask m)
{
    return (size_t)_tzcnt_u32(m);
}

static inline size_t mask_count(mask m)
{
    return (size_t)__builtin_popcount(m);
}

#include "scan/kernel_template.h"
#endif
