/*
 * The loops for AVX2 and BMI2: shifts and masks by a register are one step each, and a match nearer
 * than a vector is a shuffle. The bytes of such a match repeat every `distance`; the shuffle lays
 * them out over a vector as often as they fit, and vectors are stored whole periods apart.
 */
#include "gzip/symbols.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

/* Row d: 0, 1, .. d - 1, over and over. */
#define ROW1(d)                                                                                    \
    {                                                                                              \
        0 % (d), 1 % (d), 2 % (d), 3 % (d), 4 % (d), 5 % (d), 6 % (d), 7 % (d), 8 % (d), 9 % (d),  \
            10 % (d), 11 % (d), 12 % (d), 13 % (d), 14 % (d), 15 % (d)                             \
    }
static const uint8_t period[16][16] = {ROW1(1),  ROW1(1),  ROW1(2),  ROW1(3), ROW1(4),  ROW1(5),
                                       ROW1(6),  ROW1(7),  ROW1(8),  ROW1(9), ROW1(10), ROW1(11),
                                       ROW1(12), ROW1(13), ROW1(14), ROW1(15)};

/* The bytes between two stores: of 16, as many whole periods as fit. */
static const uint8_t stride[16] = {16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15};

/* `distance` and `length` in bytes. */
static inline void copy_period(uint8_t *out, size_t distance, size_t length)
{
    const __m128i from = _mm_loadu_si128((const __m128i *)(const void *)(out - distance));
    const __m128i order = _mm_loadu_si128((const __m128i *)(const void *)period[distance]);
    const __m128i all = _mm_shuffle_epi8(from, order);
    uint8_t *const end = out + length;
    const size_t step = stride[distance];
    do {
        _mm_storeu_si128((__m128i *)(void *)out, all);
        out += step;
    } while (out < end);
}

static inline void bytes_copy_near(uint8_t *out, size_t distance, size_t length)
{
    copy_period(out, distance, length);
}

static inline void wide_copy_near(uint16_t *out, size_t distance, size_t length)
{
    copy_period((uint8_t *)out, 2 * distance, 2 * length);
}

#define SYMBOL     uint8_t
#define WIDE       0
#define LOOP(name) bytes_##name
#include "gzip/symbols_template.h"

#define SYMBOL     uint16_t
#define WIDE       1
#define LOOP(name) wide_##name
#include "gzip/symbols_template.h"

const struct gzip_symbols_loops gzip_symbols_avx2 = {"avx2", bytes_decode, wide_decode};
#endif
