/*
 * Every kernel does exactly what plain loops do, and reads not a byte outside its text.
 *
 * The plain loops are here, written line by line and byte by byte from the promises of scan.h. All
 * texts lie between two pages that must not be touched, some against the first and some against the
 * second, so that a load outside the text ends the program.
 */
#include "scan/scan.h"

#include <sys/mman.h>
#include <unistd.h>

#include "support/check.h"

enum { CAPACITY = 64, TEXT_BYTES = 16384, WRITTEN = 0xee };

/* ---- chance: a xorshift generator, the same numbers in every run ---- */

struct chance {
    uint64_t state;
};

static unsigned below(struct chance *chance, unsigned n)
{
    chance->state ^= chance->state << 13;
    chance->state ^= chance->state >> 7;
    chance->state ^= chance->state << 17;
    return (unsigned)((chance->state >> 20) % n);
}

/* ---- memory between two pages that must not be touched ---- */

struct guarded {
    uint8_t *pages; /* of all, with the guards */
    uint8_t *first; /* behind the first guard */
    uint8_t *end;   /* the second guard */
};

static struct guarded guarded_create(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (TEXT_BYTES + page - 1) / page * page;
    uint8_t *pages =
        mmap(NULL, inner + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    CHECK_EQUAL(mprotect(pages, page, PROT_NONE), 0);
    CHECK_EQUAL(mprotect(pages + page + inner, page, PROT_NONE), 0);
    return (struct guarded){pages, pages + page, pages + page + inner};
}

static void guarded_destroy(const struct guarded *guarded)
{
    const size_t page = (size_t)(guarded->first - guarded->pages);
    munmap(guarded->pages, (size_t)(guarded->end - guarded->pages) + page);
}

/* A copy of the text that touches the second guard, or the first. */
static uint8_t *placed(const struct guarded *guarded, const uint8_t *text, size_t size, bool at_end)
{
    uint8_t *copy = at_end ? guarded->end - size : guarded->first;
    memcpy(copy, text, size);
    return copy;
}

/* ---- the plain loops ---- */

static bool plain_base(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*' || c == '-' || c == '.';
}

/* A line: text[begin .. end), and next behind its LF. */
struct line {
    size_t begin, end, next;
    bool cr; /* the byte before the LF is CR; `end` is before it */
};

static bool plain_line(const uint8_t *text, size_t begin, size_t size, struct line *line)
{
    size_t at = begin;
    while (at < size && text[at] != '\n')
        at++;
    if (at == size)
        return false;
    line->begin = begin;
    line->cr = at > begin && text[at - 1] == '\r';
    line->end = at - line->cr;
    line->next = at + 1;
    return true;
}

static size_t line_bytes(const struct line *line)
{
    return line->end - line->begin;
}

/* Whether the '+' line is '+' and the name. Its CR may be the last byte of the name. */
static bool plain_repeat(const uint8_t *text, const struct line *name, struct line *plus)
{
    const size_t bytes = line_bytes(name); /* of '@' and the name */
    if (plus->cr && line_bytes(plus) + 1 == bytes) {
        plus->end++;
        plus->cr = false;
    }
    return line_bytes(plus) == bytes &&
           memcmp(text + plus->begin + 1, text + name->begin + 1, bytes - 1) == 0;
}

/* Fills *record, but for `begin`, and returns the offset behind it; 0 if the record is not good. */
static size_t plain_record(const uint8_t *text, size_t begin, size_t size, uint8_t low,
                           uint8_t high, struct scan_record *record)
{
    struct line name, bases, plus, quality;
    if (!plain_line(text, begin, size, &name) || !plain_line(text, name.next, size, &bases) ||
        !plain_line(text, bases.next, size, &plus) || !plain_line(text, plus.next, size, &quality))
        return 0;
    if (text[begin] != '@' || memchr(text + begin, '\0', line_bytes(&name)))
        return 0;
    for (size_t i = bases.begin; i < bases.end; i++)
        if (!plain_base(text[i]))
            return 0;
    if (text[plus.begin] != '+')
        return 0;
    const bool bare = line_bytes(&plus) == 1;
    if (!bare && !plain_repeat(text, &name, &plus))
        return 0;
    if (line_bytes(&quality) != line_bytes(&bases))
        return 0;
    for (size_t i = quality.begin; i < quality.end; i++)
        if (text[i] < low || text[i] > high)
            return 0;
    record->bases = line_bytes(&bases) & 0xffffffff;
    record->name = (uint32_t)line_bytes(&name) - 1;
    record->style = (uint8_t)(name.cr * PFQ_STYLE_CR_NAME | bases.cr * PFQ_STYLE_CR_BASES |
                              plus.cr * PFQ_STYLE_CR_PLUS | quality.cr * PFQ_STYLE_CR_QUALITY |
                              !bare * PFQ_STYLE_PLUS_NAME);
    return quality.next;
}

static size_t plain_records(const uint8_t *text, size_t begin, size_t stop, size_t size,
                            size_t origin, uint8_t low, uint8_t high, struct scan_record *out,
                            size_t capacity, size_t *end)
{
    size_t n = 0;
    for (*end = begin; n < capacity && *end < stop && *end < size; n++) {
        const size_t next = plain_record(text, *end, size, low, high, &out[n]);
        if (!next)
            break;
        out[n].begin = (uint32_t)(*end - origin);
        *end = next;
    }
    return n;
}

/* ---- texts ---- */

struct text {
    uint8_t bytes[TEXT_BYTES];
    size_t size;
};

static void add(struct text *text, uint8_t byte)
{
    CHECK(text->size < TEXT_BYTES);
    text->bytes[text->size++] = byte;
}

static void add_line_end(struct chance *chance, struct text *text, unsigned crlf_in_ten)
{
    if (below(chance, 10) < crlf_in_ten)
        add(text, '\r');
    add(text, '\n');
}

static void add_record(struct chance *chance, struct text *text, unsigned bases, uint8_t low,
                       uint8_t high, unsigned crlf_in_ten)
{
    static const char letters[] = "ACGTNacgtnACGTACGTRYKM*-.ACGTZzAa";
    static const char odd[] = "\r\r\t @+\x01\xff";
    const size_t name_at = text->size + 1;
    const unsigned name_bytes = below(chance, below(chance, 3) ? 12 : 140);
    add(text, '@');
    for (unsigned i = 0; i < name_bytes; i++)
        add(text, (uint8_t)(below(chance, 9) ? 'a' + below(chance, 26)
                                             : (uint8_t)odd[below(chance, sizeof odd - 1)]));
    add_line_end(chance, text, crlf_in_ten);
    size_t name_end = text->size - 1;
    name_end -= name_end >= name_at && text->bytes[name_end - 1] == '\r';
    for (unsigned i = 0; i < bases; i++)
        add(text, (uint8_t)letters[below(chance, sizeof letters - 1)]);
    add_line_end(chance, text, crlf_in_ten);
    add(text, '+');
    if (!below(chance, 3))
        for (size_t i = name_at; i < name_end; i++)
            add(text, text->bytes[i]);
    add_line_end(chance, text, crlf_in_ten);
    for (unsigned i = 0; i < bases; i++)
        add(text, (uint8_t)(low + below(chance, high - low + 1u)));
    add_line_end(chance, text, crlf_in_ten);
}

/* Some records, mostly of one length, and up to three bytes of them changed to anything. */
static void make_text(struct chance *chance, struct text *text, uint8_t low, uint8_t high)
{
    const unsigned longest[] = {4, 40, 150, 600};
    const unsigned length = below(chance, longest[below(chance, 4)]);
    const unsigned crlf_in_ten = below(chance, 2) ? 0 : below(chance, 11);
    const unsigned records = 1 + below(chance, 9);
    text->size = 0;
    for (unsigned i = 0; i < records; i++)
        add_record(chance, text, below(chance, 4) ? length : below(chance, 200), low, high,
                   crlf_in_ten);
    for (unsigned changes = below(chance, 2) * below(chance, 4); changes > 0; changes--)
        text->bytes[below(chance, (unsigned)text->size)] = (uint8_t)below(chance, 256);
}

/* ---- the claims ---- */

static void check_same_records(const struct scan_record *got, const struct scan_record *want,
                               size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CHECK_EQUAL(got[i].begin, want[i].begin);
        CHECK_EQUAL(got[i].name, want[i].name);
        CHECK_EQUAL(got[i].bases, want[i].bases);
        CHECK_EQUAL(got[i].style, want[i].style);
    }
}

/* The records found are those of the plain loops: no other, none missing, to the last byte. */
static void records_are_those_of_plain_loops(const struct scan_kernel *kernel,
                                             const struct guarded *guarded)
{
    static const uint8_t ranges[][2] = {{33, 126}, {64, 126}, {59, 126}, {35, 73}};
    struct chance chance = {88172645463325252};
    unsigned whole = 0, stopped = 0;
    for (unsigned turn = 0; turn < 20000; turn++) {
        const uint8_t *range = ranges[below(&chance, 4)];
        struct text made;
        make_text(&chance, &made, range[0], range[1]);
        const size_t size = below(&chance, 3) ? made.size : below(&chance, (unsigned)made.size + 1);
        const uint8_t *text = placed(guarded, made.bytes, size, turn & 1);
        const size_t stop = below(&chance, 3) ? size : below(&chance, (unsigned)size + 20);
        const size_t capacity = below(&chance, 3) ? CAPACITY : below(&chance, 4);

        struct scan_record want[CAPACITY], got[CAPACITY];
        size_t begin = 0, end, got_end;
        if (!below(&chance, 3)) /* behind the first record */
            plain_records(text, 0, size, size, 0, range[0], range[1], want, 1, &begin);
        const size_t origin = begin - below(&chance, 100); /* may wrap: only differences count */
        const size_t n = plain_records(text, begin, stop, size, origin, range[0], range[1], want,
                                       capacity, &end);
        CHECK_EQUAL(kernel->records(text, begin, stop, size, origin, range[0], range[1], got,
                                    capacity, &got_end),
                    n);
        CHECK_EQUAL(got_end, end);
        check_same_records(got, want, n);
        *(end == size ? &whole : &stopped) += 1;
    }
    CHECK(whole > 4000 && stopped > 4000); /* else the texts were not what this is about */
}

/* Any byte at any place of a small text is judged as the plain loops judge it: at the end of the
 * text, and with so much behind it that no vector passes the end. */
static void every_byte_at_every_place_is_judged_alike(const struct scan_kernel *kernel,
                                                      const struct guarded *guarded)
{
    static const char *const texts[] = {
        "@\n\n+\n\n@a b\nACGT\n+\n!~I5\n",
        "@name\r\nAC.-*\r\n+name\r\nIIIII\r\n@\r\r\n\n+\r\n\n",
        "@r1\nACGTACGTACGTACGTACGTACGTACGTACGTACGTA\n+r1\nIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII\n",
    };
    for (size_t turn = 0; turn < 2 * sizeof texts / sizeof texts[0]; turn++) {
        const size_t mutable = strlen(texts[turn / 2]);
        struct text made = {.size = mutable};
        memcpy(made.bytes, texts[turn / 2], mutable);
        while (turn % 2 && made.size < mutable + 200)
            add(&made, 'A');
        const size_t size = made.size;
        uint8_t *text = placed(guarded, made.bytes, size, true);
        for (size_t i = 0; i < mutable * 256; i++) {
            const size_t at = i / 256;
            struct scan_record want[CAPACITY], got[CAPACITY];
            size_t end, got_end;
            text[at] = (uint8_t)i;
            const size_t n = plain_records(text, 0, size, size, 0, 33, 126, want, CAPACITY, &end);
            CHECK_EQUAL(kernel->records(text, 0, size, size, 0, 33, 126, got, CAPACITY, &got_end),
                        n);
            CHECK_EQUAL(got_end, end);
            check_same_records(got, want, n);
            text[at] = made.bytes[at];
        }
    }
}

/* A record may begin up to UINT32_MAX bytes behind the origin, and no further. */
static void a_record_too_far_from_the_origin_is_left(const struct scan_kernel *kernel,
                                                     const struct guarded *guarded)
{
    static const char two[] = "@1\nACGT\n+\nIIII\n@2\nACGT\n+\nIIII\n"; /* 15 bytes each */
    const size_t size = sizeof two - 1;
    const uint8_t *text = placed(guarded, (const uint8_t *)two, size, true);
    const size_t reach[] = {(size_t)UINT32_MAX - 15, (size_t)UINT32_MAX - 14, (size_t)UINT32_MAX,
                            (size_t)UINT32_MAX + 1};
    const size_t want[] = {2, 1, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        struct scan_record got[2];
        size_t end;
        CHECK_EQUAL(kernel->records(text, 0, size, size, 0 - reach[i], 33, 126, got, 2, &end),
                    want[i]);
        CHECK_EQUAL(end, 15 * want[i]);
        for (size_t k = 0; k < want[i]; k++)
            CHECK_EQUAL(got[k].begin, reach[i] + 15 * k);
    }
}

/* All functions on a text of every size from 0 to 300, against both guards. */
static void nothing_outside_the_text_is_read(const struct scan_kernel *kernel,
                                             const struct guarded *guarded)
{
    struct chance chance = {1234567};
    struct text good = {.size = 0};
    for (unsigned i = 0; i < 12; i++)
        add_record(&chance, &good, i * 3, 33, 126, i % 3);
    CHECK(good.size > 600);
    for (size_t size = 0; size <= 300; size++) {
        for (unsigned end = 0; end < 2; end++) {
            const uint8_t *text = placed(guarded, good.bytes, size, end);
            for (size_t begin = 0; begin <= size; begin++) {
                struct scan_record got[CAPACITY];
                size_t behind;
                kernel->records(text, begin, size, size, 0, 33, 126, got, CAPACITY, &behind);
                CHECK(behind >= begin && behind <= size);
                kernel->newlines(text + begin, size - begin);
            }
            /* A text in which nothing is found is read to its end. */
            memset(placed(guarded, good.bytes, size, end), 'A', size);
            for (size_t begin = 0; begin <= size; begin++) {
                CHECK_EQUAL(kernel->not_base(text + begin, size - begin), size - begin);
                CHECK_EQUAL(kernel->outside(text + begin, size - begin, 33, 126), size - begin);
                CHECK_EQUAL(kernel->newlines(text + begin, size - begin), 0);
            }
        }
    }
}

static void check_searches(const struct scan_kernel *kernel, const uint8_t *data, size_t size,
                           size_t at, uint8_t byte)
{
    CHECK_EQUAL(kernel->not_base(data, size), plain_base(byte) ? size : at);
    CHECK_EQUAL(kernel->outside(data, size, 'A', 'A'), byte == 'A' ? size : at);
    CHECK_EQUAL(kernel->outside(data, size, 33, 126), byte >= 33 && byte <= 126 ? size : at);
    CHECK_EQUAL(kernel->outside(data, size, 64, 90), byte >= 64 && byte <= 90 ? size : at);
    CHECK_EQUAL(kernel->newlines(data, size), byte == '\n');
}

/* not_base, outside and newlines find any byte at the first, the last and a middle place of any
 * size. */
static void searches_find_every_byte_in_every_size(const struct scan_kernel *kernel,
                                                   const struct guarded *guarded)
{
    uint8_t good[200];
    memset(good, 'A', sizeof good);
    for (size_t size = 1; size <= sizeof good; size++) {
        uint8_t *data = placed(guarded, good, size, size & 1);
        const size_t places[] = {0, size * 7 / 11, size - 1};
        for (unsigned i = 0; i < 3 * 256; i++) {
            const size_t at = places[i / 256];
            data[at] = (uint8_t)i;
            check_searches(kernel, data, size, at, (uint8_t)i);
            data[at] = 'A';
        }
    }
}

/* newlines counts all of them, and searches find the first of many. */
static void searches_see_all_and_the_first(const struct scan_kernel *kernel,
                                           const struct guarded *guarded)
{
    struct chance chance = {99};
    for (unsigned turn = 0; turn < 5000; turn++) {
        uint8_t bytes[400];
        const size_t size = below(&chance, sizeof bytes);
        size_t lines = 0, base = size, inside = size;
        for (size_t i = size; i-- > 0;) {
            bytes[i] = (uint8_t) "\nACGTACGTAC.-*ACGT"[below(&chance, 18)];
            bytes[i] = below(&chance, 40) ? bytes[i] : (uint8_t)below(&chance, 256);
            lines += bytes[i] == '\n';
            base = plain_base(bytes[i]) ? base : i;
            inside = bytes[i] >= 33 && bytes[i] <= 126 ? inside : i;
        }
        const uint8_t *data = placed(guarded, bytes, size, turn & 1);
        CHECK_EQUAL(kernel->newlines(data, size), lines);
        CHECK_EQUAL(kernel->not_base(data, size), base);
        CHECK_EQUAL(kernel->outside(data, size, 33, 126), inside);
    }
}

/* shift writes dst[0 .. size) and nothing else, and widens low and high to what it saw. */
static void shift_subtracts_and_widens(const struct scan_kernel *kernel,
                                       const struct guarded *guarded)
{
    struct chance chance = {4711};
    for (unsigned turn = 0; turn < 8 * 201; turn++) {
        uint8_t bytes[200], room[64 + 200 + 64];
        const size_t size = turn / 8;
        const uint8_t minus = (uint8_t)below(&chance, 256);
        const uint8_t limit[] = {255, 0, 70, 70}; /* nothing seen yet; one byte seen */
        uint8_t want_low = limit[turn % 2 * 2], want_high = limit[turn % 2 * 2 + 1];
        uint8_t low = want_low, high = want_high;
        const unsigned from = below(&chance, 200), kinds = 1 + below(&chance, 256 - from);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)(from + below(&chance, kinds));
            want_low = bytes[i] < want_low ? bytes[i] : want_low;
            want_high = bytes[i] > want_high ? bytes[i] : want_high;
        }
        memset(room, WRITTEN, sizeof room);
        kernel->shift(room + 64, placed(guarded, bytes, size, turn & 1), size, minus, &low, &high);
        CHECK_EQUAL(low, want_low);
        CHECK_EQUAL(high, want_high);
        for (size_t i = 0; i < sizeof room; i++)
            CHECK_EQUAL(room[i],
                        i >= 64 && i < 64 + size ? (uint8_t)(bytes[i - 64] - minus) : WRITTEN);
    }
}

/* PFQ_SIMD chooses the kernel it names; a name that is not to be had gives none; without it the
 * first kernel that runs is chosen. */
static void the_environment_chooses(void)
{
    const struct scan_kernel *first = NULL, *kernel;
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        const struct scan_kernel *want = scan_kernel_runs(kernel) ? kernel : NULL;
        first = first ? first : want;
        CHECK(scan_kernel_named(kernel->name) == want);
        CHECK_EQUAL(setenv("PFQ_SIMD", kernel->name, 1), 0);
        CHECK(scan_kernel_choose() == want);
    }
    CHECK(scan_kernel_named("abacus") == NULL);
    CHECK_EQUAL(setenv("PFQ_SIMD", "abacus", 1), 0);
    CHECK(scan_kernel_choose() == NULL);
    CHECK_EQUAL(unsetenv("PFQ_SIMD"), 0);
    CHECK(first != NULL && scan_kernel_choose() == first);
    CHECK(scan_kernel_named("scalar") != NULL);
}

int main(void)
{
    const struct guarded guarded = guarded_create();
    const struct scan_kernel *kernel;
    the_environment_chooses();
    for (size_t i = 0; (kernel = scan_kernel_at(i)) != NULL; i++) {
        if (!scan_kernel_runs(kernel)) {
            printf("%s: not on this machine\n", kernel->name);
            continue;
        }
        printf("%s\n", kernel->name);
        records_are_those_of_plain_loops(kernel, &guarded);
        every_byte_at_every_place_is_judged_alike(kernel, &guarded);
        a_record_too_far_from_the_origin_is_left(kernel, &guarded);
        nothing_outside_the_text_is_read(kernel, &guarded);
        searches_find_every_byte_in_every_size(kernel, &guarded);
        searches_see_all_and_the_first(kernel, &guarded);
        shift_subtracts_and_widens(kernel, &guarded);
    }
    guarded_destroy(&guarded);
    return 0;
}
