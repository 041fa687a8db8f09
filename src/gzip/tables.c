/*
 * Building the tables. Codes are canonical: numbers in a row for the symbols of one length, shorter
 * lengths first; deflate stores their bits in the opposite order, so a code fills all places whose
 * lowest bits are the code turned round.
 */
#include "gzip/tables.h"

#include <string.h>

/* What a symbol means: an entry but for the bits it takes, and how many extra bits follow its code.
 */
struct meaning {
    uint32_t entry;
    uint8_t extra;
};

enum { FIRST_LENGTH = 257, LENGTHS = 29, DISTANCES = 30 };

static const uint16_t length_base[LENGTHS] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                              15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                              67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[LENGTHS] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                              2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};

static struct meaning of_literal(unsigned symbol, bool strict)
{
    if (symbol < GZIP_END_OF_BLOCK) {
        if (strict && symbol > 127)
            return (struct meaning){GZIP_ODD | GZIP_HIGH, 0};
        return (struct meaning){UINT32_C(1) << GZIP_COUNT_SHIFT | symbol << GZIP_OWN_SHIFT, 0};
    }
    if (symbol == GZIP_END_OF_BLOCK)
        return (struct meaning){GZIP_ODD | GZIP_END, 0};
    const unsigned i = symbol - FIRST_LENGTH;
    if (i >= LENGTHS)
        return (struct meaning){GZIP_ODD, 0};
    return (struct meaning){(uint32_t)length_base[i] << GZIP_BASE_SHIFT, length_extra[i]};
}

/* Distances go in pairs, each pair with one more extra bit, from the third on. */
static struct meaning of_distance(unsigned symbol)
{
    if (symbol >= DISTANCES)
        return (struct meaning){GZIP_ODD, 0};
    if (symbol < 4)
        return (struct meaning){(symbol + 1) << GZIP_BASE_SHIFT, 0};
    const unsigned extra = symbol / 2 - 1;
    return (struct meaning){(((2 + symbol % 2) << extra) + 1) << GZIP_BASE_SHIFT, (uint8_t)extra};
}

/* The entry of a symbol whose code has `bits` bits more than those that led here. */
static uint32_t finish(struct meaning meaning, unsigned bits)
{
    uint32_t entry = meaning.entry + bits + meaning.extra;
    if (!(entry & (GZIP_LITERALS | GZIP_ODD)))
        entry |= bits << GZIP_OWN_SHIFT;
    return entry;
}

static unsigned turn_round(unsigned code, unsigned bits)
{
    code = (code & 0x5555) << 1 | (code >> 1 & 0x5555);
    code = (code & 0x3333) << 2 | (code >> 2 & 0x3333);
    code = (code & 0x0f0f) << 4 | (code >> 4 & 0x0f0f);
    code = (code & 0x00ff) << 8 | code >> 8;
    return code >> (16 - bits);
}

/* The symbols with a code, by length and then by number, and how many of each length. */
struct sorted {
    uint16_t symbol[GZIP_MOST_LITERALS];
    uint16_t begin[GZIP_LONGEST_CODE + 2]; /* of those of a length, in `symbol` */
};

static void sort(const uint8_t *length, unsigned symbols, struct sorted *sorted)
{
    uint16_t count[GZIP_LONGEST_CODE + 1] = {0}, next[GZIP_LONGEST_CODE + 2];
    for (unsigned i = 0; i < symbols; i++)
        count[length[i]]++;
    sorted->begin[0] = sorted->begin[1] = 0;
    for (unsigned bits = 1; bits <= GZIP_LONGEST_CODE; bits++)
        sorted->begin[bits + 1] = (uint16_t)(sorted->begin[bits] + count[bits]);
    memcpy(next, sorted->begin, sizeof next);
    for (unsigned i = 0; i < symbols; i++)
        if (length[i])
            sorted->symbol[next[length[i]]++] = (uint16_t)i;
}

typedef struct meaning (*meaning_of)(unsigned symbol, bool strict);

static struct meaning distance_meaning(unsigned symbol, bool strict)
{
    (void)strict;
    return of_distance(symbol);
}

/* Codes that fit the main table. Returns the first code of the next length. */
static unsigned fill_main(uint32_t *table, unsigned table_bits, const struct sorted *sorted,
                          meaning_of meaning, bool strict)
{
    unsigned code = 0;
    for (unsigned bits = 1; bits <= table_bits; bits++, code <<= 1)
        for (unsigned i = sorted->begin[bits]; i < sorted->begin[bits + 1]; i++, code++) {
            const uint32_t entry = finish(meaning(sorted->symbol[i], strict), bits);
            for (unsigned at = turn_round(code, bits); at < 1U << table_bits; at += 1U << bits)
                table[at] = entry;
        }
    return code;
}

/* Longer codes. Those that begin alike stand together, as codes are in order, the longest of them
 * last but not always: the table they share is as large as the longest of them needs, and codes of
 * a prefix are followed until it changes. */
static void fill_links(uint32_t *table, unsigned table_bits, const struct sorted *sorted,
                       unsigned code, meaning_of meaning, bool strict)
{
    const unsigned mask = (1U << table_bits) - 1;
    unsigned end = mask + 1;
    unsigned first = code;
    /* How long the longest code behind each prefix is: the last one in order that has it. */
    for (unsigned bits = table_bits + 1; bits <= GZIP_LONGEST_CODE; bits++, first <<= 1)
        for (unsigned i = sorted->begin[bits]; i < sorted->begin[bits + 1]; i++, first++)
            table[turn_round(first, bits) & mask] = bits - table_bits;
    for (unsigned bits = table_bits + 1; bits <= GZIP_LONGEST_CODE; bits++, code <<= 1)
        for (unsigned i = sorted->begin[bits]; i < sorted->begin[bits + 1]; i++, code++) {
            const unsigned turned = turn_round(code, bits);
            uint32_t *link = &table[turned & mask];
            if (!(*link & GZIP_ODD)) {
                const unsigned sub_bits = *link;
                *link = table_bits | sub_bits << GZIP_OWN_SHIFT | GZIP_ODD | GZIP_LINK |
                        end << GZIP_BASE_SHIFT;
                end += 1U << sub_bits;
            }
            const unsigned places = 1U << (*link >> GZIP_OWN_SHIFT & 15);
            const uint32_t entry = finish(meaning(sorted->symbol[i], strict), bits - table_bits);
            for (unsigned at = turned >> table_bits; at < places; at += 1U << (bits - table_bits))
                table[(*link >> GZIP_BASE_SHIFT) + at] = entry;
        }
}

static void make(uint32_t *table, unsigned table_bits, const uint8_t *length, unsigned symbols,
                 meaning_of meaning, bool strict)
{
    struct sorted sorted;
    sort(length, symbols, &sorted);
    /* Only a code that is not complete leaves places without one: a single symbol, or none. */
    if (sorted.begin[GZIP_LONGEST_CODE + 1] < 2)
        for (unsigned at = 0; at < 1U << table_bits; at++)
            table[at] = GZIP_ODD;
    const unsigned code = fill_main(table, table_bits, &sorted, meaning, strict);
    if (sorted.begin[table_bits + 1] < sorted.begin[GZIP_LONGEST_CODE + 1])
        fill_links(table, table_bits, &sorted, code, meaning, strict);
}

/* Joins literals whose codes fit the main table together. The codes behind the first lie at a
 * smaller place (that of the bits behind it), so that going down each is found single still. */
static void join_literals(uint32_t *table)
{
    for (unsigned at = 1U << GZIP_LITERAL_BITS; at-- > 0;) {
        uint32_t entry = table[at];
        if (!(entry & GZIP_LITERALS))
            continue;
        unsigned taken = entry & GZIP_TAKES;
        for (unsigned count = 1; count < 3; count++) {
            const uint32_t next = table[at >> taken];
            const unsigned bits = next & GZIP_TAKES;
            if (!(next & GZIP_LITERALS) || taken + bits > GZIP_LITERAL_BITS)
                break;
            const uint32_t literal = next >> GZIP_OWN_SHIFT & 0xff;
            entry += bits + (UINT32_C(1) << GZIP_COUNT_SHIFT) +
                     (literal << (GZIP_OWN_SHIFT + 8 * count));
            taken += bits;
        }
        table[at] = entry;
    }
}

void gzip_block_fix(struct gzip_block *block)
{
    block->literals = GZIP_MOST_LITERALS;
    block->distances = GZIP_MOST_DISTANCES;
    memset(block->length, 8, 144);
    memset(block->length + 144, 9, 112);
    memset(block->length + 256, 7, 24);
    memset(block->length + 280, 8, 8);
    memset(block->length + GZIP_MOST_LITERALS, 5, GZIP_MOST_DISTANCES);
}

void gzip_tables_make(struct gzip_tables *tables, const struct gzip_block *block, bool strict)
{
    make(tables->literal, GZIP_LITERAL_BITS, block->length, block->literals, of_literal, strict);
    make(tables->distance, GZIP_DISTANCE_BITS, block->length + block->literals, block->distances,
         distance_meaning, false);
    join_literals(tables->literal);
}
