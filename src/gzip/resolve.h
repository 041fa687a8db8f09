/*
 * From symbols to text, when the windows are known; and how windows become known from one another.
 *
 * A chunk refers to the window before it, which is the tail of the chunk before, which may refer to
 * the window before that. What has to be known of a window to know a tail behind it is small where
 * the tail is mapped: the 128 bytes its map stands for (its `lut`); of one in 16 bits it is the
 * whole window; of plain bytes nothing. Where no window of many chunks is known yet: origins.h.
 */
#ifndef GZIP_RESOLVE_H
#define GZIP_RESOLVE_H

#include "gzip/decode.h"

/* The lut of a tail, given the window before its chunk. */
void gzip_lut_of(const struct gzip_tail *tail, const struct gzip_window *window, uint8_t *lut);

/* The window behind a tail: its bytes, given its lut. `valid` is that of the window before its
 * chunk, and `text` what the chunk's decoder has given since it was started. */
void gzip_window_of(const struct gzip_tail *tail, const uint8_t *lut, uint32_t valid, uint64_t text,
                    struct gzip_window *window);

/* Whether what the chunk refers to is there: PFQ_OK, or PFQ_BAD_GZIP. */
pfq_status gzip_check_window(const struct gzip_chunk *chunk, uint32_t valid, pfq_error *err);

/* Writes the text of a chunk, chunk->text bytes; window may be NULL if all of it is plain. In the
 * same pass checksums are made: of the text up to the first end of a member, from there to the
 * second, .., and from the last end on: chunk->end_count + 1 of them. */
void gzip_resolve(const struct gzip_chunk *chunk, const struct gzip_window *window, uint8_t *text,
                  uint32_t *checksums);

/* ---- kernels ---- */

struct gzip_resolve_kernel {
    const char *name;
    /* Bytes above 127 become those of lut[byte - 128]; in and out do not overlap. */
    void (*mapped)(const uint8_t *in, size_t size, const uint8_t lut[GZIP_MAP_PLACES],
                   uint8_t *out);
};

extern const struct gzip_resolve_kernel gzip_resolve_portable;
#if defined(__x86_64__)
extern const struct gzip_resolve_kernel gzip_resolve_avx2;
#endif

/* The i-th kernel of this build, the widest first, or NULL behind the last; whether this machine
 * can run one; and the one for this machine, as in gzip/symbols.h. */
const struct gzip_resolve_kernel *gzip_resolve_kernel_at(size_t i);
bool gzip_resolve_kernel_runs(const struct gzip_resolve_kernel *kernel);
const struct gzip_resolve_kernel *gzip_resolve_kernel_choose(void);

#endif
