/*
 * Where a read first holds an adapter.
 *
 * The kernel looks at all positions for what could be the first eight bases of any adapter; only
 * there, about once in a thousand bases, are the bases themselves compared.
 */
#include <string.h>

#include "qc/modules.h"

/* Bits 1 and 2 of four bases, as the kernel makes them. */
static uint8_t four(const char *bases)
{
    uint8_t byte = 0;
    for (int i = 0; i < 4; i++)
        byte = (uint8_t)(byte | ((uint8_t)bases[i] >> 1 & 3) << 2 * i);
    return byte;
}

struct search {
    uint8_t first[QC_ADAPTERS], second[QC_ADAPTERS];
    uint8_t hit[QC_SEED_SPACE];
};

static void prepare(struct search *search)
{
    for (int s = 0; s < QC_ADAPTERS; s++) {
        const char *const bases = qc_adapters[s].sequence;
        search->first[s] = four(bases);
        search->second[s] = four(bases + 4);
    }
}

static bool is_at(const uint8_t *bases, const char *adapter)
{
    for (int i = 0; i < QC_ADAPTER_BASES; i++)
        if ((bases[i] & 0xdf) != (uint8_t)adapter[i])
            return false;
    return true;
}

/* Notes the adapters that begin here and have not been found before. */
static void note(struct qc_tally *tally, const struct qc_read *read, uint64_t at, unsigned *found)
{
    uint64_t *const row =
        tally->sum[QC_ADAPTER] + positions_bin(at + 1, tally->scale) * QC_ADAPTERS;
    for (int a = 0; a < QC_ADAPTERS; a++)
        if (!(*found >> a & 1) && is_at(read->sequence + at, qc_adapters[a].sequence)) {
            *found |= 1U << a;
            row[a]++;
        }
}

/* Most of eight hits in a row are 0. */
static bool has_none(const uint8_t *hit)
{
    uint64_t eight;
    memcpy(&eight, hit, sizeof eight);
    return eight == 0;
}

static void look(struct qc_tally *tally, const struct qc_read *read, struct search *search)
{
    unsigned found = 0;
    const uint64_t places = read->bases - QC_ADAPTER_BASES + 1;
    for (uint64_t done = 0; done < places; done += QC_SEED_BLOCK) {
        const size_t n = places - done < QC_SEED_BLOCK ? (size_t)(places - done) : QC_SEED_BLOCK;
        if (!tally->kernel->seeds(read->sequence + done, n, search->first, search->second,
                                  search->hit))
            continue;
        for (size_t i = 0; i < n; i++) {
            if (i % 8 == 0 && has_none(search->hit + i))
                i += 7;
            else if (search->hit[i])
                note(tally, read, done + i, &found);
        }
    }
}

pfq_status adapter_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                       pfq_error *err)
{
    struct search search;
    (void)err;
    prepare(&search);
    for (size_t i = 0; i < n; i++)
        if (reads[i].bases >= QC_ADAPTER_BASES)
            look(tally, &reads[i], &search);
    return PFQ_OK;
}
