/*
 * The serial engine: rank 0 reads a file or a pipe, unpacks it from the front to the back, and
 * hands every rank its part of the text.
 *
 * It works ahead while the slices of the round before are parsed, up to one stretch. A failure of
 * rank 0 (damaged data, a read that fails) is a fault of the text: what came before is still good.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/inflow.h"
#include "team/team.h"
#include "unpack/unpack.h"

enum { READ_BYTES = 1 << 20, STEP_BYTES = 2 << 20 };

/* On rank 0 all of it, on the others nothing but `counts`. */
struct serial {
    struct team_file *file; /* NULL: a pipe */
    struct unpack *unpack;
    struct buffer raw; /* bytes of the file: those from raw_begin to raw_end are not used yet */
    size_t raw_begin, raw_end;
    uint64_t position; /* bytes read so far */
    bool read_all;
    struct buffer text; /* of the next stretch */
    size_t text_bytes;
    bool ended; /* there is no more text than that, or a failure in the way */
    pfq_error fault;
    const char *remark; /* what is odd at the end of the file, or NULL */
    uint64_t *counts;   /* bytes of text for each rank */
};

static bool leads(const struct inflow *inflow)
{
    return pfq_team_rank(inflow->team) == 0;
}

/* ---- rank 0: bytes of the file ---- */

static pfq_status read_pipe(const struct input_file *file, struct serial *serial, pfq_error *err)
{
    ssize_t got;
    do {
        got = read(file->pipe, serial->raw.data, READ_BYTES);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set(err, PFQ_IO, file->path, "cannot read: %s", strerror(errno));
    serial->raw_end = (size_t)got;
    serial->read_all = got == 0;
    return PFQ_OK;
}

static pfq_status read_file(const struct input_file *file, struct serial *serial, pfq_error *err)
{
    const uint64_t rest = file->bytes - serial->position;
    serial->raw_end = rest < READ_BYTES ? (size_t)rest : READ_BYTES;
    serial->read_all = serial->raw_end == rest;
    return team_file_read(serial->file, serial->position, serial->raw.data, serial->raw_end, err);
}

/* More bytes, when all have been used. */
static pfq_status read_more(const struct input_file *file, struct serial *serial, pfq_error *err)
{
    if (serial->raw_begin < serial->raw_end || serial->read_all)
        return PFQ_OK;
    serial->raw_begin = serial->raw_end = 0;
    const pfq_status status =
        serial->file ? read_file(file, serial, err) : read_pipe(file, serial, err);
    serial->position += status ? 0 : serial->raw_end;
    return status;
}

/* ---- rank 0: text ---- */

/* Unpacks some of the text that is missing to `want` bytes, as far as one piece of the file goes.
 */
static pfq_status unpack_some(const struct input_file *file, struct serial *serial, size_t want,
                              pfq_error *err)
{
    const size_t missing = want - serial->text_bytes;
    pfq_status status = read_more(file, serial, err);
    if (!status)
        status = buffer_reserve(&serial->text, want, serial->text_bytes, err);
    if (status)
        return status;
    struct unpack_step step = {
        .in = {serial->raw.data + serial->raw_begin, serial->raw_end - serial->raw_begin},
        .last = serial->read_all,
        .out = serial->text.data + serial->text_bytes,
        .room = missing < STEP_BYTES ? missing : STEP_BYTES};
    status = unpack_step(serial->unpack, &step, err);
    if (step.remark)
        serial->remark = step.remark;
    serial->raw_begin += step.taken;
    serial->text_bytes += step.made;
    serial->ended = step.last && step.made < step.room;
    return status;
}

/* A step towards a stretch of `want` bytes: false if it is complete. */
static bool unpack_ahead(const struct input_file *file, struct serial *serial, size_t want)
{
    if (serial->ended || serial->text_bytes >= want)
        return false;
    if (unpack_some(file, serial, want, &serial->fault))
        serial->ended = true;
    return true;
}

/* What all ranks want together. */
static size_t whole(const struct inflow *inflow)
{
    size_t bytes;
    return size_mul((size_t)inflow->want, (size_t)pfq_team_size(inflow->team), &bytes) ? bytes
                                                                                       : SIZE_MAX;
}

static bool serial_step(struct inflow *inflow)
{
    return leads(inflow) && unpack_ahead(inflow->file, inflow->state, whole(inflow));
}

/* ---- all ranks ---- */

static pfq_status prepare(struct inflow *inflow, struct serial *serial, pfq_error *err)
{
    const struct input_file *const file = inflow->file;
    serial->counts =
        memory_allocate((size_t)pfq_team_size(inflow->team), sizeof *serial->counts, err);
    if (!serial->counts)
        return PFQ_NO_MEMORY;
    if (!leads(inflow))
        return PFQ_OK;
    pfq_status status = unpack_create(file->packed, file->path, &serial->unpack, err);
    if (!status)
        status = buffer_reserve(&serial->raw, READ_BYTES, 0, err);
    if (!status && !file->piped)
        status = input_file_open(inflow->team, file, &serial->file, err);
    if (!status && file->first_bytes) {
        memcpy(serial->raw.data, file->first, file->first_bytes);
        serial->raw_end = file->first_bytes;
        serial->position = file->first_bytes;
    }
    return status;
}

static pfq_status serial_open(struct inflow *inflow, pfq_error *err)
{
    pfq_error own = {0};
    inflow->state = memory_allocate(1, sizeof(struct serial), &own);
    if (inflow->state)
        prepare(inflow, inflow->state, &own);
    return team_conclude(inflow->team, &own, err);
}

/* Rank 0 tells how much text there is, and whether it ends there and how. */
static pfq_status announce(struct inflow *inflow, struct inflow_stretch *stretch, uint64_t *bytes,
                           pfq_error *err)
{
    struct serial *const serial = inflow->state;
    if (serial->ended && serial->remark && !serial->fault.status) {
        inflow_notice(inflow, "%s", serial->remark);
        serial->fault = inflow->fault;
    }
    uint64_t words[4] = {serial->text_bytes, serial->ended, serial->fault.status != PFQ_OK,
                         serial->position - (serial->raw_end - serial->raw_begin)};
    pfq_status status = team_share(inflow->team, 0, words, sizeof words, err);
    if (status)
        return status;
    *bytes = words[0];
    stretch->ends = words[1];
    stretch->position = words[3];
    if (!words[2])
        return PFQ_OK;
    inflow->fault = serial->fault;
    return team_share(inflow->team, 0, &inflow->fault, sizeof inflow->fault, err);
}

/* Byte of the text at which the part of `rank` begins, of `bytes` in all. */
static uint64_t part_begin(uint64_t bytes, int rank, int ranks)
{
    const uint64_t n = (uint64_t)ranks, r = (uint64_t)rank;
    return bytes / n * r + bytes % n * r / n;
}

/* Rank 0 keeps the first part and sends the others, which have nothing in front of their pieces. */
static pfq_status hand_round(struct inflow *inflow, struct inflow_stretch *stretch, uint64_t bytes,
                             pfq_error *own, pfq_error *err)
{
    struct serial *const serial = inflow->state;
    struct buffer *const into = stretch->into;
    const int ranks = pfq_team_size(inflow->team), me = pfq_team_rank(inflow->team);
    const size_t kept = (size_t)part_begin(bytes, 1, ranks);
    stretch->bytes = (size_t)(part_begin(bytes, me + 1, ranks) - part_begin(bytes, me, ranks));
    if (!own->status)
        buffer_reserve(into, stretch->at + stretch->bytes, stretch->at, own);
    if (own->status && leads(inflow))
        stretch->bytes = 0; /* the others take what they are sent; the failure is agreed soon */
    else if (leads(inflow) && kept)
        memcpy(into->data + stretch->at, serial->text.data, kept);
    if (ranks == 1)
        return PFQ_OK;
    for (int rank = 1; rank < ranks && leads(inflow); rank++)
        serial->counts[rank] = part_begin(bytes, rank + 1, ranks) - part_begin(bytes, rank, ranks);
    size_t came;
    return team_exchange(inflow->team, leads(inflow) && bytes ? serial->text.data + kept : NULL,
                         serial->counts, 1, &into->data, &into->capacity, &came, err);
}

static pfq_status serial_next(struct inflow *inflow, struct inflow_stretch *stretch, pfq_error *own,
                              pfq_error *err)
{
    struct serial *const serial = inflow->state;
    uint64_t bytes = 0;
    while (serial_step(inflow))
        continue;
    pfq_status status = announce(inflow, stretch, &bytes, err);
    if (!status)
        status = hand_round(inflow, stretch, bytes, own, err);
    serial->text_bytes = 0;
    return status;
}

static void serial_close(struct inflow *inflow)
{
    struct serial *const serial = inflow->state;
    if (!serial)
        return;
    team_file_close(serial->file, NULL);
    unpack_destroy(serial->unpack);
    buffer_release(&serial->raw);
    buffer_release(&serial->text);
    free(serial->counts);
    free(serial);
}

const struct inflow_engine inflow_serial = {serial_open, serial_step, NULL, serial_next,
                                            serial_close};
