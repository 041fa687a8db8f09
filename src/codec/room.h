/*
 * The output of our own encoders: a zlib stream that grows in room that ends somewhere.
 *
 * It grows by parts of which the most that each can take is known. Bits are written in words, so
 * that a part may only be written in place where the most it takes is free; where it is not, the
 * part is written beside the output, and copied if it does fit.
 */
#ifndef CODEC_ROOM_H
#define CODEC_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "codec/bits.h"

struct room {
    struct bits bits; /* where the stream ends */
    const uint8_t *end;
    uint8_t *beside; /* for a part that might not fit */
};

/* Begins a stream in out[0 .. capacity), of ZLIB_HEAD_BYTES at least; `beside` is as large as any
 * part can become. */
void room_begin(struct room *room, uint8_t *out, size_t capacity, uint8_t *beside);

/* Where a part goes that takes `most` bytes at most, BITS_SLACK among them. */
static inline struct bits room_open(const struct room *room, size_t most)
{
    struct bits bits = room->bits;
    if ((size_t)(room->end - bits.at) < most)
        bits.at = room->beside;
    return bits;
}

/* Takes over a part that was written beside the output, if it fits. */
bool room_take(struct room *room, struct bits beside);

/* Ends the part that room_open began. false if it does not fit. */
static inline bool room_close(struct room *room, size_t most, struct bits bits)
{
    if ((size_t)(room->end - room->bits.at) < most)
        return room_take(room, bits);
    room->bits = bits;
    return true;
}

/* Ends the stream of these bytes. false if it does not fit. */
bool room_end(struct room *room, struct span raw);

#endif
