/*
 * Text as it is, from a pipe for instance.
 */
#include <string.h>

#include "unpack/kinds.h"

static void *create(void)
{
    static char nothing;
    return &nothing;
}

static void destroy(void *state)
{
    (void)state;
}

static enum unpack_outcome turn(void *state, struct unpack_step *step, pfq_error *err)
{
    (void)err;
    (void)state;
    step->taken = step->made = step->in.size < step->room ? step->in.size : step->room;
    if (step->made)
        memcpy(step->out, step->in.data, step->made);
    return UNPACK_ENDED;
}

const struct unpack_row unpack_none = {"none", create, destroy, turn};
