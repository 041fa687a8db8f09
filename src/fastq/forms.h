/*
 * The forms in which columns may be kept, beside that of the input: bases as small numbers, scores
 * in bins. Loops over bytes that compilers vectorise.
 */
#ifndef FASTQ_FORMS_H
#define FASTQ_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The letters of the codes 0 to 4, in order. */
#define FORMS_ALPHABET "ACGTN"
enum { FORMS_CODES = 5 };

/* The index of the first of n bases that has no code, or n. Letters of either case have the same.
 */
size_t forms_not_coded(const uint8_t *bases, size_t n);

/* Bases, of which all have codes, to codes; and codes, all below FORMS_CODES, to upper-case
 * letters, in their place. */
void forms_code_bases(uint8_t *restrict out, const uint8_t *restrict bases, size_t n);
void forms_spell_bases(uint8_t *codes, size_t n);

/* Puts Phred scores into the eight bins of Illumina, in their place: 0 and 1 stay, 2 to 9 become 6,
 * 10 to 19: 15, 20 to 24: 22, 25 to 29: 27, 30 to 34: 33, 35 to 39: 37, 40 and more: 40. */
void forms_bin_scores(uint8_t *scores, size_t n);

/* Whether a score is one that bins give. */
bool forms_is_bin(uint8_t score);

#endif
