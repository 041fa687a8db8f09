/*
 * Bytes of many shapes, for the tests of codec: what a column can hold, and what an encoder does
 * not like.
 */
#ifndef TESTS_CODEC_SHAPES_H
#define TESTS_CODEC_SHAPES_H

#include <stdint.h>

#include "base/span.h"
#include "support/check.h"

/* A xorshift generator, the same numbers in every run. */
static uint64_t shapes_state = 88172645463325252;

static unsigned below(unsigned n)
{
    shapes_state ^= shapes_state << 13;
    shapes_state ^= shapes_state >> 7;
    shapes_state ^= shapes_state << 17;
    return (unsigned)((shapes_state >> 20) % n);
}

/* Each fills `bytes` bytes. */
static void one_symbol(uint8_t *out, size_t bytes)
{
    memset(out, 'A', bytes);
}

static void two_symbols(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = below(9) ? 0 : 255;
}

static void two_symbols_in_turn(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = i % 2 ? 0x41 : 0x51; /* alike in their low four bits */
}

static void every_byte(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)i;
}

static void noise(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)below(256);
}

/* Symbol k occurs as often as the k-th Fibonacci number says: without a limit, codes would be as
 * long as there are symbols. */
static void fibonacci(uint8_t *out, size_t bytes)
{
    size_t at = 0, a = 1, b = 1;
    for (uint8_t symbol = 0; at < bytes; symbol++) {
        for (size_t i = 0; i < a && at < bytes; i++)
            out[at++] = symbol;
        const size_t next = a + b;
        a = b;
        b = next;
    }
    for (size_t i = bytes; i > 1; i--) { /* shuffled, so that there are no runs */
        const size_t other = below((unsigned)i);
        const uint8_t kept = out[i - 1];
        out[i - 1] = out[other];
        out[other] = kept;
    }
}

/* Nearly all bytes are one symbol, and each other occurs once. */
static void rare_symbols(uint8_t *out, size_t bytes)
{
    memset(out, 200, bytes);
    for (unsigned i = 0; i < 256 && bytes; i++)
        out[below((unsigned)bytes)] = (uint8_t)i;
}

static void bases(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t) "ACGTACGTACGTAATT"[below(16)];
    for (size_t i = 0; i < bytes / 5000; i++)
        out[below((unsigned)bytes)] = 'N';
}

/* With an N here and there, late and alone. */
static void bases_of_all_kinds(uint8_t *out, size_t bytes)
{
    bases(out, bytes);
    for (size_t i = 0; i < bytes / 1000; i++)
        out[below((unsigned)bytes)] = (uint8_t) "acgtnRYKM*-."[below(12)];
}

static void a_late_stranger(uint8_t *out, size_t bytes)
{
    bases(out, bytes);
    if (bytes)
        out[bytes - 1] = '.';
}

/* Runs of one of four values. */
static void binned_qualities(uint8_t *out, size_t bytes)
{
    uint8_t value = 37;
    for (size_t i = 0; i < bytes; i++) {
        if (!below(12))
            value = (uint8_t) "\x02\x0b\x19\x25\x25\x25\x25\x25"[below(8)];
        out[i] = value;
    }
}

static void fine_qualities(uint8_t *out, size_t bytes)
{
    unsigned value = 30;
    for (size_t i = 0; i < bytes; i++) {
        value = value + below(7) - 3 + (value < 25);
        value = value > 40 ? 40 : value;
        out[i] = (uint8_t)value;
    }
}

/* Runs of every length, from 1 to beyond the longest match. */
static void runs(uint8_t *out, size_t bytes)
{
    size_t at = 0;
    for (unsigned length = 1; at < bytes; length = length % 530 + 1) {
        const uint8_t value = (uint8_t)(33 + below(20));
        for (unsigned i = 0; i < length && at < bytes; i++)
            out[at++] = value;
    }
}

static void names(uint8_t *out, size_t bytes)
{
    size_t at = 0;
    char name[80];
    for (unsigned i = 0; at < bytes; i++) {
        const int length = snprintf(name, sizeof name, "A00:%u:%u 1:N:0:ACGT", i / 7, 1000 + i * 3);
        for (int k = 0; k < length && at < bytes; k++)
            out[at++] = (uint8_t)name[k];
    }
}

/* Fields that grow and shrink, with all that names have between them. */
static void names_of_changing_length(uint8_t *out, size_t bytes)
{
    size_t at = 0;
    char name[160];
    for (unsigned i = 0; at < bytes; i++) {
        const int length = snprintf(
            name, sizeof name,
            below(50) ? "M_%u:%u/%u-%u.%u\xc3\xa9 length=%u" : "@%u_%u%u %u/%u|%u",
            below(1u << below(20)), i, below(9), below(1u << below(31)), below(1000), below(3));
        for (int k = 0; k < length && at < bytes; k++)
            out[at++] = (uint8_t)name[k];
    }
}

/* Longer than any distance reaches, and a little different each time. */
static void long_names(uint8_t *out, size_t bytes)
{
    enum { LONG = 33000 };
    for (size_t i = 0; i < bytes; i++)
        out[i] = i < LONG ? (uint8_t) "ab:12/_ "[below(8)] : out[i - LONG + (i % 7000 == 0)];
}

static void the_same_name(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t) "a:1 "[i % 4];
}

static void names_of_chance(uint8_t *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t) "0123456789abcdef-"[below(17)];
}

static void offsets(uint8_t *out, size_t bytes)
{
    uint64_t offset = 1u << 30;
    for (size_t at = 0; at < bytes; at++) {
        if (at % 8 == 0)
            offset += 100 + below(51);
        out[at] = (uint8_t)(offset >> (at % 8 * 8));
    }
}

struct shape {
    const char *name;
    void (*fill)(uint8_t *out, size_t bytes);
};

#define SHAPE(name)                                                                                \
    {                                                                                              \
#name, name                                                                                \
    }
static const struct shape shapes[] = {
    SHAPE(one_symbol),
    SHAPE(two_symbols),
    SHAPE(two_symbols_in_turn),
    SHAPE(every_byte),
    SHAPE(noise),
    SHAPE(fibonacci),
    SHAPE(rare_symbols),
    SHAPE(bases),
    SHAPE(bases_of_all_kinds),
    SHAPE(a_late_stranger),
    SHAPE(binned_qualities),
    SHAPE(fine_qualities),
    SHAPE(runs),
    SHAPE(names),
    SHAPE(names_of_changing_length),
    SHAPE(long_names),
    SHAPE(the_same_name),
    SHAPE(names_of_chance),
    SHAPE(offsets),
};
#undef SHAPE

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

#endif
