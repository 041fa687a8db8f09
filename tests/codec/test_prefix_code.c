/*
 * Claim: for any counts the code is a prefix code, complete and in canonical order, no code is
 * longer than the limit, and where the limit does not bind no code is shorter in sum.
 */
#include "codec/prefix_code.h"

#include "codec/shapes.h"
#include "support/check.h"

enum { MOST = PREFIX_MOST_SYMBOLS };

/* What Huffman's code costs: the sum of all inner nodes, found the slow way. */
static uint64_t least_bits(const uint32_t *counts, size_t symbols)
{
    uint64_t nodes[MOST], sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < symbols; i++)
        if (counts[i])
            nodes[n++] = counts[i];
    if (n == 1)
        return nodes[0];
    for (; n > 1; n--) {
        for (int k = 0; k < 2; k++) /* the two smallest to the end */
            for (size_t i = 0; i + 1 + (size_t)k < n; i++)
                if (nodes[i] < nodes[n - 1 - (size_t)k]) {
                    const uint64_t kept = nodes[i];
                    nodes[i] = nodes[n - 1 - (size_t)k];
                    nodes[n - 1 - (size_t)k] = kept;
                }
        nodes[n - 2] += nodes[n - 1];
        sum += nodes[n - 2];
    }
    return sum;
}

static unsigned reversed(unsigned code, unsigned length)
{
    unsigned back = 0;
    for (unsigned i = 0; i < length; i++)
        back |= (code >> i & 1) << (length - 1 - i);
    return back;
}

static void check(const uint32_t *counts, size_t symbols, unsigned limit)
{
    struct prefix_code code;
    uint64_t bits = 0, full = 0, used = 0;
    unsigned longest = 0;
    prefix_code_make(counts, symbols, limit, &code);
    for (size_t i = 0; i < symbols; i++) {
        CHECK_EQUAL(code.length[i] > 0, counts[i] > 0);
        CHECK(code.length[i] <= limit);
        longest = code.length[i] > longest ? code.length[i] : longest;
        bits += (uint64_t)counts[i] * code.length[i];
        used += counts[i] > 0;
        if (code.length[i])
            full += UINT64_C(1) << (PREFIX_MOST_BITS - code.length[i]);
    }
    CHECK_EQUAL(full, used == 0 ? 0 : UINT64_C(1) << (PREFIX_MOST_BITS - (used == 1)));
    if (longest < limit)
        CHECK_EQUAL(bits, least_bits(counts, symbols));
    /* Canonical: read as numbers, codes go up with length, and with the symbol within a length. */
    unsigned next = 0, before = 0;
    for (unsigned length = 1; length <= limit; length++)
        for (size_t i = 0; i < symbols; i++)
            if (code.length[i] == length) {
                next <<= length - (before ? before : length);
                CHECK_EQUAL(reversed(code.code[i], length), next);
                next++;
                before = length;
            }
}

int main(void)
{
    uint32_t counts[MOST] = {0};
    check(counts, MOST, 15);
    counts[77] = 5;
    check(counts, MOST, 15);
    for (size_t i = 0, a = 1, b = 1; i < 40; i++) { /* as deep as it can get */
        counts[i] = (uint32_t)a;
        const size_t next = a + b;
        a = b;
        b = next;
        for (unsigned limit = 7; limit <= 15; limit++)
            check(counts, MOST, limit);
    }
    for (int turn = 0; turn < 20000; turn++) {
        const size_t symbols = 1 + below(turn % 2 ? 19 : MOST);
        const unsigned limit = symbols <= 128 ? 7 + below(9) : 9 + below(7);
        const unsigned magnitude = below(20), rare = 1 + below(4);
        for (size_t i = 0; i < symbols; i++)
            counts[i] = below(rare) ? 0 : below(1u << below(magnitude + 1));
        check(counts, symbols, limit);
    }
    return 0;
}
