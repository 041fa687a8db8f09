/*
 * convert: FASTQ in, HDF5 out. The whole pipeline is `turn`: the next parsed round, its batches,
 * their rows in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "run/counting.h"
#include "run/staging.h"
#include "store/store.h"
#include "team/team.h"

/* Quality characters only of Phred+64 data: none below '@', some above 'K' (Phred+33 of 42). */
enum { PHRED64_LOW = 64, PHRED64_HIGH_ABOVE = 75, PHRED64_HIGH = 104 };

struct convert {
    pfq_team *team;
    struct reading reading;
    struct counting counting;
    struct staging staging;
    struct store *store;
    struct team_output *output;
    pfq_error own; /* what failed on this rank since the last agreement */
};

/* Refuses an output that is an input under the same or another name, which --force would replace.
 */
static pfq_status spare_inputs(pfq_team *team, const pfq_reads *reads, const char *output,
                               pfq_error *err)
{
    pfq_error own = {0};
    for (int mate = 0; mate < reads->mates && pfq_team_rank(team) == 0; mate++)
        for (size_t i = 0; i < reads->lanes[mate]; i++)
            if (team_same_file(reads->files[mate][i], output))
                error_set(&own, PFQ_USAGE, output, "the output is an input");
    const pfq_status status = team_conclude(team, &own, err);
    return status;
}

/* Creates the output and the means of filling it. */
static pfq_status prepare(struct convert *convert, const pfq_reads *reads, const char *output,
                          const pfq_convert_config *config, pfq_error *err)
{
    const pfq_parse_config *parse = &config->parse;
    const struct store_config store = {
        .mates = reads->interleaved ? 2 : reads->mates,
        .layout = reads->interleaved ? "interleaved"
                  : reads->mates > 1 ? "paired"
                                     : "single",
        .encoding = parse->quality_encoding ? parse->quality_encoding : PFQ_QUALITY_SANGER,
        .writer = config->writer ? config->writer : PFQ_WRITER_PARALLEL,
        .command = config->command,
    };
    const struct reading *reading = &convert->reading;
    counting_begin(&convert->counting, reads);
    pfq_status status = spare_inputs(convert->team, reads, output, err);
    if (!status)
        status = team_output_create(convert->team, output, config->force, &convert->output, err);
    if (!status)
        status = store_create(convert->team, team_output_path(convert->output), &store,
                              &convert->store, err);
    if (!status)
        staging_create(reading->input_config.rules.kernel, reading->input_config.threads,
                       store.mates, reads->interleaved, reading->encoding.text_offset,
                       &convert->staging, &convert->own);
    return status;
}

/* One round. *more is false when the input is over. */
static pfq_status turn(struct convert *convert, bool *more, pfq_error *err)
{
    const struct input_round *round;
    struct store_part parts[PFQ_MAX_MATES] = {0};
    const pfq_batch empty = {0};
    pfq_status status = input_next(convert->reading.input, &convert->own, &round, err);
    *more = round != NULL;
    if (status || !round)
        return status;
    counting_add(&convert->counting, round);
    if (staging_fill(&convert->staging, round, parts, &convert->own))
        for (int mate = 0; mate < PFQ_MAX_MATES; mate++)
            parts[mate] = (struct store_part){.batch = &empty};
    reading_progress(&convert->reading);
    return store_append(convert->store, parts, err);
}

/* The rows of /provenance, from what every rank knows. */
static pfq_status list_origins(const struct input *input, struct store_origin **origins,
                               size_t *count, pfq_error *err)
{
    *count = 0;
    for (int i = 0; i < input_streams(input); i++)
        *count += input_source(input, i)->count;
    *origins = memory_allocate(*count, sizeof **origins, err);
    if (!*origins)
        return PFQ_NO_MEMORY;
    struct store_origin *origin = *origins;
    for (int i = 0; i < input_streams(input); i++)
        for (size_t k = 0; k < input_source(input, i)->count; k++, origin++) {
            const struct input_file *file = &input_source(input, i)->files[k];
            strncpy(origin->path, file->path, sizeof origin->path - 1);
            strncpy(origin->compression, "none", sizeof origin->compression - 1);
            origin->mate = (uint64_t)i + 1;
            origin->bytes = file->bytes;
            origin->modified = file->modified;
            origin->first_row = file->first_row;
            origin->records = file->records;
            origin->tail_bytes = file->tail_bytes;
        }
    return PFQ_OK;
}

static pfq_status finish_store(struct convert *convert, pfq_error *err)
{
    struct store_origin *origins = NULL;
    size_t count;
    list_origins(convert->reading.input, &origins, &count, &convert->own);
    pfq_status status = team_conclude(convert->team, &convert->own, err);
    if (!status) {
        status = store_finish(convert->store, origins, count, err);
        convert->store = NULL;
    }
    free(origins);
    return status;
}

/* In auto mode qualities are Phred+33; says so where the whole input looks like the older Phred+64.
 */
static pfq_status warn_of_phred64(struct convert *convert, const pfq_parse_config *config,
                                  pfq_error *err)
{
    uint64_t low = convert->staging.extent.low, high = convert->staging.extent.high;
    pfq_status status = team_min(convert->team, &low, 1, err);
    if (!status)
        status = team_max(convert->team, &high, 1, err);
    if (!status && config->quality_encoding == PFQ_QUALITY_AUTO && low >= PHRED64_LOW &&
        high > PHRED64_HIGH_ABOVE && high <= PHRED64_HIGH)
        reading_warn(
            &convert->reading,
            "all quality characters lie between '%c' and '%c': this looks like the Phred+64 "
            "of Illumina 1.3 to 1.7, but was read as Phred+33; if so, convert again with "
            "--quality-encoding illumina1.3",
            (int)low, (int)high);
    return status;
}

static pfq_status finish(struct convert *convert, const pfq_parse_config *config,
                         pfq_counts *counts, pfq_error *err)
{
    pfq_status status = finish_store(convert, err);
    if (!status)
        status = warn_of_phred64(convert, config, err);
    if (!status)
        status = counting_end(&convert->counting, &convert->reading, counts, err);
    if (!status)
        status = reading_conclude(&convert->reading, err);
    if (status && status != PFQ_BAD_RECORDS)
        return status;
    struct team_output *output = convert->output;
    convert->output = NULL;
    const pfq_status published = team_output_publish(output, err);
    return published ? published : status;
}

pfq_status pfq_convert(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    struct convert convert = {.team = team};
    const bool skip = config->parse.on_error == PFQ_ON_ERROR_SKIP;
    bool more = true;
    pfq_status status = reading_open(team, reads, &config->parse, skip, &convert.reading, err);
    if (!status)
        status = prepare(&convert, reads, output, config, err);
    while (!status && more)
        status = turn(&convert, &more, err);
    if (!status)
        status = finish(&convert, &config->parse, counts, err);
    store_abandon(convert.store);
    if (status)
        team_output_name(convert.output, err);
    team_output_discard(convert.output);
    staging_destroy(&convert.staging);
    reading_close(&convert.reading);
    return status;
}
