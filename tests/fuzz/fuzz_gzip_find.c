/*
 * Claim: in any bytes the finder finds the first place that is a start by its own predicate, and
 * what it says of a place does not depend on how much is known of the file, but that it may ask for
 * more.
 */
#include "fuzz/fuzz.h"
#include "gzip/find.h"

enum { MOST_BYTES = 1200 }; /* more than a header of a block can have */

static uint8_t *padded(struct span bytes, uint8_t rubbish)
{
    uint8_t *copy = malloc(bytes.size + GZIP_PADDING_BYTES);
    CHECK(copy);
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    memset(copy + bytes.size, rubbish, GZIP_PADDING_BYTES);
    return copy;
}

/* The first start, place by place. */
static enum gzip_answer find_slowly(const struct gzip_input *input, uint64_t from, uint64_t to,
                                    struct gzip_found *found)
{
    for (uint64_t bit = from; bit < to * 8; bit++) {
        enum gzip_answer answer = GZIP_NO;
        *found = (struct gzip_found){bit, GZIP_MEMBER};
        if (bit % 8 == 0)
            answer = gzip_is_member_start(input, bit / 8);
        if (answer == GZIP_NO) {
            found->place = GZIP_BLOCK;
            answer = gzip_is_block_start(input, bit);
        }
        if (answer != GZIP_NO)
            return answer;
    }
    return GZIP_NO;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const uint64_t offset = fuzz_take(&bytes);
    if (bytes.size > MOST_BYTES)
        bytes.size = MOST_BYTES;
    const uint64_t from = offset * 8 + fuzz_up_to(&bytes, 8 * bytes.size);
    uint8_t *copy = padded(bytes, 0xa5), *other = padded(bytes, 0x04);
    for (int last = 0; last < 2; last++) {
        const struct gzip_input input = {{copy, bytes.size}, offset, last};
        const struct gzip_input same = {{other, bytes.size}, offset, last};
        struct gzip_found found, again, slow;
        const uint64_t to = offset + bytes.size;
        const enum gzip_answer answer = gzip_find(&input, from, to, GZIP_STARTS_ANY, &found);
        CHECK_EQUAL(gzip_find(&same, from, to, GZIP_STARTS_ANY, &again), answer);
        CHECK(!last || answer != GZIP_MORE);
        CHECK_EQUAL(find_slowly(&input, from, to, &slow), answer);
        if (answer != GZIP_NO)
            CHECK(found.bit == slow.bit && again.bit == slow.bit);
        if (answer == GZIP_YES)
            CHECK(found.place == slow.place && again.place == slow.place);
    }
    free(copy);
    free(other);
    return 0;
}
