/*
 * The kernel for AVX2, whose byte shuffle is a table of 16 places.
 *
 * Which bytes occur: a byte is looked up by its low half; what is found has a bit for each high
 * half that was seen with it. Bytes from 128 on have a table of their own. A byte not seen yet is
 * rare: it is put in, and the vector looked at again.
 *
 * Few literals: codes of at most 7 bits, looked up by the low half of each byte, are joined to
 * those of two, four and eight bytes in the lanes of a vector, all at once; then eight bytes are
 * one step for the writer of bits.
 */
#include "codec/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL      kernel_avx2
#define KERNEL_NAME "avx2"

enum { WIDTH = 32 };

typedef __m256i vector;

static inline vector load(const uint8_t *from)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)from);
}

/* 16 places, in both halves, as the shuffle wants them. */
static inline vector load_table(const uint8_t *from)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)from));
}

static inline uint32_t differ(vector a, vector b)
{
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}

static inline uint64_t ends(const uint8_t *p)
{
    const uint32_t low = differ(load(p), load(p + 1));
    const uint32_t high = differ(load(p + WIDTH), load(p + WIDTH + 1));
    return (uint64_t)high << WIDTH | low;
}

enum { ALIKE = WIDTH };

static inline unsigned alike(const uint8_t *a, const uint8_t *b)
{
    const uint32_t mask = differ(load(a), load(b));
    return mask ? (unsigned)__builtin_ctz(mask) : ALIKE;
}

static inline uint32_t separators(const uint8_t *p)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i below = _mm_cmplt_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i colon = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'));
    const __m128i line = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(below, _mm_or_si128(colon, line)));
}

/* ---- which bytes occur ---- */

/* seen[0] is of bytes below 128, seen[1] of the others; each by the low half, a bit for the rest.
 */
struct seen {
    uint8_t by_low[2][16];
};

/* The bytes of a vector that were not seen. The shuffle gives 0 where the highest bit of its index
 * is set, so each table answers for its own bytes. */
static inline uint32_t unseen(vector bytes, vector below, vector above)
{
    const vector top = _mm256_set1_epi8((char)0x80), low = _mm256_set1_epi8((char)0x8f);
    const vector index = _mm256_and_si256(bytes, low);
    const vector found = _mm256_or_si256(_mm256_shuffle_epi8(below, index),
                                         _mm256_shuffle_epi8(above, _mm256_xor_si256(index, top)));
    const vector powers = _mm256_set1_epi64x((long long)UINT64_C(0x8040201008040201));
    const vector high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(7));
    const vector bit = _mm256_shuffle_epi8(powers, high);
    return differ(_mm256_and_si256(found, bit), bit);
}

static void see(struct seen *seen, uint8_t byte, bool present[256])
{
    seen->by_low[byte >> 7][byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
    present[byte] = true;
}

/* The offset, from `at` on, of the first vector with a byte not seen, or of what is too short for
 * one. A branch for each vector, not an offset that depends on its mask: the next need not wait. */
static size_t skip_seen(const uint8_t *data, size_t at, size_t size, const struct seen *seen)
{
    const vector below = load_table(seen->by_low[0]), above = load_table(seen->by_low[1]);
    while (size - at >= WIDTH && !unseen(load(data + at), below, above))
        at += WIDTH;
    return at;
}

static void find_present(const uint8_t *data, size_t size, bool present[256])
{
    struct seen seen = {{{0}}};
    size_t i = 0;
    while (i = skip_seen(data, i, size, &seen), size - i >= WIDTH)
        for (size_t k = i; k < i + WIDTH; k++)
            see(&seen, data[k], present);
    for (; i < size; i++)
        present[data[i]] = true;
}

/* ---- few literals ---- */

/* Codes and their lengths in lanes. */
struct lanes {
    vector code, length;
};

/* Pairs of bytes become one code of 16 bits. There is no shift of 16-bit lanes by different counts,
 * so the second code is multiplied by two to the power of the first one's length, which is 7 at
 * most and so has a power that fits into a byte. */
static inline struct lanes join_bytes(vector code, vector length, vector power)
{
    const vector low = _mm256_set1_epi16(0xff);
    const vector second =
        _mm256_mullo_epi16(_mm256_srli_epi16(code, 8), _mm256_and_si256(power, low));
    return (struct lanes){_mm256_or_si256(_mm256_and_si256(code, low), second),
                          _mm256_maddubs_epi16(length, _mm256_set1_epi8(1))};
}

static inline struct lanes join_16(struct lanes a)
{
    const vector low = _mm256_set1_epi32(0xffff);
    const vector first_length = _mm256_and_si256(a.length, low);
    const vector second = _mm256_sllv_epi32(_mm256_srli_epi32(a.code, 16), first_length);
    return (struct lanes){_mm256_or_si256(_mm256_and_si256(a.code, low), second),
                          _mm256_add_epi32(first_length, _mm256_srli_epi32(a.length, 16))};
}

static inline struct lanes join_32(struct lanes a)
{
    const vector low = _mm256_set1_epi64x(0xffffffff);
    const vector first_length = _mm256_and_si256(a.length, low);
    const vector second = _mm256_sllv_epi64(_mm256_srli_epi64(a.code, 32), first_length);
    return (struct lanes){_mm256_or_si256(_mm256_and_si256(a.code, low), second),
                          _mm256_add_epi64(first_length, _mm256_srli_epi64(a.length, 32))};
}

static inline void put_lanes(struct bits *bits, struct lanes lanes)
{
    uint64_t code[4], length[4];
    _mm256_storeu_si256((__m256i *)(void *)code, lanes.code);
    _mm256_storeu_si256((__m256i *)(void *)length, lanes.length);
    for (int i = 0; i < 4; i++)
        bits_put(bits, code[i], (unsigned)length[i]);
}

static inline size_t put_few(struct bits *to, const uint8_t *data, size_t size,
                             const struct kernel_literals *few)
{
    struct bits bits = *to;
    uint8_t powers[16];
    for (int i = 0; i < 16; i++)
        powers[i] = (uint8_t)(1u << few->low_length[i]);
    const vector codes = load_table(few->low_code), lengths = load_table(few->low_length);
    const vector power = load_table(powers), low = _mm256_set1_epi8(15);
    size_t i = 0;
    for (; size - i >= WIDTH; i += WIDTH) {
        const vector index = _mm256_and_si256(load(data + i), low);
        const struct lanes two =
            join_bytes(_mm256_shuffle_epi8(codes, index), _mm256_shuffle_epi8(lengths, index),
                       _mm256_shuffle_epi8(power, index));
        put_lanes(&bits, join_32(join_16(two)));
    }
    *to = bits;
    return i;
}

#include "codec/kernel_template.h"
#endif
