/*
 * Claim: of any bytes, a header that is read from some of them is the same read from more, and from
 * fewer it asks for more; it does not look behind what it was given.
 */
#include "fuzz/fuzz.h"
#include "gzip/header.h"

static enum gzip_header_answer read_some(struct span bytes, size_t size, struct gzip_header *header)
{
    const char *why = NULL;
    uint8_t *copy = fuzz_copy(bytes, size);
    const enum gzip_header_answer answer =
        gzip_header_read((struct span){copy, size}, header, &why);
    CHECK_EQUAL(why != NULL, answer == GZIP_HEADER_BAD);
    free(copy);
    return answer;
}

static void check_header(struct span bytes)
{
    struct gzip_header header, shorter;
    const enum gzip_header_answer answer = read_some(bytes, bytes.size, &header);
    if (answer == GZIP_HEADER_OK) {
        CHECK(header.bytes >= GZIP_LEAST_HEADER_BYTES && header.bytes <= bytes.size);
        CHECK(!header.member_bytes || header.member_bytes > header.bytes + GZIP_FOOTER_BYTES);
    }
    for (size_t size = 0; size < bytes.size; size += 1 + size / 8) {
        const enum gzip_header_answer before = read_some(bytes, size, &shorter);
        CHECK(before == answer || before == GZIP_HEADER_MORE);
        if (answer != GZIP_HEADER_OK)
            continue;
        CHECK_EQUAL(before == GZIP_HEADER_OK, size >= header.bytes);
        if (before == GZIP_HEADER_OK)
            CHECK(shorter.bytes == header.bytes && shorter.member_bytes == header.member_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    check_header(input);
    /* Most inputs are no gzip, so that a beginning is put in front of them. */
    uint8_t head[FUZZ_MAX_BYTES + GZIP_LEAST_HEADER_BYTES] = {0x1f, 0x8b, 8,
                                                              (uint8_t)(fuzz_take(&input) & 0x3f)};
    const size_t fixed = 4;
    memcpy(head + fixed, data, size);
    check_header((struct span){head, fixed + size});
    return 0;
}
