/*
 * How long the text of each chunk becomes; then, when every thread knows where its chunks begin,
 * the text itself; then, where it is wished, BGZF of it.
 */
#include "run/outlet.h"

#include <stdlib.h>

struct job {
    const struct outlet *outlet;
    const struct outlet_part *part;
    const struct outlet_text *text;
};

/* Leaves the length of the text of chunk c in place[c + 1]; the sums come after. */
static pfq_status measure_chunk(void *context, size_t c, int thread, pfq_error *err)
{
    const struct job *const job = context;
    const struct outlet_part *const part = job->part;
    uint64_t bytes = 0;
    (void)thread, (void)err;
    for (int m = 0; m < part->mates; m++)
        bytes += format_bytes(&job->outlet->format, &part->batches[m][c], 0,
                              part->batches[m][c].records);
    job->text->place[c + 1] = bytes;
    return PFQ_OK;
}

static pfq_status write_chunk(void *context, size_t c, int thread, pfq_error *err)
{
    const struct job *const job = context;
    const struct outlet_part *const part = job->part;
    uint8_t *at = job->text->text.data + job->text->place[c];
    (void)thread, (void)err;
    for (size_t i = 0; i < part->batches[0][c].records; i++)
        for (int m = 0; m < part->mates; m++)
            at = format_record(&job->outlet->format, &part->batches[m][c], i, at);
    return PFQ_OK;
}

/* The part as text; `ready` is where it lies, in the form of the file. */
static pfq_status make_text(struct outlet *outlet, const struct outlet_part *part,
                            const struct threads_aside *aside, struct span *ready, pfq_error *err)
{
    struct outlet_text *const text = &outlet->texts[outlet->now];
    struct job job = {outlet, part, text};
    pfq_status status =
        memory_grow(&text->place, &text->places, part->chunks + 1, sizeof *text->place, err);
    if (!status)
        status = threads_for_beside(outlet->threads, part->chunks, measure_chunk, &job, aside, err);
    if (status)
        return status;
    text->place[0] = 0;
    for (size_t c = 0; c < part->chunks; c++)
        text->place[c + 1] += text->place[c];
    *ready = (struct span){NULL, (size_t)text->place[part->chunks]};
    status = buffer_reserve(&text->text, ready->size, 0, err);
    if (!status)
        status = threads_for_beside(outlet->threads, part->chunks, write_chunk, &job, aside, err);
    ready->data = text->text.data;
    if (status || !outlet->packs)
        return status;
    status = packed_text(&text->packed, *ready, false, &ready->size, err);
    ready->data = text->packed.out;
    return status;
}

/* ---- writing ---- */

bool outlet_step(struct outlet *outlet)
{
    return behind_step(&outlet->behind);
}

pfq_status outlet_put(struct outlet *outlet, const struct outlet_part *part,
                      const struct threads_aside *aside, pfq_error *own, pfq_error *err)
{
    struct span ready = {NULL, 0};
    if (!own->status && make_text(outlet, part, aside, &ready, own))
        ready.size = 0;
    behind_finish(&outlet->behind, own);
    uint64_t before = ready.size, sum = ready.size;
    pfq_status status = team_sum_before(outlet->team, &before, 1, err);
    if (!status)
        status = team_sum(outlet->team, &sum, 1, err);
    if (status)
        return status;
    if (!own->status)
        behind_put(&outlet->behind, ready, outlet->written + before);
    outlet->written += sum;
    outlet->now = !outlet->now;
    return PFQ_OK;
}

/* ---- beginning and end ---- */

pfq_status outlet_open(pfq_team *team, const char *path, bool force, int threads, int level,
                       const struct format *format, struct outlet *outlet, pfq_error *err)
{
    pfq_error own = {0};
    *outlet = (struct outlet){
        .team = team, .threads = threads, .format = *format, .packs = packed_is_wanted(path)};
    const pfq_status status = team_output_create(team, path, force, &outlet->draft, err);
    if (status)
        return status;
    team_file_open(team, team_output_path(outlet->draft), TEAM_WRITE, &outlet->file, &own);
    outlet->behind.file = outlet->file;
    for (int i = 0; i < 2 && outlet->packs && !own.status; i++)
        packed_create(threads, level, &outlet->texts[i].packed, &own);
    return team_conclude(team, &own, err);
}

/* By one rank: what marks the end of BGZF. */
static void write_end(struct outlet *outlet, pfq_error *own)
{
    const struct span none = {NULL, 0};
    struct packed *const packed = &outlet->texts[0].packed;
    size_t bytes = 0;
    if (own->status || !outlet->packs || pfq_team_rank(outlet->team) != 0)
        return;
    if (packed_text(packed, none, true, &bytes, own) == PFQ_OK)
        team_file_write(outlet->file, outlet->written, packed->out, bytes, own);
}

pfq_status outlet_finish(struct outlet *outlet, pfq_error *err)
{
    pfq_error own = {0}, closing = {0};
    behind_finish(&outlet->behind, &own);
    write_end(outlet, &own);
    if (!own.status)
        team_file_sync(outlet->file, &own);
    team_file_close(outlet->file, &closing);
    outlet->file = NULL;
    if (!own.status)
        own = closing;
    const pfq_status status = team_conclude(outlet->team, &own, err);
    if (status)
        team_output_name(outlet->draft, err);
    return status;
}

pfq_status outlet_publish(struct outlet *outlet, pfq_error *err)
{
    struct team_output *const draft = outlet->draft;
    outlet->draft = NULL;
    return team_output_publish(draft, err);
}

void outlet_close(struct outlet *outlet)
{
    team_file_close(outlet->file, NULL);
    team_output_discard(outlet->draft);
    for (int i = 0; i < 2; i++) {
        buffer_release(&outlet->texts[i].text);
        free(outlet->texts[i].place);
        packed_destroy(&outlet->texts[i].packed);
    }
    *outlet = (struct outlet){0};
}
