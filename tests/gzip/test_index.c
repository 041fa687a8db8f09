/*
 * Claims: an index is read as it was written; one that is flipped in any bit, cut short or too long
 * is refused, in the head, the points or the window that is damaged; and numbers that cannot be
 * true are refused though their checksums are right. Marks of a decoder do not depend on where it
 * is stopped and run on.
 */
#include "gzip/checksum.h"
#include "gzip/index.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

enum { POINTS = 3, WINDOW_AT = GZIP_INDEX_HEAD_BYTES };

/* The parts of a small index. */
struct parts {
    struct gzip_index_head head;
    struct gzip_point points[POINTS];
    uint8_t window[GZIP_PACKED_WINDOW_BYTES];
};

static struct parts make_parts(const struct gzip_window *window)
{
    struct gzip_deflater *deflater = gzip_deflater_create(6, NULL);
    struct parts parts = {.head = {.samples_crc = 7,
                                   .file_bytes = 1 << 20,
                                   .text_bytes = 5 << 20,
                                   .records = 100,
                                   .apart = 1 << 16,
                                   .points = POINTS},
                          .points = {{.place = GZIP_MEMBER, .window_at = WINDOW_AT},
                                     {.bit = 8 * 70001 + 3,
                                      .text = 400000,
                                      .record = 40,
                                      .record_at = 400123,
                                      .window_at = WINDOW_AT,
                                      .valid = window->valid},
                                     {.bit = 8 * 131072,
                                      .text = 800000,
                                      .record = 100,
                                      .record_at = 5 << 20,
                                      .place = GZIP_MEMBER,
                                      .window_at = WINDOW_AT}}};
    CHECK(deflater);
    const size_t bytes = gzip_window_pack(deflater, window, parts.window);
    parts.points[1].window_bytes = (uint32_t)bytes;
    parts.points[1].window_crc = gzip_crc(0, (struct span){parts.window, bytes});
    gzip_deflater_destroy(deflater);
    return parts;
}

/* The bytes of an index; checksums are those of what it holds. */
static void write_parts(const struct parts *parts, struct bytes *out)
{
    struct gzip_index_head head = parts->head;
    uint8_t points[POINTS * GZIP_POINT_BYTES], first[GZIP_INDEX_HEAD_BYTES];
    for (size_t i = 0; i < POINTS; i++)
        gzip_point_write(&parts->points[i], points + i * GZIP_POINT_BYTES);
    head.points_at = WINDOW_AT + parts->points[1].window_bytes;
    head.points_crc = gzip_crc(0, (struct span){points, sizeof points});
    gzip_index_head_write(&head, first);
    out->size = 0;
    append(out, first, sizeof first);
    append(out, parts->window, parts->points[1].window_bytes);
    append(out, points, sizeof points);
}

/* Reads all of an index: NULL, or the part that is refused. */
static const char *read_all(const struct bytes *bytes, struct parts *parts,
                            struct gzip_window *window)
{
    struct gzip_inflater *inflater = gzip_inflater_create(NULL);
    CHECK(inflater);
    const char *refused = NULL;
    if (gzip_index_head_read(span_of(bytes), bytes->size, &parts->head))
        refused = "head";
    else if (parts->head.points != POINTS ||
             gzip_points_read(&parts->head, bytes->data + parts->head.points_at, parts->points))
        refused = "points";
    for (size_t i = 0; i < POINTS && !refused; i++) {
        const struct gzip_point *const point = &parts->points[i];
        const struct span packed = {bytes->data + point->window_at, point->window_bytes};
        if (!gzip_window_unpack(inflater, point, packed, &window[i]))
            refused = "window";
    }
    gzip_inflater_destroy(inflater);
    return refused;
}

static void make_window(struct gzip_window *window, uint32_t valid)
{
    struct bytes text = {0};
    add_fastq(&text, GZIP_WINDOW_BYTES, 4);
    window->valid = valid;
    memcpy(window->bytes, text.data, GZIP_WINDOW_BYTES);
    free(text.data);
}

/* `far`: the points behind the first are so many bytes farther on than they are here. */
static void is_read_as_written(uint32_t valid, uint64_t far)
{
    static struct gzip_window window, found[POINTS];
    static struct parts made, read;
    struct bytes bytes = {0};
    make_window(&window, valid);
    made = make_parts(&window);
    made.head.file_bytes += far;
    made.head.text_bytes += far;
    for (size_t i = 1; i < POINTS; i++) {
        made.points[i].bit += 8 * far;
        made.points[i].text += far;
        made.points[i].record_at += far;
    }
    write_parts(&made, &bytes);
    CHECK(!read_all(&bytes, &read, found));
    CHECK_EQUAL(read.head.file_bytes, made.head.file_bytes);
    CHECK_EQUAL(read.points[2].text, made.points[2].text);
    CHECK_EQUAL(read.head.text_bytes, made.head.text_bytes);
    CHECK_EQUAL(read.head.samples_crc, made.head.samples_crc);
    CHECK_EQUAL(read.points[1].bit, made.points[1].bit);
    CHECK_EQUAL(read.points[1].record_at, made.points[1].record_at);
    CHECK_EQUAL(read.points[1].place, GZIP_BLOCK);
    CHECK_EQUAL(read.points[2].place, GZIP_MEMBER);
    CHECK(gzip_window_equals(&window, &found[1]));
    CHECK_EQUAL(found[2].valid, 0);
    free(bytes.data);
}

static void damage_is_found(void)
{
    static struct gzip_window window, found[POINTS];
    static struct parts made, read;
    struct bytes bytes = {0};
    make_window(&window, 3000);
    made = make_parts(&window);
    write_parts(&made, &bytes);
    for (size_t at = 0; at < bytes.size; at++) {
        bytes.data[at] ^= (uint8_t)(1U << below(8));
        CHECK(read_all(&bytes, &read, found));
        write_parts(&made, &bytes);
    }
    for (size_t size = bytes.size; size-- > 0;) {
        bytes.size = size;
        CHECK(read_all(&bytes, &read, found));
    }
    write_parts(&made, &bytes);
    append(&bytes, "", 1);
    CHECK(read_all(&bytes, &read, found));
    free(bytes.data);
}

/* One number after the other becomes what it cannot be. */
static void lies_are_refused(void)
{
    static struct gzip_window window, found[POINTS];
    static struct parts made, lie, read;
    static uint64_t *const numbers[] = {&lie.points[1].bit, &lie.points[1].text,
                                        &lie.points[1].record, &lie.points[1].record_at,
                                        &lie.points[1].window_at};
    static uint32_t *const small[] = {&lie.points[1].valid, &lie.points[1].window_crc,
                                      &lie.points[2].valid, &lie.points[2].window_bytes};
    struct bytes bytes = {0};
    make_window(&window, 3000);
    made = make_parts(&window);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        lie = made;
        *numbers[i] = UINT64_MAX - 7;
        write_parts(&lie, &bytes);
        CHECK(read_all(&bytes, &read, found));
    }
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        lie = made;
        *small[i] += 1;
        write_parts(&lie, &bytes);
        CHECK(read_all(&bytes, &read, found));
    }
    lie = made;
    lie.points[1].bit = lie.points[2].bit;
    write_parts(&lie, &bytes);
    CHECK(read_all(&bytes, &read, found));
    lie = made;
    lie.head.apart = 1; /* then there may be more points than memory */
    write_parts(&lie, &bytes);
    CHECK(read_all(&bytes, &read, found));
    free(bytes.data);
}

/* The marks of a whole file, decoded in pieces of `cap`, of stretches that grow by `stretch`. */
static size_t marks_of(struct span file, size_t cap, size_t stretch, uint64_t apart,
                       struct gzip_mark *marks, size_t most)
{
    struct gzip_decoder *decoder = gzip_decoder_create(NULL);
    const struct gzip_start start = {.place = GZIP_MEMBER};
    const struct gzip_limits limits = {UINT64_MAX, GZIP_STARTS_ANY, cap, apart};
    struct gzip_chunk chunk;
    size_t count = 0, text = 0, bytes = stretch < file.size ? stretch : file.size;
    CHECK(decoder);
    CHECK_EQUAL(gzip_decoder_start(decoder, &start, NULL), PFQ_OK);
    do {
        uint8_t *const copy = calloc(bytes + GZIP_PADDING_BYTES, 1);
        CHECK(copy);
        memcpy(copy, file.data, bytes);
        const struct gzip_input input = {{copy, bytes}, 0, bytes == file.size};
        CHECK_EQUAL(gzip_decoder_run(decoder, &input, &limits, &chunk, NULL), PFQ_OK);
        if (chunk.stop == GZIP_WANTS_INPUT)
            bytes = file.size - bytes > stretch ? bytes + stretch : file.size;
        for (size_t i = 0; i < chunk.mark_count; i++) {
            CHECK(count < most);
            marks[count] = chunk.marks[i];
            marks[count++].text += text;
        }
        text += chunk.text;
        gzip_decoder_drain(decoder);
        free(copy);
    } while (chunk.stop != GZIP_AT_END);
    gzip_decoder_destroy(decoder);
    return count;
}

static void marks_do_not_depend_on_stops(void)
{
    static struct gzip_mark marks[64], others[64];
    static const size_t caps[] = {5000, 300000, SIZE_MAX / 4};
    struct bytes text = {0}, file = {0};
    add_fastq(&text, 1500000, 4);
    add_member(&file, span_of(&text), &(struct member){.level = 6});
    add_member(&file, span_of(&text), &(struct member){.level = 1});
    const size_t count = marks_of(span_of(&file), SIZE_MAX / 4, file.size, 1 << 16, marks, 64);
    CHECK(count >= file.size >> 16);
    CHECK_EQUAL(marks[0].bit, 0);
    for (size_t i = 1; i < count; i++)
        CHECK(marks[i].bit >> 19 > marks[i - 1].bit >> 19 && marks[i].text > marks[i - 1].text);
    for (size_t k = 0; k < sizeof caps / sizeof *caps; k++) {
        CHECK_EQUAL(marks_of(span_of(&file), caps[k], 100000, 1 << 16, others, 64), count);
        for (size_t i = 0; i < count; i++)
            CHECK(others[i].bit == marks[i].bit && others[i].place == marks[i].place &&
                  others[i].text == marks[i].text);
    }
    free(text.data);
    free(file.data);
}

static void samples_are_in_the_file(void)
{
    static const uint64_t sizes[] = {0, 1, 4095, 4096, 4097, 1 << 20, UINT64_C(5) << 40};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (size_t i = 0; i < GZIP_INDEX_SAMPLES; i++) {
            uint64_t at;
            size_t bytes;
            gzip_index_sample(sizes[k], i, &at, &bytes);
            CHECK(at + bytes <= sizes[k]);
            CHECK(i || at == 0);
            CHECK(i + 1 < GZIP_INDEX_SAMPLES || at + bytes == sizes[k]);
        }
    CHECK_EQUAL(gzip_index_apart(1000), 1 << 16);
    CHECK_EQUAL(gzip_index_apart(64 << 20), 1 << 20);
    CHECK_EQUAL(gzip_index_apart(UINT64_C(5) << 40), 1 << 20);
}

int main(void)
{
    is_read_as_written(GZIP_WINDOW_BYTES, 0);
    is_read_as_written(GZIP_WINDOW_BYTES, UINT64_C(1) << 40);
    is_read_as_written(1, 0);
    is_read_as_written(0, 0);
    damage_is_found();
    lies_are_refused();
    marks_do_not_depend_on_stops();
    samples_are_in_the_file();
    return 0;
}
