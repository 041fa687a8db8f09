/*
 * What ranks do together, and how they read and write files.
 *
 * One table of operations has two implementations: alone.c (a team of one, POSIX) and mpi.c. The
 * rules that make a hang impossible: what can fail alone is done before a pulse; every rank reaches
 * every collective; an error inside a collective is the same on every rank.
 */
#ifndef TEAM_TEAM_H
#define TEAM_TEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "parfastq/team.h"

/* ---- words agreed by all: collective, every rank the same n ---- */

pfq_status team_sum(pfq_team *team, uint64_t *values, size_t n, pfq_error *err);
pfq_status team_min(pfq_team *team, uint64_t *values, size_t n, pfq_error *err);
pfq_status team_max(pfq_team *team, uint64_t *values, size_t n, pfq_error *err);

/* values[i] becomes the sum (largest value) over the ranks before this one; 0 on rank 0. */
pfq_status team_sum_before(pfq_team *team, uint64_t *values, size_t n, pfq_error *err);
pfq_status team_max_before(pfq_team *team, uint64_t *values, size_t n, pfq_error *err);

/* Rank `root`'s bytes to everybody; any number of bytes, the same on every rank. */
pfq_status team_share(pfq_team *team, int root, void *data, size_t bytes, pfq_error *err);

/* `words` words of every rank, in rank order, to rank 0 (all: size * words words); and back. */
pfq_status team_gather(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                       pfq_error *err);
pfq_status team_scatter(pfq_team *team, const uint64_t *all, size_t words, uint64_t *mine,
                        pfq_error *err);

/* The same to everybody: `words` words of every rank, in rank order. */
pfq_status team_gather_all(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                           pfq_error *err);

/* Sends items of `item_bytes` bytes: counts[r] items, lying in rank order in `send`, to each rank
 * r. The items that came, in the order of their senders, replace *received (grown with memory_grow;
 * capacity in items). Needs the collective to succeed everywhere, so memory is agreed first. */
pfq_status team_exchange(pfq_team *team, const void *send, const uint64_t *counts,
                         size_t item_bytes, void *received, size_t *capacity, size_t *count,
                         pfq_error *err);

/* One message of any size from one rank to another; called by these two alone, and both know its
 * bytes. */
pfq_status team_send(pfq_team *team, int to, const void *data, size_t bytes, pfq_error *err);
pfq_status team_receive(pfq_team *team, int from, void *data, size_t bytes, pfq_error *err);

/* Makes one block of two that are neighbours: *out of *before and *behind. *out may be *behind. */
typedef void team_join(const void *before, const void *behind, void *out);

/* *before becomes what the blocks of all ranks before this one are together, joined in the order of
 * ranks; on rank 0 it stays as it is. Joining must be associative, and need not commute. Blocks
 * have `bytes` bytes, the same on every rank; `work` has room for two. Of the last rank `mine` is
 * not looked at. A rank sends and receives a block for each bit of the number of ranks at most. */
pfq_status team_join_before(pfq_team *team, const void *mine, void *before, void *work,
                            size_t bytes, team_join *join, pfq_error *err);

/* Waits for everybody. */
pfq_status team_wait(pfq_team *team, pfq_error *err);

/* All ranks agree on one outcome. `err->status` is this rank's own (PFQ_OK: none) and `order` its
 * place in the input: the error with the smallest order wins, ties go to the lowest rank; every
 * rank then holds that error and returns its status. err must not be NULL. */
pfq_status team_agree(pfq_team *team, uint64_t order, pfq_error *err);

/* The same for one who hands on what was agreed: *own stays as it is unless somebody failed, and
 * then both hold the error; err may be NULL. */
pfq_status team_conclude(pfq_team *team, pfq_error *own, pfq_error *err);

/* ---- this machine ---- */

/* How many ranks of the team share this machine, and how many CPUs these may use together.
 * Collective. */
pfq_status team_machine(pfq_team *team, int *local_ranks, int *cpus_together, pfq_error *err);

/* How many ranks of this machine have exactly the CPUs of this one, itself included, and its number
 * among them, from 0, in the order of ranks. Collective. */
pfq_status team_neighbours(pfq_team *team, int *rank, int *ranks, pfq_error *err);

/* ---- files: each rank for itself, at explicit offsets, at most 1 GiB a call ---- */

struct team_file;
enum team_file_mode { TEAM_READ, TEAM_WRITE }; /* TEAM_WRITE: the file exists already */

/* Opens a file on this rank alone. Owns: *file is ended with team_file_close. */
pfq_status team_file_open(pfq_team *team, const char *path, enum team_file_mode mode,
                          struct team_file **file, pfq_error *err);

/* A text in memory as a file: it is not copied and must stay. Owns: as team_file_open. */
pfq_status team_file_of_memory(const void *text, uint64_t bytes, const char *name,
                               struct team_file **file, pfq_error *err);

/* The text of a file that is one in memory, else NULL. Pure. */
const uint8_t *team_file_memory(const struct team_file *file);

/* May several threads read it at once? Through MPI the main thread alone may. Pure. */
bool team_file_for_threads(const struct team_file *file);

/* Reads exactly `bytes` at `offset`. A short read is PFQ_IO and names the file and the offset. */
pfq_status team_file_read(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                          pfq_error *err);

/* Writes exactly `bytes` at `offset`. */
pfq_status team_file_write(struct team_file *file, uint64_t offset, const void *data, size_t bytes,
                           pfq_error *err);

/* Waits until all that this rank has written is on disk: a full or broken disk behind a network may
 * show only here. */
pfq_status team_file_sync(struct team_file *file, pfq_error *err);

/* Closes; NULL is fine. Closing a written file can fail. */
pfq_status team_file_close(struct team_file *file, pfq_error *err);

/* ---- outputs that appear complete or not at all: collective ---- */

/* An output under construction: a file beside its final name, made by rank 0 with O_EXCL. */
struct team_output;

/* Makes the temporary file. Without `force` an existing output is PFQ_EXISTS. All ranks agree.
 * Owns: ended by team_output_publish or team_output_discard. */
pfq_status team_output_create(pfq_team *team, const char *path, bool force,
                              struct team_output **output, pfq_error *err);

/* Do both paths lead to the same file? A path that leads nowhere is no file. An input must not be
 * replaced by an output under another name. Local. */
bool team_same_file(const char *a, const char *b);

/* Names the output where an error names its temporary file, which nobody has heard of. */
void team_output_name(const struct team_output *output, pfq_error *err);

/* Takes up the file at `kept` as what is to become `path`; otherwise as team_output_create. Nobody
 * else may be at it: PFQ_EXISTS. It is left where it is until it is published or dropped. */
pfq_status team_output_take_up(pfq_team *team, const char *path, bool force, const char *kept,
                               struct team_output **output, pfq_error *err);

/* Gives the unfinished file the name `kept`, under which it stays when it is discarded; again is
 * fine. Collective. */
pfq_status team_output_keep(struct team_output *output, const char *kept, pfq_error *err);

/* From here on it is to be discarded like any other. */
void team_output_drop(struct team_output *output);

/* The path to write to. */
const char *team_output_path(const struct team_output *output);

/* A stream that writes the file from its beginning, for rank 0 alone, which closes it; NULL and an
 * error that names the output. */
FILE *team_output_stream(const struct team_output *output, pfq_error *err);

/* Syncs the file to disk and gives it its name. All ranks have closed it. Releases `output` in any
 * case; after a failure nothing is left. */
pfq_status team_output_publish(struct team_output *output, pfq_error *err);

/* Removes the temporary file, unless it is kept; NULL is fine. */
void team_output_discard(struct team_output *output);

/* Removes the temporary files of all outputs this process has begun and neither published nor
 * discarded. Async-signal-safe: for the handler of a signal that ends the process. */
void team_output_remove_unfinished(void);

#endif
