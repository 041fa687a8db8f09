/*
 * All kernels, written once. A file kernel_X.c says what a vector of its machine is, includes this,
 * and becomes a row of functions.
 *
 * It defines
 *     KERNEL, KERNEL_NAME       the row, and its name as a string
 *     NARROWER                  the row for what is shorter than a vector (scalar has none such)
 *     WIDTH                     bytes in a vector
 *     vector, range, mask       a vector; a prepared pair of bounds; one bit for each byte
 *     vector_load(p), vector_store(p, v), vector_splat(byte)
 *     vector_subtract(a, b), vector_smaller(a, b), vector_larger(a, b)    byte by byte, unsigned
 *     vector_smallest(v), vector_largest(v)                               over all bytes
 *     range_make(low, high)     low <= high
 *     mask_outside(v, r)        bytes outside the range
 *     mask_not_letter(v)        bytes that are neither A..Z nor a..z
 *     mask_newline(v)           bytes that are LF
 *     mask_newline_or_nul(v)    bytes that are LF or NUL
 *     mask_first(m)             the number of the first byte; m is not 0
 *     mask_count(m)             the number of bytes
 *
 * The walk. A record is four lines, and three of them are searches for the first byte that does not
 * belong: in a name that is LF or NUL, in bases whatever is not a letter, in qualities whatever is
 * outside the encoding. A good line ends in the very byte that is found, so the check of its bytes
 * costs nothing beyond the search for its end.
 *
 * What is slow then is not the work but the waiting: where the next line begins is known only when
 * the mask of this one has arrived. So the walk lets the processor guess. Reads are mostly as long
 * as the one before; that length is proposed as the answer, a branch compares it with the mask
 * later, and the qualities are already under way (see `guessed`). A quality line needs no answer at
 * all: its length is that of its bases, or the record is bad. One wait for each record is left, for
 * its name.
 *
 * The bound. Every vector load is at an offset <= size - WIDTH, and every byte looked at alone was
 * part of a vector or is compared with `size` first. What is so near the end that a load would pass
 * it is left to a narrower kernel, in the end to scalar, whose vectors are single bytes; so all
 * kernels return the same.
 */
#include <string.h>

#define NOWHERE SIZE_MAX

enum { PREFETCH_BYTES = 8192 }; /* measured: half and twice of it are slower from main memory */

/* ---- searches: from `at`, by loads at offsets <= last; the offset found, or NOWHERE ---- */

/* Loads, and asks for what is wanted later, since the memory does not run far enough ahead by
 * itself for a walk that now and then guesses wrong. A prefetch may name any address. */
static inline vector load_ahead(const uint8_t *from)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): by arithmetic on `from` it would be undefined */
    __builtin_prefetch((const void *)((uintptr_t)from + PREFETCH_BYTES));
    return vector_load(from);
}

static inline size_t find_newline_or_nul(const uint8_t *text, size_t at, size_t last)
{
    for (; at <= last; at += WIDTH) {
        const mask found = mask_newline_or_nul(load_ahead(text + at));
        if (found)
            return at + mask_first(found);
    }
    return NOWHERE;
}

/* '*', '-' and '.' are bases too, but too rare to spend vector operations on. */
static inline bool is_rare_base(uint8_t byte)
{
    return byte == '*' || byte == '-' || byte == '.';
}

static inline size_t find_not_base(const uint8_t *text, size_t at, size_t last)
{
    for (; at <= last; at += WIDTH) {
        mask found = mask_not_letter(load_ahead(text + at));
        for (; found; found &= found - 1) {
            const size_t i = at + mask_first(found);
            if (!is_rare_base(text[i]))
                return i;
        }
    }
    return NOWHERE;
}

static inline size_t find_outside(const uint8_t *text, size_t at, size_t last, range good)
{
    for (; at <= last; at += WIDTH) {
        const mask found = mask_outside(load_ahead(text + at), good);
        if (found)
            return at + mask_first(found);
    }
    return NOWHERE;
}

/* ---- the walk ---- */

/* Returns `found`, by way of `guess` where the two are equal. What follows then depends on the
 * guess, which is at hand, and on a branch, which the processor predicts; not on `found`, which is
 * still being computed. The empty statements keep the compiler from seeing that both ways are one.
 */
static inline size_t guessed(size_t found, size_t guess)
{
    size_t twin = guess;
    __asm__("" : "+r"(twin));
    if (found == guess)
        return twin;
    __asm__ volatile("" : "+r"(found));
    return found;
}

/* The bytes of the line end at text[at]: 1 for LF, 2 for CR LF, 0 if there is none. */
static inline unsigned line_end(const uint8_t *text, size_t at, size_t size)
{
    if (at >= size)
        return 0;
    if (text[at] == '\n')
        return 1;
    return text[at] == '\r' && size - at > 1 && text[at + 1] == '\n' ? 2 : 0;
}

/* The bytes of the '+' line at text[at] with its line end, or 0 if it is none. Adds to *style. */
static inline size_t plus_line(const uint8_t *text, size_t at, size_t size, const uint8_t *name,
                               size_t name_bytes, unsigned *style)
{
    if (at >= size || text[at] != '+')
        return 0;
    const unsigned bare = line_end(text, at + 1, size);
    if (bare) {
        *style |= (bare - 1) * PFQ_STYLE_CR_PLUS;
        return 1 + bare;
    }
    if (size - at - 1 < name_bytes || memcmp(text + at + 1, name, name_bytes) != 0)
        return 0;
    const unsigned ending = line_end(text, at + 1 + name_bytes, size);
    if (!ending)
        return 0;
    *style |= PFQ_STYLE_PLUS_NAME | (ending - 1) * PFQ_STYLE_CR_PLUS;
    return 1 + name_bytes + ending;
}

/* Walks the record at text[begin], begin < size, by loads at offsets <= last. Takes `likely` for
 * the number of its bases, and says in *record what it found. Returns the offset behind it, or
 * NOWHERE. */
static inline size_t walk_record(const uint8_t *text, size_t begin, size_t size, size_t last,
                                 range good, size_t likely, struct scan_record *record)
{
    if (text[begin] != '@')
        return NOWHERE;
    const size_t name_end = find_newline_or_nul(text, begin, last);
    if (name_end == NOWHERE || text[name_end] != '\n')
        return NOWHERE;
    const unsigned name_cr = text[name_end - 1] == '\r'; /* not before text[begin], which is '@' */
    const size_t name_bytes = name_end - begin - 1 - name_cr;

    const size_t bases_at = name_end + 1;
    const size_t bases_found = find_not_base(text, bases_at, last);
    if (bases_found == NOWHERE || name_bytes > UINT32_MAX)
        return NOWHERE;
    const size_t bases_end = guessed(bases_found, bases_at + likely);
    const size_t bases = bases_end - bases_at;
    const unsigned bases_ending = line_end(text, bases_end, size);
    if (!bases_ending)
        return NOWHERE;

    unsigned style = name_cr * PFQ_STYLE_CR_NAME | (bases_ending - 1) * PFQ_STYLE_CR_BASES;
    const size_t plus_at = bases_end + bases_ending;
    const size_t plus_bytes = plus_line(text, plus_at, size, text + begin + 1, name_bytes, &style);
    if (!plus_bytes)
        return NOWHERE;

    const size_t quality_at = plus_at + plus_bytes;
    const size_t quality_end = quality_at + bases;
    if (find_outside(text, quality_at, last, good) != quality_end)
        return NOWHERE;
    const unsigned quality_ending = line_end(text, quality_end, size);
    if (!quality_ending)
        return NOWHERE;
    style |= (quality_ending - 1) * PFQ_STYLE_CR_QUALITY;

    record->bases = bases & 0xffffffffffffff; /* all of it: no memory holds 2^56 bytes */
    record->style = (uint8_t)style;
    record->name = (uint32_t)name_bytes;
    return quality_end + quality_ending;
}

static size_t records(const uint8_t *text, size_t begin, size_t stop, size_t size, size_t origin,
                      uint8_t quality_min, uint8_t quality_max, struct scan_record *out,
                      size_t capacity, size_t *end)
{
    const range good = range_make(quality_min, quality_max);
    const size_t before = size < WIDTH ? 0 : stop < size ? stop : size;
    size_t at = begin, likely = 0, n = 0;
    for (; n < capacity && at < before && at - origin <= UINT32_MAX; n++) {
        const size_t next = walk_record(text, at, size, size - WIDTH, good, likely, &out[n]);
        if (next == NOWHERE)
            break;
        out[n].begin = (uint32_t)(at - origin);
        likely = out[n].bases;
        at = next;
    }
    *end = at;
    if (WIDTH > 1 && n < capacity && at < stop)
        n += NARROWER.records(text, at, stop, size, origin, quality_min, quality_max, out + n,
                              capacity - n, end);
    return n;
}

/* ---- columns: whole vectors, and the rest by the narrower kernel; scalar has no rest ---- */

static size_t not_base(const uint8_t *data, size_t size)
{
    const size_t whole = size / WIDTH * WIDTH;
    const size_t found = whole ? find_not_base(data, 0, whole - WIDTH) : NOWHERE;
    if (found != NOWHERE || whole == size)
        return found < size ? found : size;
    return whole + NARROWER.not_base(data + whole, size - whole);
}

static size_t outside(const uint8_t *data, size_t size, uint8_t low, uint8_t high)
{
    const size_t whole = size / WIDTH * WIDTH;
    const range good = range_make(low, high);
    const size_t found = whole ? find_outside(data, 0, whole - WIDTH, good) : NOWHERE;
    if (found != NOWHERE || whole == size)
        return found < size ? found : size;
    return whole + NARROWER.outside(data + whole, size - whole, low, high);
}

static size_t newlines(const uint8_t *data, size_t size)
{
    const size_t whole = size / WIDTH * WIDTH;
    size_t lines = 0;
    for (size_t at = 0; at < whole; at += WIDTH)
        lines += mask_count(mask_newline(vector_load(data + at)));
    return whole == size ? lines : lines + NARROWER.newlines(data + whole, size - whole);
}

struct extremes {
    vector low, high;
};

static inline void shift_vector(uint8_t *dst, const uint8_t *src, vector minus,
                                struct extremes *seen)
{
    const vector bytes = vector_load(src);
    vector_store(dst, vector_subtract(bytes, minus));
    seen->low = vector_smaller(seen->low, bytes);
    seen->high = vector_larger(seen->high, bytes);
}

/* Called for each read, so its rest is no loop but one more vector, which overlaps the one before;
 * and *low and *high are written only when they change, so that no read waits for the one before.
 */
static void shift(uint8_t *dst, const uint8_t *src, size_t size, uint8_t minus, uint8_t *low,
                  uint8_t *high)
{
    if (size < WIDTH) {
        if (size)
            NARROWER.shift(dst, src, size, minus, low, high);
        return;
    }
    const vector less = vector_splat(minus);
    struct extremes seen = {vector_splat(255), vector_splat(0)};
    for (size_t at = 0; at < size - WIDTH; at += WIDTH)
        shift_vector(dst + at, src + at, less, &seen);
    shift_vector(dst + size - WIDTH, src + size - WIDTH, less, &seen);
    const uint8_t smallest = vector_smallest(seen.low), largest = vector_largest(seen.high);
    if (smallest < *low)
        *low = smallest;
    if (largest > *high)
        *high = largest;
}

const struct scan_kernel KERNEL = {KERNEL_NAME, records, not_base, outside, shift, newlines};
