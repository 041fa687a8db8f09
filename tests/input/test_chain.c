/*
 * Claim: the chain that ranks join of their parts is the one that is drawn from all chunks, for any
 * number of ranks and any order of joining; and it is broken where not all that starts counts. The
 * same for the checksums of members.
 */
#include <stdlib.h>
#include <string.h>

#include "gzip/header.h"
#include "input/gunzip.h"
#include "support/check.h"

enum { MOST_CHUNKS = 40, TURNS = 20000, CHUNK_BYTES = 1000 };

static uint32_t below(uint32_t n)
{
    static uint64_t state = 1;
    state = state * UINT64_C(6364136223846793005) + 1;
    return (uint32_t)((state >> 33) % n);
}

/* ---- places ---- */

/* Chunks of a file, most of which start where the one before ended. */
static void make_chunks(uint64_t *all, size_t count, struct gunzip_place at, uint32_t faults)
{
    memset(all, 0, count * GUNZIP_WORDS * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        uint64_t *const words = all + i * GUNZIP_WORDS;
        const uint64_t boundary = words[GUNZIP_BOUNDARY] = (i + 1) * CHUNK_BYTES;
        if (at.bit >= 8 * boundary)
            continue; /* empty */
        words[GUNZIP_WAY] = below(4) ? GUNZIP_DECODED : GUNZIP_WALKED;
        words[GUNZIP_START_BIT] = at.bit;
        words[GUNZIP_START_WHAT] = at.what;
        words[GUNZIP_TEXT] = below(3) ? below(60000) : 0;
        words[GUNZIP_WIDE_TEXT] = words[GUNZIP_TEXT] / 3;
        words[GUNZIP_ENDS] = below(3);
        words[GUNZIP_VALID] = below(3) ? GUNZIP_OPEN : below(GZIP_WINDOW_BYTES + 1);
        at.bit = 8 * boundary + below(below(4) ? 4000 : 30000);
        at.what = below(2) ? GZIP_BLOCK : GZIP_MEMBER;
        words[GUNZIP_END_BIT] = at.bit;
        words[GUNZIP_END_WHAT] = at.what;
        words[GUNZIP_STOP] = GZIP_AT_START;
        words[GUNZIP_LAST_IS_EMPTY] = below(2);
    }
    for (; faults; faults--) {
        uint64_t *const words = all + below((uint32_t)count) * GUNZIP_WORDS;
        switch (below(5)) {
        case 0:
            words[GUNZIP_START_BIT]++;
            break;
        case 1:
            words[GUNZIP_END_WHAT] ^= GZIP_BLOCK ^ GZIP_MEMBER;
            break;
        case 2:
            words[GUNZIP_STOP] = GZIP_AT_FAULT;
            break;
        case 3: /* if it was empty, the one before has gone through it */
            words[GUNZIP_WAY] = GUNZIP_DECODED;
            break;
        default:
            words[GUNZIP_WAY] = GUNZIP_EMPTY;
            break;
        }
    }
}

static void check_same(const struct gunzip_chain *a, const struct gunzip_chain *b)
{
    CHECK_EQUAL(a->chunks, b->chunks);
    CHECK_EQUAL(a->last, b->last);
    CHECK_EQUAL(a->text, b->text);
    CHECK_EQUAL(a->wide_text, b->wide_text);
    CHECK_EQUAL(a->ends, b->ends);
    CHECK_EQUAL(a->start.bit, b->start.bit);
    CHECK_EQUAL(a->end.bit, b->end.bit);
    CHECK_EQUAL(a->end.what, b->end.what);
    CHECK_EQUAL(a->stop, b->stop);
    CHECK_EQUAL(a->needs, b->needs);
    CHECK_EQUAL(a->walked, b->walked);
    CHECK_EQUAL(a->marked, b->marked);
    for (uint32_t valid = 0; valid <= GZIP_WINDOW_BYTES; valid += GZIP_WINDOW_BYTES / 4)
        CHECK_EQUAL(gunzip_chain_valid(a, valid), gunzip_chain_valid(b, valid));
}

/* Joins parts [begin, end) of two halves that are cut anywhere. */
static struct gunzip_chain join_parts(const struct gunzip_chain *parts, size_t begin, size_t end)
{
    struct gunzip_chain joined = {0};
    if (end - begin == 1)
        return parts[begin];
    const size_t cut = begin + 1 + below((uint32_t)(end - begin - 1));
    const struct gunzip_chain before = join_parts(parts, begin, cut);
    joined = join_parts(parts, cut, end);
    gunzip_chain_join(&before, &joined, &joined);
    return joined;
}

/* Does everything that starts count? */
static bool is_whole(const uint64_t *words, const bool *counts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (words[i * GUNZIP_WORDS + GUNZIP_WAY] != GUNZIP_EMPTY && !counts[i])
            return false;
    return true;
}

/* What a chain says of all its chunks, added up by hand. */
static void check_drawn(const uint64_t *words, const bool *counts, size_t count,
                        const struct gunzip_chain *chain)
{
    uint64_t chunks = 0, text = 0, ends = 0, valid = 1000;
    bool needs = false;
    for (size_t i = 0; i < count; i++) {
        const uint64_t *const mine = words + i * GUNZIP_WORDS;
        if (!counts[i])
            continue;
        chunks++;
        text += mine[GUNZIP_TEXT];
        ends += mine[GUNZIP_ENDS];
        needs |= mine[GUNZIP_START_WHAT] == GZIP_BLOCK;
        valid = mine[GUNZIP_VALID] == GUNZIP_OPEN ? valid + mine[GUNZIP_TEXT] : mine[GUNZIP_VALID];
        valid = valid < GZIP_WINDOW_BYTES ? valid : GZIP_WINDOW_BYTES;
    }
    CHECK_EQUAL(chain->chunks, chunks);
    CHECK_EQUAL(chain->text, text);
    CHECK_EQUAL(chain->ends, ends);
    CHECK_EQUAL(chain->needs, needs);
    CHECK_EQUAL(gunzip_chain_valid(chain, 1000), valid);
}

static bool check_chain(uint32_t faults, bool listed)
{
    static uint64_t words[MOST_CHUNKS * GUNZIP_WORDS];
    bool counts[MOST_CHUNKS], some[MOST_CHUNKS];
    struct gunzip_chain drawn, parts[MOST_CHUNKS];
    const struct gunzip_place start = {below(4 * CHUNK_BYTES), below(2) ? GZIP_BLOCK : GZIP_MEMBER};
    const size_t each = 1 + below(5), ranks = 1 + below(MOST_CHUNKS / (uint32_t)each);
    const size_t count = each * ranks;
    make_chunks(words, count, start, faults);
    gunzip_draw(words, count, start, listed, counts, &drawn);
    check_drawn(words, counts, count, &drawn);
    for (size_t r = 0; r < ranks; r++)
        gunzip_draw_part(words + r * each * GUNZIP_WORDS, r * each, each, listed, some + r * each,
                         &parts[r]);
    const struct gunzip_chain at = gunzip_chain_at(start);
    gunzip_chain_join(&at, &parts[0], &parts[0]);
    const struct gunzip_chain joined = join_parts(parts, 0, ranks);
    CHECK_EQUAL(joined.broken, !is_whole(words, counts, count));
    if (joined.broken)
        return false;
    check_same(&joined, &drawn);
    CHECK(memcmp(counts, some, count * sizeof *counts) == 0);
    return true;
}

/* ---- checksums ---- */

static void check_same_sum(const struct gzip_checksum *a, const struct gzip_checksum *b)
{
    CHECK_EQUAL(a->crc, b->crc);
    CHECK_EQUAL(a->bytes, b->bytes);
    CHECK_EQUAL(a->member, b->member);
    CHECK_EQUAL(a->number, b->number);
}

/* A row of members, cut into chunks anywhere, is found to be what its footers say by whoever has
 * the end of one; and a text that was not made is not spoken of. */
static void check_sums(void)
{
    enum { TEXT = 4000 };
    uint8_t text[TEXT];
    uint64_t words[MOST_CHUNKS][GUNZIP_CHECK_WORDS];
    struct gunzip_sum parts[MOST_CHUNKS], before = {.open = {.number = 7, .member = 70}};
    const size_t count = 2 + below(MOST_CHUNKS - 2);
    struct gzip_checksum serial = before.open, open = {0};
    size_t at = 0;
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint8_t)below(256);
    memset(words, 0, sizeof words);
    for (size_t i = 0; i < count; i++) {
        uint64_t end;
        const size_t head = below(50), tail = below(50);
        words[i][GUNZIP_CHECK_HEAD_CRC] = gzip_crc(0, (struct span){text + at, head});
        words[i][GUNZIP_CHECK_HEAD_BYTES] = head;
        gzip_checksum_add(&open, (uint32_t)words[i][GUNZIP_CHECK_HEAD_CRC], head);
        at += head;
        if (below(3) == 0) {
            words[i][GUNZIP_CHECK_ENDS] = 1 + below(3);
            words[i][GUNZIP_CHECK_FOOTER] = 100 * i + 50;
            words[i][GUNZIP_CHECK_FOOTER_CRC] = open.crc;
            words[i][GUNZIP_CHECK_FOOTER_SIZE] = open.bytes;
            words[i][GUNZIP_CHECK_TAIL_CRC] = gzip_crc(0, (struct span){text + at, tail});
            words[i][GUNZIP_CHECK_TAIL_BYTES] = tail;
            words[i][GUNZIP_CHECK_MEMBER] = 100 * i + 70;
            open = (struct gzip_checksum){.crc = (uint32_t)words[i][GUNZIP_CHECK_TAIL_CRC],
                                          .bytes = tail};
            at += tail;
        }
        /* What this chunk has of an end is right only with what is before it. */
        struct gzip_checksum checked = before.open;
        CHECK_EQUAL(gunzip_fold(&checked, words[i], &end, NULL), PFQ_OK);
        CHECK_EQUAL(gunzip_fold(&serial, words[i], &end, NULL), PFQ_OK);
        parts[i] = (struct gunzip_sum){.broken = false};
        gunzip_fold(&parts[i].open, words[i], &end, NULL);
        gunzip_sum_join(&before, &parts[i], &before);
        check_same_sum(&before.open, &serial);
    }
    const size_t bad = below((uint32_t)count);
    parts[bad].broken = true;
    struct gunzip_sum all = parts[count - 1];
    for (size_t i = count - 1; i-- > 0;)
        gunzip_sum_join(&parts[i], &all, &all);
    CHECK(all.broken);
    CHECK_EQUAL(all.open.number + 7, serial.number);
    CHECK_EQUAL(all.open.crc, serial.crc);
    CHECK_EQUAL(all.open.bytes, serial.bytes);
}

int main(void)
{
    unsigned whole = 0, broken = 0;
    for (unsigned turn = 0; turn < TURNS; turn++)
        if (check_chain(turn % 2 ? below(3) : 0, turn / 2 % 2))
            whole++;
        else
            broken++;
    CHECK(whole > TURNS / 4 && broken > TURNS / 8);
    for (unsigned turn = 0; turn < TURNS / 100; turn++)
        check_sums();
    return 0;
}
