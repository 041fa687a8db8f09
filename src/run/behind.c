/*
 * A piece is small enough that whoever waits for the main thread does not wait long.
 */
#include "run/behind.h"

enum { PIECE_BYTES = 8 << 20 };

void behind_put(struct behind *behind, struct span text, uint64_t at)
{
    behind->data = text.data;
    behind->at = at;
    behind->bytes = text.size;
}

bool behind_step(struct behind *behind)
{
    const size_t bytes = behind->bytes < PIECE_BYTES ? (size_t)behind->bytes : PIECE_BYTES;
    if (bytes == 0 || behind->failure.status)
        return false;
    team_file_write(behind->file, behind->at, behind->data, bytes, &behind->failure);
    behind->data += bytes;
    behind->at += bytes;
    behind->bytes -= bytes;
    return true;
}

void behind_finish(struct behind *behind, pfq_error *own)
{
    while (behind_step(behind))
        continue;
    behind->bytes = 0;
    if (behind->failure.status && !own->status)
        *own = behind->failure;
}
