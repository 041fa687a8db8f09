/*
 * Where decoding can start: one predicate, used to find the start of a chunk and to stop the
 * decoder of the chunk before it, so that both say the same place.
 *
 * A start is the header of a dynamic deflate block that is not the last of its member, or the
 * header of a member. Whether a place is one depends on the GZIP_LOOK_BYTES behind it and on
 * nothing else, not even on whether there is a block or a member: a place that looks like a start
 * by accident is one, too. Fixed and stored blocks and last blocks are none: they have too little
 * to be told by. What looks like a start by accident is met by the finder and not by the decoder;
 * then the end of one chunk is not the start of the next, which must be looked at.
 */
#ifndef GZIP_FIND_H
#define GZIP_FIND_H

#include "base/error.h"
#include "gzip/input.h"

/* What counts as a start. */
enum gzip_starts {
    GZIP_STARTS_ANY,
    /* In a file of many small members their headers are enough, and then no text refers to anything
     * unknown. */
    GZIP_STARTS_MEMBERS,
    /* Where the boundaries come from an index (gzip/index.h), every header of a block or a member
     * is one: nothing has to be found, so nothing has to be told from what looks like it. */
    GZIP_STARTS_LISTED
};

/* No answer needs more bytes than these behind a place. */
enum { GZIP_LOOK_BYTES = 256 * 1024 };

struct gzip_found {
    uint64_t bit;
    enum gzip_place place;
};

/* Whether a place is a start: `bit` of the header of a block; `byte` of the header of a member.
 * GZIP_MORE: the stretch ends too early to say. Pure. */
enum gzip_answer gzip_is_block_start(const struct gzip_input *input, uint64_t bit);
enum gzip_answer gzip_is_member_start(const struct gzip_input *input, uint64_t byte);

/* The first start in bytes [from, to) of the file, all of which the stretch has, of blocks only if
 * `starts` is GZIP_STARTS_ANY. GZIP_NO: there is none. GZIP_MORE: the stretch must reach farther;
 * found->bit is where to go on from. Pure. */
enum gzip_answer gzip_find(const struct gzip_input *input, uint64_t from_bit, uint64_t to_byte,
                           enum gzip_starts starts, struct gzip_found *found);

/* How far behind the end of a member, where something else follows, another one is looked for. */
enum { GZIP_GARBAGE_BYTES = 1 << 20 };

/* Does a member start in the GZIP_GARBAGE_BYTES behind byte `from`? Then what is at `from` is not
 * just garbage behind the last member. GZIP_MORE: the stretch must reach farther, but never more
 * than GZIP_LOOK_BYTES farther than that. Pure. */
enum gzip_answer gzip_hides_member(const struct gzip_input *input, uint64_t from);

/* What is to be said of bytes that are not gzip, at `byte`, behind a member: PFQ_AFTER_GZIP if they
 * are text or hide a member, since then something would be lost; else PFQ_OK, and the remark. */
pfq_status gzip_judge_garbage(uint64_t byte, bool is_text, bool hides_member, pfq_error *err);
#define GZIP_GARBAGE_REMARK                                                                        \
    "what follows the last gzip member, from byte %llu on, is not gzip and is ignored"

#endif
