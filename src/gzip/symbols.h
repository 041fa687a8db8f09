/*
 * The inner loop: the symbols of a block, from where it stands to its end, or to where something is
 * missing. Two loops, one that writes bytes and one that writes symbols of 16 bits; of each a row
 * for each instruction set there is a file symbols_X.c for.
 */
#ifndef GZIP_SYMBOLS_H
#define GZIP_SYMBOLS_H

#include "gzip/tables.h"

enum {
    GZIP_WINDOW_BYTES = 32768, /* how far back a distance reaches */
    GZIP_LONGEST_MATCH = 258,
    /* Symbols behind the end of the output that the loops may write, used or not: nine literals,
     * the longest match, and a vector. */
    GZIP_OUTPUT_SLACK = 512,
};

/* A symbol of 16 bits is a byte, or stands for the byte of the window with that index (0 is the
 * oldest) and has this bit set. */
#define GZIP_MARKER 0x8000U

enum gzip_symbols_verdict {
    GZIP_SYMBOLS_END,   /* the block has ended */
    GZIP_SYMBOLS_ROOM,  /* the output has reached its end */
    GZIP_SYMBOLS_INPUT, /* the data end inside the next symbol */
    GZIP_SYMBOLS_CODE,  /* no code, or a literal that must not be */
    GZIP_SYMBOLS_FAR,   /* a distance that reaches behind the floor */
};

/* Where a loop stands; it moves `bit`, `at` and `lowest`. Places in the output are indices of its
 * elements. */
struct gzip_symbols {
    const struct gzip_tables *tables;
    const uint8_t *data;
    uint64_t bit, end_bit; /* counted from data */
    void *out;
    size_t at, end;  /* `at` may get GZIP_LONGEST_MATCH beyond `end` */
    size_t floor;    /* nothing below may be referred to */
    size_t raw;      /* of 16 bits: elements below are the window itself, ... */
    uint32_t lowest; /* ... and this is the lowest index of it that was referred to */
};

struct gzip_symbols_loops {
    const char *name;
    enum gzip_symbols_verdict (*bytes)(struct gzip_symbols *symbols);
    enum gzip_symbols_verdict (*wide)(struct gzip_symbols *symbols);
};

extern const struct gzip_symbols_loops gzip_symbols_portable;
#if defined(__x86_64__)
extern const struct gzip_symbols_loops gzip_symbols_avx2;
#endif

/* The i-th row of this build, the fastest first, or NULL behind the last. */
const struct gzip_symbols_loops *gzip_symbols_at(size_t i);

/* Whether this machine can run a row. */
bool gzip_symbols_run_here(const struct gzip_symbols_loops *loops);

/* The row for this machine: portable if PFQ_SIMD is "scalar", else the fastest that runs. */
const struct gzip_symbols_loops *gzip_symbols_choose(void);

#endif
