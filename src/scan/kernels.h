/*
 * The kernels of this build, for the table in kernel.c and for each other. A kernel for another
 * architecture compiles to nothing.
 */
#ifndef SCAN_KERNELS_H
#define SCAN_KERNELS_H

#include "scan/scan.h"

extern const struct scan_kernel scan_kernel_scalar;
#if defined(__x86_64__)
extern const struct scan_kernel scan_kernel_avx2;
extern const struct scan_kernel scan_kernel_avx512;
#elif defined(__aarch64__)
extern const struct scan_kernel scan_kernel_neon;
#endif

#endif
