/*
 * Claim: forms say of every byte what their tables say, at any place and length, and codes spelled
 * out are the letters in upper case.
 */
#include "fastq/forms.h"

#include <ctype.h>
#include <string.h>

#include "support/check.h"

enum { MOST = 2100 };

static uint8_t bin_of(uint8_t score)
{
    static const uint8_t low[] = {0, 1, 2, 10, 20, 25, 30, 35, 40};
    static const uint8_t bin[] = {0, 1, 6, 15, 22, 27, 33, 37, 40};
    uint8_t found = 0;
    for (size_t i = 0; i < sizeof low; i++)
        if (score >= low[i])
            found = bin[i];
    return found;
}

static void every_byte_is_judged(void)
{
    for (int byte = 0; byte < 256; byte++) {
        const uint8_t base = (uint8_t)byte;
        const char *const at = byte ? strchr(FORMS_ALPHABET, toupper(byte)) : NULL;
        const bool coded = at && isalpha(byte);
        uint8_t code, score = base;
        CHECK_EQUAL(forms_not_coded(&base, 1), coded ? 1 : 0);
        forms_bin_scores(&score, 1);
        CHECK_EQUAL(score, bin_of(base));
        CHECK_EQUAL(forms_is_bin(base), bin_of(base) == base);
        if (!coded)
            continue;
        forms_code_bases(&code, &base, 1);
        CHECK_EQUAL(code, at - FORMS_ALPHABET);
        forms_spell_bases(&code, 1);
        CHECK_EQUAL(code, toupper(byte));
    }
}

static void the_first_without_a_code_is_found(void)
{
    static uint8_t bases[MOST];
    for (size_t i = 0; i < MOST; i++)
        bases[i] = (uint8_t) "acgtnACGTN"[i * i % 10];
    for (size_t n = 0; n < MOST; n += 1 + n / 9) {
        CHECK_EQUAL(forms_not_coded(bases, n), n);
        for (size_t at = 0; at < n; at += 1 + at / 5) {
            const uint8_t kept = bases[at], last = bases[n - 1];
            bases[n - 1] = '.';
            bases[at] = 'R';
            CHECK_EQUAL(forms_not_coded(bases, n), at);
            bases[n - 1] = last;
            bases[at] = kept;
        }
    }
}

int main(void)
{
    every_byte_is_judged();
    the_first_without_a_code_is_found();
    return 0;
}
