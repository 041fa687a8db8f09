/*
 * How many different sequences there are, how often they occur, and which occur most.
 *
 * As for FastQC, a sequence is the first QC_PREFIX bases of a read, whose case makes no difference.
 * Its 64-bit hash goes two ways: to HyperLogLog, whose registers tell how many there are, and to
 * the bounded map, which tells how often each of a sample occurs. Which sequences many reads share
 * follows from a sample of reads.
 */
#include "base/mix.h"
#include "qc/hash.h"
#include "qc/modules.h"

/* The larger of the register and the place of the first bit that is 1 behind its number; mostly it
 * is plain that the register is large enough. */
static void note_register(uint8_t *registers, uint64_t hash)
{
    uint8_t *const kept = &registers[hash >> (64 - QC_REGISTER_BITS)];
    const uint64_t rest = hash << QC_REGISTER_BITS | UINT64_C(1) << (QC_REGISTER_BITS - 1);
    if (!map_holds(*kept, rest))
        return;
    *kept = (uint8_t)(__builtin_clzll(rest) + 1);
}

void distinct_settle(struct qc_tally *tally)
{
    const size_t n = tally->registers ? tally_max_words(QC_DISTINCT) : 0;
    for (size_t i = 0; i < n; i++)
        if (tally->registers[i] > tally->max[QC_DISTINCT][i])
            tally->max[QC_DISTINCT][i] = tally->registers[i];
}

/* Hashes of a block first, so that the memory of the map is on its way when it is needed. */
pfq_status distinct_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                        pfq_error *err)
{
    enum { BLOCK = 64 };
    uint64_t hash[BLOCK];
    pfq_status status = PFQ_OK;
    for (size_t done = 0; done < n && !status; done += BLOCK) {
        const size_t count = n - done < BLOCK ? n - done : BLOCK;
        for (size_t i = 0; i < count; i++) {
            const struct qc_read *const read = &reads[done + i];
            hash[i] = hash_letters(read->sequence,
                                   read->bases < QC_PREFIX ? (size_t)read->bases : QC_PREFIX);
            map_prefetch(&tally->distinct, hash[i]);
            /* The map samples by the leading bits; registers take other ones, mixed anew. */
            note_register(tally->registers, mix_number(hash[i]));
        }
        for (size_t i = 0; i < count && !status; i++)
            status = map_add(&tally->distinct, hash[i], 1, err);
    }
    return status;
}

pfq_status frequent_add(struct qc_tally *tally, const struct qc_read *reads, size_t n,
                        pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++)
        status = picks_look(&tally->picks, &reads[i], err);
    return status;
}

pfq_status tile_add(struct qc_tally *tally, const struct qc_read *reads, size_t n, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (size_t i = 0; i < n && !status; i++)
        status = tiles_look(&tally->tiles, &reads[i], tally->shift, err);
    return status;
}
