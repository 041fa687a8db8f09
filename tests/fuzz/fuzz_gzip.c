/*
 * Claim: any bytes at all, taken for a gzip file, get the verdict that zlib gives, and the same
 * text, in chunks of any size; and so does a file that was made of the input and then damaged.
 */
#include "fuzz/fuzz.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

enum { LEAST_CHUNK = 400, MOST_CHUNK = 6000 };

static bool all_zero(struct span file, size_t from)
{
    while (from < file.size && file.data[from] == 0)
        from++;
    return from == file.size;
}

static void check_file(struct span file, size_t chunk_bytes, enum gzip_starts starts)
{
    static struct bytes text;
    const struct verdict verdict = judge(file, &text);
    struct rounds rounds = {
        .file = file, .chunk_bytes = chunk_bytes, .look = chunk_bytes, .starts = starts};
    rounds_run(&rounds);
    CHECK_EQUAL(rounds.status == PFQ_OK, verdict.good);
    CHECK(rounds.text_bytes >= verdict.text || rounds.status);
    const size_t same = rounds.text_bytes < verdict.text ? rounds.text_bytes : verdict.text;
    CHECK(!same || memcmp(rounds.text, text.data, same) == 0);
    if (verdict.good) {
        CHECK_EQUAL(rounds.text_bytes, verdict.text);
        CHECK_EQUAL(rounds.garbage == GZIP_NOWHERE,
                    verdict.garbage == file.size || all_zero(file, verdict.garbage));
    }
    free(rounds.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const size_t chunk_bytes = LEAST_CHUNK + fuzz_up_to(&input, MOST_CHUNK);
    const struct member member = {.level = (int)fuzz_up_to(&input, 9),
                                  .strategy = (int)fuzz_up_to(&input, Z_FIXED),
                                  .flush = (int)fuzz_up_to(&input, Z_FULL_FLUSH),
                                  .every = 1 + (unsigned)fuzz_up_to(&input, 3000),
                                  .memory = 1 + (int)fuzz_up_to(&input, 8),
                                  .libdeflate = fuzz_up_to(&input, 4) == 0};
    const enum gzip_starts starts = fuzz_up_to(&input, 3) ? GZIP_STARTS_ANY : GZIP_STARTS_MEMBERS;
    const size_t flips = fuzz_up_to(&input, 3);
    check_file(input, chunk_bytes, starts);
    struct bytes file = {0};
    for (size_t cut = fuzz_up_to(&input, input.size); input.size > 0;) {
        const size_t some = cut > 0 && cut < input.size ? cut : input.size;
        add_member(&file, (struct span){input.data, some}, &member);
        input.data += some;
        input.size -= some;
    }
    struct span numbers = {data, size};
    for (size_t i = 0; i < flips && file.size; i++)
        file.data[fuzz_up_to(&numbers, file.size - 1)] ^= (uint8_t)(1U << fuzz_up_to(&numbers, 7));
    check_file(span_of(&file), chunk_bytes, starts);
    free(file.data);
    return 0;
}
