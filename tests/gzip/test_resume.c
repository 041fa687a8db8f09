/*
 * Claim: a decoder can be stopped anywhere, by a cap or by the end of a stretch, drained and run
 * on, and gives the same text, with its window known, unknown, or becoming known on the way.
 */
#include "gzip/rounds.h"
#include "gzip/streams.h"

/* A file, its text, and a place in it with a block that no window is known for. */
struct subject {
    struct bytes file, text;
    uint64_t bit;   /* of the block */
    size_t text_at; /* of the text it begins */
    struct gzip_window window;
};

/* The text from the place on, as it comes. */
struct taking {
    const struct subject *subject;
    const struct gzip_window *window;
    size_t at;
    size_t most; /* the longest piece */
};

static void take(struct taking *taking, const struct gzip_chunk *chunk)
{
    static uint8_t text[8 << 20];
    uint32_t *checksums = malloc((chunk->end_count + 1) * sizeof *checksums);
    CHECK(checksums);
    CHECK(chunk->text <= sizeof text);
    gzip_resolve(chunk, taking->window, text, checksums);
    free(checksums);
    CHECK(chunk->text <= taking->subject->text.size - taking->at);
    CHECK(memcmp(text, taking->subject->text.data + taking->at, chunk->text) == 0);
    taking->at += chunk->text;
    taking->most = chunk->text > taking->most ? chunk->text : taking->most;
}

/* Runs to the end of the file: stretches of `stretch` bytes more each time, pieces of `cap`. */
static void run(const struct subject *subject, const struct gzip_start *start, size_t stretch,
                size_t cap, size_t settle_after)
{
    struct gzip_decoder *decoder = gzip_decoder_create(NULL);
    struct gzip_chunk chunk;
    struct taking taking = {subject, &subject->window, start->bit ? subject->text_at : 0, 0};
    const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, cap, 0};
    CHECK(decoder);
    CHECK_EQUAL(gzip_decoder_start(decoder, start, NULL), PFQ_OK);
    const struct rounds rounds = {.file = span_of(&subject->file)};
    struct gzip_input input = {{NULL, 0}, start->bit / 8, false};
    rounds_read(&rounds, &input, stretch);
    size_t drained = 0;
    do {
        CHECK_EQUAL(gzip_decoder_run(decoder, &input, &limits, &chunk, NULL), PFQ_OK);
        CHECK(chunk.bit / 8 >= input.offset);
        if (chunk.stop == GZIP_WANTS_INPUT) { /* a longer stretch, from where it must begin */
            const size_t reached = input.bytes.size - (size_t)(chunk.bit / 8 - input.offset);
            input.offset = chunk.bit / 8;
            rounds_read(&rounds, &input, reached + stretch);
        }
        if (chunk.stop == GZIP_WANTS_INPUT && below(2))
            continue; /* what is there may as well wait */
        take(&taking, &chunk);
        gzip_decoder_drain(decoder);
        if (++drained == settle_after && !start->window)
            CHECK_EQUAL(gzip_decoder_settle(decoder, &subject->window, 0, NULL), PFQ_OK);
    } while (chunk.stop == GZIP_AT_CAP || chunk.stop == GZIP_WANTS_INPUT);
    CHECK_EQUAL(chunk.stop, GZIP_AT_END);
    CHECK_EQUAL(taking.at, subject->text.size);
    CHECK(taking.most <= cap + GZIP_LONGEST_MATCH);
    free((void *)input.bytes.data);
    gzip_decoder_destroy(decoder);
}

/* The block that the finder finds behind `from`, and the text before it. */
static void find_place(struct subject *subject, uint64_t from)
{
    struct gzip_decoder *decoder = gzip_decoder_create(NULL);
    struct gzip_chunk chunk;
    struct gzip_input input = {{NULL, 0}, 0, false};
    const struct rounds rounds = {.file = span_of(&subject->file)};
    const struct gzip_start start = {.place = GZIP_MEMBER};
    const struct gzip_limits limits = {from, GZIP_STARTS_ANY, SIZE_MAX / 4, 0};
    CHECK(decoder);
    rounds_read(&rounds, &input, subject->file.size);
    CHECK_EQUAL(gzip_decoder_start(decoder, &start, NULL), PFQ_OK);
    CHECK_EQUAL(gzip_decoder_run(decoder, &input, &limits, &chunk, NULL), PFQ_OK);
    CHECK_EQUAL(chunk.stop, GZIP_AT_START);
    CHECK_EQUAL(chunk.place, GZIP_BLOCK);
    subject->bit = chunk.bit;
    subject->text_at = chunk.text;
    gzip_window_of(&chunk.tail, NULL, 0, chunk.text, &subject->window);
    free((void *)input.bytes.data);
    gzip_decoder_destroy(decoder);
}

static void check_subject(struct subject *subject)
{
    static const size_t caps[] = {1, 300, 30000, 200000, SIZE_MAX / 4};
    static const size_t stretches[] = {1500, 40000, 4 << 20};
    const struct gzip_start first = {.place = GZIP_MEMBER};
    find_place(subject, 12); /* the second block, or one soon behind it */
    const struct gzip_start unknown = {subject->bit, GZIP_BLOCK, NULL, GZIP_NOWHERE};
    const struct gzip_start known = {subject->bit, GZIP_BLOCK, &subject->window, 0};
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
        for (size_t k = 0; k < sizeof stretches / sizeof stretches[0]; k++) {
            if (caps[i] == 1 && k > 0)
                continue; /* slow, and nothing new */
            run(subject, &first, stretches[k], caps[i], 0);
            run(subject, &known, stretches[k], caps[i], 0);
            run(subject, &unknown, stretches[k], caps[i], 0);
            run(subject, &unknown, stretches[k], caps[i], 1 + below(10));
        }
    free(subject->file.data);
    free(subject->text.data);
}

static void check(void (*make)(struct bytes *, size_t), size_t size, const struct member *member)
{
    struct subject subject = {.bit = 0};
    make(&subject.text, size);
    add_member(&subject.file, span_of(&subject.text), member);
    check_subject(&subject);
}

static void add_levels(struct bytes *text, size_t size)
{
    add_fastq(text, size, 4);
}

/* Text that gets mapped soon, and then cannot stay so. */
static void add_letters_and_high(struct bytes *text, size_t size)
{
    add_letters(text, size);
    for (size_t at = 400000; at < text->size; at += 100000)
        text->data[at] = 0xff;
}

int main(void)
{
    check(add_levels, 400000, &(struct member){.level = 6});
    check(add_levels, 900000, &(struct member){.level = 12, .libdeflate = true});
    check(add_letters, 600000, &(struct member){.level = 1});
    check(add_letters_and_high, 900000, &(struct member){.level = 1});
    check(add_letters_and_high, 700000, &(struct member){.level = 1, .memory = 3});
    check(add_high_fastq, 300000, &(struct member){.level = 6, .memory = 3});
    return 0;
}
