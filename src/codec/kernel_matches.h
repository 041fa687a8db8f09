/*
 * The kernels of the encoder `fast`: finding matches, and writing them. A file kernel_X.c defines
 * beside what kernel_template.h names
 *     ALIKE           bytes that are compared at once, MATCHES_LEAST to 32 (what is found does
 *                     not depend on it), and
 *     alike(a, b)     how many bytes are the same from a and b on, ALIKE at most
 *     separators(p)   16 bits: bit i is set where p[i] is a separator: a byte below '0' as a
 *                     signed number, ':' or '_'.
 *
 * Searching. A table holds, for seven bytes as they hash, where they last began. What stands there
 * is compared with what stands here, and where seven bytes are the same they and all that follow
 * them are a match; it is taken at once. One place for each hash is enough, and it is the nearest.
 * Of the strings inside a match only a few are put into the table: those that begin where the next
 * match may.
 *
 * Following. Names of neighbours are made of the same fields, of which a few differ. Where a match
 * has ended, the field it ended in ends both here and there, `distance` before, a few bytes on with
 * the same separator. From these two places on, or from the next two, all is the same again; where
 * the fields are not equally long, at another distance. So there is nothing to be searched as long
 * as it works; where it does not, searching finds the next match.
 *
 * Where following seldom works it is no gain, and searching finds more. So the first bytes of a
 * chunk are followed, and if too many of them had to be searched, all are.
 */
#include <string.h>

#include "codec/match_lengths.h"
#include "codec/matches.h"

enum {
    WINDOW = 32768,
    STRING = 7,    /* bytes of a match that is searched, at least */
    WORD = 8,      /* bytes that are loaded to look at a string */
    MISSES = 3,    /* so often in a row fields may differ before it is searched */
    AHEAD = 64,    /* bytes from where fields are followed; 15, and ALIKE from there, are loaded */
    TRIED = 8192,  /* bytes that are followed to see whether it works, */
    SEARCHED = 16, /* and the part of them that may have to be searched: one in so many */
    PART = 4       /* literals that are written at once */
};

_Static_assert((int)ALIKE >= (int)MATCHES_LEAST && ALIKE <= 32,
               "else kernels differ in what they find");

/* ---- the table ---- */

static inline size_t hash_of(uint64_t word)
{
    return (size_t)((word << (64 - 8 * STRING)) * UINT64_C(0x9e3779b97f4a7c15) >>
                    (64 - MATCHES_TABLE_BITS));
}

static inline void note(struct matches *matches, const uint8_t *data, size_t at)
{
    matches->table[hash_of(bits_load(data + at))] = (uint32_t)at + 1 + WINDOW;
}

/* ---- comparing ---- */

/* How many bytes from `a` and `b` on are the same, `most` at most; `a` lies before `b`. */
static inline size_t same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;
    for (; most - n >= ALIKE; n += ALIKE) {
        const unsigned first = alike(a + n, b + n);
        if (first < ALIKE)
            return n + first;
    }
    for (; most - n >= WORD; n += WORD) {
        const uint64_t unlike = bits_load(a + n) ^ bits_load(b + n);
        if (unlike)
            return n + (unsigned)__builtin_ctzll(unlike) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* ---- steps ---- */

/* Adds a step, with its literals from `data` on; some bytes more are copied where there are any. */
static inline void add_step(struct matches *matches, const uint8_t *data, size_t literals,
                            size_t readable, unsigned length, size_t distance)
{
    uint8_t *const to = matches->literals + matches->literal_count;
    if (literals <= MATCHES_SLACK && readable >= MATCHES_SLACK)
        memcpy(to, data, MATCHES_SLACK);
    else
        memcpy(to, data, literals);
    matches->literal_count += literals;
    matches->steps[matches->count++] =
        (struct step){(uint32_t)literals, (uint16_t)length, (uint16_t)distance};
}

/* Adds steps for the literals from data[from] on and a match of any length at data[at], which has a
 * part for each MATCH_LONGEST; what is too short to be one is left. Returns where it ends. */
static inline size_t add_match(struct matches *matches, const uint8_t *data, size_t from, size_t at,
                               size_t end, size_t length, size_t distance)
{
    while (length >= MATCH_SHORTEST) {
        const unsigned part = length < MATCH_LONGEST ? (unsigned)length : MATCH_LONGEST;
        add_step(matches, data + from, at - from, end - from, part, distance);
        length -= part;
        at += part;
        from = at;
    }
    return at;
}

/* ---- finding ---- */

/* A place in a block. */
struct place {
    size_t at;
    size_t from; /* where the literals begin that are in no step yet */
    size_t distance;
    size_t searched; /* bytes of the block, so far */
};

/* Where fields begin that are alike, within sixteen bytes, at *distance or at another one. Returns
 * how many bytes are the same there, ALIKE at most, and *skipped lie before it; less than
 * MATCHES_LEAST if they differ again at once; 0 if separators differ or there are none. */
static inline unsigned next_field(const uint8_t *at, size_t *distance, size_t *skipped)
{
    const uint8_t *const before = at - *distance;
    uint32_t here = separators(at), there = separators(before);
    unsigned length = 0;
    for (; here && there && length < MATCHES_LEAST; here &= here - 1, there &= there - 1) {
        const uint8_t *const b = at + (unsigned)__builtin_ctz(here);
        const uint8_t *const a = before + (unsigned)__builtin_ctz(there);
        if ((size_t)(b - a) - 1 >= WINDOW || *a != *b)
            return 0;
        *distance = (size_t)(b - a);
        *skipped = (size_t)(b - at);
        length = alike(a, b);
    }
    return length;
}

/* Goes on from the end of a match as long as fields are alike. */
static inline void follow(struct matches *matches, const uint8_t *data, size_t end,
                          struct place *place)
{
    size_t at = place->at, from = place->from, distance = place->distance;
    unsigned missed = 0;
    while (end - at >= AHEAD && missed <= MISSES) {
        size_t next = distance, skipped = 0;
        size_t length = next_field(data + at, &next, &skipped);
        if (length == 0)
            break;
        at += skipped;
        distance = next;
        if (length < MATCHES_LEAST) {
            at++;
            missed++;
            continue;
        }
        if (length == ALIKE)
            length += same(data + at + ALIKE - distance, data + at + ALIKE, end - at - ALIKE);
        note(matches, data, at);
        at = from = add_match(matches, data, from, at, end, length, distance);
        missed = 0;
    }
    place->at = at;
    place->from = from;
    place->distance = distance;
}

/* Up to a match and to its end, or to where there is none; whether there was one. */
static bool search(struct matches *matches, const uint8_t *data, size_t end, struct place *place)
{
    size_t at = place->at;
    for (; end - at >= WORD; at++) {
        const uint64_t word = bits_load(data + at);
        uint32_t *const noted = &matches->table[hash_of(word)];
        const size_t distance = at + 1 + WINDOW - *noted;
        *noted = (uint32_t)at + 1 + WINDOW;
        if (distance > WINDOW || (bits_load(data + at - distance) ^ word) << (64 - 8 * STRING))
            continue;
        const size_t length = same(data + at - distance, data + at, end - at);
        const size_t next = add_match(matches, data, place->from, at, end, length, distance);
        if (end - next >= WORD) {
            note(matches, data, at + 1);
            note(matches, data, next - 2);
            note(matches, data, next - 1);
        }
        *place = (struct place){next, next, distance, place->searched + at - place->at};
        return true;
    }
    place->searched += at - place->at;
    place->at = at;
    return false;
}

/* Turns data[begin .. end) into steps. Returns how many bytes were searched. */
static size_t find(struct matches *matches, const uint8_t *data, size_t begin, size_t end)
{
    struct place place = {begin, begin, 0, 0};
    matches->count = matches->literal_count = 0;
    while (search(matches, data, end, &place))
        if (matches->alike)
            follow(matches, data, end, &place);
    add_step(matches, data + place.from, end - place.from, end - place.from, 0, 0);
    return place.searched;
}

static void find_matches(struct matches *matches, const uint8_t *data, size_t begin, size_t end)
{
    if (begin == 0) {
        const size_t tried = end < TRIED ? end : TRIED;
        memset(matches->table, 0, sizeof matches->table);
        matches->alike = true;
        matches->alike = find(matches, data, 0, tried) <= tried / SEARCHED;
        memset(matches->table, 0, sizeof matches->table);
    }
    find(matches, data, begin, end);
}

/* ---- writing ---- */

/* Appends the literals of n bytes, 1 to 4, of which four can be read. How many there are is
 * anyone's guess, so nothing branches on it: all four are looked up, and the bits of n are kept. */
static inline void put_part(const struct kernel_words *words, struct bits *bits,
                            const uint8_t *data, size_t n)
{
    const struct kernel_word a = words->literal[data[0]], b = words->literal[data[1]],
                             c = words->literal[data[2]], d = words->literal[data[3]];
    const unsigned two = a.count + (n > 1 ? b.count : 0), three = two + (n > 2 ? c.count : 0),
                   all = three + (n > 3 ? d.count : 0);
    const uint64_t value =
        a.bits | (uint64_t)b.bits << a.count | (uint64_t)c.bits << two | (uint64_t)d.bits << three;
    bits_put(bits, value & ((UINT64_C(1) << all) - 1), all);
}

static inline void put_words(const struct kernel_words *words, struct bits *bits,
                             const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i += PART)
        put_part(words, bits, data + i, size - i);
}

/* A length has 17 bits and a distance 25, codes and extra bits. */
static inline void put_match(const struct kernel_words *words, struct bits *bits,
                             const struct step *step)
{
    const struct kernel_word length = words->length[step->length];
    const unsigned symbol = distance_symbol(step->distance), less = step->distance - 1u;
    const unsigned extra_bits = distance_extra_bits(symbol);
    const unsigned extra = less & ((1u << extra_bits) - 1);
    const unsigned code_bits = words->distance_length[symbol];
    const uint64_t distance = words->distance_code[symbol] | (uint64_t)extra << code_bits;
    bits_put(bits, length.bits | distance << length.count, length.count + code_bits + extra_bits);
}

static void put_literal_words(struct bits *to, const uint8_t *literals, size_t size,
                              const struct kernel_words *words)
{
    struct bits bits = *to;
    put_words(words, &bits, literals, size);
    *to = bits;
}

static void put_steps(struct bits *to, const uint8_t *literals, const struct step *steps,
                      size_t count, const struct kernel_words *words)
{
    struct bits bits = *to;
    for (size_t i = 0; i < count; i++) {
        put_words(words, &bits, literals, steps[i].literals);
        put_match(words, &bits, &steps[i]);
        literals += steps[i].literals;
    }
    *to = bits;
}
