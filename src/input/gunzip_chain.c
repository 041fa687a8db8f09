/*
 * What all ranks know of a round: pure functions of what they told each other.
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
}

/* Adds a chunk that starts where the chain has come to. */
static void add(struct gunzip_chain *chain, size_t i, const uint64_t *words)
{
    chain->last = i;
    chain->any = true;
    chain->text += words[GUNZIP_TEXT];
    chain->wide_text += words[GUNZIP_WIDE_TEXT];
    chain->ends += words[GUNZIP_ENDS];
    chain->end =
        (struct gunzip_place){words[GUNZIP_END_BIT], (enum gzip_place)words[GUNZIP_END_WHAT]};
    chain->stop = (enum gzip_stop)words[GUNZIP_STOP];
    chain->walked = words[GUNZIP_WAY] == GUNZIP_WALKED;
    chain->marked = words[GUNZIP_LAST_IS_EMPTY];
}

void gunzip_draw(const uint64_t *words, size_t count, struct gunzip_place start, bool listed,
                 bool *counts, struct gunzip_chain *chain)
{
    size_t in_chain = 0;
    *chain = (struct gunzip_chain){.end = start, .stop = GZIP_AT_START};
    memset(counts, 0, count * sizeof *counts);
    for (size_t i = 0; i < count && chain->stop == GZIP_AT_START; i++) {
        const uint64_t *const mine = words + i * GUNZIP_WORDS;
        if (mine[GUNZIP_WAY] == GUNZIP_EMPTY ||
            (!listed && mine[GUNZIP_BOUNDARY] * 8 <= chain->end.bit))
            continue; /* the chunk before has gone through it */
        if (mine[GUNZIP_START_BIT] != chain->end.bit ||
            mine[GUNZIP_START_WHAT] != (uint64_t)chain->end.what)
            break;
        counts[i] = true;
        add(chain, i, mine);
        in_chain++;
    }
    chain->members_only = chain->ends >= 2 * in_chain;
}

void gunzip_tell_checks(const struct gunzip_chunk *chunk, uint64_t words[GUNZIP_CHECK_WORDS])
{
    memset(words, 0, GUNZIP_CHECK_WORDS * sizeof *words);
    words[GUNZIP_CHECK_TEXT] = gunzip_chunk_text(chunk);
    if (chunk->way == GUNZIP_WALKED) { /* its blocks have been checked one by one */
        words[GUNZIP_CHECK_ENDS] = chunk->row.count;
        words[GUNZIP_CHECK_MEMBER] = chunk->row_end;
        return;
    }
    const struct gzip_chunk *const out = &chunk->out;
    const size_t n = words[GUNZIP_CHECK_ENDS] = out->end_count;
    words[GUNZIP_CHECK_HEAD_CRC] = chunk->checksums[0];
    words[GUNZIP_CHECK_HEAD_BYTES] = n ? out->ends[0].text : out->text;
    if (!n)
        return;
    words[GUNZIP_CHECK_FOOTER_CRC] = out->ends[0].crc;
    words[GUNZIP_CHECK_FOOTER_SIZE] = out->ends[0].size;
    words[GUNZIP_CHECK_FOOTER] = out->ends[0].footer;
    words[GUNZIP_CHECK_TAIL_CRC] = chunk->checksums[n];
    words[GUNZIP_CHECK_TAIL_BYTES] = out->text - out->ends[n - 1].text;
    words[GUNZIP_CHECK_MEMBER] = out->ends[n - 1].footer + GZIP_FOOTER_BYTES;
}

pfq_status gunzip_fold(struct gzip_checksum *sum, const uint64_t words[GUNZIP_CHECK_WORDS],
                       uint64_t *end, pfq_error *err)
{
    const uint64_t ends = words[GUNZIP_CHECK_ENDS];
    const bool checked = !words[GUNZIP_CHECK_FOOTER]; /* by itself */
    *end = words[GUNZIP_CHECK_HEAD_BYTES];
    gzip_checksum_add(sum, (uint32_t)words[GUNZIP_CHECK_HEAD_CRC], *end);
    if (!ends)
        return PFQ_OK;
    const struct gzip_member_end first = {.crc = (uint32_t)words[GUNZIP_CHECK_FOOTER_CRC],
                                          .size = (uint32_t)words[GUNZIP_CHECK_FOOTER_SIZE],
                                          .footer = words[GUNZIP_CHECK_FOOTER],
                                          .member = sum->member};
    const pfq_status status = checked ? PFQ_OK : gzip_checksum_end(sum, &first, err);
    sum->number += checked ? ends : ends - 1;
    sum->crc = (uint32_t)words[GUNZIP_CHECK_TAIL_CRC];
    sum->bytes = words[GUNZIP_CHECK_TAIL_BYTES];
    sum->member = words[GUNZIP_CHECK_MEMBER];
    return status;
}
