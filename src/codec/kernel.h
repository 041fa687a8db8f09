/*
 * The loops of our own encoder that touch every byte, written once (kernel_template.h) and compiled
 * for each instruction set there is a file kernel_X.c for. All kernels write the same bits.
 */
#ifndef CODEC_KERNEL_H
#define CODEC_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/bits.h"

enum {
    KERNEL_LITERAL_BITS = 12, /* the longest code of any symbol */
    KERNEL_FEW = 8,           /* so many different bytes are few, and then ... */
    KERNEL_FEW_BITS = 7,      /* ... this is the longest code of a literal */
    KERNEL_SHORT_RUN = 64,    /* longer runs have no place in the table of runs */
};

/* The code of literals in the forms that loops want. What belongs to bytes that do not occur is not
 * looked at. */
struct kernel_literals {
    uint8_t length[256];
    uint16_t code[256];
    uint32_t *pair;   /* of a byte a and a byte b behind it, at a + 256 b: code << 5 | length */
    bool few;         /* no code is longer than KERNEL_FEW_BITS */
    bool by_low_half; /* `few`, and no two bytes that occur are alike in their low four bits: */
    uint8_t low_length[16]; /* then here is `length` by those, ... */
    uint8_t low_code[16];   /* ... and `code` */
};

/* A run of equal bytes is its first byte as a literal, and the rest, if it is three or more, as a
 * match of distance 1. Code << 6 | length of a run of n + 1 bytes v at v * KERNEL_SHORT_RUN + n. */
struct kernel_runs {
    uint64_t *run;
    const uint8_t *length; /* of all symbols */
    const uint16_t *code;
};

struct kernel {
    const char *name;

    /* Sets present[b] for each byte b of the data; leaves the others. */
    void (*present)(const uint8_t *data, size_t size, bool present[256]);

    /* Writes the literals of data; at most KERNEL_LITERAL_BITS bits for each, and BITS_SLACK. */
    void (*literals)(struct bits *bits, const uint8_t *data, size_t size,
                     const struct kernel_literals *code);

    /* Adds the symbols of all runs of data to counts, which has a place for each literal and
     * length; the data begin and end a run. */
    void (*count_runs)(const uint8_t *data, size_t size, uint32_t *counts);

    /* Writes the runs of data, which begin and end a run; at most KERNEL_LITERAL_BITS bits for each
     * byte, and BITS_SLACK. */
    void (*runs)(struct bits *bits, const uint8_t *data, size_t size,
                 const struct kernel_runs *code);
};

extern const struct kernel kernel_portable;
#if defined(__x86_64__)
extern const struct kernel kernel_avx2;
#endif

/* The i-th kernel of this build, the widest first, or NULL behind the last. */
const struct kernel *kernel_at(size_t i);

/* Whether this machine can run a kernel. */
bool kernel_runs_here(const struct kernel *kernel);

/* The kernel for this machine: portable if PFQ_SIMD is "scalar", else the widest that runs. */
const struct kernel *kernel_choose(void);

#endif
