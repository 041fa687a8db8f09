#include "store/guard_dense.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIGNATURE = 4,
    CHECKSUM = 4,
    DEEPEST = 16, /* nodes below nodes */
    MOST_BLOCK_BITS = 24
};

/* Reads what begins with a signature and a version of 0, behind which *rest begins. */
static bool read_signed(struct guard_reader *reader, const char *signature, uint64_t address,
                        uint64_t bytes, struct buffer *buffer, struct guard_bytes *rest)
{
    if (!guard_read(reader, address, bytes, buffer) ||
        memcmp(buffer->data, signature, SIGNATURE) != 0 || buffer->data[SIGNATURE] != 0)
        return false;
    *rest = (struct guard_bytes){buffer->data + SIGNATURE + 1, (size_t)bytes - SIGNATURE - 1, true};
    return true;
}

static unsigned log2_of(uint64_t n)
{
    unsigned bits = 0;
    while (n >>= 1)
        bits++;
    return bits;
}

static bool is_power(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* ---- v2 B-trees ---- */

typedef bool take_record(void *context, const uint8_t *record);

struct tree {
    struct guard_reader *reader;
    uint8_t type;
    uint64_t node_bytes, record_bytes;
    uint64_t most[DEEPEST + 1];      /* records of a node, by the levels below it */
    size_t total_bytes[DEEPEST + 1]; /* of the number of records in it and below */
    struct buffer node[DEEPEST + 1];
    take_record *take;
    void *context;
};

enum { NODE_FRAME = SIGNATURE + 2 + CHECKSUM, ADDRESS = 8 };

static uint64_t pointer_bytes(const struct tree *tree, unsigned depth)
{
    return ADDRESS + guard_bytes_of(tree->most[0]) + tree->total_bytes[depth - 1];
}

/* How many records the nodes of each level may have: no more than HDF5 can count in one, which
 * keeps of larger numbers the last 16 bits, and has memory for a whole node even of an empty tree.
 */
static bool measure(struct tree *tree, uint64_t depth)
{
    if (tree->node_bytes < NODE_FRAME + tree->record_bytes || depth > DEEPEST)
        return false;
    uint64_t total = tree->most[0] = (tree->node_bytes - NODE_FRAME) / tree->record_bytes;
    if (total > UINT16_MAX)
        return false;
    for (unsigned i = 1; i <= depth; i++) {
        const uint64_t pointer = pointer_bytes(tree, i);
        if (tree->node_bytes < NODE_FRAME + 2 * pointer + tree->record_bytes)
            return false;
        const uint64_t most =
            (tree->node_bytes - NODE_FRAME - pointer) / (tree->record_bytes + pointer);
        if (total > (UINT64_MAX - most) / (most + 1))
            return false;
        total = (most + 1) * total + most;
        tree->most[i] = most;
        tree->total_bytes[i] = guard_bytes_of(total);
    }
    return true;
}

/* A node and those below it, in the order of their records; *total grows by these. Nodes lie in
 * nodes, as deep as DEEPEST. NOLINTNEXTLINE(misc-no-recursion) */
static bool node_fits(struct tree *tree, uint64_t address, uint64_t records, unsigned depth,
                      uint64_t *total)
{
    struct guard_bytes rest;
    if (records > tree->most[depth] ||
        !read_signed(tree->reader, depth ? "BTIN" : "BTLF", address, tree->node_bytes,
                     &tree->node[depth], &rest) ||
        guard_take(&rest, 1) != tree->type)
        return false;
    const uint8_t *record = rest.at;
    guard_pass(&rest, records * tree->record_bytes);
    for (uint64_t i = 0; i <= records; i++) {
        if (depth) {
            const uint64_t child = guard_take(&rest, ADDRESS);
            const uint64_t own = guard_take(&rest, guard_bytes_of(tree->most[0]));
            const uint64_t said = guard_take(&rest, tree->total_bytes[depth - 1]);
            uint64_t below = 0;
            if (!rest.good || !node_fits(tree, child, own, depth - 1, &below) ||
                (depth > 1 && said != below))
                return false;
            *total += below;
        }
        if (i < records && !tree->take(tree->context, record + i * tree->record_bytes))
            return false;
    }
    *total += records;
    return true;
}

/* Whether a tree is sound and has records of this type and size, all of which are taken. */
static bool tree_fits(struct guard_reader *reader, uint64_t address, uint8_t type, uint64_t bytes,
                      take_record *take, void *context)
{
    enum { HEAD = 38 };
    struct tree tree = {
        .reader = reader, .type = type, .record_bytes = bytes, .take = take, .context = context};
    struct buffer buffer = {0};
    struct guard_bytes rest;
    bool fits = read_signed(reader, "BTHD", address, HEAD, &buffer, &rest);
    if (fits) {
        fits = guard_take(&rest, 1) == type;
        tree.node_bytes = guard_take(&rest, 4);
        fits = guard_take(&rest, 2) == bytes && fits;
        const uint64_t depth = guard_take(&rest, 2);
        guard_pass(&rest, 2);
        const uint64_t root = guard_take(&rest, ADDRESS), records = guard_take(&rest, 2);
        const uint64_t total = guard_take(&rest, 8);
        uint64_t met = 0;
        fits = fits && rest.good && measure(&tree, depth) &&
               (root == UINT64_MAX ? records == 0 && depth == 0
                                   : node_fits(&tree, root, records, (unsigned)depth, &met)) &&
               met == total;
    }
    buffer_release(&buffer);
    for (unsigned i = 0; i <= DEEPEST; i++)
        buffer_release(&tree.node[i]);
    return fits;
}

/* ---- huge objects ---- */

struct huge {
    uint64_t address, bytes, id;
};

struct heap {
    struct guard_reader *reader;
    uint64_t address, id_bytes;
    uint64_t most_bytes; /* of a managed object */
    uint64_t width, start, most_direct, root, rows;
    unsigned most_bits; /* of an offset */
    bool checksums;
    struct huge *huge; /* their IDs ascend */
    size_t huge_count, huge_capacity;
    struct buffer buffer;
};

static bool take_huge(void *context, const uint8_t *record)
{
    struct heap *const heap = context;
    const struct huge one = {guard_number(record, 8), guard_number(record + 8, 8),
                             guard_number(record + 16, 8)};
    if ((heap->huge_count && heap->huge[heap->huge_count - 1].id >= one.id) ||
        memory_grow(&heap->huge, &heap->huge_capacity, heap->huge_count + 1, sizeof *heap->huge,
                    NULL))
        return false;
    heap->huge[heap->huge_count++] = one;
    return true;
}

static int compare_ids(const void *id, const void *object)
{
    const uint64_t wanted = *(const uint64_t *)id, there = ((const struct huge *)object)->id;
    return (wanted > there) - (wanted < there);
}

/* NULL: there is none. */
static const struct huge *find_huge(const struct heap *heap, uint64_t id)
{
    return heap->huge_count
               ? bsearch(&id, heap->huge, heap->huge_count, sizeof *heap->huge, compare_ids)
               : NULL;
}

/* ---- managed objects ---- */

static size_t offset_bytes(const struct heap *heap)
{
    return (heap->most_bits + 7) / 8;
}

static size_t length_bytes(const struct heap *heap)
{
    const size_t block = (log2_of(heap->most_direct) + 7) / 8;
    const size_t object = guard_bytes_of(heap->most_bytes);
    return block < object ? block : object;
}

/* How many bits an offset within the first row of a table has. */
static unsigned first_bits_of(const struct heap *heap)
{
    return log2_of(heap->start) + log2_of(heap->width);
}

/* A block of the heap, whose first byte has this offset. *bytes: of its head. */
static bool block_begins(struct heap *heap, const char *signature, uint64_t address,
                         uint64_t offset, uint64_t *bytes)
{
    struct guard_bytes rest;
    *bytes = SIGNATURE + 1 + ADDRESS + offset_bytes(heap);
    return read_signed(heap->reader, signature, address, *bytes, &heap->buffer, &rest) &&
           guard_take(&rest, ADDRESS) == heap->address &&
           guard_take(&rest, offset_bytes(heap)) == offset;
}

/* Goes down from the root to the direct block that has this offset: its address, size, and the
 * offset of its first byte. Blocks of each row of a table are twice as large as those of the row
 * before, but for the first two. Tables get smaller on the way, so it has an end. */
static bool find_block(struct heap *heap, uint64_t offset, uint64_t *address, uint64_t *size,
                       uint64_t *begin)
{
    const unsigned first_bits = first_bits_of(heap);
    uint64_t rows = heap->rows, head;
    *address = heap->root;
    *size = heap->start;
    *begin = 0;
    while (rows) {
        const uint64_t inside = offset - *begin;
        const unsigned row = (inside >> first_bits) ? log2_of(inside) - first_bits + 1 : 0;
        const uint64_t row_begin = row ? UINT64_C(1) << (first_bits + row - 1) : 0;
        *size = heap->start << (row > 1 ? row - 1 : 0);
        const uint64_t column = (inside - row_begin) / *size;
        if (row >= rows || !block_begins(heap, "FHIB", *address, *begin, &head) ||
            !guard_read(heap->reader, *address + head + (row * heap->width + column) * ADDRESS,
                        ADDRESS, &heap->buffer))
            return false;
        *address = guard_number(heap->buffer.data, ADDRESS);
        *begin += row_begin + column * *size;
        if (*size <= heap->most_direct)
            return true;
        if (log2_of(*size) < first_bits)
            return false;
        rows = log2_of(*size) - first_bits + 1;
    }
    return true;
}

static bool find_managed(struct heap *heap, const uint8_t *id, uint64_t *address, uint64_t *bytes)
{
    const uint64_t offset = guard_number(id + 1, offset_bytes(heap));
    uint64_t block, size, begin, head;
    *bytes = guard_number(id + 1 + offset_bytes(heap), length_bytes(heap));
    if (*bytes > heap->most_bytes || (heap->most_bits < 64 && offset >> heap->most_bits) ||
        !find_block(heap, offset, &block, &size, &begin) ||
        !block_begins(heap, "FHDB", block, begin, &head))
        return false;
    head += heap->checksums ? CHECKSUM : 0;
    const uint64_t inside = offset - begin,
                   there = heap->reader->file->bytes - heap->reader->file->base;
    *address = block + inside;
    return inside >= head && inside <= size && *bytes <= size - inside && size <= there &&
           block <= there - size;
}

/* ---- heaps ---- */

static bool read_heap(struct heap *heap, uint64_t *huge_tree)
{
    enum { HEAD = 146, FIGURES = 80, CHECKSUMS = 2, LEAST_BITS = 1, MOST_BITS = 64 };
    struct guard_bytes rest;
    if (!read_signed(heap->reader, "FRHP", heap->address, HEAD, &heap->buffer, &rest))
        return false;
    const bool as_long = guard_take(&rest, 2) == heap->id_bytes;
    const bool filtered = guard_take(&rest, 2) != 0;
    heap->checksums = guard_take(&rest, 1) & CHECKSUMS;
    heap->most_bytes = guard_take(&rest, 4);
    guard_pass(&rest, 8);
    *huge_tree = guard_take(&rest, ADDRESS);
    guard_pass(&rest, FIGURES);
    heap->width = guard_take(&rest, 2);
    heap->start = guard_take(&rest, 8);
    heap->most_direct = guard_take(&rest, 8);
    heap->most_bits = (unsigned)guard_take(&rest, 2);
    guard_pass(&rest, 2);
    heap->root = guard_take(&rest, ADDRESS);
    heap->rows = guard_take(&rest, 2);
    if (!as_long || filtered || !is_power(heap->width) || !is_power(heap->start) ||
        !is_power(heap->most_direct) || heap->start > heap->most_direct ||
        log2_of(heap->most_direct) > MOST_BLOCK_BITS || heap->most_bytes == 0 ||
        heap->most_bytes > heap->most_direct || heap->most_bits > MOST_BITS)
        return false;
    const unsigned first_bits = first_bits_of(heap);
    return first_bits >= LEAST_BITS && first_bits < heap->most_bits &&
           log2_of(heap->most_direct) <= heap->most_bits &&
           heap->rows <= heap->most_bits - first_bits + 1 &&
           1 + offset_bytes(heap) + length_bytes(heap) <= heap->id_bytes;
}

struct dense {
    struct heap heap;
    const struct guard_records *records;
    guard_fits *fits;
    void *context;
};

/* No message is as short as what an ID itself could hold. */
static bool take_message(void *context, const uint8_t *record)
{
    enum { VERSION = 0xc0, KIND = 0x30, MANAGED = 0, HUGE_ONE = 0x10 };
    struct dense *const dense = context;
    struct heap *const heap = &dense->heap;
    const uint8_t *const id = record + dense->records->id_at;
    uint64_t address, bytes;
    if (*id & VERSION || record[dense->records->flags_at] & dense->records->refused)
        return false;
    if ((*id & KIND) == MANAGED) {
        if (!find_managed(heap, id, &address, &bytes))
            return false;
    } else if ((*id & KIND) == HUGE_ONE) {
        const struct huge *const one =
            find_huge(heap, guard_number(id + 1, dense->records->id_bytes - 1u));
        if (!one)
            return false;
        address = one->address;
        bytes = one->bytes;
    } else {
        return false;
    }
    return guard_read(heap->reader, address, bytes, &heap->buffer) &&
           dense->fits(dense->context,
                       (struct guard_bytes){heap->buffer.data, (size_t)bytes, true});
}

bool guard_dense_fit(struct guard_reader *reader, uint64_t heap, uint64_t tree,
                     const struct guard_records *records, guard_fits *fits, void *context)
{
    enum { HUGE_TYPE = 1, HUGE_BYTES = 24 };
    struct dense dense = {
        {.reader = reader, .address = heap, .id_bytes = records->id_bytes}, records, fits, context};
    uint64_t huge_tree;
    const bool good = read_heap(&dense.heap, &huge_tree) &&
                      (huge_tree == UINT64_MAX || tree_fits(reader, huge_tree, HUGE_TYPE,
                                                            HUGE_BYTES, take_huge, &dense.heap)) &&
                      tree_fits(reader, tree, records->type, records->bytes, take_message, &dense);
    free(dense.heap.huge);
    buffer_release(&dense.heap.buffer);
    return good;
}

static bool take_any(void *context, const uint8_t *record)
{
    (void)context, (void)record;
    return true;
}

bool guard_tree_fits(struct guard_reader *reader, uint64_t tree, uint8_t type,
                     uint64_t record_bytes)
{
    return tree_fits(reader, tree, type, record_bytes, take_any, NULL);
}
