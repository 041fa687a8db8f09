/*
 * Each change of kind copies 32 KiB of window in front of the new segment, translated: from 16 bits
 * to bytes by giving each place of the window that occurs a byte above 127, back by the map.
 */
#include "gzip/output.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = GZIP_WINDOW_BYTES, LEAST_SYMBOLS = 256 * 1024, NO_CODE = 0xff };

static size_t symbol_bytes(enum gzip_kind kind)
{
    return kind == GZIP_WIDE ? sizeof(uint16_t) : 1;
}

void output_destroy(struct output *output)
{
    buffer_release(&output->bytes);
    buffer_release(&output->wide);
    free(output->pieces);
    free(output->maps);
    free(output->segments);
}

void *output_buffer(const struct output *output)
{
    return output->kind == GZIP_WIDE ? output->wide.data : output->bytes.data;
}

size_t output_capacity(const struct output *output)
{
    const struct buffer *buffer = output->kind == GZIP_WIDE ? &output->wide : &output->bytes;
    return buffer->capacity / symbol_bytes(output->kind) - GZIP_OUTPUT_SLACK;
}

size_t output_text(const struct output *output)
{
    return output->done + (output->at - output->begin);
}

/* Room for `symbols` in the buffer of a kind, its first `keep` kept. */
static pfq_status reserve(struct output *output, enum gzip_kind kind, size_t symbols, size_t keep,
                          pfq_error *err)
{
    struct buffer *buffer = kind == GZIP_WIDE ? &output->wide : &output->bytes;
    const size_t each = symbol_bytes(kind);
    size_t bytes;
    if (!size_add(symbols, GZIP_OUTPUT_SLACK, &bytes) || !size_mul(bytes, each, &bytes))
        return error_set(err, PFQ_NO_MEMORY, NULL, "no memory for %zu bytes of text", symbols);
    if (buffer->data && bytes <= buffer->capacity)
        return PFQ_OK;
    size_t want = buffer->capacity + buffer->capacity / 2;
    if (want < LEAST_SYMBOLS * each)
        want = LEAST_SYMBOLS * each;
    const pfq_status status = buffer_reserve(buffer, bytes > want ? bytes : want, keep * each, err);
    if (status == PFQ_OK && keep < WINDOW) /* where a window stands, or what is shipped as one */
        memset(buffer->data + keep * each, 0, (WINDOW - keep) * each);
    return status;
}

pfq_status output_reserve(struct output *output, size_t more, pfq_error *err)
{
    return reserve(output, output->kind, output->at + more, output->at, err);
}

/* Ends the segment that is being written. */
static pfq_status finish_piece(struct output *output, pfq_error *err)
{
    if (output->at > output->begin) {
        const pfq_status status = memory_grow(&output->pieces, &output->piece_capacity,
                                              output->piece_count + 1, sizeof *output->pieces, err);
        if (status)
            return status;
        output->pieces[output->piece_count++] =
            (struct output_piece){output->kind, output->begin, output->at, output->map_count - 1};
        output->done += output->at - output->begin;
    }
    if (output->kind == GZIP_WIDE)
        output->wide_used = output->at;
    else
        output->bytes_used = output->at;
    output->begin = output->at;
    return PFQ_OK;
}

pfq_status output_start(struct output *output, const struct gzip_window *window, pfq_error *err)
{
    output->done = output->piece_count = output->map_count = 0;
    output->bytes_used = output->wide_used = 0;
    output->kind = window ? GZIP_PLAIN : GZIP_WIDE;
    output->begin = output->at = WINDOW;
    output->floor = window ? WINDOW - window->valid : 0;
    output->raw = WINDOW;
    output->lowest = WINDOW;
    const pfq_status status = reserve(output, output->kind, LEAST_SYMBOLS, 0, err);
    if (status)
        return status;
    if (window) {
        memcpy(output->bytes.data, window->bytes, WINDOW);
        return PFQ_OK;
    }
    uint16_t *wide = output_buffer(output);
    for (unsigned i = 0; i < WINDOW; i++)
        wide[i] = (uint16_t)(GZIP_MARKER | i);
    return PFQ_OK;
}

pfq_status output_new_member(struct output *output, pfq_error *err)
{
    if (output->kind != GZIP_PLAIN) {
        pfq_status status = finish_piece(output, err);
        if (!status) /* a tail taken behind it must have 32 KiB to point at */
            status =
                reserve(output, GZIP_PLAIN, output->bytes_used + WINDOW, output->bytes_used, err);
        if (status)
            return status;
        output->kind = GZIP_PLAIN;
        output->begin = output->bytes_used < WINDOW ? WINDOW : output->bytes_used;
        output->at = output->begin;
    }
    output->floor = output->at;
    return PFQ_OK;
}

/* ---- between 16 bits and bytes ---- */

/* Gives each place of the window that occurs among the symbols a code, in the order they occur.
 * Returns how many there are, or -1 if that cannot be: too many, or bytes above 127 beside them. */
static int map_markers(const uint16_t *symbols, uint8_t *code, uint16_t *map)
{
    int count = 0;
    bool high = false;
    memset(code, NO_CODE, WINDOW);
    for (size_t i = 0; i < WINDOW; i++) {
        const unsigned symbol = symbols[i], place = symbol & ~GZIP_MARKER;
        if (!(symbol & GZIP_MARKER)) {
            high |= symbol > 127;
            continue;
        }
        if (code[place] != NO_CODE)
            continue;
        if (count == GZIP_MAP_PLACES)
            return -1;
        map[count] = (uint16_t)place;
        code[place] = (uint8_t)count++;
    }
    for (int i = count; i < GZIP_MAP_PLACES; i++)
        map[i] = 0;
    return high && count ? -1 : count;
}

static void narrow(const uint16_t *symbols, const uint8_t *code, uint8_t *bytes)
{
    for (size_t i = 0; i < WINDOW; i++) {
        const unsigned symbol = symbols[i];
        bytes[i] = (uint8_t)(symbol & GZIP_MARKER ? 128U + code[symbol & ~GZIP_MARKER] : symbol);
    }
}

pfq_status output_narrow(struct output *output, pfq_error *err)
{
    uint8_t code[WINDOW];
    pfq_status status = memory_grow(&output->maps, &output->map_capacity, output->map_count + 1,
                                    sizeof *output->maps, err);
    if (status)
        return status;
    const uint16_t *wide = output_buffer(output);
    const int places =
        map_markers(wide + output->at - WINDOW, code, output->maps[output->map_count]);
    if (places < 0)
        return PFQ_OK;
    status = reserve(output, GZIP_PLAIN, output->bytes_used + WINDOW, output->bytes_used, err);
    if (status)
        return status;
    const size_t window = output->at - WINDOW, to = output->bytes_used;
    status = finish_piece(output, err);
    if (status)
        return status;
    narrow(wide + window, code, output->bytes.data + to);
    output->map_count += places > 0;
    output->kind = places > 0 ? GZIP_MAPPED : GZIP_PLAIN;
    output->begin = output->at = to + WINDOW;
    output->floor = to;
    return PFQ_OK;
}

pfq_status output_widen(struct output *output, size_t at, pfq_error *err)
{
    pfq_status status =
        reserve(output, GZIP_WIDE, output->wide_used + WINDOW, output->wide_used, err);
    output->at = at;
    if (!status)
        status = finish_piece(output, err);
    if (status)
        return status;
    const uint16_t *map = output->maps[output->map_count - 1];
    const uint8_t *bytes = output->bytes.data + at - WINDOW;
    uint16_t *wide = (uint16_t *)(void *)output->wide.data + output->wide_used;
    for (size_t i = 0; i < WINDOW; i++)
        wide[i] = (uint16_t)(bytes[i] < 128 ? bytes[i] : GZIP_MARKER | map[bytes[i] - 128]);
    output->kind = GZIP_WIDE;
    output->floor = output->wide_used;
    output->begin = output->at = output->wide_used + WINDOW;
    output->raw = 0;
    return PFQ_OK;
}

/* A symbol's byte. */
static uint8_t settle(const struct output *output, const struct gzip_window *window, size_t i)
{
    if (output->kind == GZIP_WIDE) {
        const unsigned symbol = ((const uint16_t *)(const void *)output->wide.data)[i];
        return symbol & GZIP_MARKER ? window->bytes[symbol & ~GZIP_MARKER] : (uint8_t)symbol;
    }
    const uint8_t byte = output->bytes.data[i];
    return byte < 128 ? byte : window->bytes[output->maps[output->map_count - 1][byte - 128]];
}

pfq_status output_settle(struct output *output, const struct gzip_window *window, pfq_error *err)
{
    if (output->kind == GZIP_PLAIN)
        return PFQ_OK;
    const pfq_status status = reserve(output, GZIP_PLAIN, output->at, output->bytes_used, err);
    if (status)
        return status;
    for (size_t i = 0; i < output->at; i++)
        output->bytes.data[i] = settle(output, window, i);
    /* Of the window itself, the last `raw` bytes stand below, and not all of them may be valid. */
    output->floor = 0;
    if (output->kind == GZIP_WIDE && output->raw > window->valid)
        output->floor = output->raw - window->valid;
    output->kind = GZIP_PLAIN;
    return PFQ_OK;
}

/* ---- handing out ---- */

static struct gzip_segment segment_of(const struct output *output, const struct output_piece *piece)
{
    const struct gzip_segment segment = {
        .kind = piece->kind,
        .count = piece->end - piece->begin,
        .data = piece->kind == GZIP_WIDE ? output->wide.data + piece->begin * sizeof(uint16_t)
                                         : output->bytes.data + piece->begin,
        .map = piece->kind == GZIP_MAPPED ? output->maps[piece->map] : NULL,
    };
    return segment;
}

/* The place WINDOW symbols before one; the segment's window stands there, or zeros. */
static struct gzip_tail tail_at(const struct output *output, size_t until)
{
    const size_t known = until - output->floor;
    const uint8_t *buffer = output_buffer(output);
    struct gzip_tail tail = {
        .kind = output->kind,
        .data = buffer + (until - WINDOW) * symbol_bytes(output->kind),
        .map = output->kind == GZIP_MAPPED ? output->maps[output->map_count - 1] : NULL,
        .valid = (uint32_t)(known < WINDOW ? known : WINDOW),
    };
    return tail;
}

pfq_status output_segments(struct output *output, size_t until,
                           const struct gzip_segment **segments, size_t *count,
                           struct gzip_tail *tail, pfq_error *err)
{
    const pfq_status status = memory_grow(&output->segments, &output->segment_capacity,
                                          output->piece_count + 1, sizeof *output->segments, err);
    if (status)
        return status;
    size_t n = 0;
    for (; n < output->piece_count; n++)
        output->segments[n] = segment_of(output, &output->pieces[n]);
    const struct output_piece last = {output->kind, output->begin, until, output->map_count - 1};
    if (until > output->begin)
        output->segments[n++] = segment_of(output, &last);
    *segments = output->segments;
    *count = n;
    *tail = tail_at(output, until);
    return PFQ_OK;
}

void output_drain(struct output *output, size_t until)
{
    const size_t each = symbol_bytes(output->kind), shift = until - WINDOW;
    uint8_t *buffer = output_buffer(output);
    memmove(buffer, buffer + shift * each, (output->at - shift) * each);
    if (output->kind == GZIP_MAPPED)
        memmove(output->maps[0], output->maps[output->map_count - 1], sizeof output->maps[0]);
    output->map_count = output->kind == GZIP_MAPPED;
    output->floor = output->floor > shift ? output->floor - shift : 0;
    output->raw = output->raw > shift ? output->raw - shift : 0;
    output->begin = WINDOW;
    output->at -= shift;
    output->done = output->piece_count = 0;
    output->bytes_used = output->wide_used = 0;
}
