/*
 * Claim: a text of which every record is good comes back from its columns to the last byte,
 * whichever kernel parsed it and wherever it was cut into chunks, also where its records are dealt
 * to two batches in turn; what does not come back by the format is the tail of blank lines alone.
 * And what the columns hold are offsets that ascend from 0, scores from 0 on, and bytes that lie in
 * the text.
 */
#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "fastq/format.h"
#include "fuzz/fuzz.h"

static void check_offsets(const uint64_t *offset, uint64_t records, uint64_t end)
{
    CHECK_EQUAL(offset[0], 0);
    for (uint64_t i = 0; i < records; i++)
        CHECK(offset[i] <= offset[i + 1]);
    CHECK_EQUAL(offset[records], end);
}

static void check_batch(const struct fastq_columns *columns, const struct fastq_rules *rules)
{
    const pfq_batch *const batch = &columns->batch;
    check_offsets(batch->offset, batch->records, batch->bases);
    check_offsets(batch->name_offset, batch->records, batch->name_bytes);
    for (uint64_t i = 0; i < batch->bases; i++)
        CHECK(batch->quality[i] <= rules->quality_max - rules->quality_min);
    CHECK(!batch->bases || (columns->low >= rules->quality_min && columns->low <= columns->high &&
                            columns->high <= rules->quality_max));
}

/* The records of a chunk as text, from its batches in turn, in exactly as many bytes as foretold.
 */
static void check_text(const struct fastq_chunk *chunk, struct span text, int deal,
                       const struct format *format)
{
    uint64_t bytes = 0;
    for (int k = 0; k < deal; k++)
        bytes += format_bytes(format, &chunk->columns[k].batch, 0, chunk->columns[k].batch.records);
    uint8_t *const out = malloc(bytes ? bytes : 1);
    CHECK(out);
    uint8_t *end = out;
    for (size_t i = 0; i < chunk->count; i++)
        end = format_record(format, &chunk->columns[i % (size_t)deal].batch, i / (size_t)deal, end);
    CHECK_EQUAL(end - out, bytes);
    CHECK_EQUAL(bytes, chunk->tail - chunk->begin);
    CHECK(!bytes || memcmp(out, text.data + chunk->begin, bytes) == 0);
    free(out);
}

static void check_tail(const struct fastq_chunk *chunk, struct span text)
{
    for (size_t i = chunk->tail; i < chunk->end; i++)
        CHECK(text.data[i] == '\n' || text.data[i] == '\r');
}

/* Parses what begins before `stop`, there and back. false: a record is bad. */
static bool come_back(struct fastq_chunk *chunk, struct span text, size_t stop, int deal,
                      const struct fastq_rules *rules)
{
    const struct fastq_filling filling = {
        .kernel = rules->kernel, .text_offset = rules->quality_min, .deal = deal};
    const struct format format = {.text_offset = rules->quality_min};
    chunk->begin = chunk->end;
    chunk->stop = stop;
    CHECK_EQUAL(fastq_chunk_parse(chunk, text, true, rules, NULL), PFQ_OK);
    if (chunk->bad)
        return false;
    CHECK_EQUAL(fastq_columns_fill(chunk, text, &filling, NULL), PFQ_OK);
    for (int k = 0; k < deal; k++)
        check_batch(&chunk->columns[k], rules);
    check_text(chunk, text, deal, &format);
    check_tail(chunk, text);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const unsigned choice = fuzz_take(&input), drawn = fuzz_take(&input);
    const int deal = choice & 1 ? 2 : 1;
    struct fastq_rules rules = {
        .quality_min = choice & 2 ? 64 : 33, .quality_max = 126, .max_faults = 1};
    size_t cut = drawn % (input.size + 1);
    if (fastq_find_record(input, cut, input.size, true, &cut) != FASTQ_FOUND)
        cut = input.size;

    uint8_t *copy = fuzz_copy(input, input.size);
    const struct span text = {copy, input.size};
    for (size_t i = 0; (rules.kernel = scan_kernel_at(i)); i++) {
        struct fastq_chunk chunk = {0};
        if (!scan_kernel_runs(rules.kernel))
            continue;
        if (come_back(&chunk, text, cut, deal, &rules) &&
            come_back(&chunk, text, text.size, deal, &rules))
            CHECK_EQUAL(chunk.end, text.size);
        fastq_chunk_release(&chunk);
    }
    free(copy);
    return 0;
}
