/*
 * Nearness is the optimal string alignment distance, with three rows of its table in memory; words
 * that are longer than any command or option are near to none.
 */
#include "cli/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The slips between a and b, both at most LONGEST_WORD letters. Before turn i, row[i % 3] is to be
 * filled, and holds the distances of the first i letters of a to all beginnings of b. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= b_size; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *now = row[i % 3];
        const size_t *above = row[(i + 2) % 3], *two_above = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            const size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(change, 1 + least(above[j], now[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], two_above[j - 2] + 1);
        }
    }
    return row[a_size % 3][b_size];
}

void words_consider(struct words_guess *guess, const char *candidate)
{
    const size_t size = strlen(guess->word), candidate_size = strlen(candidate);
    if (!size || size > LONGEST_WORD || candidate_size > LONGEST_WORD)
        return;
    const bool unfinished = size > 1 && strncmp(guess->word, candidate, size) == 0;
    const size_t slips =
        unfinished ? size < candidate_size : distance(guess->word, size, candidate, candidate_size);
    if (slips > (size + 2) / 3 || (guess->best && slips >= guess->slips))
        return;
    guess->best = candidate;
    guess->slips = slips;
}

/* Whether a shell takes the word as it is. */
static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    return *word && !word[strspn(word, plain)];
}

/* Copies a word in single quotes, in which only a single quote is special: '\'' ends them, adds
 * one, and begins them again. Returns the end. */
static char *quote(char *out, const char *word)
{
    *out++ = '\'';
    for (; *word; word++) {
        if (*word == '\'') {
            out = stpcpy(out, "'\\''");
        } else {
            *out++ = *word;
        }
    }
    *out++ = '\'';
    return out;
}

char *words_join(int n, char *const *words)
{
    size_t room = 1; /* four bytes for each byte at worst, two quotes and a blank for each word */
    for (int i = 0; i < n; i++)
        room += 4 * strlen(words[i]) + 3;
    char *line = malloc(room), *out = line;
    if (!line)
        return NULL;
    for (int i = 0; i < n; i++) {
        if (i)
            *out++ = ' ';
        out = is_plain(words[i]) ? stpcpy(out, words[i]) : quote(out, words[i]);
    }
    *out = '\0';
    return line;
}
