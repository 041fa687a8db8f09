/*
 * The decoder of any gzip file, and of any part of one.
 *
 * A decoder is started at a place and run over stretches of the file. Started at the header of a
 * member, or with the window before a block, it gives plain text: then it is the serial decoder.
 * Started at a block without its window it gives text in symbols (segment.h), which becomes text
 * when the window is known (resolve.h). It passes from member to member and stops where the next
 * decoder starts (find.h), at the end of the file, or where something is missing; it can be run on
 * from anywhere, in the middle of a block as well, so that memory is bounded by the cap for any
 * input.
 *
 * It checks everything but the checksums and sizes of members: these are over text, which may not
 * be known yet; see checksum.h. A decoder started at a place that only looks like a start (find.h)
 * fails, or ends where no chunk starts; what that means is for the caller to say.
 */
#ifndef GZIP_DECODE_H
#define GZIP_DECODE_H

#include "gzip/find.h"
#include "gzip/segment.h"

struct gzip_decoder;

struct gzip_start {
    uint64_t bit;
    enum gzip_place place;
    const struct gzip_window *window; /* before a block; NULL: not known. Not kept */
    uint64_t member;                  /* offset of the header of the member a block is in, or
                                         GZIP_NOWHERE; only for sentences */
};

struct gzip_limits {
    uint64_t boundary; /* stop at the first start in this byte or behind; UINT64_MAX: never */
    enum gzip_starts starts;
    size_t cap; /* stop when this many bytes of text are there; GZIP_LONGEST_MATCH more may be */
    uint64_t mark_bytes; /* mark headers this many bytes of the file apart, see below; 0: none */
};

enum gzip_stop {
    GZIP_AT_START,    /* at the first start at or behind the boundary */
    GZIP_AT_END,      /* the file has ended behind a member, or behind zeros that follow it */
    GZIP_AT_GARBAGE,  /* behind a member is something that is not gzip */
    GZIP_WANTS_INPUT, /* the stretch ends before anything else: run again with a longer one */
    GZIP_AT_CAP,      /* drain, and run again */
    GZIP_AT_FAULT,    /* the data are bad; gzip_decoder_run returned the error */
};

/* What a run gave. Pointers are into the decoder, until it is run, drained or started again. */
struct gzip_chunk {
    enum gzip_stop stop;
    uint64_t bit; /* where the text below ends; the next stretch must begin at its byte or before */
    enum gzip_place place; /* what is there; after GZIP_WANTS_INPUT and GZIP_AT_CAP it may be the
                              middle of anything, which only the same decoder can go on from */
    bool garbage_is_text;  /* garbage that begins with '@' */
    uint64_t member;       /* offset of the header of the member that is open there; GZIP_NOWHERE:
                              it began in an earlier chunk, or none is open */

    size_t text; /* all segments together; since the start, or since the decoder was drained */
    const struct gzip_segment *segments;
    size_t segment_count;
    const struct gzip_member_end *ends; /* in order */
    size_t end_count;

    /* In order: the first header since the start, and each that is the first at or behind a
     * multiple of limits.mark_bytes. Blocks inside members that say how long they are do not count,
     * because such members may be inflated without a look at them. */
    const struct gzip_mark *marks;
    size_t mark_count;

    struct gzip_tail tail;  /* what is before `bit` */
    uint32_t window_needed; /* how many bytes of the window were referred to, since the start: if
                               fewer are valid, the data are bad */
};

/* Collective: no. NULL and a filled error if there is no memory. */
struct gzip_decoder *gzip_decoder_create(pfq_error *err);

/* decoder may be NULL. */
void gzip_decoder_destroy(struct gzip_decoder *decoder);

/* Begins anew. PFQ_OK or PFQ_NO_MEMORY. */
pfq_status gzip_decoder_start(struct gzip_decoder *decoder, const struct gzip_start *start,
                              pfq_error *err);

/* Decodes until something stops it; the chunk is filled in any case but PFQ_NO_MEMORY. The stretch
 * contains the place where the decoder stands. PFQ_OK, PFQ_NO_MEMORY, or for GZIP_AT_FAULT:
 * PFQ_BAD_GZIP, or PFQ_CUT_GZIP if the file ends inside a member; err->byte is where in the file.
 */
pfq_status gzip_decoder_run(struct gzip_decoder *decoder, const struct gzip_input *input,
                            const struct gzip_limits *limits, struct gzip_chunk *chunk,
                            pfq_error *err);

/* The text and the ends of the last run have been taken: the next run gives what follows. What it
 * refers to is the same window as before. */
void gzip_decoder_drain(struct gzip_decoder *decoder);

/* After draining: the window that was not known at the start, as it turned out to be, and the
 * offset of the member that is open now. What follows is plain. PFQ_OK or PFQ_NO_MEMORY. */
pfq_status gzip_decoder_settle(struct gzip_decoder *decoder, const struct gzip_window *window,
                               uint64_t member, pfq_error *err);

#endif
