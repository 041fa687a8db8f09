/*
 * Phred+64 is told from Phred+33 by characters that only one of them has.
 */
#include "run/characters.h"

#include "team/team.h"

/* Quality characters only of Phred+64 data: none below '@', some above 'K' (Phred+33 of 42). */
enum { PHRED64_LOW = 64, PHRED64_HIGH_ABOVE = 75, PHRED64_HIGH = 104 };

void characters_note(struct characters *characters, const struct input_round *round, int deal)
{
    for (int i = 0; i < round->streams; i++)
        for (size_t c = 0; c < round->slices[i].chunk_count; c++)
            for (int k = 0; k < deal; k++) {
                const struct fastq_columns *const from = &round->slices[i].chunks[c].columns[k];
                if (from->low < characters->low)
                    characters->low = from->low;
                if (from->high > characters->high)
                    characters->high = from->high;
            }
}

pfq_status characters_warn(const struct characters *characters, const struct reading *reading,
                           pfq_error *err)
{
    uint64_t low = characters->low, high = characters->high;
    pfq_status status = team_min(reading->team, &low, 1, err);
    if (!status)
        status = team_max(reading->team, &high, 1, err);
    if (!status && reading->config->quality_encoding == PFQ_QUALITY_AUTO && low >= PHRED64_LOW &&
        high > PHRED64_HIGH_ABOVE && high <= PHRED64_HIGH)
        reading_warn(
            reading,
            "all quality characters lie between '%c' and '%c': this looks like the Phred+64 "
            "of Illumina 1.3 to 1.7, but was read as Phred+33; if so, do it again with "
            "--quality-encoding illumina1.3",
            (int)low, (int)high);
    return status;
}
