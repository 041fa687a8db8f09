/*
 * The parallel engine for gzip, of all kinds: BGZF, many members, one big member, any mixture.
 *
 * A round takes a stretch of the compressed file, from a place that is known to all, and lays a
 * grid over it: every rank has as many chunks as threads. A chunk is decoded by one thread, from
 * the first start in it (gzip/find.h) to the first start behind it, without the text before it.
 * All chunks together make a chain: a chunk counts if it starts where the one before it ended. The
 * round ends where that is not so, and the next one begins there. Along the chain the windows
 * become known, and then all text at once, in its place in the slice, and its checksums.
 *
 * Where a round finds something wrong, it does not count: the stretch is decoded once more, by one
 * chunk at a time from where the round began, as a decoder from the front would do it. What is told
 * then, and how much text there is before it, is the same for any grid.
 *
 * Three things are so known along the chain: its places, windows and checksums. Of each a rank
 * makes one block of its own chunks; two blocks that are neighbours can be joined; and each rank
 * gets what all blocks before its own are together (team_join_before), which takes few steps for
 * any number of ranks. Only where the chain breaks do all ranks look at all chunks.
 *
 *     gunzip_chunk.c   a chunk by itself: find, walk or decode, put the text in its place
 *     gunzip_chain.c   which chunks count, and whether members are what their checksums say: pure
 *     gunzip_windows.c windows along the chain
 *     gunzip.c         the engine: reading, and the collectives between these
 *     gunzip_listed.c  rounds whose starts and windows an index tells
 *     gunzip_marks.c   what an index is told, while it is written
 */
#ifndef INPUT_GUNZIP_H
#define INPUT_GUNZIP_H

#include "gzip/bgzf.h"
#include "gzip/checksum.h"
#include "gzip/decode.h"
#include "gzip/resolve.h"

/* A place in the compressed file. */
struct gunzip_place {
    uint64_t bit;
    enum gzip_place what;
};

/* ---- a chunk on its rank ---- */

enum gunzip_stage {
    GUNZIP_FIND,
    GUNZIP_START,
    GUNZIP_WALK,
    GUNZIP_DECODE,
    GUNZIP_GARBAGE,
    GUNZIP_DONE
};

/* What came of a chunk. */
enum gunzip_way {
    GUNZIP_EMPTY,  /* nothing starts in it: the chunk before it goes through it */
    GUNZIP_WALKED, /* a row of BGZF blocks, not inflated yet */
    GUNZIP_DECODED
};

struct gunzip_chunk {
    uint64_t boundary; /* byte of the file at which the next chunk of the grid begins */
    bool to_block;     /* what an index says to be there is a block */
    bool alone;        /* the only one of its round, to be decoded and not walked */
    bool knows;        /* the window before the start has been told by the index */
    enum gunzip_stage stage;
    enum gunzip_way way;
    bool wants; /* more bytes of the file before it can go on */
    struct gunzip_place start;
    struct gzip_found search; /* where to go on searching */

    struct gzip_bgzf_row row; /* walked */
    uint64_t row_end;

    struct gzip_decoder *decoder; /* decoded */
    struct gzip_chunk out;
    pfq_error fault;           /* of GZIP_AT_FAULT */
    bool hides_member;         /* of GZIP_AT_GARBAGE */
    uint64_t drained;          /* text its decoder gave in earlier rounds, since it was started */
    uint32_t valid;            /* of the window before the start */
    struct gzip_window window; /* before the start, when it is known */
    struct gzip_window before; /* before its text of this round, if any refers to it */
    uint32_t *checksums;       /* out.end_count + 1 */
    size_t checksum_capacity;
    bool summed; /* the checksums are those of its text */

    bool counts;      /* it is in the chain */
    bool failed;      /* and not all of its text could be made */
    uint64_t text_at; /* where its text begins in that of the file */
    uint64_t number;  /* of members before it */
};

/* How chunks of a round are treated. */
struct gunzip_rules {
    struct gzip_input input;
    enum gzip_starts starts;
    size_t cap;
    const struct gzip_window *window; /* before the round's first chunk, which is at `first` */
    struct gunzip_place first;
    uint64_t member;     /* offset of the member that is open there */
    uint64_t mark_bytes; /* see struct gzip_limits */
};

/* Goes on until the chunk is done or wants more of the file. PFQ_OK or PFQ_NO_MEMORY. */
pfq_status gunzip_chunk_run(struct gunzip_chunk *chunk, const struct gunzip_rules *rules,
                            pfq_error *err);

/* Where its text ends in the file, and what is there. Pure. */
struct gunzip_place gunzip_chunk_end(const struct gunzip_chunk *chunk);

/* Bytes of text. Pure. */
uint64_t gunzip_chunk_text(const struct gunzip_chunk *chunk);

/* Whether the window behind it is the same for any window before it. Pure. */
bool gunzip_chunk_closes(const struct gunzip_chunk *chunk);

/* From the window before the start to the one behind the end: *window is turned into it. */
void gunzip_chunk_pass(struct gunzip_chunk *chunk, struct gzip_window *window);

/* Puts the text of a decoded chunk to `text` and checks the members inside it. PFQ_OK,
 * PFQ_NO_MEMORY or what is wrong with the data; then *bad_at is where in the chunk's text. */
pfq_status gunzip_chunk_resolve(struct gunzip_chunk *chunk, uint8_t *text, uint64_t *bad_at,
                                pfq_error *err);

/* After the round: the decoder of a chunk that stopped at its cap is made ready to go on, in the
 * member that begins at byte `member` of the file. */
pfq_status gunzip_chunk_go_on(struct gunzip_chunk *chunk, uint64_t member, pfq_error *err);

void gunzip_chunk_release(struct gunzip_chunk *chunk);

/* ---- what all ranks know ---- */

/* What is told of a chunk before it is known whether it counts. */
enum gunzip_word {
    GUNZIP_WAY,
    GUNZIP_BOUNDARY,
    GUNZIP_START_BIT,
    GUNZIP_START_WHAT,
    GUNZIP_END_BIT,
    GUNZIP_END_WHAT,
    GUNZIP_TEXT,
    GUNZIP_WIDE_TEXT, /* of it, decoded in 16 bits */
    GUNZIP_ENDS,
    GUNZIP_STOP,
    GUNZIP_LAST_IS_EMPTY, /* of walked blocks: the last one is the mark of the end */
    GUNZIP_VALID,         /* how much of the window behind it may be referred to, or GUNZIP_OPEN */
    GUNZIP_WORDS
};

/* The window behind a chunk refers to the one before it. */
#define GUNZIP_OPEN UINT64_MAX

void gunzip_tell(const struct gunzip_chunk *chunk, uint64_t words[GUNZIP_WORDS]);

/* The chain of a round, or the part of it that some neighbours make; {0} where nothing starts. */
struct gunzip_chain {
    bool starts;                    /* it has a start and an end, though maybe no chunk */
    size_t chunks, last;            /* that count; the number of the last one in the round */
    uint64_t text, wide_text, ends; /* of all that count */
    struct gunzip_place start, end;
    enum gzip_stop stop; /* of the last one */
    bool needs;          /* one starts in a member: what it is made of refers to text before */
    bool closed;         /* the window behind it does not refer to the one before */
    uint32_t valid;      /* how much of it may be referred to; of one that is not closed, of the
                            text of this chain */
    bool walked;         /* the last one was */
    bool marked;         /* and it ended with the mark of the end */
    bool broken;         /* there is something that does not count */
};

/* The chain that has come to a place, before the first chunk. Pure. */
struct gunzip_chain gunzip_chain_at(struct gunzip_place start);

/* Draws the chain from what was told of `count` chunks in the order of the file; counts[i] says
 * whether the i-th is in it. Where chunks were `listed`, each is true only if the one before it is:
 * none is passed over. Pure. */
void gunzip_draw(const uint64_t *words, size_t count, struct gunzip_place start, bool listed,
                 bool *counts, struct gunzip_chain *chain);

/* The same for chunks in the middle, the first of which is number `first` of the round: as if the
 * chain came to where the first thing in them starts. Pure. */
void gunzip_draw_part(const uint64_t *words, size_t first, size_t count, bool listed, bool *counts,
                      struct gunzip_chain *chain);

/* Joins two chains, for team_join_before. Pure. */
void gunzip_chain_join(const void *before, const void *behind, void *out);

/* How much of the window behind a chain may be referred to, given how much of that before. Pure. */
uint32_t gunzip_chain_valid(const struct gunzip_chain *chain, uint32_t before);

/* What is told of the checksums of a chunk that counts. */
enum gunzip_check_word {
    GUNZIP_CHECK_ENDS,
    GUNZIP_CHECK_HEAD_CRC, /* of the text up to the first end of a member */
    GUNZIP_CHECK_HEAD_BYTES,
    GUNZIP_CHECK_FOOTER_CRC,
    GUNZIP_CHECK_FOOTER_SIZE,
    GUNZIP_CHECK_FOOTER,
    GUNZIP_CHECK_HEAD_MEMBER, /* where the member that ends there begins, or GZIP_NOWHERE */
    GUNZIP_CHECK_TAIL_CRC,    /* of the text behind the last one */
    GUNZIP_CHECK_TAIL_BYTES,
    GUNZIP_CHECK_MEMBER, /* where the member of the tail begins; GZIP_NOWHERE: before the chunk */
    GUNZIP_CHECK_WORDS
};
void gunzip_tell_checks(const struct gunzip_chunk *chunk, uint64_t words[GUNZIP_CHECK_WORDS]);

/* Adds a chunk to what is known of the open member. *end is where in its text a member ended that
 * is not what its footer says. PFQ_OK or PFQ_BAD_GZIP. */
pfq_status gunzip_fold(struct gzip_checksum *sum, const uint64_t words[GUNZIP_CHECK_WORDS],
                       uint64_t *end, pfq_error *err);

/* The checksums of neighbours: what is behind the last end of a member in them, or all. */
struct gunzip_sum {
    struct gzip_checksum open; /* .number counts the ends, and on rank 0 all that were before;
                                  .member may be GZIP_NOWHERE: before them */
    bool broken;               /* some text could not be made: nothing behind it is checked */
};

/* Joins two, for team_join_before. Pure. */
void gunzip_sum_join(const void *before, const void *behind, void *out);

#endif
