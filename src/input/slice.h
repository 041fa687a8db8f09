/*
 * A slice: the text one rank holds of one stream in one round, read, cut into chunks and parsed.
 *
 * Text is read one round ahead, a piece at a time, beside the parsing of the slice before. A slice
 * owns the records that begin in it; where the last one ends behind the slice, which happens only
 * if the text is damaged or a cut was wrong, more text is read.
 */
#ifndef INPUT_SLICE_H
#define INPUT_SLICE_H

#include <stdatomic.h>

#include "base/memory.h"
#include "base/span.h"
#include "fastq/chunk.h"
#include "input/inflow.h"
#include "input/turns.h"
#include "plan/plan.h"
#include "team/team.h"
#include "threads/threads.h"

/* How slices are parsed; the same for all. */
struct slice_rules {
    struct fastq_rules fastq;
    struct fastq_filling filling;
    size_t chunk_bytes;
    int threads;
    struct inflow_wish inflow; /* where the text flows */
    _Atomic uint64_t *done; /* the bytes of each chunk are added when it has been parsed; or NULL */
};

struct slice {
    struct plan_range range; /* in the text of the file */
    uint64_t file_bytes;
    size_t file_index;
    struct team_file *file; /* shared with other slices of the same file; not owned. NULL: the text
                               flows, and is here already */
    const uint8_t
        *text; /* from range.begin on: in `buffer`, or where the caller has it in memory */
    struct buffer buffer;
    size_t text_bytes;  /* what has been read so far */
    struct turns turns; /* what threads read */
    bool counted;       /* its bytes are in rules->done */

    struct fastq_chunk *chunks;
    size_t count, capacity; /* chunks in use; chunks that own memory */
    uint64_t end;           /* where parsing stopped, in the text of the file */

    /* sums over the chunks */
    uint64_t records, seen, lines, bad;
    bool faulty;  /* stopped at a bad record, the last fault of the last chunk */
    bool hungry;  /* the last record needs more of a text that flows */
    bool starved; /* there is no more: the text is damaged behind, which will be told */
};

/* Makes room for slice->range of slice->file; nothing is read yet. A text in memory is taken where
 * it lies, and needs no reading. */
pfq_status slice_begin(struct slice *slice, pfq_error *err);

/* Is there more of the range to read? */
static inline bool slice_unread(const struct slice *slice)
{
    return slice->file && slice->text_bytes < slice->range.end - slice->range.begin;
}

/* Reads the next piece of the range, some megabytes. */
pfq_status slice_read(struct slice *slice, pfq_error *err);

/* What is left of the range as a loop of reads, if threads may read this file. It counts as read
 * from here on: to be used when the loop has run, and did not fail. */
bool slice_read_by_threads(struct slice *slice, struct threads_loop *loop);

/* Parses the records that begin in [max(from, range.begin), range.end), with all threads; `from` is
 * where the left neighbour really ended. May be called again with a larger `from`. The caller takes
 * the steps of `aside` meanwhile. */
pfq_status slice_parse(struct slice *slice, uint64_t from, const struct slice_rules *rules,
                       const struct threads_aside *aside, pfq_error *err);

/* Forgets the records, as if the slice were empty. */
void slice_forget(struct slice *slice);

static inline struct span slice_text(const struct slice *slice)
{
    return (struct span){slice->text, slice->text_bytes};
}

/* The blank lines that end the file, if it ends here: they are in the last chunk. */
static inline struct span slice_tail(const struct slice *slice)
{
    if (!slice->count)
        return (struct span){slice->text, 0};
    const struct fastq_chunk *last = &slice->chunks[slice->count - 1];
    return (struct span){slice->text + last->tail, last->end - last->tail};
}

void slice_release(struct slice *slice);

#endif
