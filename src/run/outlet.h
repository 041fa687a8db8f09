/*
 * A FASTQ file that all ranks write, round by round: the records of a round in the order of the
 * ranks, one round behind the other. While threads work on the next round, the main thread writes
 * the text of this one, piece by piece.
 */
#ifndef RUN_OUTLET_H
#define RUN_OUTLET_H

#include "fastq/format.h"
#include "parfastq/parser.h"
#include "run/behind.h"
#include "run/packed.h"
#include "team/team.h"
#include "threads/threads.h"

struct outlet {
    pfq_team *team;
    int threads;
    struct format format;
    struct team_output *draft;
    struct team_file *file;
    bool packs; /* as BGZF */
    struct outlet_text {
        struct buffer text;
        uint64_t *place; /* where the text of each chunk begins */
        size_t places;
        struct packed packed;
    } texts[2]; /* of this round, and of the one that is being written */
    int now;
    struct behind behind; /* the text of the round before */
    uint64_t written;     /* bytes of the file that have their place */
};

/* The records of this rank in a round: chunk c of mate m is batches[m][c]; the mates of a row go
 * behind each other. */
struct outlet_part {
    int mates;
    const pfq_batch *batches[PFQ_MAX_MATES];
    size_t chunks;
};

/* Makes the file, which appears under its name when it is published. Collective; the same status on
 * every rank. Owns: ended by outlet_close. */
pfq_status outlet_open(pfq_team *team, const char *path, bool force, int threads, int level,
                       const struct format *format, struct outlet *outlet, pfq_error *err);

/* Appends the parts of all ranks. A failure of this rank is left in *own, and nothing is written
 * when one was there. Collective; the same status on every rank. */
pfq_status outlet_put(struct outlet *outlet, const struct outlet_part *part,
                      const struct threads_aside *aside, pfq_error *own, pfq_error *err);

/* Writes the next piece of what was put, some megabytes; false if nothing is left. Local. */
bool outlet_step(struct outlet *outlet);

/* Writes what is left, and sees it to the disk. Collective; the same status on every rank. */
pfq_status outlet_finish(struct outlet *outlet, pfq_error *err);

/* Gives the finished file its name. Collective; the same status on every rank. */
pfq_status outlet_publish(struct outlet *outlet, pfq_error *err);

/* Releases; what was not published is removed. All zero is fine. Collective. */
void outlet_close(struct outlet *outlet);

#endif
