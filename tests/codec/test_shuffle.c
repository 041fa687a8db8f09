/*
 * Claim: shuffling moves byte k of element i to place k * n + i, leaves the bytes that make no
 * whole element where they are, and is undone exactly, for any element and any size.
 */
#include "codec/shuffle.h"

#include "codec/shapes.h"
#include "support/check.h"

static void check(unsigned element, size_t size)
{
    uint8_t *in = malloc(size + 1), *out = malloc(size + 1), *back = malloc(size + 1);
    CHECK(in && out && back);
    noise(in, size);
    out[size] = back[size] = 0xa5;
    shuffle_apply((struct span){in, size}, element, out);
    const size_t n = size / element;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < element; k++)
            CHECK_EQUAL(out[k * n + i], in[i * element + k]);
    for (size_t at = n * element; at < size; at++)
        CHECK_EQUAL(out[at], in[at]);
    shuffle_undo((struct span){out, size}, element, back);
    CHECK(memcmp(in, back, size) == 0);
    CHECK_EQUAL(out[size], 0xa5);
    CHECK_EQUAL(back[size], 0xa5);
    free(in);
    free(out);
    free(back);
}

int main(void)
{
    for (size_t size = 0; size < 300; size++)
        for (unsigned element = 1; element <= 17; element++)
            check(element, size);
    check(8, 262144 + 5);
    check(3, 262144 + 5);
    return 0;
}
