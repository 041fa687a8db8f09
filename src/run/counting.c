/*
 * Counting: each rank adds up its slices, one sum at the end.
 */
#include "run/counting.h"

#include "base/clock.h"
#include "fastq/columns.h"
#include "team/team.h"

void counting_begin(struct counting *counting, const pfq_reads *reads)
{
    *counting = (struct counting){.mates = reads->interleaved ? 2 : reads->mates,
                                  .interleaved = reads->interleaved};
}

void counting_add(struct counting *counting, const struct input_round *round)
{
    const int deal = counting->interleaved ? 2 : 1;
    for (int i = 0; i < round->streams; i++) {
        const struct input_slice *slice = &round->slices[i];
        uint64_t number = slice->first;
        for (size_t c = 0; c < slice->chunk_count; c++) {
            for (int k = 0; k < deal; k++) {
                const struct fastq_totals share =
                    fastq_columns_share(&slice->chunks[c], deal, number, k);
                counting->records[i + k] += share.records;
                counting->bases[i + k] += share.bases;
            }
            number += slice->chunks[c].count;
        }
    }
}

pfq_status counting_end(const struct counting *counting, const struct reading *reading,
                        pfq_counts *counts, pfq_error *err)
{
    uint64_t words[2 * PFQ_MAX_MATES];
    for (int mate = 0; mate < PFQ_MAX_MATES; mate++) {
        words[mate] = counting->records[mate];
        words[PFQ_MAX_MATES + mate] = counting->bases[mate];
    }
    const pfq_status status = team_sum(reading->team, words, sizeof words / sizeof *words, err);
    if (status || !counts)
        return status;
    *counts = (pfq_counts){.mates = counting->mates,
                           .bytes = input_bytes(reading->input),
                           .bad_records = input_bad_records(reading->input),
                           .seconds = clock_seconds() - reading->began};
    for (int mate = 0; mate < counting->mates; mate++) {
        counts->records[mate] = words[mate];
        counts->bases[mate] = words[PFQ_MAX_MATES + mate];
    }
    return PFQ_OK;
}
