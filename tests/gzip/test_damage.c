/*
 * Claim: what zlib refuses is refused, wherever the file was cut, and whatever bit was flipped;
 * what it accepts is accepted, with the same text. Nothing else ever comes out, in chunks of any
 * size.
 */
#include "gzip/compress.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

static const size_t chunk_sizes[] = {1 << 20, 1500, 333};
enum { CHUNK_SIZES = sizeof chunk_sizes / sizeof chunk_sizes[0] };

static bool all_zero(struct span file, size_t from)
{
    while (from < file.size && file.data[from] == 0)
        from++;
    return from == file.size;
}

/* What must come out, given what zlib says. `text` is zlib's. */
static void check_verdict(const struct rounds *rounds, const struct verdict *verdict,
                          const struct bytes *text)
{
    /* All members that are whole come out, and nothing that differs, except from a member that
     * fails. */
    if (rounds->text_bytes)
        CHECK(rounds->text_bytes >= verdict->text || rounds->status);
    const size_t same = rounds->text_bytes < verdict->text ? rounds->text_bytes : verdict->text;
    CHECK(!same || memcmp(rounds->text, text->data, same) == 0);
    CHECK_EQUAL(rounds->status == PFQ_OK, verdict->good);
    if (!verdict->good) {
        CHECK(rounds->err.message[0]);
        CHECK(rounds->status == PFQ_BAD_GZIP || rounds->status == PFQ_CUT_GZIP);
        return;
    }
    CHECK_EQUAL(rounds->text_bytes, verdict->text);
    const bool follows =
        verdict->garbage < rounds->file.size && !all_zero(rounds->file, verdict->garbage);
    CHECK_EQUAL(rounds->garbage != GZIP_NOWHERE, follows);
    if (follows && rounds->file.data[verdict->garbage] != 0)
        CHECK_EQUAL(rounds->garbage, verdict->garbage);
}

static void check_file(struct span file, bool cut)
{
    static struct bytes text;
    static unsigned turn; /* the smallest chunks are the slowest, and are tried now and then */
    const struct verdict verdict = judge(file, &text);
    const size_t sizes = turn++ % 8 ? CHUNK_SIZES - 1 : CHUNK_SIZES;
    for (size_t i = 0; i < sizes; i++) {
        struct rounds rounds = {.file = file, .chunk_bytes = chunk_sizes[i], .look = 100 + 400 * i};
        rounds_run(&rounds);
        check_verdict(&rounds, &verdict, &text);
        if (cut && !verdict.good)
            CHECK_EQUAL(rounds.status, PFQ_CUT_GZIP);
        free(rounds.text);
    }
}

/* A few kilobytes with a bit of everything. */
static void make_file(struct bytes *file)
{
    struct bytes text = {0};
    add_fastq(&text, 4000, 4);
    add_member(file, span_of(&text), &(struct member){.level = 6, .memory = 1});
    add_member(file, (struct span){NULL, 0}, &(struct member){.level = 6});
    add_member(file, (struct span){text.data, 700}, &(struct member){.level = 0});
    add_member(file, (struct span){text.data, 900},
               &(struct member){.level = 6, .strategy = Z_FIXED});
    struct gzip_deflater *deflater = gzip_deflater_create(6, NULL);
    CHECK(deflater);
    for (int i = 0; i < 2; i++) {
        reserve(file, GZIP_BGZF_BLOCK_BYTES);
        file->size +=
            gzip_bgzf_compress(deflater, (struct span){text.data, 1500}, file->data + file->size);
    }
    append(file, gzip_bgzf_end, sizeof gzip_bgzf_end);
    gzip_deflater_destroy(deflater);
    add_high_fastq(&text, 3000);
    add_member(file, span_of(&text), &(struct member){.level = 9, .memory = 2});
    free(text.data);
}

static void check_every_length(const struct bytes *file)
{
    for (size_t size = 0; size < file->size; size++)
        check_file((struct span){file->data, size}, true);
}

static void check_every_flip_of_heads(const struct bytes *file)
{
    struct bytes damaged = {0};
    append(&damaged, file->data, file->size);
    for (size_t bit = 0; bit < 8 * 60; bit += 1 + bit / 100) {
        damaged.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        check_file(span_of(&damaged), false);
        damaged.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    free(damaged.data);
}

static void check_random_flips(const struct bytes *file, int times)
{
    struct bytes damaged = {0};
    for (int i = 0; i < times; i++) {
        damaged.size = 0;
        append(&damaged, file->data, file->size);
        for (unsigned n = below(3) + 1; n > 0; n--)
            damaged.data[below((unsigned)file->size)] ^= (uint8_t)(1U << below(8));
        check_file(span_of(&damaged), false);
    }
    free(damaged.data);
}

static void check_what_follows(const struct bytes *file)
{
    static const char *const tails[] = {"@r1\nACGT\n+\nFFFF\n",
                                        "x",
                                        "\x1f",
                                        "\x1f\x8b",
                                        "\x1f\x8b\x08",
                                        "\x1f\x8b\x07________________________",
                                        "PK"};
    struct bytes longer = {0};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
        for (size_t zeros = 0; zeros < 3000; zeros = 3 * zeros + 1) {
            longer.size = 0;
            append(&longer, file->data, file->size);
            reserve(&longer, zeros);
            memset(longer.data + longer.size, 0, zeros);
            longer.size += zeros;
            check_file(span_of(&longer), false);
            append(&longer, tails[i], strlen(tails[i]));
            check_file(span_of(&longer), false);
        }
    free(longer.data);
}

/* Zeros between members are padding as well, and so are those in front of garbage. */
static void check_padding(const struct bytes *file)
{
    struct bytes longer = {0};
    for (size_t zeros = 1; zeros < 3000; zeros = 3 * zeros + 1) {
        longer.size = 0;
        for (int i = 0; i < 2; i++) {
            append(&longer, file->data, file->size);
            reserve(&longer, zeros);
            memset(longer.data + longer.size, 0, zeros);
            longer.size += zeros;
        }
        check_file(span_of(&longer), false);
        longer.data[longer.size - zeros - 8] ^= 1; /* a wrong checksum behind padding */
        check_file(span_of(&longer), false);
    }
    free(longer.data);
}

/* A larger file, in which chunks start in the middle of a member. */
static void check_large(void)
{
    struct bytes text = {0}, file = {0}, damaged = {0};
    add_fastq(&text, 300000, 4);
    add_member(&file, span_of(&text), &(struct member){.level = 6, .memory = 5});
    for (int i = 0; i < 30; i++) {
        damaged.size = 0;
        append(&damaged, file.data, file.size);
        damaged.data[below((unsigned)file.size)] ^= (uint8_t)(1U << below(8));
        static struct bytes right;
        const struct verdict verdict = judge(span_of(&damaged), &right);
        struct rounds rounds = {
            .file = span_of(&damaged), .chunk_bytes = 9000 + 5000 * below(4), .look = 2000};
        rounds_run(&rounds);
        check_verdict(&rounds, &verdict, &right);
        free(rounds.text);
    }
    free(text.data);
    free(file.data);
    free(damaged.data);
}

int main(void)
{
    struct bytes file = {0};
    make_file(&file);
    check_file(span_of(&file), false);
    check_every_length(&file);
    check_every_flip_of_heads(&file);
    check_random_flips(&file, 250);
    check_what_follows(&file);
    check_padding(&file);
    check_large();
    free(file.data);
    rounds_forget_decoders();
    return 0;
}
