/*
 * Sorting entries by their 128 bits, the highest byte first, in place: entries are counted by that
 * byte and swapped along cycles to where they belong, and each of the 256 parts is sorted by the
 * next byte. Hashes are spread evenly, so four or five bytes of them settle nearly everything; of
 * names that are all alike, the rows do.
 */
#include <string.h>

#include "store/indexer.h"
#include "threads/threads.h"

enum { DIGITS = 256, LEVELS = 16, FEW = 48 };

static bool is_less(const struct index_entry *a, const struct index_entry *b)
{
    return a->hash < b->hash || (a->hash == b->hash && a->row < b->row);
}

static unsigned digit_of(const struct index_entry *entry, int level)
{
    const uint64_t word = level < 8 ? entry->hash : entry->row;
    return (unsigned)(word >> (56 - 8 * (level % 8))) & (DIGITS - 1);
}

static void sort_few(struct index_entry *entries, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct index_entry entry = entries[i];
        size_t k = i;
        for (; k > 0 && is_less(&entry, &entries[k - 1]); k--)
            entries[k] = entries[k - 1];
        entries[k] = entry;
    }
}

/* Where the entries of each digit begin; begin[DIGITS] is n. */
static void count_digits(const struct index_entry *entries, size_t n, int level,
                         size_t begin[DIGITS + 1])
{
    memset(begin, 0, (DIGITS + 1) * sizeof *begin);
    for (size_t i = 0; i < n; i++)
        begin[digit_of(&entries[i], level) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        begin[d + 1] += begin[d];
}

/* Brings each entry to the part of its digit. */
static void part_digits(struct index_entry *entries, int level, const size_t begin[DIGITS + 1])
{
    size_t next[DIGITS];
    memcpy(next, begin, sizeof next);
    for (unsigned d = 0; d < DIGITS; d++)
        while (next[d] < begin[d + 1]) {
            struct index_entry entry = entries[next[d]];
            for (unsigned to; (to = digit_of(&entry, level)) != d;) {
                const struct index_entry other = entries[next[to]];
                entries[next[to]++] = entry;
                entry = other;
            }
            entries[next[d]++] = entry;
        }
}

/* Parts by the first level, from *level on, at which not all digits are equal; *level is then the
 * next one. false if entries are equal in all levels, or few, and are sorted. */
static bool part(struct index_entry *entries, size_t n, int *level, size_t begin[DIGITS + 1])
{
    if (n <= FEW) {
        sort_few(entries, n);
        return false;
    }
    for (; *level < LEVELS; ++*level) {
        count_digits(entries, n, *level, begin);
        const unsigned first = digit_of(entries, *level);
        if (begin[first + 1] - begin[first] == n)
            continue;
        part_digits(entries, *level, begin);
        ++*level;
        return true;
    }
    return false;
}

/* At most LEVELS calls deep.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void sort_from(struct index_entry *entries, size_t n, int level)
{
    size_t begin[DIGITS + 1];
    if (!part(entries, n, &level, begin))
        return;
    for (size_t d = 0; d < DIGITS; d++)
        sort_from(entries + begin[d], begin[d + 1] - begin[d], level);
}

struct sort_loop {
    struct index_entry *entries;
    int level;
    size_t begin[DIGITS + 1];
};

static pfq_status sort_part(void *context, size_t i, int thread, pfq_error *err)
{
    const struct sort_loop *const loop = context;
    (void)thread, (void)err;
    sort_from(loop->entries + loop->begin[i], loop->begin[i + 1] - loop->begin[i], loop->level);
    return PFQ_OK;
}

/* What came from one rank alone is sorted already. */
static bool is_sorted(const struct index_entry *entries, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (is_less(&entries[i], &entries[i - 1]))
            return false;
    return true;
}

pfq_status index_sort(int threads, struct index_entry *entries, size_t n, pfq_error *err)
{
    struct sort_loop loop = {.entries = entries};
    if (is_sorted(entries, n) || !part(entries, n, &loop.level, loop.begin))
        return PFQ_OK;
    return threads_for(threads, DIGITS, sort_part, &loop, err);
}

size_t index_lower_bound(const struct index_entry *entries, size_t n, struct index_entry least)
{
    size_t low = 0;
    while (n > 0) {
        const size_t half = n / 2;
        if (is_less(&entries[low + half], &least)) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}
