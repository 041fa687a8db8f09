/*
 * The lengths of a block's codes are one row of numbers from 0 to 15, which is itself encoded: runs
 * become the symbols 16 (3 to 6 of the number before), 17 (3 to 10 zeros) and 18 (11 to 138 zeros),
 * and all symbols get a prefix code of at most 7 bits, of which the lengths go first.
 */
#include "codec/block_head.h"

#include <string.h>

#include "codec/prefix_code.h"

enum { ROW_MOST = BLOCK_SYMBOLS + BLOCK_DISTANCES, SYMBOLS = 19, LIMIT = 7, KIND_OWN_CODES = 2 };

/* The row as symbols, each with the number in its extra bits. */
struct row {
    uint8_t symbol[ROW_MOST];
    uint8_t extra[ROW_MOST];
    size_t count;
};

static void add(struct row *row, unsigned symbol, size_t extra)
{
    row->symbol[row->count] = (uint8_t)symbol;
    row->extra[row->count++] = (uint8_t)extra;
}

/* `run` times `length`: as few symbols as there can be, near enough. */
static void add_run(struct row *row, unsigned length, size_t run)
{
    if (length != 0) {
        add(row, length, 0);
        run--;
    }
    const size_t most = length ? 6 : 138;
    while (run >= 3) {
        const size_t part = run < most ? run : most;
        if (length)
            add(row, 16, part - 3);
        else if (part <= 10)
            add(row, 17, part - 3);
        else
            add(row, 18, part - 11);
        run -= part;
    }
    for (; run > 0; run--)
        add(row, length, 0);
}

static void make_row(const uint8_t *lengths, size_t count, struct row *row)
{
    row->count = 0;
    for (size_t at = 0, run; at < count; at += run) {
        for (run = 1; at + run < count && lengths[at + run] == lengths[at]; run++) {
        }
        add_run(row, lengths[at], run);
    }
}

static void write_row(struct bits *bits, const struct row *row, const struct prefix_code *code)
{
    static const uint8_t extra_bits[SYMBOLS] = {[16] = 2, [17] = 3, [18] = 7};
    for (size_t i = 0; i < row->count; i++) {
        const unsigned symbol = row->symbol[i], length = code->length[symbol];
        bits_put(bits, code->code[symbol] | (uint64_t)row->extra[i] << length,
                 length + extra_bits[symbol]);
    }
}

/* How many of the lengths there are up to the last code; `least`, if there are not so many. */
static size_t used_of(const uint8_t *lengths, size_t all, size_t least)
{
    while (all > least && !lengths[all - 1])
        all--;
    return all;
}

void block_head_write(struct bits *bits, bool last, const uint8_t *lengths,
                      const uint8_t *distances)
{
    static const uint8_t order[SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                           11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t all[ROW_MOST];
    uint32_t counts[SYMBOLS] = {0};
    struct prefix_code code;
    struct row row;

    const size_t used = used_of(lengths, BLOCK_SYMBOLS, BLOCK_END_SYMBOL + 1);
    const size_t far = used_of(distances, BLOCK_DISTANCES, 1);
    memcpy(all, lengths, used);
    memcpy(all + used, distances, far);
    make_row(all, used + far, &row);
    for (size_t i = 0; i < row.count; i++)
        counts[row.symbol[i]]++;
    prefix_code_make(counts, SYMBOLS, LIMIT, &code);

    unsigned sent = SYMBOLS;
    while (sent > 4 && !code.length[order[sent - 1]])
        sent--;
    bits_put(bits, last | KIND_OWN_CODES << 1, 3);
    bits_put(bits, used - 257, 5);
    bits_put(bits, far - 1, 5);
    bits_put(bits, sent - 4, 4);
    for (unsigned i = 0; i < sent; i++)
        bits_put(bits, code.length[order[i]], 3);
    write_row(bits, &row, &code);
}
