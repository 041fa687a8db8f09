/*
 * Claim: the steps that a kernel finds give the bytes back, whatever they are and however they end;
 * all kernels find the same steps, and write the same bits as one bit after the other would be; and
 * where neighbours are alike but for some fields, nearly all bytes are in matches.
 */
#include "codec/kernel.h"
#include "codec/shapes.h"
#include "support/check.h"

enum { WINDOW = 32768, MOST_BYTES = MATCHES_BLOCK + 70000 };

static struct matches *create(void)
{
    struct matches *const matches = calloc(1, sizeof *matches);
    CHECK(matches);
    memset(matches->table, 0xa5, sizeof matches->table); /* what another chunk left */
    return matches;
}

/* Every step, done as an inflater does it. */
static void check_steps(const struct matches *matches, const uint8_t *data, size_t begin,
                        size_t end)
{
    const uint8_t *literals = matches->literals;
    size_t at = begin;
    CHECK(matches->count > 0 && matches->count <= MATCHES_STEPS);
    for (size_t i = 0; i < matches->count; i++) {
        const struct step *const step = &matches->steps[i];
        CHECK(step->literals <= end - at);
        CHECK(memcmp(literals, data + at, step->literals) == 0);
        literals += step->literals;
        at += step->literals;
        CHECK_EQUAL(step->length == 0, i + 1 == matches->count);
        if (step->length == 0)
            continue;
        CHECK(step->length >= MATCH_SHORTEST && step->length <= MATCH_LONGEST);
        CHECK(step->distance >= 1 && step->distance <= WINDOW && step->distance <= at);
        CHECK(step->length <= end - at);
        for (size_t k = 0; k < step->length; k++)
            CHECK_EQUAL(data[at + k - step->distance], data[at + k]);
        at += step->length;
    }
    CHECK_EQUAL(at, end);
    CHECK_EQUAL(literals - matches->literals, matches->literal_count);
}

static void check_same(const struct matches *a, const struct matches *b)
{
    CHECK_EQUAL(a->count, b->count);
    CHECK(memcmp(a->steps, b->steps, a->count * sizeof *a->steps) == 0);
    CHECK_EQUAL(a->literal_count, b->literal_count);
}

/* ---- writing ---- */

static void put(uint8_t *bytes, size_t *at, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++, ++*at)
        bytes[*at / 8] |= (uint8_t)((value >> i & 1) << *at % 8);
}

/* Codes of no meaning, as long as they may be. */
static void make_words(struct kernel_words *words)
{
    for (size_t i = 0; i < 256; i++) {
        const unsigned bits = 1 + below(KERNEL_LITERAL_BITS);
        words->literal[i] = (struct kernel_word){below(1u << bits), bits};
    }
    for (unsigned i = MATCH_SHORTEST; i <= MATCH_LONGEST; i++) {
        const unsigned bits = 1 + below(KERNEL_LITERAL_BITS + 5);
        words->length[i] = (struct kernel_word){below(1u << bits), bits};
    }
    for (size_t i = 0; i < BLOCK_DISTANCES; i++) {
        words->distance_length[i] = (uint8_t)(1 + below(KERNEL_LITERAL_BITS));
        words->distance_code[i] = (uint16_t)below(1u << words->distance_length[i]);
    }
}

/* Distances as the table of RFC 1951 has them, group by group. */
static void put_distance(uint8_t *bytes, size_t *at, unsigned distance,
                         const struct kernel_words *words)
{
    unsigned symbol = 0, first = 1, extra_bits = 0;
    for (; distance - first >= 1u << extra_bits; symbol++) {
        first += 1u << extra_bits;
        extra_bits = symbol + 1 < 4 ? 0 : (symbol + 1) / 2 - 1;
    }
    put(bytes, at, words->distance_code[symbol], words->distance_length[symbol]);
    put(bytes, at, distance - first, extra_bits);
}

static void check_writing(const struct kernel *kernel, const struct matches *matches)
{
    static struct kernel_words words;
    const size_t most = matches->literal_count * KERNEL_LITERAL_BITS + matches->count * 42 + 7;
    const size_t room = (most + 7) / 8 + BITS_SLACK;
    uint8_t *want = calloc(room, 1), *out = malloc(room); /* no larger, so that more is seen */
    size_t at = 0, literal = 0;
    CHECK(want && out);
    make_words(&words);
    const unsigned waiting = below(8);
    struct bits bits = {below(1u << waiting), waiting, out};
    put(want, &at, bits.word, waiting);
    for (size_t i = 0; i < matches->count; i++) {
        const struct step *const step = &matches->steps[i];
        for (size_t k = 0; k < step->literals; k++, literal++) {
            const struct kernel_word word = words.literal[matches->literals[literal]];
            put(want, &at, word.bits, word.count);
        }
        if (step->length) {
            put(want, &at, words.length[step->length].bits, words.length[step->length].count);
            put_distance(want, &at, step->distance, &words);
        }
    }
    const size_t last = matches->steps[matches->count - 1].literals;
    kernel->steps(&bits, matches->literals, matches->steps, matches->count - 1, &words);
    kernel->words(&bits, matches->literals + matches->literal_count - last, last, &words);
    CHECK_EQUAL(bits.at - out, at / 8);
    CHECK_EQUAL(bits.count, at % 8);
    CHECK(memcmp(out, want, at / 8) == 0);
    if (bits.count)
        CHECK_EQUAL(bits.word, want[at / 8]);
    free(want);
    free(out);
}

/* ---- the claims ---- */

/* Block after block, by all kernels. The memory ends with the data, so that a read behind is seen.
 */
static void check(const uint8_t *data, size_t size)
{
    struct matches *const first = create(), *const other = create();
    for (size_t begin = 0; begin < size; begin += MATCHES_BLOCK) {
        const size_t end = size - begin < MATCHES_BLOCK ? size : begin + MATCHES_BLOCK;
        const struct kernel *kernel;
        kernel_portable.find(first, data, begin, end);
        check_steps(first, data, begin, end);
        for (size_t i = 0; (kernel = kernel_at(i)); i++) {
            if (!kernel_runs_here(kernel))
                continue;
            check_writing(kernel, first);
            if (begin == 0) {
                kernel->find(other, data, begin, end);
                check_same(first, other);
            }
        }
    }
    free(first);
    free(other);
}

static void every_shape_comes_back(void)
{
    static const size_t sizes[] = {200, 3000, 8192, 8193, 40000, MATCHES_BLOCK, MOST_BYTES};
    for (int shape = 0; shape < SHAPES; shape++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *data = malloc(sizes[i]);
            CHECK(data);
            shapes[shape].fill(data, sizes[i]);
            check(data, sizes[i]);
            free(data);
        }
    }
}

/* Names, cut off at every byte. */
static void every_tail_comes_back(void)
{
    static void (*const fills[])(uint8_t *, size_t) = {names, names_of_changing_length,
                                                       the_same_name};
    for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++)
        for (size_t size = 1; size < 700; size++) {
            uint8_t *data = malloc(size);
            CHECK(data);
            fills[i](data, size);
            check(data, size);
            free(data);
        }
}

static void names_are_followed(void)
{
    enum { BYTES = 100000 };
    static const struct {
        void (*fill)(uint8_t *, size_t);
        bool alike;
        unsigned literals; /* at most, in hundredths of all bytes */
    } rows[] = {{names, true, 30},
                {the_same_name, true, 1},
                {names_of_chance, false, 100},
                {bases, false, 100},
                {noise, false, 100}};
    struct matches *const matches = create();
    uint8_t *data = malloc(BYTES);
    CHECK(data);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i].fill(data, BYTES);
        kernel_choose()->find(matches, data, 0, BYTES);
        CHECK_EQUAL(matches->alike, rows[i].alike);
        CHECK(matches->literal_count <= BYTES / 100 * rows[i].literals);
    }
    free(data);
    free(matches);
}

int main(void)
{
    every_shape_comes_back();
    every_tail_comes_back();
    names_are_followed();
    return 0;
}
