/*
 * Cutting off adapters: what the machine reads behind a fragment that is shorter than the read.
 *
 * A pair tells by itself: its mates are each other's reverse complement over the whole fragment, so
 * where they overlap, the length of the fragment is known and all behind it goes, whatever it is.
 * Single reads, and mates that do not overlap, are searched for the sequences of adapters. One
 * begins where, of as many bases as both still have,
 *     - there are at least ADAPTER_LEAST_BASES,
 *     - at most one in eight is wrong, and
 *     - of the first twelve at most one is wrong.
 * Sequences are those that follow a fragment; poly-A, poly-G and what stands before a long read
 * (ONT, PacBio) do not.
 */
#include <string.h>

#include "filter/steps.h"

/* Where a sequence goes on behind the bases that quality control looks for: as published by
 * Illumina. */
static const struct {
    int known;
    const char *rest;
} sequences[ADAPTER_SEQUENCES] = {
    {QC_ADAPTER_UNIVERSAL, "CACACGTCTGAACTCCAGTCA"}, /* behind mate 1 */
    {QC_ADAPTER_UNIVERSAL, "CGTCGTGTAGGGAAAGAGTGT"}, /* behind mate 2 */
    {QC_ADAPTER_SMALL_RNA_3, "GTGCCAAGG"},
    {QC_ADAPTER_SMALL_RNA_5, "GTAGAACTCTGAAC"},
    {QC_ADAPTER_NEXTERA, "CACATCT"},
};

void adapters_prepare(struct filter *filter)
{
    size_t beginnings = 0;
    for (size_t i = 0; i < ADAPTER_SEQUENCES; i++) {
        struct adapter *const adapter = &filter->adapters[i];
        const size_t rest = strlen(sequences[i].rest);
        memcpy(adapter->bases, qc_adapters[sequences[i].known].sequence, QC_ADAPTER_BASES);
        memcpy(adapter->bases + QC_ADAPTER_BASES, sequences[i].rest, rest);
        adapter->count = QC_ADAPTER_BASES + rest;
        if (i == 0 || sequences[i].known != sequences[i - 1].known)
            memcpy(filter->beginnings[beginnings++], adapter->bases, QC_ADAPTER_BASES);
    }
}

/* Does the adapter begin at a text of `left` bases? */
static bool begins(const struct adapter *adapter, const uint8_t *text, uint64_t left)
{
    const size_t n = left < adapter->count ? (size_t)left : adapter->count;
    const size_t allowed = n / 8, at_first = allowed < 1 ? allowed : 1;
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        wrong += (text[i] & 0xdf) != adapter->bases[i];
        if (wrong > (i < QC_ADAPTER_BASES ? at_first : allowed))
            return false;
    }
    return n >= ADAPTER_LEAST_BASES;
}

static bool any_begins(const struct filter *filter, const uint8_t *text, uint64_t left)
{
    for (size_t i = 0; i < ADAPTER_SEQUENCES; i++)
        if (begins(&filter->adapters[i], text, left))
            return true;
    return false;
}

/* The first of n places, of which the kernel has marked those worth a look; n if there is none. */
static size_t first_of(const struct filter *filter, const uint8_t *text, uint64_t left, size_t n,
                       const uint8_t *hit)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *const next = memchr(hit + i, 0xff, n - i);
        if (!next)
            break;
        i = (size_t)(next - hit);
        if (any_begins(filter, text + i, left - i))
            return i;
    }
    return n;
}

uint64_t adapters_find(const struct filter *filter, const uint8_t *sequence, uint64_t bases)
{
    uint8_t hit[QC_SEED_SPACE];
    const uint64_t whole = bases < QC_ADAPTER_BASES ? 0 : bases - QC_ADAPTER_BASES + 1;
    for (uint64_t done = 0; done < whole; done += QC_SEED_BLOCK) {
        const size_t n = whole - done < QC_SEED_BLOCK ? (size_t)(whole - done) : QC_SEED_BLOCK;
        if (!filter->kernel->near(sequence + done, n, filter->beginnings, ADAPTER_BEGINNINGS, hit))
            continue;
        const size_t at = first_of(filter, sequence + done, bases - done, n, hit);
        if (at < n)
            return done + at;
    }
    for (uint64_t at = whole; at + ADAPTER_LEAST_BASES <= bases; at++)
        if (any_begins(filter, sequence + at, bases - at))
            return at;
    return bases;
}

void trim_adapters(const struct filter *filter, struct filter_read *reads, int mates)
{
    const uint64_t fragment = mates > 1 ? overlap_fragment(&reads[0], &reads[1]) : 0;
    for (int m = 0; m < mates; m++) {
        struct filter_read *const read = &reads[m];
        if (!fragment)
            read->bases = adapters_find(filter, read->sequence, read->bases);
        else if (fragment < read->bases)
            read->bases = fragment;
    }
}
