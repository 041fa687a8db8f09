/*
 * plan: the byte ranges a run would use, without reading the text between the cuts.
 *
 * One difference can remain: a run holds back a mate whose rows are far ahead of the others', which
 * shows only in the text.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "input/share.h"
#include "input/source.h"
#include "parse/reading.h"
#include "team/team.h"

/* Where planning is in the files of one mate. */
struct cursor {
    struct input_source source;
    size_t index; /* of the file */
    uint64_t start, round;
    struct team_file *file;
    size_t file_index;
};

struct planner {
    pfq_team *team;
    int count;
    struct cursor cursors[PFQ_MAX_MATES];
    uint64_t slice_bytes;
    struct fastq_rules rules;
    struct share share;
    uint64_t *all; /* ranges of all ranks */
    FILE *out;
};

/* Goes to the next file that has bytes left. */
static bool step(struct cursor *cursor)
{
    const struct input_source *source = &cursor->source;
    while (cursor->index < source->count && cursor->start == source->files[cursor->index].bytes) {
        cursor->index++;
        cursor->start = cursor->round = 0;
    }
    return cursor->index < source->count;
}

static void open_file(struct planner *planner, struct cursor *cursor, pfq_error *own)
{
    if (cursor->file && cursor->file_index == cursor->index)
        return;
    team_file_close(cursor->file, NULL);
    cursor->file = NULL;
    cursor->file_index = cursor->index;
    if (!own->status)
        team_file_open(planner->team, cursor->source.files[cursor->index].path, TEAM_READ,
                       &cursor->file, own);
}

/* What the next round asks for; false if no file has anything left. */
static bool request_round(struct planner *planner, struct share_request *requests, pfq_error *own)
{
    uint64_t rests[PFQ_MAX_MATES];
    bool any = false;
    for (int i = 0; i < planner->count; i++) {
        const struct cursor *cursor = &planner->cursors[i];
        rests[i] = input_source_rest(&cursor->source, cursor->index, cursor->start);
    }
    for (int i = 0; i < planner->count; i++) {
        struct cursor *cursor = &planner->cursors[i];
        requests[i] = (struct share_request){0};
        if (!step(cursor))
            continue;
        any = true;
        open_file(planner, cursor, own);
        requests[i].file = cursor->file;
        requests[i].round = (struct plan_round){
            .start = cursor->start,
            .file_bytes = cursor->source.files[cursor->index].bytes,
            .slice_bytes = share_bytes(planner->slice_bytes, rests, planner->count, i),
            .ranks = pfq_team_size(planner->team),
        };
    }
    return any;
}

/* Prints one file's part of a round on rank 0, which gathers the ranges of all. */
static pfq_status print_ranges(struct planner *planner, const struct cursor *cursor,
                               struct plan_range mine, pfq_error *err)
{
    const uint64_t words[2] = {mine.begin, mine.end};
    const uint64_t *all = planner->all;
    const pfq_status status = team_gather(planner->team, words, 2, planner->all, err);
    if (status || pfq_team_rank(planner->team) != 0)
        return status;
    char shown[4 * PFQ_ERROR_FILE_BYTES];
    error_escape_controls(shown, sizeof shown, cursor->source.files[cursor->index].path);
    for (int rank = 0; rank < pfq_team_size(planner->team); rank++, all += 2)
        fprintf(planner->out, "%s\t%" PRIu64 "\t%d\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", shown,
                cursor->round, rank, all[0], all[1], all[1] - all[0]);
    return PFQ_OK;
}

static pfq_status plan_rounds(struct planner *planner, pfq_error *err)
{
    struct share_request requests[PFQ_MAX_MATES];
    pfq_error own = {0};
    pfq_status status = PFQ_OK;
    while (!status && request_round(planner, requests, &own)) {
        status = share_round(&planner->share, requests, &own, err);
        if (!status && (status = team_agree(planner->team, 0, &own)) && err)
            *err = own;
        for (int i = 0; i < planner->count && !status; i++) {
            struct cursor *cursor = &planner->cursors[i];
            if (!requests[i].round.ranks)
                continue;
            status = print_ranges(planner, cursor, requests[i].mine, err);
            cursor->start = requests[i].end;
            cursor->round++;
        }
    }
    return status;
}

static pfq_status planner_open(struct planner *planner, const pfq_reads *reads, pfq_error *err)
{
    struct input_source sources[PFQ_MAX_MATES] = {{0}};
    pfq_error own = {0};
    planner->all =
        memory_allocate(2 * (size_t)pfq_team_size(planner->team), sizeof *planner->all, &own);
    pfq_status status = team_conclude(planner->team, &own, err);
    if (!status)
        status = input_source_open(planner->team, reads, sources, err);
    for (int i = 0; i < planner->count; i++)
        planner->cursors[i].source = sources[i];
    for (int i = 0; i < planner->count && !status; i++)
        status = input_source_plain(&sources[i], err);
    return status
               ? status
               : share_create(planner->team, planner->count, &planner->rules, &planner->share, err);
}

pfq_status pfq_plan(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                    FILE *out, pfq_error *err)
{
    struct planner planner = {
        .team = team,
        .count = reads->mates,
        .rules = {.kernel = scan_kernel_named("scalar"),
                  .quality_min = '!',
                  .quality_max = '~',
                  .max_faults = 1,
                  .multiline = config->multiline},
        .out = out,
    };
    int threads;
    pfq_status status = reading_check(reads, config, false, err);
    if (status)
        return status;
    status = reading_threads(team, config->threads, &threads, err);
    if (!status)
        status = reading_slice_bytes(team, config, threads, &planner.slice_bytes, err);
    if (!status)
        status = planner_open(&planner, reads, err);
    if (!status && pfq_team_rank(team) == 0)
        fprintf(out, "file\tround\trank\tfirst_byte\tlast_byte+1\tbytes\n");
    if (!status)
        status = plan_rounds(&planner, err);
    for (int i = 0; i < planner.count; i++) {
        team_file_close(planner.cursors[i].file, NULL);
        input_source_release(&planner.cursors[i].source);
    }
    share_destroy(&planner.share);
    free(planner.all);
    return status;
}
