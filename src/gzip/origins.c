#include "gzip/origins.h"

#include <string.h>

enum { WINDOW = GZIP_WINDOW_BYTES };

void gzip_origins_begin(struct gzip_origins *origins)
{
    for (unsigned i = 0; i < WINDOW; i++)
        origins->symbols[i] = (uint16_t)(GZIP_MARKER | i);
}

static void widen(const uint8_t *bytes, struct gzip_origins *origins)
{
    for (size_t i = 0; i < WINDOW; i++)
        origins->symbols[i] = bytes[i];
}

void gzip_origins_of(const struct gzip_window *window, struct gzip_origins *origins)
{
    widen(window->bytes, origins);
}

/* A byte above 127 is what stands at its place of the map. */
static void pass_mapped(const struct gzip_tail *tail, struct gzip_origins *origins)
{
    const uint8_t *const bytes = tail->data;
    uint16_t symbols[2 * GZIP_MAP_PLACES];
    for (size_t i = 0; i < GZIP_MAP_PLACES; i++) {
        symbols[i] = (uint16_t)i;
        symbols[GZIP_MAP_PLACES + i] = origins->symbols[tail->map[i]];
    }
    for (size_t i = 0; i < WINDOW; i++)
        origins->symbols[i] = symbols[bytes[i]];
}

/* A tail in 16 bits has the form of origins. */
static void pass_wide(const struct gzip_tail *tail, struct gzip_origins *origins)
{
    const struct gzip_origins before = *origins;
    memcpy(origins->symbols, tail->data, sizeof origins->symbols);
    gzip_origins_join(&before, origins, origins);
}

void gzip_origins_pass(const struct gzip_tail *tail, struct gzip_origins *origins)
{
    switch (tail->kind) {
    case GZIP_PLAIN:
        widen(tail->data, origins);
        break;
    case GZIP_MAPPED:
        pass_mapped(tail, origins);
        break;
    case GZIP_WIDE:
        pass_wide(tail, origins);
        break;
    }
}

static bool is_known(const struct gzip_origins *origins)
{
    unsigned all = 0;
    for (size_t i = 0; i < WINDOW; i++)
        all |= origins->symbols[i];
    return !(all & GZIP_MARKER);
}

void gzip_origins_join(const struct gzip_origins *before, const struct gzip_origins *behind,
                       struct gzip_origins *out)
{
    if (is_known(behind)) {
        memmove(out, behind, sizeof *out);
        return;
    }
    for (size_t i = 0; i < WINDOW; i++) {
        const unsigned symbol = behind->symbols[i];
        const uint16_t there = before->symbols[symbol & ~GZIP_MARKER & (WINDOW - 1)];
        out->symbols[i] = symbol & GZIP_MARKER ? there : (uint16_t)symbol;
    }
}

void gzip_origins_bytes(const struct gzip_origins *origins, struct gzip_window *window)
{
    for (size_t i = 0; i < WINDOW; i++)
        window->bytes[i] = (uint8_t)origins->symbols[i];
}
