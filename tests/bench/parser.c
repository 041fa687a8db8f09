/*
 * The parser in memory, beside the least that any parser does: look at every byte.
 *
 *     bench_parser BYTES THREADS RUNS ROWS [READS.fastq]
 *
 * The text is that of the file, over and over, or else reads of 150 bases that are made here. Every
 * row of the table below is timed once in each run, so what slows the machine slows all of them
 * alike; only the first ROWS are. Printed are medians of the runs, by wall and by processor time
 * of all threads: the speed in newline counts, and GB/s of text. The second is what to look at
 * where others use the machine too. The first run of all, which touches memory for the first time,
 * does not count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "parfastq/parser.h"
#include "threads/threads.h"

enum { CHUNK_BYTES = 1 << 20, MOST_RUNS = 99, MOST_THREADS = 256, BASES = 150 };

static void fail(const char *what)
{
    fprintf(stderr, "bench_parser: %s\n", what);
    exit(1);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of all threads, user and system. */
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the text ---- */

struct bench {
    struct span text;
    size_t *cuts, pieces; /* where pieces of about CHUNK_BYTES begin, and the end */
    int threads;
    struct fastq_rules rules;
    struct fastq_chunk *chunks; /* of each thread */
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Writes one read of 150 bases; returns its end. */
static char *make_read(char *out, uint64_t number, uint64_t *state)
{
    out +=
        sprintf(out, "@A00123:45:HPFQ7DSX5:%u:%u:%u:%u 1:N:0:ATTACTCG+TATAGCCT\n",
                (unsigned)(number / 4000000 % 4 + 1), (unsigned)(1101 + number / 10000 % 500),
                (unsigned)(1000 + next_random(state) % 30000), (unsigned)(number % 37000 + 1000));
    for (int i = 0; i < BASES; i++)
        *out++ = "ACGT"[next_random(state) % 4];
    out += sprintf(out, "\n+\n");
    for (int i = 0; i < BASES; i++)
        *out++ = "FFFFFFFFFF:,#FFF"[next_random(state) % 16];
    *out++ = '\n';
    return out;
}

static size_t make_reads(char *text, size_t bytes)
{
    uint64_t state = 1, number = 0;
    char *at = text;
    while ((size_t)(at - text) + 512 < bytes)
        at = make_read(at, number++, &state);
    return (size_t)(at - text);
}

/* Whole copies of the file, as many as fit; of a file that is larger its beginning, whole records
 * of it. */
static size_t copy_reads(char *text, size_t bytes, const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (!file)
        fail("cannot open the reads");
    const size_t once = fread(text, 1, bytes, file);
    const bool all = fgetc(file) == EOF;
    fclose(file);
    size_t filled = once;
    if (!all && once > CHUNK_BYTES) {
        const struct span read = {(uint8_t *)text, once};
        if (fastq_find_record(read, once - CHUNK_BYTES, once, false, &filled) != FASTQ_FOUND)
            fail("no record begins near the end of what was read");
        return filled;
    }
    for (; filled + once <= bytes; filled += once)
        memcpy(text + filled, text, once);
    return filled;
}

static void cut(struct bench *bench)
{
    const struct span text = bench->text;
    bench->cuts = malloc((text.size / CHUNK_BYTES + 2) * sizeof *bench->cuts);
    if (!bench->cuts)
        fail("no memory");
    bench->cuts[0] = 0;
    bench->pieces = 1;
    for (size_t from = CHUNK_BYTES; from < text.size; from += CHUNK_BYTES) {
        size_t begin;
        if (fastq_find_record(text, from, text.size, true, &begin) == FASTQ_FOUND)
            bench->cuts[bench->pieces++] = begin;
    }
    bench->cuts[bench->pieces] = text.size;
}

/* ---- the least: looking at every byte ---- */

static pfq_status count_newlines(void *context, size_t i, int thread, pfq_error *err)
{
    (void)thread, (void)err;
    const struct bench *const bench = context;
    const struct scan_kernel *kernel = scan_kernel_named("avx2");
    volatile size_t lines;
    kernel = kernel ? kernel : bench->rules.kernel;
    lines =
        kernel->newlines(bench->text.data + bench->cuts[i], bench->cuts[i + 1] - bench->cuts[i]);
    (void)lines;
    return PFQ_OK;
}

static pfq_status newlines(struct bench *bench, pfq_error *err)
{
    return threads_for(bench->threads, bench->pieces, count_newlines, bench, err);
}

/* What a plain program does to find its lines. */
static pfq_status list_lines(void *context, size_t i, int thread, pfq_error *err)
{
    static _Thread_local uint32_t ends[CHUNK_BYTES];
    (void)thread, (void)err;
    const struct bench *const bench = context;
    const uint8_t *const begin = bench->text.data + bench->cuts[i];
    const uint8_t *const end = bench->text.data + bench->cuts[i + 1], *at = begin, *found;
    size_t n = 0;
    while ((found = memchr(at, '\n', (size_t)(end - at))) && n < CHUNK_BYTES) {
        ends[n++] = (uint32_t)(found - begin);
        at = found + 1;
    }
    volatile uint32_t last = n ? ends[n - 1] : 0;
    (void)last;
    return PFQ_OK;
}

static pfq_status lines(struct bench *bench, pfq_error *err)
{
    return threads_for(bench->threads, bench->pieces, list_lines, bench, err);
}

/* What copying the same bytes takes, however they are looked at. */
static pfq_status copy_piece(void *context, size_t i, int thread, pfq_error *err)
{
    static _Thread_local uint8_t copy[2 * CHUNK_BYTES];
    (void)thread, (void)err;
    const struct bench *const bench = context;
    const size_t bytes = bench->cuts[i + 1] - bench->cuts[i];
    memcpy(copy, bench->text.data + bench->cuts[i], bytes < sizeof copy ? bytes : sizeof copy);
    volatile uint8_t last = copy[bytes / 2];
    (void)last;
    return PFQ_OK;
}

static pfq_status copy(struct bench *bench, pfq_error *err)
{
    return threads_for(bench->threads, bench->pieces, copy_piece, bench, err);
}

/* ---- the parser's own loops ---- */

static struct fastq_chunk *begin_chunk(struct bench *bench, size_t i, int thread)
{
    struct fastq_chunk *const chunk = &bench->chunks[thread];
    chunk->begin = bench->cuts[i];
    chunk->stop = bench->cuts[i + 1];
    return chunk;
}

static pfq_status index_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    struct bench *const bench = context;
    struct fastq_chunk *const chunk = begin_chunk(bench, i, thread);
    const pfq_status status = fastq_chunk_parse(chunk, bench->text, true, &bench->rules, err);
    if (chunk->bad)
        fail("a bad record");
    return status;
}

static pfq_status index_check(struct bench *bench, pfq_error *err)
{
    return threads_for(bench->threads, bench->pieces, index_chunk, bench, err);
}

static pfq_status fill_chunk(void *context, size_t i, int thread, pfq_error *err)
{
    struct bench *const bench = context;
    const struct fastq_filling filling = {
        .kernel = bench->rules.kernel, .text_offset = 33, .deal = 1};
    const pfq_status status = index_chunk(context, i, thread, err);
    return status ? status : fastq_columns_fill(&bench->chunks[thread], bench->text, &filling, err);
}

static pfq_status columns(struct bench *bench, pfq_error *err)
{
    return threads_for(bench->threads, bench->pieces, fill_chunk, bench, err);
}

/* ---- the library, as a program calls it ---- */

static pfq_parser *open_text(struct bench *bench)
{
    const pfq_parser_config config = {.threads = bench->threads};
    pfq_parser *parser;
    pfq_error err;
    if (pfq_parser_open_memory(bench->text.data, bench->text.size, &config, &parser, &err))
        fail(err.message);
    return parser;
}

static pfq_status parse_checked(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    const pfq_status status = pfq_parse_checked(parser, NULL, NULL, NULL, err);
    pfq_parser_close(parser);
    return status;
}

static pfq_status take_chunk(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)state, (void)chunk, (void)err;
    return PFQ_OK;
}

static pfq_status parse_each(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    const pfq_consumer consumer = {.chunk = take_chunk};
    const pfq_status status = pfq_parse_each(parser, &consumer, err);
    pfq_parser_close(parser);
    return status;
}

static pfq_status parse_all(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    pfq_records records;
    const pfq_status status = pfq_parse_all(parser, &records, err);
    pfq_records_release(&records);
    pfq_parser_close(parser);
    return status;
}

static pfq_status parse_chunks(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    pfq_chunk *chunks;
    size_t count;
    const pfq_status status = pfq_parse_chunks(parser, &chunks, &count, err);
    pfq_chunks_release(chunks, count);
    pfq_parser_close(parser);
    return status;
}

static pfq_status stream(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    pfq_stream *stream;
    const pfq_chunk *chunk = NULL;
    pfq_status status = pfq_stream_open(parser, 0, &stream, err);
    while (!status && !(status = pfq_stream_next(stream, &chunk, err)) && chunk)
        continue;
    pfq_stream_close(stream);
    pfq_parser_close(parser);
    return status;
}

static pfq_status process(void *state, const pfq_chunk *chunk, void **result, pfq_error *err)
{
    (void)state, (void)chunk, (void)result, (void)err;
    return PFQ_OK;
}

static pfq_status pipeline(struct bench *bench, pfq_error *err)
{
    pfq_parser *const parser = open_text(bench);
    const pfq_pipeline pipeline = {.threads = 1, .process = process};
    const pfq_status status = pfq_parse_pipeline(parser, &pipeline, err);
    pfq_parser_close(parser);
    return status;
}

/* ---- the table ---- */

static struct row {
    const char *name;
    pfq_status (*run)(struct bench *bench, pfq_error *err);
    double taken[MOST_RUNS], worked[MOST_RUNS];
} rows[] = {
    {"newline count, AVX2", newlines, {0}, {0}},
    {"line ends, memchr", lines, {0}, {0}},
    {"memcpy", copy, {0}, {0}},
    {"index and check", index_check, {0}, {0}},
    {"index, check, columns", columns, {0}, {0}},
    {"pfq_parse_checked, no output", parse_checked, {0}, {0}},
    {"pfq_parse_each, by chunks", parse_each, {0}, {0}},
    {"pfq_stream", stream, {0}, {0}},
    {"pfq_parse_pipeline, 1 more", pipeline, {0}, {0}},
    {"pfq_parse_chunks", parse_chunks, {0}, {0}},
    {"pfq_parse_all", parse_all, {0}, {0}},
};
enum { ROWS = sizeof rows / sizeof *rows };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(struct bench *bench, int runs, size_t n)
{
    for (int run = -1; run < runs; run++)
        for (size_t i = 0; i < n; i++) {
            pfq_error err;
            if (rows[i].run(bench, &err)) /* not timed: the row before had other threads */
                fail(err.message);
            const double began = seconds(), worked = processor_seconds();
            if (rows[i].run(bench, &err))
                fail(err.message);
            if (run < 0)
                continue;
            rows[i].taken[run] = seconds() - began;
            rows[i].worked[run] = processor_seconds() - worked;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(rows[i].taken, (size_t)runs, sizeof *rows[i].taken, by_value);
        qsort(rows[i].worked, (size_t)runs, sizeof *rows[i].worked, by_value);
    }
}

static void print(const struct bench *bench, int runs, size_t n)
{
    const double gigabytes = (double)bench->text.size / 1e9;
    for (size_t i = 0; i < n; i++) {
        const double wall = rows[i].taken[runs / 2], work = rows[i].worked[runs / 2];
        printf("%d\t%zu\t%s\t%.2f\t%.2f\t%.2f\t%.2f\n", bench->threads, bench->text.size,
               rows[i].name, rows[0].taken[runs / 2] / wall, gigabytes / wall,
               rows[0].worked[runs / 2] / work, gigabytes / work);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 6) {
        fprintf(stderr, "use: bench_parser BYTES THREADS RUNS ROWS [READS.fastq]\n");
        return 2;
    }
    const size_t bytes = (size_t)atoll(argv[1]);
    const int runs = atoi(argv[3]);
    const size_t wanted = (size_t)atoi(argv[4]), n = wanted < ROWS ? wanted : ROWS;
    struct bench bench = {.threads = atoi(argv[2])};
    char *const text = malloc(bytes);
    if (!text || runs < 1 || runs > MOST_RUNS || bench.threads < 1 || bench.threads > MOST_THREADS)
        fail("no memory, or numbers out of range");
    bench.text = (struct span){(uint8_t *)text, argc > 5 ? copy_reads(text, bytes, argv[5])
                                                         : make_reads(text, bytes)};
    bench.rules = (struct fastq_rules){
        .kernel = scan_kernel_choose(), .quality_min = 33, .quality_max = 126, .max_faults = 1};
    bench.chunks = calloc((size_t)bench.threads, sizeof *bench.chunks);
    if (!bench.rules.kernel || !bench.chunks)
        fail("no kernel");
    cut(&bench);
    measure(&bench, runs, n);
    print(&bench, runs, n);
    for (int i = 0; i < bench.threads; i++)
        fastq_chunk_release(&bench.chunks[i]);
    free(bench.chunks);
    free(bench.cuts);
    free(text);
    return 0;
}
