/*
 * What is known along the chain of a round: pure functions of what was told of chunks.
 */
#include <string.h>

#include "gzip/header.h"
#include "input/gunzip.h"

static uint64_t wide_text(const struct gunzip_chunk *chunk)
{
    uint64_t text = 0;
    for (size_t i = 0; i < chunk->out.segment_count; i++)
        text += chunk->out.segments[i].kind == GZIP_WIDE ? chunk->out.segments[i].count : 0;
    return text;
}

void gunzip_tell(const struct gunzip_chunk *chunk, uint64_t words[GUNZIP_WORDS])
{
    const struct gunzip_place end = gunzip_chunk_end(chunk);
    const bool walked = chunk->way == GUNZIP_WALKED;
    words[GUNZIP_WAY] = chunk->way;
    words[GUNZIP_BOUNDARY] = chunk->boundary;
    words[GUNZIP_START_BIT] = chunk->start.bit;
    words[GUNZIP_START_WHAT] = chunk->start.what;
    words[GUNZIP_END_BIT] = end.bit;
    words[GUNZIP_END_WHAT] = end.what;
    words[GUNZIP_TEXT] = gunzip_chunk_text(chunk);
    words[GUNZIP_WIDE_TEXT] = walked ? 0 : wide_text(chunk);
    words[GUNZIP_ENDS] = walked ? chunk->row.count : chunk->out.end_count;
    words[GUNZIP_STOP] = walked ? GZIP_AT_START : chunk->out.stop;
    words[GUNZIP_LAST_IS_EMPTY] = walked && chunk->row.blocks[chunk->row.count - 1].size == 0;
    words[GUNZIP_VALID] = !gunzip_chunk_closes(chunk) ? GUNZIP_OPEN
                          : walked                    ? 0
                                                      : chunk->out.tail.valid;
}

/* How much of a window may be referred to when so much text has come behind it. */
static uint32_t longer(uint32_t valid, uint64_t text)
{
    return text < GZIP_WINDOW_BYTES - valid ? valid + (uint32_t)text : GZIP_WINDOW_BYTES;
}

/* The chain of one chunk. */
static struct gunzip_chain chain_of(size_t number, const uint64_t *words)
{
    const bool closed = words[GUNZIP_VALID] != GUNZIP_OPEN;
    return (struct gunzip_chain){
        .starts = true,
        .chunks = 1,
        .last = number,
        .text = words[GUNZIP_TEXT],
        .wide_text = words[GUNZIP_WIDE_TEXT],
        .ends = words[GUNZIP_ENDS],
        .start = {words[GUNZIP_START_BIT], (enum gzip_place)words[GUNZIP_START_WHAT]},
        .end = {words[GUNZIP_END_BIT], (enum gzip_place)words[GUNZIP_END_WHAT]},
        .stop = (enum gzip_stop)words[GUNZIP_STOP],
        .needs = words[GUNZIP_START_WHAT] == GZIP_BLOCK,
        .closed = closed,
        .valid = closed ? (uint32_t)words[GUNZIP_VALID] : longer(0, words[GUNZIP_TEXT]),
        .walked = words[GUNZIP_WAY] == GUNZIP_WALKED,
        .marked = words[GUNZIP_LAST_IS_EMPTY],
    };
}

static bool same_place(struct gunzip_place a, struct gunzip_place b)
{
    return a.bit == b.bit && a.what == b.what;
}

uint32_t gunzip_chain_valid(const struct gunzip_chain *chain, uint32_t before)
{
    return chain->closed ? chain->valid : longer(before, chain->valid);
}

void gunzip_chain_join(const void *before, const void *behind, void *out)
{
    const struct gunzip_chain *const a = before, *const b = behind;
    struct gunzip_chain joined = b->starts ? *b : *a;
    joined.broken = a->broken || b->broken;
    if (a->starts && b->starts) {
        joined.broken |= a->stop != GZIP_AT_START || !same_place(a->end, b->start);
        joined.start = a->start;
        joined.chunks += a->chunks;
        joined.text += a->text;
        joined.wide_text += a->wide_text;
        joined.ends += a->ends;
        joined.needs |= a->needs;
        joined.closed |= a->closed;
        joined.valid = gunzip_chain_valid(b, a->valid);
    }
    memcpy(out, &joined, sizeof joined);
}

struct gunzip_chain gunzip_chain_at(struct gunzip_place start)
{
    return (struct gunzip_chain){
        .starts = true, .start = start, .end = start, .stop = GZIP_AT_START};
}

void gunzip_draw(const uint64_t *words, size_t count, struct gunzip_place start, bool listed,
                 bool *counts, struct gunzip_chain *chain)
{
    *chain = gunzip_chain_at(start);
    memset(counts, 0, count * sizeof *counts);
    for (size_t i = 0; i < count && chain->stop == GZIP_AT_START; i++) {
        const uint64_t *const mine = words + i * GUNZIP_WORDS;
        if (mine[GUNZIP_WAY] == GUNZIP_EMPTY ||
            (!listed && mine[GUNZIP_BOUNDARY] * 8 <= chain->end.bit))
            continue; /* the chunk before has gone through it */
        const struct gunzip_chain next = chain_of(i, mine);
        if (!same_place(next.start, chain->end))
            break;
        counts[i] = true;
        gunzip_chain_join(chain, &next, chain);
    }
}

void gunzip_draw_part(const uint64_t *words, size_t first, size_t count, bool listed, bool *counts,
                      struct gunzip_chain *chain)
{
    size_t i = 0;
    *chain = (struct gunzip_chain){0};
    memset(counts, 0, count * sizeof *counts);
    while (i < count && words[i * GUNZIP_WORDS + GUNZIP_WAY] == GUNZIP_EMPTY)
        i++;
    if (i == count)
        return;
    const struct gunzip_place start = chain_of(first + i, words + i * GUNZIP_WORDS).start;
    gunzip_draw(words, count, start, listed, counts, chain);
    chain->last += first;
    for (; i < count; i++)
        chain->broken |= words[i * GUNZIP_WORDS + GUNZIP_WAY] != GUNZIP_EMPTY && !counts[i];
}

void gunzip_tell_checks(const struct gunzip_chunk *chunk, uint64_t words[GUNZIP_CHECK_WORDS])
{
    memset(words, 0, GUNZIP_CHECK_WORDS * sizeof *words);
    if (chunk->way == GUNZIP_WALKED) { /* its blocks have been checked one by one */
        words[GUNZIP_CHECK_ENDS] = chunk->row.count;
        words[GUNZIP_CHECK_MEMBER] = chunk->row_end;
        return;
    }
    const struct gzip_chunk *const out = &chunk->out;
    const size_t n = words[GUNZIP_CHECK_ENDS] = out->end_count;
    words[GUNZIP_CHECK_HEAD_CRC] = chunk->checksums[0];
    words[GUNZIP_CHECK_HEAD_BYTES] = n ? out->ends[0].text : out->text;
    words[GUNZIP_CHECK_MEMBER] = out->member;
    if (!n)
        return;
    words[GUNZIP_CHECK_HEAD_MEMBER] = out->ends[0].member;
    words[GUNZIP_CHECK_FOOTER_CRC] = out->ends[0].crc;
    words[GUNZIP_CHECK_FOOTER_SIZE] = out->ends[0].size;
    words[GUNZIP_CHECK_FOOTER] = out->ends[0].footer;
    words[GUNZIP_CHECK_TAIL_CRC] = chunk->checksums[n];
    words[GUNZIP_CHECK_TAIL_BYTES] = out->text - out->ends[n - 1].text;
    if (out->member == GZIP_NOWHERE) /* the next one, unless zeros stand before it */
        words[GUNZIP_CHECK_MEMBER] = out->ends[n - 1].footer + GZIP_FOOTER_BYTES;
}

pfq_status gunzip_fold(struct gzip_checksum *sum, const uint64_t words[GUNZIP_CHECK_WORDS],
                       uint64_t *end, pfq_error *err)
{
    const uint64_t ends = words[GUNZIP_CHECK_ENDS];
    const bool checked = !words[GUNZIP_CHECK_FOOTER]; /* by itself */
    *end = words[GUNZIP_CHECK_HEAD_BYTES];
    gzip_checksum_add(sum, (uint32_t)words[GUNZIP_CHECK_HEAD_CRC], *end);
    if (words[GUNZIP_CHECK_MEMBER] != GZIP_NOWHERE && !ends)
        sum->member = words[GUNZIP_CHECK_MEMBER];
    if (!ends)
        return PFQ_OK;
    const struct gzip_member_end first = {.crc = (uint32_t)words[GUNZIP_CHECK_FOOTER_CRC],
                                          .size = (uint32_t)words[GUNZIP_CHECK_FOOTER_SIZE],
                                          .footer = words[GUNZIP_CHECK_FOOTER],
                                          .member = words[GUNZIP_CHECK_HEAD_MEMBER]};
    const pfq_status status = checked ? PFQ_OK : gzip_checksum_end(sum, &first, err);
    sum->number += checked ? ends : ends - 1;
    sum->crc = (uint32_t)words[GUNZIP_CHECK_TAIL_CRC];
    sum->bytes = words[GUNZIP_CHECK_TAIL_BYTES];
    sum->member = words[GUNZIP_CHECK_MEMBER];
    return status;
}

void gunzip_sum_join(const void *before, const void *behind, void *out)
{
    const struct gunzip_sum *const a = before, *const b = behind;
    struct gunzip_sum joined = {.broken = a->broken || b->broken};
    if (b->open.number) {
        joined.open = b->open;
        joined.open.number += a->open.number;
    } else {
        joined.open = a->open;
        gzip_checksum_add(&joined.open, b->open.crc, b->open.bytes);
        if (b->open.member != GZIP_NOWHERE)
            joined.open.member = b->open.member;
    }
    memcpy(out, &joined, sizeof joined);
}
