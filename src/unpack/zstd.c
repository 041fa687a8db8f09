/*
 * zstd (RFC 8878): frames in a row, checksums verified by the library where frames carry them.
 */
#include "unpack/kinds.h"

#if PFQ_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

static void *create(void)
{
    return ZSTD_createDStream();
}

static void destroy(void *state)
{
    ZSTD_freeDStream(state);
}

static enum unpack_outcome turn(void *state, struct unpack_step *step, pfq_error *err)
{
    (void)err;
    ZSTD_inBuffer in = {step->in.data, step->in.size, 0};
    ZSTD_outBuffer out = {step->out, step->room, 0};
    const size_t hint = ZSTD_decompressStream(state, &out, &in);
    step->taken = in.pos;
    step->made = out.pos;
    if (ZSTD_isError(hint))
        return ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation ? UNPACK_NO_MEMORY
                                                                       : UNPACK_DAMAGED;
    return hint || (!in.pos && !out.pos) ? UNPACK_GOES_ON : UNPACK_ENDED;
}

const struct unpack_row unpack_zstd = {"zstd", create, destroy, turn};
#else
const struct unpack_row unpack_zstd = {.name = "zstd"};
#endif
