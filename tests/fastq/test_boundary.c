/*
 * Claim: from any byte of a nasty but valid file, the finder gives the first record that begins
 * there or later, and it gives the same answer, or asks for more, when it sees only a part of the
 * text. In multi-line text it finds every record, too, if also lines that are none.
 */
#include <stdlib.h>

#include "fastq/boundary.h"
#include "support/check.h"

/* Qualities that begin with '@' and '+', that equal a header, reads of length zero and one, CR LF,
 * names that hold '@' and '+', a '+' line that repeats a name beginning with '@'. */
static const char *const records[] = {
    "@a\nACGT\n+\nIIII\n",
    "@b\nA\n+\n@\n",
    "@c\nA\n+\n+\n",
    "@@d\nACGT\n+@d\n@@d+\n",
    "@e\n\n+\n\n",
    "@f @x\r\nAC\r\n+\r\n@@\r\n",
    "@g\nAC\n+\n@h\n",
    "@\nAA\n+\n+@\n",
    "@h\n\n+\n\n",
    "@+\nN\n+\n@\n",
    "@i\nACGTACGT\n+i\n@+@+@+@+\n",
};
enum { RECORDS = sizeof records / sizeof *records };

/* Joins `count` records in a random order; begins[i] are their offsets. */
static size_t make_text(char *text, size_t *begins, int count)
{
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        const char *record = records[rand() % RECORDS];
        begins[i] = size;
        memcpy(text + size, record, strlen(record));
        size += strlen(record);
    }
    return size;
}

static size_t first_from(const size_t *begins, int count, size_t from, size_t size)
{
    for (int i = 0; i < count; i++)
        if (begins[i] >= from)
            return begins[i];
    return size;
}

static void every_byte(void)
{
    enum { COUNT = 12 };
    char text[COUNT * 64];
    size_t begins[COUNT];
    for (int turn = 0; turn < 300; turn++) {
        const size_t size = make_text(text, begins, COUNT);
        for (size_t from = 0; from <= size; from++) {
            const struct span span = {(const uint8_t *)text, size};
            const size_t want = first_from(begins, COUNT, from, size);
            size_t where = size;
            const enum fastq_found found = fastq_find_record(span, from, size, true, &where);
            CHECK_EQUAL(found, want < size ? FASTQ_FOUND : FASTQ_NONE);
            CHECK_EQUAL(where, want);
            /* In a window that ends before the record there is none. */
            CHECK(fastq_find_record(span, from, want, true, &where) == FASTQ_NONE);
        }
    }
}

/* With less text in sight, the answer is the same or "more", never another. */
static void every_prefix(void)
{
    enum { COUNT = 6 };
    char text[COUNT * 64];
    size_t begins[COUNT];
    for (int turn = 0; turn < 100; turn++) {
        const size_t size = make_text(text, begins, COUNT);
        for (size_t from = 0; from < size; from++) {
            const size_t want = first_from(begins, COUNT, from, size);
            for (size_t seen = from; seen <= size; seen++) {
                size_t where = 0;
                const struct span span = {(const uint8_t *)text, seen};
                const enum fastq_found found = fastq_find_record(span, from, size, false, &where);
                if (found == FASTQ_NONE)
                    CHECK(want == size && seen == size);
                else
                    CHECK(found == FASTQ_MORE || where == want);
            }
        }
    }
}

/* A text without records is searched to its end and no further. */
static void no_record(void)
{
    const char *const texts[] = {
        "", "\n\n\n", "ACGT\nACGT\n", "@a\nACGT", "@a\nACGT\n", "@@@@", "@a\nACGT\nIIII\n@b\nAC\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t where;
        const struct span span = {(const uint8_t *)texts[i], strlen(texts[i])};
        CHECK(fastq_find_record(span, 0, span.size, true, &where) == FASTQ_NONE);
    }
}

/* The look-ahead has no bound: a record of 3 MB is found, and asked for until it is in sight. */
static void long_record(void)
{
    const size_t bases = 3000000, size = 2 * bases + 6;
    char *text = malloc(size);
    CHECK(text);
    memset(text, 'A', size);
    memcpy(text, "@l\n", 3);
    memcpy(text + 3 + bases, "\n+\n", 3);
    size_t where = 1;
    struct span span = {(const uint8_t *)text, 3 + bases + 1};
    CHECK(fastq_find_record(span, 0, size, false, &where) == FASTQ_MORE);
    span.size++;
    CHECK(fastq_find_record(span, 0, size, false, &where) == FASTQ_FOUND);
    CHECK_EQUAL(where, 0);
    free(text);
}

/* Good records on any lines: each is found at its first byte, whether it is all in sight or not. */
static void wrapped_records(void)
{
    static const char *const some[] = {
        "@a\nAC\nGT\n+\n@I\n+I\n", "@b\nA\nC\n+b\n@\n@\n",       "@c\n\n+\n\n",
        "@d\nAC\n+\n@\n@\n",       "@\r\nA\r\nN\r\n+\r\n@+\r\n", "@+\nACGT\n+\n@ACG\n"};
    const struct fastq_rules rules = {.kernel = scan_kernel_choose(), .multiline = true};
    for (int turn = 0; turn < 300; turn++) {
        char text[512] = "";
        size_t begins[12];
        for (int i = 0; i < 12; i++) {
            begins[i] = strlen(text);
            strcat(text, some[(size_t)rand() % (sizeof some / sizeof *some)]);
        }
        const size_t size = strlen(text);
        for (int i = 0; i < 12; i++)
            for (size_t seen = begins[i] + 1; seen <= size; seen++) {
                const struct span span = {(const uint8_t *)text, seen};
                size_t where = size;
                const enum fastq_found found =
                    fastq_find(span, begins[i], begins[i] + 1, seen == size, &rules, &where);
                CHECK(found == FASTQ_FOUND || (found == FASTQ_MORE && seen < size));
                CHECK_EQUAL(where, begins[i]);
            }
    }
}

int main(void)
{
    srand(2);
    every_byte();
    every_prefix();
    no_record();
    long_record();
    wrapped_records();
    return 0;
}
