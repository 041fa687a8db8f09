/*
 * Claim: names of mates agree as the header says: cut at the first blank, one final "/N" off, or
 * ".1" and ".2" where both have their own; and names that differ do not agree.
 */
#include <stdio.h>

#include "fastq/names.h"
#include "support/check.h"

static bool agree(const char *one, const char *two)
{
    return fastq_names_agree(fastq_name_keys((const uint8_t *)one, strlen(one), 1),
                             fastq_name_keys((const uint8_t *)two, strlen(two), 2));
}

int main(void)
{
    CHECK(agree("read", "read"));
    CHECK(agree("", ""));
    CHECK(agree("read/1", "read/2"));
    CHECK(agree("read", "read/2"));
    CHECK(agree("A:1:2 1:N:0:ACGT", "A:1:2 2:N:0:ACGT"));
    CHECK(agree("read/1 length=5", "read/2\tlength=6"));
    CHECK(agree("SRR1.7.1 7 length=36", "SRR1.7.2 7 length=36"));
    CHECK(agree("SRR1.7", "SRR1.7"));
    CHECK(!agree("read1", "read2"));
    CHECK(!agree("read/1/1", "read/2/2"));
    CHECK(!agree("SRR1.7.2", "SRR1.7.1"));
    CHECK(!agree("SRR1.7.1", "SRR1.8.2"));
    CHECK(!agree("SRR1.7.1", "SRR1.7"));
    CHECK(!agree("a", "b"));
    CHECK(!agree("a", ""));
    /* Neighbouring names of a run: no two of many agree. */
    for (int i = 0; i < 2000; i++) {
        char one[64], two[64];
        snprintf(one, sizeof one, "M00889:113:000000000-A5K20:1:1101:%d:2539", 10000 + i);
        snprintf(two, sizeof two, "M00889:113:000000000-A5K20:1:1101:%d:2539", 10001 + i);
        CHECK(!agree(one, two));
        CHECK(agree(one, one));
    }
    return 0;
}
