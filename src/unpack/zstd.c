/*
 * zstd (RFC 8878): frames in a row, checksums verified by the library where frames carry them.
 *
 * A call of the library that meets damage keeps the text it had made to itself. So it is given no
 * more at a time than it takes to make one block, and what came before the damage is whole.
 */
#include "unpack/kinds.h"

#if PFQ_ZSTD
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { BLOCK_HEADER_BYTES = 3 };

struct state {
    ZSTD_DStream *stream;
    size_t hint; /* bytes up to the next block, and the header of the one behind it */
};

static void destroy(void *place)
{
    struct state *const state = place;
    ZSTD_freeDStream(state->stream);
    free(state);
}

static void *create(void)
{
    struct state *const state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    state->stream = ZSTD_createDStream();
    if (state->stream)
        return state;
    destroy(state);
    return NULL;
}

static enum unpack_outcome turn(void *place, struct unpack_step *step, pfq_error *err)
{
    (void)err;
    struct state *const state = place;
    const size_t most = state->hint > BLOCK_HEADER_BYTES ? state->hint - BLOCK_HEADER_BYTES : 1;
    ZSTD_inBuffer in = {step->in.data, step->in.size < most ? step->in.size : most, 0};
    ZSTD_outBuffer out = {step->out, step->room, 0};
    const size_t hint = ZSTD_decompressStream(state->stream, &out, &in);
    step->taken = in.pos;
    step->made = out.pos;
    if (ZSTD_isError(hint))
        return ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation ? UNPACK_NO_MEMORY
                                                                       : UNPACK_DAMAGED;
    state->hint = hint;
    return hint || (!in.pos && !out.pos) ? UNPACK_GOES_ON : UNPACK_ENDED;
}

const struct unpack_row unpack_zstd = {"zstd", create, destroy, turn};
#else
const struct unpack_row unpack_zstd = {.name = "zstd"};
#endif
