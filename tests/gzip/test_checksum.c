/*
 * Claim: checksums of pieces combine to that of the whole, and a member whose checksum or length is
 * not what its footer says is named by its number and offset.
 */
#include "gzip/checksum.h"

#include "gzip/streams.h"

static void check_combine(void)
{
    struct bytes text = {0};
    add_random(&text, 100000);
    for (int i = 0; i < 2000; i++) {
        const unsigned cut = i < 20 ? (unsigned)i : below(100000), left = 100000 - cut;
        const uint32_t first = libdeflate_crc32(0, text.data, cut);
        const uint32_t second = libdeflate_crc32(0, text.data + cut, left);
        CHECK_EQUAL(gzip_crc_combine(first, second, left), libdeflate_crc32(0, text.data, 100000));
    }
    for (uint64_t bytes = 1; bytes < UINT64_C(1) << 62; bytes *= 3)
        CHECK_EQUAL(gzip_crc_combine(0x12345678, 0x9abcdef0, bytes),
                    crc32_combine(0x12345678, 0x9abcdef0, (z_off_t)bytes));
    CHECK_EQUAL(gzip_crc_combine(5, 0, 0), 5);
    free(text.data);
}

/* Three members over chunks that are cut at a place: all is good, or the second is not. */
static void check_fold(size_t cut, uint32_t wrong_crc, uint32_t wrong_size)
{
    static const uint8_t text[] = "@r\nACGT\n+\nFFFF\n";
    enum { SIZE = sizeof text - 1, FIRST = 4, SECOND = 13 };
    struct gzip_member_end ends[] = {
        {FIRST, libdeflate_crc32(0, text, FIRST), FIRST, 100, 0},
        {SECOND, libdeflate_crc32(0, text + FIRST, SECOND - FIRST) ^ wrong_crc,
         (SECOND - FIRST) ^ wrong_size, 200, GZIP_NOWHERE},
        {SIZE, libdeflate_crc32(0, text + SECOND, SIZE - SECOND), SIZE - SECOND, 300, 208}};
    struct gzip_checksum sum = {.member = 0};
    pfq_status status = PFQ_OK;
    pfq_error err;
    size_t begin = 0, end = 0;
    for (size_t chunk = 0; chunk < 2 && !status; chunk++) {
        struct gzip_member_end mine[3];
        uint32_t checksums[4];
        const size_t to = chunk ? SIZE : cut, from = begin;
        size_t count = 0;
        for (; end < 3 && (ends[end].text < to || (chunk && ends[end].text == to)); end++) {
            checksums[count] = libdeflate_crc32(0, text + begin, ends[end].text - begin);
            mine[count] = ends[end];
            mine[count++].text -= from;
            begin = ends[end].text;
        }
        checksums[count] = libdeflate_crc32(0, text + begin, to - begin);
        status = gzip_checksum_fold(&sum, to - from, mine, count, checksums, &err);
        begin = to;
    }
    CHECK_EQUAL(status, wrong_crc || wrong_size ? PFQ_BAD_GZIP : PFQ_OK);
    if (!status) {
        CHECK_EQUAL(sum.number, 3);
        CHECK_EQUAL(sum.member, 308);
        return;
    }
    CHECK(strstr(err.message, wrong_crc ? "CRC differs" : "length differs"));
    CHECK(strstr(err.message, "gzip member 2, which begins at byte 108,"));
    CHECK_EQUAL(err.byte, 200);
}

int main(void)
{
    check_combine();
    for (size_t cut = 0; cut <= 15; cut++) {
        check_fold(cut, 0, 0);
        check_fold(cut, 1, 0);
        check_fold(cut, 0, 1);
        check_fold(cut, 1, 1);
    }
    return 0;
}
