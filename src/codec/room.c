/*
 * Beginnings and ends of streams, and parts at the end of the room.
 */
#include "codec/room.h"

#include <string.h>

#include "codec/zlib_format.h"

void room_begin(struct room *room, uint8_t *out, size_t capacity, uint8_t *beside)
{
    *room = (struct room){{0, 0, out + ZLIB_HEAD_BYTES}, out + capacity, beside};
    zlib_head(out);
}

bool room_take(struct room *room, struct bits beside)
{
    const size_t bytes = (size_t)(beside.at - room->beside);
    if (bytes > (size_t)(room->end - room->bits.at))
        return false;
    memcpy(room->bits.at, room->beside, bytes);
    beside.at = room->bits.at + bytes;
    room->bits = beside;
    return true;
}

bool room_end(struct room *room, struct span raw)
{
    const bool waiting = room->bits.count > 0;
    if ((size_t)(room->end - room->bits.at) < waiting + (size_t)ZLIB_TAIL_BYTES)
        return false;
    if (waiting)
        *room->bits.at++ = (uint8_t)room->bits.word;
    zlib_tail(raw, room->bits.at);
    room->bits.at += ZLIB_TAIL_BYTES;
    return true;
}
