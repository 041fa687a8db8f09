/*
 * The version, from the one place that states it: project() in CMakeLists.txt.
 */
#include "parfastq/version.h"

const char *pfq_version(void)
{
    return PFQ_VERSION;
}
