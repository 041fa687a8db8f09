/*
 * Claim: what is found, decoded and walked over does not depend on where in its file a stretch
 * is said to be: at byte 2^40 and behind, which no file here reaches, bits and bytes are those of
 * the beginning, so much farther on.
 */
#include "gzip/bgzf.h"
#include "gzip/compress.h"
#include "gzip/find.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

static const uint64_t far_away[] = {UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 40,
                                    (UINT64_C(1) << 40) + 12345};
enum { FARS = sizeof far_away / sizeof *far_away, LOW = 200000 };

/* A file in memory of its own, with what the decoder wants behind it. */
static struct gzip_input stretch_of(const struct bytes *file, uint64_t offset)
{
    const struct rounds rounds = {.file = span_of(file)};
    struct gzip_input input = {{NULL, 0}, 0, false};
    rounds_read(&rounds, &input, file->size);
    input.offset = offset;
    return input;
}

/* The text from `start` on, which must be the end of `text`. Returns the bit behind it. */
static uint64_t decode(const struct gzip_input *input, const struct gzip_start *start,
                       const struct bytes *text)
{
    struct gzip_decoder *const decoder = gzip_decoder_create(NULL);
    const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, SIZE_MAX / 4, 0};
    struct gzip_chunk chunk;
    CHECK(decoder);
    CHECK_EQUAL(gzip_decoder_start(decoder, start, NULL), PFQ_OK);
    CHECK_EQUAL(gzip_decoder_run(decoder, input, &limits, &chunk, NULL), PFQ_OK);
    CHECK_EQUAL(chunk.stop, GZIP_AT_END);
    CHECK(chunk.text > 0 && chunk.text <= text->size);
    if (start->place == GZIP_MEMBER) { /* nothing before it is referred to */
        uint8_t *const out = malloc(chunk.text);
        uint32_t *const checksums = malloc((chunk.end_count + 1) * sizeof *checksums);
        CHECK(out && checksums);
        gzip_resolve(&chunk, NULL, out, checksums);
        CHECK(memcmp(out, text->data + text->size - chunk.text, chunk.text) == 0);
        free(out);
        free(checksums);
    }
    const uint64_t bit = chunk.bit;
    gzip_decoder_destroy(decoder);
    return bit;
}

static void starts_are_found_and_decoded(const struct bytes *file, const struct bytes *text,
                                         enum gzip_starts starts, enum gzip_place place)
{
    const struct gzip_input near = stretch_of(file, 0);
    struct gzip_found found;
    CHECK_EQUAL(gzip_find(&near, 8 * 2000, file->size, starts, &found), GZIP_YES);
    CHECK_EQUAL(found.place, place);
    const struct gzip_start start = {found.bit, place, NULL,
                                     place == GZIP_MEMBER ? found.bit / 8 : GZIP_NOWHERE};
    const uint64_t end = decode(&near, &start, text);
    free((void *)near.bytes.data);
    for (size_t i = 0; i < FARS; i++) {
        const struct gzip_input input = stretch_of(file, far_away[i]);
        struct gzip_found far;
        CHECK_EQUAL(
            gzip_find(&input, 8 * (far_away[i] + 2000), far_away[i] + file->size, starts, &far),
            GZIP_YES);
        CHECK_EQUAL(far.bit, found.bit + 8 * far_away[i]);
        const struct gzip_start there = {far.bit, place, NULL,
                                         place == GZIP_MEMBER ? far.bit / 8 : GZIP_NOWHERE};
        CHECK_EQUAL(decode(&input, &there, text), end + 8 * far_away[i]);
        free((void *)input.bytes.data);
    }
}

static void blocks_are_walked(const struct bytes *file, const struct bytes *text)
{
    struct gzip_inflater *const inflater = gzip_inflater_create(NULL);
    static uint8_t out[GZIP_BGZF_TEXT_BYTES];
    CHECK(inflater);
    for (size_t i = 0; i < FARS; i++) {
        const struct gzip_input input = stretch_of(file, far_away[i]);
        struct gzip_bgzf_row row = {0};
        enum gzip_answer answer;
        uint64_t end, at = far_away[i];
        size_t seen = 0;
        CHECK_EQUAL(gzip_bgzf_walk(&input, far_away[i], UINT64_MAX, &row, &end, &answer, NULL),
                    PFQ_OK);
        CHECK_EQUAL(answer, GZIP_YES);
        CHECK_EQUAL(end, far_away[i] + file->size);
        for (size_t k = 0; k < row.count; k++) {
            CHECK_EQUAL(row.blocks[k].offset, at);
            at += row.blocks[k].bytes;
            CHECK(row.blocks[k].size <= sizeof out && seen + row.blocks[k].size <= text->size);
            CHECK_EQUAL(gzip_bgzf_inflate(inflater, &input, &row.blocks[k], out, NULL), PFQ_OK);
            CHECK(memcmp(out, text->data + seen, row.blocks[k].size) == 0);
            seen += row.blocks[k].size;
        }
        CHECK_EQUAL(seen, text->size);
        free(row.blocks);
        free((void *)input.bytes.data);
    }
    gzip_inflater_destroy(inflater);
}

int main(void)
{
    struct bytes text = {0}, stream = {0}, members = {0}, blocks = {0};
    struct gzip_deflater *const deflater = gzip_deflater_create(6, NULL);
    CHECK(deflater);
    add_fastq(&text, LOW, 4);
    add_member(&stream, span_of(&text), &(struct member){.level = 1, .memory = 3});
    starts_are_found_and_decoded(&stream, &text, GZIP_STARTS_ANY, GZIP_BLOCK);
    for (size_t at = 0; at < text.size; at += 20000) {
        const size_t left = text.size - at, some = left < 20000 ? left : 20000;
        const struct span part = {text.data + at, some};
        add_member(&members, part, &(struct member){.level = 6});
        reserve(&blocks, GZIP_BGZF_BLOCK_BYTES);
        blocks.size += gzip_bgzf_compress(deflater, part, blocks.data + blocks.size);
    }
    starts_are_found_and_decoded(&members, &text, GZIP_STARTS_MEMBERS, GZIP_MEMBER);
    blocks_are_walked(&blocks, &text);
    gzip_deflater_destroy(deflater);
    free(text.data);
    free(stream.data);
    free(members.data);
    free(blocks.data);
    return 0;
}
