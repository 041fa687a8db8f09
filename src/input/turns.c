#include "input/turns.h"

enum { TURN_BYTES = 1 << 20 };

size_t turns_count(const struct turns *turns)
{
    return (size_t)((turns->end - turns->begin + TURN_BYTES - 1) / TURN_BYTES);
}

pfq_status turns_read(void *context, size_t i, int thread, pfq_error *err)
{
    const struct turns *const turns = context;
    const uint64_t done = (uint64_t)i * TURN_BYTES, left = turns->end - turns->begin - done;
    (void)thread;
    return team_file_read(turns->file, turns->begin + done, turns->to + done,
                          left < TURN_BYTES ? (size_t)left : TURN_BYTES, err);
}
