/*
 * stats of an HDF5 file: each rank reads its share of the rows, piece by piece, and its threads
 * count them.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "parse/reading.h"
#include "run/stats.h"
#include "store/store.h"
#include "team/team.h"
#include "threads/threads.h"

enum {
    PIECE_BASES = 8 << 20, /* that are read at a time; one row, where that is longer */
    PIECE_ROWS = 1 << 18,
    PART_ROWS = 256 /* that a thread counts at a time */
};

/* One mate of the file, and the rows of it that are in memory. */
struct piece {
    struct store_reader *reader;
    const pfq_parser_config *config;
    struct tallying *tallying;
    int mate; /* from 0 */
    uint64_t first, rows;
    uint8_t text_offset;
    struct buffer arena;
    pfq_batch batch;
};

static pfq_status count_part(void *context, size_t i, int thread, pfq_error *err)
{
    const struct piece *const piece = context;
    const size_t first = i * PART_ROWS, left = (size_t)piece->rows - first;
    return tallying_batch(tallying_of(piece->tallying, piece->mate, thread), &piece->batch, first,
                          first + (left < PART_ROWS ? left : PART_ROWS), piece->first,
                          piece->text_offset, err);
}

/* How many rows from `first` on, of `rows`, hold about PIECE_BASES: halved until they do. */
static pfq_status choose_rows(struct piece *piece, uint64_t rows, uint64_t offset[2],
                              uint64_t name[2], pfq_error *err)
{
    pfq_status status = store_read_offsets(piece->reader, piece->mate + 1, piece->first, 1,
                                           &offset[0], &name[0], err);
    piece->rows = rows < PIECE_ROWS ? rows : PIECE_ROWS;
    while (!status) {
        status = store_read_offsets(piece->reader, piece->mate + 1, piece->first + piece->rows, 1,
                                    &offset[1], &name[1], err);
        if (status || piece->rows == 1 || offset[1] - offset[0] <= PIECE_BASES)
            break;
        piece->rows = (piece->rows + 1) / 2;
    }
    if (!status && (offset[1] < offset[0] || name[1] < name[0]))
        return error_set(err, PFQ_BAD_FILE, NULL, "offsets that do not ascend");
    return status;
}

static pfq_status read_rows(struct piece *piece, const uint64_t offset[2], const uint64_t name[2],
                            pfq_error *err)
{
    const size_t n = (size_t)piece->rows;
    piece->batch =
        (pfq_batch){.records = n, .bases = offset[1] - offset[0], .name_bytes = name[1] - name[0]};
    const pfq_status status = store_lay_out(
        &piece->arena, store_summary(piece->reader)->mate[piece->mate].without, &piece->batch, err);
    return status ? status
                  : store_read_rows(piece->reader, piece->mate + 1, piece->first, n, &piece->batch,
                                    err);
}

/* Rows [first, end) of a mate. */
static pfq_status count_rows(struct piece *piece, uint64_t first, uint64_t end, pfq_error *err)
{
    uint64_t offset[2], name[2];
    pfq_status status = PFQ_OK;
    for (piece->first = first; piece->first < end && !status; piece->first += piece->rows) {
        if (piece->config->stop && piece->config->stop(piece->config->context))
            return error_set(err, PFQ_STOPPED, NULL, "stopped");
        status = choose_rows(piece, end - piece->first, offset, name, err);
        if (!status)
            status = read_rows(piece, offset, name, err);
        if (!status)
            status = threads_for(piece->tallying->threads,
                                 (size_t)((piece->rows + PART_ROWS - 1) / PART_ROWS), count_part,
                                 piece, err);
    }
    return status;
}

/* This rank's share of all mates. */
static pfq_status count_share(struct store_reader *reader, pfq_team *team,
                              const pfq_parser_config *config, int threads, bool all,
                              struct stats_counted *counted, pfq_error *err)
{
    const struct store_summary *const summary = store_summary(reader);
    const uint64_t rank = (uint64_t)pfq_team_rank(team), ranks = (uint64_t)pfq_team_size(team);
    struct piece piece = {.reader = reader, .config = config, .tallying = &counted->tallying};
    store_use_threads(reader, threads);
    pfq_status status =
        tallying_begin(&counted->tallying, summary->mates, false, threads, all, err);
    for (int m = 0; m < summary->mates && !status; m++) {
        const uint64_t records = summary->mate[m].records;
        const uint64_t each = records / ranks, more = records % ranks;
        const uint64_t first = each * rank + (rank < more ? rank : more);
        piece.mate = m;
        piece.text_offset = summary->mate[m].text_offset;
        /* Solexa scores are kept from -5 on, so that their characters begin at ';'. */
        status = count_rows(&piece, first, first + each + (rank < more), err);
    }
    buffer_release(&piece.arena);
    return status;
}

/* Statistics are of bases and their qualities; names only tell the tile. */
static pfq_status check(const struct store_reader *reader, const char *input, pfq_error *err)
{
    if (!(store_summary(reader)->mate[0].without & (PFQ_COLUMN_SEQUENCE | PFQ_COLUMN_QUALITY)))
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, input,
                     "was made without bases or without qualities, of which statistics are made");
}

static pfq_quality_encoding encoding_named(const char *name)
{
    if (strcmp(name, "illumina1.3") == 0)
        return PFQ_QUALITY_ILLUMINA13;
    return strcmp(name, "solexa") == 0 ? PFQ_QUALITY_SOLEXA : PFQ_QUALITY_AUTO;
}

static void name_mates(const char *input, const struct store_summary *summary,
                       struct stats_counted *counted)
{
    for (int m = 0; m < summary->mates; m++)
        if (summary->mates == 1)
            snprintf(counted->names[m], sizeof counted->names[m], "%s", input);
        else
            snprintf(counted->names[m], sizeof counted->names[m], "%.1000s:read%d", input, m + 1);
}

pfq_status stats_count_store(pfq_team *team, const char *input, const pfq_stats_config *config,
                             bool all, struct stats_counted *counted, pfq_error *err)
{
    struct store_reader *reader = NULL;
    pfq_error own = {0};
    int threads;
    pfq_status status = reading_threads(team, config->parse.threads, &threads, err);
    if (status)
        return status;
    counted->format = "HDF5";
    if (store_open(input, &reader, &own) == PFQ_OK && check(reader, input, &own) == PFQ_OK) {
        name_mates(input, store_summary(reader), counted);
        counted->encoding = config->parse.quality_encoding;
        if (!counted->encoding)
            counted->encoding = encoding_named(store_summary(reader)->encoding[0]);
        count_share(reader, team, &config->parse, threads, all, counted, &own);
    }
    store_close(reader);
    status = team_conclude(team, &own, err);
    return status ? status : tallying_unite(&counted->tallying, team, err);
}
