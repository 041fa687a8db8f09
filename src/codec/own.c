/*
 * Our own encoders: literals alone, and literals with runs. Both search nothing.
 *
 * Bases have no matches worth finding: what costs nothing to know is how often each of them occurs,
 * and a prefix code makes little more than two bits of each. Qualities mostly repeat the value
 * before them, and a match of distance 1, which needs no search, says how often.
 *
 * Blocks. A stream is cut into blocks of BLOCK_BYTES, each with a code of its own. Which bytes
 * occur in a block is found by looking at all of them, since each must have a code; how often they
 * occur, by looking at samples only, since a code made from a sixteenth of the bytes is hardly
 * longer than the best one. What was not in a sample counts as seen less than once. A block of at
 * most EXACT_BYTES is counted whole.
 *
 * Pieces. A block is written in pieces of PIECE_BYTES, and no run goes from one piece to the next;
 * so the most that a piece can take is known, and is compared with the room that is left. Where a
 * piece might not fit it is written beside the output first, and copied if it does.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "codec/block_head.h"
#include "codec/kernel.h"
#include "codec/kinds.h"
#include "codec/match_lengths.h"
#include "codec/prefix_code.h"
#include "codec/room.h"
#include "codec/zlib_format.h"

enum {
    BLOCK_BYTES = 256 * 1024,
    EXACT_BYTES = 16 * 1024,
    PIECE_BYTES = 4096,
    PIECE_MOST = PIECE_BYTES * KERNEL_LITERAL_BITS / 8 + 1 + BITS_SLACK,
    STRIDE_LITERALS = 1024, /* between samples, */
    SAMPLE_LITERALS = 64,   /* and their sizes */
    STRIDE_RUNS = 4096,
    SAMPLE_RUNS = 512,
    SEEN = 16, /* the weight of what is seen once in a sample */
    PAIRS = 65536,
    LANES = 4,
};

struct engine {
    const struct kernel *kernel;
    bool present[256];
    uint32_t counts[PREFIX_MOST_SYMBOLS];
    uint32_t lanes[LANES][256]; /* of literals, to be added to counts */
    struct prefix_code code;
    struct kernel_literals literals;
    struct kernel_runs runs;
    uint32_t pairs[PAIRS];                       /* of literals */
    uint64_t run[256 * KERNEL_SHORT_RUN];        /* of runs */
    uint8_t piece[PIECE_MOST + BLOCK_HEAD_MOST]; /* what might not fit */
};

/* How literals alone and literals with runs differ. */
struct method {
    size_t stride, sample; /* of counting */
    void (*count)(struct engine *engine, const uint8_t *data, size_t size);
    void (*prepare)(struct engine *engine); /* fills the tables from the code */
    void (*put)(struct engine *engine, struct bits *bits, const uint8_t *data, size_t size);
    bool matches; /* are there any? */
};

static struct engine *engine_at(void **place, pfq_error *err)
{
    if (!*place) {
        struct engine *engine = memory_allocate(1, sizeof *engine, err);
        if (engine)
            engine->kernel = kernel_choose();
        *place = engine;
    }
    return *place;
}

/* ---- counting ---- */

/* Samples lie at places that look like chance within their strides, so that no period of the data
 * (reads are often all as long) is met again and again at the same phase. */
static size_t sample_at(size_t number, size_t stride, size_t sample)
{
    const uint32_t chance = (uint32_t)number * UINT32_C(2654435761) >> 16;
    return number * stride + chance % (stride - sample + 1);
}

static void count_samples(struct engine *engine, const struct method *method, const uint8_t *data,
                          size_t size)
{
    for (size_t i = 0; (i + 1) * method->stride <= size; i++)
        method->count(engine, data + sample_at(i, method->stride, method->sample), method->sample);
}

static void count_all(struct engine *engine, const struct method *method, const uint8_t *data,
                      size_t size)
{
    for (size_t at = 0; at < size; at += PIECE_BYTES)
        method->count(engine, data + at, size - at < PIECE_BYTES ? size - at : PIECE_BYTES);
}

static void add_lanes(struct engine *engine)
{
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t byte = 0; byte < 256; byte++)
            engine->counts[byte] += engine->lanes[lane][byte];
}

/* What was sampled weighs SEEN times as much as what can occur and was not seen. */
static void weigh_samples(struct engine *engine, const struct method *method)
{
    for (size_t symbol = 0; symbol < BLOCK_SYMBOLS; symbol++) {
        uint32_t *seen = &engine->counts[symbol];
        const bool possible = symbol < 256 ? engine->present[symbol] : method->matches;
        *seen = *seen ? *seen * SEEN : possible;
    }
}

/* Everything that can occur gets a count; a block has one end. */
static void count(struct engine *engine, const struct method *method, const uint8_t *data,
                  size_t size)
{
    memset(engine->present, 0, sizeof engine->present);
    memset(engine->counts, 0, sizeof engine->counts);
    memset(engine->lanes, 0, sizeof engine->lanes);
    engine->kernel->present(data, size, engine->present);
    const bool exact = size <= EXACT_BYTES;
    (exact ? count_all : count_samples)(engine, method, data, size);
    add_lanes(engine);
    if (!exact)
        weigh_samples(engine, method);
    engine->counts[BLOCK_END_SYMBOL] = 1;
}

/* The longest code: short where there are few different bytes, for then eight of them are written
 * at once. */
static unsigned limit_of(const struct engine *engine, const struct method *method)
{
    unsigned different = 0;
    for (size_t byte = 0; byte < 256; byte++)
        different += engine->present[byte];
    return different <= KERNEL_FEW && !method->matches ? KERNEL_FEW_BITS : KERNEL_LITERAL_BITS;
}

/* Can the code make the block smaller, as far as its samples tell? With eight bits a literal and no
 * runs there is nothing to be won, and tables of all pairs are not worth being made. */
static bool is_worth_it(const struct engine *engine, const struct method *method)
{
    uint64_t bits = 0, literals = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        bits += (uint64_t)engine->counts[byte] * engine->code.length[byte];
        literals += engine->counts[byte];
    }
    return method->matches || bits < literals * 8;
}

/* ---- guessing ---- */

/* The bits of a symbol beside its code. */
static unsigned bits_beside(size_t symbol)
{
    enum { FIRST_WITH_EXTRA = 265, LONGEST = 285, DISTANCE = 1 };
    if (symbol <= BLOCK_END_SYMBOL)
        return 0;
    if (symbol < FIRST_WITH_EXTRA || symbol == LONGEST)
        return DISTANCE;
    return (unsigned)(symbol - FIRST_WITH_EXTRA + 4) / 4 + DISTANCE;
}

static size_t bytes_looked_at(const struct method *method, size_t size)
{
    return size <= EXACT_BYTES ? size : size / method->stride * method->sample;
}

/* What a method makes of a block, about. */
static size_t guess(struct engine *engine, const struct method *method, struct span block)
{
    uint64_t bits = 0;
    count(engine, method, block.data, block.size);
    prefix_code_make(engine->counts, BLOCK_SYMBOLS, limit_of(engine, method), &engine->code);
    for (size_t symbol = 0; symbol < BLOCK_SYMBOLS; symbol++)
        bits +=
            (uint64_t)engine->counts[symbol] * (engine->code.length[symbol] + bits_beside(symbol));
    const size_t looked = bytes_looked_at(method, block.size);
    const uint64_t weight = block.size <= EXACT_BYTES ? 1 : SEEN;
    return (size_t)((double)bits / (double)(8 * weight) * (double)block.size / (double)looked);
}

/* ---- literals alone ---- */

/* Neighbours are counted in different tables: adding to a place that was just added to has to wait.
 */
static void count_literals(struct engine *engine, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        engine->lanes[i % LANES][data[i]]++;
}

/* The bytes that occur; returns how many. */
static size_t list_present(const struct engine *engine, uint8_t *list)
{
    size_t n = 0;
    for (size_t byte = 0; byte < 256; byte++)
        if (engine->present[byte])
            list[n++] = (uint8_t)byte;
    return n;
}

static void fill_pairs(const struct kernel_literals *literals, const uint8_t *list, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++) {
            const uint8_t a = list[i], b = list[k];
            const unsigned length = literals->length[a];
            const uint32_t code = literals->code[a] | (uint32_t)literals->code[b] << length;
            literals->pair[a | (unsigned)b << 8] = code << 5 | (length + literals->length[b]);
        }
}

static void fill_low_halves(struct kernel_literals *literals, const uint8_t *list, size_t n)
{
    unsigned taken = 0;
    literals->by_low_half = literals->few;
    for (size_t i = 0; i < n && literals->by_low_half; i++) {
        const unsigned low = list[i] & 15;
        literals->by_low_half = !(taken >> low & 1);
        taken |= 1u << low;
        literals->low_length[low] = literals->length[list[i]];
        literals->low_code[low] = (uint8_t)literals->code[list[i]];
    }
}

static void prepare_literals(struct engine *engine)
{
    struct kernel_literals *literals = &engine->literals;
    uint8_t list[256];
    const size_t n = list_present(engine, list);
    memcpy(literals->length, engine->code.length, sizeof literals->length);
    memcpy(literals->code, engine->code.code, sizeof literals->code);
    literals->pair = engine->pairs;
    literals->few = n <= KERNEL_FEW;
    fill_pairs(literals, list, n);
    fill_low_halves(literals, list, n);
}

static void put_literals(struct engine *engine, struct bits *bits, const uint8_t *data, size_t size)
{
    engine->kernel->literals(bits, data, size, &engine->literals);
}

static const struct method literals_alone = {
    .stride = STRIDE_LITERALS,
    .sample = SAMPLE_LITERALS,
    .count = count_literals,
    .prepare = prepare_literals,
    .put = put_literals,
};

/* ---- literals with runs ---- */

static void count_runs(struct engine *engine, const uint8_t *data, size_t size)
{
    engine->kernel->count_runs(data, size, engine->counts);
}

/* The bits of a run of 1 + rest bytes, as in kernel.h: 3 * 12, or 12 + 12 + 5 + 1 at most. */
static uint64_t run_entry(const struct prefix_code *code, size_t byte, unsigned rest)
{
    const unsigned literal_bits = code->length[byte];
    uint64_t value = code->code[byte];
    unsigned bits = literal_bits;
    if (rest < MATCH_SHORTEST) {
        for (; rest > 0; rest--, bits += literal_bits)
            value |= (uint64_t)code->code[byte] << bits;
        return value << 6 | bits;
    }
    const struct match_length match = match_length_of(rest);
    value |= (uint64_t)code->code[match.symbol] << bits;
    bits += code->length[match.symbol];
    value |= (uint64_t)match.extra << bits;
    bits += match.extra_bits + 1; /* and the distance: one bit, 0 */
    return value << 6 | bits;
}

static void prepare_runs(struct engine *engine)
{
    uint8_t list[256];
    const size_t n = list_present(engine, list);
    engine->runs = (struct kernel_runs){engine->run, engine->code.length, engine->code.code};
    for (size_t i = 0; i < n; i++)
        for (unsigned rest = 0; rest < KERNEL_SHORT_RUN; rest++)
            engine->run[list[i] * KERNEL_SHORT_RUN + rest] =
                run_entry(&engine->code, list[i], rest);
}

static void put_runs(struct engine *engine, struct bits *bits, const uint8_t *data, size_t size)
{
    engine->kernel->runs(bits, data, size, &engine->runs);
}

static const struct method literals_with_runs = {
    .stride = STRIDE_RUNS,
    .sample = SAMPLE_RUNS,
    .count = count_runs,
    .prepare = prepare_runs,
    .put = put_runs,
    .matches = true,
};

/* ---- blocks ---- */

static bool put_head(struct engine *engine, const struct method *method, struct room *room,
                     bool last)
{
    const size_t most = BLOCK_HEAD_MOST + BITS_SLACK;
    const uint8_t distances[BLOCK_DISTANCES] = {method->matches};
    struct bits bits = room_open(room, most);
    block_head_write(&bits, last, engine->code.length, distances);
    return room_close(room, most, bits);
}

static bool put_piece(struct engine *engine, const struct method *method, struct room *room,
                      const uint8_t *data, size_t size, bool end)
{
    struct bits bits = room_open(room, PIECE_MOST);
    method->put(engine, &bits, data, size);
    if (end)
        bits_put(&bits, engine->code.code[BLOCK_END_SYMBOL], engine->code.length[BLOCK_END_SYMBOL]);
    return room_close(room, PIECE_MOST, bits);
}

/* false if it does not fit, or is not worth it. */
static bool put_block(struct engine *engine, const struct method *method, struct room *room,
                      struct span block, bool last)
{
    count(engine, method, block.data, block.size);
    prefix_code_make(engine->counts, BLOCK_SYMBOLS, limit_of(engine, method), &engine->code);
    if (!is_worth_it(engine, method))
        return false;
    method->prepare(engine);
    bool fits = put_head(engine, method, room, last);
    for (size_t at = 0; fits && at < block.size; at += PIECE_BYTES) {
        const size_t left = block.size - at, size = left < PIECE_BYTES ? left : PIECE_BYTES;
        fits = put_piece(engine, method, room, block.data + at, size, size == left);
    }
    return fits;
}

static pfq_status encode(void **place, const struct method *method, struct span raw, uint8_t *out,
                         size_t capacity, size_t *out_bytes, pfq_error *err)
{
    struct engine *engine = engine_at(place, err);
    if (!engine)
        return PFQ_NO_MEMORY;
    *out_bytes = CODEC_NO_ROOM;
    if (capacity < ZLIB_HEAD_BYTES || raw.size == 0)
        return PFQ_OK;
    struct room room;
    room_begin(&room, out, capacity, engine->piece);
    bool fits = true;
    for (size_t at = 0; fits && at < raw.size; at += BLOCK_BYTES) {
        const size_t left = raw.size - at, size = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        fits = put_block(engine, method, &room, (struct span){raw.data + at, size}, size == left);
    }
    if (fits && room_end(&room, raw))
        *out_bytes = (size_t)(room.bits.at - out);
    return PFQ_OK;
}

/* From the first block. */
pfq_status own_guess(void **engine, struct span raw, size_t *huffman, size_t *runs, pfq_error *err)
{
    struct engine *const own = engine_at(engine, err);
    if (!own)
        return PFQ_NO_MEMORY;
    *huffman = *runs = 0;
    if (raw.size == 0)
        return PFQ_OK;
    const struct span block = {raw.data, raw.size < BLOCK_BYTES ? raw.size : BLOCK_BYTES};
    const double blocks = (double)raw.size / (double)block.size;
    *huffman = (size_t)((double)guess(own, &literals_alone, block) * blocks);
    *runs = (size_t)((double)guess(own, &literals_with_runs, block) * blocks);
    return PFQ_OK;
}

static pfq_status encode_literals(void **engine, int level, struct span raw, uint8_t *out,
                                  size_t capacity, size_t *out_bytes, pfq_error *err)
{
    (void)level;
    return encode(engine, &literals_alone, raw, out, capacity, out_bytes, err);
}

static pfq_status encode_runs(void **engine, int level, struct span raw, uint8_t *out,
                              size_t capacity, size_t *out_bytes, pfq_error *err)
{
    (void)level;
    return encode(engine, &literals_with_runs, raw, out, capacity, out_bytes, err);
}

static void destroy(void *engine)
{
    free(engine);
}

const struct codec_row codec_huffman = {
    .name = "huffman", .bound = zlib_stored_bytes, .encode = encode_literals, .destroy = destroy};

const struct codec_row codec_runs = {
    .name = "runs", .bound = zlib_stored_bytes, .encode = encode_runs, .destroy = destroy};
