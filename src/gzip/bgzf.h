/*
 * Members that say how long they are: BGZF, and the like of MGI. Their chain can be walked without
 * inflating anything, so that each block's place in the text is known before, and any thread can
 * inflate any of them.
 */
#ifndef GZIP_BGZF_H
#define GZIP_BGZF_H

#include "base/error.h"
#include "gzip/input.h"

struct gzip_bgzf_block {
    uint64_t offset;       /* of its header in the file */
    uint32_t header_bytes; /* of these, the header */
    uint64_t bytes;        /* header to footer */
    uint32_t size;         /* of its text, as its footer says */
    uint32_t crc;          /* of its text, as its footer says */
};

/* A row of blocks that grows; all zero at first, released by free(blocks). */
struct gzip_bgzf_row {
    struct gzip_bgzf_block *blocks;
    size_t count, capacity;
};

/* Hops from block to block, beginning at byte `from`, where a block may begin, and appends those
 * that begin before `to`. Sets *end to where the next one would begin. *answer is GZIP_YES: that is
 * `to` or behind, or the end of the file. GZIP_MORE: the stretch ends inside the block at *end.
 * GZIP_NO: at *end is something else (a member that does not say its size, garbage, a member that
 * is cut short, or one whose text must be larger than 16 MiB), which gzip/decode.h knows what to do
 * with. PFQ_OK or PFQ_NO_MEMORY. */
pfq_status gzip_bgzf_walk(const struct gzip_input *input, uint64_t from, uint64_t to,
                          struct gzip_bgzf_row *row, uint64_t *end, enum gzip_answer *answer,
                          pfq_error *err);

/* libdeflate; one for each thread. */
struct gzip_inflater;

struct gzip_inflater *gzip_inflater_create(pfq_error *err);

/* inflater may be NULL. */
void gzip_inflater_destroy(struct gzip_inflater *inflater);

/* Inflates a block of a walk to where it belongs: `size` bytes, no more and no less. Checks the
 * size and the checksum. PFQ_OK or PFQ_BAD_GZIP; the sentence names the offset of the block. */
pfq_status gzip_bgzf_inflate(struct gzip_inflater *inflater, const struct gzip_input *input,
                             const struct gzip_bgzf_block *block, uint8_t *text, pfq_error *err);

/* Whether bytes are a single deflate stream, all of it, that has `size` bytes of text, which are
 * written. */
bool gzip_inflate_raw(struct gzip_inflater *inflater, struct span deflated, uint8_t *text,
                      size_t size);

/* What is between the header and the footer of a member. Pure. */
struct span gzip_member_body(struct span member, size_t header_bytes);

#endif
