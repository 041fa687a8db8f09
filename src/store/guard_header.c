/*
 * Object headers (HDF5 file format specification, IV.A), versions 1 and 2, and what their
 * attributes find in heaps. Addresses and lengths have 8 bytes; guard.c sees to that.
 */
#include "store/guard_header.h"

#include <string.h>

#include "store/guard_dense.h"
#include "store/guard_heap.h"
#include "store/guard_index.h"
#include "store/guard_type.h"

enum { MOST_BYTES = 64 << 20, MOST_PARTS = 4096, MOST_FILTERS = 32 };

/* ---- a header ---- */

/* What the messages of a header say of its dataset. */
struct dataset {
    bool typed, spaced, laid;
    uint64_t fill; /* bytes of the fill value; 0: there is none */
    struct guard_type type;
    struct guard_space space;
    uint64_t stored;        /* bytes of a compact or contiguous layout; UINT64_MAX: another */
    uint64_t chunk_rank;    /* of a chunked one, with one for the bytes of an element; 0: another */
    uint64_t element_bytes; /* in a chunked one */
    uint64_t chunk[GUARD_MOST_RANK + 1]; /* its extents, and the same bytes */
    uint64_t index, index_address;       /* what leads to chunks in version 4; 0: another */
    bool filtered;
};

struct header {
    struct guard_reader reader; /* of all its parts, and the heaps of its attributes */
    struct dataset dataset;
    struct guard_parts *parts;
    struct buffer heap;    /* the one that was read last */
    struct buffer sizes;   /* of its objects */
    uint64_t heap_address; /* 0: none was */
};

/* ---- the heap ---- */

/* How long object `number` of the heap at `address` is; UINT64_MAX: there is none. */
static uint64_t object_bytes(struct header *header, uint64_t address, uint64_t number)
{
    const size_t table = GUARD_MOST_OBJECTS * sizeof(uint64_t);
    if (header->heap_address != address) {
        uint64_t bytes;
        header->heap_address = 0;
        if (buffer_reserve(&header->sizes, table, 0, NULL) ||
            !guard_heap_read(&header->reader, address, &header->heap, &bytes))
            return UINT64_MAX;
        guard_heap_objects(header->heap.data, bytes, (void *)header->sizes.data);
        header->heap_address = address;
    }
    const uint64_t *const sizes = (const void *)header->sizes.data;
    return number < GUARD_MOST_OBJECTS ? sizes[number] : UINT64_MAX;
}

/* Whether each element leads to an object that is as long as it says. */
static bool heaps_fit(struct header *header, struct guard_bytes values, uint64_t n, uint64_t size)
{
    for (uint64_t i = 0; i < n && values.good; i++) {
        const uint64_t length = guard_take(&values, 4), address = guard_take(&values, 8);
        const uint64_t number = guard_take(&values, 4);
        if (address && object_bytes(header, address, number) != length * size)
            return false; /* at 0 there is nothing, and nothing is read */
    }
    return values.good;
}

/* ---- messages ---- */

/* IV.A.2.m. */
static bool attribute_fits(struct header *header, struct guard_bytes bytes)
{
    enum { SHARES = 3 };
    const uint64_t version = guard_take(&bytes, 1), flags = guard_take(&bytes, 1);
    const uint64_t name_bytes = guard_take(&bytes, 2), type_bytes = guard_take(&bytes, 2);
    const uint64_t space_bytes = guard_take(&bytes, 2);
    const bool pads = version == 1;
    struct guard_space extents;
    guard_pass(&bytes, version == 3 ? 1 : 0);
    if (version < 1 || version > 3 || (version > 1 && flags & SHARES))
        return false;
    struct guard_bytes name = guard_part(&bytes, pads ? guard_padded(name_bytes) : name_bytes);
    struct guard_bytes described = guard_part(&bytes, pads ? guard_padded(type_bytes) : type_bytes);
    struct guard_bytes space = guard_part(&bytes, pads ? guard_padded(space_bytes) : space_bytes);
    name.left = name.good ? (size_t)name_bytes : 0;
    guard_pass_name(&name, false);
    const struct guard_type type = guard_type_read(&described);
    if (!bytes.good || !name.good || !type.size || !guard_space_read(&space, &extents) ||
        extents.elements > bytes.left / type.size)
        return false;
    return !type.heaps ||
           (type.elements && heaps_fit(header, bytes, extents.elements, type.elements));
}

/* Chunks, and in version 4 how they are indexed. */
static bool chunks_fit(struct dataset *dataset, struct guard_bytes *bytes, uint64_t version)
{
    enum { SINGLE = 1, FILTERED = 2 };
    static const uint8_t details[] = {[GUARD_FIXED] = 1, [GUARD_EXTENSIBLE] = 5, [GUARD_TREE] = 6};
    const uint64_t flags = version == 4 ? guard_take(bytes, 1) : 0;
    const uint64_t rank = guard_take(bytes, 1), width = version == 4 ? guard_take(bytes, 1) : 4;
    guard_pass(bytes, version == 4 ? 0 : 8);
    if (rank < 2 || rank > GUARD_MOST_RANK + 1 || width == 0 || width > 8)
        return false;
    uint64_t all = 1;
    for (uint64_t i = 0; i < rank && all <= UINT32_MAX; i++) {
        dataset->element_bytes = dataset->chunk[i] = guard_take(bytes, (size_t)width);
        if (dataset->element_bytes > UINT32_MAX)
            return false;
        all *= dataset->element_bytes;
    }
    dataset->chunk_rank = rank;
    const uint64_t index = version == 4 ? guard_take(bytes, 1) : GUARD_TREE;
    if (index < SINGLE || index > GUARD_TREE)
        return false;
    if (version == 4) {
        guard_pass(bytes, details[index] + (index == SINGLE && flags & FILTERED ? 12u : 0u));
        dataset->index = index >= GUARD_FIXED ? index : 0;
        dataset->index_address = guard_take(bytes, 8);
    }
    return all > 0 && all <= UINT32_MAX;
}

/* IV.A.2.i. Layouts of versions 1 and 2 are from before 1.6.3. */
static bool layout_fits(struct dataset *dataset, struct guard_bytes bytes)
{
    enum { COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL };
    const uint64_t version = guard_take(&bytes, 1), class = guard_take(&bytes, 1);
    bool good = !dataset->laid && (version == 3 || version == 4);
    dataset->laid = true;
    dataset->stored = UINT64_MAX;
    switch (class) {
    case COMPACT:
        dataset->stored = guard_take(&bytes, 2);
        guard_pass(&bytes, dataset->stored);
        break;
    case CONTIGUOUS:
        guard_pass(&bytes, 8);
        dataset->stored = guard_take(&bytes, 8);
        break;
    case CHUNKED:
        good = good && chunks_fit(dataset, &bytes, version);
        break;
    case VIRTUAL: /* refused where it counts (claims.c) */
        guard_pass(&bytes, 12);
        break;
    default:
        good = false;
    }
    return good && bytes.good;
}

/* IV.A.2.l. */
static bool pipeline_fits(struct dataset *dataset, struct guard_bytes bytes)
{
    const uint64_t version = guard_take(&bytes, 1), n = guard_take(&bytes, 1);
    dataset->filtered = n > 0;
    guard_pass(&bytes, version == 1 ? 6 : 0);
    for (uint64_t i = 0; i < n && bytes.good; i++) {
        const uint64_t id = guard_take(&bytes, 2);
        const bool named = version == 1 || id >= 256;
        const uint64_t name_bytes = named ? guard_take(&bytes, 2) : 0;
        guard_pass(&bytes, 2);
        const uint64_t values = guard_take(&bytes, 2);
        struct guard_bytes name =
            guard_part(&bytes, version == 1 ? guard_padded(name_bytes) : name_bytes);
        if (name_bytes)
            guard_pass_name(&name, false);
        guard_pass(&bytes, 4 * values + (version == 1 && values % 2 ? 4 : 0));
        if (!name.good)
            return false;
    }
    return (version == 1 || version == 2) && n <= MOST_FILTERS && bytes.good;
}

/* IV.A.2.e and f. */
static bool fill_fits(struct dataset *dataset, struct guard_bytes bytes, bool old)
{
    enum { DEFINED = 0x20 };
    const uint64_t version = old ? 0 : guard_take(&bytes, 1);
    bool defined = true;
    if (version == 1 || version == 2) {
        guard_pass(&bytes, 2);
        defined = guard_take(&bytes, 1) != 0 || version == 1;
    } else if (version == 3) {
        defined = guard_take(&bytes, 1) & DEFINED;
    } else if (!old) {
        return false;
    }
    const uint64_t size = defined ? guard_take(&bytes, 4) : 0;
    dataset->fill = size <= INT32_MAX ? size : 0; /* below 0: there is none */
    guard_pass(&bytes, dataset->fill);
    return bytes.good;
}

/* IV.A.2.g. Other kinds than hard and soft links are refused where they are met (open.c). */
static bool link_fits(struct guard_bytes bytes)
{
    enum { WIDTH = 3, ORDERED = 4, KIND = 8, ENCODED = 16, HARD = 0 };
    const uint64_t version = guard_take(&bytes, 1), flags = guard_take(&bytes, 1);
    const uint64_t kind = flags & KIND ? guard_take(&bytes, 1) : HARD;
    guard_pass(&bytes, (flags & ORDERED ? 8u : 0u) + (flags & ENCODED ? 1u : 0u));
    guard_pass(&bytes, guard_take(&bytes, (size_t)1 << (flags & WIDTH)));
    if (kind == HARD)
        guard_pass(&bytes, 8);
    else
        guard_pass(&bytes, guard_take(&bytes, 2));
    return version == 1 && bytes.good;
}

/* ---- messages that are elsewhere ---- */

static bool dense_attribute_fits(void *header, struct guard_bytes bytes)
{
    return attribute_fits(header, bytes);
}

static bool dense_link_fits(void *header, struct guard_bytes bytes)
{
    (void)header;
    return link_fits(bytes);
}

/* IV.A.2.c and v: where links or attributes are that lie in a heap, and the two trees that lead to
 * them, the second in the order in which they were made. */
static bool dense_fits(struct header *header, struct guard_bytes bytes, bool links)
{
    enum { NUMBERED = 1, ORDERED = 2, SHARED = 2 };
    static const struct guard_records records[2][2] = {
        {{8, 17, 0, 8, 8, SHARED}, {9, 13, 0, 8, 8, SHARED}},
        {{5, 11, 4, 7, 0, 0}, {6, 15, 8, 7, 0, 0}},
    };
    const uint64_t version = guard_take(&bytes, 1), flags = guard_take(&bytes, 1);
    guard_pass(&bytes, !(flags & NUMBERED) ? 0 : links ? 8 : 2);
    const uint64_t heap = guard_take(&bytes, 8);
    guard_fits *const fits = links ? dense_link_fits : dense_attribute_fits;
    bool good = version == 0;
    for (int i = 0; i < (flags & ORDERED ? 2 : 1) && good; i++) {
        const uint64_t tree = guard_take(&bytes, 8);
        good = bytes.good;
        if (good && heap != UINT64_MAX)
            good = guard_dense_fit(&header->reader, heap, tree, &records[links][i], fits, header);
    }
    return good;
}

/* Flags say which of two fields, of so many bytes, are there beside others. */
static bool info_fits(struct guard_bytes bytes, uint64_t first, uint64_t second, uint64_t others)
{
    const uint64_t version = guard_take(&bytes, 1), flags = guard_take(&bytes, 1);
    guard_pass(&bytes, others + (flags & 1 ? first : 0) + (flags & 2 ? second : 0));
    return version == 0 && bytes.good;
}

/* Files outside, which are refused where they count (claims.c). */
static bool outside_fits(struct guard_bytes bytes)
{
    enum { SLOT = 24 };
    guard_pass(&bytes, 6);
    const uint64_t used = guard_take(&bytes, 2);
    guard_pass(&bytes, 8 + used * SLOT);
    return bytes.good;
}

static bool free_space_fits(struct guard_bytes bytes)
{
    enum { PERSISTS = 1 };
    const bool old = guard_take(&bytes, 1) == 0;
    guard_pass(&bytes, old ? 0 : 1);
    const bool persists = guard_take(&bytes, 1) == PERSISTS;
    guard_pass(&bytes, old ? 8 : 26);
    guard_pass(&bytes, !persists ? 0 : old ? 6 * 8 : 12 * 8);
    return bytes.good;
}

static bool type_fits(struct dataset *dataset, struct guard_bytes bytes)
{
    const bool first = !dataset->typed;
    dataset->typed = true;
    dataset->type = guard_type_read(&bytes);
    return first && dataset->type.size;
}

static bool space_fits(struct dataset *dataset, struct guard_bytes bytes)
{
    const bool first = !dataset->spaced;
    dataset->spaced = true;
    return guard_space_read(&bytes, &dataset->space) && first;
}

/* Keeps a part in mind. */
static bool add_part(struct header *header, uint64_t address, uint64_t bytes)
{
    struct guard_parts *const parts = header->parts;
    if (parts->count > MOST_PARTS ||
        memory_grow(&parts->list, &parts->capacity, parts->count + 1, sizeof *parts->list, NULL))
        return false;
    parts->list[parts->count++] = (struct guard_part){address, bytes};
    return true;
}

static bool continuation_fits(struct header *header, struct guard_bytes bytes)
{
    const uint64_t address = guard_take(&bytes, 8), size = guard_take(&bytes, 8);
    return bytes.good && add_part(header, address, size);
}

/* One message, by its kind; of those that are not known here HDF5 knows no more. */
static bool message_fits(struct header *header, uint64_t kind, struct guard_bytes bytes)
{
    switch (kind) {
    case 0x01:
        return space_fits(&header->dataset, bytes);
    case 0x02: /* links */
        return dense_fits(header, bytes, true);
    case 0x03:
        return type_fits(&header->dataset, bytes);
    case 0x04:
    case 0x05:
        return fill_fits(&header->dataset, bytes, kind == 0x04);
    case 0x06:
        return link_fits(bytes);
    case 0x07:
        return outside_fits(bytes);
    case 0x08:
        return layout_fits(&header->dataset, bytes);
    case 0x0a: /* a group */
        return info_fits(bytes, 4, 4, 0);
    case 0x0b:
        return pipeline_fits(&header->dataset, bytes);
    case 0x0c:
        return attribute_fits(header, bytes);
    case 0x0d: /* a comment */
        guard_pass_name(&bytes, false);
        return bytes.good;
    case 0x0e: /* an old time */
    case 0x11: /* a table of symbols */
        return bytes.left >= 16;
    case 0x0f: /* a table of shared messages */
        return bytes.left >= 10;
    case 0x10:
        return continuation_fits(header, bytes);
    case 0x12: /* a time */
        return bytes.left >= 8;
    case 0x13: /* sizes of trees */
        return bytes.left >= 7;
    case 0x14: /* a driver */
        guard_pass(&bytes, 9);
        guard_pass(&bytes, guard_take(&bytes, 2));
        return bytes.good;
    case 0x15: /* attributes */
        return dense_fits(header, bytes, false);
    case 0x16: /* references */
        return bytes.left >= 5;
    case 0x17:
        return free_space_fits(bytes);
    default:
        return true;
    }
}

/* The messages of a part: version 1, or 2 with the flags of its header. */
static bool messages_fit(struct header *header, struct guard_bytes bytes, bool old, uint64_t flags)
{
    enum { ORDERED = 4, SHARED = 2 };
    const size_t head = old ? 8 : flags & ORDERED ? 6 : 4;
    while (bytes.left >= head) {
        const uint64_t kind = guard_take(&bytes, old ? 2 : 1), size = guard_take(&bytes, 2);
        const uint64_t own = guard_take(&bytes, 1);
        guard_pass(&bytes, head - (old ? 5 : 4));
        if (size > bytes.left || own & SHARED ||
            !message_fits(header, kind, guard_part(&bytes, size)))
            return false;
    }
    return !old || bytes.left == 0;
}

/* What leads to its chunks is as the messages say. */
static bool index_fits(struct header *header)
{
    const struct dataset *const dataset = &header->dataset;
    struct guard_index index = {.kind = (enum guard_index_kind)dataset->index,
                                .address = dataset->index_address,
                                .filtered = dataset->filtered,
                                .rank = dataset->space.rank,
                                .chunk_bytes = dataset->element_bytes,
                                .chunks = 1};
    if (!dataset->index)
        return true;
    for (uint64_t i = 0; i < index.rank; i++) {
        const uint64_t longest = dataset->space.longest[i], chunk = dataset->chunk[i];
        const uint64_t n = longest / chunk + (longest % chunk != 0);
        index.chunk_bytes *= chunk;
        index.chunks = n && index.chunks > UINT64_MAX / n ? UINT64_MAX : index.chunks * n;
    }
    return guard_index_fits(&header->reader, &index);
}

/* What the messages say of a dataset fits together. */
static bool dataset_fits(struct header *header)
{
    const struct dataset *const dataset = &header->dataset;
    if (!dataset->laid)
        return true;
    if (!dataset->typed || !dataset->spaced ||
        (dataset->fill && dataset->fill != dataset->type.size))
        return false;
    if (dataset->chunk_rank)
        return dataset->chunk_rank == dataset->space.rank + 1 &&
               dataset->element_bytes == dataset->type.size && index_fits(header);
    return dataset->stored == UINT64_MAX ||
           dataset->space.elements <= dataset->stored / dataset->type.size;
}

/* ---- headers ---- */

static const char NEW_HEADER[] = "OHDR", NEW_PART[] = "OCHK";
enum { SIGNATURE = 4, CHECKSUM = 4 };

/* The parts that the header told of, behind its own rest, and those that they tell of. */
static bool parts_fit(struct header *header, bool old, uint64_t flags, struct buffer *buffer)
{
    const size_t begin = old ? 0 : SIGNATURE, frame = old ? 0 : SIGNATURE + CHECKSUM;
    for (size_t i = 1; i < header->parts->count; i++) {
        const struct guard_part part = header->parts->list[i];
        if (part.bytes < frame || !guard_read(&header->reader, part.address, part.bytes, buffer) ||
            (!old && memcmp(buffer->data, NEW_PART, SIGNATURE) != 0))
            return false;
        const struct guard_bytes messages = {buffer->data + begin, (size_t)part.bytes - frame,
                                             true};
        if (!messages_fit(header, messages, old, flags))
            return false;
    }
    return true;
}

/* Where the messages of the first part begin, and how many bytes they are. */
static bool read_prefix(struct guard_bytes bytes, bool old, uint64_t *flags, size_t *begin,
                        uint64_t *size)
{
    enum { TIMES = 0x20, PHASES = 0x10, WIDTH = 3, KNOWN = 0x3f, VERSION = 2 };
    const size_t all = bytes.left;
    bool known = true;
    guard_pass(&bytes, old ? 8 : SIGNATURE);
    *flags = 0;
    if (old) {
        *size = guard_take(&bytes, 4);
        guard_pass(&bytes, 4);
    } else {
        known = guard_take(&bytes, 1) == VERSION;
        *flags = guard_take(&bytes, 1);
        guard_pass(&bytes, (*flags & TIMES ? 16u : 0u) + (*flags & PHASES ? 4u : 0u));
        *size = guard_take(&bytes, (size_t)1 << (*flags & WIDTH));
    }
    *begin = all - bytes.left;
    return bytes.good && known && !(*flags & ~(uint64_t)KNOWN);
}

/* HDF5 reads the beginning of a header first, and then what is missing, which is known by then. */
static bool header_fits(struct header *header, uint64_t address, struct guard_bytes bytes,
                        struct buffer *buffer)
{
    const bool old = bytes.at[0] == 1;
    uint64_t flags, size;
    size_t begin;
    if (!read_prefix(bytes, old, &flags, &begin, &size))
        return false;
    const uint64_t all = begin + size + (old ? 0 : CHECKSUM);
    return add_part(header, address + bytes.left, all > bytes.left ? all - bytes.left : 0) &&
           guard_read(&header->reader, address + begin, size, buffer) &&
           messages_fit(header, (struct guard_bytes){buffer->data, (size_t)size, true}, old,
                        flags) &&
           parts_fit(header, old, flags, buffer) && dataset_fits(header);
}

/* Is this a part that was looked at with its header, and is read with it? */
static bool is_next(struct guard_parts *parts, uint64_t address, size_t bytes)
{
    while (parts->next < parts->count) {
        const struct guard_part part = parts->list[parts->next++];
        if (part.address == address && part.bytes == bytes)
            return true;
    }
    return false;
}

/* What else HDF5 reads in this way begins with a signature, and ends with a checksum. */
static bool is_other(const uint8_t *data)
{
    static const char signatures[][SIGNATURE + 1] = {"FRHP", "FHIB", "FSHD", "SMTB",
                                                     "EAHD", "EAIB", "FAHD"};
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (memcmp(data, signatures[i], SIGNATURE) == 0)
            return true;
    return false;
}

bool guard_header_sound(const struct guard_file *file, uint64_t address, const uint8_t *data,
                        size_t bytes, struct guard_parts *parts)
{
    address -= file->base;
    if (is_next(parts, address, bytes))
        return true;
    if (bytes < SIGNATURE || is_other(data))
        return bytes >= SIGNATURE;
    if (data[0] != 1 && memcmp(data, NEW_HEADER, SIGNATURE) != 0)
        return false;
    struct header header = {.reader = {file, MOST_BYTES}, .parts = parts};
    struct buffer buffer = {0};
    parts->next = parts->count = 0;
    const bool fits =
        header_fits(&header, address, (struct guard_bytes){data, bytes, true}, &buffer);
    buffer_release(&buffer);
    buffer_release(&header.heap);
    buffer_release(&header.sizes);
    if (!fits)
        parts->count = 0;
    return fits;
}
