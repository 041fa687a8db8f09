/*
 * Claim: what any codec encodes it decodes to the same bytes, in its bound; and whatever bytes are
 * given to be decoded, the answer is a chunk of the size that was asked for, or that it is damaged.
 */
#include "codec/codec.h"
#include "fuzz/fuzz.h"

/* Any codec of this build. */
static struct codec any_codec(struct span *input)
{
    struct codec codec = {.level = 1 + (int)fuzz_up_to(input, 11),
                          .shuffle = (unsigned)fuzz_up_to(input, 9)};
    do {
        codec.kind = (enum codec_kind)fuzz_up_to(input, CODEC_KINDS - 1);
    } while (!codec_has(codec.kind)); /* ends: an input that is used up gives kind 0 */
    return codec;
}

static void come_back(struct codec_state *state, const struct codec *codec, struct span raw)
{
    const size_t bound = codec_bound(codec, raw.size);
    uint8_t *encoded = malloc(bound ? bound : 1), *back = malloc(raw.size ? raw.size : 1);
    size_t bytes;
    CHECK(encoded && back);
    CHECK_EQUAL(codec_encode(state, codec, raw, encoded, bound, &bytes, NULL), PFQ_OK);
    CHECK(bytes <= bound);
    CHECK_EQUAL(codec_decode(state, codec, (struct span){encoded, bytes}, back, raw.size, NULL),
                PFQ_OK);
    CHECK(raw.size == 0 || memcmp(back, raw.data, raw.size) == 0);
    free(encoded);
    free(back);
}

static void decode_anything(struct codec_state *state, const struct codec *codec, struct span in,
                            size_t raw_bytes)
{
    uint8_t *out = malloc(raw_bytes ? raw_bytes : 1);
    CHECK(out);
    const pfq_status status = codec_decode(state, codec, in, out, raw_bytes, NULL);
    CHECK(status == PFQ_OK || status == PFQ_BAD_FILE);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const struct codec codec = any_codec(&input);
    const size_t raw_bytes = fuzz_up_to(&input, FUZZ_MAX_BYTES);
    struct codec_state *state = codec_create(NULL);
    CHECK(state);
    uint8_t *copy = fuzz_copy(input, input.size);
    const struct span all = {copy, input.size};
    decode_anything(state, &codec, all, raw_bytes);
    come_back(state, &codec, all);
    free(copy);
    codec_destroy(state);
    return 0;
}
