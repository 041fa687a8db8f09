/*
 * Claim: the serial parser accepts exactly what the header says, refuses the rest at the right
 * line, and never changes its verdict when more of the file comes into sight.
 */
#include <stdlib.h>
#include <string.h>

#include "fastq/parse.h"
#include "support/check.h"

enum { GOOD = -1, TAIL = -2 };

static const struct {
    const char *text;
    size_t size; /* 0: strlen */
    int line;    /* of the fault, or GOOD or TAIL */
    pfq_status status;
    unsigned style;
} cases[] = {
    {"@a\nACGT\n+\nIIII\n", 0, GOOD, PFQ_OK, 0},
    {"@a\r\nACGT\r\n+\r\nIIII\r\n", 0, GOOD, PFQ_OK, PFQ_STYLE_CRLF},
    {"@a\nACGT\r\n+\nIIII\n", 0, GOOD, PFQ_OK, PFQ_STYLE_CR_BASES},
    {"@a\nACGT\n+a\nIIII\n", 0, GOOD, PFQ_OK, PFQ_STYLE_PLUS_NAME},
    {"@a\nACGT\n+\nIIII", 0, GOOD, PFQ_OK, PFQ_STYLE_NO_NEWLINE},
    {"@a\nACGT\n+\nIIII\r", 0, GOOD, PFQ_OK, PFQ_STYLE_NO_NEWLINE | PFQ_STYLE_CR_QUALITY},
    {"@a\n\n+\n\n", 0, GOOD, PFQ_OK, 0},
    {"@a\n\n+\n", 0, GOOD, PFQ_OK, PFQ_STYLE_NO_NEWLINE},
    {"@a\n\n+", 0, 3, PFQ_TRUNCATED, 0},
    {"@\nN\n+\n@\n", 0, GOOD, PFQ_OK, 0},
    {"@a b\tc \xff\nAC*-.n\n+\n!~@+>]\n", 0, GOOD, PFQ_OK, 0},
    {"\n", 0, TAIL, PFQ_OK, 0},
    {"\n\r\n\r", 0, TAIL, PFQ_OK, 0},
    {"\n\n@a\nA\n+\nI\n", 0, 0, PFQ_BLANK_LINE, 0},
    {"a\nACGT\n+\nIIII\n", 0, 0, PFQ_BAD_HEADER, 0},
    {">a\nACGT\n", 0, 0, PFQ_BAD_HEADER, 0},
    {" \nACGT\n", 0, 0, PFQ_BAD_HEADER, 0},
    {"@a\n", 0, 1, PFQ_TRUNCATED, 0},
    {"@a", 0, 1, PFQ_TRUNCATED, 0},
    {"@a\nACGT\n", 0, 2, PFQ_TRUNCATED, 0},
    {"@a\nACGT", 0, 2, PFQ_TRUNCATED, 0},
    {"@a\nACGT\n+\n", 0, 3, PFQ_TRUNCATED, 0},
    {"@a\nACGT\n+", 0, 3, PFQ_TRUNCATED, 0},
    {"@a\nACGT\nACGT\n+\nIIIIIIII\n", 0, 2, PFQ_BAD_PLUS, 0},
    {"@a\nACGT\n\n+\nIIII\n", 0, 2, PFQ_BAD_PLUS, 0},
    {"@a\nACGT\n+b\nIIII\n", 0, 2, PFQ_BAD_PLUS, 0},
    {"@a\nACGT\n+aa\nIIII\n", 0, 2, PFQ_BAD_PLUS, 0},
    {"@a\nACGT\n+\nIII\n", 0, 3, PFQ_BAD_LENGTH, 0},
    {"@a\nACGT\n+\nIIIII\n", 0, 3, PFQ_BAD_LENGTH, 0},
    {"@a\nAC T\n+\nIIII\n", 0, 1, PFQ_BAD_BASE, 0},
    {"@a\nAC\rT\n+\nIIII\n", 0, 1, PFQ_BAD_BASE, 0},
    {"@a\nAC1T\n+\nII\x7fI\n", 0, 1, PFQ_BAD_BASE, 0},
    {"@a\nACGT\n+\nII I\n", 0, 3, PFQ_BAD_QUALITY, 0},
    {"@a\nACGT\n+\nII\x7fI\n", 0, 3, PFQ_BAD_QUALITY, 0},
    {"@a\nACGT\n+\nII\x80I\n", 0, 3, PFQ_BAD_QUALITY, 0},
    {"@a\0b\nACGT\n+\nIIII\n", 17, 0, PFQ_BAD_NAME, 0},
    {"@a\nAC\0T\n+\nIIII\n", 15, 1, PFQ_BAD_BASE, 0},
    {"@a\nACGT\n+\nII\0I\n", 15, 3, PFQ_BAD_QUALITY, 0},
};

static const struct fastq_rules *rules(void)
{
    static struct fastq_rules value = {.quality_min = 33, .quality_max = 126, .max_faults = 1};
    value.kernel = scan_kernel_choose();
    return &value;
}

static void verdicts(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t size = cases[i].size ? cases[i].size : strlen(cases[i].text);
        const struct span text = {(const uint8_t *)cases[i].text, size};
        struct scan_record record = {0};
        struct fastq_fault fault = {0};
        size_t end = 0;
        const enum fastq_verdict verdict =
            fastq_parse_record(text, 0, true, rules(), &record, &end, &fault);
        if (cases[i].line == GOOD) {
            CHECK_EQUAL(verdict, FASTQ_RECORD_GOOD);
            CHECK_EQUAL(record.style, cases[i].style);
            CHECK_EQUAL(end, size);
        } else if (cases[i].line == TAIL) {
            CHECK_EQUAL(verdict, FASTQ_RECORD_TAIL);
        } else {
            CHECK_EQUAL(verdict, FASTQ_RECORD_BAD);
            CHECK_EQUAL(fault.line, cases[i].line);
            CHECK_EQUAL(fault.status, cases[i].status);
            CHECK(fault.message[0]);
        }
    }
}

/* Every case, with a record behind it, seen byte by byte: "more" until the verdict, and then always
 * the same. */
static void more_never_changes_a_verdict(void)
{
    char text[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t own = cases[i].size ? cases[i].size : strlen(cases[i].text);
        memcpy(text, cases[i].text, own);
        memcpy(text + own, "@next\nA\n+\nI\n", 12);
        struct scan_record record, last_record = {0};
        struct fastq_fault fault = {0}, last_fault = {0};
        size_t end, last_end = 0;
        const size_t size = own + 12;
        const enum fastq_verdict last =
            fastq_parse_record((struct span){(const uint8_t *)text, size}, 0, true, rules(),
                               &last_record, &last_end, &last_fault);
        for (size_t seen = 1; seen <= size; seen++) {
            const enum fastq_verdict verdict =
                fastq_parse_record((struct span){(const uint8_t *)text, seen}, 0, false, rules(),
                                   &record, &end, &fault);
            if (verdict == FASTQ_RECORD_MORE)
                continue;
            CHECK_EQUAL(verdict, last);
            if (verdict == FASTQ_RECORD_GOOD)
                CHECK(end == last_end && record.style == last_record.style);
            if (verdict == FASTQ_RECORD_BAD)
                CHECK(fault.line == last_fault.line && fault.status == last_fault.status &&
                      strcmp(fault.message, last_fault.message) == 0);
        }
    }
}

/* Text without line ends is refused from its first bytes, in the same words. */
static void endless_first_line(void)
{
    uint8_t text[4000];
    memset(text, 'x', sizeof text);
    struct scan_record record;
    struct fastq_fault early, late;
    size_t end;
    CHECK_EQUAL(
        fastq_parse_record((struct span){text, 100}, 0, false, rules(), &record, &end, &early),
        FASTQ_RECORD_BAD);
    CHECK_EQUAL(fastq_parse_record((struct span){text, sizeof text}, 0, true, rules(), &record,
                                   &end, &late),
                FASTQ_RECORD_BAD);
    CHECK_TEXT(early.message, late.message);
}

/* Quality lines that are clearly wrapped are told from those that are just too short. */
static void wrapped_quality_is_named(void)
{
    static const struct {
        const char *text;
        bool named;
    } files[] = {
        {"@a\nACGTA\n+\nII\nII\nI\n@b\nA\n+\nI\n", true},
        {"@a\nACGTA\n+\nII\nII\nI\n", true},
        {"@a\nACGTA\n+\nII\nII\nI", true},
        {"@a\r\nACGT\r\n+\r\nII\r\nII\r\n@b\r\n", true},
        {"@a\nACGTAC\n+\nII\nII\n@I\n@b\n", true},       /* a later line may begin with anything */
        {"@a\nACGTA\n+\nII\nII\n@b\nA\n+\nI\n", false},  /* too few all the same */
        {"@a\nACGTA\n+\nII\nIII\n@b\nA\n+\nI\n", false}, /* a line wider than the first */
        {"@a\nACGTA\n+\nII\nI\nII\n@b\nA\n+\nI\n", false}, /* a shorter one in the middle */
        {"@a\nACGTA\n+\nIII\nI I\n@b\nA\n+\nI\n", false},
        {"@a\nACGT\n+\nII\nII\nb\n", false},         /* no record follows */
        {"@a\nACGT\n+\nII\n@b\nAC\n+\nII\n", false}, /* a header as long as what is missing */
        {"@a\nACGT\n+\nII\n@b\n", false},
        {"@a\nACGT\n+\n\nIIII\n@b\n", false},
        {"@a\nACGT\n+\nIIIII\nI\n@b\n", false},
        {"@a\nACGT\n+\nIII\n", false},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct scan_record record;
        struct fastq_fault fault = {.status = PFQ_OK};
        size_t end;
        const struct span text = {(const uint8_t *)files[i].text, strlen(files[i].text)};
        CHECK_EQUAL(fastq_parse_record(text, 0, true, rules(), &record, &end, &fault),
                    FASTQ_RECORD_BAD);
        CHECK_EQUAL(fault.status, PFQ_BAD_LENGTH);
        CHECK_EQUAL(strstr(fault.message, "--multiline") != NULL, files[i].named);
        /* What is told with less of the file in sight is the same. */
        for (size_t size = 0; size < text.size; size++) {
            struct fastq_fault early;
            const struct span seen = {text.data, size};
            if (fastq_parse_record(seen, 0, false, rules(), &record, &end, &early) ==
                FASTQ_RECORD_BAD)
                CHECK(strcmp(early.message, fault.message) == 0);
        }
    }
}

int main(void)
{
    verdicts();
    more_never_changes_a_verdict();
    endless_first_line();
    wrapped_quality_is_named();
    return 0;
}
