/*
 * The loops of quality control that look at every byte, written once (kernel_template.h) and
 * compiled for each instruction set there is a file kernel_X.c for. All kernels return the same.
 */
#ifndef QC_KERNEL_H
#define QC_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qc/adapters.h"

/* What a base is, in three bits. Case makes no difference. */
enum qc_base { QC_A, QC_C, QC_G, QC_T, QC_N, QC_OTHER, QC_GAP, QC_U, QC_BASES };

struct qc_kernel {
    const char *name;

    /* index[i] = class * QC_BASES + enum qc_base of base i, where the class is quality[i] + shift.
     */
    void (*pack)(const uint8_t *sequence, const uint8_t *quality, size_t n, int shift,
                 uint16_t *index);

    /* The sum of all bytes. */
    uint64_t (*sum)(const uint8_t *data, size_t n);

    /* How many bases are G or C; and how many are N. */
    uint64_t (*gc)(const uint8_t *sequence, size_t n);
    uint64_t (*unknown)(const uint8_t *sequence, size_t n);

    /* Where an adapter may begin: for each i in [0, n) writes hit[i], not 0 if the eight bases from
     * i on look like those of a seed: their bits 1 and 2 agree, as two bytes of four bases each.
     * sequence[0 .. n + 7) may be read. Returns 0 only if all are 0.
     * n <= QC_SEED_BLOCK; hit has QC_SEED_SPACE bytes, and some behind n are written too. */
    int (*seeds)(const uint8_t *sequence, size_t n, const uint8_t first[QC_ADAPTERS],
                 const uint8_t second[QC_ADAPTERS], uint8_t *hit);

    /* Where a beginning of an adapter may be, an error allowed: for each i in [0, n) writes hit[i],
     * not 0 if at least QC_ADAPTER_BASES - 1 of the QC_ADAPTER_BASES bases from i on are those of
     * one of `count` beginnings. sequence[0 .. n + 11) may be read. Bounds of n and hit, and what
     * is returned, as above. */
    int (*near)(const uint8_t *sequence, size_t n, const uint8_t (*begin)[QC_ADAPTER_BASES],
                size_t count, uint8_t *hit);
};

enum { QC_SEED_BLOCK = 1024, QC_SEED_SPACE = QC_SEED_BLOCK + 64 };

extern const struct qc_kernel qc_kernel_portable;
#if defined(__x86_64__)
extern const struct qc_kernel qc_kernel_avx2;
#endif

/* The kernel for this machine: portable if PFQ_SIMD is "scalar", else the widest that runs. */
const struct qc_kernel *qc_kernel_choose(void);

/* The i-th kernel of this build, the widest first, or NULL behind the last; and whether this
 * machine can run one. For tests. */
const struct qc_kernel *qc_kernel_at(size_t i);
bool qc_kernel_runs(const struct qc_kernel *kernel);

#endif
