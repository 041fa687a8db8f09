/*
 * All loops, written once, in vectors of the compiler: a file kernel_X.c names the row, KERNEL and
 * KERNEL_NAME, and the bytes of a vector, WIDTH, and includes this.
 *
 * The last vector of an array overlaps the one before, and what has been counted there is masked
 * out; an array shorter than a vector is copied into one whose other bytes are 0. Nothing is read
 * behind the end.
 */
#include <string.h>

#include "qc/kernel.h"

typedef uint8_t bytes __attribute__((vector_size(WIDTH)));
typedef int8_t masks __attribute__((vector_size(WIDTH)));
typedef uint64_t sums __attribute__((vector_size(WIDTH)));

#define LOAD(vector, from) memcpy(&(vector), (from), WIDTH)

/* WIDTH bytes from `n` on are 0 where a vector that ends n bytes into it has been counted, else -1.
 */
static const uint8_t behind[2 * WIDTH] = {
#define FULL  255, 255, 255, 255, 255, 255, 255, 255
#define EMPTY 0, 0, 0, 0, 0, 0, 0, 0
    EMPTY, EMPTY,
#if WIDTH == 32
    EMPTY, EMPTY, FULL, FULL,
#endif
    FULL,  FULL,
#undef FULL
#undef EMPTY
};

/* The last n < WIDTH bytes of an array of `size`, the other bytes 0, in any order. */
static inline void load_rest(const uint8_t *data, size_t size, size_t n, bytes *rest)
{
    if (size >= WIDTH) {
        bytes mask;
        LOAD(mask, behind + n);
        LOAD(*rest, data + size - WIDTH);
        *rest &= mask;
        return;
    }
    uint8_t copy[WIDTH] = {0};
    for (size_t i = 0; i < n; i++)
        copy[i] = data[i];
    LOAD(*rest, copy);
}

/* The enum qc_base of each byte. `& 0xdf` makes letters large; what it does to the few bytes that
 * are bases and no letters can be undone: '-' becomes 0x0d, '.' 0x0e. */
static inline void code_of(const bytes *sequence, bytes *code)
{
    const bytes large = *sequence & 0xdf;
    const masks a = large == 'A', c = large == 'C', g = large == 'G', n = large == 'N';
    const masks t = large == 'T', u = large == 'U';
    const masks gap = (large == ('-' & 0xdf)) | (large == ('.' & 0xdf));
    const masks other = ~(a | c | g | t | u | n | gap);
    *code = (bytes)((c & QC_C) | (g & QC_G) | (t & QC_T) | (n & QC_N) | (u & QC_U) |
                    (gap & QC_GAP) | (other & QC_OTHER));
}

/* The compiler makes vectors of the last loop too. */
static inline void pack_vector(const uint8_t *sequence, const uint8_t *quality, uint8_t shift,
                               uint16_t *index)
{
    uint8_t codes[WIDTH], classes[WIDTH];
    bytes s, q, code;
    LOAD(s, sequence);
    LOAD(q, quality);
    code_of(&s, &code);
    q += shift;
    memcpy(codes, &code, WIDTH);
    memcpy(classes, &q, WIDTH);
    for (int i = 0; i < WIDTH; i++)
        index[i] = (uint16_t)(classes[i] * QC_BASES + codes[i]);
}

static void pack(const uint8_t *sequence, const uint8_t *quality, size_t n, int shift,
                 uint16_t *index)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        pack_vector(sequence + i, quality + i, (uint8_t)shift, index + i);
    if (i == n)
        return;
    if (n >= WIDTH) {
        pack_vector(sequence + n - WIDTH, quality + n - WIDTH, (uint8_t)shift, index + n - WIDTH);
        return;
    }
    uint8_t s[WIDTH] = {0}, q[WIDTH] = {0};
    uint16_t packed[WIDTH];
    for (size_t k = 0; k < n; k++) {
        s[k] = sequence[k];
        q[k] = quality[k];
    }
    pack_vector(s, q, (uint8_t)shift, packed);
    for (size_t k = 0; k < n; k++)
        index[k] = packed[k];
}

/* Adds the four 16-bit numbers of each 64-bit lane. */
static inline void add_pairs(const sums *pairs, sums *total)
{
    const sums lanes = (*pairs & 0x0000ffff0000ffffu) + ((*pairs >> 16) & 0x0000ffff0000ffffu);
    *total += (lanes & 0xffffffffu) + (lanes >> 32);
}

static inline sums pairs_of(const bytes *data)
{
    return ((sums)*data & 0x00ff00ff00ff00ffu) + (((sums)*data >> 8) & 0x00ff00ff00ff00ffu);
}

static inline uint64_t sum_of(const sums *total)
{
    uint64_t all = 0;
    for (int i = 0; i < WIDTH / 8; i++)
        all += (*total)[i];
    return all;
}

static uint64_t sum(const uint8_t *data, size_t n)
{
    enum { BEFORE_OVERFLOW = 127 }; /* of two bytes each time, and the rest */
    sums total = {0}, pairs = {0};
    bytes d;
    size_t i = 0;
    for (int k = 1; i + WIDTH <= n; i += WIDTH, k++) {
        LOAD(d, data + i);
        pairs += pairs_of(&d);
        if (k % BEFORE_OVERFLOW == 0) {
            add_pairs(&pairs, &total);
            pairs = (sums){0};
        }
    }
    load_rest(data, n, n - i, &d);
    pairs += pairs_of(&d);
    add_pairs(&pairs, &total);
    return sum_of(&total);
}

/* The bytes that are `value` under a mask. */
static inline void like_vector(const bytes *sequence, uint8_t mask, uint8_t value, bytes *count)
{
    const masks is = (*sequence & mask) == value;
    *count -= (bytes)is;
}

static inline uint64_t like(const uint8_t *sequence, size_t n, uint8_t mask, uint8_t value)
{
    enum { BEFORE_OVERFLOW = 254 }; /* and the rest */
    sums total = {0}, pairs;
    bytes s, count = {0};
    size_t i = 0;
    for (int k = 1; i + WIDTH <= n; i += WIDTH, k++) {
        LOAD(s, sequence + i);
        like_vector(&s, mask, value, &count);
        if (k % BEFORE_OVERFLOW == 0) {
            pairs = pairs_of(&count);
            add_pairs(&pairs, &total);
            count = (bytes){0};
        }
    }
    load_rest(sequence, n, n - i, &s);
    like_vector(&s, mask, value, &count);
    pairs = pairs_of(&count);
    add_pairs(&pairs, &total);
    return sum_of(&total);
}

/* 'C' and 'G' differ in one bit. */
static uint64_t gc(const uint8_t *sequence, size_t n)
{
    return like(sequence, n, (uint8_t)(0xdf & ~('C' ^ 'G')), 'C' & 'G');
}

static uint64_t unknown(const uint8_t *sequence, size_t n)
{
    return like(sequence, n, 0xdf, 'N');
}

/* four[i]: bits 1 and 2 of bases i to i + 3, the first one in the lowest bits; for WIDTH of them.
 * Machines shift numbers, not bytes; what comes over from the neighbour is masked out. */
static inline void four_vector(const uint8_t *sequence, uint8_t *four)
{
    sums a, b, c, d;
    LOAD(a, sequence);
    LOAD(b, sequence + 1);
    LOAD(c, sequence + 2);
    LOAD(d, sequence + 3);
    const bytes all = ((bytes)(a >> 1) & 0x03) | ((bytes)(b << 1) & 0x0c) |
                      ((bytes)(c << 3) & 0x30) | ((bytes)(d << 5) & 0xc0);
    memcpy(four, &all, WIDTH);
}

/* For all n + 4 places; the last vector overlaps the one before. Behind them stands what no adapter
 * has twice. */
static void fours(const uint8_t *sequence, size_t n, uint8_t *four)
{
    enum { NO_ADAPTER = 0x55 }; /* CCCC */
    const size_t places = n + 4;
    size_t i = 0;
    memset(four + places, NO_ADAPTER, WIDTH + 4);
    for (; i + WIDTH <= places; i += WIDTH)
        four_vector(sequence + i, four + i);
    if (i < places && places >= WIDTH) {
        four_vector(sequence + places - WIDTH, four + places - WIDTH);
        return;
    }
    for (; i < places; i++)
        four[i] = (uint8_t)((sequence[i] >> 1 & 3) | (sequence[i + 1] << 1 & 0x0c) |
                            (sequence[i + 2] << 3 & 0x30) | (sequence[i + 3] << 5 & 0xc0));
}

static int seeds(const uint8_t *sequence, size_t n, const uint8_t first[QC_ADAPTERS],
                 const uint8_t second[QC_ADAPTERS], uint8_t *hit)
{
    uint8_t four[QC_SEED_BLOCK + 2 * WIDTH + 8];
    bytes a, b;
    sums any = {0};
    uint64_t some = 0;
    fours(sequence, n, four);
    for (size_t i = 0; i < n; i += WIDTH) {
        masks found = {0};
        LOAD(a, four + i);
        LOAD(b, four + i + 4);
        for (int s = 0; s < QC_ADAPTERS; s++)
            found |= (a == first[s]) & (b == second[s]);
        any |= (sums)found;
        memcpy(hit + i, &found, WIDTH);
    }
    for (int i = 0; i < WIDTH / 8; i++)
        some |= any[i];
    return some != 0;
}

/* Both sides in capitals; how many of the bases agree is counted for WIDTH places at once. */
static inline void near_vector(const uint8_t *sequence, const uint8_t (*begin)[QC_ADAPTER_BASES],
                               size_t count, masks *found)
{
    bytes base[QC_ADAPTER_BASES];
    for (int j = 0; j < QC_ADAPTER_BASES; j++) {
        LOAD(base[j], sequence + j);
        base[j] &= 0xdf;
    }
    *found = (masks){0};
    for (size_t b = 0; b < count; b++) {
        masks differ = {0};
        for (int j = 0; j < QC_ADAPTER_BASES; j++)
            differ -= base[j] != begin[b][j];
        *found |= differ < 2;
    }
}

static int near(const uint8_t *sequence, size_t n, const uint8_t (*begin)[QC_ADAPTER_BASES],
                size_t count, uint8_t *hit)
{
    masks found;
    sums any = {0};
    uint64_t some = 0;
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        near_vector(sequence + i, begin, count, &found);
        any |= (sums)found;
        memcpy(hit + i, &found, WIDTH);
    }
    if (i < n) { /* what is found behind n is nobody's, but may be counted as some */
        uint8_t copy[2 * WIDTH] = {0};
        memcpy(copy, sequence + i, n - i + QC_ADAPTER_BASES - 1);
        near_vector(copy, begin, count, &found);
        any |= (sums)found;
        memcpy(hit + i, &found, WIDTH);
    }
    for (int k = 0; k < WIDTH / 8; k++)
        some |= any[k];
    return some != 0;
}

const struct qc_kernel KERNEL = {
    .name = KERNEL_NAME,
    .pack = pack,
    .sum = sum,
    .gc = gc,
    .unknown = unknown,
    .seeds = seeds,
    .near = near,
};
