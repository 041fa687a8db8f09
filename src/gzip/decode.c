/*
 * The decoder is a machine of a few states, one for each thing that can come next in a gzip file.
 * A step of a state moves the decoder past that thing, or part of it, or stops the run. All it
 * knows between runs is in struct gzip_decoder, places as bits of the file.
 *
 * Mapped text is decoded under a guard: it must not contain bytes above 127, which would look like
 * places of the window. Codes of such literals are odd in its tables, and stored bytes are looked
 * at. When the guard trips, the block is taken back to its beginning and decoded in 16 bits. So
 * nothing of a block is handed out before it is whole while text is mapped.
 */
#include "gzip/decode.h"

#include <stdlib.h>

#include "gzip/bgzf.h"
#include "gzip/header.h"
#include "gzip/output.h"

enum state {
    STATE_MEMBER,  /* a header, or the end of the file, or what is no gzip */
    STATE_BLOCK,   /* the header of a block */
    STATE_STORED,  /* bytes of a stored block */
    STATE_SYMBOLS, /* symbols of any other */
    STATE_FOOTER,
    STATE_ZEROS, /* padding behind a member, usually the last */
};

enum {
    FIRST_WAIT = 64 * 1024,     /* of text in 16 bits behind what was taken back, before a try */
    GROW_SYMBOLS = 1024 * 1024, /* of output, at a time */
    WIDEST_MEMBER = 1 << 24,    /* of text, that is inflated by libdeflate in one piece */
};

struct gzip_decoder {
    uint64_t bit;
    enum state state;
    uint64_t member; /* offset of the header of this member, or GZIP_NOWHERE */

    struct gzip_block block; /* this one; stored_bytes counts down */
    uint64_t block_bit;      /* where its header begins, ... */
    size_t block_at;         /* ... and its output */
    const struct gzip_tables *tables;
    uint64_t drained;  /* text that was drained since the start */
    uint64_t next_try; /* to go from 16 bits to bytes, where the text has come so far */
    uint64_t wait;     /* before the next try behind a block that is taken back */

    struct output output;
    struct gzip_member_end *ends;
    size_t end_count, end_capacity;
    struct gzip_mark *marks;
    size_t mark_count, mark_capacity;
    uint64_t marked; /* the bit of the last header that was looked at for marks, or GZIP_NOWHERE */
    bool sized;      /* this member says how long it is */

    const struct gzip_symbols_loops *loops;
    struct gzip_inflater *inflater;
    struct gzip_tables dynamic, fixed, fixed_strict;
};

/* One run. `data` and `end_bit` are of the stretch; places of the decoder are of the file. */
struct run {
    struct gzip_decoder *decoder;
    const struct gzip_input *input;
    const struct gzip_limits *limits;
    struct gzip_chunk *chunk;
    pfq_error *err;
    pfq_status status;
    bool stopped;
};

/* ---- stopping ---- */

static void stop(struct run *run, enum gzip_stop why)
{
    run->chunk->stop = why;
    run->stopped = true;
}

/* true if a call failed for want of memory; then the run is over. */
static bool failed(struct run *run, pfq_status status)
{
    if (status) {
        run->status = status;
        run->stopped = true;
    }
    return status != PFQ_OK;
}

static void fault(struct run *run, pfq_status status, const char *why)
{
    struct gzip_decoder *decoder = run->decoder;
    const unsigned long long byte = decoder->bit >> 3, member = decoder->member;
    if (status == PFQ_CUT_GZIP && member == GZIP_NOWHERE)
        error_set(run->err, status, NULL, "the gzip data are cut short");
    else if (status == PFQ_CUT_GZIP)
        error_set(run->err, status, NULL, "the gzip member that begins at byte %llu is cut short",
                  member);
    else if (member == GZIP_NOWHERE)
        error_set(run->err, status, NULL, "the gzip data are damaged at byte %llu: %s", byte, why);
    else
        error_set(run->err, status, NULL,
                  "the gzip member that begins at byte %llu is damaged at byte %llu: %s", member,
                  byte, why);
    if (run->err)
        run->err->byte = byte;
    run->status = status;
    stop(run, GZIP_AT_FAULT);
}

/* The stretch ends too early: there is more, or the file is cut short. */
static void want_input(struct run *run)
{
    if (run->input->last)
        fault(run, PFQ_CUT_GZIP, "");
    else
        stop(run, GZIP_WANTS_INPUT);
}

/* ---- where it stands ---- */

static uint64_t bit_here(const struct run *run)
{
    return run->decoder->bit - run->input->offset * 8;
}

static uint64_t end_bit(const struct run *run)
{
    return (uint64_t)run->input->bytes.size * 8;
}

/* The stretch from here on; the decoder stands at a whole byte. */
static struct span bytes_here(const struct run *run)
{
    const size_t at = (size_t)(bit_here(run) >> 3);
    return (struct span){run->input->bytes.data + at, run->input->bytes.size - at};
}

/* true if the cap does not let any more text come. */
static bool is_full(const struct run *run)
{
    return output_text(&run->decoder->output) >= run->limits->cap;
}

/* Whether the decoder must stop here: at a start, or because it cannot tell. */
static bool stops_here(struct run *run, enum gzip_answer answer, enum gzip_place place)
{
    if (answer == GZIP_NO)
        return false;
    if (answer == GZIP_MORE) {
        stop(run, GZIP_WANTS_INPUT);
    } else {
        run->chunk->place = place;
        stop(run, GZIP_AT_START);
    }
    return true;
}

/* ---- marks ---- */

/* A header is here: marks it if it is the first at or behind a multiple of mark_bytes. false: no
 * memory. A header that a block was taken back to has been looked at before. */
static bool mark(struct run *run, enum gzip_place place)
{
    struct gzip_decoder *const decoder = run->decoder;
    const uint64_t apart = run->limits->mark_bytes, before = decoder->marked;
    if (!apart || (before != GZIP_NOWHERE && before >= decoder->bit) ||
        (place == GZIP_BLOCK && decoder->sized))
        return true;
    decoder->marked = decoder->bit;
    if (before != GZIP_NOWHERE && (decoder->bit >> 3) / apart == (before >> 3) / apart)
        return true;
    if (failed(run, memory_grow(&decoder->marks, &decoder->mark_capacity, decoder->mark_count + 1,
                                sizeof *decoder->marks, run->err)))
        return false;
    decoder->marks[decoder->mark_count++] =
        (struct gzip_mark){decoder->bit, place, output_text(&decoder->output)};
    return true;
}

/* ---- between members ---- */

/* What is here is not the header of a member. */
static void end_members(struct run *run, struct span rest)
{
    if (rest.data[0] == 0) {
        run->decoder->state = STATE_ZEROS;
        return;
    }
    run->chunk->garbage_is_text = rest.data[0] == '@';
    stop(run, GZIP_AT_GARBAGE);
}

static void step_zeros(struct run *run)
{
    const struct span rest = bytes_here(run);
    size_t zeros = 0;
    while (zeros < rest.size && rest.data[zeros] == 0)
        zeros++;
    run->decoder->bit += zeros * 8;
    if (zeros < rest.size)
        run->decoder->state = STATE_MEMBER;
    else
        stop(run, run->input->last ? GZIP_AT_END : GZIP_WANTS_INPUT);
}

static bool record_end(struct run *run, struct gzip_footer footer, uint64_t offset)
{
    struct gzip_decoder *decoder = run->decoder;
    if (failed(run, memory_grow(&decoder->ends, &decoder->end_capacity, decoder->end_count + 1,
                                sizeof *decoder->ends, run->err)))
        return false;
    decoder->ends[decoder->end_count++] = (struct gzip_member_end){
        .text = output_text(&decoder->output),
        .crc = footer.crc,
        .size = footer.size,
        .footer = offset,
        .member = decoder->member,
    };
    return true;
}

/* Whether a member whose size is known can be handed to libdeflate: all of it is here, no decoder
 * starts inside, and its text has room. */
static bool is_one_piece(const struct run *run, struct span rest, const struct gzip_header *header)
{
    if (!header->member_bytes || header->member_bytes > rest.size)
        return false;
    const uint64_t end = (run->decoder->bit >> 3) + header->member_bytes;
    if (run->limits->starts != GZIP_STARTS_MEMBERS && end > run->limits->boundary)
        return false;
    const struct gzip_footer footer =
        gzip_footer_read(rest.data + header->member_bytes - GZIP_FOOTER_BYTES);
    const size_t text = output_text(&run->decoder->output);
    return footer.size <= WIDEST_MEMBER && footer.size <= run->limits->cap - text;
}

/* Inflates a member in one piece. false: it is not what it says, and is decoded like any other, so
 * that what is wrong is found where it is; or the run has failed. */
static bool inflate_piece(struct run *run, struct span rest, const struct gzip_header *header)
{
    struct gzip_decoder *decoder = run->decoder;
    struct output *output = &decoder->output;
    const struct span member = {rest.data, (size_t)header->member_bytes};
    const uint8_t *footer_at = rest.data + member.size - GZIP_FOOTER_BYTES;
    const struct gzip_footer footer = gzip_footer_read(footer_at);
    if (!decoder->inflater) {
        decoder->inflater = gzip_inflater_create(run->err);
        if (!decoder->inflater && failed(run, PFQ_NO_MEMORY))
            return false;
    }
    if (failed(run, output_reserve(output, footer.size, run->err)))
        return false;
    uint8_t *to = (uint8_t *)output_buffer(output) + output->at;
    if (!gzip_inflate_raw(decoder->inflater, gzip_member_body(member, header->bytes), to,
                          footer.size))
        return false;
    output->at += footer.size;
    const uint64_t offset = decoder->bit >> 3;
    decoder->bit += (uint64_t)member.size * 8;
    return record_end(run, footer, offset + member.size - GZIP_FOOTER_BYTES);
}

/* A header has been read: its member begins. */
static void begin_member(struct run *run, struct span rest, const struct gzip_header *header)
{
    struct gzip_decoder *decoder = run->decoder;
    decoder->member = decoder->bit >> 3;
    decoder->sized = header->member_bytes != 0;
    if (!mark(run, GZIP_MEMBER) || failed(run, output_new_member(&decoder->output, run->err)))
        return;
    if (is_one_piece(run, rest, header) && inflate_piece(run, rest, header))
        return;
    decoder->bit += (uint64_t)header->bytes * 8;
    decoder->state = STATE_BLOCK;
}

/* The file ends inside what may be a header; a single byte is too little to be one. */
static void want_header(struct run *run, struct span rest)
{
    run->decoder->member = run->decoder->bit >> 3;
    if (run->input->last && rest.size < 2)
        end_members(run, rest);
    else
        want_input(run);
}

static void step_member(struct run *run)
{
    const struct span rest = bytes_here(run);
    const uint64_t byte = run->decoder->bit >> 3;
    struct gzip_header header;
    const char *why;
    if (!rest.size) {
        stop(run, run->input->last ? GZIP_AT_END : GZIP_WANTS_INPUT);
        return;
    }
    const bool listed = run->limits->starts == GZIP_STARTS_LISTED;
    if (byte >= run->limits->boundary &&
        stops_here(run, listed ? GZIP_YES : gzip_is_member_start(run->input, byte), GZIP_MEMBER))
        return;
    if (is_full(run)) {
        stop(run, GZIP_AT_CAP);
        return;
    }
    switch (gzip_header_read(rest, &header, &why)) {
    case GZIP_HEADER_OK:
        begin_member(run, rest, &header);
        break;
    case GZIP_HEADER_MORE:
        want_header(run, rest);
        break;
    case GZIP_HEADER_NONE:
        end_members(run, rest);
        break;
    case GZIP_HEADER_BAD:
        run->decoder->member = byte;
        fault(run, PFQ_BAD_GZIP, why);
        break;
    }
}

static void step_footer(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    decoder->bit = (decoder->bit + 7) / 8 * 8;
    const struct span rest = bytes_here(run);
    if (rest.size < GZIP_FOOTER_BYTES) {
        want_input(run);
        return;
    }
    if (!record_end(run, gzip_footer_read(rest.data), decoder->bit >> 3))
        return;
    decoder->bit += UINT64_C(8) * GZIP_FOOTER_BYTES;
    decoder->state = STATE_MEMBER;
}

/* ---- blocks ---- */

static uint64_t text_so_far(const struct gzip_decoder *decoder)
{
    return decoder->drained + output_text(&decoder->output);
}

/* Text in 16 bits becomes text in bytes when it can. In FASTQ that takes some hundred thousand
 * bytes, more or less; so the next try comes after an eighth more text. */
static bool try_to_narrow(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    struct output *output = &decoder->output;
    const uint64_t text = text_so_far(decoder);
    if (output->kind != GZIP_WIDE || text < decoder->next_try ||
        output->at - GZIP_WINDOW_BYTES < output->raw)
        return true;
    decoder->next_try =
        text + (text < UINT64_C(8) * GZIP_WINDOW_BYTES ? GZIP_WINDOW_BYTES : text / 8);
    return !failed(run, output_narrow(output, run->err));
}

static const struct gzip_tables *tables_of(struct gzip_decoder *decoder)
{
    const bool strict = decoder->output.kind == GZIP_MAPPED;
    if (decoder->block.type == GZIP_FIXED)
        return strict ? &decoder->fixed_strict : &decoder->fixed;
    gzip_tables_make(&decoder->dynamic, &decoder->block, strict);
    return &decoder->dynamic;
}

static void begin_block(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    decoder->block_at = decoder->output.at;
    decoder->block_bit = decoder->bit;
    decoder->bit = decoder->block.bit + run->input->offset * 8;
    if (decoder->block.type == GZIP_STORED) {
        decoder->state = STATE_STORED;
        return;
    }
    decoder->tables = tables_of(decoder);
    decoder->state = STATE_SYMBOLS;
}

static void end_block(struct gzip_decoder *decoder)
{
    decoder->state = decoder->block.final ? STATE_FOOTER : STATE_BLOCK;
}

static void step_block(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    const char *why;
    const bool listed = run->limits->starts == GZIP_STARTS_LISTED;
    if (decoder->bit >> 3 >= run->limits->boundary && run->limits->starts != GZIP_STARTS_MEMBERS &&
        stops_here(run, listed ? GZIP_YES : gzip_is_block_start(run->input, decoder->bit),
                   GZIP_BLOCK))
        return;
    if (is_full(run)) {
        stop(run, GZIP_AT_CAP);
        return;
    }
    if (!mark(run, GZIP_BLOCK) || !try_to_narrow(run))
        return;
    switch (gzip_block_read(run->input->bytes.data, bit_here(run), end_bit(run), &decoder->block,
                            &why)) {
    case GZIP_YES:
        begin_block(run);
        break;
    case GZIP_MORE:
        want_input(run);
        break;
    case GZIP_NO:
        fault(run, PFQ_BAD_GZIP, why);
        break;
    }
}

/* The guard has tripped, or may not wait any longer for the block to be whole: back to where the
 * block begins, and on in 16 bits. */
static void take_back(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    if (failed(run, output_widen(&decoder->output, decoder->block_at, run->err)))
        return;
    decoder->bit = decoder->block_bit;
    decoder->state = STATE_BLOCK;
    decoder->next_try = text_so_far(decoder) + decoder->wait;
    decoder->wait *= 2;
}

/* Makes room for output, up to the cap: symbols->end and all before it may be written. false: the
 * run stops, or the block was taken back. */
static bool make_room(struct run *run, size_t *room)
{
    struct gzip_decoder *decoder = run->decoder;
    struct output *output = &decoder->output;
    if (is_full(run)) {
        /* Mapped text waits for its block; but it must not wait for ever. */
        const size_t whole = output->done + (decoder->block_at - output->begin);
        if (output->kind == GZIP_MAPPED && whole == 0)
            take_back(run);
        else
            stop(run, GZIP_AT_CAP);
        return false;
    }
    size_t left = output_capacity(output);
    left = left > output->at ? left - output->at : 0;
    if (left < GZIP_OUTPUT_SLACK) {
        if (failed(run, output_reserve(output, GROW_SYMBOLS, run->err)))
            return false;
        left = output_capacity(output) - output->at;
    }
    *room = run->limits->cap - output_text(output);
    if (*room > left)
        *room = left;
    return true;
}

/* Copies stored bytes; false if the guard trips. */
static bool copy_stored(struct output *output, const uint8_t *from, size_t bytes)
{
    if (output->kind == GZIP_WIDE) {
        uint16_t *to = (uint16_t *)output_buffer(output) + output->at;
        for (size_t i = 0; i < bytes; i++)
            to[i] = from[i];
    } else {
        memcpy((uint8_t *)output_buffer(output) + output->at, from, bytes);
    }
    if (output->kind == GZIP_MAPPED)
        for (size_t i = 0; i < bytes; i++)
            if (from[i] > 127)
                return false;
    output->at += bytes;
    return true;
}

static void step_stored(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    const struct span rest = bytes_here(run);
    size_t bytes = decoder->block.stored_bytes, room;
    if (!bytes) {
        end_block(decoder);
        return;
    }
    if (!rest.size) {
        want_input(run);
        return;
    }
    if (!make_room(run, &room))
        return;
    bytes = bytes < rest.size ? bytes : rest.size;
    bytes = bytes < room ? bytes : room;
    if (!copy_stored(&decoder->output, rest.data, bytes)) {
        take_back(run);
        return;
    }
    decoder->block.stored_bytes -= (uint32_t)bytes;
    decoder->bit += (uint64_t)bytes * 8;
}

static void decode_symbols(struct run *run, size_t room, enum gzip_symbols_verdict *verdict)
{
    struct gzip_decoder *decoder = run->decoder;
    struct output *output = &decoder->output;
    struct gzip_symbols symbols = {
        .tables = decoder->tables,
        .data = run->input->bytes.data,
        .bit = bit_here(run),
        .end_bit = end_bit(run),
        .out = output_buffer(output),
        .at = output->at,
        .end = output->at + room,
        .floor = output->floor,
        .raw = output->raw,
        .lowest = output->lowest,
    };
    *verdict = output->kind == GZIP_WIDE ? decoder->loops->wide(&symbols)
                                         : decoder->loops->bytes(&symbols);
    output->at = symbols.at;
    output->lowest = symbols.lowest;
    decoder->bit = symbols.bit + run->input->offset * 8;
}

static void step_symbols(struct run *run)
{
    struct gzip_decoder *decoder = run->decoder;
    enum gzip_symbols_verdict verdict;
    size_t room;
    if (!make_room(run, &room))
        return;
    decode_symbols(run, room, &verdict);
    switch (verdict) {
    case GZIP_SYMBOLS_END:
        end_block(decoder);
        break;
    case GZIP_SYMBOLS_ROOM:
        break;
    case GZIP_SYMBOLS_INPUT:
        want_input(run);
        break;
    case GZIP_SYMBOLS_CODE:
        if (decoder->output.kind == GZIP_MAPPED)
            take_back(run);
        else
            fault(run, PFQ_BAD_GZIP, "bits that are no code");
        break;
    case GZIP_SYMBOLS_FAR:
        fault(run, PFQ_BAD_GZIP, "a distance that reaches too far back");
        break;
    }
}

static void step(struct run *run)
{
    static void (*const steps[])(struct run *) = {
        [STATE_MEMBER] = step_member,   [STATE_BLOCK] = step_block,   [STATE_STORED] = step_stored,
        [STATE_SYMBOLS] = step_symbols, [STATE_FOOTER] = step_footer, [STATE_ZEROS] = step_zeros,
    };
    steps[run->decoder->state](run);
}

/* ---- runs ---- */

/* Whether the block that is being decoded waits to be whole. */
static bool is_waiting(const struct gzip_decoder *decoder)
{
    return decoder->output.kind == GZIP_MAPPED &&
           (decoder->state == STATE_STORED || decoder->state == STATE_SYMBOLS);
}

static size_t handed_out_until(const struct gzip_decoder *decoder)
{
    return is_waiting(decoder) ? decoder->block_at : decoder->output.at;
}

/* Fills the chunk with what there is. */
static pfq_status hand_out(struct gzip_decoder *decoder, struct gzip_chunk *chunk, pfq_error *err)
{
    struct output *output = &decoder->output;
    const size_t until = handed_out_until(decoder);
    chunk->bit = is_waiting(decoder) ? decoder->block_bit : decoder->bit;
    chunk->member = chunk->place == GZIP_BLOCK ? decoder->member : GZIP_NOWHERE;
    chunk->text = output->done + (until - output->begin);
    chunk->ends = decoder->ends;
    chunk->end_count = decoder->end_count;
    chunk->marks = decoder->marks;
    chunk->mark_count = decoder->mark_count;
    chunk->window_needed = GZIP_WINDOW_BYTES - output->lowest;
    return output_segments(output, until, &chunk->segments, &chunk->segment_count, &chunk->tail,
                           err);
}

pfq_status gzip_decoder_run(struct gzip_decoder *decoder, const struct gzip_input *input,
                            const struct gzip_limits *limits, struct gzip_chunk *chunk,
                            pfq_error *err)
{
    struct run run = {decoder, input, limits, chunk, err, PFQ_OK, false};
    *chunk = (struct gzip_chunk){.stop = GZIP_AT_FAULT};
    if (decoder->bit > (input->offset + input->bytes.size) * 8)
        stop(&run, GZIP_WANTS_INPUT); /* it had come farther than this stretch */
    while (!run.stopped)
        step(&run);
    if (run.status == PFQ_NO_MEMORY)
        return run.status;
    if (chunk->stop != GZIP_AT_START)
        chunk->place = decoder->state == STATE_MEMBER || decoder->state == STATE_ZEROS ? GZIP_MEMBER
                                                                                       : GZIP_BLOCK;
    const pfq_status status = hand_out(decoder, chunk, err);
    return status ? status : run.status;
}

void gzip_decoder_drain(struct gzip_decoder *decoder)
{
    const size_t until = handed_out_until(decoder), shift = until - GZIP_WINDOW_BYTES;
    decoder->drained += decoder->output.done + (until - decoder->output.begin);
    output_drain(&decoder->output, until);
    decoder->block_at = decoder->block_at > shift ? decoder->block_at - shift : 0;
    decoder->end_count = decoder->mark_count = 0;
}

pfq_status gzip_decoder_settle(struct gzip_decoder *decoder, const struct gzip_window *window,
                               uint64_t member, pfq_error *err)
{
    if (decoder->member == GZIP_NOWHERE)
        decoder->member = member;
    const pfq_status status = output_settle(&decoder->output, window, err);
    if (!status && decoder->state == STATE_SYMBOLS)
        decoder->tables = tables_of(decoder);
    return status;
}

pfq_status gzip_decoder_start(struct gzip_decoder *decoder, const struct gzip_start *start,
                              pfq_error *err)
{
    static const struct gzip_window nothing = {.valid = 0};
    const bool at_member = start->place == GZIP_MEMBER;
    decoder->bit = start->bit;
    decoder->state = at_member ? STATE_MEMBER : STATE_BLOCK;
    decoder->member = at_member ? GZIP_NOWHERE : start->member;
    decoder->drained = decoder->next_try = 0;
    decoder->wait = FIRST_WAIT;
    decoder->end_count = decoder->mark_count = 0;
    decoder->marked = GZIP_NOWHERE;
    decoder->sized = false;
    return output_start(&decoder->output, at_member ? &nothing : start->window, err);
}

struct gzip_decoder *gzip_decoder_create(pfq_error *err)
{
    struct gzip_decoder *decoder = memory_allocate(1, sizeof *decoder, err);
    if (!decoder)
        return NULL;
    gzip_block_fix(&decoder->block);
    gzip_tables_make(&decoder->fixed, &decoder->block, false);
    gzip_tables_make(&decoder->fixed_strict, &decoder->block, true);
    decoder->loops = gzip_symbols_choose();
    return decoder;
}

void gzip_decoder_destroy(struct gzip_decoder *decoder)
{
    if (!decoder)
        return;
    output_destroy(&decoder->output);
    gzip_inflater_destroy(decoder->inflater);
    free(decoder->ends);
    free(decoder->marks);
    free(decoder);
}
