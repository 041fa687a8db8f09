/*
 * Checking members whose text was made in pieces, by whoever made them: checksums of pieces are
 * combined in the order of the file, and at the end of each member held against its footer.
 */
#ifndef GZIP_CHECKSUM_H
#define GZIP_CHECKSUM_H

#include "base/error.h"
#include "gzip/segment.h"

/* Goes on with a CRC-32; that of nothing is 0. */
uint32_t gzip_crc(uint32_t crc, struct span text);

/* The CRC-32 of two texts joined, from those of each, and the length of the second. */
uint32_t gzip_crc_combine(uint32_t first, uint32_t second, uint64_t second_bytes);

/* The member that is open, as far as its text has come. {.member = offset of the first} begins a
 * file. */
struct gzip_checksum {
    uint32_t crc;
    uint64_t bytes;
    uint64_t member; /* offset of its header */
    uint64_t number; /* of members before it */
};

/* More text of the open member. */
void gzip_checksum_add(struct gzip_checksum *sum, uint32_t crc, uint64_t bytes);

/* The open member has ended; the next one is open. PFQ_OK, or PFQ_BAD_GZIP with the member's number
 * (from 1) and offset. err->byte is the offset of the footer. */
pfq_status gzip_checksum_end(struct gzip_checksum *sum, const struct gzip_member_end *end,
                             pfq_error *err);

/* All of a chunk: its ends, and the checksums that gzip_resolve made. */
pfq_status gzip_checksum_fold(struct gzip_checksum *sum, size_t text,
                              const struct gzip_member_end *ends, size_t end_count,
                              const uint32_t *checksums, pfq_error *err);

#endif
