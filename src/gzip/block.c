/*
 * The lengths of the codes of a dynamic block are themselves coded: by a precode of 19 symbols, 0
 * to 15 for a length, 16 to repeat the last one, 17 and 18 for runs of zeros. The precode's own
 * lengths come first, 3 bits each, in an order of their own.
 */
#include "gzip/block.h"

enum {
    PRECODE_SYMBOLS = 19,
    PRECODE_BITS = 7, /* the longest code; its table has 2^7 places */
    PRECODE_PLACES = 1 << PRECODE_BITS,
    MOST_DYNAMIC_LITERALS = 286,
    MOST_DYNAMIC_DISTANCES = 30,
    LONGEST_CODE = 15,
    REPEAT = 16,
};

/* A symbol of the precode, and the bits of its code. */
struct precode_entry {
    uint8_t symbol;
    uint8_t bits;
};

static const uint8_t order[PRECODE_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                               11, 4,  12, 3, 13, 2, 14, 1, 15};

/* What three lengths of the precode (9 bits) take of a complete code, in 128ths; 0 takes nothing.
 */
#define ONE(a) ((a) ? 128 >> (a) : 0)
#define THREE(c, b)                                                                                \
    ONE(0) + ONE(b) + ONE(c), ONE(1) + ONE(b) + ONE(c), ONE(2) + ONE(b) + ONE(c),                  \
        ONE(3) + ONE(b) + ONE(c), ONE(4) + ONE(b) + ONE(c), ONE(5) + ONE(b) + ONE(c),              \
        ONE(6) + ONE(b) + ONE(c), ONE(7) + ONE(b) + ONE(c)
#define SIXTYFOUR(c)                                                                               \
    THREE(c, 0), THREE(c, 1), THREE(c, 2), THREE(c, 3), THREE(c, 4), THREE(c, 5), THREE(c, 6),     \
        THREE(c, 7)

static const uint8_t taken[512] = {SIXTYFOUR(0), SIXTYFOUR(1), SIXTYFOUR(2), SIXTYFOUR(3),
                                   SIXTYFOUR(4), SIXTYFOUR(5), SIXTYFOUR(6), SIXTYFOUR(7)};

bool gzip_precode_is_complete(uint64_t bits, unsigned count)
{
    bits &= (UINT64_C(1) << 3 * count) - 1;
    const unsigned sum = 0U + taken[bits & 511] + taken[bits >> 9 & 511] + taken[bits >> 18 & 511] +
                         taken[bits >> 27 & 511] + taken[bits >> 36 & 511] +
                         taken[bits >> 45 & 511] + taken[bits >> 54 & 7];
    return sum == 128;
}

bool gzip_code_is_complete(const uint8_t *length, unsigned symbols, unsigned *used)
{
    uint32_t sum = 0;
    unsigned with = 0;
    for (unsigned i = 0; i < symbols; i++) {
        sum += length[i] ? UINT32_C(1) << (LONGEST_CODE - length[i]) : 0;
        with += length[i] != 0;
    }
    *used = with;
    return sum == UINT32_C(1) << LONGEST_CODE;
}

/* Whether zlib would take it: complete, or a single code of one bit, or (distances) none. */
static bool may_be_used(const uint8_t *length, unsigned symbols, bool may_be_empty)
{
    unsigned used;
    if (gzip_code_is_complete(length, symbols, &used))
        return true;
    if (used > 1)
        return false;
    unsigned sum = 0;
    for (unsigned i = 0; i < symbols; i++)
        sum += length[i];
    return sum == 1 || (sum == 0 && may_be_empty);
}

/* Fills the table of a complete precode: at each place, the symbol whose code the lowest bits of
 * the place are. Codes count up with their length, and are stored with their first bit lowest. */
static void make_precode(const uint8_t *length, struct precode_entry *table)
{
    unsigned code = 0;
    for (unsigned bits = 1; bits <= PRECODE_BITS; bits++, code <<= 1)
        for (unsigned symbol = 0; symbol < PRECODE_SYMBOLS; symbol++) {
            if (length[symbol] != bits)
                continue;
            unsigned reversed = 0;
            for (unsigned i = 0; i < bits; i++)
                reversed |= (code >> i & 1) << (bits - 1 - i);
            for (unsigned at = reversed; at < PRECODE_PLACES; at += 1U << bits)
                table[at] = (struct precode_entry){(uint8_t)symbol, (uint8_t)bits};
            code++;
        }
}

/* A symbol of the precode that stands for several lengths: how many, given the bits behind it. */
static unsigned run_of(unsigned symbol, uint64_t bits, unsigned *extra_bits)
{
    static const uint8_t extra[3] = {2, 3, 7}, least[3] = {3, 3, 11};
    *extra_bits = extra[symbol - REPEAT];
    return least[symbol - REPEAT] +
           (unsigned)(bits & ((UINT64_C(1) << extra[symbol - REPEAT]) - 1));
}

/* Reads `total` lengths; false if they are none. Stops when it has read behind the data, where
 * everything is as it may be: the caller looks at block->bit. */
static bool read_lengths(const uint8_t *data, uint64_t end_bit, const struct precode_entry *table,
                         unsigned total, struct gzip_block *block)
{
    unsigned at = 0;
    while (at < total && block->bit <= end_bit) {
        const uint64_t bits = gzip_peek(data, block->bit);
        const struct precode_entry entry = table[bits & (PRECODE_PLACES - 1)];
        block->bit += entry.bits;
        if (entry.symbol < REPEAT) {
            block->length[at++] = entry.symbol;
            continue;
        }
        unsigned extra_bits;
        unsigned run = run_of(entry.symbol, bits >> entry.bits, &extra_bits);
        block->bit += extra_bits;
        if (run > total - at || (entry.symbol == REPEAT && at == 0))
            return block->bit > end_bit; /* or it was not even there */
        const uint8_t value = entry.symbol == REPEAT ? block->length[at - 1] : 0;
        for (; run > 0; run--)
            block->length[at++] = value;
    }
    return true;
}

static enum gzip_answer no(const char **why, const char *words)
{
    *why = words;
    return GZIP_NO;
}

static enum gzip_answer read_dynamic(const uint8_t *data, uint64_t end_bit,
                                     struct gzip_block *block, const char **why)
{
    if (block->bit + 14 > end_bit)
        return GZIP_MORE;
    uint64_t bits = gzip_peek(data, block->bit);
    block->literals = (bits & 31) + 257;
    block->distances = (bits >> 5 & 31) + 1;
    const unsigned count = (bits >> 10 & 15) + 4;
    if (block->literals > MOST_DYNAMIC_LITERALS || block->distances > MOST_DYNAMIC_DISTANCES)
        return no(why, "a block has too many codes");
    block->bit += 14;
    if (block->bit + UINT64_C(3) * count > end_bit)
        return GZIP_MORE;
    bits = gzip_peek(data, block->bit);
    if (!gzip_precode_is_complete(bits, count))
        return no(why, "the code of a block's code lengths is not complete");
    uint8_t length[PRECODE_SYMBOLS] = {0};
    struct precode_entry table[PRECODE_PLACES];
    for (unsigned i = 0; i < count; i++)
        length[order[i]] = bits >> 3 * i & 7;
    make_precode(length, table);
    block->bit += UINT64_C(3) * count;
    if (!read_lengths(data, end_bit, table, block->literals + block->distances, block))
        return no(why, "the code lengths of a block run over their end");
    if (block->bit > end_bit)
        return GZIP_MORE;
    if (!block->length[GZIP_END_OF_BLOCK])
        return no(why, "a block has no code for its end");
    if (!may_be_used(block->length, block->literals, false) ||
        !may_be_used(block->length + block->literals, block->distances, true))
        return no(why, "the codes of a block are not complete");
    return GZIP_YES;
}

static enum gzip_answer read_stored(const uint8_t *data, uint64_t end_bit, struct gzip_block *block,
                                    const char **why)
{
    block->bit = (block->bit + 7) / 8 * 8;
    if (block->bit + 32 > end_bit)
        return GZIP_MORE;
    const uint32_t both = gzip_load4(data + block->bit / 8);
    if ((both ^ both >> 16 ^ 0xffff) & 0xffff)
        return no(why, "the length of a stored block and its complement do not match");
    block->stored_bytes = both & 0xffff;
    block->bit += 32;
    return GZIP_YES;
}

enum gzip_answer gzip_block_read(const uint8_t *data, uint64_t bit, uint64_t end_bit,
                                 struct gzip_block *block, const char **why)
{
    if (bit + 3 > end_bit)
        return GZIP_MORE;
    const uint64_t bits = gzip_peek(data, bit);
    block->final = bits & 1;
    block->bit = bit + 3;
    block->stored_bytes = 0;
    switch (bits >> 1 & 3) {
    case 0:
        block->type = GZIP_STORED;
        return read_stored(data, end_bit, block, why);
    case 1:
        block->type = GZIP_FIXED;
        return GZIP_YES;
    case 2:
        block->type = GZIP_DYNAMIC;
        return read_dynamic(data, end_bit, block, why);
    default:
        return no(why, "a block is of a type that does not exist");
    }
}
