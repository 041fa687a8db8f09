/*
 * Samples; and a small table of where some strings lie: one of them inside whatever comes again is
 * enough to find it.
 */
#include "codec/choose.h"

#include <stdint.h>
#include <string.h>

#include "codec/bits.h"

enum {
    STRIDE = 4096,  /* between samples of runs, */
    SAMPLE = 240,   /* and their size; such a count fits in a byte */
    WINDOW = 32768, /* in so many bytes */
    APART = 32,     /* a string is noted at every multiple of this, */
    STRING = 12,    /* so many bytes of it are looked at, */
    ASKED = 1024,   /* and so many bytes behind the window are asked what of them lies in it */
    NOTE_BITS = 12,
    SMALL = 3088 /* bytes of what may as well be tried */
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

/* Any function that spreads STRING bytes over the notes. */
static inline unsigned note_of(const uint8_t *data)
{
    const uint64_t mixed = bits_load(data) * UINT64_C(0x9e3779b97f4a7c15) ^
                           bits_load(data + STRING - 8) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (unsigned)(mixed * UINT64_C(0x165667b19e3779f9) >> (64 - NOTE_BITS));
}

static size_t same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* Strings lie APART on average, at places that look like chance, so that no period of the data (a
 * length that all names have) gives the same part of them again and again. */
static size_t place_of(size_t number)
{
    return number * APART + ((uint32_t)number * UINT32_C(2654435761) >> 16) % APART;
}

/* How many of the bytes asked[0 .. ASKED) lie in window[0 .. bytes), as parts of STRING and more.
 * The window goes on into what is asked. */
static size_t count_repeated(const uint8_t *window, size_t bytes, const uint8_t *asked)
{
    uint16_t notes[1 << NOTE_BITS] = {0}; /* where the string is, + 1 */
    size_t repeated = 0;
    for (size_t i = 0, place; (place = place_of(i)) < bytes; i++)
        notes[note_of(window + place)] = (uint16_t)(place + 1);
    for (size_t i = 0, step; i < ASKED; i += step) {
        const size_t place = notes[note_of(asked + i)], most = ASKED + STRING - i;
        const size_t length = place ? same(window + place - 1, asked + i, most) : 0;
        step = length < STRING ? 1 : length;
        repeated += length < STRING ? 0 : length;
    }
    return repeated;
}

unsigned choose_repeats(struct span raw)
{
    if (raw.size < SMALL)
        return 256;
    const size_t before = raw.size - ASKED - STRING, bytes = before < WINDOW ? before : WINDOW;
    const uint8_t *const window = raw.data + (before - bytes) / 2;
    return (unsigned)(count_repeated(window, bytes, window + bytes) * 256 / ASKED);
}
