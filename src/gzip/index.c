/*
 * From numbers to bytes and back.
 */
#include "gzip/index.h"

#include <libdeflate.h>

enum {
    VERSION = 1,
    MAGIC_BYTES = 8,
    HEAD_CRC_AT = GZIP_INDEX_HEAD_BYTES - 4,
    LEAST_APART = 64 * 1024,
    MOST_APART = 1 << 20,
    POINTS_OF_SMALL_FILE = 64
};

static const uint8_t magic[MAGIC_BYTES] = {'P', 'F', 'Q', 'I', '\r', '\n', 0x1a, '\n'};

uint64_t gzip_index_apart(uint64_t file_bytes)
{
    uint64_t apart = LEAST_APART;
    while (apart < MOST_APART && apart * 2 * POINTS_OF_SMALL_FILE <= file_bytes)
        apart *= 2;
    return apart;
}

void gzip_index_sample(uint64_t file_bytes, size_t i, uint64_t *at, size_t *bytes)
{
    const uint64_t most = GZIP_INDEX_SAMPLE_BYTES, steps = GZIP_INDEX_SAMPLES - 1;
    *bytes = (size_t)(file_bytes < most ? file_bytes : most);
    const uint64_t room = file_bytes - *bytes;
    *at = room / steps * i + room % steps * i / steps;
}

/* ---- writing ---- */

static void put(uint8_t **to, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *(*to)++ = (uint8_t)(number >> (8 * i));
}

void gzip_index_head_write(const struct gzip_index_head *head, uint8_t bytes[GZIP_INDEX_HEAD_BYTES])
{
    uint8_t *to = bytes + MAGIC_BYTES;
    memcpy(bytes, magic, MAGIC_BYTES);
    put(&to, VERSION, 4);
    put(&to, head->samples_crc, 4);
    put(&to, head->file_bytes, 8);
    put(&to, head->text_bytes, 8);
    put(&to, head->records, 8);
    put(&to, head->apart, 8);
    put(&to, head->points, 8);
    put(&to, head->points_at, 8);
    put(&to, head->points_crc, 4);
    put(&to, libdeflate_crc32(0, bytes, HEAD_CRC_AT), 4);
}

void gzip_point_write(const struct gzip_point *point, uint8_t bytes[GZIP_POINT_BYTES])
{
    uint8_t *to = bytes;
    put(&to, point->bit, 8);
    put(&to, point->text, 8);
    put(&to, point->record, 8);
    put(&to, point->record_at, 8);
    put(&to, point->window_at, 8);
    put(&to, point->window_bytes, 4);
    put(&to, point->window_crc, 4);
    put(&to, point->valid, 4);
    put(&to, point->place == GZIP_MEMBER, 4);
}

/* ---- reading ---- */

bool gzip_index_is_one(struct span bytes)
{
    return bytes.size >= MAGIC_BYTES && memcmp(bytes.data, magic, MAGIC_BYTES) == 0;
}

static uint64_t get8(const uint8_t **from)
{
    const uint64_t number = gzip_load8(*from);
    *from += 8;
    return number;
}

static uint32_t get4(const uint8_t **from)
{
    const uint32_t number = gzip_load4(*from);
    *from += 4;
    return number;
}

const char *gzip_index_head_read(struct span bytes, uint64_t index_bytes,
                                 struct gzip_index_head *head)
{
    if (!gzip_index_is_one(bytes))
        return "it is no index";
    if (bytes.size < GZIP_INDEX_HEAD_BYTES || index_bytes < GZIP_INDEX_HEAD_BYTES)
        return "it is cut short";
    const uint8_t *from = bytes.data + MAGIC_BYTES;
    if (get4(&from) != VERSION)
        return "it is of another version";
    if (libdeflate_crc32(0, bytes.data, HEAD_CRC_AT) != gzip_load4(bytes.data + HEAD_CRC_AT))
        return "its head is damaged";
    head->samples_crc = get4(&from);
    head->file_bytes = get8(&from);
    head->text_bytes = get8(&from);
    head->records = get8(&from);
    head->apart = get8(&from);
    head->points = get8(&from);
    head->points_at = get8(&from);
    head->points_crc = get4(&from);
    if (head->points_at < GZIP_INDEX_HEAD_BYTES || head->points_at > index_bytes)
        return "its head is wrong";
    if (head->apart < LEAST_APART || head->points > head->file_bytes / head->apart + 1)
        return "its head is wrong";
    const uint64_t room = index_bytes - head->points_at;
    if (room % GZIP_POINT_BYTES || head->points != room / GZIP_POINT_BYTES)
        return "it is cut short, or too long";
    return NULL;
}

static struct gzip_point read_point(const uint8_t *from, uint32_t *place)
{
    struct gzip_point point;
    point.bit = get8(&from);
    point.text = get8(&from);
    point.record = get8(&from);
    point.record_at = get8(&from);
    point.window_at = get8(&from);
    point.window_bytes = get4(&from);
    point.window_crc = get4(&from);
    point.valid = get4(&from);
    *place = get4(&from);
    point.place = *place ? GZIP_MEMBER : GZIP_BLOCK;
    return point;
}

/* Could this be the point behind `last`? */
static bool is_possible(const struct gzip_index_head *head, const struct gzip_point *last,
                        const struct gzip_point *point, uint32_t place)
{
    const bool in_order = !last || (point->bit / 8 > last->bit / 8 && point->text >= last->text &&
                                    point->record >= last->record);
    const bool within = point->bit / 8 < head->file_bytes && point->text <= head->text_bytes &&
                        point->record <= head->records && point->record_at >= point->text &&
                        point->record_at <= head->text_bytes;
    const bool window = point->window_bytes <= GZIP_PACKED_WINDOW_BYTES &&
                        point->window_at <= head->points_at &&
                        point->window_bytes <= head->points_at - point->window_at &&
                        point->valid <= GZIP_WINDOW_BYTES && point->valid <= point->text &&
                        !point->valid == !point->window_bytes;
    const bool member = place == 0 || (place == 1 && point->bit % 8 == 0 && !point->valid);
    return in_order && within && window && member;
}

const char *gzip_points_read(const struct gzip_index_head *head, const uint8_t *bytes,
                             struct gzip_point *points)
{
    if (libdeflate_crc32(0, bytes, (size_t)head->points * GZIP_POINT_BYTES) != head->points_crc)
        return "its points are damaged";
    for (size_t i = 0; i < head->points; i++) {
        uint32_t place;
        points[i] = read_point(bytes + i * GZIP_POINT_BYTES, &place);
        if (!is_possible(head, i ? &points[i - 1] : NULL, &points[i], place))
            return "its points are impossible";
    }
    return NULL;
}

/* ---- windows ---- */

static const uint8_t *first_valid(const struct gzip_window *window)
{
    return window->bytes + GZIP_WINDOW_BYTES - window->valid;
}

size_t gzip_window_pack(struct gzip_deflater *deflater, const struct gzip_window *window,
                        uint8_t packed[GZIP_PACKED_WINDOW_BYTES])
{
    const struct span text = {first_valid(window), window->valid};
    return window->valid ? gzip_deflate_raw(deflater, text, packed) : 0;
}

bool gzip_window_unpack(struct gzip_inflater *inflater, const struct gzip_point *point,
                        struct span packed, struct gzip_window *window)
{
    memset(window->bytes, 0, GZIP_WINDOW_BYTES - point->valid);
    window->valid = point->valid;
    if (!point->valid)
        return true;
    uint8_t *const to = window->bytes + GZIP_WINDOW_BYTES - point->valid;
    return packed.size == point->window_bytes &&
           libdeflate_crc32(0, packed.data, packed.size) == point->window_crc &&
           gzip_inflate_raw(inflater, packed, to, point->valid);
}

bool gzip_window_equals(const struct gzip_window *a, const struct gzip_window *b)
{
    return a->valid == b->valid && memcmp(first_valid(a), first_valid(b), a->valid) == 0;
}
