/*
 * The version of the library, and what may change from one to the next.
 *
 * Symbols. All that the library shows begins with pfq_ and is declared in these headers; macros and
 * constants begin with PFQ_ and PARFASTQ_. The same functions are there in every build, but for
 * those of parfastq/mpi.h, which need a build with MPI.
 *
 * ABI. Versions with the same MAJOR.MINOR can take each other's place: the shared library's soname
 * ends in MAJOR.MINOR, functions keep their parameters, structs their members, enums their values.
 * A new MINOR may change all of that, so what was compiled with its headers needs its library.
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
