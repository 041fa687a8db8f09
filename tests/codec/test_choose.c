/*
 * Claim: each kind of column gets the codec that is meant for it, whatever the state was used for
 * before, and the choice looks at the beginning of the sample only.
 */
#include "codec/codec.h"
#include "codec/shapes.h"
#include "support/check.h"

enum { BYTES = CODEC_SAMPLE_BYTES };

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
    {names, 0, CODEC_FAST},
    {offsets, 8, CODEC_FAST},
    {noise, 0, CODEC_HUFFMAN},
};

int main(void)
{
    struct codec_state *state = codec_create(NULL);
    uint8_t *sample = malloc(2 * BYTES);
    CHECK(state && sample);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct codec codec = {CODEC_KINDS, -1, 77};
        rows[i].fill(sample, BYTES);
        noise(sample + BYTES, BYTES);
        for (size_t bytes = BYTES; bytes <= 2 * BYTES; bytes += BYTES) {
            CHECK_EQUAL(codec_choose_fast(state, (struct span){sample, bytes}, rows[i].shuffle,
                                          &codec, NULL),
                        PFQ_OK);
            CHECK_EQUAL(codec.kind, rows[i].kind);
            CHECK_EQUAL(codec.shuffle, rows[i].shuffle);
            CHECK_EQUAL(codec_check(&codec, NULL), PFQ_OK);
        }
    }
    for (size_t bytes = 0; bytes < 3; bytes++) { /* too little to choose by */
        struct codec codec = {CODEC_KINDS, -1, 77};
        CHECK_EQUAL(codec_choose_fast(state, (struct span){sample, bytes}, 0, &codec, NULL),
                    PFQ_OK);
        CHECK_EQUAL(codec.kind, CODEC_HUFFMAN);
    }
    codec_destroy(state);
    free(sample);
    return 0;
}
