/*
 * The index of a gzip file, READS.fastq.gz.pfqi beside READS.fastq.gz (the format: gzip/index.h).
 *
 * It is written while the file is inflated for the first time, and then lets all ranks inflate it
 * from many places at once, each with the text before it known. It is a hint and no more: whoever
 * inflates up to a point finds out whether it is true (gunzip_listed.c), so that a wrong index
 * costs time and changes nothing.
 */
#ifndef INPUT_INDEX_H
#define INPUT_INDEX_H

#include "gzip/index.h"
#include "input/source.h"

#define INDEX_SUFFIX ".pfqi"

/* ---- reading; the points are the same on every rank ---- */

struct index {
    struct gzip_index_head head;
    struct gzip_point *points; /* head.points, ascending */
    struct team_file *file;
    struct gzip_inflater *inflater;
    struct buffer packed;
};

/* Opens the index of a file if there is one that belongs to it: else *index is NULL and, if there
 * is one all the same, `remark` says what is wrong with it. Collective; the same status and answer
 * on every rank. Owns: index_close, which takes NULL. */
pfq_status index_open(pfq_team *team, const struct input_file *file, struct index **index,
                      char remark[INPUT_REMARK_BYTES], pfq_error *err);
void index_close(struct index *index);

/* The number of the first point behind a bit of the gzip file; head.points if there is none. Pure.
 */
size_t index_behind(const struct index *index, uint64_t bit);

/* Reads the window of a point. false: it cannot be read or is damaged. Local. */
bool index_window(struct index *index, const struct gzip_point *point, struct gzip_window *window);

/* ---- writing ---- */

/* A place to start from that was passed, and the text before it. */
struct index_mark {
    uint64_t bit, text; /* `text`: of the whole text */
    enum gzip_place place;
    struct gzip_window window;
};

/* What a rank got of the text in a round; pieces follow one another in the order of ranks. */
struct index_piece {
    struct span text;
    uint64_t text_at;
    struct index_mark *marks;
    size_t count;
};

struct index_writer;

/* Begins the index of a file; nothing appears under its name yet. PFQ_EXISTS if there is something
 * under that name that is no index. Collective; the same status on every rank. Owns:
 * index_writer_finish or index_writer_drop. */
pfq_status index_writer_create(pfq_team *team, const struct input_file *file, int threads,
                               struct index_writer **writer, pfq_error *err);

/* How far apart points are, in bytes of the gzip file. Pure. */
uint64_t index_writer_apart(const struct index_writer *writer);

/* Adds a round; marks that are no points are left out of the piece. What fails on this rank alone
 * (no memory) is left in *own; what cannot be written is remembered, and told at the end.
 * Collective; returns the failure of a collective. */
pfq_status index_writer_add(struct index_writer *writer, struct index_piece *piece, pfq_error *own,
                            pfq_error *err);

/* The text is complete, all of it FASTQ: puts the index under its name. If that cannot be, `remark`
 * says why. Releases the writer. Collective; returns the failure of a collective. */
pfq_status index_writer_finish(struct index_writer *writer, uint64_t text_bytes, uint64_t records,
                               char remark[INPUT_REMARK_BYTES], pfq_error *err);

/* Leaves nothing; NULL is fine. */
void index_writer_drop(struct index_writer *writer);

/* ---- both ---- */

/* The name of the index of a file. Owns: the caller frees it; NULL: no memory. */
char *index_path(const struct input_file *file, pfq_error *err);

/* The checksum of the samples of a file (gzip_index_sample), by which it is known again. Local. */
pfq_status index_samples(pfq_team *team, const struct input_file *file, uint32_t *crc,
                         pfq_error *err);

#endif
