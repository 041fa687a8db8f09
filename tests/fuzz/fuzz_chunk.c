/*
 * Claim: any text gives the same records and faults
 *   - by the serial parser alone, and by every kernel with the serial parser behind it;
 *   - in one piece, and in chunks with any cuts, mended from left to right;
 *   - and a part of it, unless it asks for more, what the whole would give;
 * be it read as four-line or as multi-line FASTQ.
 */
#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "fastq/wrapped.h"
#include "fuzz/fuzz.h"

enum { MAX_CUTS = 8, MAX_FOUND = FUZZ_MAX_BYTES };

/* All records and faults, with places in the text. */
struct outcome {
    uint64_t end, seen, lines, records, faults;
    struct {
        uint64_t begin, name, bases, style;
    } record[MAX_FOUND];
    struct fastq_fault fault[MAX_FOUND];
};

static void add_record(struct outcome *outcome, size_t begin, const struct scan_record *record)
{
    const size_t at = outcome->records++;
    outcome->record[at].begin = begin;
    outcome->record[at].name = record->name;
    outcome->record[at].bases = record->bases;
    outcome->record[at].style = record->style;
}

static void add_fault(struct outcome *outcome, const struct fastq_fault *fault)
{
    outcome->fault[outcome->faults] = *fault;
    outcome->fault[outcome->faults].line += outcome->lines;
    outcome->fault[outcome->faults++].record += outcome->seen;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    CHECK_EQUAL(a->end, b->end);
    CHECK_EQUAL(a->seen, b->seen);
    CHECK_EQUAL(a->lines, b->lines);
    CHECK_EQUAL(a->records, b->records);
    CHECK_EQUAL(a->faults, b->faults);
    CHECK(memcmp(a->record, b->record, a->records * sizeof *a->record) == 0);
    for (size_t i = 0; i < a->faults; i++) {
        const struct fastq_fault *x = &a->fault[i], *y = &b->fault[i];
        CHECK_EQUAL(x->status, y->status);
        CHECK_EQUAL(x->byte, y->byte);
        CHECK_EQUAL(x->line, y->line);
        CHECK_EQUAL(x->record, y->record);
        CHECK_TEXT(x->message, y->message);
    }
}

static void clear(struct outcome *outcome)
{
    outcome->end = outcome->seen = outcome->lines = outcome->records = outcome->faults = 0;
}

static uint64_t newlines(struct span text, size_t begin, size_t end)
{
    uint64_t lines = 0;
    for (size_t i = begin; i < end; i++)
        lines += text.data[i] == '\n';
    return lines;
}

/* What the serial parser of these rules says of what begins at `begin`. */
struct judgement {
    enum fastq_verdict verdict;
    struct scan_record record;
    uint64_t lines; /* of a good record */
    size_t next;    /* behind it, or behind a bad one if `whole` */
    bool whole;
};

static struct judgement judge_wrapped(struct span text, size_t begin,
                                      const struct fastq_rules *rules, struct fastq_fault *fault)
{
    struct wrapped wrapped;
    struct judgement judged = {.verdict = wrapped_parse(text, begin, true, rules, &wrapped, fault)};
    judged.next = wrapped.whole ? wrapped.end : text.size;
    judged.whole = wrapped.whole;
    if (judged.verdict != FASTQ_RECORD_GOOD)
        return judged;
    judged.record.name = (uint32_t)(wrapped.name.size - 1);
    judged.record.bases = wrapped.bases.size & ((UINT64_C(1) << 56) - 1);
    judged.record.style = wrapped_style(&wrapped) & 0xff;
    judged.lines = judged.record.style & PFQ_STYLE_WRAPPED ? wrapped_line_count(&wrapped) : 4;
    return judged;
}

static struct judgement judge(struct span text, size_t begin, const struct fastq_rules *rules,
                              struct fastq_fault *fault)
{
    struct judgement judged = {.lines = 4, .next = text.size};
    if (rules->multiline)
        return judge_wrapped(text, begin, rules, fault);
    judged.verdict =
        fastq_parse_record(text, begin, true, rules, &judged.record, &judged.next, fault);
    return judged;
}

/* The whole text, record by record. A record at the end has four lines also where the last of them
 * has no LF. */
static void parse_serially(struct span text, const struct fastq_rules *rules,
                           struct outcome *outcome)
{
    clear(outcome);
    for (bool stopped = false; !stopped && outcome->end < text.size;) {
        const size_t begin = outcome->end;
        struct fastq_fault fault = {.byte = begin};
        const struct judgement judged = judge(text, begin, rules, &fault);
        size_t next = judged.next;
        CHECK(judged.verdict != FASTQ_RECORD_MORE); /* there is no more */
        switch (judged.verdict) {
        case FASTQ_RECORD_GOOD:
            add_record(outcome, begin, &judged.record);
            outcome->seen++;
            break;
        case FASTQ_RECORD_BAD:
            fault.byte = begin;
            fault.record = 0;
            add_fault(outcome, &fault);
            outcome->seen++;
            stopped = !rules->skip;
            next = stopped ? begin : judged.next;
            if (!stopped && !judged.whole)
                (void)fastq_find(text, begin + 1, text.size, true, rules, &next);
            break;
        case FASTQ_RECORD_MORE:
        case FASTQ_RECORD_TAIL:
            break;
        }
        outcome->lines +=
            judged.verdict == FASTQ_RECORD_GOOD ? judged.lines : newlines(text, begin, next);
        outcome->end = next;
    }
}

static void collect(const struct fastq_chunk *chunk, struct outcome *outcome)
{
    for (size_t i = 0; i < chunk->count; i++)
        add_record(outcome, chunk->begin + fastq_origin_of(chunk, &chunk->records[i]).begin,
                   &chunk->records[i]);
    for (size_t i = 0; i < chunk->fault_count; i++)
        add_fault(outcome, &chunk->faults[i]);
    outcome->lines += chunk->lines;
    outcome->seen += chunk->seen;
    outcome->end = chunk->end;
}

/* Parses what begins before stops[0], before stops[1], ... each from where the one before ended. */
static void parse_chunks(struct span text, const struct fastq_rules *rules, const size_t *stops,
                         size_t count, struct outcome *outcome)
{
    struct fastq_chunk chunk = {0};
    clear(outcome);
    for (size_t i = 0; i < count; i++) {
        chunk.begin = outcome->end;
        chunk.stop = stops[i];
        CHECK_EQUAL(fastq_chunk_parse(&chunk, text, true, rules, NULL), PFQ_OK);
        CHECK(!chunk.more);
        collect(&chunk, outcome);
        if (chunk.bad && !rules->skip)
            break;
    }
    fastq_chunk_release(&chunk);
}

/* Parses what begins before `stop`, a cut, with `part` bytes in sight; false if that is too few. */
static bool parse_part(struct span text, size_t part, size_t stop, const struct fastq_rules *rules,
                       struct outcome *outcome)
{
    uint8_t *copy = fuzz_copy(text, part);
    struct fastq_chunk chunk = {.stop = stop};
    clear(outcome);
    const struct span prefix = {copy, part};
    CHECK_EQUAL(fastq_chunk_parse(&chunk, prefix, false, rules, NULL), PFQ_OK);
    const bool enough = !chunk.more;
    if (enough)
        collect(&chunk, outcome);
    fastq_chunk_release(&chunk);
    free(copy);
    return enough;
}

/* Cuts in ascending order, the last of them the end of the text. Returns how many. */
static size_t draw_cuts(struct span *input, const struct fastq_rules *rules, size_t *stops)
{
    size_t drawn[MAX_CUTS], count = 0, last = 0;
    const size_t wanted = fuzz_up_to(input, MAX_CUTS);
    for (size_t i = 0; i < wanted; i++)
        drawn[i] = fuzz_take(input);
    for (size_t i = 0; i < wanted; i++) {
        const size_t from = last + drawn[i] % (input->size - last + 1);
        if (fastq_find(*input, from, input->size, true, rules, &last) == FASTQ_FOUND)
            stops[count++] = last;
    }
    stops[count++] = input->size;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome one, other;
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const unsigned choice = fuzz_take(&input), part_drawn = fuzz_take(&input);
    struct fastq_rules rules = {.quality_min = choice & 2 ? 64 : 33,
                                .quality_max = 126,
                                .skip = choice & 1,
                                .max_faults = MAX_FOUND,
                                .multiline = choice & 4};
    size_t stops[MAX_CUTS + 1];
    rules.kernel = scan_kernel_at(0);
    const size_t count = draw_cuts(&input, &rules, stops);
    const size_t part = stops[0] + part_drawn % (input.size - stops[0] + 1);

    uint8_t *copy = fuzz_copy(input, input.size);
    const struct span text = {copy, input.size};
    for (size_t i = 0; (rules.kernel = scan_kernel_at(i)); i++) {
        if (!scan_kernel_runs(rules.kernel))
            continue;
        parse_serially(text, &rules, &one);
        parse_chunks(text, &rules, &text.size, 1, &other);
        check_same(&one, &other);
        parse_chunks(text, &rules, stops, count, &other);
        check_same(&one, &other);
        parse_chunks(text, &rules, stops, 1, &one);
        if (parse_part(text, part, stops[0], &rules, &other))
            check_same(&one, &other);
    }
    free(copy);
    return 0;
}
