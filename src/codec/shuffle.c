/*
 * Shuffling turns a matrix of n elements by `element` bytes over. Elements of eight bytes, which is
 * all that parfastq writes, go eight at a time: a square of eight by eight bytes lies in eight
 * words, and is turned over by exchanging its corners of four by four, then two by two, then single
 * bytes. What is left, and any other element, is moved byte by byte.
 */
#include "codec/shuffle.h"

#include <string.h>

enum { SIDE = 8 }; /* of the square */

/* Exchanges the high halves of the parts of *a with the low halves of the parts of *b; `low` masks
 * the low halves, which have `bits` bits. */
static inline void exchange(uint64_t *a, uint64_t *b, unsigned bits, uint64_t low)
{
    const uint64_t both = ((*a >> bits) ^ *b) & low;
    *a ^= both << bits;
    *b ^= both;
}

/* Turns a square over: byte k of word i becomes byte i of word k. */
static inline void turn(uint64_t w[SIDE])
{
    for (int i = 0; i < 4; i++)
        exchange(&w[i], &w[i + 4], 32, UINT64_C(0x00000000ffffffff));
    for (int i = 0; i < SIDE; i += i % 4 == 1 ? 3 : 1)
        exchange(&w[i], &w[i + 2], 16, UINT64_C(0x0000ffff0000ffff));
    for (int i = 0; i < SIDE; i += 2)
        exchange(&w[i], &w[i + 1], 8, UINT64_C(0x00ff00ff00ff00ff));
}

/* Moves the squares of the first elements of a matrix of n elements of eight bytes. Reads words
 * that are from_step bytes apart and writes words that are to_step apart; from one square to the
 * next it is 64 bytes on one side and 8 on the other. Returns how many elements were moved. */
static size_t move_squares(const uint8_t *from, size_t from_step, uint8_t *to, size_t to_step,
                           size_t n)
{
    size_t i = 0;
    for (; i + SIDE <= n; i += SIDE) {
        uint64_t w[SIDE];
        const uint8_t *source = from + (from_step == SIDE ? i * SIDE : i);
        uint8_t *target = to + (to_step == SIDE ? i * SIDE : i);
        for (size_t k = 0; k < SIDE; k++)
            memcpy(&w[k], source + k * from_step, sizeof w[k]);
        turn(w);
        for (size_t k = 0; k < SIDE; k++)
            memcpy(target + k * to_step, &w[k], sizeof w[k]);
    }
    return i;
}

/* The bytes that make no whole element stay. */
static void keep_tail(struct span in, unsigned element, uint8_t *out)
{
    const size_t tail = in.size % element;
    if (tail)
        memcpy(out + in.size - tail, in.data + in.size - tail, tail);
}

void shuffle_apply(struct span in, unsigned element, uint8_t *out)
{
    const size_t n = in.size / element;
    const size_t done = element == SIDE ? move_squares(in.data, SIDE, out, n, n) : 0;
    for (size_t k = 0; k < element; k++)
        for (size_t i = done; i < n; i++)
            out[k * n + i] = in.data[i * element + k];
    keep_tail(in, element, out);
}

void shuffle_undo(struct span in, unsigned element, uint8_t *out)
{
    const size_t n = in.size / element;
    const size_t done = element == SIDE ? move_squares(in.data, n, out, SIDE, n) : 0;
    for (size_t i = done; i < n; i++)
        for (size_t k = 0; k < element; k++)
            out[i * element + k] = in.data[k * n + i];
    keep_tail(in, element, out);
}
