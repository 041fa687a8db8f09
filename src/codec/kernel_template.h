/*
 * All kernels, written once. A file kernel_X.c defines
 *     KERNEL, KERNEL_NAME              the row, and its name as a string
 *     ends(p)                          64 bits: bit i is set where p[i] and p[i + 1] differ
 *     find_present(data, size, present)
 *     put_few(bits, data, size, code)  writes literals that are `by_low_half`, from the first on,
 * as far as it likes; returns how many; what kernel_matches.h names; and includes this.
 *
 * Literals. Two bytes are one look-up: the table has the code of each pair of bytes that occur, and
 * what it costs to fill is the square of how many occur. Entries of other pairs are never read, so
 * that the table is not cleared, and the few lines of it that are in use stay in the nearest cache.
 *
 * Runs. 64 bytes are compared with their neighbours at once; what is then done is done once for
 * each run and not for each byte: its value and its length find the whole of its bits in a table.
 *
 * The bound. Loops read eight bytes, or 64 and one, only where so many are left; the rest goes byte
 * by byte. A store of eight bytes begins in the byte of the first bit not yet written, so no store
 * passes what is said in kernel.h by more than BITS_SLACK.
 */
#include <string.h>

#include "codec/block_head.h"
#include "codec/match_lengths.h"

enum { RUN_BLOCK = 64 };

/* ---- literals ---- */

static inline void put_literal(struct bits *bits, uint8_t byte, const struct kernel_literals *code)
{
    bits_put(bits, code->code[byte], code->length[byte]);
}

/* The bits of two pairs, appended to *value, which has *count bits. */
static inline void join(uint64_t pairs, const uint32_t *table, uint64_t *value, unsigned *count)
{
    const uint32_t first = table[pairs & 0xffff], second = table[pairs >> 16 & 0xffff];
    const unsigned first_count = first & 31, second_count = second & 31;
    const uint64_t both = first >> 5 | (uint64_t)(second >> 5) << first_count;
    *value |= both << *count;
    *count += first_count + second_count;
}

/* Eight bytes of 7 bits are 56 bits, and four bytes of 12 bits are 48: what one bits_put can take.
 */
static size_t put_pairs(struct bits *to, const uint8_t *data, size_t size,
                        const struct kernel_literals *code)
{
    struct bits bits = *to; /* a copy stays in registers */
    size_t i = 0;
    for (; size - i >= 8; i += 8) {
        const uint64_t bytes = bits_load(data + i);
        uint64_t value = 0;
        unsigned count = 0;
        join(bytes, code->pair, &value, &count);
        if (!code->few) {
            bits_put(&bits, value, count);
            value = count = 0;
        }
        join(bytes >> 32, code->pair, &value, &count);
        bits_put(&bits, value, count);
    }
    *to = bits;
    return i;
}

static void put_literals(struct bits *bits, const uint8_t *data, size_t size,
                         const struct kernel_literals *code)
{
    size_t i = code->by_low_half ? put_few(bits, data, size, code) : 0;
    i += put_pairs(bits, data + i, size - i, code);
    for (; i < size; i++)
        put_literal(bits, data[i], code);
}

/* ---- runs ---- */

/* The mask of `ends` for fewer than 64 bytes, of which the last ends a run. */
static inline uint64_t last_ends(const uint8_t *data, size_t size)
{
    uint64_t mask = UINT64_C(1) << (size - 1);
    for (size_t i = 0; i + 1 < size; i++)
        mask |= (uint64_t)(data[i] != data[i + 1]) << i;
    return mask;
}

/* The mask at data[at]; *step is how many bytes it is about. */
static inline uint64_t ends_at(const uint8_t *data, size_t at, size_t size, size_t *step)
{
    const size_t left = size - at;
    *step = left < RUN_BLOCK ? left : RUN_BLOCK;
    if (left > RUN_BLOCK)
        return ends(data + at);
    return last_ends(data + at, left);
}

static inline void count_long_rest(uint8_t value, size_t rest, uint32_t *counts)
{
    for (; rest >= MATCH_SHORTEST; rest -= rest < MATCH_LONGEST ? rest : MATCH_LONGEST)
        counts[match_length_of(rest < MATCH_LONGEST ? (unsigned)rest : MATCH_LONGEST).symbol]++;
    counts[value] += (uint32_t)rest;
}

static void count_runs(const uint8_t *data, size_t size, uint32_t *counts)
{
    size_t begin = 0, step;
    for (size_t at = 0; at < size; at += step) {
        for (uint64_t mask = ends_at(data, at, size, &step); mask; mask &= mask - 1) {
            const size_t end = at + (unsigned)__builtin_ctzll(mask);
            counts[data[end]]++;
            count_long_rest(data[end], end - begin, counts);
            begin = end + 1;
        }
    }
}

/* Given and returned by value, and kept out of the loop below, whose bits then stay in registers.
 */
static __attribute__((noinline)) struct bits
put_long_run(struct bits bits, uint8_t value, size_t rest, const struct kernel_runs *code)
{
    bits_put(&bits, code->code[value], code->length[value]);
    while (rest >= MATCH_SHORTEST) {
        const unsigned part = rest < MATCH_LONGEST ? (unsigned)rest : MATCH_LONGEST;
        const struct match_length match = match_length_of(part);
        const unsigned length = code->length[match.symbol];
        /* The distance is one bit, 0, behind the extra bits. */
        bits_put(&bits, code->code[match.symbol] | (uint64_t)match.extra << length,
                 length + match.extra_bits + 1);
        rest -= part;
    }
    for (; rest > 0; rest--)
        bits_put(&bits, code->code[value], code->length[value]);
    return bits;
}

static void put_runs(struct bits *to, const uint8_t *data, size_t size,
                     const struct kernel_runs *code)
{
    struct bits bits = *to;
    const uint64_t *const table = code->run;
    size_t begin = 0, step;
    for (size_t at = 0; at < size; at += step) {
        for (uint64_t mask = ends_at(data, at, size, &step); mask; mask &= mask - 1) {
            const size_t end = at + (unsigned)__builtin_ctzll(mask), rest = end - begin;
            const uint8_t value = data[end];
            begin = end + 1;
            if (rest < KERNEL_SHORT_RUN) {
                const uint64_t run = table[(size_t)value * KERNEL_SHORT_RUN + rest];
                bits_put(&bits, run >> 6, run & 63);
            } else {
                bits = put_long_run(bits, value, rest, code);
            }
        }
    }
    *to = bits;
}

#include "codec/kernel_matches.h"

const struct kernel KERNEL = {
    .name = KERNEL_NAME,
    .present = find_present,
    .literals = put_literals,
    .count_runs = count_runs,
    .runs = put_runs,
    .find = find_matches,
    .words = put_literal_words,
    .steps = put_steps,
};
