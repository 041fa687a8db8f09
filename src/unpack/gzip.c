/*
 * gzip (RFC 1952) by our own decoder, from the front to the back, with every checksum verified.
 *
 * The decoder wants a stretch of the file that begins where it stands, so what it has not used is
 * kept and the next bytes are put behind it. It holds text of some hundred kilobytes at a time,
 * which is copied out while it is in the cache.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "gzip/checksum.h"
#include "gzip/decode.h"
#include "libdeflate.h"
#include "unpack/kinds.h"

enum { CAP_BYTES = 256 * 1024 };

struct state {
    struct gzip_decoder *decoder;
    struct buffer stretch;
    struct gzip_input input;  /* what is in it */
    struct gzip_checksum sum; /* of the open member */
    struct gzip_chunk chunk;  /* text that has not been copied out: from `copied` on */
    size_t copied;
    bool ended;
    const char *remark;
};

static void destroy(void *place)
{
    struct state *const state = place;
    gzip_decoder_destroy(state->decoder);
    buffer_release(&state->stretch);
    free(state);
}

static void *create(void)
{
    static const struct gzip_start start = {.place = GZIP_MEMBER, .member = 0};
    struct state *const state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    state->decoder = gzip_decoder_create(NULL);
    if (state->decoder && gzip_decoder_start(state->decoder, &start, NULL) == PFQ_OK)
        return state;
    destroy(state);
    return NULL;
}

/* Forgets what the decoder has used, and takes what has come. */
static pfq_status take(struct state *state, struct unpack_step *step, pfq_error *err)
{
    struct gzip_input *const input = &state->input;
    const uint64_t at = state->chunk.bit / 8;
    const size_t used = at > input->offset ? (size_t)(at - input->offset) : 0;
    const size_t kept = input->bytes.size - used;
    if (kept)
        memmove(state->stretch.data, state->stretch.data + used, kept);
    const pfq_status status =
        buffer_reserve(&state->stretch, kept + step->in.size + GZIP_PADDING_BYTES, kept, err);
    if (status)
        return status;
    if (step->in.size)
        memcpy(state->stretch.data + kept, step->in.data, step->in.size);
    *input = (struct gzip_input){
        {state->stretch.data, kept + step->in.size}, input->offset + used, step->last};
    step->taken = step->in.size;
    return PFQ_OK;
}

/* Adds the text of a run to the checksum, member by member. */
static pfq_status check(struct state *state, pfq_error *err)
{
    const struct gzip_chunk *const chunk = &state->chunk;
    pfq_status status = PFQ_OK;
    size_t end = 0, at = 0;
    for (size_t i = 0; i < chunk->segment_count; i++) {
        const uint8_t *const data = chunk->segments[i].data;
        for (size_t done = 0; done < chunk->segments[i].count && !status;) {
            const size_t rest = chunk->segments[i].count - done;
            const bool ends = end < chunk->end_count && chunk->ends[end].text - at <= rest;
            const size_t bytes = ends ? chunk->ends[end].text - at : rest;
            gzip_checksum_add(&state->sum, libdeflate_crc32(0, data + done, bytes), bytes);
            done += bytes;
            at += bytes;
            status = ends ? gzip_checksum_end(&state->sum, &chunk->ends[end++], err) : PFQ_OK;
        }
    }
    while (!status && end < chunk->end_count) /* empty members at the end of the text */
        status = gzip_checksum_end(&state->sum, &chunk->ends[end++], err);
    return status;
}

static enum unpack_outcome end_of_file(struct state *state, pfq_error *err)
{
    state->ended = true;
    if (state->chunk.stop != GZIP_AT_GARBAGE)
        return UNPACK_ENDED;
    if (state->chunk.garbage_is_text) {
        error_set(err, PFQ_AFTER_GZIP, NULL, "text that is not compressed follows at byte %llu",
                  (unsigned long long)(state->chunk.bit / 8));
        return UNPACK_FAILED;
    }
    state->remark = "what follows the last gzip member is not gzip and is ignored";
    return UNPACK_ENDED;
}

/* Copies text out; true if none is left. */
static bool copy_out(struct state *state, struct unpack_step *step)
{
    const struct gzip_chunk *const chunk = &state->chunk;
    size_t begin = 0;
    for (size_t i = 0; i < chunk->segment_count && step->made < step->room; i++) {
        const size_t count = chunk->segments[i].count;
        if (state->copied < begin + count) {
            const size_t from = state->copied - begin;
            const size_t room = step->room - step->made;
            const size_t bytes = count - from < room ? count - from : room;
            memcpy(step->out + step->made, (const uint8_t *)chunk->segments[i].data + from, bytes);
            step->made += bytes;
            state->copied += bytes;
        }
        begin += count;
    }
    return state->copied == chunk->text;
}

static enum unpack_outcome turn(void *place, struct unpack_step *step, pfq_error *err)
{
    static const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, CAP_BYTES};
    struct state *const state = place;
    pfq_error fault;
    if (!copy_out(state, step))
        return UNPACK_GOES_ON;
    step->remark = state->remark;
    if (state->ended) {
        step->taken = step->in.size;
        return UNPACK_ENDED;
    }
    if (state->chunk.text)
        gzip_decoder_drain(state->decoder);
    state->copied = 0;
    if (take(state, step, err))
        return UNPACK_NO_MEMORY;
    pfq_status status =
        gzip_decoder_run(state->decoder, &state->input, &limits, &state->chunk, &fault);
    if (status == PFQ_NO_MEMORY)
        return UNPACK_NO_MEMORY;
    if (status) {
        if (err)
            *err = fault;
        return UNPACK_FAILED;
    }
    if (check(state, err))
        return UNPACK_FAILED;
    copy_out(state, step);
    if (state->chunk.stop == GZIP_AT_END || state->chunk.stop == GZIP_AT_GARBAGE)
        return end_of_file(state, err);
    return UNPACK_GOES_ON;
}

const struct unpack_row unpack_gzip = {"gzip", create, destroy, turn};
