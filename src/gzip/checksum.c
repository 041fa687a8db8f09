/*
 * A CRC is the remainder of a polynomial over GF(2), and each byte of text behind it multiplies it
 * by x^8. x^(8 n) is the product of x^8, (x^8)^2, (x^8)^4, .. for the bits of n that are set.
 */
#include "gzip/checksum.h"

#include <libdeflate.h>

#define POLYNOMIAL UINT32_C(0xedb88320) /* its highest power lowest */
#define ONE        UINT32_C(0x80000000) /* x^0; x is ONE >> 1 */

static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;
    for (uint32_t power = ONE; power; power >>= 1) {
        if (a & power)
            product ^= b;
        b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
    }
    return product;
}

uint32_t gzip_crc(uint32_t crc, struct span text)
{
    return libdeflate_crc32(crc, text.data, text.size);
}

uint32_t gzip_crc_combine(uint32_t first, uint32_t second, uint64_t second_bytes)
{
    uint32_t power = ONE >> 8;
    for (uint64_t bytes = second_bytes; bytes; bytes >>= 1) {
        if (bytes & 1)
            first = multiply(power, first);
        power = multiply(power, power);
    }
    return first ^ second;
}

void gzip_checksum_add(struct gzip_checksum *sum, uint32_t crc, uint64_t bytes)
{
    sum->crc = sum->bytes ? gzip_crc_combine(sum->crc, crc, bytes) : crc;
    sum->bytes += bytes;
}

static pfq_status differs(const struct gzip_checksum *sum, const struct gzip_member_end *end,
                          pfq_error *err)
{
    const unsigned long long number = sum->number + 1, member = sum->member;
    if (sum->crc != end->crc)
        error_set(err, PFQ_BAD_GZIP, NULL,
                  "CRC differs: gzip member %llu, which begins at byte %llu, says %08x, but its "
                  "text has %08x",
                  number, member, (unsigned)end->crc, (unsigned)sum->crc);
    else
        error_set(err, PFQ_BAD_GZIP, NULL,
                  "length differs: gzip member %llu, which begins at byte %llu, says %u (modulo "
                  "2^32), but its text has %llu bytes",
                  number, member, (unsigned)end->size, (unsigned long long)sum->bytes);
    if (err)
        err->byte = end->footer;
    return PFQ_BAD_GZIP;
}

pfq_status gzip_checksum_end(struct gzip_checksum *sum, const struct gzip_member_end *end,
                             pfq_error *err)
{
    if (end->member != GZIP_NOWHERE) /* zeros may stand before it */
        sum->member = end->member;
    const bool good = sum->crc == end->crc && (uint32_t)sum->bytes == end->size;
    const pfq_status status = good ? PFQ_OK : differs(sum, end, err);
    /* Members follow one another, mostly without a gap. */
    *sum = (struct gzip_checksum){.member = end->footer + 8, .number = sum->number + 1};
    return status;
}

pfq_status gzip_checksum_fold(struct gzip_checksum *sum, size_t text,
                              const struct gzip_member_end *ends, size_t end_count,
                              const uint32_t *checksums, pfq_error *err)
{
    size_t begin = 0;
    for (size_t i = 0; i < end_count; begin = ends[i++].text) {
        gzip_checksum_add(sum, checksums[i], ends[i].text - begin);
        const pfq_status status = gzip_checksum_end(sum, &ends[i], err);
        if (status)
            return status;
    }
    gzip_checksum_add(sum, checksums[end_count], text - begin);
    return PFQ_OK;
}
