/*
 * Where chunks begin: each rank looks for its part of the cuts, one sum tells everybody all.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "input/share.h"
#include "parse/parser.h"
#include "team/team.h"

struct lane {
    int mate;
    size_t number;
    const struct input_file *file;
    uint64_t chunk_bytes;
    size_t windows; /* of chunk_bytes, behind the first */
};

/* cuts[i] becomes 1 + the first record in window i, for the windows that are this rank's. */
static void look(pfq_parser *parser, const struct lane *lane, uint64_t *cuts, pfq_error *own)
{
    const size_t ranks = (size_t)pfq_team_size(parser->team);
    const struct fastq_rules *const rules = &parser->reading.input_config.rules;
    struct buffer scratch = {0};
    struct team_file *file = NULL;
    if (own->status || input_file_open(parser->team, lane->file, &file, own))
        return;
    for (size_t i = (size_t)pfq_team_rank(parser->team); i < lane->windows && !own->status;
         i += ranks) {
        const uint64_t begin = (i + 1) * lane->chunk_bytes;
        const uint64_t rest = lane->file->bytes - begin;
        const struct plan_range window = {
            begin, begin + (rest < lane->chunk_bytes ? rest : lane->chunk_bytes)};
        int64_t found;
        if (!share_probe(file, lane->file->bytes, window, rules, &scratch, &found, own) &&
            found != PLAN_NO_CUT)
            cuts[i] = (uint64_t)found + 1;
    }
    buffer_release(&scratch);
    team_file_close(file, NULL);
}

static pfq_status add(pfq_range **ranges, size_t *count, size_t *capacity, const struct lane *lane,
                      uint64_t begin, uint64_t end, pfq_error *err)
{
    const pfq_status status = memory_grow(ranges, capacity, *count + 1, sizeof **ranges, err);
    if (!status)
        (*ranges)[(*count)++] = (pfq_range){lane->mate, lane->number, begin, end};
    return status;
}

static pfq_status find_in_lane(pfq_parser *parser, struct lane *lane, pfq_range **ranges,
                               size_t *count, size_t *capacity, pfq_error *err)
{
    const uint64_t bytes = lane->file->bytes;
    pfq_error own = {0};
    lane->windows = bytes ? (size_t)((bytes - 1) / lane->chunk_bytes) : 0;
    uint64_t *const cuts = memory_allocate(lane->windows, sizeof *cuts, &own);
    pfq_status status = team_conclude(parser->team, &own, err); /* before anybody sums */
    if (!status) {
        look(parser, lane, cuts, &own);
        status = team_sum(parser->team, cuts, lane->windows, err);
    }
    uint64_t begin = 0;
    for (size_t i = 0; i < lane->windows && !status && !own.status; i++) {
        if (!cuts[i])
            continue;
        add(ranges, count, capacity, lane, begin, cuts[i] - 1, &own);
        begin = cuts[i] - 1;
    }
    if (!status && !own.status && bytes)
        add(ranges, count, capacity, lane, begin, bytes, &own);
    free(cuts);
    return status ? status : team_conclude(parser->team, &own, err);
}

pfq_status pfq_find_chunks(pfq_parser *parser, pfq_range **ranges, size_t *count, pfq_error *err)
{
    const struct reading_wish wish = {0};
    size_t capacity = 0;
    *ranges = NULL;
    *count = 0;
    pfq_status status = parser_begin(parser, &wish, err);
    for (int mate = 0; mate < parser->reads.mates && !status; mate++) {
        const struct input_source *const source = input_source(parser->reading.input, mate);
        status = input_source_plain(source, err);
        for (size_t i = 0; i < source->count && !status; i++) {
            struct lane lane = {.mate = mate + 1,
                                .number = i,
                                .file = &source->files[i],
                                .chunk_bytes = parser->reading.input_config.chunk_bytes};
            status = find_in_lane(parser, &lane, ranges, count, &capacity, err);
        }
    }
    reading_close(&parser->reading);
    if (status) {
        free(*ranges);
        *ranges = NULL;
        *count = 0;
    }
    return status;
}
