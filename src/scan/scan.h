/*
 * From text to line ends: the one place where every byte of the input is looked at.
 *
 * A kernel is a row of functions compiled for one instruction set from one template
 * (kernel_template.h). `records` walks the four lines of each record in one pass: it searches the
 * end of a line and checks the class of its bytes in the same vector operation, since a line end is
 * just one more byte that is not a base. It proves records good; it never explains what is wrong:
 * at the first record it cannot prove, it stops, and the serial parser (fastq/parse.h) takes over.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parfastq/batch.h"

/* One record found in a chunk. From `begin`, the lengths and the style follow all other positions:
 *     name    at begin + 1
 *     bases   at name + name_bytes + 1 (+ 1 if CR_NAME)
 *     plus    at bases + bases + 1 (+ 1 if CR_BASES)
 *     quality at plus + 1 + (PLUS_NAME ? name_bytes : 0) + 1 (+ 1 if CR_PLUS)
 *     next    at quality + bases + 1 (+ 1 if CR_QUALITY)                                  */
struct scan_record {
    uint64_t bases : 56; /* number of bases, and of quality values */
    uint64_t style : 8;  /* PFQ_STYLE_... */
    uint32_t begin;      /* offset of '@' from the beginning of the chunk */
    uint32_t name;       /* bytes of the name, without '@' and line end */
};

struct scan_kernel {
    const char *name; /* "scalar", "avx2", "avx512", "neon" */

    /* Walks records that start at text[begin] and before `stop`; text[0 .. size) may be read, not a
     * byte more. Writes at most `capacity` records, `begin` of each counted from `origin`. A record
     * is good if
     *   - its header line begins with '@' and holds no NUL;
     *   - its bases are letters, '*', '-' or '.';
     *   - its third line is '+' alone or '+' and the name again;
     *   - its quality line is as long as its bases, all bytes in [quality_min, quality_max];
     *   - each line ends with LF or CR LF.
     * A CR before the LF of a line is part of its end; any other CR is a byte of the line. A '+'
     * line that is bare and repeats the name at the same time (a name that is CR) counts as bare.
     * Stops before the first record that is not proven good, that does not end inside text[0 ..
     * size), that lies more than UINT32_MAX behind origin, or whose name is longer than that. There
     * is no margin at the end for vector loads: all kernels return the same records. Returns the
     * number of records written; *end is the offset behind the last of them. */
    size_t (*records)(const uint8_t *text, size_t begin, size_t stop, size_t size, size_t origin,
                      uint8_t quality_min, uint8_t quality_max, struct scan_record *out,
                      size_t capacity, size_t *end);

    /* The offset of the first byte of data[0 .. size) that is not a base (letter '*' '-' '.'), or
     * size. */
    size_t (*not_base)(const uint8_t *data, size_t size);

    /* The offset of the first byte outside [low, high], or size. */
    size_t (*outside)(const uint8_t *data, size_t size, uint8_t low, uint8_t high);

    /* Copies src[0 .. size) to dst, subtracting `minus` from each byte; lowers *low and raises
     * *high to hold the smallest and the largest byte of src. The two do not overlap. */
    void (*shift)(uint8_t *dst, const uint8_t *src, size_t size, uint8_t minus, uint8_t *low,
                  uint8_t *high);

    /* The number of '\n' in data[0 .. size). */
    size_t (*newlines)(const uint8_t *data, size_t size);
};

/* The kernel with that name if this build has it and this machine can run it, else NULL. */
const struct scan_kernel *scan_kernel_named(const char *name);

/* The kernel for this machine: the one PFQ_SIMD names, else the widest that runs here. NULL only
 * if PFQ_SIMD names one that is not to be had. */
const struct scan_kernel *scan_kernel_choose(void);

/* The i-th kernel of this build (i from 0), or NULL behind the last; for tests and `version
 * --verbose`. */
const struct scan_kernel *scan_kernel_at(size_t i);

/* Whether this machine can run a kernel. */
bool scan_kernel_runs(const struct scan_kernel *kernel);

#endif
