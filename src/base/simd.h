/*
 * Loops that are compiled for several instruction sets: a room has a table of its kernels, the
 * widest first and one that runs everywhere last, and here is the choice among them.
 *
 * PFQ_SIMD=scalar in the environment wants the last row of every table.
 */
#ifndef BASE_SIMD_H
#define BASE_SIMD_H

#include <stdbool.h>
#include <stddef.h>

/* What the compiler may use for a kernel: see src/CMakeLists.txt. */
enum simd { SIMD_NONE, SIMD_NEON, SIMD_AVX2, SIMD_AVX512 };

struct simd_row {
    const void *kernel; /* of the room's own type */
    enum simd needs;
};

/* Does this machine have it? */
bool simd_runs_here(enum simd needs);

/* The kernel of the i-th of n rows, or NULL behind the last. Pure. */
const void *simd_at(const struct simd_row *rows, size_t n, size_t i);

/* Can this machine run a kernel of the table? */
bool simd_runs(const struct simd_row *rows, size_t n, const void *kernel);

/* The first kernel that this machine can run. */
const void *simd_widest(const struct simd_row *rows, size_t n);

/* The same, or the last one if PFQ_SIMD is "scalar". */
const void *simd_choose(const struct simd_row *rows, size_t n);

#endif
