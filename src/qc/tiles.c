/*
 * Tiles are few and come in runs: the last one is tried first, then all are searched.
 */
#include "qc/tiles.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    FIRST_ROWS = 10000,
    EVERY = 10,
    NEW_FIELDS = 7,
    NEW_FIELD = 4,
    OLD_FIELDS = 5,
    OLD_FIELD = 2
};

static bool looked_at(uint64_t row)
{
    return row < FIRST_ROWS || (row + 1) % EVERY == 0;
}

/* A number of digits alone, not too long. */
static bool parse_number(const uint8_t *text, size_t size, uint64_t *number)
{
    enum { MOST_DIGITS = 9 };
    *number = 0;
    if (size == 0 || size > MOST_DIGITS)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

static bool parse_tile(const uint8_t *name, size_t size, uint64_t *tile)
{
    size_t begin[NEW_FIELDS + 1] = {0}, fields = 1;
    for (size_t i = 0; i < size && fields <= NEW_FIELDS; i++)
        if (name[i] == ':')
            begin[fields++] = i + 1;
    if (fields < OLD_FIELDS)
        return false;
    const size_t field = fields >= NEW_FIELDS ? NEW_FIELD : OLD_FIELD;
    return parse_number(name + begin[field], begin[field + 1] - 1 - begin[field], tile);
}

static void give_up(struct qc_tiles *tiles)
{
    tiles_release(tiles);
    tiles->none = true;
}

static uint64_t *add_tile(struct qc_tiles *tiles, uint64_t id, pfq_error *err)
{
    if (tiles->count == QC_MOST_TILES) {
        give_up(tiles);
        return NULL;
    }
    if (memory_grow(&tiles->words, &tiles->capacity, (tiles->count + 1) * QC_TILE_WORDS,
                    sizeof *tiles->words, err) ||
        memory_grow(&tiles->id, &tiles->id_capacity, tiles->count + 1, sizeof *tiles->id, err))
        return NULL;
    tiles->last = tiles->count++;
    tiles->id[tiles->last] = id;
    uint64_t *const words = tiles->words + tiles->last * QC_TILE_WORDS;
    memset(words, 0, QC_TILE_WORDS * sizeof *words);
    return words;
}

uint64_t *tiles_of(struct qc_tiles *tiles, uint64_t id, pfq_error *err)
{
    if (tiles->none)
        return NULL;
    if (tiles->count && tiles->id[tiles->last] == id)
        return tiles->words + tiles->last * QC_TILE_WORDS;
    for (size_t i = 0; i < tiles->count; i++)
        if (tiles->id[i] == id) {
            tiles->last = i;
            return tiles->words + i * QC_TILE_WORDS;
        }
    return add_tile(tiles, id, err);
}

static pfq_status outcome(const struct qc_tiles *tiles)
{
    return tiles->none ? PFQ_OK : PFQ_NO_MEMORY;
}

pfq_status tiles_look(struct qc_tiles *tiles, const struct qc_read *read, int shift, pfq_error *err)
{
    uint64_t id;
    if (tiles->none || read->bases == 0)
        return PFQ_OK;
    if (read->bases > QC_TILE_POSITIONS) {
        give_up(tiles);
        return PFQ_OK;
    }
    if (!looked_at(read->row))
        return PFQ_OK;
    if (!parse_tile(read->name, read->name_bytes, &id)) {
        give_up(tiles);
        return PFQ_OK;
    }
    uint64_t *const words = tiles_of(tiles, id, err);
    if (!words)
        return outcome(tiles);
    for (uint64_t i = 0; i < read->bases; i++)
        words[i] += (uint8_t)(read->quality[i] + shift);
    words[QC_TILE_POSITIONS + read->bases]++;
    return PFQ_OK;
}

pfq_status tiles_merge(struct qc_tiles *tiles, const struct qc_tiles *from, pfq_error *err)
{
    if (from->none)
        give_up(tiles);
    for (size_t i = 0; i < from->count && !tiles->none; i++) {
        uint64_t *const words = tiles_of(tiles, from->id[i], err);
        if (!words)
            return outcome(tiles);
        for (size_t k = 0; k < QC_TILE_WORDS; k++)
            words[k] += from->words[i * QC_TILE_WORDS + k];
    }
    return PFQ_OK;
}

struct place {
    uint64_t id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct place *const x = a, *const y = b;
    return (x->id > y->id) - (x->id < y->id);
}

pfq_status tiles_sort(struct qc_tiles *tiles, pfq_error *err)
{
    const size_t n = tiles->count, bytes = QC_TILE_WORDS * sizeof *tiles->words;
    if (n < 2)
        return PFQ_OK;
    struct place *const places = memory_allocate(n, sizeof *places, err);
    uint64_t *const words = memory_allocate(n, bytes, err);
    const pfq_status status = places && words ? PFQ_OK : PFQ_NO_MEMORY;
    for (size_t i = 0; i < n && !status; i++)
        places[i] = (struct place){tiles->id[i], i};
    if (!status) {
        qsort(places, n, sizeof *places, by_id);
        memcpy(words, tiles->words, n * bytes);
        for (size_t i = 0; i < n; i++) {
            tiles->id[i] = places[i].id;
            memcpy(tiles->words + i * QC_TILE_WORDS, words + places[i].at * QC_TILE_WORDS, bytes);
        }
    }
    free(places);
    free(words);
    return status;
}

void tiles_release(struct qc_tiles *tiles)
{
    free(tiles->words);
    free(tiles->id);
    *tiles = (struct qc_tiles){.none = tiles->none};
}
