/*
 * Claim: whichever allocation fails, every way of parsing says that memory is short or does
 * without, and gives back all it has taken.
 *
 * The linker puts the functions below in the place of the allocator's (--wrap). Each way is tried
 * with the first allocation failing, then the second, and so on, until it needs no more of them.
 */
#include <stdatomic.h>
#include <stdbool.h>

#include "parfastq/parser.h"
#include "support/check.h"

static _Atomic long left = -1; /* allocations until one fails; negative: none does */
static _Atomic long held;      /* blocks that have not been given back */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *block);

static bool fails(void)
{
    return left >= 0 && left-- == 0;
}

static void *counted(void *block)
{
    held += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    held -= block != NULL;
    return counted(__real_realloc(block, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void __wrap_free(void *block)
{
    held -= block != NULL;
    __real_free(block);
}

/* ---- the ways ---- */

static pfq_status on_chunk(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)state, (void)chunk, (void)err;
    return PFQ_OK;
}

static pfq_status by_each(pfq_parser *parser, pfq_error *err)
{
    return pfq_parse_each(parser, &(pfq_consumer){.chunk = on_chunk}, err);
}

static pfq_status by_order(pfq_parser *parser, pfq_error *err)
{
    return pfq_parse_each(parser, &(pfq_consumer){.chunk = on_chunk, .in_order = true}, err);
}

static pfq_status by_all(pfq_parser *parser, pfq_error *err)
{
    pfq_records records;
    const pfq_status status = pfq_parse_all(parser, &records, err);
    pfq_records_release(&records);
    return status;
}

static pfq_status by_chunks(pfq_parser *parser, pfq_error *err)
{
    pfq_chunk *chunks;
    size_t count;
    const pfq_status status = pfq_parse_chunks(parser, &chunks, &count, err);
    pfq_chunks_release(chunks, count);
    return status;
}

static pfq_status by_checked(pfq_parser *parser, pfq_error *err)
{
    pfq_fault *faults;
    size_t count;
    const pfq_status status = pfq_parse_checked(parser, NULL, &faults, &count, err);
    free(faults);
    return status;
}

static pfq_status by_find(pfq_parser *parser, pfq_error *err)
{
    pfq_range *ranges;
    size_t count;
    const pfq_status status = pfq_find_chunks(parser, &ranges, &count, err);
    free(ranges);
    return status;
}

static pfq_status by_stream(pfq_parser *parser, pfq_error *err)
{
    pfq_stream *stream;
    const pfq_chunk *chunk = NULL;
    pfq_status status = pfq_stream_open(parser, 2, &stream, err);
    if (status)
        return status;
    do
        status = pfq_stream_next(stream, &chunk, err);
    while (!status && chunk);
    pfq_stream_close(stream);
    return status;
}

static pfq_status process(void *state, const pfq_chunk *chunk, void **result, pfq_error *err)
{
    (void)state, (void)chunk, (void)result, (void)err;
    return PFQ_OK;
}

static pfq_status by_pipeline(pfq_parser *parser, pfq_error *err)
{
    const pfq_pipeline pipeline = {.threads = 2, .process = process};
    return pfq_parse_pipeline(parser, &pipeline, err);
}

static pfq_status (*const ways[])(pfq_parser *, pfq_error *) = {
    by_each, by_order, by_all, by_chunks, by_checked, by_find, by_stream, by_pipeline};

/* ---- the claim ---- */

/* One way with allocation `n` failing. Returns its status. */
static pfq_status run(size_t way, const pfq_reads *reads, long n)
{
    const pfq_parser_config config = {.threads = 1, .chunk_bytes = 20, .slice_bytes = 60};
    pfq_parser *parser;
    pfq_error err = {0};
    left = n;
    pfq_status status = pfq_parser_open(reads, &config, &parser, &err);
    if (!status)
        status = ways[way](parser, &err);
    pfq_parser_close(parser);
    CHECK(!status || err.status == status);
    return status;
}

static void check(const pfq_reads *reads)
{
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        CHECK_EQUAL(run(way, reads, -1), PFQ_OK);
        long failures = 0;
        for (long n = 0;; n++) {
            const long before = held;
            const pfq_status status = run(way, reads, n);
            CHECK(status == PFQ_OK || status == PFQ_NO_MEMORY);
            CHECK_EQUAL(held, before);
            failures += status != PFQ_OK;
            if (left >= 0) /* it never came to that */
                break;
        }
        CHECK(failures > 5);
    }
}

int main(void)
{
    static const char one[] = "@a/1\nACGT\n+\nIIII\n@b/1\nAC\n+\nII\n@c/1\nACGTACGT\n+\nIIIIIIII\n";
    static const char two[] = "@a/2\nA\n+\nI\n@b/2\nAC\n+\nII\n@c/2\nACG\n+\nIII\n";
    const pfq_text texts[2] = {{one, sizeof one - 1}, {two, sizeof two - 1}};
    check(&(pfq_reads){.mates = 1, .lanes = {1}, .texts = {&texts[0]}});
    check(&(pfq_reads){.mates = 2, .lanes = {1, 1}, .texts = {&texts[0], &texts[1]}});
    return 0;
}
