/*
 * Claim: the finder finds every start: each dynamic block that zlib sees begin, unless it is the
 * last of its member, and each header of a member; from any place before it, and with no more of
 * the file than it asked for.
 */
#include "gzip/rounds.h"
#include "gzip/streams.h"

enum { MOST_PLACES = 4096 };

/* Starts as zlib sees them. */
struct places {
    struct gzip_found at[MOST_PLACES];
    size_t count;
};

static void add_place(struct places *places, uint64_t bit, enum gzip_place place)
{
    CHECK(places->count < MOST_PLACES);
    places->at[places->count++] = (struct gzip_found){bit, place};
}

static unsigned bits_at(struct span file, uint64_t bit, unsigned count)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < count; i++, bit++)
        bits |= (unsigned)(file.data[bit / 8] >> bit % 8 & 1) << i;
    return bits;
}

/* zlib stops at each block and says how many bits of the last byte it has not used. */
static size_t see_member(struct span file, size_t begin, struct places *places)
{
    static uint8_t text[1 << 16];
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    CHECK_EQUAL(inflateInit2(&stream, 31), Z_OK);
    memcpy(&stream.next_in, &(const uint8_t *){file.data + begin}, sizeof stream.next_in);
    stream.avail_in = (uInt)(file.size - begin);
    int code = Z_OK;
    add_place(places, (uint64_t)begin * 8, GZIP_MEMBER);
    while (code == Z_OK) {
        stream.next_out = text;
        stream.avail_out = sizeof text;
        code = inflate(&stream, Z_BLOCK);
        CHECK(code == Z_OK || code == Z_STREAM_END);
        const bool at_block = stream.data_type & 128 && !(stream.data_type & 64);
        if (code != Z_OK || !at_block)
            continue;
        const uint64_t bit =
            (uint64_t)(file.size - stream.avail_in) * 8 - (unsigned)(stream.data_type & 7);
        if (bits_at(file, bit, 3) == 4)
            add_place(places, bit, GZIP_BLOCK);
    }
    inflateEnd(&stream);
    return file.size - stream.avail_in;
}

static enum gzip_answer find(const struct rounds *rounds, uint64_t from, enum gzip_starts starts,
                             struct gzip_found *found)
{
    struct gzip_input input = {{NULL, 0}, from / 8, false};
    rounds_read(rounds, &input, 100);
    enum gzip_answer answer;
    while (true) {
        const uint64_t end = input.offset + input.bytes.size;
        answer = gzip_find(&input, from, end, starts, found);
        if (answer == GZIP_YES || input.last)
            break;
        from = found->bit;
        rounds_more(rounds, &input);
    }
    free((void *)input.bytes.data);
    return answer;
}

/* From the place behind each start the next one is found, and those between are none. */
static void check_places(const struct bytes *file, const struct places *places)
{
    const struct rounds rounds = {.file = span_of(file), .look = 20000};
    struct gzip_found found;
    for (size_t i = 0; i < places->count; i++) {
        const struct gzip_found want = places->at[i];
        const uint64_t before = i ? places->at[i - 1].bit + 1 : 0;
        const uint64_t from = before + below((unsigned)(want.bit - before + 1));
        CHECK_EQUAL(find(&rounds, from, GZIP_STARTS_ANY, &found), GZIP_YES);
        CHECK_EQUAL(found.bit, want.bit);
        CHECK_EQUAL(found.place, want.place);
        if (want.place != GZIP_MEMBER)
            continue;
        CHECK_EQUAL(
            find(&rounds, want.bit < 700 ? 0 : want.bit - below(700), GZIP_STARTS_MEMBERS, &found),
            GZIP_YES);
        CHECK_EQUAL(found.bit, want.bit);
        CHECK_EQUAL(found.place, GZIP_MEMBER);
    }
    CHECK_EQUAL(find(&rounds, places->at[places->count - 1].bit + 1, GZIP_STARTS_ANY, &found),
                GZIP_NO);
}

/* The two questions answer the same whatever there is of the file, or ask for more. */
static void check_questions(const struct bytes *file, const struct places *places)
{
    const struct rounds rounds = {.file = span_of(file)};
    for (size_t i = 0; i < places->count; i++) {
        struct gzip_input input = {{NULL, 0}, places->at[i].bit / 8, false};
        for (size_t size = 1; !input.last; size *= 2) {
            rounds_read(&rounds, &input, size);
            const enum gzip_answer answer =
                places->at[i].place == GZIP_BLOCK
                    ? gzip_is_block_start(&input, places->at[i].bit)
                    : gzip_is_member_start(&input, places->at[i].bit / 8);
            CHECK(answer == GZIP_YES || (answer == GZIP_MORE && !input.last));
        }
        free((void *)input.bytes.data);
    }
}

/* Whether a member is seen behind garbage depends on how long that is, and not on how much of the
 * file is known. */
static void check_garbage(const struct bytes *member)
{
    enum { FROM = 1000 };
    struct bytes file = {0};
    for (size_t size = GZIP_GARBAGE_BYTES - 1; size <= GZIP_GARBAGE_BYTES + 2; size++) {
        file.size = 0;
        reserve(&file, FROM + size);
        memset(file.data, 0xee, FROM + size);
        file.size = FROM + size;
        append(&file, member->data, member->size);
        const enum gzip_answer right = size <= GZIP_GARBAGE_BYTES ? GZIP_YES : GZIP_NO;
        const struct rounds rounds = {.file = span_of(&file)};
        struct gzip_input input = {{NULL, 0}, FROM, false};
        for (size_t known = 1; !input.last; known = 2 * known + 1) {
            rounds_read(&rounds, &input, known);
            const enum gzip_answer answer = gzip_hides_member(&input, FROM);
            CHECK(answer == right || (answer == GZIP_MORE && !input.last));
            CHECK(answer == right || known < size + GZIP_LOOK_BYTES);
        }
        free((void *)input.bytes.data);
    }
    free(file.data);
}

int main(void)
{
    static struct places places;
    struct bytes text = {0}, file = {0};
    add_fastq(&text, 1200000, 4);
    for (size_t at = 0; at < text.size;) {
        const size_t left = text.size - at;
        size_t size = 1 + below(300000);
        size = size < left ? size : left;
        const struct member member = {
            .level = 1 + (int)below(9), .memory = 1 + (int)below(9), .libdeflate = below(3) == 0};
        const size_t begin = file.size;
        add_member(&file, (struct span){text.data + at, size}, &member);
        CHECK_EQUAL(see_member(span_of(&file), begin, &places), file.size);
        at += size;
    }
    CHECK(places.count > 50);
    check_places(&file, &places);
    check_questions(&file, &places);
    check_garbage(&file);
    free(text.data);
    free(file.data);
    return 0;
}
