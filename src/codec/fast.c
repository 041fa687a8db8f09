/*
 * Matches, found in one look: for names, and for numbers whose bytes were shuffled.
 *
 * Finding. A table holds, for seven bytes as they hash, where they last began. What stands there is
 * compared with what stands here, and where seven bytes are the same they and all that follow them
 * are a match; it is taken at once. The name before is where most of a name comes from, so one
 * place for each hash is enough, and it is the nearest. Of the strings inside a match only a few
 * are put into the table: those that begin where the next match may.
 *
 * Coding. A block is first turned into steps, each some literals and a match behind them, and
 * symbols are counted; then the codes are made, and what the block takes is known to the bit.
 *
 * All this depends on nothing but the bytes: the table is cleared for each chunk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/block_head.h"
#include "codec/kinds.h"
#include "codec/match_lengths.h"
#include "codec/prefix_code.h"
#include "codec/room.h"
#include "codec/zlib_format.h"

enum {
    BLOCK_BYTES = 256 * 1024,
    WINDOW = 32768,
    TABLE_BITS = 12,
    STRING = 7,      /* bytes of a match at least */
    WORD = 8,        /* bytes that are loaded to look at a string */
    CODE_BITS = 12,  /* the longest code */
    LITERALS = 1024, /* of a part of the output at most */
    MATCH_BYTES = 8, /* of a match, codes and extra bits, and more */
    PART_MOST = LITERALS * CODE_BITS / 8 + MATCH_BYTES + 1 + BITS_SLACK,
    STEPS = BLOCK_BYTES / STRING + 2,
    LANES = 4,
    FEW = 4 /* literals that are written at once */
};

/* Literals, and a match behind them; without one, length and distance are 0. */
struct step {
    uint32_t literals;
    uint16_t length, distance;
};

/* A code and the extra bits behind it, as they are written. */
struct word {
    uint32_t bits, count;
};

struct engine {
    uint32_t table[1 << TABLE_BITS]; /* where strings began, + 1 + WINDOW; 0: nowhere */
    struct step steps[STEPS];
    size_t count;
    uint32_t lanes[LANES][256]; /* of literals, to be added to counts */
    uint32_t counts[BLOCK_SYMBOLS], distance_counts[BLOCK_DISTANCES];
    struct prefix_code code, distance_code;
    struct word literal[256], length[MATCH_LONGEST + 1];
    uint8_t part[PART_MOST + BLOCK_HEAD_MOST]; /* what might not fit */
};

static struct engine *engine_at(void **place, pfq_error *err)
{
    if (!*place)
        *place = memory_allocate(1, sizeof(struct engine), err);
    return *place;
}

/* ---- finding ---- */

static inline size_t hash_of(uint64_t word)
{
    return (size_t)((word << (64 - 8 * STRING)) * UINT64_C(0x9e3779b97f4a7c15) >>
                    (64 - TABLE_BITS));
}

static inline void note(struct engine *engine, const uint8_t *data, size_t at)
{
    engine->table[hash_of(bits_load(data + at))] = (uint32_t)at + 1 + WINDOW;
}

/* How many bytes from `a` and `b` on are the same, `most` at most; `a` lies before `b`. */
static inline size_t same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;
    for (; most - n >= WORD; n += WORD) {
        const uint64_t unlike = bits_load(a + n) ^ bits_load(b + n);
        if (unlike)
            return n + (unsigned)__builtin_ctzll(unlike) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* Adds steps for a match of any length, which has a part for each MATCH_LONGEST; what is too short
 * to be one is left. Returns how many bytes were taken. */
static size_t add_match(struct engine *engine, size_t literals, size_t length, size_t distance)
{
    size_t taken = 0;
    while (length - taken >= MATCH_SHORTEST) {
        const size_t left = length - taken, part = left < MATCH_LONGEST ? left : MATCH_LONGEST;
        engine->steps[engine->count++] =
            (struct step){(uint32_t)literals, (uint16_t)part, (uint16_t)distance};
        literals = 0;
        taken += part;
    }
    return taken;
}

/* Turns data[begin .. end) into steps, and counts the literals; what lies before it has been seen.
 */
static void find(struct engine *engine, const uint8_t *data, size_t begin, size_t end)
{
    size_t at = begin, from = begin; /* literals begin at `from` */
    engine->count = 0;
    memset(engine->lanes, 0, sizeof engine->lanes);
    while (end - at >= WORD) {
        const uint64_t word = bits_load(data + at);
        uint32_t *const place = &engine->table[hash_of(word)];
        const size_t distance = at + 1 + WINDOW - *place;
        *place = (uint32_t)at + 1 + WINDOW;
        if (distance > WINDOW || (bits_load(data + at - distance) ^ word) << (64 - 8 * STRING)) {
            engine->lanes[at % LANES][word & 0xff]++;
            at++;
            continue;
        }
        const size_t length = same(data + at - distance, data + at, end - at);
        const size_t next = at + add_match(engine, at - from, length, distance);
        if (end - next >= WORD) {
            note(engine, data, at + 1);
            note(engine, data, next - 2);
            note(engine, data, next - 1);
        }
        at = from = next;
    }
    for (; at < end; at++)
        engine->lanes[at % LANES][data[at]]++;
    engine->steps[engine->count++] = (struct step){(uint32_t)(end - from), 0, 0};
}

/* ---- codes ---- */

/* Distances come in pairs of symbols for each power of two, from 5 on with extra bits for what lies
 * below the two highest. */
static inline unsigned distance_symbol(unsigned distance)
{
    const unsigned less = distance - 1;
    if (less < 4)
        return less;
    const unsigned high = 31 - (unsigned)__builtin_clz(less);
    return 2 * high + (less >> (high - 1) & 1);
}

static inline unsigned distance_extra_bits(unsigned symbol)
{
    return symbol < 4 ? 0 : symbol / 2 - 1;
}

static void count(struct engine *engine)
{
    memset(engine->counts, 0, sizeof engine->counts);
    memset(engine->distance_counts, 0, sizeof engine->distance_counts);
    uint32_t lengths[MATCH_LONGEST + 1] = {0};
    for (size_t i = 0; i + 1 < engine->count; i++) { /* the last has no match */
        lengths[engine->steps[i].length]++;
        engine->distance_counts[distance_symbol(engine->steps[i].distance)]++;
    }
    for (unsigned length = MATCH_SHORTEST; length <= MATCH_LONGEST; length++)
        engine->counts[match_length_of(length).symbol] += lengths[length];
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t byte = 0; byte < 256; byte++)
            engine->counts[byte] += engine->lanes[lane][byte];
    engine->counts[BLOCK_END_SYMBOL] = 1;
}

static void make_codes(struct engine *engine)
{
    prefix_code_make(engine->counts, BLOCK_SYMBOLS, CODE_BITS, &engine->code);
    prefix_code_make(engine->distance_counts, BLOCK_DISTANCES, CODE_BITS, &engine->distance_code);
    for (size_t byte = 0; byte < 256; byte++)
        engine->literal[byte] = (struct word){engine->code.code[byte], engine->code.length[byte]};
    for (unsigned length = MATCH_SHORTEST; length <= MATCH_LONGEST; length++) {
        const struct match_length match = match_length_of(length);
        const unsigned bits = engine->code.length[match.symbol];
        engine->length[length] = (struct word){
            engine->code.code[match.symbol] | match.extra << bits, bits + match.extra_bits};
    }
}

/* ---- writing ---- */

/* Appends the literals of n bytes, 1 to 4, of which four can be read. How many there are is
 * anyone's guess, so nothing branches on it: all four are looked up, and the bits of n are kept. */
static inline void put_few(const struct engine *engine, struct bits *bits, const uint8_t *data,
                           size_t n)
{
    const struct word a = engine->literal[data[0]], b = engine->literal[data[1]],
                      c = engine->literal[data[2]], d = engine->literal[data[3]];
    const unsigned two = a.count + (n > 1 ? b.count : 0), three = two + (n > 2 ? c.count : 0),
                   all = three + (n > 3 ? d.count : 0);
    const uint64_t value =
        a.bits | (uint64_t)b.bits << a.count | (uint64_t)c.bits << two | (uint64_t)d.bits << three;
    bits_put(bits, value & ((UINT64_C(1) << all) - 1), all);
}

/* Four codes of literals are 48 bits. Fewer than four bytes may be all that can be read. */
static inline struct bits put_literals(const struct engine *engine, struct bits bits,
                                       const uint8_t *data, size_t size, size_t readable)
{
    size_t i = 0;
    for (; i < size && readable - i >= FEW; i += FEW)
        put_few(engine, &bits, data + i, size - i);
    for (; i < size; i++)
        bits_put(&bits, engine->literal[data[i]].bits, engine->literal[data[i]].count);
    return bits;
}

/* A length has 17 bits and a distance 25, codes and extra bits. */
static inline struct bits put_match(const struct engine *engine, struct bits bits,
                                    const struct step *step)
{
    const struct word length = engine->length[step->length];
    const unsigned symbol = distance_symbol(step->distance), less = step->distance - 1u;
    const unsigned extra_bits = distance_extra_bits(symbol);
    const unsigned extra = less & ((1u << extra_bits) - 1);
    const unsigned code_bits = engine->distance_code.length[symbol];
    const uint64_t distance = engine->distance_code.code[symbol] | (uint64_t)extra << code_bits;
    bits_put(&bits, length.bits | distance << length.count, length.count + code_bits + extra_bits);
    return bits;
}

/* A step, whose literals may be more than what fits into a part. */
static bool put_step(struct engine *engine, struct room *room, struct span rest,
                     const struct step *step)
{
    size_t at = 0;
    for (; step->literals - at > LITERALS; at += LITERALS) {
        struct bits bits = room_open(room, PART_MOST);
        bits = put_literals(engine, bits, rest.data + at, LITERALS, rest.size - at);
        if (!room_close(room, PART_MOST, bits))
            return false;
    }
    struct bits bits = room_open(room, PART_MOST);
    bits = put_literals(engine, bits, rest.data + at, step->literals - at, rest.size - at);
    if (step->length)
        bits = put_match(engine, bits, step);
    return room_close(room, PART_MOST, bits);
}

static bool put_head(struct engine *engine, struct room *room, bool last)
{
    const size_t most = BLOCK_HEAD_MOST + BITS_SLACK;
    struct bits bits = room_open(room, most);
    block_head_write(&bits, last, engine->code.length, engine->distance_code.length);
    return room_close(room, most, bits);
}

static bool put_end(struct engine *engine, struct room *room)
{
    struct bits bits = room_open(room, PART_MOST);
    bits_put(&bits, engine->code.code[BLOCK_END_SYMBOL], engine->code.length[BLOCK_END_SYMBOL]);
    return room_close(room, PART_MOST, bits);
}

/* false if it does not fit. */
static bool put_block(struct engine *engine, struct room *room, struct span block, bool last)
{
    count(engine);
    make_codes(engine);
    bool fits = put_head(engine, room, last);
    for (size_t i = 0; fits && i < engine->count; i++) {
        const struct step *const step = &engine->steps[i];
        fits = put_step(engine, room, block, step);
        block.data += step->literals + step->length;
        block.size -= step->literals + step->length;
    }
    return fits && put_end(engine, room);
}

static pfq_status encode(void **place, int level, struct span raw, uint8_t *out, size_t capacity,
                         size_t *out_bytes, pfq_error *err)
{
    (void)level;
    struct engine *const engine = engine_at(place, err);
    if (!engine)
        return PFQ_NO_MEMORY;
    *out_bytes = CODEC_NO_ROOM;
    if (capacity < ZLIB_HEAD_BYTES || raw.size == 0)
        return PFQ_OK;
    struct room room;
    room_begin(&room, out, capacity, engine->part);
    memset(engine->table, 0, sizeof engine->table);
    bool fits = true;
    for (size_t at = 0; fits && at < raw.size; at += BLOCK_BYTES) {
        const size_t left = raw.size - at, size = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        find(engine, raw.data, at, at + size);
        fits = put_block(engine, &room, (struct span){raw.data + at, size}, size == left);
    }
    if (fits && room_end(&room, raw))
        *out_bytes = (size_t)(room.bits.at - out);
    return PFQ_OK;
}

static void destroy(void *engine)
{
    free(engine);
}

const struct codec_row codec_fast = {
    .name = "fast", .bound = zlib_stored_bytes, .encode = encode, .destroy = destroy};
