/*
 * Text is made in tiles that stay in the first levels of cache until their checksum is made, too.
 */
#include "gzip/resolve.h"

#include <libdeflate.h>
#include <string.h>

#include "base/simd.h"

enum { TILE_BYTES = 32 * 1024, WINDOW = GZIP_WINDOW_BYTES };

/* ---- windows ---- */

/* The byte that symbol i of a tail stands for. */
static uint8_t byte_of(const struct gzip_tail *tail, const uint8_t *lut, size_t i)
{
    if (tail->kind == GZIP_WIDE) {
        const unsigned symbol = ((const uint16_t *)tail->data)[i];
        return symbol & GZIP_MARKER ? lut[symbol & ~GZIP_MARKER] : (uint8_t)symbol;
    }
    const uint8_t byte = ((const uint8_t *)tail->data)[i];
    return tail->kind == GZIP_MAPPED && byte > 127 ? lut[byte - 128] : byte;
}

void gzip_lut_of(const struct gzip_tail *tail, const struct gzip_window *window, uint8_t *lut)
{
    if (tail->kind == GZIP_MAPPED)
        for (size_t i = 0; i < GZIP_MAP_PLACES; i++)
            lut[i] = window->bytes[tail->map[i]];
    else if (tail->kind == GZIP_WIDE)
        memcpy(lut, window->bytes, WINDOW);
}

void gzip_window_of(const struct gzip_tail *tail, const uint8_t *lut, uint32_t valid, uint64_t text,
                    struct gzip_window *window)
{
    if (tail->kind == GZIP_MAPPED)
        gzip_resolve_kernel_choose()->mapped(tail->data, WINDOW, lut, window->bytes);
    else
        for (size_t i = 0; i < WINDOW; i++)
            window->bytes[i] = byte_of(tail, lut, i);
    if (tail->kind == GZIP_PLAIN)
        window->valid = tail->valid;
    else
        window->valid = text < WINDOW - valid ? valid + (uint32_t)text : WINDOW;
}

pfq_status gzip_check_window(const struct gzip_chunk *chunk, uint32_t valid, pfq_error *err)
{
    if (chunk->window_needed <= valid)
        return PFQ_OK;
    return error_set(err, PFQ_BAD_GZIP, NULL,
                     "the gzip data are damaged: a distance that reaches too far back");
}

/* ---- text ---- */

/* What resolving a segment needs. */
struct luts {
    const struct gzip_resolve_kernel *kernel;
    uint8_t mapped[GZIP_MAP_PLACES];
    uint8_t wide[2 * GZIP_MARKER]; /* by symbol */
};

static void prepare(struct luts *luts, const struct gzip_segment *segment,
                    const struct gzip_window *window)
{
    if (segment->kind == GZIP_MAPPED)
        for (size_t i = 0; i < GZIP_MAP_PLACES; i++)
            luts->mapped[i] = window->bytes[segment->map[i]];
    if (segment->kind == GZIP_WIDE) {
        for (unsigned i = 0; i < 256; i++)
            luts->wide[i] = (uint8_t)i;
        memcpy(luts->wide + GZIP_MARKER, window->bytes, WINDOW);
    }
}

/* Symbols [at, at + size) of a segment. */
static void resolve_some(const struct luts *luts, const struct gzip_segment *segment, size_t at,
                         size_t size, uint8_t *text)
{
    if (segment->kind == GZIP_PLAIN) {
        memcpy(text, (const uint8_t *)segment->data + at, size);
    } else if (segment->kind == GZIP_MAPPED) {
        luts->kernel->mapped((const uint8_t *)segment->data + at, size, luts->mapped, text);
    } else {
        const uint16_t *symbols = (const uint16_t *)segment->data + at;
        for (size_t i = 0; i < size; i++)
            text[i] = luts->wide[symbols[i]];
    }
}

/* The checksums as they are made: `end` is the next end of a member, counted in *checksums. */
struct sums {
    const struct gzip_chunk *chunk;
    uint32_t *checksums;
    size_t end;
    size_t text; /* that has been made */
};

/* Ends of members where the text stands now; several, if members are empty. */
static void pass_ends(struct sums *sums)
{
    while (sums->end < sums->chunk->end_count && sums->chunk->ends[sums->end].text == sums->text)
        sums->checksums[++sums->end] = 0;
}

/* How much to make at once: a tile, and not beyond the end of a member. */
static size_t tile(const struct sums *sums, size_t left)
{
    size_t size = left < TILE_BYTES ? left : TILE_BYTES;
    if (sums->end < sums->chunk->end_count) {
        const size_t to_end = sums->chunk->ends[sums->end].text - sums->text;
        size = size < to_end ? size : to_end;
    }
    return size;
}

static void resolve_segment(const struct luts *luts, const struct gzip_segment *segment,
                            uint8_t *text, struct sums *sums)
{
    for (size_t at = 0; at < segment->count;) {
        pass_ends(sums);
        const size_t size = tile(sums, segment->count - at);
        uint8_t *to = text + sums->text;
        resolve_some(luts, segment, at, size, to);
        sums->checksums[sums->end] = libdeflate_crc32(sums->checksums[sums->end], to, size);
        at += size;
        sums->text += size;
    }
}

void gzip_resolve(const struct gzip_chunk *chunk, const struct gzip_window *window, uint8_t *text,
                  uint32_t *checksums)
{
    struct luts luts;
    struct sums sums = {chunk, checksums, 0, 0};
    luts.kernel = gzip_resolve_kernel_choose();
    checksums[0] = 0;
    for (size_t i = 0; i < chunk->segment_count; i++) {
        prepare(&luts, &chunk->segments[i], window);
        resolve_segment(&luts, &chunk->segments[i], text, &sums);
    }
    pass_ends(&sums);
}

/* ---- kernels ---- */

static void mapped_portable(const uint8_t *in, size_t size, const uint8_t lut[GZIP_MAP_PLACES],
                            uint8_t *out)
{
    uint8_t all[256];
    for (unsigned i = 0; i < 128; i++)
        all[i] = (uint8_t)i;
    memcpy(all + 128, lut, GZIP_MAP_PLACES);
    for (size_t i = 0; i < size; i++)
        out[i] = all[in[i]];
}

const struct gzip_resolve_kernel gzip_resolve_portable = {"portable", mapped_portable};

static const struct simd_row table[] = {
#if defined(__x86_64__)
    {&gzip_resolve_avx2, SIMD_AVX2},
#endif
    {&gzip_resolve_portable, SIMD_NONE},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct gzip_resolve_kernel *gzip_resolve_kernel_at(size_t i)
{
    return simd_at(table, ROWS, i);
}

bool gzip_resolve_kernel_runs(const struct gzip_resolve_kernel *kernel)
{
    return simd_runs(table, ROWS, kernel);
}

const struct gzip_resolve_kernel *gzip_resolve_kernel_choose(void)
{
    return simd_choose(table, ROWS);
}
