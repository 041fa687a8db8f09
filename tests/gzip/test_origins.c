/*
 * Claim: where the bytes of a window come from can be joined over chunks in any order, and gives
 * the window that comes of passing from chunk to chunk, for tails of every kind.
 */
#include "gzip/origins.h"

#include <stdlib.h>
#include <string.h>

#include "gzip/resolve.h"
#include "gzip/streams.h"
#include "support/check.h"

enum { MOST_CHUNKS = 9, TURNS = 60 };

struct tail {
    struct gzip_tail tail;
    uint16_t map[GZIP_MAP_PLACES];
    uint16_t symbols[GZIP_WINDOW_BYTES]; /* or as many bytes */
};

/* Few bytes, so that a wrong place often holds a wrong byte, and many of them known. */
static void make_tail(struct tail *tail, enum gzip_kind kind)
{
    uint8_t *const bytes = (uint8_t *)tail->symbols;
    tail->tail = (struct gzip_tail){.kind = kind, .data = tail->symbols, .map = tail->map};
    tail->tail.valid = below(GZIP_WINDOW_BYTES + 1);
    for (size_t i = 0; i < GZIP_MAP_PLACES; i++)
        tail->map[i] = (uint16_t)below(GZIP_WINDOW_BYTES);
    for (size_t i = 0; i < GZIP_WINDOW_BYTES; i++)
        if (kind == GZIP_WIDE)
            tail->symbols[i] =
                (uint16_t)(below(3) ? GZIP_MARKER | below(GZIP_WINDOW_BYTES) : below(256));
        else
            bytes[i] = (uint8_t)below(256);
}

static void make_window(struct gzip_window *window)
{
    window->valid = GZIP_WINDOW_BYTES;
    for (size_t i = 0; i < GZIP_WINDOW_BYTES; i++)
        window->bytes[i] = (uint8_t)below(256);
}

/* What chunks [begin, end) make of a window, joined of two halves that are cut anywhere. */
static void join_tails(const struct tail *tails, size_t begin, size_t end, bool in_place,
                       struct gzip_origins *origins)
{
    struct gzip_origins *const parts = malloc(2 * sizeof *parts);
    CHECK(parts != NULL);
    if (end - begin <= 1) {
        gzip_origins_begin(origins);
        if (begin < end)
            gzip_origins_pass(&tails[begin].tail, origins);
    } else {
        const size_t cut = begin + 1 + below((uint32_t)(end - begin - 1));
        join_tails(tails, begin, cut, in_place, &parts[0]);
        join_tails(tails, cut, end, in_place, &parts[1]);
        gzip_origins_join(&parts[0], &parts[1], in_place ? &parts[1] : origins);
        if (in_place)
            memcpy(origins, &parts[1], sizeof *origins);
    }
    free(parts);
}

static void pass_tails(const struct tail *tails, size_t count, struct gzip_window *window)
{
    static uint8_t lut[GZIP_WINDOW_BYTES];
    for (size_t i = 0; i < count; i++) {
        gzip_lut_of(&tails[i].tail, window, lut);
        gzip_window_of(&tails[i].tail, lut, window->valid, 0, window);
    }
}

static void check_turn(struct tail *tails, bool with_plain, bool in_place)
{
    static struct gzip_window window, got;
    static struct gzip_origins known, passed, joined, all;
    const size_t count = below(MOST_CHUNKS + 1);
    const unsigned kinds = with_plain ? 3 : 2;
    for (size_t i = 0; i < count; i++)
        make_tail(&tails[i], (enum gzip_kind)(GZIP_WIDE - below(kinds)));
    make_window(&window);
    gzip_origins_of(&window, &known);
    passed = known;
    for (size_t i = 0; i < count; i++)
        gzip_origins_pass(&tails[i].tail, &passed);
    join_tails(tails, 0, count, in_place, &joined);
    gzip_origins_join(&known, &joined, &all);
    pass_tails(tails, count, &window);
    gzip_origins_bytes(&passed, &got);
    CHECK(memcmp(got.bytes, window.bytes, sizeof got.bytes) == 0);
    gzip_origins_bytes(&all, &got);
    CHECK(memcmp(got.bytes, window.bytes, sizeof got.bytes) == 0);
    CHECK(memcmp(&all, &passed, sizeof all) == 0); /* nothing of them is still unknown */
}

int main(void)
{
    struct tail *const tails = malloc(MOST_CHUNKS * sizeof *tails);
    CHECK(tails != NULL);
    for (unsigned turn = 0; turn < TURNS; turn++)
        check_turn(tails, turn % 2, turn / 2 % 2);
    free(tails);
    return 0;
}
