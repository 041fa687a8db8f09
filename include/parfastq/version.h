/*
 * The version of the library.
 */
#ifndef PARFASTQ_VERSION_H
#define PARFASTQ_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is linked, "MAJOR.MINOR.PATCH".
 * Collective: no. Threads: safe. Owns: nothing.
 * Returns: a constant string. */
const char *pfq_version(void);

#ifdef __cplusplus
}
#endif
#endif
