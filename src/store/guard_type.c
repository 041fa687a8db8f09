#include "store/guard_type.h"

enum {
    MOST_NUMBER_BYTES = 16,
    DEEPEST = 16 /* datatypes in datatypes */
};

static const struct guard_type UNSOUND = {0};

/* Types lie in types, as deep as DEEPEST. NOLINTBEGIN(misc-no-recursion) */
static struct guard_type read_type(struct guard_bytes *bytes, int depth);

static bool bits_fit(uint64_t offset, uint64_t bits, uint64_t size)
{
    return bits > 0 && offset + bits <= 8 * size && size <= MOST_NUMBER_BYTES;
}

static bool integer_fits(struct guard_bytes *bytes, uint64_t size)
{
    const uint64_t offset = guard_take(bytes, 2), bits = guard_take(bytes, 2);
    return bits_fit(offset, bits, size);
}

static bool float_fits(struct guard_bytes *bytes, uint64_t flags, uint64_t size)
{
    const uint64_t offset = guard_take(bytes, 2), bits = guard_take(bytes, 2);
    const uint64_t exponent_at = guard_take(bytes, 1), exponent = guard_take(bytes, 1);
    const uint64_t mantissa_at = guard_take(bytes, 1), mantissa = guard_take(bytes, 1);
    const uint64_t sign_at = flags >> 8 & 0xff;
    guard_pass(bytes, 4);
    const uint64_t end = offset + bits;
    return bits_fit(offset, bits, size) && exponent > 0 && mantissa > 0 && sign_at < end &&
           exponent_at + exponent <= end && mantissa_at + mantissa <= end;
}

/* The bytes of an offset into an element: as few as do (version 3). */
static size_t offset_bytes(uint64_t size)
{
    size_t n = 1;
    while (n < 4 && size >> 8 * n)
        n++;
    return n;
}

static bool members_fit(struct guard_bytes *bytes, unsigned version, uint64_t n,
                        struct guard_type *type, int depth)
{
    enum { DIMENSIONS = 28 }; /* of version 1: how many, how long, and in which order */
    for (uint64_t i = 0; i < n && bytes->good; i++) {
        guard_pass_name(bytes, version < 3);
        const uint64_t offset = guard_take(bytes, version < 3 ? 4 : offset_bytes(type->size));
        if (version == 1 && bytes->left && *bytes->at != 0)
            return false; /* members that are arrays have a datatype for that since 1.4 */
        if (version == 1)
            guard_pass(bytes, DIMENSIONS);
        const struct guard_type member = read_type(bytes, depth + 1);
        if (!member.size || offset > type->size || member.size > type->size - offset)
            return false;
        type->heaps |= member.heaps;
    }
    return n > 0;
}

static bool values_fit(struct guard_bytes *bytes, unsigned version, uint64_t n, uint64_t size,
                       int depth)
{
    const struct guard_type base = read_type(bytes, depth + 1);
    for (uint64_t i = 0; i < n && bytes->good; i++)
        guard_pass_name(bytes, version < 3);
    guard_pass(bytes, n * base.size);
    return base.size == size && !base.heaps && size <= MOST_NUMBER_BYTES;
}

static bool array_fits(struct guard_bytes *bytes, unsigned version, struct guard_type *type,
                       int depth)
{
    const uint64_t rank = guard_take(bytes, 1);
    uint64_t elements = 1;
    guard_pass(bytes, version < 3 ? 3 : 0);
    if (rank == 0 || rank > GUARD_MOST_RANK)
        return false;
    for (uint64_t i = 0; i < rank && elements <= UINT32_MAX; i++)
        elements *= guard_take(bytes, 4);
    guard_pass(bytes, version < 3 ? 4 * rank : 0);
    const struct guard_type base = read_type(bytes, depth + 1);
    type->heaps = base.heaps;
    return base.size && elements <= UINT32_MAX && elements * base.size == type->size;
}

/* IV.A.2.d. */
static struct guard_type read_type(struct guard_bytes *bytes, int depth)
{
    enum {
        INTEGER,
        FLOAT,
        TIME,
        STRING,
        BITS,
        OPAQUE,
        COMPOUND,
        REFERENCE,
        ENUM,
        VARIABLE,
        ARRAY,
        NONE
    };
    enum { VARIABLE_BYTES = 16 }; /* how many, in which heap, which object */
    const uint64_t head = guard_take(bytes, 1), flags = guard_take(bytes, 3),
                   size = guard_take(bytes, 4);
    const unsigned version = (unsigned)(head >> 4);
    struct guard_type type = {.size = size};
    bool good = version >= 1 && version <= 4 && depth < DEEPEST;
    switch (good ? head & 15 : NONE) {
    case INTEGER:
    case BITS:
        good = integer_fits(bytes, size);
        break;
    case FLOAT:
        good = float_fits(bytes, flags, size);
        break;
    case STRING:
    case REFERENCE:
        break;
    case TIME:
        guard_pass(bytes, 2);
        break;
    case OPAQUE:
        guard_pass(bytes, flags & 0xff);
        break;
    case COMPOUND:
        good = members_fit(bytes, version, flags & 0xffff, &type, depth);
        break;
    case ENUM:
        good = values_fit(bytes, version, flags & 0xffff, size, depth);
        break;
    case VARIABLE: {
        const struct guard_type base = read_type(bytes, depth + 1);
        type.elements = base.size;
        type.heaps = true;
        good = size == VARIABLE_BYTES && base.size && !base.heaps;
        break;
    }
    case ARRAY:
        good = array_fits(bytes, version, &type, depth);
        break;
    default:
        good = false;
    }
    return good && bytes->good ? type : UNSOUND;
}

/* NOLINTEND(misc-no-recursion) */

/* IV.A.2.b. */
bool guard_space_read(struct guard_bytes *bytes, struct guard_space *space)
{
    enum { LONGEST = 1, NONE = 2 };
    const uint64_t version = guard_take(bytes, 1);
    space->rank = guard_take(bytes, 1);
    const uint64_t flags = guard_take(bytes, 1), kind = guard_take(bytes, 1);
    guard_pass(bytes, version == 1 ? 4 : 0);
    space->elements = version == 2 && kind == NONE ? 0 : 1;
    if ((version != 1 && version != 2) || space->rank > GUARD_MOST_RANK)
        return false;
    for (uint64_t i = 0; i < space->rank; i++) {
        const uint64_t n = space->longest[i] = guard_take(bytes, 8);
        if (n && space->elements > UINT64_MAX / n)
            return false;
        space->elements *= n;
    }
    for (uint64_t i = 0; i < space->rank && flags & LONGEST; i++) {
        const uint64_t n = guard_take(bytes, 8);
        space->longest[i] = n > space->longest[i] ? n : space->longest[i];
    }
    return bytes->good && (version == 2 || !(flags & ~(uint64_t)LONGEST));
}

struct guard_type guard_type_read(struct guard_bytes *bytes)
{
    return read_type(bytes, 0);
}
