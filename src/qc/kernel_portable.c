/* The loops of quality control for any machine. */
#define KERNEL      qc_kernel_portable
#define KERNEL_NAME "portable"
#define WIDTH       16
#include "qc/kernel_template.h"
