/*
 * A loop over symbols, for one type of output; symbols_X.c includes this once for each.
 *
 *     SYMBOL            uint8_t or uint16_t
 *     WIDE              1 for uint16_t
 *     LOOP(name)        the name of a function of this loop
 *     copy_near(out, distance, length), for SYMBOL by LOOP: a match nearer than a vector
 *
 * Most of a block is decoded by `fast`, far from the ends of data and output. Up to 63 bits wait in
 * `bits`; `count` says how many there are by its lowest six bits, and what subtracting entries
 * whole leaves above them does not matter. A refill gives at least 56: enough for three entries of
 * literals (11 bits each) and the code and the extra bits of a length (20), and again for a
 * distance (28). What is left near the ends is done by `careful`, one symbol at a time.
 */

enum { LOOP(VECTOR) = 16 / sizeof(SYMBOL) };

/* Writes the literals of an entry, and what else is in it behind them. */
static inline SYMBOL *LOOP(put_literals)(SYMBOL *out, uint32_t entry)
{
#if WIDE
    const uint64_t three =
        (entry >> 8 & 0xff) | (uint64_t)(entry >> 16 & 0xff) << 16 | (uint64_t)(entry >> 24) << 32;
    memcpy(out, &three, sizeof three);
#else
    const uint32_t three = entry >> GZIP_OWN_SHIFT;
    memcpy(out, &three, sizeof three);
#endif
    return out + (entry >> GZIP_COUNT_SHIFT & 3);
}

/* Copies a match; up to a vector more than its length is written. */
static inline void LOOP(copy_match)(SYMBOL *out, size_t distance, size_t length)
{
    if (__builtin_expect(distance < LOOP(VECTOR), 0)) {
        LOOP(copy_near)(out, distance, length);
        return;
    }
    const SYMBOL *from = out - distance;
    SYMBOL *const end = out + length;
    do {
        memcpy(out, from, 16);
        out += LOOP(VECTOR);
        from += LOOP(VECTOR);
    } while (out < end);
}

/* The lowest index of the window that a match refers to. */
static inline uint32_t LOOP(lowest)(const struct gzip_symbols *s, const SYMBOL *from,
                                    uint32_t lowest)
{
#if WIDE
    if (from < (const SYMBOL *)s->out + s->raw && (uint32_t)(*from & ~GZIP_MARKER) < lowest)
        return *from & ~GZIP_MARKER;
#else
    (void)s;
    (void)from;
#endif
    return lowest;
}

#define TAKE(entry) (bits >>= (entry)&GZIP_TAKES, count -= (entry))
#define REFILL()    (bits |= gzip_load8(in) << (count & 63), in += (63 - count) >> 3 & 7, count |= 56)
/* The least length or distance of an entry, and the extra bits on it. */
#define VALUE(entry)                                                                               \
    (((entry) >> GZIP_BASE_SHIFT) +                                                                \
     (size_t)((bits & ((UINT64_C(1) << ((entry)&GZIP_TAKES)) - 1)) >>                              \
              ((entry) >> GZIP_OWN_SHIFT & 15)))
/* What a link leads to, when its own bits have been taken. */
#define FOLLOW(table, entry)                                                                       \
    ((table)[((entry) >> GZIP_BASE_SHIFT) +                                                        \
             (bits & ((1U << ((entry) >> GZIP_OWN_SHIFT & 15)) - 1))])

/* true: the block has ended; false: the ends are near, or something is odd, and stands before it.
 */
static bool LOOP(fast)(struct gzip_symbols *s)
{
    enum {
        LITERAL_MASK = (1 << GZIP_LITERAL_BITS) - 1,
        DISTANCE_MASK = (1 << GZIP_DISTANCE_BITS) - 1
    };
    const uint32_t *const literal = s->tables->literal, *const far = s->tables->distance;
    const uint8_t *in = s->data + (s->bit >> 3);
    const uint8_t *const in_end = s->data + (s->end_bit >> 3);
    SYMBOL *const begin = s->out, *const end = begin + s->end, *const floor = begin + s->floor;
    SYMBOL *out = begin + s->at;
    uint32_t lowest = s->lowest;
    uint64_t bits = 0;
    unsigned count = 0;
    bool ended = false;
    if (in_end - in < 32)
        return false;
    REFILL();
    bits >>= s->bit & 7;
    count -= s->bit & 7;
    while (out < end && in_end - in >= 32) {
        REFILL();
        uint32_t entry = literal[bits & LITERAL_MASK];
        if (entry & GZIP_LITERALS) {
            out = LOOP(put_literals)(out, entry);
            TAKE(entry);
            entry = literal[bits & LITERAL_MASK];
            if (entry & GZIP_LITERALS) {
                out = LOOP(put_literals)(out, entry);
                TAKE(entry);
                entry = literal[bits & LITERAL_MASK];
                if (entry & GZIP_LITERALS) {
                    out = LOOP(put_literals)(out, entry);
                    TAKE(entry);
                    continue;
                }
            }
        }
        const unsigned count_before = count;
        if (__builtin_expect((entry & (GZIP_ODD | GZIP_LINK)) == (GZIP_ODD | GZIP_LINK), 0)) {
            TAKE(entry);
            entry = FOLLOW(literal, entry);
        }
        if (__builtin_expect(entry & (GZIP_ODD | GZIP_LITERALS), 0)) {
            if (entry & GZIP_LITERALS) { /* one with a long code */
                out = LOOP(put_literals)(out, entry);
                TAKE(entry);
                continue;
            }
            ended = entry & GZIP_END;
            count = ended ? count - entry : count_before;
            break;
        }
        const size_t length = VALUE(entry);
        TAKE(entry);
        const uint8_t *const in_before = in;
        REFILL();
        entry = far[bits & DISTANCE_MASK];
        if (__builtin_expect((entry & (GZIP_ODD | GZIP_LINK)) == (GZIP_ODD | GZIP_LINK), 0)) {
            TAKE(entry);
            entry = FOLLOW(far, entry);
        }
        const size_t distance = VALUE(entry);
        if (__builtin_expect((entry & GZIP_ODD) || distance > (size_t)(out - floor), 0)) {
            in = in_before;
            count = count_before;
            break;
        }
        TAKE(entry);
        lowest = LOOP(lowest)(s, out - distance, lowest);
        LOOP(copy_match)(out, distance, length);
        out += length;
    }
    s->bit = (uint64_t)(in - s->data) * 8 - (count & 63);
    s->at = (size_t)(out - begin);
    s->lowest = lowest;
    return ended;
}

/* A code, found bit by bit where the data may end: its entry, and in *takes what the links to it
 * and itself take. */
static inline uint32_t LOOP(look_up)(const uint32_t *table, unsigned table_bits, uint64_t bits,
                                     unsigned *takes)
{
    uint32_t entry = table[bits & ((1U << table_bits) - 1)];
    *takes = entry & GZIP_TAKES;
    if ((entry & (GZIP_LITERALS | GZIP_ODD | GZIP_LINK)) == (GZIP_ODD | GZIP_LINK)) {
        bits >>= *takes;
        entry = FOLLOW(table, entry);
        *takes += entry & GZIP_TAKES;
    }
    return entry;
}

/* The verdict on an entry that is no symbol; `bit` is behind it, if it takes any. */
static enum gzip_symbols_verdict LOOP(odd)(struct gzip_symbols *s, uint32_t entry, uint64_t bit)
{
    if (bit > s->end_bit || s->bit == s->end_bit)
        return GZIP_SYMBOLS_INPUT;
    if (!(entry & GZIP_END))
        return GZIP_SYMBOLS_CODE;
    s->bit = bit;
    return GZIP_SYMBOLS_END;
}

/* One match, whose length has been found; the code of the distance begins at `bit`. */
static enum gzip_symbols_verdict LOOP(match)(struct gzip_symbols *s, size_t length, uint64_t bit)
{
    unsigned takes;
    uint64_t bits = gzip_peek(s->data, bit);
    const uint32_t entry = LOOP(look_up)(s->tables->distance, GZIP_DISTANCE_BITS, bits, &takes);
    bit += takes;
    if (bit > s->end_bit || (takes == 0 && bit == s->end_bit))
        return GZIP_SYMBOLS_INPUT;
    if (entry & GZIP_ODD)
        return GZIP_SYMBOLS_CODE;
    bits >>= takes - (entry & GZIP_TAKES);
    const size_t distance = VALUE(entry);
    if (distance > s->at - s->floor)
        return GZIP_SYMBOLS_FAR;
    SYMBOL *const out = (SYMBOL *)s->out + s->at;
    s->lowest = LOOP(lowest)(s, out - distance, s->lowest);
    LOOP(copy_match)(out, distance, length);
    s->at += length;
    s->bit = bit;
    return GZIP_SYMBOLS_ROOM;
}

/* One entry's symbols. GZIP_SYMBOLS_ROOM: there may be more. */
static enum gzip_symbols_verdict LOOP(careful)(struct gzip_symbols *s)
{
    unsigned takes;
    if (s->bit >= s->end_bit)
        return GZIP_SYMBOLS_INPUT;
    uint64_t bits = gzip_peek(s->data, s->bit);
    const uint32_t entry = LOOP(look_up)(s->tables->literal, GZIP_LITERAL_BITS, bits, &takes);
    if ((entry & (GZIP_LITERALS | GZIP_ODD)) == GZIP_ODD)
        return LOOP(odd)(s, entry, s->bit + takes);
    if (s->bit + takes > s->end_bit)
        return GZIP_SYMBOLS_INPUT;
    if (!(entry & GZIP_LITERALS)) {
        bits >>= takes - (entry & GZIP_TAKES);
        return LOOP(match)(s, VALUE(entry), s->bit + takes);
    }
    LOOP(put_literals)((SYMBOL *)s->out + s->at, entry);
    s->at += entry >> GZIP_COUNT_SHIFT & 3;
    s->bit += takes;
    return GZIP_SYMBOLS_ROOM;
}

static enum gzip_symbols_verdict LOOP(decode)(struct gzip_symbols *s)
{
    if (LOOP(fast)(s))
        return GZIP_SYMBOLS_END;
    while (s->at < s->end) {
        const enum gzip_symbols_verdict verdict = LOOP(careful)(s);
        if (verdict != GZIP_SYMBOLS_ROOM)
            return verdict;
    }
    return GZIP_SYMBOLS_ROOM;
}

#undef TAKE
#undef REFILL
#undef VALUE
#undef FOLLOW
#undef SYMBOL
#undef WIDE
#undef LOOP
