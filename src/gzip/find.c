/*
 * The finder. Nearly all bits are ruled out by 13 of them: the last bit of three that begin a block
 * (001: not the last one, dynamic), and two numbers of five bits each that are at most 29. They are
 * looked at for many places at once: bit i of `word >> k` is bit k of a header at place i, so that
 * a few operations on whole words leave a bit for each place that may be one (one in nine). Those
 * are asked for a complete precode (one in 240 has one), and what is left is read as a header
 * whole.
 *
 * Headers of members begin with the same bytes always, so memchr finds them.
 */
#include "gzip/find.h"

#include "gzip/block.h"
#include "gzip/header.h"

enum {
    AT_ONCE = 40,   /* places looked at with one word: it has at least 57 bits, a place 13 */
    HEAD_BITS = 17, /* of a dynamic block, before the precode */
    STEP_BYTES = 16 * 1024,        /* searched for blocks, then for members, before going on */
    BLOCK_LOOK_BYTES = 1024,       /* more than a block header has */
    HEADER_LOOK_BYTES = 64 * 1024, /* a member with a longer header is no start */
    HOP_LOOK_BYTES = GZIP_LOOK_BYTES - HEADER_LOOK_BYTES,
};

/* ---- the predicate for blocks ---- */

/* The rest of it, when the header is known to be that of a dynamic block and not the last. */
static enum gzip_answer read_start(const uint8_t *data, uint64_t bit, uint64_t end_bit)
{
    struct gzip_block block;
    const char *why;
    unsigned used;
    const enum gzip_answer answer = gzip_block_read(data, bit, end_bit, &block, &why);
    if (answer != GZIP_YES)
        return answer;
    if (block.final || block.type != GZIP_DYNAMIC)
        return GZIP_NO;
    return gzip_code_is_complete(block.length, block.literals, &used) ? GZIP_YES : GZIP_NO;
}

/* Where the stretch ends the file, what is behind it must not matter: it is read as zeros. */
static enum gzip_answer read_start_near_end(const struct gzip_input *input, uint64_t bit)
{
    uint8_t copy[BLOCK_LOOK_BYTES + GZIP_PADDING_BYTES] = {0};
    const size_t at = (size_t)((bit >> 3) - input->offset);
    if (at >= input->bytes.size)
        return GZIP_NO;
    const size_t left = input->bytes.size - at;
    memcpy(copy, input->bytes.data + at, left < BLOCK_LOOK_BYTES ? left : BLOCK_LOOK_BYTES);
    return read_start(copy, bit & 7, left * 8) == GZIP_YES ? GZIP_YES : GZIP_NO;
}

enum gzip_answer gzip_is_block_start(const struct gzip_input *input, uint64_t bit)
{
    const uint64_t at = (bit >> 3) - input->offset;
    if (at + BLOCK_LOOK_BYTES <= input->bytes.size)
        return read_start(input->bytes.data, bit - input->offset * 8,
                          (uint64_t)input->bytes.size * 8);
    return input->last ? read_start_near_end(input, bit) : GZIP_MORE;
}

/* ---- the predicate for members ---- */

/* The stretch from a place on, and whether it ends because the file does. */
struct rest {
    struct span bytes;
    bool last;
};

static struct rest rest_from(const struct gzip_input *input, uint64_t byte, size_t most)
{
    const uint64_t at = byte - input->offset;
    if (at >= input->bytes.size)
        return (struct rest){{input->bytes.data, 0}, input->last};
    const size_t left = input->bytes.size - (size_t)at;
    return (struct rest){{input->bytes.data + at, left < most ? left : most},
                         input->last && left <= most};
}

/* Reads a header of at most HEADER_LOOK_BYTES. */
static enum gzip_answer read_header(const struct gzip_input *input, uint64_t byte,
                                    struct gzip_header *header)
{
    const char *why;
    const struct rest rest = rest_from(input, byte, HEADER_LOOK_BYTES);
    switch (gzip_header_read(rest.bytes, header, &why)) {
    case GZIP_HEADER_OK:
        return GZIP_YES;
    case GZIP_HEADER_MORE:
        return rest.last || rest.bytes.size == HEADER_LOOK_BYTES ? GZIP_NO : GZIP_MORE;
    default:
        return GZIP_NO;
    }
}

static bool is_plausible(const struct gzip_header *header)
{
    const bool flags =
        header->extra_flags == 0 || header->extra_flags == 2 || header->extra_flags == 4;
    return flags && (header->system <= 13 || header->system == 255);
}

/* Whether a block may begin behind a header. */
static enum gzip_answer begins_block(const struct gzip_input *input, uint64_t byte)
{
    const struct rest rest = rest_from(input, byte, BLOCK_LOOK_BYTES);
    uint8_t copy[BLOCK_LOOK_BYTES + GZIP_PADDING_BYTES] = {0};
    struct gzip_block block;
    const char *why;
    memcpy(copy, rest.bytes.data, rest.bytes.size);
    const enum gzip_answer answer =
        gzip_block_read(copy, 0, (uint64_t)rest.bytes.size * 8, &block, &why);
    return answer == GZIP_MORE && rest.last ? GZIP_NO : answer;
}

/* Whether the blocks of BGZF from one on lead to another, and that to a third; or to the end of the
 * file. A block behind which there is none of BGZF says no more. */
static enum gzip_answer hops(const struct gzip_input *input, uint64_t byte,
                             struct gzip_header header)
{
    const uint64_t begin = byte;
    for (int hop = 0; hop < 2 && header.bgzf; hop++) {
        byte += header.member_bytes;
        if (byte - begin > HOP_LOOK_BYTES)
            return GZIP_YES;
        if (input->last && byte == input->offset + input->bytes.size)
            return GZIP_YES;
        const enum gzip_answer answer = read_header(input, byte, &header);
        if (answer != GZIP_YES)
            return answer;
    }
    return GZIP_YES;
}

enum gzip_answer gzip_is_member_start(const struct gzip_input *input, uint64_t byte)
{
    struct gzip_header header;
    enum gzip_answer answer = read_header(input, byte, &header);
    if (answer == GZIP_YES && !is_plausible(&header))
        return GZIP_NO;
    if (answer == GZIP_YES)
        answer = begins_block(input, byte + header.bytes);
    return answer == GZIP_YES ? hops(input, byte, header) : answer;
}

/* ---- the search ---- */

/* A bit for each place of a word where 13 bits may begin a start; the uppermost 12 mean nothing. */
static inline uint64_t candidates(uint64_t word)
{
    const uint64_t two = word & word >> 1;  /* bits i and i + 1 are set */
    const uint64_t four = two & two >> 2;   /* i to i + 3 */
    return ~word & ~(word >> 1) & word >> 2 /* not the last, and dynamic */
           & ~(four >> 4) & ~(four >> 9);   /* neither number is 30 or 31 */
}

/* Whether the header at `bit` has a complete precode. */
static inline bool has_precode(const uint8_t *data, uint64_t bit)
{
    const unsigned count = (unsigned)(gzip_peek(data, bit + HEAD_BITS - 4) & 15) + 4;
    return gzip_precode_is_complete(gzip_peek(data, bit + HEAD_BITS), count);
}

/* The first block start in bits [from, to) counted from the stretch, all of them far from its
 * end. */
static bool find_block_far(struct span bytes, uint64_t from, uint64_t to, uint64_t *found)
{
    const uint64_t end_bit = (uint64_t)bytes.size * 8;
    for (uint64_t bit = from; bit < to; bit += AT_ONCE) {
        uint64_t places = candidates(gzip_peek(bytes.data, bit)) & ((UINT64_C(1) << AT_ONCE) - 1);
        for (; places; places &= places - 1) {
            const uint64_t at = bit + (unsigned)__builtin_ctzll(places);
            if (at >= to || !has_precode(bytes.data, at) ||
                read_start(bytes.data, at, end_bit) != GZIP_YES)
                continue;
            *found = at;
            return true;
        }
    }
    return false;
}

/* The first block start in bits [from, to) of the file. */
static enum gzip_answer find_block(const struct gzip_input *input, uint64_t from, uint64_t to,
                                   uint64_t *found)
{
    const uint64_t base = input->offset * 8, size = (uint64_t)input->bytes.size * 8;
    const uint64_t look = UINT64_C(8) * BLOCK_LOOK_BYTES;
    const uint64_t near = size > look ? base + size - look : base;
    const uint64_t far = to < near ? to : near;
    if (from < far && find_block_far(input->bytes, from - base, far - base, found)) {
        *found += base;
        return GZIP_YES;
    }
    for (*found = from < far ? far : from; *found < to; ++*found) {
        const enum gzip_answer answer = gzip_is_block_start(input, *found);
        if (answer != GZIP_NO)
            return answer;
    }
    return GZIP_NO;
}

/* The first member start in bytes [from, to) of the file. */
static enum gzip_answer find_member(const struct gzip_input *input, uint64_t from, uint64_t to,
                                    uint64_t *found)
{
    while (from < to) {
        const uint8_t *begin = input->bytes.data + (from - input->offset);
        const uint8_t *hit = memchr(begin, 0x1f, (size_t)(to - from));
        if (!hit)
            return GZIP_NO;
        *found = from + (uint64_t)(hit - begin);
        const enum gzip_answer answer = gzip_is_member_start(input, *found);
        if (answer != GZIP_NO)
            return answer;
        from = *found + 1;
    }
    return GZIP_NO;
}

/* Both kinds in a short range; the one that comes first. What is not known yet comes first where it
 * stands first, too. */
static enum gzip_answer find_either(const struct gzip_input *input, uint64_t from, uint64_t to,
                                    enum gzip_starts starts, struct gzip_found *found)
{
    uint64_t bit = to, byte = to / 8;
    enum gzip_answer block = GZIP_NO, member = GZIP_NO;
    if (starts == GZIP_STARTS_ANY)
        block = find_block(input, from, to, &bit);
    const uint64_t end = block == GZIP_NO ? to / 8 : bit / 8 + 1;
    if ((from + 7) / 8 < end)
        member = find_member(input, (from + 7) / 8, end, &byte);
    if (member != GZIP_NO && (block == GZIP_NO || byte * 8 <= bit)) {
        *found = (struct gzip_found){byte * 8, GZIP_MEMBER};
        return member;
    }
    *found = (struct gzip_found){bit, GZIP_BLOCK};
    return block;
}

enum gzip_answer gzip_find(const struct gzip_input *input, uint64_t from_bit, uint64_t to_byte,
                           enum gzip_starts starts, struct gzip_found *found)
{
    const uint64_t to = to_byte * 8, step = UINT64_C(8) * STEP_BYTES;
    for (uint64_t next; from_bit < to; from_bit = next) {
        next = to - from_bit > step ? from_bit / 8 * 8 + step : to;
        const enum gzip_answer answer = find_either(input, from_bit, next, starts, found);
        if (answer != GZIP_NO)
            return answer;
    }
    *found = (struct gzip_found){to, GZIP_BLOCK};
    return GZIP_NO;
}

enum gzip_answer gzip_hides_member(const struct gzip_input *input, uint64_t from)
{
    const uint64_t to = from + 1 + GZIP_GARBAGE_BYTES, end = input->offset + input->bytes.size;
    uint64_t found;
    if (!input->last && end < to + GZIP_LOOK_BYTES)
        return GZIP_MORE;
    return find_member(input, from + 1, to < end ? to : end, &found);
}

pfq_status gzip_judge_garbage(uint64_t byte, bool is_text, bool hides_member, pfq_error *err)
{
    if (is_text)
        return error_set(err, PFQ_AFTER_GZIP, NULL,
                         "text that is not compressed follows a gzip member, at byte %llu",
                         (unsigned long long)byte);
    if (hides_member)
        return error_set(
            err, PFQ_AFTER_GZIP, NULL,
            "what is at byte %llu, behind a gzip member, is not gzip, but more members "
            "follow",
            (unsigned long long)byte);
    return PFQ_OK;
}
