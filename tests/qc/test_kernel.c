/*
 * Claims: every kernel gives what one byte at a time gives, for any bytes and any length, and reads
 * nothing behind the end (sanitizers watch); where an adapter begins, its seed is found.
 */
#include "qc/kernel.h"

#include <stdbool.h>

#include "support/check.h"

enum { LONGEST = 1400 };

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static enum qc_base base_of(uint8_t byte)
{
    switch (byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte) {
    case 'A':
        return QC_A;
    case 'C':
        return QC_C;
    case 'G':
        return QC_G;
    case 'T':
        return QC_T;
    case 'U':
        return QC_U;
    case 'N':
        return QC_N;
    case '-':
    case '.':
        return QC_GAP;
    default:
        return QC_OTHER;
    }
}

static void check_counting(const struct qc_kernel *kernel, const uint8_t *sequence,
                           const uint8_t *quality, size_t n)
{
    static uint16_t index[LONGEST];
    uint64_t sum = 0, gc = 0, unknown = 0;
    kernel->pack(sequence, quality, n, -33, index);
    for (size_t i = 0; i < n; i++) {
        const enum qc_base base = base_of(sequence[i]);
        CHECK_EQUAL(index[i], (quality[i] - 33) * QC_BASES + (int)base);
        sum += quality[i];
        gc += base == QC_G || base == QC_C;
        unknown += base == QC_N;
    }
    CHECK_EQUAL(kernel->sum(quality, n), sum);
    CHECK_EQUAL(kernel->gc(sequence, n), gc);
    CHECK_EQUAL(kernel->unknown(sequence, n), unknown);
}

static uint8_t four(const uint8_t *bases)
{
    return (uint8_t)((bases[0] >> 1 & 3) | (bases[1] >> 1 & 3) << 2 | (bases[2] >> 1 & 3) << 4 |
                     (bases[3] >> 1 & 3) << 6);
}

static void check_seeds(const struct qc_kernel *kernel, const uint8_t *sequence, size_t n)
{
    uint8_t first[QC_ADAPTERS], second[QC_ADAPTERS], hit[QC_SEED_SPACE];
    bool any = false;
    for (int a = 0; a < QC_ADAPTERS; a++) {
        first[a] = four((const uint8_t *)qc_adapters[a].sequence);
        second[a] = four((const uint8_t *)qc_adapters[a].sequence + 4);
    }
    const int found = kernel->seeds(sequence, n, first, second, hit);
    for (size_t i = 0; i < n; i++) {
        bool is = false;
        for (int a = 0; a < QC_ADAPTERS; a++)
            is = is || (four(sequence + i) == first[a] && four(sequence + i + 4) == second[a]);
        CHECK_EQUAL(hit[i] != 0, is);
        any = any || is;
    }
    CHECK(found || !any);
}

/* With the errors that were made here and there, and with those of other bases. */
static void check_near(const struct qc_kernel *kernel, const uint8_t *sequence, size_t n)
{
    uint8_t begin[2][QC_ADAPTER_BASES], hit[QC_SEED_SPACE];
    bool any = false;
    for (int a = 0; a < 2; a++)
        memcpy(begin[a], qc_adapters[3 * a].sequence, QC_ADAPTER_BASES);
    const int found = kernel->near(sequence, n, (const uint8_t(*)[QC_ADAPTER_BASES])begin, 2, hit);
    for (size_t i = 0; i < n; i++) {
        bool is = false;
        for (int a = 0; a < 2; a++) {
            int errors = 0;
            for (size_t k = 0; k < QC_ADAPTER_BASES; k++)
                errors += (sequence[i + k] & 0xdf) != begin[a][k];
            is = is || errors < 2;
        }
        CHECK_EQUAL(hit[i] != 0, is);
        any = any || is;
    }
    CHECK(found || !any);
}

/* Texts of their own length, so that a sanitizer sees what is read behind them. */
static void check_length(const struct qc_kernel *kernel, size_t n, unsigned *state)
{
    uint8_t *const sequence = malloc(n + 1), *const quality = malloc(n + 1);
    CHECK(sequence && quality);
    for (size_t i = 0; i < n; i++) {
        sequence[i] = (uint8_t) "ACGTACGTACGTacgtnNUu-.*RYKM"[next_random(state) % 27];
        quality[i] = (uint8_t)('!' + next_random(state) % 94);
    }
    for (size_t at = next_random(state) % 40; at + QC_ADAPTER_BASES <= n; at += 90)
        memcpy(sequence + at, qc_adapters[next_random(state) % QC_ADAPTERS].sequence,
               QC_ADAPTER_BASES);
    for (size_t at = 0; at < n; at += 7 + next_random(state) % 30)
        sequence[at] = 'a';
    uint8_t *const exact = malloc(n ? n : 1);
    CHECK(exact);
    memcpy(exact, sequence, n);
    check_counting(kernel, exact, quality, n);
    if (n >= QC_ADAPTER_BASES && n - 7 <= QC_SEED_BLOCK)
        check_seeds(kernel, exact, n - 7);
    if (n >= QC_ADAPTER_BASES && n - 11 <= QC_SEED_BLOCK)
        check_near(kernel, exact, n - 11);
    free(exact);
    free(sequence);
    free(quality);
}

int main(void)
{
    unsigned state = 5;
    for (size_t k = 0; qc_kernel_at(k); k++)
        for (size_t n = 0; qc_kernel_runs(qc_kernel_at(k)) && n < LONGEST; n += n < 200 ? 1 : 37)
            check_length(qc_kernel_at(k), n, &state);
    CHECK(qc_kernel_runs(qc_kernel_choose()));
    return 0;
}
