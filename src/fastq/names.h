/*
 * What two mates' names have in common, and what a name is looked up by.
 *
 * A name is cut at its first blank (so Casava's "1:N:0:ACGT" falls away), then one final "/1" to
 * "/4" is taken off. Some archives number mates with ".1" and ".2" instead; that counts only where
 * both names do so, each with its own mate's number. Names are compared by 64-bit hashes: equal
 * names have equal keys, and different names agree by chance once in 2^64.
 */
#ifndef FASTQ_NAMES_H
#define FASTQ_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of a header by which its record is looked up: up to the first blank, and without a final
 * "/1" to "/4". Returns its length. Pure. */
size_t fastq_name_key(const uint8_t *name, size_t size);

/* The digit of that "/1" to "/4", or 0 where there is none; `key` is what fastq_name_key returned.
 * Pure. */
int fastq_name_mate(const uint8_t *name, size_t size, size_t key);

/* The hash of such a part, as it is kept in files: 64-bit FNV-1a, then the finaliser of
 * MurmurHash3 (fmix64). Pure. */
uint64_t fastq_name_hash(const uint8_t *name, size_t size);

struct fastq_name_keys {
    uint64_t whole;  /* of the name */
    uint64_t dotted; /* of the name without its ".N"; differs from mate to mate if it has none */
};

/* The keys of the name of mate `mate` (1-based). Pure. */
struct fastq_name_keys fastq_name_keys(const uint8_t *name, size_t size, int mate);

/* Do these belong to mates of one fragment? Pure. */
static inline bool fastq_names_agree(struct fastq_name_keys a, struct fastq_name_keys b)
{
    return a.whole == b.whole || a.dotted == b.dotted;
}

#endif
