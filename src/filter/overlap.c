/*
 * How long is the fragment that two mates come from?
 *
 * The second mate, reversed and complemented, is slid along the first: first to the right, where
 * the fragment is longer than the reads and nothing needs to be cut, then to the left. The first
 * place at which both agree counts, and where the slid mate ends there, the fragment ends. Bounds
 * are those of fastp: more than 30 bases overlap, and of the first 50 of them at most 5, and at
 * most a fifth of the overlap, differ. Bases are compared eight at a time; at a wrong place the
 * first sixteen decide.
 */
#include <string.h>

#include "filter/steps.h"

enum { LEAST_OVERLAP = 31, LOOKED_AT = 50, MOST_DIFFERENCES = 5, WORD = 8, PADDING = 64 };

/* Capitals, and behind them what differs from the other's padding. */
struct strand {
    uint8_t bases[OVERLAP_MOST_BASES + PADDING];
    size_t count;
};

static uint64_t word_at(const uint8_t *bases)
{
    uint64_t word;
    memcpy(&word, bases, WORD);
    return word;
}

/* How many of eight bytes are not 0: each is made 1 or 0, and a product adds them up. */
static unsigned count_bytes(uint64_t word)
{
    word |= word >> 4;
    word |= word >> 2;
    word |= word >> 1;
    word &= UINT64_C(0x0101010101010101);
    return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* Bytes of a word that count where n are left. */
static uint64_t first_bytes(size_t n)
{
    static const uint8_t bytes[2 * WORD] = {255, 255, 255, 255, 255, 255, 255, 255};
    return word_at(bytes + (n < WORD ? WORD - n : 0));
}

static bool agree(const uint8_t *one, const uint8_t *other, size_t overlap)
{
    const unsigned fifth = (unsigned)(overlap / 5);
    const unsigned most = fifth < MOST_DIFFERENCES ? fifth : MOST_DIFFERENCES;
    const size_t n = overlap < LOOKED_AT ? overlap : LOOKED_AT;
    unsigned differences = count_bytes(word_at(one) ^ word_at(other)) +
                           count_bytes(word_at(one + WORD) ^ word_at(other + WORD));
    for (size_t i = (size_t)2 * WORD; i < n && differences <= most; i += WORD)
        differences += count_bytes((word_at(one + i) ^ word_at(other + i)) & first_bytes(n - i));
    return differences <= most;
}

/* The first offset in `still`, from `first` on, at which `slid` agrees with it; SIZE_MAX: none. */
static size_t slide(const struct strand *slid, const struct strand *still, size_t first)
{
    for (size_t at = first; at + LEAST_OVERLAP <= still->count; at++) {
        const size_t left = still->count - at;
        const size_t overlap = left < slid->count ? left : slid->count;
        if (agree(slid->bases, still->bases + at, overlap))
            return at;
    }
    return SIZE_MAX;
}

static void copy_forward(const struct filter_read *read, struct strand *strand)
{
    strand->count = (size_t)read->bases;
    for (size_t i = 0; i < strand->count; i++)
        strand->bases[i] = read->sequence[i] & 0xdf;
    memset(strand->bases + strand->count, 0, PADDING);
}

/* The five low bits of a letter tell it from all others, small or large. What is no base becomes 0,
 * which agrees with nothing but padding. */
static void copy_backward(const struct filter_read *read, struct strand *strand)
{
    static const uint8_t complement[32] = {['A' & 31] = 'T', ['C' & 31] = 'G', ['G' & 31] = 'C',
                                           ['T' & 31] = 'A', ['U' & 31] = 'A', ['N' & 31] = 'N'};
    strand->count = (size_t)read->bases;
    for (size_t i = 0; i < strand->count; i++)
        strand->bases[i] = complement[read->sequence[strand->count - 1 - i] & 31];
    memset(strand->bases + strand->count, 0, PADDING);
}

uint64_t overlap_fragment(const struct filter_read *one, const struct filter_read *other)
{
    struct strand forward, backward;
    if (one->bases < LEAST_OVERLAP || one->bases > OVERLAP_MOST_BASES ||
        other->bases < LEAST_OVERLAP || other->bases > OVERLAP_MOST_BASES)
        return 0;
    copy_forward(one, &forward);
    copy_backward(other, &backward);
    const size_t right = slide(&backward, &forward, 0);
    if (right != SIZE_MAX)
        return right + other->bases;
    const size_t left = slide(&forward, &backward, 1);
    return left != SIZE_MAX ? other->bases - left : 0;
}
