/*
 * The two parsers at work on one chunk: the kernel runs as far as it can prove records good, the
 * serial parser takes the one record it stopped at, and so on.
 */
#include "fastq/chunk.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fastq/boundary.h"
#include "fastq/forms.h"
#include "fastq/wrapped.h"

enum { LINES_PER_RECORD = 4, CODED_RECORDS = 64 };

static void reset(struct fastq_chunk *chunk)
{
    chunk->end = chunk->begin;
    chunk->more = false;
    chunk->seen = chunk->lines = chunk->bad = 0;
    chunk->tail = SIZE_MAX;
    chunk->count = chunk->fault_count = 0;
    memset(chunk->totals, 0, sizeof chunk->totals);
    chunk->unwrapped_bytes = 0;
    chunk->widths = FASTQ_NO_WIDTHS;
}

/* Counts records[from .. count), which have just been found. */
static void account(struct fastq_chunk *chunk, size_t from)
{
    struct fastq_totals sums[2] = {{0}};
    for (size_t i = from; i < chunk->count; i++) {
        struct fastq_totals *sum = &sums[i & 1];
        sum->records++;
        sum->bases += chunk->records[i].bases;
        sum->name_bytes += chunk->records[i].name;
    }
    for (int k = 0; k < 2; k++) {
        chunk->totals[k].records += sums[k].records;
        chunk->totals[k].bases += sums[k].bases;
        chunk->totals[k].name_bytes += sums[k].name_bytes;
    }
    chunk->seen += chunk->count - from;
    chunk->lines += LINES_PER_RECORD * (chunk->count - from);
}

/* Room for more records: a guess from the text that is left, at least doubling what there is. */
static pfq_status make_room(struct fastq_chunk *chunk, pfq_error *err)
{
    if (chunk->count < chunk->capacity)
        return PFQ_OK;
    const size_t left = chunk->stop > chunk->end ? chunk->stop - chunk->end : 0;
    return memory_grow(&chunk->records, &chunk->capacity, chunk->count + left / 256 + 16,
                       sizeof *chunk->records, err);
}

/* Notes a bad record that begins at `byte`. */
static pfq_status note_fault(struct fastq_chunk *chunk, struct fastq_fault *fault, size_t byte,
                             const struct fastq_rules *rules, pfq_error *err)
{
    chunk->bad++;
    if (chunk->fault_count == rules->max_faults)
        return PFQ_OK;
    const pfq_status status = memory_grow(&chunk->faults, &chunk->fault_capacity,
                                          chunk->fault_count + 1, sizeof *chunk->faults, err);
    if (status)
        return status;
    fault->byte = byte;
    fault->line += chunk->lines;
    fault->record = chunk->seen;
    chunk->faults[chunk->fault_count++] = *fault;
    return PFQ_OK;
}

/* Meets a bad record at chunk->end: notes it and, if told to skip, goes behind it if it is `whole`,
 * or else to the next header. Sets *stopped if parsing cannot or must not go on. */
static pfq_status meet_fault(struct fastq_chunk *chunk, struct span text, bool at_end,
                             const struct fastq_rules *rules, struct fastq_fault *fault,
                             const size_t *whole, bool *stopped, pfq_error *err)
{
    size_t next = whole ? *whole : text.size;
    if (rules->skip && !whole &&
        fastq_find(text, chunk->end + 1, text.size, at_end, rules, &next) == FASTQ_MORE) {
        chunk->more = *stopped = true;
        return PFQ_OK;
    }
    const pfq_status status = note_fault(chunk, fault, chunk->end, rules, err);
    if (status)
        return status;
    chunk->seen++;
    *stopped = !rules->skip;
    if (rules->skip) {
        chunk->lines += rules->kernel->newlines(text.data + chunk->end, next - chunk->end);
        chunk->end = next;
    }
    return PFQ_OK;
}

static void take_good(struct fastq_chunk *chunk, size_t end)
{
    chunk->count++;
    chunk->end = end;
    account(chunk, chunk->count - 1);
}

/* ---- multi-line text ---- */

/* Writes the record at chunk->end in four lines, and sets where it begins there. */
static pfq_status unwrap(struct fastq_chunk *chunk, struct span text, const struct wrapped *wrapped,
                         struct scan_record *record, pfq_error *err)
{
    const struct fastq_unwrapped origin = {.begin = chunk->end - chunk->begin,
                                           .lines = wrapped_line_count(wrapped)};
    const size_t begin = chunk->unwrapped_bytes + sizeof origin;
    const size_t bytes = begin + wrapped_bytes(wrapped);
    if (begin > UINT32_MAX)
        return error_set(err, PFQ_UNSUPPORTED, NULL, "more than 4 GiB of wrapped records a chunk");
    if (bytes > chunk->unwrapped.capacity) {
        const pfq_status status =
            buffer_reserve(&chunk->unwrapped, bytes + bytes / 2, chunk->unwrapped_bytes, err);
        if (status)
            return status;
    }
    memcpy(chunk->unwrapped.data + chunk->unwrapped_bytes, &origin, sizeof origin);
    wrapped_unwrap(wrapped, text, chunk->unwrapped.data + begin);
    chunk->unwrapped_bytes = bytes;
    chunk->lines += origin.lines - LINES_PER_RECORD;
    record->begin = (uint32_t)begin;
    return PFQ_OK;
}

static pfq_status take_wrapped(struct fastq_chunk *chunk, struct span text,
                               const struct wrapped *wrapped, pfq_error *err)
{
    struct scan_record *const record = &chunk->records[chunk->count];
    pfq_status status = PFQ_OK;
    record->name = (uint32_t)(wrapped->name.size - 1);
    record->bases = wrapped->bases.size & ((UINT64_C(1) << 56) - 1);
    record->style = wrapped_style(wrapped) & 0xff;
    record->begin = (uint32_t)(chunk->end - chunk->begin);
    if (record->style & PFQ_STYLE_WRAPPED) {
        status = unwrap(chunk, text, wrapped, record, err);
        const uint64_t width = wrapped_width(wrapped);
        fastq_widths_add(&chunk->widths, (struct fastq_widths){width, width});
    }
    if (!status)
        take_good(chunk, wrapped->end);
    return status;
}

/* ---- both ---- */

/* Takes one record, or whatever is at chunk->end, by the serial parser. */
static pfq_status take_one(struct fastq_chunk *chunk, struct span text, bool at_end,
                           const struct fastq_rules *rules, bool *stopped, pfq_error *err)
{
    struct fastq_fault fault;
    struct wrapped wrapped = {.whole = false};
    struct scan_record *const record = &chunk->records[chunk->count];
    size_t end = 0;
    if (chunk->end - chunk->begin > UINT32_MAX)
        return error_set(err, PFQ_UNSUPPORTED, NULL,
                         "more than 4 GiB of text without the beginning of a record");
    switch (rules->multiline
                ? wrapped_parse(text, chunk->end, at_end, rules, &wrapped, &fault)
                : fastq_parse_record(text, chunk->end, at_end, rules, record, &end, &fault)) {
    case FASTQ_RECORD_GOOD:
        if (rules->multiline)
            return take_wrapped(chunk, text, &wrapped, err);
        record->begin = (uint32_t)(chunk->end - chunk->begin);
        take_good(chunk, end);
        return PFQ_OK;
    case FASTQ_RECORD_BAD:
        return meet_fault(chunk, text, at_end, rules, &fault, wrapped.whole ? &wrapped.end : NULL,
                          stopped, err);
    case FASTQ_RECORD_TAIL:
        chunk->tail = chunk->end;
        chunk->lines += rules->kernel->newlines(text.data + chunk->end, text.size - chunk->end);
        chunk->end = text.size;
        return PFQ_OK;
    case FASTQ_RECORD_MORE:
    default:
        chunk->more = *stopped = true;
        return PFQ_OK;
    }
}

/* How many records the kernel may look for. Where each of them must also have codes, few: those
 * behind one that has not are thrown away. */
static size_t room_for_records(const struct fastq_chunk *chunk, const struct fastq_rules *rules)
{
    const size_t room = chunk->capacity - chunk->count;
    return rules->coded && room > CODED_RECORDS ? CODED_RECORDS : room;
}

/* Where bases must have codes: takes back the records from the first one on that has others, for
 * the serial parser to judge. */
static void keep_coded(struct fastq_chunk *chunk, struct span text, size_t from)
{
    for (size_t i = from; i < chunk->count; i++) {
        const struct scan_record *const record = &chunk->records[i];
        const struct fastq_place place = fastq_place_of(chunk, text, record);
        if (forms_not_coded(place.bases, record->bases) == record->bases)
            continue;
        chunk->count = i;
        chunk->end = chunk->begin + record->begin;
    }
}

pfq_status fastq_chunk_parse(struct fastq_chunk *chunk, struct span text, bool at_end,
                             const struct fastq_rules *rules, pfq_error *err)
{
    reset(chunk);
    pfq_status status = PFQ_OK;
    bool stopped = false;
    while (!status && !stopped && chunk->end < chunk->stop) {
        status = make_room(chunk, err);
        if (status)
            break;
        const size_t from = chunk->count;
        chunk->count += rules->kernel->records(
            text.data, chunk->end, chunk->stop, text.size, chunk->begin, rules->quality_min,
            rules->quality_max, chunk->records + from, room_for_records(chunk, rules), &chunk->end);
        if (rules->coded)
            keep_coded(chunk, text, from);
        account(chunk, from);
        if (chunk->count < chunk->capacity && chunk->end < chunk->stop)
            status = take_one(chunk, text, at_end, rules, &stopped, err);
    }
    if (chunk->tail == SIZE_MAX)
        chunk->tail = chunk->end;
    return status;
}

void fastq_chunk_release(struct fastq_chunk *chunk)
{
    free(chunk->records);
    free(chunk->faults);
    buffer_release(&chunk->unwrapped);
    for (int k = 0; k < 2; k++)
        fastq_columns_release(&chunk->columns[k]);
    *chunk = (struct fastq_chunk){0};
}
