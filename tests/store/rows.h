/*
 * Rows that anybody can compute from their number: what the tests of the store put in and expect
 * back. check_h5py.py computes the same rows in Python; change both together.
 */
#ifndef TESTS_STORE_ROWS_H
#define TESTS_STORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "support/check.h"
#include "team/team.h"

enum { ROWS_NAME_BYTES = 64, ROWS_MOST_BASES = 60 };

/* What a file is made of. */
struct rows_plan {
    int mates, rounds;
    unsigned scale;    /* records of a rank in a round: 0 .. 4 * scale */
    bool fixed_length; /* 50 bases each; else 0 .. 59 */
    bool odd_styles;   /* several styles, the last row without newline; else LF and a bare '+' */
    bool tails;        /* blank lines behind some parts */
    pfq_writer writer;
    pfq_compression compression; /* not settled */
    int threads;
    unsigned without; /* columns that are left out of the file */
    bool index_names;
    uint64_t index_entries; /* see store_config */
    unsigned alike;         /* not 0: names repeat after so many rows */
};

static inline uint32_t rows_mix(int mate, uint64_t row, uint32_t salt)
{
    uint32_t value = (uint32_t)row * 2654435761u + (uint32_t)mate * 40503u + salt * 2246822519u;
    value ^= value >> 15;
    return value * 2246822519u ^ value >> 13;
}

static inline uint32_t rows_length(const struct rows_plan *plan, int mate, uint64_t row)
{
    return plan->fixed_length ? 50 : row % 17 == 3 ? 0 : rows_mix(mate, row, 1) % ROWS_MOST_BASES;
}

static inline uint8_t rows_base(int mate, uint64_t row, uint32_t i)
{
    return (uint8_t) "ACGTN"[(rows_mix(mate, row, 2) + i * i) % 5];
}

static inline uint8_t rows_quality(int mate, uint64_t row, uint32_t i)
{
    return (uint8_t)((rows_mix(mate, row, 3) + 7 * i) % 63);
}

static inline size_t rows_name(int mate, uint64_t row, char *name)
{
    name[0] = '\0';
    if (row % 29 != 5)
        snprintf(name, ROWS_NAME_BYTES, "run:%llu:%u/%d", (unsigned long long)row,
                 rows_mix(mate, row, 4) % 100000, mate);
    return strlen(name);
}

static inline uint8_t rows_style(const struct rows_plan *plan, uint64_t row, uint64_t rows)
{
    if (!plan->odd_styles)
        return 0;
    const uint8_t newline = row + 1 == rows ? PFQ_STYLE_NO_NEWLINE : 0;
    switch (row % 13) {
    case 5:
        return newline;
    case 6:
        return PFQ_STYLE_CR_NAME | newline;
    default:
        return PFQ_STYLE_CRLF | PFQ_STYLE_PLUS_NAME | newline;
    }
}

/* Records of a rank in a round: uneven, often none. */
static inline uint64_t rows_of_rank(const struct rows_plan *plan, int round, int rank)
{
    return rows_mix(round + 1, (uint64_t)rank, 5) % 5 * plan->scale;
}

/* The first row of a rank in a round, rank by rank and round by round; of round `rounds`, rank 0:
 * all. */
static inline uint64_t rows_before(const struct rows_plan *plan, int ranks, int round, int rank)
{
    uint64_t rows = 0;
    for (int k = 0; k <= round; k++)
        for (int r = 0; r < (k < round ? ranks : rank); r++)
            rows += rows_of_rank(plan, k, r);
    return rows;
}

static inline size_t rows_tail(const struct rows_plan *plan, int mate, int round, int rank,
                               char *tail)
{
    tail[0] = '\0';
    if (plan->tails && (round + rank + mate) % 2)
        snprintf(tail, 16, "\n\r\n%.*s", round % 3, "\n\n");
    return strlen(tail);
}

/* Memory for n rows of the longest kind. */
static inline pfq_batch rows_batch(uint64_t n)
{
    pfq_batch batch = {0};
    batch.sequence = malloc(n * ROWS_MOST_BASES + 1);
    batch.quality = malloc(n * ROWS_MOST_BASES + 1);
    batch.offset = calloc(n + 1, sizeof *batch.offset);
    batch.name = malloc(n * ROWS_NAME_BYTES + 1);
    batch.name_offset = calloc(n + 1, sizeof *batch.name_offset);
    batch.style = malloc(n + 1);
    CHECK(batch.sequence && batch.quality && batch.offset && batch.name && batch.name_offset &&
          batch.style);
    return batch;
}

static inline void rows_release(pfq_batch *batch)
{
    free(batch->sequence);
    free(batch->quality);
    free(batch->offset);
    free(batch->name);
    free(batch->name_offset);
    free(batch->style);
}

/* Rows [first, first + n) of a mate, of `rows` in all. */
static inline pfq_batch rows_make(const struct rows_plan *plan, int mate, uint64_t first,
                                  uint64_t n, uint64_t rows)
{
    pfq_batch batch = rows_batch(n);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t row = first + i;
        for (uint32_t k = 0; k < rows_length(plan, mate, row); k++) {
            batch.sequence[batch.bases] = rows_base(mate, row, k);
            batch.quality[batch.bases++] = rows_quality(mate, row, k);
        }
        char name[ROWS_NAME_BYTES];
        const size_t size = rows_name(mate, plan->alike ? row % plan->alike : row, name);
        memcpy(batch.name + batch.name_bytes, name, size);
        batch.name_bytes += size;
        batch.style[i] = rows_style(plan, row, rows);
        batch.offset[i + 1] = batch.bases;
        batch.name_offset[i + 1] = batch.name_bytes;
    }
    batch.records = n;
    return batch;
}

/* The file must exist before it is created. */
static inline void rows_touch(pfq_team *team, const char *path)
{
    if (pfq_team_rank(team) == 0) {
        FILE *file = fopen(path, "wb");
        CHECK(file && fclose(file) == 0);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

static inline struct store_config rows_config(const struct rows_plan *plan)
{
    pfq_compression compression = plan->compression;
    CHECK_EQUAL(store_settle_compression(&compression, NULL), PFQ_OK);
    return (struct store_config){.mates = plan->mates,
                                 .layout = plan->mates == 1 ? "single" : "paired",
                                 .encoding = PFQ_QUALITY_SANGER,
                                 .writer = plan->writer,
                                 .compression = compression,
                                 .threads = plan->threads,
                                 .without = plan->without,
                                 .index_names = plan->index_names,
                                 .index_entries = plan->index_entries,
                                 .command = "parfastq convert -o out.h5 reads.fastq"};
}

/* What was appended last, which the store may still need, and room for what comes. */
struct rows_kept {
    pfq_batch batch[2][PFQ_MAX_MATES];
};

static inline void rows_forget(pfq_batch *batch)
{
    for (int m = 0; m < PFQ_MAX_MATES; m++) {
        rows_release(&batch[m]);
        batch[m] = (pfq_batch){0};
    }
}

static inline void rows_forget_all(struct rows_kept *kept)
{
    rows_forget(kept->batch[0]);
    rows_forget(kept->batch[1]);
}

/* Appends what this rank has in a round. In every other one, threads do what there is for them. */
static inline pfq_status rows_append(struct store *store, pfq_team *team,
                                     const struct rows_plan *plan, int round,
                                     struct rows_kept *kept, pfq_error *err)
{
    const int ranks = pfq_team_size(team), rank = pfq_team_rank(team);
    const uint64_t rows = rows_before(plan, ranks, plan->rounds, 0);
    pfq_batch *const batch = kept->batch[round % 2];
    char tail[PFQ_MAX_MATES][16];
    struct store_part parts[PFQ_MAX_MATES] = {0};
    for (int m = 0; m < plan->mates; m++) {
        batch[m] = rows_make(plan, m + 1, rows_before(plan, ranks, round, rank),
                             rows_of_rank(plan, round, rank), rows);
        parts[m].batches = &batch[m];
        parts[m].count = 1;
        parts[m].tail.size = rows_tail(plan, m + 1, round, rank, tail[m]);
        parts[m].tail.data = (const uint8_t *)tail[m];
    }
    const pfq_status status = store_append(store, parts, err);
    struct threads_loop loops[THREADS_MORE_LOOPS];
    const size_t more = status == PFQ_OK && round % 2 == 0 ? store_more(store, loops) : 0;
    for (size_t i = 0; i < more; i++)
        CHECK_EQUAL(threads_for(plan->threads, loops[i].n, loops[i].body, loops[i].context, NULL),
                    PFQ_OK);
    while (status == PFQ_OK && store_step(store))
        continue;
    rows_forget(kept->batch[(round + 1) % 2]);
    memset(tail, 0, sizeof tail); /* the tails are needed no longer */
    return status;
}

/* Two input files per mate. */
static inline size_t rows_origins(const struct rows_plan *plan, uint64_t rows,
                                  struct store_origin *origins)
{
    size_t n = 0;
    for (int m = 0; m < plan->mates; m++)
        for (uint64_t lane = 0; lane < 2; lane++, n++) {
            struct store_origin *const origin = &origins[n];
            *origin = (struct store_origin){.compression = "none",
                                            .mate = (uint64_t)m + 1,
                                            .bytes = 1000 + n,
                                            .modified = -5 + (int64_t)n,
                                            .first_row = lane ? rows / 2 : 0,
                                            .records = lane ? rows - rows / 2 : rows / 2,
                                            .tail_bytes = n};
            snprintf(origin->path, sizeof origin->path, "lane%d/reads_R%d.fastq", (int)lane + 1,
                     m + 1);
        }
    return n;
}

/* Writes the whole file. */
static inline void rows_write(pfq_team *team, const struct rows_plan *plan, const char *path)
{
    struct store *store = NULL;
    struct rows_kept kept = {0};
    pfq_error err = {0};
    const struct store_config config = rows_config(plan);
    rows_touch(team, path);
    CHECK_EQUAL(store_create(team, path, &config, &store, &err), PFQ_OK);
    for (int round = 0; round < plan->rounds; round++)
        CHECK_EQUAL(rows_append(store, team, plan, round, &kept, &err), PFQ_OK);
    struct store_origin origins[2 * PFQ_MAX_MATES];
    const size_t n =
        rows_origins(plan, rows_before(plan, pfq_team_size(team), plan->rounds, 0), origins);
    CHECK_EQUAL(store_finish(store, origins, n, &err), PFQ_OK);
    rows_forget_all(&kept);
}

#endif
