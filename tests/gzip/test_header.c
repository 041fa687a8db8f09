/*
 * Claim: a header is accepted exactly as RFC 1952 has it, with all its fields, and cut anywhere it
 * asks for more.
 */
#include "gzip/header.h"

#include <libdeflate.h>

#include "support/check.h"

#define HEAD(flags) "\x1f\x8b\x08" flags "\0\0\0\0\2\3"

static const struct {
    const char *bytes;
    size_t size;
    enum gzip_header_answer answer;
    size_t header_bytes, member_bytes;
    bool bgzf;
} rows[] = {
#define ROW(text, ...)                                                                             \
    {                                                                                              \
        text, sizeof(text) - 1, __VA_ARGS__                                                        \
    }
    ROW(HEAD("\0"), GZIP_HEADER_OK, 10, 0, false),
    ROW(HEAD("\1"), GZIP_HEADER_OK, 10, 0, false), /* it says the text is text */
    ROW(HEAD("\x08") "reads.fastq\0", GZIP_HEADER_OK, 22, 0, false),
    ROW(HEAD("\x10") "\0", GZIP_HEADER_OK, 11, 0, false),
    ROW(HEAD("\x18") "name\0comment\0", GZIP_HEADER_OK, 23, 0, false),
    ROW(HEAD("\x04") "\0\0", GZIP_HEADER_OK, 12, 0, false),
    ROW(HEAD("\x04") "\6\0BC\2\0\x1b\0", GZIP_HEADER_OK, 18, 28, true),
    ROW(HEAD("\x04") "\6\0BC\2\0\xff\xff", GZIP_HEADER_OK, 18, 65536, true),
    ROW(HEAD("\x04") "\x0f\0XY\5\0abcdeBC\2\0\x80\0", GZIP_HEADER_OK, 27, 129, true),
    ROW(HEAD("\x04") "\x0e\0BC\2\0\x80\0XY\4\0abcd", GZIP_HEADER_OK, 26, 129, true),
    ROW(HEAD("\x04") "\6\0BC\2\0\x10\0", GZIP_HEADER_OK, 18, 0, false), /* too small for itself */
    ROW(HEAD("\x04") "\6\0BC\3\0\x1b\0", GZIP_HEADER_OK, 18, 0, false), /* runs over its end */
    ROW(HEAD("\x04") "\6\0XC\2\0\x1b\0", GZIP_HEADER_OK, 18, 0, false),
    ROW(HEAD("\x04") "\3\0BC\2", GZIP_HEADER_OK, 15, 0, false),
    ROW(HEAD("\x14") "\x08\0IG\4\0\0\0\1\0\0", GZIP_HEADER_OK, 21, 65536, false),
    ROW(HEAD("\x20"), GZIP_HEADER_BAD, 0, 0, false),
    ROW(HEAD("\x40"), GZIP_HEADER_BAD, 0, 0, false),
    ROW(HEAD("\x80"), GZIP_HEADER_BAD, 0, 0, false),
    ROW("\x1f\x8b\x07", GZIP_HEADER_BAD, 0, 0, false),
    ROW("\x1f\x8b\x08\xe0", GZIP_HEADER_BAD, 0, 0, false),
    ROW("\x1f\x8c\x08", GZIP_HEADER_NONE, 0, 0, false),
    ROW("@r1", GZIP_HEADER_NONE, 0, 0, false),
    ROW("\0", GZIP_HEADER_NONE, 0, 0, false),
    ROW("", GZIP_HEADER_MORE, 0, 0, false),
};

/* In memory of their own, so that a sanitizer sees a read behind them. */
static enum gzip_header_answer read_copy(const char *bytes, size_t size, struct gzip_header *header,
                                         const char **why)
{
    uint8_t *copy = malloc(size ? size : 1);
    CHECK(copy);
    memcpy(copy, bytes, size);
    const enum gzip_header_answer answer = gzip_header_read((struct span){copy, size}, header, why);
    free(copy);
    return answer;
}

static void check_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gzip_header header;
        const char *why = NULL;
        CHECK_EQUAL(read_copy(rows[i].bytes, rows[i].size, &header, &why), rows[i].answer);
        CHECK_EQUAL(why != NULL, rows[i].answer == GZIP_HEADER_BAD);
        if (rows[i].answer != GZIP_HEADER_OK)
            continue;
        CHECK_EQUAL(header.bytes, rows[i].header_bytes);
        CHECK_EQUAL(header.member_bytes, rows[i].member_bytes);
        CHECK_EQUAL(header.bgzf, rows[i].bgzf);
        CHECK_EQUAL(header.extra_flags, 2);
        CHECK_EQUAL(header.system, 3);
        for (size_t size = 0; size < rows[i].header_bytes; size++)
            CHECK_EQUAL(read_copy(rows[i].bytes, size, &header, &why), GZIP_HEADER_MORE);
    }
}

static void check_checksum(void)
{
    char bytes[] = HEAD("\x0a") "a\0xx";
    struct gzip_header header;
    const char *why;
    const uint32_t crc = libdeflate_crc32(0, bytes, 12);
    bytes[12] = (char)(crc & 0xff);
    bytes[13] = (char)(crc >> 8 & 0xff);
    CHECK_EQUAL(read_copy(bytes, 14, &header, &why), GZIP_HEADER_OK);
    CHECK_EQUAL(header.bytes, 14);
    CHECK_EQUAL(read_copy(bytes, 13, &header, &why), GZIP_HEADER_MORE);
    bytes[13] ^= 1;
    CHECK_EQUAL(read_copy(bytes, 14, &header, &why), GZIP_HEADER_BAD);
}

/* A name that does not end. */
static void check_endless(void)
{
    const size_t most = GZIP_MOST_HEADER_BYTES;
    char *bytes = malloc(most + 100);
    struct gzip_header header;
    const char *why;
    CHECK(bytes);
    memset(bytes, 'n', most + 100);
    memcpy(bytes, HEAD("\x08"), 10);
    CHECK_EQUAL(read_copy(bytes, most - 1, &header, &why), GZIP_HEADER_MORE);
    CHECK_EQUAL(read_copy(bytes, most, &header, &why), GZIP_HEADER_BAD);
    CHECK_EQUAL(read_copy(bytes, most + 100, &header, &why), GZIP_HEADER_BAD);
    bytes[most - 1] = 0;
    CHECK_EQUAL(read_copy(bytes, most + 100, &header, &why), GZIP_HEADER_OK);
    CHECK_EQUAL(header.bytes, most);
    free(bytes);
}

int main(void)
{
    check_rows();
    check_checksum();
    check_endless();
    const struct gzip_footer footer =
        gzip_footer_read((const uint8_t *)"\x01\x02\x03\x84\x05\x06\x07\x88");
    CHECK_EQUAL(footer.crc, 0x84030201);
    CHECK_EQUAL(footer.size, 0x88070605);
    return 0;
}
