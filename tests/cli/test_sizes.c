/*
 * Counts, sizes and ranges of rows are read exactly or refused: signs, blanks, unknown units, and
 * what does not fit in 64 bits never become a number.
 */
#include "cli/sizes.h"
#include "support/check.h"

static const uint64_t untouched = 4711;

static void check_bytes(const char *text, bool good, uint64_t want)
{
    uint64_t bytes = untouched;
    CHECK_EQUAL(sizes_parse_bytes(text, &bytes), good);
    CHECK_EQUAL(bytes, good ? want : untouched);
}

static void units_are_powers_of_1024(void)
{
    check_bytes("0", true, 0);
    check_bytes("1000", true, 1000);
    check_bytes("1k", true, 1024);
    check_bytes("1K", true, 1024);
    check_bytes("64M", true, 64 << 20);
    check_bytes("64m", true, 64 << 20);
    check_bytes("3G", true, UINT64_C(3) << 30);
    check_bytes("1T", true, UINT64_C(1) << 40);
    check_bytes("2KiB", true, 2048);
    check_bytes("2MiB", true, 2 << 20);
    check_bytes("2gib", true, UINT64_C(2) << 30);
}

static void nonsense_is_no_size(void)
{
    static const char *const wrong[] = {"",     "M",   "-1",  "+1",  " 1",   "1 M",   "1.5G",
                                        "0x10", "1MM", "1KB", "1MB", "1Mi",  "1MiBs", "1iB",
                                        "1B",   "1Q",  "1M ", "ten", "1,000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_bytes(wrong[i], false, 0);
}

static void the_largest_size_is_the_last_that_fits(void)
{
    check_bytes("18446744073709551615", true, UINT64_MAX);
    check_bytes("18446744073709551616", false, 0);
    check_bytes("99999999999999999999999", false, 0);
    check_bytes("18014398509481983k", true, UINT64_MAX - 1023);
    check_bytes("18014398509481984k", false, 0);
    check_bytes("16777216T", false, 0);
}

static void counts_have_no_units(void)
{
    uint64_t count = untouched;
    CHECK(sizes_parse_count("007", &count));
    CHECK_EQUAL(count, 7);
    CHECK(!sizes_parse_count("7k", &count));
    CHECK(!sizes_parse_count("", &count));
    CHECK(!sizes_parse_count("-7", &count));
    CHECK_EQUAL(count, 7);
}

static void check_rows(const char *text, bool good, uint64_t want_begin, uint64_t want_end)
{
    uint64_t begin = untouched, end = untouched;
    CHECK_EQUAL(sizes_parse_rows(text, &begin, &end), good);
    CHECK_EQUAL(begin, good ? want_begin : untouched);
    CHECK_EQUAL(end, good ? want_end : untouched);
}

static void a_range_may_lack_either_end(void)
{
    check_rows("2:5", true, 2, 5);
    check_rows("2:", true, 2, UINT64_MAX);
    check_rows(":5", true, 0, 5);
    check_rows(":", true, 0, UINT64_MAX);
    check_rows("3:3", true, 3, 3);
}

static void what_is_no_range_is_refused(void)
{
    static const char *const wrong[] = {"",      "5",    "5:2",   "a:b",
                                        "1:2:3", "1-2",  "-1:2",  "1:2x",
                                        "1 :2",  "1: 2", "1k:2k", "18446744073709551616:"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_rows(wrong[i], false, 0, 0);
}

static void what_is_formatted_reads_back(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "1"},
                 {1000, "1000"},
                 {1024, "1k"},
                 {1 << 20, "1M"},
                 {1536, "1536"},
                 {3 << 19, "1536k"},
                 {UINT64_C(1) << 40, "1T"},
                 {UINT64_C(1) << 50, "1024T"},
                 {UINT64_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[24];
        sizes_format_bytes(cases[i].bytes, text, sizeof text);
        CHECK_TEXT(text, cases[i].text);
        check_bytes(text, true, cases[i].bytes);
    }
}

int main(void)
{
    units_are_powers_of_1024();
    nonsense_is_no_size();
    the_largest_size_is_the_last_that_fits();
    counts_have_no_units();
    a_range_may_lack_either_end();
    what_is_no_range_is_refused();
    what_is_formatted_reads_back();
    return 0;
}
