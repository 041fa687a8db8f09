/*
 * A table of 128 bytes for vectors, from eight of 16, which is what a shuffle has.
 *
 * A byte above 127 becomes its index in the table, 0 to 127, and any other a negative number, for
 * which the shuffle gives 0. Taking 16 off each time, shuffle k answers for all indices from 16 k
 * on, by the lowest four bits. Its table holds the difference (xor) of parts k and k - 1, so that
 * the xor of all answers is that of the last part that answers, which is the right one.
 */
#include "gzip/resolve.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { WIDTH = 32, PARTS = 8 };

typedef __m256i vector;

static inline vector load_part(const uint8_t *lut, int part)
{
    return _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)(const void *)(lut + 16 * part)));
}

static inline vector look_up(vector bytes, const vector *parts)
{
    const vector sixteen = _mm256_set1_epi8(16), top = _mm256_set1_epi8((char)0x80);
    vector index = _mm256_xor_si256(bytes, top);
    vector found = _mm256_shuffle_epi8(parts[0], index);
    for (int k = 1; k < PARTS; k++) {
        index = _mm256_subs_epi8(index, sixteen);
        found = _mm256_xor_si256(found, _mm256_shuffle_epi8(parts[k], index));
    }
    return _mm256_blendv_epi8(bytes, found, bytes);
}

static void mapped(const uint8_t *in, size_t size, const uint8_t lut[GZIP_MAP_PLACES], uint8_t *out)
{
    vector parts[PARTS];
    parts[0] = load_part(lut, 0);
    for (int k = 1; k < PARTS; k++)
        parts[k] = _mm256_xor_si256(load_part(lut, k), load_part(lut, k - 1));
    size_t i = 0;
    for (; size - i >= WIDTH; i += WIDTH) {
        const vector bytes = _mm256_loadu_si256((const vector *)(const void *)(in + i));
        _mm256_storeu_si256((vector *)(void *)(out + i), look_up(bytes, parts));
    }
    for (; i < size; i++)
        out[i] = in[i] < 128 ? in[i] : lut[in[i] - 128];
}

const struct gzip_resolve_kernel gzip_resolve_avx2 = {"avx2", mapped};
#endif
