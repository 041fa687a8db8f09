/*
 * The layouts of Lustre, as they are in memory of this machine: numbers in its own byte order.
 *
 * A plain layout is a head of 32 bytes (magic, pattern, 16 bytes of identity, stripe size, stripe
 * count, generation); what follows, the names of pools and the objects, is of no interest here. A
 * composite one is a head of 32 bytes (magic, size, generation, flags, number of components) and an
 * entry of 48 bytes for each component, which says where its extent begins and where its plain
 * layout lies.
 */
#include "team/striping.h"

#include <string.h>
#include <sys/xattr.h>

enum {
    VALUE_MOST = 64 * 1024, /* the largest value an extended attribute has on Linux */

    HEAD_BYTES = 32,
    PATTERN_AT = 4,
    STRIPE_SIZE_AT = 24,
    STRIPE_COUNT_AT = 28,

    ENTRY_COUNT_AT = 14,
    ENTRY_BYTES = 48,
    EXTENT_BEGIN_AT = 8, /* in an entry */
    LAYOUT_AT = 24,
    LAYOUT_SIZE_AT = 28
};

#define MAGIC_PLAIN      UINT32_C(0x0BD10BD0)
#define MAGIC_POOL       UINT32_C(0x0BD30BD0)
#define MAGIC_SPECIFIC   UINT32_C(0x0BD50BD0)
#define MAGIC_COMPOSITE  UINT32_C(0x0BD60BD0)
#define PATTERN_RAID0    UINT32_C(1)
#define PATTERN_METADATA UINT32_C(0x100) /* kept with the metadata, not on servers of data */
#define ALL_SERVERS      0xffff

/* Stripes are multiples of 64 KiB; what is out of this range is an error of somebody's. */
#define STRIPE_LEAST (UINT64_C(64) << 10)
#define STRIPE_MOST  (UINT64_C(1) << 32)

static uint16_t word16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t word32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t word64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static bool parse_plain(const uint8_t *value, size_t size, struct striping *striping)
{
    if (size < HEAD_BYTES)
        return false;
    const uint32_t magic = word32(value), pattern = word32(value + PATTERN_AT);
    const uint64_t bytes = word32(value + STRIPE_SIZE_AT);
    const uint16_t count = word16(value + STRIPE_COUNT_AT);
    if (magic != MAGIC_PLAIN && magic != MAGIC_POOL && magic != MAGIC_SPECIFIC)
        return false;
    if (pattern & PATTERN_METADATA || (pattern && !(pattern & PATTERN_RAID0)))
        return false;
    if (bytes < STRIPE_LEAST || bytes > STRIPE_MOST || bytes % STRIPE_LEAST != 0)
        return false;
    *striping = (struct striping){bytes, count == ALL_SERVERS ? 0 : count};
    return true;
}

/* Where the layout of an entry lies is read from the value, and need not be inside it. */
static bool parse_component(const uint8_t *value, size_t size, const uint8_t *entry,
                            struct striping *striping)
{
    const size_t at = word32(entry + LAYOUT_AT), bytes = word32(entry + LAYOUT_SIZE_AT);
    if (at > size || bytes > size - at)
        return false;
    return parse_plain(value + at, bytes, striping);
}

bool striping_parse(const uint8_t *value, size_t size, struct striping *striping)
{
    if (size < HEAD_BYTES || word32(value) != MAGIC_COMPOSITE)
        return parse_plain(value, size, striping);
    const size_t entries = word16(value + ENTRY_COUNT_AT);
    bool found = false;
    uint64_t farthest = 0;
    if (entries > (size - HEAD_BYTES) / ENTRY_BYTES)
        return false;
    for (size_t i = 0; i < entries; i++) {
        struct striping one;
        const uint8_t *const entry = value + HEAD_BYTES + i * ENTRY_BYTES;
        const uint64_t begin = word64(entry + EXTENT_BEGIN_AT);
        if ((found && begin < farthest) || !parse_component(value, size, entry, &one))
            continue;
        *striping = one;
        farthest = begin;
        found = true;
    }
    return found;
}

bool striping_find(const char *path, struct striping *striping)
{
    uint8_t value[VALUE_MOST];
    const ssize_t size = getxattr(path, "lustre.lov", value, sizeof value);
    return size > 0 && striping_parse(value, (size_t)size, striping);
}
