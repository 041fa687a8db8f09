/* The loops of quality control for x86-64 with AVX2, by the options this file is compiled with. */
#if defined(__x86_64__)
#define KERNEL      qc_kernel_avx2
#define KERNEL_NAME "avx2"
#define WIDTH       32
#include "qc/kernel_template.h"
#else
typedef int qc_kernel_avx2_is_not_for_this_machine;
#endif
