/*
 * Claim: each chunk gets the kind that is meant for what it holds, whatever the state was used for
 * before and whatever came before in its column; and nothing gets much larger than the best kind
 * makes it.
 */
#include "codec/codec.h"
#include "codec/shapes.h"
#include "support/check.h"

enum { BYTES = 256 * 1024, COPIES = 301 };

/* Reads that are copies of each other, as amplicons are. */
static void copies(uint8_t *out, size_t bytes)
{
    bases(out, bytes < COPIES ? bytes : COPIES);
    for (size_t i = COPIES; i < bytes; i++)
        out[i] = below(500) ? out[i - COPIES] : (uint8_t) "ACGT"[below(4)];
}

static const struct {
    void (*fill)(uint8_t *out, size_t bytes);
    unsigned shuffle;
    enum codec_kind kind;
} rows[] = {
    {bases, 0, CODEC_HUFFMAN},
    {bases_of_all_kinds, 0, CODEC_HUFFMAN},
    {binned_qualities, 0, CODEC_RUNS},
    {fine_qualities, 0, CODEC_HUFFMAN},
    {runs, 0, CODEC_RUNS},
    {one_symbol, 0, CODEC_RUNS},
    {names, 0, CODEC_FAST},
    {copies, 0, CODEC_FAST},
    {offsets, 8, CODEC_FAST},
    {noise, 0, CODEC_HUFFMAN},
};

static size_t encode(struct codec_state *state, enum codec_kind kind, unsigned shuffle,
                     struct span raw, uint8_t *out)
{
    size_t bytes = 0;
    const struct codec codec = {kind, 1, shuffle};
    CHECK_EQUAL(codec_encode(state, &codec, raw, out, codec_bound(&codec, raw.size), &bytes, NULL),
                PFQ_OK);
    return bytes;
}

/* A kind is known by the bytes it makes. */
static void check_kind(struct codec_state *state, size_t row, struct span raw, uint8_t *out,
                       uint8_t *other)
{
    const size_t bytes = encode(state, CODEC_SUITED, rows[row].shuffle, raw, out);
    const size_t want = encode(state, rows[row].kind, rows[row].shuffle, raw, other);
    CHECK_EQUAL(bytes, want);
    CHECK(memcmp(out, other, bytes) == 0);
}

/* Of any shape and size: at most a third more than the best, and little beside. */
static void check_loss(struct codec_state *state, struct span raw, uint8_t *out)
{
    size_t best = encode(state, CODEC_HUFFMAN, 0, raw, out);
    const size_t runs_make = encode(state, CODEC_RUNS, 0, raw, out);
    const size_t fast_makes = encode(state, CODEC_FAST, 0, raw, out);
    best = runs_make < best ? runs_make : best;
    best = fast_makes < best ? fast_makes : best;
    const size_t bytes = encode(state, CODEC_SUITED, 0, raw, out);
    CHECK(bytes <= best + best / 3 + raw.size / 256 + 64);
}

int main(void)
{
    struct codec_state *state = codec_create(NULL);
    uint8_t *raw = malloc(BYTES), *out = malloc(2 * BYTES), *other = malloc(2 * BYTES);
    CHECK(state && raw && out && other);
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            rows[i].fill(raw, BYTES);
            check_kind(state, i, (struct span){raw, BYTES}, out, other);
        }
    static const size_t sizes[] = {0, 1, 2, 3, 4, 100, 3000, 16384, 70000, BYTES};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            shapes[i].fill(raw, sizes[k]);
            if (shapes[i].fill != offsets) /* numbers come shuffled */
                check_loss(state, (struct span){raw, sizes[k]}, out);
        }
    codec_destroy(state);
    free(raw);
    free(out);
    free(other);
    return 0;
}
