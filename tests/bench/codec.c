/*
 * What each codec makes of a column, and how fast, beside a plain copy of the same bytes.
 *
 *     bench_codec COLUMN.bin [ELEMENT_BYTES]      a file of the column's bytes; with ELEMENT_BYTES
 * > 1 elements are shuffled
 *
 * Chunks of 256 KiB, one thread, CPU time, the median of several passes over the first 64 MiB. The
 * ratio is encoded to raw bytes; MB/s are of raw bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/codec.h"

enum { CHUNK_BYTES = 256 * 1024, MOST_BYTES = 64 << 20, PASSES = 7 };

static const struct codec codecs[] = {
    {CODEC_NONE, 0, 0},    {CODEC_SUITED, 0, 0}, {CODEC_HUFFMAN, 0, 0},
    {CODEC_RUNS, 0, 0},    {CODEC_FAST, 0, 0},   {CODEC_DEFLATE, 1, 0},
    {CODEC_DEFLATE, 6, 0}, {CODEC_ZSTD, 1, 0},   {CODEC_ZSTD, 3, 0},
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_codec: %s\n", what);
    exit(1);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, PASSES, sizeof *values, by_value);
    return values[PASSES / 2];
}

/* The column, and its chunks as they are encoded, each at a place of its own. */
struct column {
    struct span raw;
    uint8_t *encoded, *back;
    size_t *bytes; /* of each encoded chunk */
    size_t chunks, step;
};

static struct span chunk(const struct column *column, size_t i)
{
    const size_t at = i * CHUNK_BYTES, left = column->raw.size - at;
    return (struct span){column->raw.data + at, left < CHUNK_BYTES ? left : CHUNK_BYTES};
}

static void encode(struct codec_state *state, const struct codec *codec,
                   const struct column *column)
{
    for (size_t i = 0; i < column->chunks; i++) {
        pfq_error err;
        if (codec_encode(state, codec, chunk(column, i), column->encoded + i * column->step,
                         column->step, &column->bytes[i], &err) != PFQ_OK)
            fail(err.message);
    }
}

static void decode(struct codec_state *state, const struct codec *codec,
                   const struct column *column)
{
    for (size_t i = 0; i < column->chunks; i++) {
        pfq_error err;
        const struct span in = {column->encoded + i * column->step, column->bytes[i]};
        if (codec_decode(state, codec, in, column->back + i * CHUNK_BYTES, chunk(column, i).size,
                         &err) != PFQ_OK)
            fail(err.message);
    }
}

static double rate(void (*pass)(struct codec_state *, const struct codec *, const struct column *),
                   struct codec_state *state, const struct codec *codec,
                   const struct column *column)
{
    double taken[PASSES];
    for (int i = 0; i < PASSES; i++) {
        const double began = seconds();
        pass(state, codec, column);
        taken[i] = seconds() - began;
    }
    return (double)column->raw.size / 1e6 / median(taken);
}

static void measure(struct codec_state *state, const struct codec *codec,
                    const struct column *column)
{
    const double encoding = rate(encode, state, codec, column);
    const double decoding = rate(decode, state, codec, column);
    size_t bytes = 0;
    for (size_t i = 0; i < column->chunks; i++)
        bytes += column->bytes[i];
    if (memcmp(column->back, column->raw.data, column->raw.size) != 0)
        fail("what came back is not what was encoded");
    char name[32];
    snprintf(name, sizeof name, codec->level ? "%s %d" : "%s", codec_name(codec->kind),
             codec->level);
    printf("%-10s %7.4f %9.0f %9.0f\n", name, (double)bytes / (double)column->raw.size, encoding,
           decoding);
}

static void read_column(const char *path, struct column *column)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(MOST_BYTES);
    if (!file || !data)
        fail("cannot open the column");
    column->raw = (struct span){data, fread(data, 1, MOST_BYTES, file)};
    fclose(file);
    if (!column->raw.size)
        fail("the column is empty");
    column->chunks = (column->raw.size + CHUNK_BYTES - 1) / CHUNK_BYTES;
    column->step = 2 * CHUNK_BYTES;
    column->encoded = malloc(column->chunks * column->step);
    column->back = malloc(column->chunks * CHUNK_BYTES);
    column->bytes = malloc(column->chunks * sizeof *column->bytes);
    if (!column->encoded || !column->back || !column->bytes)
        fail("no memory");
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "use: bench_codec COLUMN.bin [ELEMENT_BYTES]\n");
        return 2;
    }
    struct column column;
    read_column(argv[1], &column);
    struct codec_state *state = codec_create(NULL);
    if (!state)
        fail("no memory");
    printf("%-10s %7s %9s %9s\n", "codec", "ratio", "encode", "decode");
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        struct codec codec = codecs[i];
        codec.shuffle = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
        if (codec_has(codec.kind))
            measure(state, &codec, &column);
    }
    codec_destroy(state);
    free((void *)column.raw.data);
    free(column.encoded);
    free(column.back);
    free(column.bytes);
    return 0;
}
