/*
 * Claim: whatever writer made a file, and however it is cut into chunks, the chunks decoded without
 * their windows come together to the same text as zlib gives, with all checksums right.
 */
#include "gzip/bgzf.h"
#include "gzip/compress.h"
#include "gzip/rounds.h"
#include "gzip/streams.h"

static const size_t chunk_sizes[] = {64 << 10, 150 << 10, 1 << 20};
enum { CHUNK_SIZES = sizeof chunk_sizes / sizeof chunk_sizes[0] };

/* The last file, in chunks of 150 KiB that start anywhere. */
static struct rounds last;

static void check_file(const char *name, const struct bytes *file, const struct bytes *text)
{
    for (size_t i = 0; i <= CHUNK_SIZES; i++) {
        struct rounds rounds = {.file = span_of(file),
                                .chunk_bytes = chunk_sizes[i % CHUNK_SIZES],
                                .look = i % 2 ? 3000 : 300000,
                                .starts = i < CHUNK_SIZES ? GZIP_STARTS_ANY : GZIP_STARTS_MEMBERS};
        rounds_run(&rounds);
        if (rounds.status)
            fprintf(stderr, "%s, chunks of %zu: %s\n", name, rounds.chunk_bytes,
                    rounds.err.message);
        CHECK_EQUAL(rounds.status, PFQ_OK);
        CHECK_EQUAL(rounds.text_bytes, text->size);
        CHECK(!text->size || memcmp(rounds.text, text->data, text->size) == 0);
        CHECK(rounds.garbage == GZIP_NOWHERE);
        free(rounds.text);
        if (i == 1)
            last = rounds;
    }
}

/* ---- one member ---- */

static const struct {
    const char *name;
    struct member member;
} members[] = {
    {"zlib 6", {.level = 6}},
    {"zlib 1", {.level = 1}},
    {"zlib 9", {.level = 9}},
    {"zlib 0", {.level = 0}},
    {"zlib fixed", {.level = 6, .strategy = Z_FIXED}},
    {"zlib huffman only", {.level = 6, .strategy = Z_HUFFMAN_ONLY}},
    {"zlib rle", {.level = 6, .strategy = Z_RLE}},
    {"zlib filtered", {.level = 6, .strategy = Z_FILTERED}},
    {"zlib small blocks", {.level = 6, .memory = 1}},
    {"zlib large blocks", {.level = 6, .memory = 9}},
    {"zlib sync flush", {.level = 6, .flush = Z_SYNC_FLUSH, .every = 10000}},
    {"zlib full flush", {.level = 6, .flush = Z_FULL_FLUSH, .every = 131072}},
    {"zlib block flush", {.level = 6, .flush = Z_BLOCK, .every = 3000}},
    {"zlib partial flush", {.level = 6, .flush = Z_PARTIAL_FLUSH, .every = 5000}},
    {"libdeflate 1", {.level = 1, .libdeflate = true}},
    {"libdeflate 6", {.level = 6, .libdeflate = true}},
    {"libdeflate 12", {.level = 12, .libdeflate = true}},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static void check_members(const char *of, const struct bytes *text)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        struct bytes file = {0};
        char name[64];
        snprintf(name, sizeof name, "%s, %s", of, members[i].name);
        add_member(&file, span_of(text), &members[i].member);
        check_file(name, &file, text);
        free(file.data);
    }
}

static void check_texts(void)
{
    struct bytes text = {0};
    add_fastq(&text, 900000, 4);
    check_members("4 levels", &text);
    text.size = 0;
    add_fastq(&text, 500000, 40);
    check_members("40 levels", &text);
    text.size = 0;
    add_high_fastq(&text, 600000);
    check_members("high bytes", &text);
    text.size = 0;
    add_random(&text, 200000);
    check_members("random", &text);
    text.size = 0;
    reserve(&text, 1000000);
    memset(text.data, 'A', 1000000);
    text.size = 1000000;
    check_members("one letter", &text);
    text.size = 0;
    check_members("nothing", &text);
    append(&text, "@", 1);
    check_members("one byte", &text);
    free(text.data);
}

/* ---- many members ---- */

static void add_bgzf(struct bytes *file, struct span text, int level, bool with_end)
{
    struct gzip_deflater *deflater = gzip_deflater_create(level, NULL);
    CHECK(deflater);
    for (size_t at = 0; at < text.size;) {
        const size_t left = text.size - at;
        const struct span some = {text.data + at,
                                  left < GZIP_BGZF_TEXT_BYTES ? left : GZIP_BGZF_TEXT_BYTES};
        reserve(file, GZIP_BGZF_BLOCK_BYTES);
        file->size += gzip_bgzf_compress(deflater, some, file->data + file->size);
        at += some.size;
    }
    if (with_end)
        append(file, gzip_bgzf_end, sizeof gzip_bgzf_end);
    gzip_deflater_destroy(deflater);
}

/* Members of random sizes, writers and kinds, some of them empty. */
static void add_mixture(struct bytes *file, struct span text, unsigned largest)
{
    for (size_t at = 0; at < text.size;) {
        size_t size = below(4) ? below(largest) : below(100);
        size = size < text.size - at ? size : text.size - at;
        const struct span some = {text.data + at, size};
        if (below(3) == 0)
            add_bgzf(file, some, (int)below(13), below(2));
        else
            add_member(file, some, &members[below(MEMBERS)].member);
        at += size;
    }
}

static void check_many(void)
{
    struct bytes text = {0}, file = {0};
    add_fastq(&text, 1500000, 4);
    add_bgzf(&file, span_of(&text), 6, true);
    check_file("BGZF", &file, &text);
    CHECK(last.kinds[GZIP_PLAIN] > text.size / 2);
    file.size = 0;
    add_bgzf(&file, span_of(&text), 1, false);
    check_file("BGZF without its end", &file, &text);
    for (int i = 0; i < 4; i++) {
        file.size = 0;
        add_mixture(&file, span_of(&text), i % 2 ? 50000 : 700000);
        check_file(i % 2 ? "a mixture of small members" : "a mixture", &file, &text);
    }
    free(text.data);
    free(file.data);
}

/* Text shorter than the window before a chunk: distances reach to its beginning and not farther. */
static void check_short_windows(void)
{
    for (size_t before = 0; before < 6; before++) {
        struct bytes text = {0}, file = {0};
        add_random(&text, 64 * 1024 - 2000 + before * 300); /* then stored, to the boundary */
        add_member(&file, span_of(&text), &(struct member){.level = 0});
        struct bytes tail = {0};
        add_fastq(&tail, 700000, 4);
        add_member(&file, span_of(&tail), &(struct member){.level = 6, .memory = 2});
        append(&text, tail.data, tail.size);
        check_file("a short window", &file, &text);
        free(text.data);
        free(tail.data);
        free(file.data);
    }
}

/* gzip of gzip of FASTQ, barely compressed: stored blocks that are full of starts which are none.
 */
static void check_gzip_of_gzip(void)
{
    struct bytes text = {0}, inner = {0}, file = {0};
    add_fastq(&text, 1500000, 4);
    add_member(&inner, span_of(&text), &(struct member){.level = 6});
    add_mixture(&inner, span_of(&text), 300000);
    for (int level = 0; level <= 6; level += 3) {
        file.size = 0;
        add_member(&file, span_of(&inner), &(struct member){.level = level});
        check_file("gzip of gzip", &file, &inner);
    }
    free(text.data);
    free(inner.data);
    free(file.data);
}

/* What the guard is there for: text that is mapped, in which bytes above 127 turn up, as literals,
 * in blocks of all types. */
static void check_rollback(const struct member *member, unsigned every)
{
    struct bytes text = {0}, file = {0};
    add_letters(&text, 1500000);
    for (size_t at = 300000; at < text.size; at += every / 2 + below(every))
        text.data[at] = (uint8_t)(128 + below(128));
    add_member(&file, span_of(&text), member);
    check_file("rollback", &file, &text);
    CHECK(every < 100000 || member->level > 1 || last.kinds[GZIP_MAPPED] > 100000);
    CHECK(last.kinds[GZIP_WIDE] > 100000);
    free(text.data);
    free(file.data);
}

int main(void)
{
    check_texts();
    check_many();
    check_short_windows();
    check_gzip_of_gzip();
    for (unsigned every = 2000; every < 1000000; every *= 6)
        for (int level = 1; level < 7; level += 5)
            check_rollback(&(struct member){.level = level, .memory = 9}, every);
    rounds_forget_decoders();
    return 0;
}
