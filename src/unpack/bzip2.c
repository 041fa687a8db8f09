/*
 * bzip2: streams in a row; each has a decoder of its own, since the library cannot begin anew.
 *
 * A call of the library that meets damage may keep the text it had made to itself. So the text of
 * a call is always as long, whatever room there is for it, and is held until it has gone out.
 */
#include "unpack/kinds.h"

#if PFQ_BZIP2
#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { HELD_BYTES = 64 * 1024 };

struct state {
    bz_stream stream;
    bool open;
    enum unpack_outcome outcome; /* of the last call, to be told when its text has gone out */
    size_t begin, end;           /* what is held of it */
    char text[HELD_BYTES];
};

static void *create(void)
{
    return calloc(1, sizeof(struct state));
}

static void close_stream(struct state *state)
{
    if (state->open)
        BZ2_bzDecompressEnd(&state->stream);
    state->open = false;
}

static void destroy(void *place)
{
    close_stream(place);
    free(place);
}

static unsigned narrow(size_t bytes)
{
    return bytes < UINT_MAX ? (unsigned)bytes : UINT_MAX;
}

/* A call of the library, when no text is held. */
static enum unpack_outcome call(struct state *state, struct unpack_step *step)
{
    bz_stream *const stream = &state->stream;
    if (!state->open && !step->in.size)
        return UNPACK_ENDED;
    if (!state->open) {
        *stream = (bz_stream){0};
        if (BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK)
            return UNPACK_NO_MEMORY;
        state->open = true;
    }
    /* The library reads from here, but its interface is older than const. */
    union {
        const uint8_t *data; /* cppcheck-suppress unusedStructMember ; set where it begins */
        char *text;
    } in = {step->in.data};
    stream->next_in = in.text;
    stream->avail_in = narrow(step->in.size);
    stream->next_out = state->text;
    stream->avail_out = HELD_BYTES;
    const unsigned had = stream->avail_in;
    const int code = BZ2_bzDecompress(stream);
    step->taken = had - stream->avail_in;
    state->begin = 0;
    state->end = HELD_BYTES - stream->avail_out;
    if (code == BZ_STREAM_END) {
        close_stream(state);
        return UNPACK_ENDED;
    }
    return code == BZ_OK          ? UNPACK_GOES_ON
           : code == BZ_MEM_ERROR ? UNPACK_NO_MEMORY
                                  : UNPACK_DAMAGED;
}

static enum unpack_outcome turn(void *place, struct unpack_step *step, pfq_error *err)
{
    (void)err;
    struct state *const state = place;
    if (state->begin == state->end)
        state->outcome = call(state, step);
    const size_t held = state->end - state->begin;
    step->made = held < step->room ? held : step->room;
    memcpy(step->out, state->text + state->begin, step->made);
    state->begin += step->made;
    return state->begin == state->end ? state->outcome : UNPACK_GOES_ON;
}

const struct unpack_row unpack_bzip2 = {"bzip2", create, destroy, turn};
#else
const struct unpack_row unpack_bzip2 = {.name = "bzip2"};
#endif
