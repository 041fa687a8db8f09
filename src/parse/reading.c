/*
 * Opening an input as configured, and closing it with the right words.
 */
#include "parse/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "input/index.h"
#include "team/team.h"
#include "threads/place.h"

enum { DEFAULT_MAX_ERRORS = 100 };
/* Slices that stay near the caches are faster, but every thread must find a few chunks in one. */
#define SLICE_BYTES_OF_A_THREAD (UINT64_C(4) << 20)
#define MOST_SLICE_BYTES        (UINT64_C(64) << 20)
#define DEFAULT_CHUNK_BYTES     (UINT64_C(1) << 20)
#define LARGEST_CHUNK_BYTES     (UINT64_C(1) << 30)
static const double SECONDS_BETWEEN_TELLING = 0.1;

static void tell_meanwhile(void *reading);

/* Cock et al. 2010: Sanger from '!' (33), Illumina 1.3 from '@' (64), Solexa from ';' (59, score
 * -5). */
static const struct reading_encoding encodings[] = {
    [PFQ_QUALITY_AUTO] = {33, 126, 33},
    [PFQ_QUALITY_SANGER] = {33, 126, 33},
    [PFQ_QUALITY_ILLUMINA13] = {64, 126, 64},
    [PFQ_QUALITY_SOLEXA] = {59, 126, 59},
};

pfq_status reading_threads(pfq_team *team, int wanted, int *threads, pfq_error *err)
{
    int local_ranks, cpus_together;
    const pfq_status status = team_machine(team, &local_ranks, &cpus_together, err);
    if (!status)
        *threads = threads_count(wanted, local_ranks, cpus_together);
    return status;
}

pfq_status reading_slice_bytes(pfq_team *team, const pfq_parser_config *config, int threads,
                               uint64_t *bytes, pfq_error *err)
{
    uint64_t most = (uint64_t)threads; /* ranks may have different numbers of CPUs */
    const pfq_status status = team_max(team, &most, 1, err);
    const uint64_t want = most * SLICE_BYTES_OF_A_THREAD;
    *bytes = want < MOST_SLICE_BYTES ? want : MOST_SLICE_BYTES;
    if (config->slice_bytes)
        *bytes = config->slice_bytes;
    return status;
}

pfq_status reading_check(const pfq_reads *reads, const pfq_parser_config *config,
                         bool leaves_out_records, pfq_error *err)
{
    if (reads->mates < 1 || reads->mates > PFQ_MAX_MATES)
        return error_set(err, PFQ_USAGE, NULL, "%d mates; there may be 1 to %d", reads->mates,
                         PFQ_MAX_MATES);
    for (int mate = 0; mate < reads->mates; mate++)
        if (!reads->lanes[mate])
            return error_set(err, PFQ_USAGE, NULL, "no input file for mate %d", mate + 1);
    if (reads->interleaved && reads->mates > 1)
        return error_set(err, PFQ_USAGE, NULL, "an interleaved input is one stream of files");
    if (leaves_out_records && (reads->mates > 1 || reads->interleaved))
        return error_set(err, PFQ_USAGE, NULL,
                         "bad records of paired reads cannot be skipped: how many reads a damaged "
                         "stretch held is unknown, so the mates behind it would not match");
    if ((unsigned)config->quality_encoding >= sizeof encodings / sizeof *encodings)
        return error_set(err, PFQ_USAGE, NULL, "unknown quality encoding");
    if ((unsigned)config->inflate > PFQ_INFLATE_PARALLEL)
        return error_set(err, PFQ_USAGE, NULL, "unknown way to inflate");
    if (config->index && config->inflate == PFQ_INFLATE_SERIAL)
        return error_set(err, PFQ_USAGE, NULL,
                         "an index is neither written nor used where one rank inflates from the "
                         "front");
    if ((unsigned)config->numa > PFQ_NUMA_INTERLEAVE)
        return error_set(err, PFQ_USAGE, NULL, "unknown NUMA policy");
    if (config->chunk_bytes > LARGEST_CHUNK_BYTES)
        return error_set(err, PFQ_USAGE, NULL, "chunks may hold 1 GiB at most");
    return PFQ_OK;
}

/* Turns the config into rules; what is wrong with it, or with this machine, may differ from rank to
 * rank. */
static pfq_status make_rules(const pfq_reads *reads, const pfq_parser_config *config,
                             bool skip_bad_records, struct reading *reading, pfq_error *err)
{
    const bool leaves_out = skip_bad_records && config->on_error == PFQ_ON_ERROR_SKIP;
    const pfq_status status = reading_check(reads, config, leaves_out, err);
    if (status)
        return status;
    const size_t listed = config->max_errors ? (size_t)config->max_errors : DEFAULT_MAX_ERRORS;
    struct input_config *to = &reading->input_config;
    reading->encoding = encodings[config->quality_encoding];
    to->rules = (struct fastq_rules){.kernel = scan_kernel_choose(),
                                     .quality_min = reading->encoding.quality_min,
                                     .quality_max = reading->encoding.quality_max,
                                     .skip = skip_bad_records,
                                     .max_faults = skip_bad_records ? listed : 1,
                                     .multiline = config->multiline};
    to->chunk_bytes = (size_t)(config->chunk_bytes ? config->chunk_bytes : DEFAULT_CHUNK_BYTES);
    to->check_names = !config->no_name_check;
    to->inflate = config->inflate;
    to->strict = config->strict;
    to->index = config->index;
    if (to->rules.kernel)
        return PFQ_OK;
    return error_set(err, PFQ_USAGE, NULL, "PFQ_SIMD=%s: no such kernel on this machine",
                     getenv("PFQ_SIMD"));
}

/* Binds the threads, and says where their memory comes from, if that is wanted. One rank may be
 * refused what another is given. */
static pfq_status place_threads(struct reading *reading, pfq_error *err)
{
    static const enum threads_memory memory[] = {[PFQ_NUMA_AUTO] = THREADS_MEMORY_AUTO,
                                                 [PFQ_NUMA_LOCAL] = THREADS_MEMORY_LOCAL,
                                                 [PFQ_NUMA_INTERLEAVE] = THREADS_MEMORY_INTERLEAVE};
    const pfq_parser_config *const config = reading->config;
    const int threads = reading->input_config.threads;
    int rank = 0, ranks = 1;
    if (!config->pin_threads && !config->numa)
        return PFQ_OK;
    const pfq_status status = team_neighbours(reading->team, &rank, &ranks, err);
    if (status)
        return status;
    pfq_error own = {0};
    if (config->pin_threads)
        reading->pinned = threads_pin(threads, rank, ranks, &own) == PFQ_OK;
    if (config->numa && !own.status)
        reading->bound = threads_numa(threads, memory[config->numa], &own) == PFQ_OK;
    return team_conclude(reading->team, &own, err);
}

static void reset_meter(struct reading_meter *meter)
{
    atomic_store(&meter->over, false);
    atomic_store(&meter->total_bytes, 0);
    atomic_store(&meter->bytes, 0);
    atomic_store(&meter->records, 0);
    atomic_store(&meter->began, clock_seconds());
}

pfq_status reading_open(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                        const struct reading_wish *wish, struct reading *reading, pfq_error *err)
{
    pfq_error own = {0};
    *reading = (struct reading){.team = team, .config = config, .began = clock_seconds()};
    reading->meter = wish->meter ? wish->meter : &reading->own_meter;
    reset_meter(reading->meter);
    struct input_config *to = &reading->input_config;
    make_rules(reads, config, wish->skip_bad_records, reading, &own);
    to->aside = wish->aside;
    to->no_prefetch = config->no_prefetch;
    to->stop = config->stop;
    to->stop_context = config->context;
    to->state = wish->state;
    to->stop_after_round = wish->stop_after_round;
    to->done = &reading->meter->bytes;
    to->tick = config->progress && pfq_team_rank(team) == 0 ? tell_meanwhile : NULL;
    to->tick_context = reading;
    to->rules.coded = wish->coded || wish->code_bases;
    to->rows = wish->rows;
    if (wish->fill)
        to->filling = (struct fastq_filling){.kernel = to->rules.kernel,
                                             .text_offset = reading->encoding.text_offset,
                                             .deal = reads->interleaved ? 2 : 1,
                                             .without = wish->without,
                                             .code_bases = wish->code_bases,
                                             .bin_scores = wish->bin_scores};
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = reading_threads(team, config->threads, &to->threads, err);
    if (!status)
        status = place_threads(reading, err);
    if (!status)
        status = reading_slice_bytes(team, config, to->threads, &to->slice_bytes, err);
    if (!status)
        status = input_open(team, reads, to, &reading->input, err);
    if (!status)
        atomic_store(&reading->meter->total_bytes, input_total_bytes(reading->input));
    return status;
}

void reading_close(struct reading *reading)
{
    input_close(reading->input);
    reading->input = NULL;
    if (reading->pinned)
        threads_unpin(reading->input_config.threads);
    if (reading->bound)
        threads_numa(reading->input_config.threads, THREADS_MEMORY_AUTO, NULL);
    reading->pinned = reading->bound = false;
}

static uint64_t records_so_far(const struct reading *reading, int streams)
{
    uint64_t records = 0;
    for (int i = 0; i < streams; i++)
        records += input_records(reading->input, i);
    return records;
}

pfq_progress reading_progress(const struct reading_meter *meter)
{
    const uint64_t bytes = atomic_load(&meter->bytes), total = atomic_load(&meter->total_bytes);
    return (pfq_progress){
        .bytes = total && bytes > total ? total : bytes,
        .total_bytes = total,
        .records = atomic_load(&meter->records),
        .seconds = clock_seconds() - atomic_load(&meter->began),
    };
}

static void tell(struct reading *reading, bool at_end)
{
    const double now = clock_seconds();
    if (!reading->config->progress || pfq_team_rank(reading->team) != 0 ||
        (!at_end && now - reading->told < SECONDS_BETWEEN_TELLING))
        return;
    reading->told = now;
    const pfq_progress progress = reading_progress(reading->meter);
    reading->config->progress(reading->config->context, &progress);
}

/* Beside a loop of the threads. */
static void tell_meanwhile(void *reading)
{
    tell(reading, false);
}

void reading_tell(struct reading *reading, bool at_end)
{
    struct reading_meter *const meter = reading->meter;
    atomic_store(&meter->records, records_so_far(reading, input_streams(reading->input)));
    if (at_end) {
        atomic_store(&meter->bytes, atomic_load(&meter->total_bytes));
        atomic_store(&meter->over, true);
    }
    tell(reading, at_end);
}

void reading_warn(const struct reading *reading, const char *format, ...)
{
    if (!reading->config->report || pfq_team_rank(reading->team) != 0)
        return;
    char text[PFQ_ERROR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pfq_error warning;
    error_set(&warning, PFQ_OK, NULL, "%s", text);
    reading->config->report(reading->config->context, &warning);
}

static void note(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(const struct reading *reading, const char *format, ...)
{
    char line[PFQ_ERROR_MESSAGE_BYTES];
    va_list arguments;
    if (!reading->config->note || pfq_team_rank(reading->team) != 0)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    reading->config->note(reading->config->context, line);
}

static double percent(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0;
}

static pfq_status report_faults(struct reading *reading, pfq_error *err)
{
    pfq_fault *list;
    pfq_error pair;
    size_t count;
    const pfq_status status = input_faults(reading->input, &list, &count, err);
    if (status)
        return status;
    const bool speak = reading->config->report && pfq_team_rank(reading->team) == 0;
    const size_t limit = reading->input_config.rules.max_faults;
    for (size_t i = 0; i < count && i < limit && speak; i++)
        reading->config->report(reading->config->context, &list[i].error);
    free(list);
    if (input_pair_error(reading->input, &pair) && speak)
        reading->config->report(reading->config->context, &pair);
    return PFQ_OK;
}

/* What is odd about a compressed file, and how it was inflated. */
static void report_file(const struct reading *reading, const struct input_file *file)
{
    if (file->remark[0])
        reading_warn(reading, "%s: %s", file->path, file->remark);
    if (file->index_remark[0])
        reading_warn(reading, "%s" INDEX_SUFFIX ": %s", file->path, file->index_remark);
    else if (reading->config->index && !file->has_index)
        reading_warn(reading,
                     "%s" INDEX_SUFFIX ": no index was written: not all of the file was read",
                     file->path);
    if (file->packed != UNPACK_NONE)
        note(reading,
             "%s: %s, %llu bytes of text, %.1f%% of it inflated in 16 bits, %.1f%% by an index",
             file->path, unpack_name(file->packed), (unsigned long long)file->text_bytes,
             percent(file->wide_text_bytes, file->text_bytes),
             percent(file->listed_text_bytes, file->text_bytes));
}

static void report_files(const struct reading *reading)
{
    for (int i = 0; i < input_streams(reading->input); i++) {
        const struct input_source *const source = input_source(reading->input, i);
        for (size_t k = 0; k < source->count; k++)
            report_file(reading, &source->files[k]);
    }
}

pfq_status reading_conclude(struct reading *reading, pfq_error *err)
{
    reading_tell(reading, true);
    report_files(reading);
    const uint64_t bad = input_bad_records(reading->input);
    const uint64_t good = records_so_far(reading, input_streams(reading->input));
    if (!good && !bad)
        reading_warn(reading, "the input holds no records");
    pfq_status status = reading->input_config.rules.skip ? report_faults(reading, err) : PFQ_OK;
    if (status)
        return status;
    status = input_pair_error(reading->input, NULL);
    if (bad)
        return error_set(err, PFQ_BAD_RECORDS, NULL, "%llu bad record%s beside %llu good",
                         (unsigned long long)bad, bad == 1 ? "" : "s", (unsigned long long)good);
    if (status)
        return error_set(err, PFQ_BAD_RECORDS, NULL, "the mates do not match");
    return PFQ_OK;
}
