/*
 * Texts, and gzip files of them as many a writer would make them; zlib's verdict on any file.
 */
#ifndef TESTS_GZIP_STREAMS_H
#define TESTS_GZIP_STREAMS_H

#include <libdeflate.h>
#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/span.h"
#include "support/check.h"

/* Bytes that grow. */
struct bytes {
    uint8_t *data;
    size_t size, capacity;
};

static inline void reserve(struct bytes *bytes, size_t more)
{
    if (bytes->size + more <= bytes->capacity)
        return;
    bytes->capacity = 2 * (bytes->size + more);
    bytes->data = realloc(bytes->data, bytes->capacity);
    CHECK(bytes->data);
}

static inline void append(struct bytes *bytes, const void *data, size_t size)
{
    reserve(bytes, size + 1);
    if (size)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static inline struct span span_of(const struct bytes *bytes)
{
    return (struct span){bytes->data, bytes->size};
}

/* A xorshift generator, the same numbers in every run. */
static uint64_t streams_state = 88172645463325252;

static inline unsigned below(unsigned n)
{
    streams_state ^= streams_state << 13;
    streams_state ^= streams_state >> 7;
    streams_state ^= streams_state << 17;
    return (unsigned)((streams_state >> 20) % n);
}

/* ---- texts ---- */

/* FASTQ, about `size` bytes; qualities of `levels` kinds, in runs. */
static inline void add_fastq(struct bytes *text, size_t size, unsigned levels)
{
    const size_t end = text->size + size;
    for (unsigned read = 0; text->size < end; read++) {
        char line[128];
        const unsigned bases = 100 + below(52);
        append(text, line,
               (size_t)snprintf(line, sizeof line, "@A00123:45:HXXYYDSXX:1:%u:%u:%u 1:N:0:ACGT\n",
                                1101 + read / 5000, below(30000), below(30000)));
        reserve(text, 2 * bases + 8);
        for (unsigned i = 0; i < bases; i++)
            text->data[text->size++] = (uint8_t) "ACGT"[below(4)];
        append(text, "\n+\n", 3);
        unsigned quality = 'F';
        for (unsigned i = 0; i < bases; i++) {
            if (below(8) == 0)
                quality = 'F' - below(levels);
            text->data[text->size++] = (uint8_t)quality;
        }
        append(text, "\n", 1);
    }
}

/* Lines of which a few pieces are always the same and the rest does not match anything: few places
 * of a window are referred to for long. */
static inline void add_letters(struct bytes *text, size_t size)
{
    const size_t end = text->size + size;
    while (text->size < end) {
        append(text, "@A00123:45:HXXYYDSXX:1:1101 ", 28);
        reserve(text, 100);
        for (unsigned i = 0; i < 60 + below(30); i++)
            text->data[text->size++] = (uint8_t)(' ' + below(90));
        append(text, "\n+\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n", 53);
    }
}

static inline void add_random(struct bytes *text, size_t size)
{
    reserve(text, size);
    for (size_t i = 0; i < size; i++)
        text->data[text->size++] = (uint8_t)below(256);
}

/* FASTQ in which bytes above 127 turn up now and then. */
static inline void add_high_fastq(struct bytes *text, size_t size)
{
    const size_t begin = text->size;
    add_fastq(text, size, 4);
    for (size_t at = begin; at < text->size; at += 1 + below(60000))
        text->data[at] = (uint8_t)(128 + below(128));
}

/* ---- members ---- */

struct member {
    int level;
    int strategy; /* of zlib */
    int flush;    /* Z_NO_FLUSH, or what is done every `every` bytes */
    unsigned every;
    int memory;      /* memLevel; 0: 8 */
    bool libdeflate; /* `level` is one of libdeflate */
};

static inline void add_libdeflate(struct bytes *file, struct span text, int level)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    CHECK(compressor);
    const size_t room = libdeflate_gzip_compress_bound(compressor, text.size);
    reserve(file, room);
    const size_t size =
        libdeflate_gzip_compress(compressor, text.data, text.size, file->data + file->size, room);
    CHECK(size);
    file->size += size;
    libdeflate_free_compressor(compressor);
}

/* Appends one gzip member. */
static inline void add_member(struct bytes *file, struct span text, const struct member *member)
{
    if (member->libdeflate) {
        add_libdeflate(file, text, member->level);
        return;
    }
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    CHECK_EQUAL(deflateInit2(&stream, member->level, Z_DEFLATED, 31,
                             member->memory ? member->memory : 8, member->strategy),
                Z_OK);
    size_t at = 0;
    if (!text.size)
        text.data = (const uint8_t *)"";
    for (int code = Z_OK; code != Z_STREAM_END;) {
        size_t some = text.size - at;
        if (member->flush && some > member->every)
            some = member->every;
        const bool ends = at + some == text.size;
        memcpy(&stream.next_in, &(const uint8_t *){text.data + at}, sizeof stream.next_in);
        stream.avail_in = (uInt)some;
        do {
            reserve(file, 65536);
            stream.next_out = file->data + file->size;
            stream.avail_out = 65536;
            code = deflate(&stream, ends ? Z_FINISH : member->flush);
            file->size += 65536 - stream.avail_out;
        } while (stream.avail_out == 0);
        at += some;
    }
    deflateEnd(&stream);
}

/* ---- the oracle ---- */

struct verdict {
    bool good;      /* members to the end or to what `garbage` says, zeros between them or not */
    bool cut;       /* not good, because the file ends too early */
    size_t text;    /* bytes of it that were right, checksums included, so far */
    size_t garbage; /* offset of what follows the last member; the size of the file: nothing */
};

/* What zlib makes of a file: whole members as long as there are any, their text in `text`. What
 * follows them is left to others unless it begins like gzip. */
static inline struct verdict judge(struct span file, struct bytes *text)
{
    struct verdict verdict = {.good = true};
    size_t at = 0;
    text->size = 0;
    while (at < file.size) {
        while (at < file.size && file.data[at] == 0)
            at++; /* padding */
        if (at == file.size)
            break;
        verdict.garbage = at;
        if (file.size - at < 2 || file.data[at] != 0x1f || file.data[at + 1] != 0x8b)
            return verdict;
        z_stream stream;
        memset(&stream, 0, sizeof stream);
        CHECK_EQUAL(inflateInit2(&stream, 31), Z_OK);
        memcpy(&stream.next_in, &(const uint8_t *){file.data + at}, sizeof stream.next_in);
        stream.avail_in = (uInt)(file.size - at);
        int code = Z_OK;
        while (code == Z_OK) {
            reserve(text, 1 << 16);
            stream.next_out = text->data + text->size;
            stream.avail_out = 1 << 16;
            code = inflate(&stream, Z_NO_FLUSH);
            text->size += (1 << 16) - stream.avail_out;
        }
        at = file.size - stream.avail_in;
        inflateEnd(&stream);
        if (code != Z_STREAM_END) {
            verdict.good = false;
            verdict.cut = code == Z_BUF_ERROR;
            return verdict;
        }
        verdict.text = text->size;
    }
    verdict.garbage = file.size;
    return verdict;
}

#endif
