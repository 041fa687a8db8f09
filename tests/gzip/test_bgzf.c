/*
 * Claim: what is written as BGZF is BGZF and gzip, whatever the text and the level; its blocks are
 * found by walking from one to the next, and each gives its text or says what is wrong.
 */
#include "gzip/bgzf.h"

#include "gzip/compress.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

static void write_blocks(struct bytes *file, struct span text, size_t block, int level)
{
    struct gzip_deflater *deflater = gzip_deflater_create(level, NULL);
    CHECK(deflater);
    for (size_t at = 0; at < text.size; at += block) {
        const size_t left = text.size - at;
        reserve(file, GZIP_BGZF_BLOCK_BYTES);
        const size_t bytes =
            gzip_bgzf_compress(deflater, (struct span){text.data + at, left < block ? left : block},
                               file->data + file->size);
        CHECK(bytes <= GZIP_BGZF_BLOCK_BYTES);
        file->size += bytes;
    }
    gzip_deflater_destroy(deflater);
}

/* Walks over stretches, each as long as the last one asked for. */
static void walk(const struct bytes *file, struct gzip_bgzf_row *row, uint64_t to)
{
    const struct rounds rounds = {.file = span_of(file), .look = 30000};
    struct gzip_input input = {{NULL, 0}, 0, false};
    uint64_t from = 0, end;
    enum gzip_answer answer;
    rounds_read(&rounds, &input, 10);
    while (true) {
        CHECK_EQUAL(gzip_bgzf_walk(&input, from, to, row, &end, &answer, NULL), PFQ_OK);
        if (answer != GZIP_MORE)
            break;
        from = end;
        rounds_more(&rounds, &input);
    }
    CHECK_EQUAL(answer, GZIP_YES);
    CHECK(end >= to || end == file->size);
    free((void *)input.bytes.data);
}

static void check_blocks(const struct bytes *file, const struct bytes *text)
{
    static struct bytes got;
    const struct verdict verdict = judge(span_of(file), &got);
    CHECK(verdict.good && verdict.garbage == file->size && got.size == text->size);
    CHECK(!text->size || memcmp(got.data, text->data, text->size) == 0);
    struct gzip_bgzf_row row = {0};
    struct gzip_inflater *inflater = gzip_inflater_create(NULL);
    CHECK(inflater);
    walk(file, &row, UINT64_MAX);
    const struct gzip_input input = {span_of(file), 0, true};
    size_t at = 0;
    for (size_t i = 0; i < row.count; i++) {
        CHECK(row.blocks[i].size <= text->size - at);
        uint8_t *to = malloc(row.blocks[i].size + 1);
        CHECK(to);
        CHECK_EQUAL(gzip_bgzf_inflate(inflater, &input, &row.blocks[i], to, NULL), PFQ_OK);
        CHECK(!row.blocks[i].size || memcmp(to, text->data + at, row.blocks[i].size) == 0);
        at += row.blocks[i].size;
        free(to);
    }
    CHECK_EQUAL(at, text->size);
    gzip_inflater_destroy(inflater);
    free(row.blocks);
}

static void check_writing(void)
{
    struct bytes text = {0}, file = {0};
    for (int level = GZIP_LOWEST_LEVEL; level <= GZIP_HIGHEST_LEVEL; level++) {
        static const size_t blocks[] = {GZIP_BGZF_TEXT_BYTES, 1, 10000};
        for (size_t i = 0; i < 3; i++) {
            text.size = file.size = 0;
            add_fastq(&text, i == 1 ? 100 : 150000, 4);
            if (i != 1)
                add_random(&text, 2 * GZIP_BGZF_TEXT_BYTES); /* nothing to be won */
            write_blocks(&file, span_of(&text), blocks[i], level);
            append(&file, gzip_bgzf_end, sizeof gzip_bgzf_end);
            check_blocks(&file, &text);
        }
    }
    text.size = file.size = 0;
    append(&file, gzip_bgzf_end, sizeof gzip_bgzf_end);
    check_blocks(&file, &text);
    struct gzip_deflater *deflater = gzip_deflater_create(6, NULL);
    reserve(&file, GZIP_BGZF_BLOCK_BYTES);
    file.size = gzip_bgzf_compress(deflater, (struct span){NULL, 0}, file.data);
    check_blocks(&file, &text);
    gzip_deflater_destroy(deflater);
    free(text.data);
    free(file.data);
}

/* A bit flipped anywhere behind the header is found, unless it fills up the last byte. */
static void check_damage(void)
{
    struct bytes text = {0}, file = {0};
    add_fastq(&text, 3000, 4);
    write_blocks(&file, span_of(&text), 3000, 6);
    struct gzip_bgzf_row row = {0};
    walk(&file, &row, 1);
    CHECK_EQUAL(row.count, 1);
    struct gzip_inflater *inflater = gzip_inflater_create(NULL);
    const size_t size = (size_t)row.blocks[0].bytes;
    uint8_t *copy = malloc(size), *to = malloc(1 << 24);
    size_t bad = 0;
    CHECK(inflater && copy && to);
    for (size_t bit = 18 * 8; bit < size * 8; bit += 3) {
        memcpy(copy, file.data, size);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        const struct gzip_input input = {{copy, size}, 0, true};
        uint64_t end;
        enum gzip_answer answer;
        pfq_error err;
        row.count = 0;
        CHECK_EQUAL(gzip_bgzf_walk(&input, 0, 1, &row, &end, &answer, NULL), PFQ_OK);
        if (answer == GZIP_NO)
            continue; /* a text of more than 16 MiB */
        static struct bytes right;
        const bool good = judge(input.bytes, &right).good;
        CHECK_EQUAL(gzip_bgzf_inflate(inflater, &input, &row.blocks[0], to, &err),
                    good ? PFQ_OK : PFQ_BAD_GZIP);
        CHECK(good || strstr(err.message, "begins at byte 0"));
        bad += !good;
    }
    CHECK(bad > size * 2);
    gzip_inflater_destroy(inflater);
    free(row.blocks);
    free(copy);
    free(to);
    free(text.data);
    free(file.data);
}

int main(void)
{
    check_writing();
    check_damage();
    return 0;
}
