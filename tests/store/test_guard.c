/*
 * Claim: what lies in a file is looked at each time that HDF5 may take it for something else, and
 * trees for which HDF5 would need much memory, or count otherwise, are refused. What cannot be seen
 * from outside is here; all else is in errors/test_hostile_hdf5.py.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "store/guard_dense.h"
#include "store/guard_header.h"
#include "support/check.h"

enum { PART = 512 };

/* Appends a number of n bytes, the lowest first. */
static uint8_t *put(uint8_t *to, uint64_t number, size_t n)
{
    for (; n > 0; n--, number >>= 8)
        *to++ = (uint8_t)number;
    return to;
}

static struct guard_file file_of(const uint8_t *data, size_t bytes)
{
    const struct guard_file file = {memfd_create("guard", 0), bytes, 0};
    CHECK(file.descriptor >= 0 && write(file.descriptor, data, bytes) == (ssize_t)bytes);
    return file;
}

/* ---- a part of a header that is also a header ---- */

/* Version 1: nothing but a second part, which is as long as what HDF5 reads of a header at first.
 */
static void make_header(uint8_t *to)
{
    to = put(to, 1, 2);
    to = put(to, 1, 2);
    to = put(to, 1, 4);
    to = put(to, 24, 8);
    to = put(to, 0x10, 2);
    to = put(to, 16, 6);
    to = put(to, PART, 8);
    put(to, PART, 8);
}

/* One message of a kind that nobody knows, or a header with two: `kind`, and one of nothing. */
static void make_part(uint8_t *to, uint64_t kind)
{
    enum { HEAD = 8, PREFIX = 16, FIRST = 64 };
    to = put(to, 0x0101, 2);
    to = put(to, PART - HEAD, 2);
    to = put(to, 1, 4);
    to = put(to, PART - PREFIX, 8);
    to = put(to, kind, 2);
    to = put(to, FIRST, 6);
    memset(to, 0xff, FIRST); /* no attribute */
    to = put(to + FIRST, 0, 2);
    put(to, PART - PREFIX - HEAD - FIRST - HEAD, 6);
}

static void check_parts(void)
{
    enum { NOTHING = 0, ATTRIBUTE = 0x0c };
    for (int sound = 0; sound < 2; sound++) {
        uint8_t data[2 * PART] = {0};
        struct guard_parts parts = {0};
        make_header(data);
        make_part(data + PART, sound ? NOTHING : ATTRIBUTE);
        const struct guard_file file = file_of(data, sizeof data);
        for (int again = 0; again < 2; again++) {
            CHECK(guard_header_sound(&file, 0, data, PART, &parts));
            CHECK(guard_header_sound(&file, PART, data + PART, PART, &parts));
            CHECK_EQUAL(guard_header_sound(&file, PART, data + PART, PART, &parts), sound);
        }
        CHECK(guard_header_sound(&file, 0, data, PART, &parts));
        CHECK(guard_header_sound(&file, 0, data, PART, &parts)); /* and forgets the part */
        CHECK(guard_header_sound(&file, PART, data + PART, PART, &parts));
        free(parts.list);
        close(file.descriptor);
    }
}

/* ---- empty trees ---- */

static bool no_message(void *context, struct guard_bytes message)
{
    (void)context, (void)message;
    return false;
}

/* Whether a heap and a tree without records, and with nodes of so many bytes, are sound. */
static bool empty_fits(uint64_t node_bytes)
{
    enum { TREE = 256, ID = 8, TYPE = 8, RECORD = 17, MOST = 1 << 20 };
    static const struct guard_records records = {TYPE, RECORD, 0, ID, 8, 2};
    uint8_t data[PART] = "FRHP";
    uint8_t *to = data + 5;
    to = put(to, ID, 2);
    to = put(to, 0, 3);
    to = put(to, 4096, 4); /* the longest object */
    to = put(to, 0, 8);
    to = put(to, UINT64_MAX, 8); /* no huge objects */
    to = put(to + 80, 4, 2);
    to = put(to, 1024, 8);
    to = put(to, 65536, 8);
    to = put(to, 40, 2);
    to = put(to, 1, 2);
    put(to, UINT64_MAX, 8);
    to = (uint8_t *)memcpy(data + TREE, "BTHD", 4) + 5;
    to = put(to, TYPE, 1);
    to = put(to, node_bytes, 4);
    to = put(to, RECORD, 2);
    put(to + 4, UINT64_MAX, 8);
    const struct guard_file file = file_of(data, sizeof data);
    struct guard_reader reader = {&file, MOST};
    const bool fits = guard_dense_fit(&reader, 0, TREE, &records, no_message, NULL);
    close(file.descriptor);
    return fits;
}

static void check_trees(void)
{
    enum { FRAME = 10, RECORD = 17 };
    CHECK(empty_fits(512));
    CHECK(empty_fits(FRAME + RECORD * UINT16_MAX));
    CHECK(!empty_fits(FRAME + RECORD * (UINT16_MAX + 1)));
    CHECK(!empty_fits(UINT32_MAX));
    CHECK(!empty_fits(FRAME));
}

int main(void)
{
    check_parts();
    check_trees();
    return 0;
}
