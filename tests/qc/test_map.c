/*
 * Claims: a map counts exactly; a bounded one holds the same keys with the same counts whatever the
 * order they came in and however they were split among maps that were merged, never more than its
 * limit, and as many as fit.
 */
#include "qc/map.h"

#include "base/mix.h"
#include "qc/hash.h"
#include "qc/picks.h"
#include "support/check.h"

enum { KEYS = 5000, LIMIT = 300, PARTS = 4 };

static void add(struct qc_map *map, uint64_t key, uint64_t n)
{
    pfq_error err;
    CHECK(map_add(map, key, n, &err) == PFQ_OK);
}

static void check_exact(void)
{
    struct qc_map map = {0};
    for (uint64_t i = 0; i < KEYS; i++)
        add(&map, i * i, i + 1);
    for (uint64_t i = 0; i < KEYS; i++)
        add(&map, i * i, 1);
    CHECK_EQUAL(map_sort(&map), KEYS);
    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK_EQUAL(map.entries[i].key, i * i);
        CHECK_EQUAL(map.entries[i].count, i + 2);
    }
    map_release(&map);
}

/* Key i comes i % 7 + 1 times, in an order and a split that `seed` decides. */
static void fill(struct qc_map *maps, int parts, uint64_t seed)
{
    for (uint64_t turn = 0; turn < 7; turn++)
        for (uint64_t i = 0; i < KEYS; i++) {
            const uint64_t number = (i * 2377 + seed * 911) % KEYS;
            if (turn <= number % 7)
                add(&maps[(mix_number(seed) + turn + i) % (uint64_t)parts], mix_number(number), 1);
        }
}

static void check_bounded(void)
{
    pfq_error err;
    struct qc_map one = {.limit = LIMIT};
    fill(&one, 1, 0);
    const size_t kept = map_sort(&one);
    CHECK(kept <= LIMIT);
    size_t above = 0;
    for (uint64_t i = 0; i < KEYS; i++)
        above += map_holds(one.level - 1, mix_number(i));
    CHECK(above > LIMIT);
    for (uint64_t seed = 1; seed < 6; seed++) {
        struct qc_map parts[PARTS];
        for (int i = 0; i < PARTS; i++)
            parts[i] = (struct qc_map){.limit = LIMIT};
        fill(parts, PARTS, seed);
        for (int i = 1; i < PARTS; i++) {
            CHECK(map_merge(&parts[0], &parts[i], &err) == PFQ_OK);
            map_release(&parts[i]);
        }
        CHECK_EQUAL(map_sort(&parts[0]), kept);
        CHECK_EQUAL(parts[0].level, one.level);
        CHECK(memcmp(parts[0].entries, one.entries, kept * sizeof *one.entries) == 0);
        map_release(&parts[0]);
    }
    for (size_t i = 0; i < kept; i++) {
        uint64_t number = 0;
        while (mix_number(number) != one.entries[i].key)
            number++;
        CHECK_EQUAL(one.entries[i].count, number % 7 + 1);
    }
    map_release(&one);
}

/* A hash of letters minds each letter, its place and their number, and no case. */
static void check_hash(void)
{
    uint8_t text[64], other[64];
    for (size_t n = 0; n <= 50; n++) {
        for (size_t i = 0; i < n; i++) {
            text[i] = (uint8_t) "ACGT"[i * 7 % 4];
            other[i] = (uint8_t)(text[i] + ('a' - 'A'));
        }
        CHECK(hash_letters(text, n) == hash_letters(other, n));
        CHECK(n == 0 || hash_letters(text, n) != hash_letters(text, n - 1));
        for (size_t i = 0; i < n; i++) {
            memcpy(other, text, n);
            other[i] = 'N';
            CHECK(hash_letters(text, n) != hash_letters(other, n));
            for (size_t k = 0; k < i; k++) {
                memcpy(other, text, n);
                other[i] = text[k];
                other[k] = text[i];
                CHECK((text[i] == text[k]) == (hash_letters(text, n) == hash_letters(other, n)));
            }
        }
    }
}

int main(void)
{
    check_exact();
    check_bounded();
    check_hash();
    return 0;
}
