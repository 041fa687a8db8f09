/*
 * Claims: a tally of reads is the same as that of any parts of them, merged in any order; counters
 * are what one base at a time counts, for short reads and for long ones; tiles are found in both
 * forms of Illumina's names; all counters have 64 bits; where a tally needs memory and there is
 * none it says so; and one that was saved is the same when it is taken up, while words that are not
 * of such a tally are refused.
 */
#include "qc/saved.h"
#include "qc/tally.h"

#include "support/check.h"

enum { READS = 3000, PARTS = 5, TEXT = 4 << 20 };

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static uint8_t sequence[TEXT], quality[TEXT];
static char names[READS][64];
static struct qc_read reads[READS];

/* `longest`: reads of up to that many bases, of one base and of none. */
static void make_reads(uint64_t longest, unsigned seed)
{
    size_t used = 0;
    for (size_t i = 0; i < READS; i++) {
        uint64_t bases = next_random(&seed) % (i % 50 == 7 ? longest + 1 : 200);
        if (bases > longest)
            bases = longest;
        if (i == 11)
            bases = longest;
        CHECK(used + bases < TEXT);
        for (size_t k = used; k < used + bases; k++) {
            sequence[k] = (uint8_t) "ACGTACGTACGTNacgt-"[next_random(&seed) % 18];
            quality[k] = (uint8_t)('!' + next_random(&seed) % 41);
        }
        if (bases > 40 && i % 3 == 0)
            memcpy(sequence + used + next_random(&seed) % (bases - 12),
                   qc_adapters[i % QC_ADAPTERS].sequence, QC_ADAPTER_BASES);
        if (i % 4 == 1 && reads[i - 1].bases == bases)
            memcpy(sequence + used, reads[i - 1].sequence, bases);
        snprintf(names[i], sizeof names[i],
                 i % 2 ? "M1:22:FC:1:%d:18518:48851 1:N:0:ATG" : "HWI:2:%d:1000:16900#0/1",
                 (int)(1101 + i % 9));
        reads[i] = (struct qc_read){.sequence = sequence + used,
                                    .quality = quality + used,
                                    .name = (const uint8_t *)names[i],
                                    .bases = bases,
                                    .row = i,
                                    .name_bytes = (uint32_t)strlen(names[i])};
        used += bases;
    }
}

static struct qc_tally *create(void)
{
    pfq_error err;
    struct qc_tally *const tally = tally_create(true, &err);
    CHECK(tally);
    return tally;
}

static void add(struct qc_tally *tally, const struct qc_read *list, size_t n)
{
    pfq_error err;
    CHECK(tally_add(tally, list, n, &err) == PFQ_OK);
}

static void check_same(const struct qc_tally *a, const struct qc_tally *b)
{
    CHECK_EQUAL(a->scale, b->scale);
    CHECK_EQUAL(a->longest, b->longest);
    for (enum qc_module m = 0; m < QC_MODULES; m++) {
        CHECK(!a->sum[m] || memcmp(a->sum[m], b->sum[m], tally_sum_words(m) * 8) == 0);
        CHECK(!a->max[m] || memcmp(a->max[m], b->max[m], tally_max_words(m) * 8) == 0);
    }
    CHECK_EQUAL(a->lengths.used, b->lengths.used);
    CHECK_EQUAL(a->distinct.used, b->distinct.used);
    CHECK(!a->distinct.used || memcmp(a->distinct.entries, b->distinct.entries,
                                      a->distinct.used * sizeof *a->distinct.entries) == 0);
    CHECK_EQUAL(a->picks.count, b->picks.count);
    for (size_t i = 0; i < a->picks.count; i++)
        CHECK(memcmp(a->picks.list[i].sequence, b->picks.list[i].sequence, QC_PREFIX) == 0);
    CHECK_EQUAL(a->tiles.none, b->tiles.none);
    CHECK_EQUAL(a->tiles.count, b->tiles.count);
    CHECK(!a->tiles.count ||
          memcmp(a->tiles.words, b->tiles.words, a->tiles.count * QC_TILE_WORDS * 8) == 0);
}

static void finish(struct qc_tally *tally)
{
    pfq_error err;
    CHECK(tally_finish(tally, &err) == PFQ_OK);
}

static void check_merging(const struct qc_tally *whole, unsigned seed)
{
    pfq_error err;
    struct qc_tally *parts[PARTS];
    for (int i = 0; i < PARTS; i++)
        parts[i] = create();
    for (size_t i = 0; i < READS;) {
        size_t n = next_random(&seed) % 60 + 1;
        n = n < READS - i ? n : READS - i;
        add(parts[next_random(&seed) % PARTS], reads + i, n);
        i += n;
    }
    for (int i = PARTS - 1; i > 0; i--)
        CHECK(tally_merge(parts[0], parts[i], &err) == PFQ_OK);
    finish(parts[0]);
    check_same(parts[0], whole);
    for (int i = 0; i < PARTS; i++)
        tally_destroy(parts[i]);
}

/* Half of the reads saved and taken up, the other half counted. */
static void check_saving(const struct qc_tally *whole)
{
    pfq_error err;
    struct qc_tally *const half = create(), *const rest = create();
    add(half, reads, READS / 2);
    const size_t n = saved_words(half);
    uint64_t *const words = calloc(n + 1, sizeof *words);
    CHECK(words);
    words[n] = UINT64_C(0xfeedfeedfeedfeed);
    saved_write(half, words);
    CHECK_EQUAL(words[n], UINT64_C(0xfeedfeedfeedfeed));
    add(rest, reads + READS / 2, READS - READS / 2);
    CHECK_EQUAL(saved_add(rest, words, n - 1, &err), PFQ_BAD_FILE);
    CHECK_EQUAL(saved_add(rest, words, n + 1, &err), PFQ_BAD_FILE);
    CHECK_EQUAL(saved_add(rest, words, 1, &err), PFQ_BAD_FILE);
    CHECK_EQUAL(saved_add(rest, words, n, &err), PFQ_OK);
    finish(rest);
    check_same(rest, whole);
    free(words);
    tally_destroy(half);
    tally_destroy(rest);
}

/* One base at a time, by what the header says. */
static void check_counters(const struct qc_tally *tally)
{
    static uint64_t cycles[QC_BINS * QC_CYCLE], adapters[QC_BINS * QC_ADAPTERS];
    uint64_t mean[QC_CLASSES] = {0};
    memset(cycles, 0, sizeof cycles);
    memset(adapters, 0, sizeof adapters);
    for (size_t i = 0; i < READS; i++) {
        uint64_t sum = 0;
        char text[TEXT / READS * 2 + 70000] = "";
        for (uint64_t k = 0; k < reads[i].bases; k++) {
            const char large =
                (char)(reads[i].sequence[k] == '-' ? '-' : reads[i].sequence[k] & 0xdf);
            const size_t base = large == 'N'   ? QC_N
                                : large == '-' ? QC_GAP
                                               : (size_t)(strchr("ACGT", large) - "ACGT");
            const int class = reads[i].quality[k] - '!';
            cycles[positions_bin(k + 1, tally->scale) * QC_CYCLE + (size_t) class * QC_BASES +
                   base]++;
            sum += (uint64_t) class;
            text[k] = large;
        }
        if (reads[i].bases)
            mean[sum / reads[i].bases]++;
        for (int a = 0; a < QC_ADAPTERS; a++) {
            const char *const found = strstr(text, qc_adapters[a].sequence);
            if (found)
                adapters[positions_bin((uint64_t)(found - text) + 1, tally->scale) * QC_ADAPTERS +
                         (size_t)a]++;
        }
    }
    CHECK(memcmp(cycles, tally->sum[QC_CYCLES], sizeof cycles) == 0);
    CHECK(memcmp(adapters, tally->sum[QC_ADAPTER], sizeof adapters) == 0);
    CHECK(memcmp(mean, tally->sum[QC_READ_QUALITY], sizeof mean) == 0);
}

/* ---- far ---- */

enum { DOUBLINGS = 40 };

/* A tally that has counted each read 2^40 times, but for samples of reads. */
static struct qc_tally *count_often(void)
{
    pfq_error err;
    struct qc_tally *tally = create();
    add(tally, reads, READS);
    for (int i = 0; i < DOUBLINGS; i++) {
        struct qc_tally *const twice = create();
        tally_settle(tally);
        tally->picks.count = 0;
        CHECK(tally_merge(twice, tally, &err) == PFQ_OK);
        CHECK(tally_merge(twice, tally, &err) == PFQ_OK);
        tally_destroy(tally);
        tally = twice;
    }
    return tally;
}

/* The counters of `many` are those of `one` so many times: shares of GC content, which have room
 * for fewer long reads, modulo 2^64. */
static void check_times(const struct qc_tally *one, const struct qc_tally *many, uint64_t times)
{
    for (enum qc_module m = 0; m < QC_MODULES; m++) {
        for (size_t i = 0; one->sum[m] && i < tally_sum_words(m); i++)
            CHECK_EQUAL(many->sum[m][i], one->sum[m][i] * times);
        for (size_t i = 0; one->max[m] && i < tally_max_words(m); i++)
            CHECK_EQUAL(many->max[m][i], one->max[m][i]);
    }
    const struct qc_map *const ones[] = {&one->lengths, &one->distinct};
    const struct qc_map *const manys[] = {&many->lengths, &many->distinct};
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(manys[i]->used, ones[i]->used);
        for (size_t k = 0; k < ones[i]->used; k++) {
            CHECK_EQUAL(manys[i]->entries[k].key, ones[i]->entries[k].key);
            CHECK_EQUAL(manys[i]->entries[k].count, ones[i]->entries[k].count * times);
        }
    }
    CHECK_EQUAL(many->tiles.count, one->tiles.count);
    for (size_t i = 0; i < one->tiles.count * QC_TILE_WORDS; i++)
        CHECK_EQUAL(many->tiles.words[i], one->tiles.words[i] * times);
}

/* Behind 2^40 times the reads they count as before, are saved and taken up. */
static void check_far(uint64_t longest)
{
    pfq_error err;
    make_reads(longest, 21);
    struct qc_tally *const one = create(), *const many = count_often(), *const again = create();
    add(one, reads, READS);
    add(many, reads, READS);
    const size_t words = saved_words(many);
    uint64_t *const saved = malloc(words * sizeof *saved);
    CHECK(saved);
    saved_write(many, saved);
    CHECK(saved_add(again, saved, words, &err) == PFQ_OK);
    finish(one);
    finish(many);
    finish(again);
    check_times(one, many, (UINT64_C(1) << DOUBLINGS) + 1);
    check_same(again, many);
    free(saved);
    tally_destroy(one);
    tally_destroy(many);
    tally_destroy(again);
}

static void check_reads(uint64_t longest, bool has_tiles)
{
    struct qc_tally *const whole = create();
    make_reads(longest, (unsigned)longest);
    for (size_t i = 0; i < READS; i++)
        add(whole, reads + i, 1);
    finish(whole);
    check_counters(whole);
    CHECK_EQUAL(whole->tiles.none, !has_tiles);
    CHECK_EQUAL(whole->tiles.count, has_tiles ? 9 : 0);
    for (unsigned seed = 1; seed < 4; seed++)
        check_merging(whole, seed);
    check_saving(whole);
    tally_destroy(whole);
}

/* A read's share of a percentage, by trying all numbers of G and C. */
static void check_gc(void)
{
    for (uint64_t bases = 1; bases <= 400; bases = bases < 100 ? bases + 1 : bases + 100)
        for (unsigned percent = 0; percent <= 100; percent++) {
            uint64_t claims = 0;
            for (uint64_t gc = 0; gc <= bases; gc++) {
                const double low = gc ? (double)gc - 0.5 : 0;
                const double high = gc < bases ? (double)gc + 0.5 : (double)bases;
                const long from = (long)(low * 100 / (double)bases + 0.5);
                const long to = (long)(high * 100 / (double)bases + 0.5);
                claims += from <= (long)percent && (long)percent <= to;
            }
            CHECK_EQUAL(claims ? qc_gc_claims(percent, bases) : claims, claims);
        }
    for (uint64_t bases = 2; bases <= 100; bases++)
        CHECK_EQUAL(qc_gc_place(bases), qc_gc_place(bases - 1) + bases);
    CHECK_EQUAL(qc_gc_place(200), qc_gc_place(100) + 101);
    for (uint64_t bases = 300; bases <= 1000; bases += 100)
        CHECK_EQUAL(qc_gc_place(bases), qc_gc_place(bases - 100) + bases - 99);
    CHECK(qc_gc_place(1000) + 1001 <= QC_GC_COUNTERS);
}

int main(void)
{
    check_gc();
    check_reads(151, true);
    check_reads(659, true);
    check_reads(660, false);
    check_reads(70000, false);
    check_far(659);
    check_far(70000);
    return 0;
}
