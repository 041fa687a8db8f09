/*
 * Matches, with codes of their own for each block: for names, and for numbers whose bytes were
 * shuffled.
 *
 * A block is first turned into steps, each some literals and a match behind them (matches.h), and
 * symbols are counted; then the codes are made, and what the block takes is known to the bit.
 *
 * All this depends on nothing but the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/block_head.h"
#include "codec/kernel.h"
#include "codec/kinds.h"
#include "codec/match_lengths.h"
#include "codec/matches.h"
#include "codec/prefix_code.h"
#include "codec/room.h"
#include "codec/zlib_format.h"

enum {
    LITERALS = 1024, /* of a part of the output at most, */
    MATCHES = 64,    /* and matches, */
    MATCH_BYTES = 6, /* each of them with its extra bits */
    PART_MOST = LITERALS * KERNEL_LITERAL_BITS / 8 + MATCHES * MATCH_BYTES + 1 + BITS_SLACK,
    LANES = 4
};

struct engine {
    const struct kernel *kernel;
    struct matches matches;
    uint32_t lanes[LANES][256]; /* of literals, to be added to counts */
    uint32_t counts[BLOCK_SYMBOLS], distance_counts[BLOCK_DISTANCES];
    struct prefix_code code, distance_code;
    struct kernel_words words;
    uint8_t part[PART_MOST + BLOCK_HEAD_MOST]; /* what might not fit */
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

/* ---- codes ---- */

/* Neighbours are counted in different tables: adding to a place that was just added to has to wait.
 */
static void count_literals(struct engine *engine)
{
    const struct matches *const matches = &engine->matches;
    memset(engine->lanes, 0, sizeof engine->lanes);
    size_t i = 0;
    for (; matches->literal_count - i >= 8; i += 8) {
        const uint64_t bytes = bits_load(matches->literals + i);
        for (unsigned k = 0; k < 8; k++)
            engine->lanes[k % LANES][bytes >> 8 * k & 0xff]++;
    }
    for (; i < matches->literal_count; i++)
        engine->lanes[0][matches->literals[i]]++;
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t byte = 0; byte < 256; byte++)
            engine->counts[byte] += engine->lanes[lane][byte];
}

static void count(struct engine *engine)
{
    const struct matches *const matches = &engine->matches;
    memset(engine->counts, 0, sizeof engine->counts);
    memset(engine->distance_counts, 0, sizeof engine->distance_counts);
    uint32_t lengths[MATCH_LONGEST + 1] = {0};
    for (size_t i = 0; i + 1 < matches->count; i++) { /* the last has no match */
        lengths[matches->steps[i].length]++;
        engine->distance_counts[distance_symbol(matches->steps[i].distance)]++;
    }
    for (unsigned length = MATCH_SHORTEST; length <= MATCH_LONGEST; length++)
        engine->counts[match_length_of(length).symbol] += lengths[length];
    count_literals(engine);
    engine->counts[BLOCK_END_SYMBOL] = 1;
}

static void make_codes(struct engine *engine)
{
    prefix_code_make(engine->counts, BLOCK_SYMBOLS, KERNEL_LITERAL_BITS, &engine->code);
    prefix_code_make(engine->distance_counts, BLOCK_DISTANCES, KERNEL_LITERAL_BITS,
                     &engine->distance_code);
    for (size_t byte = 0; byte < 256; byte++)
        engine->words.literal[byte] =
            (struct kernel_word){engine->code.code[byte], engine->code.length[byte]};
    memcpy(engine->words.distance_length, engine->distance_code.length, BLOCK_DISTANCES);
    memcpy(engine->words.distance_code, engine->distance_code.code,
           sizeof engine->words.distance_code);
    for (unsigned length = MATCH_SHORTEST; length <= MATCH_LONGEST; length++) {
        const struct match_length match = match_length_of(length);
        const unsigned bits = engine->code.length[match.symbol];
        engine->words.length[length] = (struct kernel_word){
            engine->code.code[match.symbol] | match.extra << bits, bits + match.extra_bits};
    }
}

/* ---- writing ---- */

/* What is left to be written of a block. */
struct rest {
    struct step *step, *last; /* the last one has no match */
    const uint8_t *literals;
};

/* Writes literals of the first step that are too many for one part with its match. */
static bool put_many(struct engine *engine, struct room *room, struct rest *rest)
{
    bool fits = true;
    for (; fits && rest->step->literals > LITERALS; rest->step->literals -= LITERALS) {
        struct bits bits = room_open(room, PART_MOST);
        engine->kernel->words(&bits, rest->literals, LITERALS, &engine->words);
        rest->literals += LITERALS;
        fits = room_close(room, PART_MOST, bits);
    }
    return fits;
}

/* Writes as many steps with a match as fit into a part. */
static bool put_steps(struct engine *engine, struct room *room, struct rest *rest)
{
    const uint8_t *literals = rest->literals, *const most = literals + LITERALS;
    struct bits bits = room_open(room, PART_MOST);
    struct step *step = rest->step;
    const struct step *const end = rest->last - step > MATCHES ? step + MATCHES : rest->last;
    for (; step < end && step->literals <= (size_t)(most - literals); step++)
        literals += step->literals;
    engine->kernel->steps(&bits, rest->literals, rest->step, (size_t)(step - rest->step),
                          &engine->words);
    rest->step = step;
    rest->literals = literals;
    return room_close(room, PART_MOST, bits);
}

/* Writes the last step and the end. */
static bool put_end(struct engine *engine, struct room *room, const struct rest *rest)
{
    struct bits bits = room_open(room, PART_MOST);
    engine->kernel->words(&bits, rest->literals, rest->step->literals, &engine->words);
    bits_put(&bits, engine->code.code[BLOCK_END_SYMBOL], engine->code.length[BLOCK_END_SYMBOL]);
    return room_close(room, PART_MOST, bits);
}

static bool put_head(struct engine *engine, struct room *room, bool last)
{
    const size_t most = BLOCK_HEAD_MOST + BITS_SLACK;
    struct bits bits = room_open(room, most);
    block_head_write(&bits, last, engine->code.length, engine->distance_code.length);
    return room_close(room, most, bits);
}

/* false if it does not fit. */
static bool put_block(struct engine *engine, struct room *room, bool last)
{
    struct matches *const matches = &engine->matches;
    struct rest rest = {matches->steps, matches->steps + matches->count - 1, matches->literals};
    count(engine);
    make_codes(engine);
    bool fits = put_head(engine, room, last) && put_many(engine, room, &rest);
    while (fits && rest.step < rest.last)
        fits = put_steps(engine, room, &rest) && put_many(engine, room, &rest);
    return fits && put_end(engine, room, &rest);
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
    bool fits = true;
    for (size_t at = 0; fits && at < raw.size; at += MATCHES_BLOCK) {
        const size_t left = raw.size - at, size = left < MATCHES_BLOCK ? left : MATCHES_BLOCK;
        engine->kernel->find(&engine->matches, raw.data, at, at + size);
        fits = put_block(engine, &room, size == left);
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
