/*
 * xz: streams in a row with their padding, which the library walks through by itself.
 */
#include "unpack/kinds.h"

#if PFQ_XZ
#include <lzma.h>
#include <stdlib.h>

struct state {
    lzma_stream stream;
    bool ended;
};

static void *create(void)
{
    struct state *const state = calloc(1, sizeof *state);
    const lzma_stream fresh = LZMA_STREAM_INIT;
    if (!state)
        return NULL;
    state->stream = fresh;
    if (lzma_stream_decoder(&state->stream, UINT64_MAX, LZMA_CONCATENATED) == LZMA_OK)
        return state;
    free(state);
    return NULL;
}

static void destroy(void *place)
{
    struct state *const state = place;
    lzma_end(&state->stream);
    free(state);
}

static enum unpack_outcome turn(void *place, struct unpack_step *step, pfq_error *err)
{
    (void)err;
    struct state *const state = place;
    lzma_stream *const stream = &state->stream;
    if (state->ended)
        return UNPACK_ENDED;
    stream->next_in = step->in.data;
    stream->avail_in = step->in.size;
    stream->next_out = step->out;
    stream->avail_out = step->room;
    const lzma_ret code = lzma_code(stream, step->last ? LZMA_FINISH : LZMA_RUN);
    step->taken = step->in.size - stream->avail_in;
    step->made = step->room - stream->avail_out;
    state->ended = code == LZMA_STREAM_END;
    switch (code) {
    case LZMA_STREAM_END:
        return UNPACK_ENDED;
    case LZMA_OK:
    case LZMA_BUF_ERROR: /* nothing moved */
        return UNPACK_GOES_ON;
    case LZMA_MEM_ERROR:
        return UNPACK_NO_MEMORY;
    default:
        return UNPACK_DAMAGED;
    }
}

const struct unpack_row unpack_xz = {"xz", create, destroy, turn};
#else
const struct unpack_row unpack_xz = {.name = "xz"};
#endif
