/*
 * Which engine makes the text of a file.
 *
 * Text of a gzip member that is decoded from its middle costs a third more than text decoded from
 * the front; with two cores all of them inflating is still faster than one inflating while the
 * other parses (tests/bench/README.md). Members that say how long they are cost nothing more in
 * parallel.
 */
#include "input/inflow.h"

#include <stdarg.h>
#include <stdio.h>

#include "gzip/header.h"
#include "team/team.h"

enum {
    FIRST_BYTES = 512,
    SERIAL_CORES = 1,
    BYTES_WORTH_A_CORE = 256 * 1024 /* of a compressed file */
};

/* Rank 0: does the first member say how long it is? */
static pfq_status look(struct inflow *inflow, uint64_t *walkable, pfq_error *err)
{
    uint8_t first[FIRST_BYTES];
    struct gzip_header header;
    const char *why;
    struct team_file *file = NULL;
    const uint64_t all = inflow->file->bytes;
    const size_t bytes = all < sizeof first ? (size_t)all : sizeof first;
    pfq_status status = input_file_open(inflow->team, inflow->file, &file, err);
    if (!status)
        status = team_file_read(file, 0, first, bytes, err);
    *walkable = !status &&
                gzip_header_read((struct span){first, bytes}, &header, &why) == GZIP_HEADER_OK &&
                header.member_bytes;
    team_file_close(file, NULL);
    return status;
}

static bool is_worth_it(const struct inflow *inflow, uint64_t cores)
{
    return inflow->walkable ||
           (cores > SERIAL_CORES && inflow->file->bytes / BYTES_WORTH_A_CORE >= cores);
}

/* Looks for an index, and begins one if that is wanted and there is none. */
static pfq_status find_index(struct inflow *inflow, pfq_error *err)
{
    if (inflow->file->text || inflow->wish.inflate == PFQ_INFLATE_SERIAL)
        return PFQ_OK;
    const pfq_status status =
        index_open(inflow->team, inflow->file, &inflow->index, inflow->index_remark, err);
    if (status || inflow->index || !inflow->wish.index)
        return status;
    return index_writer_create(inflow->team, inflow->file, inflow->wish.threads, &inflow->writer,
                               err);
}

/* Parallel or serial, for a gzip file that can be read at any offset. */
static pfq_status choose(struct inflow *inflow, pfq_error *err)
{
    pfq_error own = {0};
    uint64_t walkable = 0, cores = (uint64_t)inflow->wish.threads;
    if (pfq_team_rank(inflow->team) == 0)
        look(inflow, &walkable, &own);
    pfq_status status = team_conclude(inflow->team, &own, err);
    if (!status)
        status = team_share(inflow->team, 0, &walkable, sizeof walkable, err);
    if (!status)
        status = team_sum(inflow->team, &cores, 1, err);
    if (!status)
        status = find_index(inflow, err);
    inflow->walkable = walkable;
    const bool parallel = inflow->wish.inflate == PFQ_INFLATE_PARALLEL || inflow->index ||
                          inflow->writer ||
                          (inflow->wish.inflate == PFQ_INFLATE_AUTO && is_worth_it(inflow, cores));
    inflow->engine = parallel ? &inflow_gunzip : &inflow_serial;
    return status;
}

pfq_status inflow_open(pfq_team *team, const struct input_file *file,
                       const struct inflow_wish *wish, uint64_t want, struct inflow *inflow,
                       pfq_error *err)
{
    *inflow = (struct inflow){
        .engine = &inflow_serial, .team = team, .file = file, .wish = *wish, .want = want};
    if (inflow->wish.threads < 1)
        inflow->wish.threads = 1;
    const bool may_choose = file->packed == UNPACK_GZIP && !file->piped;
    const pfq_status status = may_choose ? choose(inflow, err) : PFQ_OK;
    return status ? status : inflow->engine->open(inflow, err);
}

void inflow_close(struct inflow *inflow)
{
    if (inflow->engine)
        inflow->engine->close(inflow);
    index_close(inflow->index);
    index_writer_drop(inflow->writer);
    *inflow = (struct inflow){0};
}

bool inflow_step(struct inflow *inflow)
{
    return inflow->engine->step(inflow);
}

bool inflow_ahead(struct inflow *inflow, struct threads_loop *loop, pfq_error *own)
{
    return inflow->engine->ahead && inflow->engine->ahead(inflow, loop, own);
}

pfq_status inflow_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                       pfq_error *err)
{
    inflow->want = stretch->want;
    stretch->bytes = 0;
    return inflow->engine->next(inflow, stretch, own, err);
}

void inflow_notice(struct inflow *inflow, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(inflow->remark, sizeof inflow->remark, format, arguments);
    va_end(arguments);
    if (inflow->wish.strict)
        error_set(&inflow->fault, PFQ_AFTER_GZIP, inflow->file->path, "%s", inflow->remark);
}
