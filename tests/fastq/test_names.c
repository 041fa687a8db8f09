/*
 * Claim: names of mates agree as the header says: cut at the first blank, one final "/N" off, or
 * ".1" and ".2" where both have their own; and names that differ do not agree.
 * What a name is looked up by, and its hash, are what files and README.md say.
 */
#include <stdio.h>

#include "fastq/names.h"
#include "support/check.h"

static bool agree(const char *one, const char *two)
{
    return fastq_names_agree(fastq_name_keys((const uint8_t *)one, strlen(one), 1),
                             fastq_name_keys((const uint8_t *)two, strlen(two), 2));
}

static uint64_t hash(const char *name)
{
    return fastq_name_hash((const uint8_t *)name, strlen(name));
}

/* The values were computed in Python, by the lines that README.md shows. */
static void check_hashes(void)
{
    CHECK(hash("") == UINT64_C(0xefd01f60ba992926));
    CHECK(hash("a") == UINT64_C(0x82a2a958a9bece5b));
    CHECK(hash("A00123:45:HPFQ7DSX5:1:1101:1013:11119") == UINT64_C(0xfaec5ac684a9d0bb));
}

static void check_key(const char *name, size_t size, int mate)
{
    CHECK_EQUAL(fastq_name_key((const uint8_t *)name, strlen(name)), size);
    CHECK_EQUAL(fastq_name_mate((const uint8_t *)name, strlen(name), size), mate);
}

static void check_keys(void)
{
    check_key("", 0, 0);
    check_key("read", 4, 0);
    check_key("read/1", 4, 1);
    check_key("read/4 length=5/2", 4, 4);
    check_key("read/5", 6, 0);
    check_key("/1", 2, 0);
    check_key("read\t/1", 4, 0);
    check_key(" read", 0, 0);
}

int main(void)
{
    check_hashes();
    check_keys();
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
