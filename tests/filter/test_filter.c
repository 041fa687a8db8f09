/*
 * Claims: each step does to a read what a few plain lines do; what is kept of a batch are the reads
 * that should be, in order and whole, mates in step; what is counted adds up; and how the rows are
 * cut into batches makes no difference.
 */
#include "filter/filter.h"

#include "filter/sample.h"
#include "filter/steps.h"
#include "parfastq/parser.h"
#include "qc/tally.h"
#include "support/check.h"

enum { RECORDS = 1500, LONGEST = 180, NAME_BYTES = 24 };

/* One read, as plain as can be. */
struct plain {
    char sequence[LONGEST + 1], name[NAME_BYTES];
    uint8_t quality[LONGEST];
    int bases;
};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ---- what should become of reads ---- */

static int quality_end(const struct plain *read, int bound)
{
    /* every cut is tried: the largest sum of what the bases behind it lack, as far as the sums on
     * the way stay above zero */
    int keep = read->bases, most = 0;
    for (int cut = read->bases - 1; cut >= 0; cut--) {
        int sum = 0, below = 0;
        for (int i = read->bases - 1; i >= cut; i--) {
            sum += bound - read->quality[i];
            below = below || sum < 0;
        }
        if (!below && sum > most) {
            most = sum;
            keep = cut;
        }
    }
    return keep;
}

static const char *const known[] = {"AGATCGGAAGAGCACACGTCTGAACTCCAGTCA",
                                    "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT", "TGGAATTCTCGGGTGCCAAGG",
                                    "GATCGTCGGACTGTAGAACTCTGAAC", "CTGTCTCTTATACACATCT"};

static int adapter_begin(const struct plain *read)
{
    for (int at = 0; at + 6 <= read->bases; at++)
        for (size_t a = 0; a < sizeof known / sizeof *known; a++) {
            int n = 0, wrong = 0, wrong_first = 0;
            for (; at + n < read->bases && known[a][n]; n++) {
                const int is = (read->sequence[at + n] & 0xdf) != known[a][n];
                wrong += is;
                wrong_first += is && n < 12;
            }
            if (wrong <= n / 8 && wrong_first <= 1)
                return at;
        }
    return read->bases;
}

static char complement(char base)
{
    switch (base & 0xdf) {
    case 'A':
        return 'T';
    case 'C':
        return 'G';
    case 'G':
        return 'C';
    case 'T':
        return 'A';
    default:
        return 'N';
    }
}

/* The length of the fragment, by every shift of the one against the other; 0 if none fits. */
static int fragment_of(const struct plain *one, const struct plain *other)
{
    const int n = one->bases, m = other->bases;
    for (int turn = 0; turn < n + m; turn++) {
        const int shift = turn < n ? turn : n - 1 - turn; /* 0, 1, ... and then -1, -2, ... */
        int overlap = 0, wrong = 0;
        for (int i = shift > 0 ? shift : 0; i < n && i - shift < m; i++, overlap++)
            if (overlap < 50)
                wrong +=
                    (one->sequence[i] & 0xdf) != complement(other->sequence[m - 1 - (i - shift)]);
        if (overlap > 30 && wrong <= 5 && wrong <= overlap / 5)
            return shift + m;
    }
    return 0;
}

static void should_trim(const pfq_filter_config *config, struct plain *reads, int mates)
{
    for (int m = 0; m < mates && config->trim_quality; m++)
        reads[m].bases = quality_end(&reads[m], (int)config->trim_quality);
    const int fragment = config->trim_adapters && mates > 1 ? fragment_of(&reads[0], &reads[1]) : 0;
    for (int m = 0; m < mates && config->trim_adapters; m++) {
        const int end = fragment ? fragment : adapter_begin(&reads[m]);
        reads[m].bases = end < reads[m].bases ? end : reads[m].bases;
    }
}

/* The number of the rule that refuses, or -1. */
static int should_refuse(const pfq_filter_config *config, const struct plain *read)
{
    uint64_t unknown = 0, sum = 0;
    double error = 0;
    for (int i = 0; i < read->bases; i++) {
        unknown += (read->sequence[i] & 0xdf) == 'N';
        sum += read->quality[i];
        error += (double)qc_errors[read->quality[i]];
    }
    if ((uint64_t)read->bases < config->min_length)
        return FILTER_MIN_LENGTH;
    if (config->max_length && (uint64_t)read->bases > config->max_length)
        return FILTER_MAX_LENGTH;
    if (config->limit_n && unknown > config->max_n)
        return FILTER_MAX_N;
    if (config->min_mean_quality &&
        (!read->bases || (double)sum / read->bases < (double)config->min_mean_quality))
        return FILTER_MEAN_QUALITY;
    if (config->min_error_quality &&
        (!read->bases || error / read->bases > (double)qc_errors[config->min_error_quality]))
        return FILTER_ERROR_QUALITY;
    return -1;
}

/* ---- reads ---- */

static void make_read(struct plain *read, unsigned *state, int row, int mate)
{
    const int kind = (int)(next_random(state) % 8);
    read->bases = kind == 0 ? (int)(next_random(state) % 40) : 60 + (int)(next_random(state) % 120);
    const unsigned good = 10 + next_random(state) % 30;
    for (int i = 0; i < read->bases; i++) {
        const char *const letters = kind == 1 ? "ACGTN" : "ACGTACGTACGTacgtACGTACGTACGTACGN";
        read->sequence[i] = letters[next_random(state) % (unsigned)strlen(letters)];
        const int bad = i > read->bases - (int)(next_random(state) % 60);
        read->quality[i] = (uint8_t)(bad ? next_random(state) % 20 : next_random(state) % 5 + good);
    }
    if (kind == 2 || kind == 3) { /* an adapter, right or nearly so */
        const char *const adapter = known[next_random(state) % 5];
        const int at = read->bases - 1 - (int)(next_random(state) % 50);
        for (int i = 0; adapter[i] && at + i < read->bases; i++)
            if (kind == 2 || next_random(state) % 12)
                read->sequence[at + i] = adapter[i];
    }
    read->sequence[read->bases] = 0;
    snprintf(read->name, sizeof read->name, "r%d%s/%d", row, &"xxxxxxx"[row % 7], mate + 1);
}

/* Mates of a fragment, of which the reads may be longer than it is. */
static void make_row(struct plain reads[2], unsigned *state, int row)
{
    for (int m = 0; m < 2; m++)
        make_read(&reads[m], state, row, m);
    if (row % 3)
        return;
    const int fragment = 20 + (int)(next_random(state) % 200);
    char text[220];
    for (int i = 0; i < fragment; i++)
        text[i] = "ACGT"[next_random(state) % 4];
    for (int m = 0; m < 2; m++)
        for (int i = 0; i < reads[m].bases && i < fragment; i++) {
            if (next_random(state) % 30)
                reads[m].sequence[i] = (char)(m ? complement(text[fragment - 1 - i]) : text[i]);
        }
}

/* ---- batches ---- */

static pfq_batch make_batch(const struct plain *reads, size_t n, size_t step)
{
    pfq_batch batch = {.records = n};
    batch.sequence = malloc(n * LONGEST + 1);
    batch.quality = malloc(n * LONGEST + 1);
    batch.name = malloc(n * NAME_BYTES + 1);
    batch.style = malloc(n + 1);
    batch.offset = calloc(n + 1, sizeof(uint64_t));
    batch.name_offset = calloc(n + 1, sizeof(uint64_t));
    for (size_t i = 0; i < n; i++) {
        const struct plain *const read = &reads[i * step];
        memcpy(batch.sequence + batch.bases, read->sequence, (size_t)read->bases);
        memcpy(batch.quality + batch.bases, read->quality, (size_t)read->bases);
        memcpy(batch.name + batch.name_bytes, read->name, strlen(read->name));
        batch.style[i] = (uint8_t)(strlen(read->name) % 16);
        batch.offset[i + 1] = batch.bases += (uint64_t)read->bases;
        batch.name_offset[i + 1] = batch.name_bytes += strlen(read->name);
    }
    return batch;
}

static void free_batch(pfq_batch *batch)
{
    free(batch->sequence);
    free(batch->quality);
    free(batch->name);
    free(batch->style);
    free(batch->offset);
    free(batch->name_offset);
}

/* Record i of a batch is this read. */
static void check_record(const pfq_batch *batch, size_t i, const struct plain *read)
{
    const uint64_t at = batch->offset[i], name = batch->name_offset[i];
    CHECK_EQUAL(batch->offset[i + 1] - at, read->bases);
    CHECK(memcmp(batch->sequence + at, read->sequence, (size_t)read->bases) == 0);
    CHECK(memcmp(batch->quality + at, read->quality, (size_t)read->bases) == 0);
    CHECK_EQUAL(batch->name_offset[i + 1] - name, strlen(read->name));
    CHECK(memcmp(batch->name + name, read->name, strlen(read->name)) == 0);
    CHECK_EQUAL(batch->style[i], strlen(read->name) % 16);
}

/* ---- claims ---- */

/* What should be left of a row; false if nothing. */
static bool should_keep(const struct filter *filter, uint64_t row, struct plain *reads, int mates)
{
    const pfq_filter_config *const config = &filter->config;
    bool keep = true;
    if (filter->samples && sample_hash(config->seed, row) > filter->bound)
        return false;
    should_trim(config, reads, mates);
    for (int m = 0; m < mates; m++)
        keep = keep && should_refuse(config, &reads[m]) < 0;
    return keep;
}

static void check_ends(pfq_batch *batch, size_t records)
{
    CHECK_EQUAL(batch->records, records);
    CHECK_EQUAL(batch->offset[records], batch->bases);
    CHECK_EQUAL(batch->name_offset[records], batch->name_bytes);
    free_batch(batch);
}

/* Rows first to first + n - 1 of `reads` as one batch for each mate. */
static void check_batch(const struct filter *filter, const struct plain (*reads)[2], size_t first,
                        size_t n, int mates, struct filter_counts *counts)
{
    pfq_batch batches[2];
    static uint8_t kept[RECORDS];
    size_t at = 0;
    for (int m = 0; m < mates; m++)
        batches[m] = make_batch(&reads[first][m], n, 2);
    filter_rows(filter, first, mates, batches, counts, kept);
    for (size_t i = 0; i < n; i++) {
        struct plain left[2] = {reads[first + i][0], reads[first + i][1]};
        const bool keep = should_keep(filter, first + i, left, mates);
        CHECK_EQUAL(kept[i], keep);
        for (int m = 0; m < mates && keep; m++)
            check_record(&batches[m], at, &left[m]);
        at += keep;
    }
    for (int m = 0; m < mates; m++)
        check_ends(&batches[m], at);
}

/* Each read was kept, or dropped for one reason. */
static void check_sums(const struct filter_counts *counts)
{
    uint64_t dropped = 0;
    for (int c = FILTER_DROPPED_SAMPLE; c <= FILTER_DROPPED_MATE; c++)
        dropped += counts->words[c];
    CHECK_EQUAL(counts->words[FILTER_READS_BEFORE], counts->words[FILTER_READS_AFTER] + dropped);
    CHECK_EQUAL(filter_dropped(counts), dropped);
}

static void check_config(const pfq_filter_config *config, const struct plain (*reads)[2])
{
    struct filter *const filter = filter_create(config, UINT64_MAX / 3, NULL);
    CHECK(filter);
    for (int mates = 1; mates <= 2; mates++) {
        struct filter_counts whole[2] = {{{0}}}, parts[2] = {{{0}}};
        check_batch(filter, reads, 0, RECORDS, mates, whole);
        for (size_t first = 0, n = 1; first < RECORDS; first += n, n = n * 2 + 1)
            check_batch(filter, reads, first, n < RECORDS - first ? n : RECORDS - first, mates,
                        parts);
        CHECK(memcmp(whole, parts, sizeof whole) == 0);
        for (int m = 0; m < mates; m++)
            check_sums(&whole[m]);
        if (mates == 1 && filter_wanted(config) && !config->head)
            CHECK(filter_dropped(&whole[0]) ||
                  whole[0].words[FILTER_BASES_AFTER] < whole[0].words[FILTER_BASES_BEFORE]);
    }
    filter_destroy(filter);
}

static void what_makes_no_sense_is_refused(void)
{
    static const pfq_filter_config bad[] = {
        {.sample_fraction = 1},
        {.sample_fraction = -0.5},
        {.sample_fraction = 0.5, .sample_records = 3},
        {.trim_quality = 94},
        {.min_mean_quality = 94},
        {.min_error_quality = 94},
        {.min_length = 5, .max_length = 4},
    };
    pfq_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQUAL(filter_check(&bad[i], &err), PFQ_USAGE);
    CHECK_EQUAL(filter_check(&(pfq_filter_config){.min_length = 5}, &err), PFQ_OK);
    CHECK(!filter_wanted(&(pfq_filter_config){.seed = 3}));
}

int main(void)
{
    static const pfq_filter_config configs[] = {
        {.seed = 0},
        {.min_length = 70},
        {.max_length = 100},
        {.limit_n = true, .max_n = 2},
        {.limit_n = true},
        {.min_mean_quality = 25},
        {.min_error_quality = 14},
        {.trim_quality = 20},
        {.trim_quality = 3},
        {.trim_adapters = true},
        {.sample_fraction = 0.4, .seed = 9},
        {.sample_records = 500, .seed = 9},
        {.min_length = 1000},
        {.trim_quality = 15,
         .trim_adapters = true,
         .min_length = 40,
         .max_length = 150,
         .limit_n = true,
         .max_n = 5,
         .min_mean_quality = 20,
         .min_error_quality = 10,
         .sample_fraction = 0.9,
         .seed = 5},
    };
    static struct plain reads[RECORDS][2];
    unsigned state = 7;
    for (int row = 0; row < RECORDS; row++)
        make_row(reads[row], &state, row);
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++)
        check_config(&configs[i], (const struct plain(*)[2])reads);
    what_makes_no_sense_is_refused();
    return 0;
}
