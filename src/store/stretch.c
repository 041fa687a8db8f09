/*
 * Walking along a column of a part.
 */
#include "store/stretch.h"

#include <string.h>

/* The columns that no batch holds: they are of the part. */
static struct stretch stretch_of_part(const struct mate_writer *mate, const struct store_part *part,
                                      const struct cursor *cursor)
{
    const uint64_t first = cursor->first;
    struct stretch stretch = {0};
    stretch.n = mate->adding[schema_datasets[cursor->column].length] - first;
    if (stretch.n == 0)
        return stretch;
    switch (cursor->column) {
    case SCHEMA_TEXT_ROW:
        stretch.numbers = mate->exceptions.row + first;
        stretch.add = mate->place[SCHEMA_RECORDS];
        break;
    case SCHEMA_TEXT_STYLE:
        stretch.bytes = mate->exceptions.style + first;
        break;
    case SCHEMA_INDEX_HASH:
        stretch.numbers = part->index.hash + first;
        break;
    case SCHEMA_INDEX_ROW:
        stretch.numbers = part->index.row + first;
        break;
    default:
        stretch.bytes = part->tail.data + first;
        break;
    }
    return stretch;
}

static struct stretch stretch_of_batch(const struct mate_writer *mate, const pfq_batch *batch,
                                       const struct cursor *cursor)
{
    const uint64_t first = cursor->first;
    switch (cursor->column) {
    case SCHEMA_SEQUENCE:
        return (struct stretch){.bytes = batch->sequence + first, .n = batch->bases - first};
    case SCHEMA_QUALITY:
        return (struct stretch){.bytes = batch->quality + first, .n = batch->bases - first};
    case SCHEMA_OFFSET:
        return (struct stretch){.numbers = batch->offset + 1 + first,
                                .n = batch->records - first,
                                .add = mate->place[SCHEMA_BASES] + cursor->bases};
    case SCHEMA_NAME:
        return (struct stretch){.bytes = batch->name + first, .n = batch->name_bytes - first};
    default:
        return (struct stretch){.numbers = batch->name_offset + 1 + first,
                                .n = batch->records - first,
                                .add = mate->place[SCHEMA_NAME_BYTES] + cursor->name_bytes};
    }
}

struct stretch stretch_next(const struct mate_writer *mate, const struct store_part *part,
                            struct cursor *cursor, uint64_t most)
{
    const bool of_part = schema_datasets[cursor->column].length == SCHEMA_EXCEPTIONS ||
                         schema_datasets[cursor->column].length == SCHEMA_TAIL_BYTES ||
                         schema_datasets[cursor->column].length == SCHEMA_INDEXED;
    struct stretch stretch = {0};
    if (of_part)
        stretch = stretch_of_part(mate, part, cursor);
    while (!of_part && cursor->batch < part->count) {
        const pfq_batch *const batch = &part->batches[cursor->batch];
        stretch = stretch_of_batch(mate, batch, cursor);
        if (stretch.n)
            break;
        cursor->batch++;
        cursor->first = 0;
        cursor->bases += batch->bases;
        cursor->name_bytes += batch->name_bytes;
    }
    stretch.n = stretch.n < most ? stretch.n : most;
    cursor->first += stretch.n;
    return stretch;
}

void stretch_copy(const struct stretch *stretch, uint8_t *out)
{
    if (stretch->bytes) {
        memcpy(out, stretch->bytes, stretch->n);
        return;
    }
    for (uint64_t i = 0; i < stretch->n; i++) {
        const uint64_t number = stretch->numbers[i] + stretch->add;
        memcpy(out + i * sizeof number, &number, sizeof number);
    }
}

uint64_t stretch_collect(const struct mate_writer *mate, const struct store_part *part,
                         struct cursor *cursor, uint64_t n, uint8_t *out)
{
    const size_t size = schema_datasets[cursor->column].element_bytes;
    uint64_t done = 0;
    while (done < n) {
        const struct stretch stretch = stretch_next(mate, part, cursor, n - done);
        if (!stretch.n)
            break;
        stretch_copy(&stretch, out + done * size);
        done += stretch.n;
    }
    return done;
}

void stretch_skip(const struct mate_writer *mate, const struct store_part *part,
                  struct cursor *cursor, uint64_t n)
{
    while (n > 0) {
        const struct stretch stretch = stretch_next(mate, part, cursor, n);
        if (!stretch.n)
            return;
        n -= stretch.n;
    }
}
