/*
 * Claim: sizes that do not fit are refused and not wrapped, buffers keep what they are told to
 * keep, and a failed request leaves a sentence.
 */
#include "base/memory.h"
#include "support/check.h"

int main(void)
{
    size_t value;
    CHECK(size_mul(3, 4, &value) && value == 12);
    CHECK(!size_mul(SIZE_MAX / 2, 3, &value));
    CHECK(size_add(1, 2, &value) && value == 3);
    CHECK(!size_add(SIZE_MAX, 1, &value));

    pfq_error err = {0};
    struct buffer buffer = {0};
    CHECK(buffer_reserve(&buffer, 100, 0, &err) == PFQ_OK);
    memcpy(buffer.data, "kept", 5);
    for (size_t bytes = 200; bytes < (8u << 20); bytes *= 3)
        CHECK(buffer_reserve(&buffer, bytes, 5, &err) == PFQ_OK && buffer.capacity >= bytes);
    CHECK_TEXT((const char *)buffer.data, "kept");
    memset(buffer.data, 0, buffer.capacity + MEMORY_PADDING_BYTES);
    CHECK(buffer_reserve(&buffer, SIZE_MAX - 8, 0, &err) == PFQ_NO_MEMORY);
    CHECK(err.status == PFQ_NO_MEMORY && err.message[0]);
    buffer_release(&buffer);

    uint64_t *array = NULL;
    size_t capacity = 0;
    for (size_t need = 1; need < 5000; need += 7) {
        CHECK(memory_grow(&array, &capacity, need, sizeof *array, &err) == PFQ_OK);
        array[need - 1] = need;
    }
    CHECK(array[0] == 1 && array[7] == 8);
    CHECK(memory_grow(&array, &capacity, SIZE_MAX / 4, sizeof *array, &err) == PFQ_NO_MEMORY);
    free(array);
    return 0;
}
