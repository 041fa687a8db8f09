/*
 * Claims: text of one stream or of two behind each other comes back whole, whatever pieces the
 * bytes come in and whatever room there is for the text; a stream that is cut short anywhere, or of
 * which a byte is changed, gives no other text but a part of it, or its own, and is found out where
 * its format has checksums; what a build leaves out is refused by name.
 */
#include "unpack/unpack.h"

#include <libdeflate.h>
#ifdef PFQ_ZSTD
#include <zstd.h>
#endif
#ifdef PFQ_BZIP2
#include <bzlib.h>
#endif
#ifdef PFQ_XZ
#include <lzma.h>
#endif

#include "support/check.h"

enum { TEXT = 60000, ROOM = 2 * TEXT + 1000 };

static uint8_t text[TEXT];

/* Two streams, of a third of the text and of the rest. */
struct file {
    uint8_t bytes[ROOM];
    size_t size, first;
};

/* What a damaged or shortened file may be called. */
static bool is_bad(pfq_status status)
{
    return status == PFQ_BAD_COMPRESSED || status == PFQ_BAD_GZIP || status == PFQ_CUT_GZIP ||
           status == PFQ_AFTER_GZIP;
}

static void make_text(void)
{
    unsigned state = 1;
    for (size_t i = 0; i < TEXT; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = (uint8_t) "ACGTNACGT\n"[(state >> 16) % 10];
    }
}

static size_t pack_gzip(const uint8_t *in, size_t size, uint8_t *out, size_t room)
{
    struct libdeflate_compressor *const made = libdeflate_alloc_compressor(6);
    const size_t bytes = libdeflate_gzip_compress(made, in, size, out, room);
    libdeflate_free_compressor(made);
    return bytes;
}

/* 0: the build has none. */
static size_t pack(enum unpack_kind kind, const uint8_t *in, size_t size, uint8_t *out, size_t room)
{
    switch (kind) {
    case UNPACK_NONE:
        memcpy(out, in, size);
        return size;
    case UNPACK_GZIP:
        return pack_gzip(in, size, out, room);
#ifdef PFQ_ZSTD
    case UNPACK_ZSTD: {
        ZSTD_CCtx *const state = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1);
        const size_t bytes = ZSTD_compress2(state, out, room, in, size);
        ZSTD_freeCCtx(state);
        return bytes;
    }
#endif
#ifdef PFQ_BZIP2
    case UNPACK_BZIP2: {
        char source[TEXT];
        unsigned bytes = (unsigned)room;
        memcpy(source, in, size);
        CHECK_EQUAL(BZ2_bzBuffToBuffCompress((char *)out, &bytes, source, (unsigned)size, 1, 0, 0),
                    BZ_OK);
        return bytes;
    }
#endif
#ifdef PFQ_XZ
    case UNPACK_XZ: {
        size_t bytes = 0;
        CHECK_EQUAL(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, in, size, out, &bytes, room),
                    LZMA_OK);
        return bytes;
    }
#endif
    default:
        return 0;
    }
}

static void make_file(enum unpack_kind kind, struct file *file)
{
    file->first = pack(kind, text, TEXT / 3, file->bytes, ROOM);
    file->size = file->first + pack(kind, text + TEXT / 3, TEXT - TEXT / 3,
                                    file->bytes + file->first, ROOM - file->first);
}

/* Unpacks bytes that come in pieces, into room for so many at a time. *bytes: of text, which is
 * compared with ours. */
static pfq_status unpack_all(enum unpack_kind kind, const uint8_t *in, size_t size, size_t piece,
                             size_t room, size_t *bytes, const char **remark)
{
    static uint8_t out[ROOM];
    struct unpack *unpack = NULL;
    pfq_error err = {0};
    size_t at = 0;
    CHECK_EQUAL(unpack_create(kind, "file", &unpack, &err), PFQ_OK);
    *bytes = 0;
    *remark = NULL;
    for (bool ended = false; !ended && !err.status;) {
        const size_t left = size - at, some = left < piece ? left : piece;
        struct unpack_step step = {
            .in = {in + at, some}, .last = some == left, .out = out, .room = room};
        CHECK_EQUAL(unpack_step(unpack, &step, &err), err.status);
        CHECK(step.taken <= some && step.made <= room && *bytes + step.made <= ROOM);
        CHECK(*bytes + step.made <= TEXT);
        if (!err.status)
            CHECK(!step.made || memcmp(out, text + *bytes, step.made) == 0);
        at += step.taken;
        *bytes += step.made;
        *remark = step.remark ? "odd" : *remark;
        ended = step.last && step.made == 0 && step.taken == 0;
    }
    if (err.status) {
        CHECK(is_bad(err.status));
        CHECK_TEXT(err.file, "file");
    }
    unpack_destroy(unpack);
    return err.status;
}

static void comes_back_in_any_pieces(enum unpack_kind kind, const struct file *file)
{
    static const size_t sizes[] = {1, 7, 1000, 65536, ROOM};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    size_t bytes;
    const char *remark;
    for (size_t i = 0; i < SIZES; i++)
        for (size_t k = 0; k < SIZES; k++) {
            CHECK_EQUAL(
                unpack_all(kind, file->bytes, file->size, sizes[i], sizes[k], &bytes, &remark),
                PFQ_OK);
            CHECK_EQUAL(bytes, TEXT);
            CHECK(!remark);
        }
}

/* One byte is not yet gzip, and what is no gzip at all is not its business. */
static void cut_short_is_found_out(enum unpack_kind kind, const struct file *file)
{
    size_t bytes;
    const char *remark;
    for (size_t size = 0; size < file->size; size += size < 40 ? 1 : 997) {
        const pfq_status status = unpack_all(kind, file->bytes, size, 4096, 4096, &bytes, &remark);
        const bool whole = size == 0 || size == file->first || (kind == UNPACK_GZIP && size == 1);
        CHECK_EQUAL(status == PFQ_OK, whole || kind == UNPACK_NONE);
    }
    CHECK_EQUAL(unpack_all(kind, file->bytes, file->first, 100, 100, &bytes, &remark), PFQ_OK);
    CHECK_EQUAL(bytes, TEXT / 3);
}

/* Of some bytes of a header nothing depends, so that a change may be no damage. */
static void damage_is_found_out(enum unpack_kind kind, struct file *file)
{
    size_t bytes, found = 0, tried = 0;
    const char *remark;
    for (size_t at = 0; at < file->first; at += at < 30 ? 1 : 611, tried++) {
        struct unpack *unpack = NULL;
        static uint8_t out[4 * ROOM];
        struct unpack_step step = {
            .in = {file->bytes, file->size}, .last = true, .out = out, .room = sizeof out};
        file->bytes[at] ^= 0x10;
        CHECK_EQUAL(unpack_create(kind, "file", &unpack, NULL), PFQ_OK);
        const pfq_status status = unpack_step(unpack, &step, NULL);
        CHECK(status == PFQ_OK || is_bad(status));
        if (!status && step.made == TEXT)
            CHECK(memcmp(out, text, TEXT) == 0);
        found += status != PFQ_OK || step.made != TEXT;
        unpack_destroy(unpack);
        file->bytes[at] ^= 0x10;
    }
    CHECK(found > tried * 3 / 4);
    CHECK_EQUAL(unpack_all(kind, file->bytes, file->size, 512, 512, &bytes, &remark), PFQ_OK);
}

/* Behind the last member zeros are nothing, other bytes are odd, and text, or another member behind
 * them, would be lost. */
static void what_follows_gzip_is_judged(struct file *file)
{
    size_t bytes;
    const char *remark;
    const size_t size = file->size;
    memset(file->bytes + size, 0, 900);
    CHECK_EQUAL(unpack_all(UNPACK_GZIP, file->bytes, size + 900, 100, 900, &bytes, &remark),
                PFQ_OK);
    CHECK(bytes == TEXT && !remark);
    memset(file->bytes + size, 0xee, 900);
    CHECK_EQUAL(unpack_all(UNPACK_GZIP, file->bytes, size + 900, 100, 900, &bytes, &remark),
                PFQ_OK);
    CHECK(bytes == TEXT && remark);
    static const char lost[] = "@r1\nACGTACGT\n+\nIIIIIIII\n@r2\nACGTACGT\n+\nIIIIIIII\n";
    memcpy(file->bytes + size, lost, sizeof lost - 1);
    CHECK(unpack_all(UNPACK_GZIP, file->bytes, size + sizeof lost - 1, 100, 900, &bytes, &remark));
}

static void what_is_left_out_is_refused(enum unpack_kind kind)
{
    struct unpack *unpack = NULL;
    pfq_error err = {0};
    CHECK_EQUAL(unpack_create(kind, "file", &unpack, &err), PFQ_UNSUPPORTED);
    CHECK(!unpack && strstr(err.message, unpack_name(kind)));
    unpack_destroy(unpack);
}

int main(void)
{
    static struct file file;
    make_text();
    for (enum unpack_kind kind = 0; kind < UNPACK_KINDS; kind++) {
        if (!unpack_has(kind)) {
            what_is_left_out_is_refused(kind);
            continue;
        }
        make_file(kind, &file);
        comes_back_in_any_pieces(kind, &file);
        cut_short_is_found_out(kind, &file);
        if (kind != UNPACK_NONE)
            damage_is_found_out(kind, &file);
        if (kind == UNPACK_GZIP)
            what_follows_gzip_is_judged(&file);
    }
    return 0;
}
