/*
 * A column of a part as stretches of memory.
 *
 * A part is batches behind each other, so a column of it lies in several places; numbers count from
 * the beginning of their batch and lack what lies before it in the file. Who takes a stretch knows
 * what to add, so that nobody else needs to.
 */
#ifndef STORE_STRETCH_H
#define STORE_STRETCH_H

#include "store/writer.h"

/* `add` is what numbers lack to count from the beginning of the file. n == 0: the column has ended.
 */
struct stretch {
    const uint8_t *bytes;
    const uint64_t *numbers; /* instead of bytes */
    uint64_t n, add;
};

/* The next stretch of a column, which is not left out, at most `most` elements; the cursor goes
 * behind it. */
struct stretch stretch_next(const struct mate_writer *mate, const struct store_part *part,
                            struct cursor *cursor, uint64_t most);

/* Copies the elements of a stretch, as they are to be in the file. */
void stretch_copy(const struct stretch *stretch, uint8_t *out);

/* The next n elements of a column, or fewer where it ends, in one piece at `out`; the cursor goes
 * behind them. Returns how many there were. */
uint64_t stretch_collect(const struct mate_writer *mate, const struct store_part *part,
                         struct cursor *cursor, uint64_t n, uint8_t *out);

/* The cursor goes n elements further. */
void stretch_skip(const struct mate_writer *mate, const struct store_part *part,
                  struct cursor *cursor, uint64_t n);

#endif
