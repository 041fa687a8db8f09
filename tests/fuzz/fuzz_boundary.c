/*
 * Claim: the finder gives the answer of the definition, read word by word, for any text and window;
 * and an answer it gives on a part of the text, other than "more", is its answer on the whole.
 */
#include "fastq/boundary.h"
#include "fuzz/fuzz.h"

/* The first line start behind `at`, or SIZE_MAX if there is none in the text. */
static size_t line_after(struct span text, size_t at)
{
    for (; at < text.size; at++)
        if (text.data[at] == '\n')
            return at + 1;
    return SIZE_MAX;
}

/* The definition: the first line start in the window whose line begins with '@' and whose second
 * next line begins with '+'. */
static enum fastq_found define(struct span text, size_t from, size_t to, bool at_end, size_t *where)
{
    for (size_t at = from; at < to && at < text.size; at++) {
        if ((at > 0 && text.data[at - 1] != '\n') || text.data[at] != '@')
            continue;
        const size_t bases = line_after(text, at);
        const size_t plus = bases == SIZE_MAX ? SIZE_MAX : line_after(text, bases);
        if (plus >= text.size && !at_end)
            return FASTQ_MORE;
        if (plus < text.size && text.data[plus] == '+') {
            *where = at;
            return FASTQ_FOUND;
        }
    }
    return !at_end && from < to && to > text.size ? FASTQ_MORE : FASTQ_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const size_t from_drawn = fuzz_take(&input), to_drawn = fuzz_take(&input);
    const size_t part_drawn = fuzz_take(&input);
    const size_t from = from_drawn % (input.size + 1);
    const size_t to = from + to_drawn % (input.size + 9 - from); /* also behind the end */
    const size_t part = part_drawn % (input.size + 1);

    uint8_t *copy = fuzz_copy(input, input.size), *begun = fuzz_copy(input, part);
    const struct span whole = {copy, input.size}, prefix = {begun, part};
    enum fastq_found found[2];
    size_t where[2] = {SIZE_MAX, SIZE_MAX};
    for (int at_end = 0; at_end < 2; at_end++) {
        size_t defined = SIZE_MAX;
        found[at_end] = fastq_find_record(whole, from, to, at_end, &where[at_end]);
        CHECK_EQUAL(found[at_end], define(whole, from, to, at_end, &defined));
        if (found[at_end] == FASTQ_FOUND)
            CHECK_EQUAL(where[at_end], defined);
    }
    CHECK(found[true] != FASTQ_MORE);
    if (from <= part) {
        size_t early = SIZE_MAX;
        const enum fastq_found answer = fastq_find_record(prefix, from, to, false, &early);
        if (answer != FASTQ_MORE) {
            CHECK_EQUAL(found[true], answer);
            CHECK_EQUAL(found[false], answer);
        }
        if (answer == FASTQ_FOUND)
            CHECK(early == where[true] && early == where[false]);
    }
    free(copy);
    free(begun);
    return 0;
}
