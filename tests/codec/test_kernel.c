/*
 * Claim: every kernel writes the bits that plain loops write, finds the bytes and the runs that
 * they find, and neither reads nor writes outside what it was given.
 */
#include "codec/kernel.h"

#include "codec/match_lengths.h"
#include "codec/shapes.h"
#include "support/check.h"

enum { MOST_BYTES = 3000, GUARD = 0xa5, SYMBOLS = 286, PAIRS = 65536 };

/* Codes of no meaning, as long as they may be. */
struct codes {
    uint8_t length[SYMBOLS];
    uint16_t code[SYMBOLS];
    struct kernel_literals literals;
    struct kernel_runs runs;
    uint32_t pairs[PAIRS];
    uint64_t run[256 * KERNEL_SHORT_RUN];
};

/* One bit after the other. */
struct plain {
    uint8_t bytes[MOST_BYTES * 2 + 64];
    size_t bits;
};

static void put(struct plain *plain, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++, plain->bits++)
        plain->bytes[plain->bits / 8] |= (uint8_t)((value >> i & 1) << plain->bits % 8);
}

static void put_symbol(struct plain *plain, const struct codes *codes, unsigned symbol)
{
    put(plain, codes->code[symbol], codes->length[symbol]);
}

static void put_rest(struct plain *plain, const struct codes *codes, uint8_t byte, size_t rest)
{
    for (; rest >= MATCH_SHORTEST; rest -= rest < MATCH_LONGEST ? rest : MATCH_LONGEST) {
        const struct match_length match =
            match_length_of(rest < MATCH_LONGEST ? (unsigned)rest : MATCH_LONGEST);
        put_symbol(plain, codes, match.symbol);
        put(plain, match.extra, match.extra_bits + 1);
    }
    for (; rest > 0; rest--)
        put_symbol(plain, codes, byte);
}

static size_t run_at(const uint8_t *data, size_t at, size_t size)
{
    size_t run = 1;
    while (at + run < size && data[at + run] == data[at])
        run++;
    return run;
}

static void make_codes(struct codes *codes, unsigned limit)
{
    for (size_t i = 0; i < SYMBOLS; i++) {
        codes->length[i] = (uint8_t)(1 + below(limit));
        codes->code[i] = (uint16_t)below(1u << codes->length[i]);
    }
    memcpy(codes->literals.length, codes->length, 256);
    memcpy(codes->literals.code, codes->code, 256 * sizeof *codes->code);
    codes->literals.few = limit <= KERNEL_FEW_BITS;
    codes->literals.pair = codes->pairs;
    for (unsigned i = 0; i < PAIRS; i++) {
        const unsigned a = i & 255, b = i >> 8, length = codes->length[a];
        codes->pairs[i] = (codes->code[a] | (uint32_t)codes->code[b] << length) << 5 |
                          (length + codes->length[b]);
    }
    codes->runs = (struct kernel_runs){codes->run, codes->length, codes->code};
    for (size_t i = 0; i < 256 * KERNEL_SHORT_RUN; i++) {
        struct plain plain = {{0}, 0};
        put_symbol(&plain, codes, (unsigned)(i / KERNEL_SHORT_RUN));
        put_rest(&plain, codes, (uint8_t)(i / KERNEL_SHORT_RUN), i % KERNEL_SHORT_RUN);
        codes->run[i] = bits_load(plain.bytes) << 6 | plain.bits;
    }
}

/* Says for which bytes the low halves tell all: whether those of the data differ in them. */
static void note_low_halves(struct codes *codes, const uint8_t *data, size_t size)
{
    int of_low[16];
    memset(of_low, -1, sizeof of_low);
    codes->literals.by_low_half = codes->literals.few;
    for (size_t i = 0; i < size; i++) {
        const unsigned low = data[i] & 15;
        if (of_low[low] >= 0 && of_low[low] != data[i])
            codes->literals.by_low_half = false;
        of_low[low] = data[i];
        codes->literals.low_length[low] = codes->length[data[i]];
        codes->literals.low_code[low] = (uint8_t)codes->code[data[i]];
    }
}

static void check_same_bits(const struct bits *bits, const uint8_t *out, const struct plain *plain)
{
    CHECK_EQUAL(bits->at - out, plain->bits / 8);
    CHECK_EQUAL(bits->count, plain->bits % 8);
    CHECK(memcmp(out, plain->bytes, plain->bits / 8) == 0);
    if (bits->count)
        CHECK_EQUAL(bits->word, plain->bytes[plain->bits / 8]);
    else
        CHECK_EQUAL(bits->word, 0);
}

/* A buffer that ends where the bound says, with guards behind. */
struct out {
    uint8_t *bytes;
    size_t size;
};

static struct out out_create(size_t literals)
{
    struct out out = {NULL, (literals * KERNEL_LITERAL_BITS + 7 + 7) / 8 + BITS_SLACK};
    out.bytes = malloc(out.size);
    CHECK(out.bytes);
    return out;
}

static void check_writing(const struct kernel *kernel, const struct codes *codes,
                          const uint8_t *data, size_t size)
{
    const unsigned waiting = below(8);
    const uint64_t word = below(1u << waiting);
    for (int with_runs = 0; with_runs < 2; with_runs++) {
        struct plain plain = {{0}, 0};
        const struct out out = out_create(size);
        struct bits bits = {word, waiting, out.bytes};
        put(&plain, word, waiting);
        for (size_t i = 0, run; i < size; i += run) {
            run = with_runs ? run_at(data, i, size) : 1;
            put_symbol(&plain, codes, data[i]);
            put_rest(&plain, codes, data[i], run - 1);
        }
        if (with_runs)
            kernel->runs(&bits, data, size, &codes->runs);
        else
            kernel->literals(&bits, data, size, &codes->literals);
        check_same_bits(&bits, out.bytes, &plain);
        CHECK((size_t)(bits.at - out.bytes) + BITS_SLACK <= out.size);
        free(out.bytes);
    }
}

static void check_finding(const struct kernel *kernel, const uint8_t *data, size_t size)
{
    bool present[256] = {false}, want_present[256] = {false};
    uint32_t counts[SYMBOLS] = {0}, want_counts[SYMBOLS] = {0};
    kernel->present(data, size, present);
    kernel->count_runs(data, size, counts);
    for (size_t i = 0, run; i < size; i += run) {
        size_t rest = run_at(data, i, size) - 1;
        run = rest + 1;
        want_present[data[i]] = true;
        want_counts[data[i]]++;
        for (; rest >= MATCH_SHORTEST; rest -= rest < MATCH_LONGEST ? rest : MATCH_LONGEST)
            want_counts[match_length_of(rest < MATCH_LONGEST ? (unsigned)rest : MATCH_LONGEST)
                            .symbol]++;
        want_counts[data[i]] += (uint32_t)rest;
    }
    CHECK(memcmp(present, want_present, sizeof present) == 0);
    CHECK(memcmp(counts, want_counts, sizeof counts) == 0);
}

static void kernel_does_what_plain_loops_do(const struct kernel *kernel)
{
    static struct codes codes;
    static const unsigned limits[] = {KERNEL_LITERAL_BITS, KERNEL_FEW_BITS};
    for (int turn = 0; turn < 60; turn++) {
        make_codes(&codes, limits[turn % 2]);
        for (int shape = 0; shape < SHAPES; shape++) {
            const size_t size = 1 + below(turn % 3 ? MOST_BYTES : 200);
            uint8_t *data = malloc(size); /* of its own, so that a read outside is seen */
            CHECK(data);
            shapes[shape].fill(data, size);
            note_low_halves(&codes, data, size);
            check_finding(kernel, data, size);
            check_writing(kernel, &codes, data, size);
            free(data);
        }
    }
}

/* Lengths of matches against the table of RFC 1951, group by group. */
static void lengths_are_those_of_the_format(void)
{
    unsigned length = 3;
    for (unsigned symbol = 257; symbol < 285; symbol++) {
        const unsigned extra_bits = symbol < 265 ? 0 : (symbol - 261) / 4;
        for (unsigned extra = 0; extra < 1u << extra_bits && length < 258; extra++, length++) {
            const struct match_length match = match_length_of(length);
            CHECK_EQUAL(match.symbol, symbol);
            CHECK_EQUAL(match.extra, extra);
            CHECK_EQUAL(match.extra_bits, extra_bits);
        }
    }
    CHECK_EQUAL(length, 258);
    CHECK_EQUAL(match_length_of(258).symbol, 285);
    CHECK_EQUAL(match_length_of(258).extra_bits, 0);
}

int main(void)
{
    const struct kernel *kernel;
    lengths_are_those_of_the_format();
    for (size_t i = 0; (kernel = kernel_at(i)); i++) {
        printf("%s: %s\n", kernel->name, kernel_runs_here(kernel) ? "runs" : "not on this machine");
        if (kernel_runs_here(kernel))
            kernel_does_what_plain_loops_do(kernel);
    }
    CHECK_EQUAL(setenv("PFQ_SIMD", "scalar", 1), 0);
    CHECK(kernel_choose() == &kernel_portable);
    CHECK_EQUAL(unsetenv("PFQ_SIMD"), 0);
    CHECK(kernel_runs_here(kernel_choose()));
    return 0;
}
