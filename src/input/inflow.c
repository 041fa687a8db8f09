/*
 * Which engine makes the text of a file.
 */
#include "input/inflow.h"

static const struct inflow_engine *engine_for(const struct input_file *file)
{
    return file->packed == UNPACK_GZIP && !file->piped ? &inflow_gunzip : &inflow_serial;
}

pfq_status inflow_open(pfq_team *team, const struct input_file *file, int threads, uint64_t want,
                       struct inflow *inflow, pfq_error *err)
{
    *inflow = (struct inflow){
        .engine = engine_for(file), .team = team, .file = file, .threads = threads, .want = want};
    return inflow->engine->open(inflow, err);
}

void inflow_close(struct inflow *inflow)
{
    if (inflow->engine)
        inflow->engine->close(inflow);
    *inflow = (struct inflow){0};
}

bool inflow_step(struct inflow *inflow)
{
    return inflow->engine->step(inflow);
}

pfq_status inflow_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                       pfq_error *err)
{
    inflow->want = stretch->want;
    stretch->bytes = 0;
    return inflow->engine->next(inflow, stretch, own, err);
}
