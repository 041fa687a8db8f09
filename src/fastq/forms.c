/*
 * Sums of comparisons instead of tables: a table is a load for each byte, a comparison is sixteen
 * or more at once.
 */
#include "fastq/forms.h"

enum { CASE_BIT = 0x20, BLOCK = 1024 };

static inline uint8_t upper(uint8_t base)
{
    return base & (uint8_t)~CASE_BIT;
}

static inline bool has_code(uint8_t base)
{
    const uint8_t letter = upper(base);
    return (letter == 'A') | (letter == 'C') | (letter == 'G') | (letter == 'T') | (letter == 'N');
}

/* By blocks: a loop that may end early is not vectorised. */
size_t forms_not_coded(const uint8_t *bases, size_t n)
{
    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t end = n - at < BLOCK ? n : at + BLOCK;
        uint8_t others = 0;
        for (size_t i = at; i < end; i++)
            others |= !has_code(bases[i]);
        for (size_t i = at; others && i < end; i++)
            if (!has_code(bases[i]))
                return i;
    }
    return n;
}

void forms_code_bases(uint8_t *restrict out, const uint8_t *restrict bases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t letter = upper(bases[i]);
        out[i] = (uint8_t)((letter == 'C') + 2 * (letter == 'G') + 3 * (letter == 'T') +
                           4 * (letter == 'N'));
    }
}

void forms_spell_bases(uint8_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = codes[i];
        codes[i] = (uint8_t)('A' + ('C' - 'A') * (code == 1) + ('G' - 'A') * (code == 2) +
                             ('T' - 'A') * (code == 3) + ('N' - 'A') * (code == 4));
    }
}

void forms_bin_scores(uint8_t *scores, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t score = scores[i];
        const uint8_t bin =
            (uint8_t)(6 + 9 * (score >= 10) + 7 * (score >= 20) + 5 * (score >= 25) +
                      6 * (score >= 30) + 4 * (score >= 35) + 3 * (score >= 40));
        scores[i] = score < 2 ? score : bin;
    }
}

bool forms_is_bin(uint8_t score)
{
    uint8_t bin = score;
    forms_bin_scores(&bin, 1);
    return bin == score;
}
