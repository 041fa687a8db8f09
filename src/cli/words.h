/*
 * Words on a command line: the right one nearest to a wrong one, and a line as a shell would take
 * it.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stddef.h>

/* A search for the word that was meant. Set `word`, leave the rest zero, and offer the candidates
 * one by one; `best` is then the nearest, the first of equals, or NULL if none is near. */
struct words_guess {
    const char *word;
    const char *best;
    size_t slips; /* between word and best */
};

/* A slip is a letter too many, missing, wrong, or two in the wrong order; an unfinished word is one
 * slip whatever is missing. Near means at most one slip for every three letters begun. */
void words_consider(struct words_guess *guess, const char *candidate);

/* The words as one line, quoted where a shell needs it. Owns: the caller frees it. Returns NULL if
 * there is no memory. */
char *words_join(int n, char *const *words);

#endif
