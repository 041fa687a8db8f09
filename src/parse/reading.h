/*
 * What convert, validate and plan have in common: from the caller's config to an open input, and
 * what is told to people on the way.
 */
#ifndef PARSE_READING_H
#define PARSE_READING_H

#include <stdatomic.h>

#include "input/input.h"
#include "parfastq/run.h"
#include "parfastq/team.h"

/* One quality encoding: which characters are allowed, and what is subtracted from them. */
struct reading_encoding {
    uint8_t quality_min, quality_max, text_offset;
};

/* How far a run is, for any thread to look at. No number goes back before the next run begins. */
struct reading_meter {
    _Atomic uint64_t bytes, total_bytes; /* total_bytes: 0 until it is known */
    _Atomic uint64_t records;            /* of rounds that are settled: of bad ones, too many */
    _Atomic double began;
    _Atomic bool over; /* well */
};

pfq_progress reading_progress(const struct reading_meter *meter);

/* A run's view of its input, and of what has been counted. It stays where it was opened. */
struct reading {
    pfq_team *team;
    const pfq_parser_config *config;
    struct input_config input_config;
    struct reading_encoding encoding;
    struct input *input;
    struct reading_meter *meter, own_meter;
    double began, told; /* when progress was told last */
    bool pinned, bound; /* threads, and their memory, to be released at the end */
};

/* What is wrong with these reads or this config, if anything. Local. */
pfq_status reading_check(const pfq_reads *reads, const pfq_parser_config *config,
                         bool leaves_out_records, pfq_error *err);

/* What a run wants of its input. */
struct reading_wish {
    bool skip_bad_records; /* go on behind them, to list them */
    bool fill;             /* the columns of the chunks, */
    unsigned without;      /* but not these (bits of parfastq/batch.h), */
    bool code_bases;       /* in these forms */
    bool bin_scores;
    bool coded;    /* bases without codes are refused, whether columns hold codes or not */
    uint64_t rows; /* what is wrong behind the first so many fragments is no error; 0: all */
    struct team_state *state;    /* as in struct input_config, */
    bool stop_after_round;       /* and this too */
    struct threads_aside aside;  /* what the main thread does beside the parsing */
    struct reading_meter *meter; /* of the caller; NULL: nobody looks */
};

/* Checks the config and opens the input. Collective; the same status on every rank. Owns:
 * reading_close, also after a failure. */
pfq_status reading_open(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                        const struct reading_wish *wish, struct reading *reading, pfq_error *err);
void reading_close(struct reading *reading);

/* A round is settled: notes how far the run is, and tells rank 0's caller, unless that was a moment
 * ago; at the end in any case. */
void reading_tell(struct reading *reading, bool at_end);

/* Sends a warning to rank 0's caller. */
void reading_warn(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reports the bad records of a run that went on, and warns of an input without records. Returns
 * PFQ_OK, PFQ_BAD_RECORDS if there were bad records, or a failure. Collective. */
pfq_status reading_conclude(struct reading *reading, pfq_error *err);

/* The size of a slice: as configured, else by the threads of a rank, the same on every rank.
 * Collective. */
pfq_status reading_slice_bytes(pfq_team *team, const pfq_parser_config *config, int threads,
                               uint64_t *bytes, pfq_error *err);

/* Threads for each rank of this team. Collective; the same status on every rank. */
pfq_status reading_threads(pfq_team *team, int wanted, int *threads, pfq_error *err);

#endif
