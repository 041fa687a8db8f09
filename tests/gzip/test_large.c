/*
 * Claim: members of more than 4 GiB are checked right: lengths are 64 bits wide, sizes in footers
 * are taken modulo 2^32, and checksums of long pieces combine as if the text had been read.
 *
 * The text is made of zeros, of which a short piece is enough: the checksum of twice as many is
 * combined from that of each half.
 */
#include <libdeflate.h>
#include <string.h>

#include "gzip/checksum.h"
#include "support/check.h"

enum { PIECE_BYTES = 1 << 20 };

/* The checksum of 2^20 * 2^doublings zeros. */
static uint32_t zeros(int doublings)
{
    static const uint8_t piece[PIECE_BYTES];
    uint32_t crc = libdeflate_crc32(0, piece, sizeof piece);
    uint64_t bytes = sizeof piece;
    for (int i = 0; i < doublings; i++, bytes *= 2)
        crc = gzip_crc_combine(crc, crc, bytes);
    return crc;
}

/* Five GiB in pieces of one GiB, against the same text in pieces of one MiB. */
static void five_gibibytes(void)
{
    static const uint8_t piece[PIECE_BYTES];
    const uint32_t of_piece = libdeflate_crc32(0, piece, sizeof piece);
    struct gzip_checksum coarse = {.member = 0}, fine = {.member = 0};
    for (int i = 0; i < 5; i++)
        gzip_checksum_add(&coarse, zeros(10), UINT64_C(1) << 30);
    for (int i = 0; i < 5 * 1024; i++)
        gzip_checksum_add(&fine, of_piece, PIECE_BYTES);
    CHECK_EQUAL(coarse.crc, fine.crc);
    CHECK_EQUAL(coarse.bytes, UINT64_C(5) << 30);
    CHECK_EQUAL(fine.bytes, UINT64_C(5) << 30);

    const struct gzip_member_end end = {.crc = fine.crc, .size = UINT32_C(1) << 30, .footer = 77};
    pfq_error err;
    CHECK_EQUAL(gzip_checksum_end(&coarse, &end, &err), PFQ_OK);
    const struct gzip_member_end wrong = {.crc = fine.crc, .size = 0, .footer = 77};
    CHECK(gzip_checksum_end(&fine, &wrong, &err) != PFQ_OK);
    CHECK_EQUAL(err.byte, 77);
}

int main(void)
{
    five_gibibytes();
    return 0;
}
