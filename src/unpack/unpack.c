/*
 * The formats as one table, and what is the same for all of them: turns until nothing moves,
 * streams in a row, and the sentence for a stream that is damaged or cut short.
 */
#include "unpack/unpack.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "unpack/kinds.h"

static const struct unpack_row *const table[UNPACK_KINDS] = {
    [UNPACK_NONE] = &unpack_none,   [UNPACK_GZIP] = &unpack_gzip, [UNPACK_ZSTD] = &unpack_zstd,
    [UNPACK_BZIP2] = &unpack_bzip2, [UNPACK_XZ] = &unpack_xz,
};

struct unpack {
    const struct unpack_row *row;
    void *state;
    const char *file;
    bool inside;        /* a stream has begun and has not ended */
    uint64_t taken;     /* bytes of the file, of all steps */
    uint64_t stream_at; /* where this stream began */
};

const char *unpack_name(enum unpack_kind kind)
{
    return table[kind]->name;
}

bool unpack_has(enum unpack_kind kind)
{
    return table[kind]->create != NULL;
}

pfq_status unpack_create(enum unpack_kind kind, const char *file, struct unpack **out,
                         pfq_error *err)
{
    *out = NULL;
    if (!unpack_has(kind))
        return error_set(err, PFQ_UNSUPPORTED, file,
                         "compressed by %s, which this build leaves out", unpack_name(kind));
    struct unpack *const unpack = memory_allocate(1, sizeof *unpack, err);
    if (!unpack)
        return PFQ_NO_MEMORY;
    unpack->row = table[kind];
    unpack->file = file;
    unpack->state = unpack->row->create();
    if (!unpack->state) {
        free(unpack);
        return error_set(err, PFQ_NO_MEMORY, file, "no memory for %s", unpack_name(kind));
    }
    *out = unpack;
    return PFQ_OK;
}

void unpack_destroy(struct unpack *unpack)
{
    if (!unpack)
        return;
    unpack->row->destroy(unpack->state);
    free(unpack);
}

/* One turn on what is left of the step; adds up what moved. */
static enum unpack_outcome turn(struct unpack *unpack, struct unpack_step *step, bool *moved,
                                pfq_error *err)
{
    struct unpack_step rest = {.in = {step->in.data + step->taken, step->in.size - step->taken},
                               .last = step->last,
                               .out = step->out + step->made,
                               .room = step->room - step->made};
    const enum unpack_outcome outcome = unpack->row->turn(unpack->state, &rest, err);
    *moved = rest.taken || rest.made;
    if (rest.taken && !unpack->inside) {
        unpack->inside = true;
        unpack->stream_at = unpack->taken;
    }
    step->remark = rest.remark ? rest.remark : step->remark;
    step->taken += rest.taken;
    step->made += rest.made;
    unpack->taken += rest.taken;
    if (outcome == UNPACK_ENDED)
        unpack->inside = false;
    return outcome;
}

static pfq_status damaged(const struct unpack *unpack, const char *how, pfq_error *err)
{
    const pfq_status status = error_set(
        err, PFQ_BAD_COMPRESSED, unpack->file, "the %s stream that begins at byte %llu is %s",
        unpack->row->name, (unsigned long long)unpack->stream_at, how);
    if (err)
        err->byte = unpack->taken;
    return status;
}

static pfq_status fail(const struct unpack *unpack, pfq_error *err)
{
    if (!err)
        return PFQ_BAD_COMPRESSED;
    error_in_file(err, unpack->file);
    return err->status;
}

pfq_status unpack_step(struct unpack *unpack, struct unpack_step *step, pfq_error *err)
{
    step->taken = step->made = 0;
    step->remark = NULL;
    bool moved = true;
    while (moved && step->made < step->room)
        switch (turn(unpack, step, &moved, err)) {
        case UNPACK_DAMAGED:
            return damaged(unpack, "damaged", err);
        case UNPACK_FAILED:
            return fail(unpack, err);
        case UNPACK_NO_MEMORY:
            return error_set(err, PFQ_NO_MEMORY, unpack->file, "no memory for %s",
                             unpack->row->name);
        default:
            break;
        }
    if (step->last && !moved && step->made < step->room && unpack->inside)
        return damaged(unpack, "cut short", err);
    return PFQ_OK;
}
