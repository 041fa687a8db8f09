/*
 * Figures of the whole input: encoding, bases, lengths.
 */
#include "report/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/parts.h"

enum {
    OFFSET_33 = 33,
    OFFSET_64 = 64,
    /* Characters of Phred+64 data: none below '@', some above 'K' (Phred+33 of 42), none above 'h'.
     */
    LOW_64 = '@' - '!',
    HIGH_ABOVE_64 = 'K' - '!',
    HIGH_64 = 'h' - '!'
};

/* ---- the encoding ---- */

static void find_range(struct figures *figures)
{
    figures->lowest = 0;
    figures->highest = -1;
    for (int class = QC_CLASSES - 1; class >= 0; class --)
        if (figures->class[class]) {
            figures->lowest = class;
            figures->highest = class > figures->highest ? class : figures->highest;
        }
}

/* From the range of the whole input, never from a record. */
static pfq_quality_encoding decide(const struct figures *figures)
{
    const bool is_64 = figures->lowest >= LOW_64 && figures->highest > HIGH_ABOVE_64 &&
                       figures->highest <= HIGH_64;
    return is_64 ? PFQ_QUALITY_ILLUMINA13 : PFQ_QUALITY_SANGER;
}

/* A Solexa score s is -10 log10(p / (1 - p)); it becomes the Phred score nearest to its p. */
static int score_of(const struct figures *figures, int class)
{
    const int score = class + OFFSET_33 - figures->offset;
    if (figures->encoding != PFQ_QUALITY_SOLEXA)
        return score;
    return (int)lround(10 * log10(pow(10, (double)score / 10) + 1));
}

static void settle_encoding(struct figures *figures, pfq_quality_encoding wish)
{
    figures->encoding = wish ? wish : decide(figures);
    figures->offset = figures->encoding == PFQ_QUALITY_SANGER ? OFFSET_33 : OFFSET_64;
    for (int class = 0; class < QC_CLASSES; class ++)
        figures->score[class] = score_of(figures, class);
}

const char *figures_encoding_text(const struct figures *figures)
{
    switch (figures->encoding) {
    case PFQ_QUALITY_ILLUMINA13:
        return "Illumina 1.5";
    case PFQ_QUALITY_SOLEXA:
        return "Solexa";
    default:
        return "Sanger / Illumina 1.9";
    }
}

/* ---- bases ---- */

static void count_bases(struct figures *figures)
{
    const uint64_t *cell = figures->tally->sum[QC_CYCLES];
    for (size_t bin = 0; bin < QC_BINS; bin++)
        for (size_t class = 0; class < QC_CLASSES; class ++)
            for (size_t base = 0; base < QC_BASES; base++, cell++) {
                figures->class[class] += *cell;
                figures->base[base] += *cell;
                figures->bases += *cell;
            }
}

static void judge_bases(struct figures *figures)
{
    enum { GOOD = 20, BETTER = 30 };
    double scores = 0, errors = 0;
    for (int class = 0; class < QC_CLASSES; class ++) {
        const int score = figures->score[class];
        const double n = (double)figures->class[class];
        figures->q20 += score >= GOOD ? figures->class[class] : 0;
        figures->q30 += score >= BETTER ? figures->class[class] : 0;
        scores += n * score;
        errors += n * pow(10, -(double)score / 10);
    }
    if (figures->bases) {
        figures->mean_score = scores / (double)figures->bases;
        figures->mean_error_score = -10 * log10(errors / (double)figures->bases);
    }
}

/* ---- lengths ---- */

static pfq_status list_lengths(struct figures *figures, pfq_error *err)
{
    const uint64_t *const usual = figures->tally->sum[QC_LENGTH];
    const struct qc_map *const rest = &figures->tally->lengths;
    size_t n = rest->used;
    for (size_t i = 0; i < QC_LENGTHS; i++)
        n += usual[i] > 0;
    figures->lengths = memory_allocate(n, sizeof *figures->lengths, err);
    if (!figures->lengths)
        return PFQ_NO_MEMORY;
    for (uint64_t i = 0; i < QC_LENGTHS; i++)
        if (usual[i])
            figures->lengths[figures->length_count++] = (struct figures_length){i, usual[i]};
    for (size_t i = 0; i < rest->used; i++)
        figures->lengths[figures->length_count++] =
            (struct figures_length){rest->entries[i].key, rest->entries[i].count};
    for (size_t i = 0; i < n; i++)
        figures->reads += figures->lengths[i].reads;
    return PFQ_OK;
}

/* The length of the read with this number, from 0, in ascending order. */
static uint64_t length_at(const struct figures *figures, uint64_t number)
{
    size_t i = 0;
    for (; i + 1 < figures->length_count && number >= figures->lengths[i].reads; i++)
        number -= figures->lengths[i].reads;
    return figures->lengths[i].bases;
}

/* Of the reads [first, first + n). */
static double median_length(const struct figures *figures, uint64_t first, uint64_t n)
{
    const uint64_t below = length_at(figures, first + (n - 1) / 2);
    const uint64_t above = length_at(figures, first + n / 2);
    return ((double)below + (double)above) / 2;
}

/* The longest reads that together hold `part` tenths of all bases: the shortest of them, and how
 * many they are. */
static uint64_t n_length(const struct figures *figures, unsigned part, uint64_t *reads)
{
    uint64_t held = 0;
    size_t i = figures->length_count;
    *reads = 0;
    while (i-- > 0) {
        const struct figures_length *const length = &figures->lengths[i];
        const uint64_t missing = (figures->bases * part + 9) / 10 - held;
        if (length->bases && (missing + length->bases - 1) / length->bases <= length->reads) {
            *reads += (missing + length->bases - 1) / length->bases;
            return length->bases;
        }
        held += length->bases * length->reads;
        *reads += length->reads;
    }
    return 0;
}

/* The lower and the upper half share the read in the middle where their number is odd. */
static void judge_lengths(struct figures *figures)
{
    const uint64_t reads = figures->reads, half = (reads + 1) / 2;
    uint64_t ignored;
    if (!reads)
        return;
    figures->shortest = figures->lengths[0].bases;
    figures->longest = figures->lengths[figures->length_count - 1].bases;
    figures->mean_length = (double)figures->bases / (double)reads;
    figures->quartile[0] = median_length(figures, 0, half);
    figures->quartile[1] = median_length(figures, 0, reads);
    figures->quartile[2] = median_length(figures, reads - half, half);
    figures->n50 = n_length(figures, 5, &figures->n50_reads);
    figures->n90 = n_length(figures, 9, &ignored);
}

/* ---- all ---- */

/* A byte of a name becomes four at most; four more are room for "..." that is not needed. */
static pfq_status show_name(struct figures *figures, pfq_error *err)
{
    const size_t size = 4 * strlen(figures->name) + 4;
    figures->shown = memory_allocate(size, 1, err);
    if (!figures->shown)
        return PFQ_NO_MEMORY;
    error_escape_controls(figures->shown, size, figures->name);
    return PFQ_OK;
}

pfq_status figures_make(struct figures *figures, const char *name, const char *format,
                        struct qc_tally *tally, pfq_quality_encoding wish, pfq_error *err)
{
    *figures = (struct figures){.name = name, .format = format, .tally = tally};
    pfq_status status = show_name(figures, err);
    if (!status)
        status = list_lengths(figures, err);
    if (status)
        return status;
    count_bases(figures);
    find_range(figures);
    settle_encoding(figures, wish);
    judge_bases(figures);
    judge_lengths(figures);
    figures->group_count = positions_groups(figures->longest, tally->scale, figures->groups);
    if (!tally->all)
        return PFQ_OK;
    parts_gc(figures);
    const pfq_status made = parts_tiles(figures, err);
    return made ? made : parts_sequences(figures, err);
}

void figures_release(struct figures *figures)
{
    free(figures->shown);
    free(figures->lengths);
    free(figures->shared);
    free(figures->tile_difference);
    *figures = (struct figures){0};
}

const char *figures_short_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
