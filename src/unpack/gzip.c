/*
 * gzip (RFC 1952) by our own decoder, from the front to the back, with every checksum verified.
 *
 * The decoder wants a stretch of the file that begins where it stands, so what it has not used is
 * kept and the next bytes are put behind it; they are taken when it can do nothing without them,
 * and not many at a time, since each taking moves what was kept. It holds text of some hundred
 * kilobytes at a time, which is copied out while it is in the cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "gzip/checksum.h"
#include "gzip/decode.h"
#include "gzip/resolve.h"
#include "unpack/kinds.h"

enum { CAP_BYTES = 256 * 1024, TAKEN_BYTES = 128 * 1024 };

struct state {
    struct gzip_decoder *decoder;
    struct buffer stretch;
    struct gzip_input input;  /* what is in it */
    bool hungry;              /* nothing more comes of it */
    struct gzip_checksum sum; /* of the open member */
    struct gzip_chunk chunk;  /* text that has not been copied out: from `copied` on */
    struct buffer text;
    size_t copied;
    uint32_t *checksums;
    size_t checksum_capacity;
    bool garbage; /* the members have ended, and something else follows */
    bool ended;
    pfq_error fault; /* what is wrong behind the text of the chunk; it is told when that is out */
    char remark[128];
};

static void destroy(void *place)
{
    struct state *const state = place;
    gzip_decoder_destroy(state->decoder);
    buffer_release(&state->stretch);
    buffer_release(&state->text);
    free(state->checksums);
    free(state);
}

static void *create(void)
{
    static const struct gzip_start start = {.place = GZIP_MEMBER, .member = 0};
    struct state *const state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    state->decoder = gzip_decoder_create(NULL);
    state->hungry = true;
    if (state->decoder && gzip_decoder_start(state->decoder, &start, NULL) == PFQ_OK)
        return state;
    destroy(state);
    return NULL;
}

/* Forgets what the decoder has used, and takes some of what has come. */
static pfq_status take(struct state *state, struct unpack_step *step, pfq_error *err)
{
    struct gzip_input *const input = &state->input;
    const uint64_t at = state->chunk.bit / 8;
    const size_t used = at > input->offset ? (size_t)(at - input->offset) : 0;
    const size_t kept = input->bytes.size - used;
    const size_t taken = step->in.size < TAKEN_BYTES ? step->in.size : TAKEN_BYTES;
    if (kept && used)
        memmove(state->stretch.data, state->stretch.data + used, kept);
    const pfq_status status =
        buffer_reserve(&state->stretch, kept + taken + GZIP_PADDING_BYTES, kept, err);
    if (status)
        return status;
    if (taken)
        memcpy(state->stretch.data + kept, step->in.data, taken);
    memset(state->stretch.data + kept + taken, 0, GZIP_PADDING_BYTES); /* it is looked at */
    *input = (struct gzip_input){{state->stretch.data, kept + taken},
                                 input->offset + used,
                                 step->last && taken == step->in.size};
    step->taken = taken;
    return PFQ_OK;
}

/* Checks the members that end in the text of a run; behind one that is not what its footer says
 * there is none. */
static void check(struct state *state)
{
    struct gzip_chunk *const chunk = &state->chunk;
    const uint64_t before = state->sum.number;
    pfq_error fault;
    if (gzip_checksum_fold(&state->sum, chunk->text, chunk->ends, chunk->end_count,
                           state->checksums, &fault) == PFQ_OK)
        return;
    state->fault = fault;
    chunk->text = chunk->ends[state->sum.number - before - 1].text;
}

/* Takes the text of a run over, to where it is to go if there is room. */
static pfq_status take_text(struct state *state, struct unpack_step *step, pfq_error *err)
{
    const struct gzip_chunk *const chunk = &state->chunk;
    const bool fits = chunk->text <= step->room - step->made;
    pfq_status status = fits ? PFQ_OK : buffer_reserve(&state->text, chunk->text, 0, err);
    if (!status)
        status = memory_grow(&state->checksums, &state->checksum_capacity, chunk->end_count + 1,
                             sizeof *state->checksums, err);
    if (status)
        return status;
    gzip_resolve(chunk, NULL, fits ? step->out + step->made : state->text.data, state->checksums);
    check(state);
    if (fits) {
        step->made += chunk->text;
        state->copied = chunk->text;
    }
    return PFQ_OK;
}

/* Copies text out; true if none is left. */
static bool copy_out(struct state *state, struct unpack_step *step)
{
    const size_t left = state->chunk.text - state->copied, room = step->room - step->made;
    const size_t bytes = left < room ? left : room;
    if (bytes)
        memcpy(step->out + step->made, state->text.data + state->copied, bytes);
    step->made += bytes;
    state->copied += bytes;
    return bytes == left;
}

static enum unpack_outcome fail(const struct state *state, pfq_error *err)
{
    if (err)
        *err = state->fault;
    return UNPACK_FAILED;
}

/* Looks at a good part of what follows the last member, when it is there. */
static enum unpack_outcome judge_garbage(struct state *state, struct unpack_step *step,
                                         pfq_error *err)
{
    const uint64_t at = state->chunk.bit / 8;
    const enum gzip_answer hides = gzip_hides_member(&state->input, at);
    if (hides == GZIP_MORE)
        return UNPACK_GOES_ON;
    state->ended = true;
    if (gzip_judge_garbage(at, state->chunk.garbage_is_text, hides == GZIP_YES, err))
        return UNPACK_FAILED;
    snprintf(state->remark, sizeof state->remark, GZIP_GARBAGE_REMARK, (unsigned long long)at);
    step->remark = state->remark;
    return UNPACK_ENDED;
}

/* Goes on decoding. */
static enum unpack_outcome run(struct state *state, struct unpack_step *step, pfq_error *err)
{
    static const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, CAP_BYTES, 0};
    pfq_error fault;
    pfq_status status =
        gzip_decoder_run(state->decoder, &state->input, &limits, &state->chunk, &fault);
    if (status && status != PFQ_NO_MEMORY) {
        state->fault = fault;
        status = PFQ_OK;
    }
    if (!status)
        status = take_text(state, step, err);
    if (status)
        return UNPACK_NO_MEMORY;
    const bool out = copy_out(state, step);
    if (state->fault.status)
        return out ? fail(state, err) : UNPACK_GOES_ON;
    state->hungry = state->chunk.stop != GZIP_AT_CAP;
    state->garbage = state->chunk.stop == GZIP_AT_GARBAGE;
    state->ended = state->chunk.stop == GZIP_AT_END;
    return state->ended ? UNPACK_ENDED : UNPACK_GOES_ON;
}

static enum unpack_outcome turn(void *place, struct unpack_step *step, pfq_error *err)
{
    struct state *const state = place;
    if (!copy_out(state, step))
        return UNPACK_GOES_ON;
    if (state->fault.status)
        return fail(state, err);
    if (state->ended) {
        step->taken = step->in.size;
        return UNPACK_ENDED;
    }
    if (state->chunk.text || state->chunk.end_count) { /* a footer may come after all of its text */
        gzip_decoder_drain(state->decoder);
        state->chunk.text = 0;
        state->chunk.end_count = 0;
    }
    state->copied = 0;
    if (state->hungry && take(state, step, err))
        return UNPACK_NO_MEMORY;
    return state->garbage ? judge_garbage(state, step, err) : run(state, step, err);
}

const struct unpack_row unpack_gzip = {"gzip", create, destroy, turn};
