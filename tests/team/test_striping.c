/*
 * Claims: the stripes of a layout are found in plain layouts, in those with a pool and in composite
 * ones, where the component at the far end counts; and a value that is cut short, or that lies
 * about itself, is never read outside its bytes.
 */
#include "team/striping.h"

#include <errno.h>
#include <sys/xattr.h>

#include "support/check.h"

enum { PLAIN = 0x0BD10BD0, POOL = 0x0BD30BD0, COMPOSITE = 0x0BD60BD0, KIB = 1024, MIB = 1 << 20 };

/* ---- a file system that has attributes ---- */

static const uint8_t *attribute;
static ssize_t attribute_bytes = -1;

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
    CHECK_TEXT(path, "file");
    CHECK_TEXT(name, "lustre.lov");
    if (attribute_bytes < 0) {
        errno = ENOTSUP;
        return -1;
    }
    CHECK((size_t)attribute_bytes <= size);
    memcpy(value, attribute, (size_t)attribute_bytes);
    return attribute_bytes;
}

/* ---- values ---- */

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
    memcpy(at, &value, bytes); /* this machine is a little-endian one, as the value is */
}

/* A plain layout of 32 bytes. */
static void put_plain(uint8_t *at, uint32_t magic, uint32_t pattern, uint32_t stripe,
                      uint16_t stripes)
{
    memset(at, 0xEE, 32);
    put(at, magic, 4);
    put(at + 4, pattern, 4);
    put(at + 24, stripe, 4);
    put(at + 28, stripes, 2);
}

/* Entry i of a composite layout. */
static void put_entry(uint8_t *value, int i, uint64_t begin, uint32_t at, uint32_t size)
{
    uint8_t *const entry = value + 32 + 48 * i;
    memset(entry, 0xEE, 48);
    put(entry + 8, begin, 8);
    put(entry + 24, at, 4);
    put(entry + 28, size, 4);
}

static void put_head(uint8_t *value, uint16_t entries)
{
    memset(value, 0xEE, 32);
    put(value, COMPOSITE, 4);
    put(value + 14, entries, 2);
}

/* Parses a copy that ends where its memory ends, so that a sanitizer sees a byte too much. */
static bool parse(const uint8_t *value, size_t size, struct striping *striping)
{
    uint8_t *const copy = malloc(size ? size : 1);
    CHECK(copy != NULL);
    if (size)
        memcpy(copy, value, size);
    const bool found = striping_parse(copy, size, striping);
    free(copy);
    return found;
}

static void expect(const uint8_t *value, size_t size, uint64_t bytes, uint64_t stripes)
{
    struct striping striping = {0};
    CHECK(parse(value, size, &striping));
    CHECK_EQUAL(striping.stripe_bytes, bytes);
    CHECK_EQUAL(striping.stripes, stripes);
}

static void refuse(const uint8_t *value, size_t size)
{
    struct striping striping;
    CHECK(!parse(value, size, &striping));
}

/* ---- claims ---- */

static void plain_layouts_are_understood(void)
{
    uint8_t value[48] = {0};
    put_plain(value, PLAIN, 1, MIB, 4);
    expect(value, 32, MIB, 4);
    expect(value, 48, MIB, 4);
    put_plain(value, POOL, 1, 64 * KIB, 0xffff);
    expect(value, 48, 64 * KIB, 0);
    put_plain(value, PLAIN, 0, 16 * MIB, 1); /* the default of a directory */
    expect(value, 32, 16 * MIB, 1);
    for (size_t size = 0; size < 32; size++)
        refuse(value, size);
}

static void what_is_no_layout_is_refused(void)
{
    uint8_t value[32];
    put_plain(value, 0x0BD20BD0, 1, MIB, 4);
    refuse(value, 32);
    put_plain(value, PLAIN, 0x100, MIB, 0); /* kept with the metadata */
    refuse(value, 32);
    put_plain(value, PLAIN, 2, MIB, 1);
    refuse(value, 32);
    static const uint32_t stripes[] = {0, 1, 512, 64 * KIB + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof stripes / sizeof *stripes; i++) {
        put_plain(value, PLAIN, 1, stripes[i], 4);
        refuse(value, 32);
    }
}

static void of_components_the_farthest_counts(void)
{
    enum { ENTRIES = 3, LAYOUTS = 32 + 48 * ENTRIES };
    uint8_t value[LAYOUTS + 32 * ENTRIES];
    put_head(value, ENTRIES);
    put_entry(value, 0, 0, LAYOUTS, 32);
    put_entry(value, 1, UINT64_C(1) << 34, LAYOUTS + 32, 32);
    put_entry(value, 2, 64 * KIB, LAYOUTS + 64, 32);
    put_plain(value + LAYOUTS, PLAIN, 0x100, MIB, 0);
    put_plain(value + LAYOUTS + 32, PLAIN, 1, 4 * MIB, 8);
    put_plain(value + LAYOUTS + 64, PLAIN, 1, MIB, 1);
    expect(value, sizeof value, 4 * MIB, 8);
    put_plain(value + LAYOUTS + 32, PLAIN, 1, 0, 8); /* not set: the one before it */
    expect(value, sizeof value, MIB, 1);
}

static void lies_of_components_are_refused(void)
{
    uint8_t value[32 + 48 + 32];
    put_plain(value + 80, PLAIN, 1, MIB, 1);
    put_head(value, 1);
    put_entry(value, 0, 0, 80, 32);
    expect(value, sizeof value, MIB, 1);
    for (size_t size = 0; size < sizeof value; size++)
        refuse(value, size);
    static const uint32_t places[][2] = {{81, 32},         {80, 33},         {80, 31},
                                         {UINT32_MAX, 32}, {80, UINT32_MAX}, {112, 0},
                                         {0, 112},         {UINT32_MAX, 1u}, {113, 0}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        put_entry(value, 0, 0, places[i][0], places[i][1]);
        refuse(value, sizeof value);
    }
    put_entry(value, 0, 0, 80, 32);
    put_head(value, 2);
    refuse(value, sizeof value);
    put_head(value, UINT16_MAX);
    refuse(value, sizeof value);
    put_head(value, 0);
    refuse(value, sizeof value);
}

/* Any bytes behind a true magic. */
static void noise_does_no_harm(void)
{
    static const uint32_t magics[] = {PLAIN, POOL, COMPOSITE};
    uint8_t value[256];
    struct striping striping;
    srand(7);
    for (int i = 0; i < 30000; i++) {
        const size_t size = (size_t)rand() % sizeof value;
        for (size_t k = 0; k < sizeof value; k++)
            value[k] = rand() % 3 ? 0 : (uint8_t)rand();
        put(value, magics[i % 3], 4);
        value[15] = 0;
        if (parse(value, size, &striping))
            CHECK(striping.stripe_bytes >= 64 * KIB && striping.stripe_bytes % (64 * KIB) == 0);
    }
}

static void a_file_is_asked(void)
{
    uint8_t value[32];
    struct striping striping;
    CHECK(!striping_find("file", &striping));
    put_plain(value, PLAIN, 1, MIB, 2);
    attribute = value;
    attribute_bytes = sizeof value;
    CHECK(striping_find("file", &striping) && striping.stripe_bytes == MIB);
    attribute_bytes = 0;
    CHECK(!striping_find("file", &striping));
}

int main(void)
{
    plain_layouts_are_understood();
    what_is_no_layout_is_refused();
    of_components_the_farthest_counts();
    lies_of_components_are_refused();
    noise_does_no_harm();
    a_file_is_asked();
    return 0;
}
