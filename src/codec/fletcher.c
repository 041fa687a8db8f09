/*
 * Fletcher32 as HDF5 has it: the data are numbers of 16 bits, the high byte first; one sum is of
 * the numbers, the other of that sum behind each of them, both modulo 65535; a last odd byte is a
 * high byte. Sums are brought below 2^16 (or so) often enough that they stay below 2^32.
 */
#include "codec/fletcher.h"

/* After n numbers from sums of at most 0x1fffe the second sum is below (n + 1) * 0x1fffe + n *
 * (n + 1) / 2 * 0xffff, which for n = 355 is below 2^32. */
enum { MOST_NUMBERS = 355 };

static inline uint32_t fold(uint32_t sum)
{
    return (sum & 0xffff) + (sum >> 16);
}

uint32_t fletcher32(struct span data)
{
    uint32_t first = 0, second = 0;
    size_t left = data.size / 2;
    const uint8_t *at = data.data;
    while (left > 0) {
        const size_t n = left < MOST_NUMBERS ? left : MOST_NUMBERS;
        for (size_t i = 0; i < n; i++, at += 2) {
            first += (uint32_t)at[0] << 8 | at[1];
            second += first;
        }
        first = fold(first);
        second = fold(second);
        left -= n;
    }
    if (data.size % 2) {
        first = fold(first + ((uint32_t)*at << 8));
        second = fold(second + first);
    }
    return fold(second) << 16 | fold(first);
}

void fletcher_put(struct span data, uint8_t *out)
{
    const uint32_t sum = fletcher32(data);
    for (int i = 0; i < FLETCHER_BYTES; i++)
        out[i] = (uint8_t)(sum >> 8 * i);
}

bool fletcher_is(struct span data, const uint8_t *in)
{
    uint8_t right[FLETCHER_BYTES];
    fletcher_put(data, right);
    uint8_t difference = 0;
    for (int i = 0; i < FLETCHER_BYTES; i++)
        difference |= right[i] ^ in[i];
    return difference == 0;
}
