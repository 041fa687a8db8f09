/*
 * How fast a gzip file becomes text, one thread, in memory: our decoder with its windows known
 * (serial), the way of a run in which no chunk knows its window (find, decode in symbols, chain,
 * resolve with checksums), and the libraries that can only begin at the beginning.
 *
 *     bench_inflate READS.gz [CHUNK_BYTES [PASSES]]        default: chunks of 1 MiB, 5 passes
 *
 * CPU time, the smallest of the passes, which are taken in turn. All text is compared with that of
 * zlib. Checksums are made in all rows but `serial`, as libdeflate and ISA-L make them; the row
 * `serial + crc` has them.
 */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#if PFQ_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "gzip/checksum.h"
#include "gzip/resolve.h"

static void fail(const char *what)
{
    fprintf(stderr, "bench_inflate: %s\n", what);
    exit(1);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *allocate(size_t bytes)
{
    void *memory = calloc(bytes ? bytes : 1, 1);
    if (!memory)
        fail("no memory");
    return memory;
}

/* The file, the text it must give, and room for what others make of it. */
struct work {
    struct gzip_input input;
    uint8_t *text, *got;
    size_t text_bytes;
    size_t chunk_bytes;
    struct gzip_decoder *decoder;

    /* Of the way in symbols, smallest so far: seconds of each stage. */
    double find, decode, chain, resolve;
    size_t wide, mapped, chunks, empty, again;
};

static void check(pfq_status status, const pfq_error *err)
{
    if (status)
        fail(err->message);
}

/* ---- ours, serial ---- */

enum { SERIAL_CAP = 4 << 20 };

static void serial(struct work *work, bool with_checksums)
{
    const struct gzip_start start = {.place = GZIP_MEMBER};
    const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, SERIAL_CAP, 0};
    struct gzip_checksum sum = {.member = 0};
    struct gzip_chunk chunk;
    pfq_error err;
    uint8_t *to = work->got;
    check(gzip_decoder_start(work->decoder, &start, &err), &err);
    do {
        check(gzip_decoder_run(work->decoder, &work->input, &limits, &chunk, &err), &err);
        if (with_checksums) {
            uint32_t *checksums = allocate((chunk.end_count + 1) * sizeof *checksums);
            gzip_resolve(&chunk, NULL, to, checksums);
            check(
                gzip_checksum_fold(&sum, chunk.text, chunk.ends, chunk.end_count, checksums, &err),
                &err);
            free(checksums);
        } else {
            for (size_t i = 0; i < chunk.segment_count; i++)
                to[0] ^= ((const uint8_t *)chunk.segments[i].data)[0];
        }
        to += chunk.text;
        gzip_decoder_drain(work->decoder);
    } while (chunk.stop == GZIP_AT_CAP);
    if ((size_t)(to - work->got) != work->text_bytes)
        fail("the serial decoder gave another length");
}

static void run_serial(struct work *work)
{
    serial(work, false);
}

static void run_serial_crc(struct work *work)
{
    serial(work, true);
}

/* ---- ours, each chunk without its window ---- */

struct times {
    double find, decode, chain, resolve;
};

/* Finds where a chunk starts: the first start from its place on; false if it has none. */
static bool find(const struct work *work, uint64_t from, uint64_t to, struct gzip_start *start)
{
    struct gzip_found found;
    if (from == 0) {
        *start = (struct gzip_start){.place = GZIP_MEMBER};
        return true;
    }
    if (to > work->input.bytes.size)
        to = work->input.bytes.size;
    if (gzip_find(&work->input, from * 8, to, GZIP_STARTS_ANY, &found) != GZIP_YES)
        return false;
    *start = (struct gzip_start){found.bit, found.place, NULL, GZIP_NOWHERE};
    return true;
}

static void count_kinds(struct work *work, const struct gzip_chunk *chunk)
{
    for (size_t i = 0; i < chunk->segment_count; i++) {
        if (chunk->segments[i].kind == GZIP_WIDE)
            work->wide += chunk->segments[i].count;
        if (chunk->segments[i].kind == GZIP_MAPPED)
            work->mapped += chunk->segments[i].count;
    }
}

static void symbols(struct work *work, struct times *times)
{
    static struct gzip_window window;
    static uint8_t lut[GZIP_WINDOW_BYTES];
    struct gzip_checksum sum = {.member = 0};
    uint64_t at = 0;
    uint8_t *to = work->got;
    pfq_error err;
    window.valid = 0;
    work->wide = work->mapped = work->chunks = work->empty = work->again = 0;
    for (uint64_t from = 0; from < work->input.bytes.size; from += work->chunk_bytes) {
        struct gzip_start start;
        struct gzip_chunk chunk;
        struct gzip_limits limits = {from + work->chunk_bytes, GZIP_STARTS_ANY, SIZE_MAX / 4, 0};
        double began = seconds();
        const bool found = find(work, from, limits.boundary, &start);
        times->find += seconds() - began;
        work->chunks++;
        work->empty += !found;
        if (!found || start.bit != at) {
            if (!found && at >= limits.boundary * 8)
                continue;
            start.bit = at; /* a false start: from where the last one has come to */
            start.place = GZIP_BLOCK;
            work->again++;
        }
        began = seconds();
        check(gzip_decoder_start(work->decoder, &start, &err), &err);
        check(gzip_decoder_run(work->decoder, &work->input, &limits, &chunk, &err), &err);
        times->decode += seconds() - began;
        count_kinds(work, &chunk);
        began = seconds();
        uint32_t *checksums = allocate((chunk.end_count + 1) * sizeof *checksums);
        check(gzip_check_window(&chunk, window.valid, &err), &err);
        gzip_resolve(&chunk, &window, to, checksums);
        check(gzip_checksum_fold(&sum, chunk.text, chunk.ends, chunk.end_count, checksums, &err),
              &err);
        free(checksums);
        times->resolve += seconds() - began;
        began = seconds();
        gzip_lut_of(&chunk.tail, &window, lut);
        gzip_window_of(&chunk.tail, lut, window.valid, chunk.text, &window);
        times->chain += seconds() - began;
        to += chunk.text;
        at = chunk.bit;
    }
    if ((size_t)(to - work->got) != work->text_bytes)
        fail("the chunks gave another length");
}

static void run_symbols(struct work *work)
{
    struct times times = {0};
    symbols(work, &times);
    const double all = times.find + times.decode + times.chain + times.resolve;
    if (work->decode != 0 && work->find + work->decode + work->chain + work->resolve <= all)
        return;
    work->find = times.find;
    work->decode = times.decode;
    work->chain = times.chain;
    work->resolve = times.resolve;
}

/* ---- others ---- */

static void run_zlib(struct work *work)
{
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    memcpy(&stream.next_in, &work->input.bytes.data, sizeof stream.next_in);
    stream.avail_in = (uInt)work->input.bytes.size;
    inflateInit2(&stream, 31);
    size_t made = 0;
    for (int code = Z_OK; stream.avail_in > 0 && code == Z_OK;) {
        stream.next_out = work->got + made;
        stream.avail_out = 4 << 20;
        code = inflate(&stream, Z_NO_FLUSH);
        made = (size_t)(stream.next_out - work->got);
        if (code == Z_STREAM_END && stream.avail_in > 0)
            code = inflateReset(&stream);
    }
    inflateEnd(&stream);
    work->text_bytes = made;
}

static void run_libdeflate(struct work *work)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    size_t at = 0, made = 0;
    while (at < work->input.bytes.size) {
        size_t used, got;
        if (libdeflate_gzip_decompress_ex(
                decompressor, work->input.bytes.data + at, work->input.bytes.size - at,
                work->got + made, work->text_bytes - made, &used, &got) != LIBDEFLATE_SUCCESS)
            fail("libdeflate failed");
        at += used;
        made += got;
    }
    libdeflate_free_decompressor(decompressor);
}

#if PFQ_ISAL
static void run_isal(struct work *work)
{
    static struct inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    memcpy(&state.next_in, &work->input.bytes.data, sizeof state.next_in);
    state.avail_in = (uint32_t)work->input.bytes.size;
    size_t made = 0;
    do {
        state.next_out = work->got + made;
        state.avail_out = 4 << 20;
        if (isal_inflate(&state) != ISAL_DECOMP_OK)
            fail("ISA-L failed");
        made = (size_t)(state.next_out - work->got);
        if (state.block_state == ISAL_BLOCK_FINISH && state.avail_in > 0)
            isal_inflate_reset(&state);
    } while (state.block_state != ISAL_BLOCK_FINISH);
}
#endif

/* ---- the table ---- */

static const struct {
    const char *name;
    void (*run)(struct work *);
    bool writes; /* all of the text */
} rows[] = {
    {"libdeflate", run_libdeflate, true},
#if PFQ_ISAL
    {"ISA-L", run_isal, true},
#endif
    {"zlib", run_zlib, true},
    {"serial", run_serial, false},
    {"serial + crc", run_serial_crc, true},
    {"symbols", run_symbols, true},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void read_file(const char *path, struct work *work)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        fail("cannot open the file");
    const size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = allocate(size + GZIP_PADDING_BYTES);
    if (fread(data, 1, size, file) != size)
        fail("cannot read the file");
    fclose(file);
    work->input = (struct gzip_input){{data, size}, 0, true};
}

static void measure(struct work *work, int passes)
{
    double least[ROWS];
    for (int pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < ROWS; i++) {
            if (rows[i].writes)
                memset(work->got, 0, work->text_bytes);
            const double began = seconds();
            rows[i].run(work);
            const double taken = seconds() - began;
            least[i] = pass && least[i] < taken ? least[i] : taken;
            if (rows[i].writes && memcmp(work->got, work->text, work->text_bytes) != 0)
                fail("the text is not that of zlib");
        }
    printf("%-14s %9s %9s %11s\n", "", "seconds", "MB/s", "/libdeflate");
    for (size_t i = 0; i < ROWS; i++)
        printf("%-14s %9.4f %9.0f %11.2f\n", rows[i].name, least[i],
               (double)work->text_bytes / 1e6 / least[i], least[i] / least[0]);
    printf("of symbols: find %.4f, decode %.4f, chain %.4f, resolve and crc %.4f s\n", work->find,
           work->decode, work->chain, work->resolve);
    printf("in 16 bits %.1f %%, mapped %.1f %%, plain %.1f %%; %zu chunks, %zu without a start, "
           "%zu decoded again\n",
           100.0 * (double)work->wide / (double)work->text_bytes,
           100.0 * (double)work->mapped / (double)work->text_bytes,
           100.0 * (double)(work->text_bytes - work->wide - work->mapped) /
               (double)work->text_bytes,
           work->chunks, work->empty, work->again);
}

int main(int argc, char **argv)
{
    static struct work work;
    pfq_error err;
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "use: bench_inflate READS.gz [CHUNK_BYTES [PASSES]]\n");
        return 2;
    }
    read_file(argv[1], &work);
    work.chunk_bytes = argc > 2 ? (size_t)atol(argv[2]) : 1 << 20;
    work.decoder = gzip_decoder_create(&err);
    if (!work.decoder)
        fail(err.message);
    const size_t room = work.input.bytes.size * 40 + (16 << 20); /* touched as it is needed */
    work.got = allocate(room);
    run_zlib(&work);
    work.text = allocate(work.text_bytes);
    memcpy(work.text, work.got, work.text_bytes);
    printf("%s: %zu bytes, %zu of text\n", argv[1], work.input.bytes.size, work.text_bytes);
    measure(&work, argc > 3 ? atoi(argv[3]) : 5);
    gzip_decoder_destroy(work.decoder);
    free(work.got);
    free(work.text);
    free((void *)work.input.bytes.data);
    return 0;
}
