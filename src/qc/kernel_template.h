/*
 * All loops, written once, in vectors of the compiler (32 bytes, whatever the machine has): a file
 * kernel_X.c names the row, KERNEL and KERNEL_NAME, and includes this.
 *
 * What is left at the end of an array and does not fill a vector is copied into one whose other
 * bytes are 0; the same operations follow, and only the part that counts is taken.
 */
#include <string.h>

#include "qc/kernel.h"

enum { WIDTH = 32 };

typedef uint8_t bytes __attribute__((vector_size(32)));
typedef int8_t masks __attribute__((vector_size(32)));
typedef uint16_t words __attribute__((vector_size(64)));
typedef uint64_t sums __attribute__((vector_size(32)));

#define LOAD(vector, from, n) memcpy(&(vector), (from), (n))

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

static inline void pack_vector(const bytes *sequence, const bytes *quality, uint8_t shift,
                               words *index)
{
    bytes code;
    code_of(sequence, &code);
    const bytes class = *quality + shift;
    *index =
        __builtin_convertvector(class, words) * QC_BASES + __builtin_convertvector(code, words);
}

static void pack(const uint8_t *sequence, const uint8_t *quality, size_t n, int shift,
                 uint16_t *index)
{
    bytes s, q;
    words packed;
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        LOAD(s, sequence + i, WIDTH);
        LOAD(q, quality + i, WIDTH);
        pack_vector(&s, &q, (uint8_t)shift, &packed);
        memcpy(index + i, &packed, sizeof packed);
    }
    if (i < n) {
        s = q = (bytes){0};
        LOAD(s, sequence + i, n - i);
        LOAD(q, quality + i, n - i);
        pack_vector(&s, &q, (uint8_t)shift, &packed);
        memcpy(index + i, &packed, (n - i) * sizeof *index);
    }
}

/* Adds the four 16-bit numbers of each 64-bit lane. */
static inline void add_pairs(const sums *pairs, sums *total)
{
    const sums lanes = (*pairs & 0x0000ffff0000ffffu) + ((*pairs >> 16) & 0x0000ffff0000ffffu);
    *total += (lanes & 0xffffffffu) + (lanes >> 32);
}

/* Adds the eight bytes of each 64-bit lane. */
static inline void add_lanes(const bytes *data, sums *total)
{
    const sums lanes = (sums)*data;
    const sums pairs = (lanes & 0x00ff00ff00ff00ffu) + ((lanes >> 8) & 0x00ff00ff00ff00ffu);
    add_pairs(&pairs, total);
}

static inline uint64_t sum_of(const sums *total)
{
    return (*total)[0] + (*total)[1] + (*total)[2] + (*total)[3];
}

static uint64_t sum(const uint8_t *data, size_t n)
{
    enum { BEFORE_OVERFLOW = 128 }; /* of two bytes each time */
    sums total = {0};
    bytes d;
    size_t i = 0;
    while (i + WIDTH <= n) {
        sums pairs = {0};
        for (int k = 0; k < BEFORE_OVERFLOW && i + WIDTH <= n; k++, i += WIDTH) {
            LOAD(d, data + i, WIDTH);
            pairs += ((sums)d & 0x00ff00ff00ff00ffu) + (((sums)d >> 8) & 0x00ff00ff00ff00ffu);
        }
        add_pairs(&pairs, &total);
    }
    if (i < n) {
        d = (bytes){0};
        LOAD(d, data + i, n - i);
        add_lanes(&d, &total);
    }
    return sum_of(&total);
}

/* 'C' and 'G' differ in one bit. */
static inline void gc_vector(const bytes *sequence, bytes *count)
{
    const masks is = (*sequence & (uint8_t)(0xdf & ~('C' ^ 'G'))) == ('C' & 'G');
    *count -= (bytes)is;
}

static uint64_t gc(const uint8_t *sequence, size_t n)
{
    enum { BEFORE_OVERFLOW = 255 };
    sums total = {0};
    bytes s, count;
    size_t i = 0;
    while (i + WIDTH <= n) {
        count = (bytes){0};
        for (int k = 0; k < BEFORE_OVERFLOW && i + WIDTH <= n; k++, i += WIDTH) {
            LOAD(s, sequence + i, WIDTH);
            gc_vector(&s, &count);
        }
        add_lanes(&count, &total);
    }
    if (i < n) {
        s = count = (bytes){0};
        LOAD(s, sequence + i, n - i);
        gc_vector(&s, &count);
        add_lanes(&count, &total);
    }
    return sum_of(&total);
}

/* four[i]: bits 1 and 2 of bases i to i + 3, the first one in the lowest bits; for WIDTH of them.
 */
static inline void four_vector(const uint8_t *sequence, uint8_t *four)
{
    bytes a, b, c, d;
    LOAD(a, sequence, WIDTH);
    LOAD(b, sequence + 1, WIDTH);
    LOAD(c, sequence + 2, WIDTH);
    LOAD(d, sequence + 3, WIDTH);
    a = ((a >> 1) & 3) | ((b << 1) & 0x0c) | ((c << 3) & 0x30) | ((d << 5) & 0xc0);
    memcpy(four, &a, WIDTH);
}

/* The vectors that would read behind the end get a copy of what there is. */
static int seeds(const uint8_t *sequence, size_t n, const uint8_t first[QC_ADAPTERS],
                 const uint8_t second[QC_ADAPTERS], uint8_t *hit)
{
    uint8_t four[QC_SEED_BLOCK + 3 * WIDTH], rest[4 * WIDTH];
    const size_t size = n + 7;
    bytes a, b;
    sums any = {0};
    size_t at = 0;
    for (; at + WIDTH + 3 <= size; at += WIDTH)
        four_vector(sequence + at, four + at);
    memset(rest, 'C', sizeof rest); /* no adapter has so many of them */
    memcpy(rest, sequence + at, size - at);
    for (size_t i = 0; i < 3; i++)
        four_vector(rest + i * WIDTH, four + at + i * WIDTH);
    for (size_t i = 0; i < n; i += WIDTH) {
        masks found = {0};
        LOAD(a, four + i, WIDTH);
        LOAD(b, four + i + 4, WIDTH);
        for (int s = 0; s < QC_ADAPTERS; s++)
            found |= (a == first[s]) & (b == second[s]);
        any |= (sums)found;
        memcpy(hit + i, &found, WIDTH);
    }
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

const struct qc_kernel KERNEL = {KERNEL_NAME, pack, sum, gc, seeds};
