/*
 * Claim: however a dataset grows, every byte of it has one place, places of different bytes differ,
 * what lies together is found in one piece, and long runs begin at stripes.
 */
#include "store/extents.h"
#include "support/check.h"

enum { DATASETS = 3, CHUNK_BYTES = 16, ROUNDS = 40, MOST_BYTES = 8192 };

/* Runs begin at multiples of a stripe where they are long, and gaps are a small part. */
static void long_runs_begin_at_stripes(void)
{
    enum { STRIPE = 4 * CHUNK_BYTES, LONG = EXTENTS_GAPS * STRIPE };
    struct extents one = {.chunk_bytes = CHUNK_BYTES}, other = one;
    uint64_t next = 100;
    extents_grow(&one, LONG - CHUNK_BYTES, STRIPE, &next, NULL);
    CHECK_EQUAL(one.runs[0].address, 100);
    extents_grow(&other, LONG, STRIPE, &next, NULL);
    CHECK_EQUAL(other.runs[0].address % STRIPE, 0);
    CHECK(other.runs[0].address - (100 + LONG - CHUNK_BYTES) < STRIPE);
    extents_grow(&other, 2 * LONG, STRIPE, &next, NULL); /* goes on without a gap */
    CHECK_EQUAL(other.count, 1);
    extents_grow(&one, 3 * LONG, STRIPE, &next, NULL);
    CHECK_EQUAL(one.runs[1].address % STRIPE, 0);
    extents_release(&one);
    extents_release(&other);
}

int main(void)
{
    long_runs_begin_at_stripes();
    static unsigned char taken[DATASETS * MOST_BYTES * 2];
    struct extents extents[DATASETS] = {0};
    uint64_t bytes[DATASETS] = {0}, next = 100, pieces = 0;
    srand(4);
    for (int i = 0; i < DATASETS; i++)
        extents[i].chunk_bytes = CHUNK_BYTES;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < DATASETS; i++) {
            bytes[i] += (uint64_t)(rand() % 4 ? rand() % 150 : 0);
            CHECK(extents_grow(&extents[i], bytes[i], 1, &next, NULL) == PFQ_OK);
            CHECK(extents[i].chunks * CHUNK_BYTES >= bytes[i]);
            CHECK(extents[i].chunks * CHUNK_BYTES < bytes[i] + CHUNK_BYTES);
        }
    for (int i = 0; i < DATASETS; i++)
        for (uint64_t offset = 0; offset < bytes[i];) {
            uint64_t together;
            const uint64_t address = extents_find(&extents[i], offset, &together);
            CHECK(address >= 100 && together > 0 && address + together <= next);
            for (uint64_t k = 0; k < together && offset + k < bytes[i]; k++)
                CHECK(taken[address + k]++ == 0);
            offset += together;
            pieces++;
        }
    CHECK(pieces <= DATASETS * ROUNDS);

    struct extents alone = {.chunk_bytes = CHUNK_BYTES};
    uint64_t behind = 0, together;
    for (uint64_t size = 1; size < 1000; size++)
        CHECK(extents_grow(&alone, size, 1, &behind, NULL) == PFQ_OK);
    CHECK_EQUAL(alone.count, 1);
    CHECK_EQUAL(extents_find(&alone, 17, &together), 17);
    CHECK_EQUAL(together, behind - 17);
    extents_grow(&alone, 3 * CHUNK_BYTES + alone.chunks * CHUNK_BYTES, 1, &next, NULL);
    const uint64_t last = extents_find(&alone, alone.chunks * CHUNK_BYTES - 1, &together);
    extents_keep_last(&alone);
    CHECK_EQUAL(alone.count, 1);
    CHECK_EQUAL(extents_find(&alone, alone.chunks * CHUNK_BYTES - 1, &together), last);
    extents_release(&alone);
    for (int i = 0; i < DATASETS; i++)
        extents_release(&extents[i]);
    return 0;
}
