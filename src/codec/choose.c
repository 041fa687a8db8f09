/*
 * Samples, and a small table of marks: sixteen bytes that come again find the mark they have left.
 */
#include "codec/choose.h"

#include <stdint.h>
#include <string.h>

#include "codec/bits.h"

enum {
    STRIDE = 4096, /* between samples of runs, */
    SAMPLE = 240,  /* and their size; such a count fits in a byte */
    WINDOW = 2048, /* what is marked before it is asked, */
    ASKED = 512,   /* for so many bytes, */
    STRING = 16,   /* whether these bytes from there on were seen */
    MARK_BITS = 15
};

/* Vectorised: no branch, and sums of a byte. */
static unsigned count_runs(const uint8_t *data)
{
    uint8_t count = 0;
    for (size_t i = 3; i < SAMPLE + 3; i++)
        count = (uint8_t)(count + ((data[i] == data[i - 1]) & (data[i] == data[i - 2]) &
                                   (data[i] == data[i - 3])));
    return count;
}

unsigned choose_runs(struct span raw)
{
    size_t equal = 0, looked = 0;
    for (size_t at = 0; at + SAMPLE + 3 <= raw.size; at += STRIDE, looked += SAMPLE)
        equal += count_runs(raw.data + at);
    for (size_t i = 3; looked == 0 && i < raw.size; i++)
        equal += raw.data[i] == raw.data[i - 1] && raw.data[i] == raw.data[i - 2] &&
                 raw.data[i] == raw.data[i - 3];
    if (looked == 0)
        looked = raw.size;
    return looked ? (unsigned)(equal * 256 / looked) : 0;
}

/* Any function that spreads sixteen bytes over the marks. */
static inline unsigned mark_of(const uint8_t *data)
{
    const uint64_t mixed = bits_load(data) * UINT64_C(0x9e3779b97f4a7c15) ^
                           bits_load(data + 8) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (unsigned)(mixed * UINT64_C(0x165667b19e3779f9) >> (64 - MARK_BITS));
}

bool choose_repeats(struct span raw)
{
    uint64_t marks[(1 << MARK_BITS) / 64];
    unsigned seen = 0;
    if (raw.size < WINDOW + ASKED + STRING)
        return true; /* whoever is this small may be tried */
    const uint8_t *const from = raw.data + (raw.size - WINDOW - ASKED - STRING) / 2;
    memset(marks, 0, sizeof marks);
    for (size_t i = 0; i < WINDOW + ASKED; i++) {
        const unsigned mark = mark_of(from + i);
        const uint64_t bit = UINT64_C(1) << mark % 64;
        seen += i >= WINDOW && (marks[mark / 64] & bit);
        marks[mark / 64] |= bit;
    }
    return seen >= ASKED / 4;
}
