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
#include "codec/block_head.h"
#include "codec/match_lengths.h"
#include "codec/matches.h"

enum {
    KERNEL_LITERAL_BITS = 12, /* the longest code of any symbol */
    KERNEL_FEW = 8,           /* so many different bytes are few, and then ... */
    KERNEL_FEW_BITS = 7,      /* ... this is the longest code of a literal */
    KERNEL_SHORT_RUN = 128,   /* longer runs have no place in the table of runs */
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

/* A code and the extra bits behind it, as they are written. */
struct kernel_word {
    uint32_t bits, count;
};

/* The codes of literals and matches. */
struct kernel_words {
    struct kernel_word literal[256], length[MATCH_LONGEST + 1];
    uint8_t distance_length[BLOCK_DISTANCES]; /* of symbols; their extra bits are not in a table */
    uint16_t distance_code[BLOCK_DISTANCES];
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

    /* Turns data[begin .. end), 1 to MATCHES_BLOCK bytes, into steps. What lies before it has been
     * seen, in calls that began at 0. What is found depends on data[0 .. end) and on nothing else.
     */
    void (*find)(struct matches *matches, const uint8_t *data, size_t begin, size_t end);

    /* Writes literals, and `count` steps that all have a match, with their literals. MATCHES_SLACK
     * bytes behind the literals can be read. At most KERNEL_LITERAL_BITS bits for each literal and
     * 42 for each match, and BITS_SLACK. */
    void (*words)(struct bits *bits, const uint8_t *literals, size_t size,
                  const struct kernel_words *words);
    void (*steps)(struct bits *bits, const uint8_t *literals, const struct step *steps,
                  size_t count, const struct kernel_words *words);
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
