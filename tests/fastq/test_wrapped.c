/*
 * Claim: the length rule finds the end of a record however it is wrapped, refuses the rest at the
 * right line, never changes its verdict when more of the file comes into sight, and agrees with the
 * four-line parser wherever a record has four lines.
 */
#include <stdlib.h>

#include "fastq/wrapped.h"
#include "support/check.h"

enum {
    GOOD = -1,
    TAIL = -2,
    BASES = PFQ_STYLE_WRAPPED_BASES,
    QUALITY = PFQ_STYLE_WRAPPED_QUALITY,
    BOTH = PFQ_STYLE_WRAPPED
};

static const struct {
    const char *text;
    int line; /* of the fault, or GOOD or TAIL */
    pfq_status status;
    unsigned style;
    uint64_t width;
    const char *four_lines; /* NULL: not wrapped */
} cases[] = {
    {"@a\nACGT\n+\nIIII\n", GOOD, PFQ_OK, 0, 0, NULL},
    {"@a\nAC\nGT\n+\nII\nII\n", GOOD, PFQ_OK, BOTH, 2, "@a\nACGT\n+\nIIII\n"},
    {"@a\nACG\nT\n+a\n+@+\n@\n", GOOD, PFQ_OK, BOTH | PFQ_STYLE_PLUS_NAME, 3,
     "@a\nACGT\n+a\n+@+@\n"},
    {"@a\nAC\nGT\n+\nIIII\n", GOOD, PFQ_OK, BASES, 2, "@a\nACGT\n+\nIIII\n"},
    {"@a\nACGT\n+\n@\n@\n+\n+\n", GOOD, PFQ_OK, QUALITY, 1, "@a\nACGT\n+\n@@++\n"},
    {"@a\nAC\nGT\n+\nIII\nI\n", GOOD, PFQ_OK, BOTH, 0, "@a\nACGT\n+\nIIII\n"},
    {"@a\nA\nCGT\n+\nIIII\n", GOOD, PFQ_OK, BASES, 0, "@a\nACGT\n+\nIIII\n"},
    {"@a\nAC\nG\nT\n+\nIIII\n", GOOD, PFQ_OK, BASES, 0, "@a\nACGT\n+\nIIII\n"},
    {"@a\r\nAC\r\nGT\r\n+\r\nII\r\nII\r\n", GOOD, PFQ_OK, BOTH | PFQ_STYLE_CRLF, 2,
     "@a\r\nACGT\r\n+\r\nIIII\r\n"},
    {"@a\nAC\r\nGT\n+\nIIII\n", GOOD, PFQ_OK, BASES | PFQ_STYLE_CR_BASES, 0,
     "@a\nACGT\r\n+\nIIII\n"},
    {"@a\nAC\nGT\n+\nII\nII", GOOD, PFQ_OK, BOTH | PFQ_STYLE_NO_NEWLINE, 2, "@a\nACGT\n+\nIIII\n"},
    {"@a\n\n+\n\n", GOOD, PFQ_OK, 0, 0, NULL},
    {"@a\n\n+\n", GOOD, PFQ_OK, PFQ_STYLE_NO_NEWLINE, 0, NULL},
    {"\n\r\n", TAIL, PFQ_OK, 0, 0, NULL},
    {"\n@a\nA\n+\nI\n", 0, PFQ_BLANK_LINE, 0, 0, NULL},
    {"a\nAC\nGT\n+\nIIII\n", 0, PFQ_BAD_HEADER, 0, 0, NULL},
    {"@a\n", 1, PFQ_TRUNCATED, 0, 0, NULL},
    {"@a\nAC\nGT\n", 3, PFQ_TRUNCATED, 0, 0, NULL},
    {"@a\nAC\nGT\n+\n", 4, PFQ_TRUNCATED, 0, 0, NULL},
    {"@a\n\n+", 3, PFQ_TRUNCATED, 0, 0, NULL},
    {"@a\nAC\n@b\nGT\n+\nII\n", 2, PFQ_BAD_PLUS, 0, 0, NULL},
    {"@a\nAC\n\nGT\n+\nIIII\n", 2, PFQ_BAD_PLUS, 0, 0, NULL},
    {"@a\n\nACGT\n+\nIIII\n", 2, PFQ_BAD_PLUS, 0, 0, NULL},
    {"@a\nAC\nG1\n+\nIIII\n", 2, PFQ_BAD_PLUS, 0, 0, NULL},
    {"@a\nA C\nGT\n+\nIIIII\n", 1, PFQ_BAD_BASE, 0, 0, NULL},
    {"@a\nAC\nGT\n+b\nIIII\n", 3, PFQ_BAD_PLUS, 0, 0, NULL},
    {"@a\nAC\nGT\n+\nII\nI\n", 5, PFQ_BAD_LENGTH, 0, 0, NULL},
    {"@a\nAC\nGT\n+\nII\n\nII\n", 5, PFQ_BAD_LENGTH, 0, 0, NULL},
    {"@a\nAC\nGT\n+\nII\nIII\n", 5, PFQ_BAD_LENGTH, 0, 0, NULL},
    {"@a\n\n+\nI\n", 3, PFQ_BAD_LENGTH, 0, 0, NULL},
    {"@a\nAC\nGT\n+\nII\nI \n", 5, PFQ_BAD_QUALITY, 0, 0, NULL},
};

enum { CASES = sizeof cases / sizeof *cases };

static struct fastq_rules rules(void)
{
    return (struct fastq_rules){.kernel = scan_kernel_choose(),
                                .quality_min = 33,
                                .quality_max = 126,
                                .max_faults = 1,
                                .multiline = true};
}

static struct span span_of(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

static void check_good(size_t i, struct span text, const struct wrapped *wrapped)
{
    uint8_t out[64];
    CHECK_EQUAL(wrapped_style(wrapped), cases[i].style);
    CHECK_EQUAL(wrapped->end, text.size);
    CHECK(wrapped->whole);
    if (!cases[i].four_lines)
        return;
    const size_t size = wrapped_bytes(wrapped);
    CHECK_EQUAL(size, strlen(cases[i].four_lines));
    wrapped_unwrap(wrapped, text, out);
    CHECK(memcmp(out, cases[i].four_lines, size) == 0);
    CHECK_EQUAL(wrapped_width(wrapped), cases[i].width);
}

static void verdicts(void)
{
    const struct fastq_rules given = rules();
    for (size_t i = 0; i < CASES; i++) {
        const struct span text = span_of(cases[i].text);
        struct fastq_fault fault;
        struct wrapped wrapped;
        const enum fastq_verdict verdict = wrapped_parse(text, 0, true, &given, &wrapped, &fault);
        if (cases[i].line == GOOD) {
            CHECK_EQUAL(verdict, FASTQ_RECORD_GOOD);
            check_good(i, text, &wrapped);
        } else if (cases[i].line == TAIL) {
            CHECK_EQUAL(verdict, FASTQ_RECORD_TAIL);
        } else {
            CHECK_EQUAL(verdict, FASTQ_RECORD_BAD);
            CHECK_EQUAL(fault.line, cases[i].line);
            CHECK_EQUAL(fault.status, cases[i].status);
        }
    }
}

/* Of each text a beginning: what is said of it, if anything, is what is said of all of it. */
static void beginnings(void)
{
    const struct fastq_rules given = rules();
    for (size_t i = 0; i < CASES; i++)
        for (size_t size = 1; size <= strlen(cases[i].text); size++) {
            const struct span text = {(const uint8_t *)cases[i].text, size};
            struct fastq_fault some, all;
            struct wrapped of_some, of_all;
            const enum fastq_verdict early = wrapped_parse(text, 0, false, &given, &of_some, &some);
            const enum fastq_verdict late =
                wrapped_parse(span_of(cases[i].text), 0, true, &given, &of_all, &all);
            if (early == FASTQ_RECORD_MORE)
                continue;
            CHECK_EQUAL(early, late);
            CHECK(early != FASTQ_RECORD_GOOD || of_some.end == of_all.end);
            if (early == FASTQ_RECORD_BAD) {
                CHECK_EQUAL(some.line, all.line);
                CHECK_TEXT(some.message, all.message);
            }
        }
}

/* Any lines: whatever the four-line parser takes, this one takes alike. */
static void agrees_with_four_lines(void)
{
    static const char *const lines[] = {"@a", "@",  "@+", "+", "+a", "AC", "ACG", "",
                                        "@b", "II", "+I", "A", "I",  "\r", "N\r"};
    const struct fastq_rules given = rules();
    int taken = 0;
    srand(7);
    for (int turn = 0; turn < 200000; turn++) {
        char text[64] = "";
        for (int i = 0; i < 6; i++) {
            strcat(text, lines[(size_t)rand() % (sizeof lines / sizeof *lines)]);
            strcat(text, "\n");
        }
        struct fastq_fault fault;
        struct scan_record record = {0};
        struct wrapped wrapped;
        size_t end;
        if (fastq_parse_record(span_of(text), 0, true, &given, &record, &end, &fault) !=
            FASTQ_RECORD_GOOD)
            continue;
        taken++;
        CHECK_EQUAL(wrapped_parse(span_of(text), 0, true, &given, &wrapped, &fault),
                    FASTQ_RECORD_GOOD);
        CHECK_EQUAL(wrapped.end, end);
        CHECK_EQUAL(wrapped_style(&wrapped), record.style);
        CHECK_EQUAL(wrapped.bases.size, record.bases);
        CHECK_EQUAL(wrapped.name.size - 1, record.name);
    }
    CHECK(taken > 20);
}

int main(void)
{
    verdicts();
    beginnings();
    agrees_with_four_lines();
    return 0;
}
