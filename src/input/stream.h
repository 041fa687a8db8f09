/*
 * A stream on this rank: where planning is, the slice being parsed, the slice being read, and what
 * has been settled so far. A stream is the files of one mate, or of interleaved mates, one after
 * the other.
 */
#ifndef INPUT_STREAM_H
#define INPUT_STREAM_H

#include "input/faults.h"
#include "input/flow.h"
#include "input/share.h"
#include "input/slice.h"
#include "input/source.h"

/* A slice of this round, or none. */
struct stream_slot {
    bool active; /* on all ranks alike: the stream takes part in this round */
    struct slice slice;
    struct flow *flow;  /* where its text comes from, unless it is slice.file; not owned */
    int turn;           /* of the flow */
    uint64_t position;  /* bytes of the file that are used up with this round */
    uint64_t from;      /* where parsing began */
    uint64_t round_end; /* where the slices of all ranks end, by plan */
};

struct stream {
    pfq_team *team;
    struct input_source source;
    int number;

    /* the next round to plan */
    size_t next_file;
    uint64_t next_start;
    uint64_t used_before;   /* text of next_file, if that flows, that an earlier run has used */
    struct team_file *open; /* of next_file, on this rank */
    struct flow *flow;      /* or this: of next_file, where it cannot be read at any offset */
    size_t open_file;

    struct stream_slot slots[2]; /* slots[now] is parsed while the other one is read */
    int now;

    /* settled, the same on every rank */
    size_t file;         /* the file of the last settled round */
    uint64_t file_end;   /* where parsing of that round ended in it */
    uint64_t file_seen;  /* records of that file, good and bad */
    uint64_t file_lines; /* line ends of that file */
    uint64_t records, seen, bad;
    uint64_t bytes;        /* of text */
    uint64_t file_bytes;   /* of files, used up for it */
    uint64_t files_before; /* bytes of the files before this one */
    bool started, stopped; /* stopped: by a bad record, which is in `error` */
    pfq_error error;
    uint64_t first_bad;     /* number of the first bad record that was skipped; UINT64_MAX: none */
    uint64_t own_first_bad; /* the same of this rank's records */
    struct fastq_widths own_widths; /* of the wrapped lines of this rank's records */

    /* this rank's share of the last settled round */
    uint64_t first;      /* good records before mine */
    uint64_t first_seen; /* records before mine, good or bad */
    uint64_t first_line; /* line ends of the file before mine */
};

/* Is there nothing left to plan? */
bool stream_planned(const struct stream *stream);

/* Goes to the file the next round is of. Local; to be called before the round is planned. */
void stream_begin_plan(struct stream *stream);

/* Bytes of files that are left to plan, roughly if some are pipes; at least 1. Pure. */
uint64_t stream_rest(const struct stream *stream);

/* Is the next round one of a text that flows? The same on every rank. */
bool stream_flows(const struct stream *stream);

/* The next round of a text that flows, of about slice_bytes of text for each rank. Collective;
 * returns the failure of a collective. */
pfq_status stream_flow(struct stream *stream, const struct slice_rules *rules, uint64_t slice_bytes,
                       pfq_error *own, pfq_error *err);

/* Brings text to the ranks whose slices of this round cannot do without. Collective, as above. */
pfq_status stream_feed(struct stream *stream, pfq_error *own, pfq_error *err);

/* Fills the request for the next round (ranks == 0 if there is none or `wanted` is false), opening
 * the file if need be. Local; a file that cannot be opened is left in *own. */
void stream_request(struct stream *stream, bool wanted, uint64_t slice_bytes,
                    struct share_request *request, pfq_error *own);

/* Takes the answer: the slice of the next round, to be read by steps. Local. */
void stream_take(struct stream *stream, const struct share_request *request, pfq_error *own);

/* Reads a piece of what the next round needs; false if there is nothing to read, or no reading on.
 * Local. */
bool stream_step(struct stream *stream, pfq_error *own);

/* The same of all that is left, as a loop for threads; false if there is nothing to read, or the
 * main thread has to. Local. */
bool stream_ahead(struct stream *stream, struct threads_loop *loop, pfq_error *own);

/* Turns to the next round: what was read becomes what is parsed. Local. */
void stream_advance(struct stream *stream, int threads, pfq_error *own);

static inline struct stream_slot *stream_now(struct stream *stream)
{
    return &stream->slots[stream->now];
}

/* Parses the slice from `from` on, or from where the round before really ended, with steps aside.
 * Local. */
void stream_parse(struct stream *stream, uint64_t from, const struct slice_rules *rules,
                  const struct threads_aside *aside, pfq_error *own);

/* Where this rank's slice ended. */
uint64_t stream_end(struct stream *stream);

/* What ranks add up to settle a round. */
enum { STREAM_RECORDS, STREAM_SEEN, STREAM_LINES, STREAM_BAD, STREAM_TAIL, STREAM_WORDS };
void stream_words(struct stream *stream, uint64_t words[STREAM_WORDS]);

/* Settles the round from the sums before this rank and over all ranks, and where it ended. Faults
 * of this rank get their places in the file: into `faults`, or (stop) into *fault. */
void stream_settle(struct stream *stream, const uint64_t before[STREAM_WORDS],
                   const uint64_t total[STREAM_WORDS], uint64_t end, struct faults *faults,
                   pfq_error *fault, pfq_error *own);

/* After the last round: files behind the last settled one get their row. */
void stream_finish(struct stream *stream);

/* And then the indices that were begun appear, unless the records are not all good. Collective;
 * returns the failure of a collective. */
pfq_status stream_finish_indices(struct stream *stream, pfq_error *err);

void stream_release(struct stream *stream);

#endif
