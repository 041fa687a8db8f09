/*
 * One round: a piece from the inflow, a look at it, one table for all, and one exchange.
 */
#include "input/flow.h"

#include <stdlib.h>
#include <string.h>

#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "team/team.h"

enum { LOOK_BYTES = 64 * 1024 };

/* What travels to everybody: how long a piece is, and what was found in it (from its begin; 0:
 * nothing). */
enum { BYTES, FIRST, LAST, WORDS };

/* The same, when slices need more: where their text goes on (UINT64_MAX: it need not), and how much
 * they hold. */
enum { AT, HELD, NEEDS };

/* What is known of a round, for all ranks. */
struct flow_tables {
    struct plan_piece *pieces[2]; /* of this round and of the one before */
    struct plan_range *slices;
    uint64_t *words;
    uint64_t *counts;
    struct buffer send;
    uint8_t *received;
    size_t received_capacity;
};

/* ---- open and close ---- */

static pfq_status make_tables(struct flow *flow, pfq_error *err)
{
    const size_t ranks = (size_t)pfq_team_size(flow->team);
    struct flow_tables *const tables = flow->tables = memory_allocate(1, sizeof *tables, err);
    if (!tables)
        return PFQ_NO_MEMORY;
    tables->pieces[0] = memory_allocate(ranks, sizeof *tables->pieces[0], err);
    tables->pieces[1] = memory_allocate(ranks, sizeof *tables->pieces[1], err);
    tables->slices = memory_allocate(ranks, sizeof *tables->slices, err);
    tables->words = memory_allocate(ranks, WORDS * sizeof *tables->words, err);
    tables->counts = memory_allocate(ranks, sizeof *tables->counts, err);
    const bool good =
        tables->pieces[0] && tables->pieces[1] && tables->slices && tables->words && tables->counts;
    return good ? PFQ_OK : PFQ_NO_MEMORY;
}

pfq_status flow_open(pfq_team *team, const struct input_file *file, const struct fastq_rules *rules,
                     const struct inflow_wish *wish, uint64_t want, struct flow *flow,
                     pfq_error *err)
{
    pfq_error own = {0};
    *flow = (struct flow){.team = team, .rules = rules, .wanted = want, .scale = 1};
    make_tables(flow, &own);
    const pfq_status status = team_conclude(team, &own, err);
    return status ? status : inflow_open(team, file, wish, want, &flow->inflow, err);
}

void flow_close(struct flow *flow)
{
    struct flow_tables *const tables = flow->tables;
    inflow_close(&flow->inflow);
    buffer_release(&flow->carried);
    buffer_release(&flow->pulled);
    if (tables) {
        free(tables->pieces[0]);
        free(tables->pieces[1]);
        free(tables->slices);
        free(tables->words);
        free(tables->counts);
        buffer_release(&tables->send);
        free(tables->received);
        free(tables);
    }
    *flow = (struct flow){0};
}

bool flow_step(struct flow *flow)
{
    return !flow->ends && inflow_step(&flow->inflow);
}

bool flow_ahead(struct flow *flow, struct threads_loop *loop, pfq_error *own)
{
    return !flow->ends && inflow_ahead(&flow->inflow, loop, own);
}

/* ---- a piece, and what is in it ---- */

/* What rank 0 carries. */
static size_t carried_bytes(const struct flow *flow)
{
    return (size_t)(flow->given - flow->start);
}

/* Gets this rank's piece: on rank 0 what was carried, then what the inflow gives. */
static pfq_status take_piece(struct flow *flow, struct slice *slice, size_t *bytes, pfq_error *own,
                             pfq_error *err)
{
    const size_t carried = pfq_team_rank(flow->team) == 0 ? carried_bytes(flow) : 0;
    struct inflow_stretch stretch = {
        .want = flow->wanted, .into = &slice->buffer, .at = carried, .position = flow->position};
    buffer_reserve(&slice->buffer, carried + (size_t)flow->wanted, 0, own);
    if (carried && !own->status)
        memcpy(slice->buffer.data, flow->carried.data, carried);
    *bytes = carried;
    if (flow->ends) /* the last of it was pulled */
        return PFQ_OK;
    const pfq_status status = inflow_next(&flow->inflow, &stretch, own, err);
    flow->ends = stretch.ends;
    flow->position = stretch.position;
    *bytes = carried + stretch.bytes;
    return status;
}

/* Does the text end, all of it, with what has been given? */
static bool complete(const struct flow *flow)
{
    return flow->ends && !flow->inflow.fault.status;
}

/* The first record that begins in text[from .. to), or 0. `from` is above 0. A record that only the
 * text behind the piece would show is as good as none. */
static size_t find(const struct flow *flow, struct span text, size_t from, size_t to)
{
    size_t where;
    const bool found =
        from < to && fastq_find(text, from, to, false, flow->rules, &where) == FASTQ_FOUND;
    return found ? where : 0;
}

/* The last record, if it is easy to find: the first one of the last stretch that has one. */
static size_t find_last(const struct flow *flow, struct span text)
{
    size_t last = 0;
    for (size_t back = LOOK_BYTES; !last; back *= 2) {
        const size_t from = back < text.size ? text.size - back : 1;
        last = find(flow, text, from, text.size);
        if (from == 1)
            break;
    }
    return last;
}

/* Looks at this rank's piece, and learns of everybody's. */
static pfq_status compare_pieces(struct flow *flow, const struct slice *slice, size_t bytes,
                                 pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    const int ranks = pfq_team_size(flow->team);
    struct plan_piece *const pieces = tables->pieces[flow->turn];
    const struct span text = {slice->buffer.data, bytes};
    const uint64_t last = complete(flow) || !bytes ? 0 : find_last(flow, text);
    const uint64_t first = pfq_team_rank(flow->team) && bytes ? find(flow, text, 1, bytes) : 0;
    const uint64_t mine[WORDS] = {bytes, first ? first : last, last};
    const pfq_status status = team_gather_all(flow->team, mine, WORDS, tables->words, err);
    uint64_t at = flow->start;
    for (int rank = 0; rank < ranks && !status; rank++) {
        const uint64_t *const words = tables->words + (size_t)rank * WORDS;
        pieces[rank] =
            (struct plan_piece){.begin = at,
                                .end = at + words[BYTES],
                                .first = words[FIRST] ? (int64_t)(at + words[FIRST]) : PLAN_NO_CUT,
                                .last = words[LAST] ? (int64_t)(at + words[LAST]) : PLAN_NO_CUT};
        at = pieces[rank].end;
    }
    if (!status)
        flow->given = at;
    return status;
}

/* ---- what travels ---- */

/* Adds the part of this rank's piece that lies in `range` to what is sent to `to`. */
static void pack(struct flow *flow, const struct slice *slice, struct plan_range range, int to,
                 size_t *packed)
{
    struct flow_tables *const tables = flow->tables;
    const struct plan_piece *const piece = &tables->pieces[flow->turn][pfq_team_rank(flow->team)];
    const struct plan_range part = plan_overlap(piece, range);
    const size_t bytes = (size_t)(part.end - part.begin);
    if (!bytes || tables->send.capacity < *packed + bytes)
        return;
    memcpy(tables->send.data + *packed, slice->buffer.data + (part.begin - piece->begin), bytes);
    tables->counts[to] += bytes;
    *packed += bytes;
}

/* Behind the end of the round. */
static struct plan_range rest_of(const struct flow *flow, uint64_t end)
{
    return (struct plan_range){end, flow->given};
}

/* Packs what others need of this rank's piece, in the order of ranks: rank 0 gets its slice's part
 * and the rest of the round. */
static void pack_all(struct flow *flow, const struct slice *slice, uint64_t end, pfq_error *own)
{
    struct flow_tables *const tables = flow->tables;
    const int ranks = pfq_team_size(flow->team), me = pfq_team_rank(flow->team);
    const struct plan_piece *const piece = &tables->pieces[flow->turn][me];
    const struct plan_range mine = plan_overlap(piece, tables->slices[me]);
    const size_t leaving = (size_t)(piece->end - piece->begin - (mine.end - mine.begin));
    size_t packed = 0;
    memset(tables->counts, 0, (size_t)ranks * sizeof *tables->counts);
    if (own->status || buffer_reserve(&tables->send, leaving, 0, own))
        return;
    for (int rank = 0; rank < ranks; rank++) {
        if (rank != me)
            pack(flow, slice, tables->slices[rank], rank, &packed);
        if (rank == 0 && me != 0)
            pack(flow, slice, rest_of(flow, end), 0, &packed);
    }
}

/* Appends `bytes` that came from another rank. */
static void append(struct buffer *buffer, size_t *have, const uint8_t *from, size_t bytes)
{
    if (bytes)
        memcpy(buffer->data + *have, from, bytes);
    *have += bytes;
}

static size_t overlap_bytes(const struct plan_piece *piece, struct plan_range range)
{
    const struct plan_range part = plan_overlap(piece, range);
    return (size_t)(part.end - part.begin);
}

/* What the other ranks send to this one, if none of them failed. */
static size_t expected(const struct flow *flow, uint64_t end)
{
    const int me = pfq_team_rank(flow->team);
    const struct plan_piece *const pieces = flow->tables->pieces[flow->turn];
    size_t bytes = 0;
    for (int rank = 0; rank < pfq_team_size(flow->team); rank++) {
        bytes += rank != me ? overlap_bytes(&pieces[rank], flow->tables->slices[me]) : 0;
        bytes += rank != me && me == 0 ? overlap_bytes(&pieces[rank], rest_of(flow, end)) : 0;
    }
    return bytes;
}

/* Puts what came where it belongs: behind this rank's piece, and on rank 0 into what is carried.
 * After a failure, which will be agreed, the slice is empty. */
static void unpack_all(struct flow *flow, struct slice *slice, uint64_t end, size_t came,
                       pfq_error *own)
{
    struct flow_tables *const tables = flow->tables;
    const int ranks = pfq_team_size(flow->team), me = pfq_team_rank(flow->team);
    const struct plan_piece *const pieces = tables->pieces[flow->turn];
    const struct plan_range mine = tables->slices[me], rest = rest_of(flow, end);
    size_t have = (size_t)(pieces[me].end - pieces[me].begin), carried = 0;
    const uint8_t *from = tables->received;
    slice->range = (struct plan_range){mine.begin, mine.begin};
    if (own->status || came != expected(flow, end) ||
        buffer_reserve(&slice->buffer, have + came, have, own))
        return;
    if (me == 0) {
        const size_t kept = overlap_bytes(&pieces[0], rest);
        if (buffer_reserve(&flow->carried, (size_t)(rest.end - rest.begin), 0, own))
            return;
        append(&flow->carried, &carried, slice->buffer.data + (have - kept), kept);
    }
    for (int rank = 0; rank < ranks && came; rank++) {
        if (rank == me)
            continue;
        const size_t head = overlap_bytes(&pieces[rank], mine);
        append(&slice->buffer, &have, from, head);
        from += head;
        if (me == 0) {
            const size_t tail = overlap_bytes(&pieces[rank], rest);
            append(&flow->carried, &carried, from, tail);
            from += tail;
        }
    }
    /* A slice that begins in front of the piece or behind it is an empty one. */
    const bool inside = mine.begin >= pieces[me].begin && mine.begin < pieces[me].end;
    const size_t skipped = inside ? (size_t)(mine.begin - pieces[me].begin) : have;
    slice->range = mine;
    slice->text = slice->buffer.data + skipped;
    slice->text_bytes = have - skipped;
}

/* ---- text that was used before ---- */

/* Drops what the pieces of this stretch hold of such text. *again: that is all of it, and the next
 * stretch may hold more. Collective. */
static pfq_status drop_used(struct flow *flow, struct slice *slice, size_t *bytes, bool *again,
                            pfq_error *err)
{
    uint64_t before = *bytes, all = before;
    *again = false;
    if (flow->given >= flow->used_before)
        return PFQ_OK;
    pfq_status status = team_sum_before(flow->team, &before, 1, err);
    if (!status)
        status = team_sum(flow->team, &all, 1, err);
    if (status)
        return status;
    const uint64_t begin = flow->given + before, used = flow->used_before;
    const uint64_t drop = used <= begin ? 0 : used - begin < *bytes ? used - begin : *bytes;
    if (drop && drop < *bytes)
        memmove(slice->buffer.data, slice->buffer.data + drop, *bytes - (size_t)drop);
    *bytes -= (size_t)drop;
    flow->given += all;
    *again = all && flow->given < used && !flow->ends; /* none: a rank may have failed */
    if (flow->given > used)
        flow->given = used; /* the pieces begin there, and are counted as those of any round */
    flow->start = flow->given;
    return PFQ_OK;
}

/* This rank's piece of the next stretch that holds text to be used. */
static pfq_status take_new_piece(struct flow *flow, struct slice *slice, size_t *bytes,
                                 pfq_error *own, pfq_error *err)
{
    bool again = true;
    pfq_status status = PFQ_OK;
    while (again && !status) {
        status = take_piece(flow, slice, bytes, own, err);
        if (!status)
            status = drop_used(flow, slice, bytes, &again, err);
    }
    return status;
}

/* ---- the round ---- */

/* Rank 0, when nobody found a record: is the text bad that begins at the start of the round? Then
 * it is not searched on, but cut anywhere, and the parser says what is wrong. */
static bool starts_badly(const struct flow *flow, const struct slice *slice, size_t bytes,
                         pfq_error *own)
{
    struct fastq_rules rules = *flow->rules;
    struct fastq_chunk chunk = {.stop = bytes};
    rules.skip = false;
    if (!bytes || own->status)
        return false;
    fastq_chunk_parse(&chunk, (struct span){slice->buffer.data, bytes}, false, &rules, own);
    const bool bad = chunk.bad > 0;
    fastq_chunk_release(&chunk);
    return bad;
}

/* All of rank 0's piece becomes its slice, if the text is bad there. */
static pfq_status cut_anywhere(struct flow *flow, const struct slice *slice, bool *cut,
                               pfq_error *own, pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    const struct plan_piece *const piece = &tables->pieces[flow->turn][0];
    const int ranks = pfq_team_size(flow->team);
    uint64_t bad = pfq_team_rank(flow->team) == 0 &&
                   starts_badly(flow, slice, (size_t)(piece->end - piece->begin), own);
    const pfq_status status = team_share(flow->team, 0, &bad, sizeof bad, err);
    *cut = !status && bad;
    for (int rank = 0; rank < ranks && *cut; rank++)
        tables->slices[rank] = (struct plan_range){rank ? piece->end : piece->begin, piece->end};
    return status;
}

/* Cuts the round: *end is where it ends. */
static pfq_status cut(struct flow *flow, const struct slice *slice, uint64_t *end, pfq_error *own,
                      pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    const int ranks = pfq_team_size(flow->team);
    bool closed = plan_pieces(tables->pieces[flow->turn], ranks, flow->ends, tables->slices);
    pfq_status status = PFQ_OK;
    if (!closed && flow->given > flow->start && !flow->rules->skip)
        status = cut_anywhere(flow, slice, &closed, own, err);
    *end = tables->slices[ranks - 1].end;
    return status;
}

pfq_status flow_round(struct flow *flow, uint64_t bytes, struct slice *slice, uint64_t *end,
                      pfq_error *own, pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    size_t have = 0, came = 0;
    flow->turn = !flow->turn;
    flow->wanted = bytes * flow->scale;
    pfq_status status = take_new_piece(flow, slice, &have, own, err);
    if (!status)
        status = compare_pieces(flow, slice, have, err);
    if (!status)
        status = cut(flow, slice, end, own, err);
    if (status)
        return status;
    pack_all(flow, slice, *end, own);
    status = team_exchange(flow->team, tables->send.data, tables->counts, 1, &tables->received,
                           &tables->received_capacity, &came, err);
    if (status)
        return status;
    unpack_all(flow, slice, *end, came, own);
    slice->file_bytes = complete(flow) ? flow->given : UINT64_MAX;
    slice->starved = false;
    if (*end > flow->start)
        flow->scale = 1;
    else if (flow->given - flow->start >= flow->wanted) /* else the round was a short one */
        flow->scale *= 2;
    flow->start = *end;
    return PFQ_OK;
}

/* ---- more text for a slice that needs it ---- */

/* Does somebody hold the byte of the text at `at` in his slice of this round? */
static bool find_holder(const struct flow *flow, const struct flow_part *part, uint64_t at,
                        int *rank)
{
    for (*rank = 0; part->slice && *rank < pfq_team_size(flow->team); ++*rank) {
        const struct plan_piece *const piece = &flow->tables->pieces[part->turn][*rank];
        if (piece->begin <= at && at < piece->end)
            return true;
    }
    return false;
}

/* Packs some text for the rank `to`. */
static void pack_more(struct flow *flow, const uint8_t *text, size_t bytes, int to, size_t *packed,
                      pfq_error *own)
{
    struct flow_tables *const tables = flow->tables;
    if (!bytes || own->status || buffer_reserve(&tables->send, *packed + bytes, *packed, own))
        return;
    memcpy(tables->send.data + *packed, text, bytes);
    tables->counts[to] = bytes;
    *packed += bytes;
}

/* Packs the text from `at` on for the rank `to`, if this rank holds it. What is in no slice yet,
 * rank 0 carries. */
static void serve(struct flow *flow, const struct flow_part parts[2], uint64_t at, int to,
                  size_t *packed, pfq_error *own)
{
    const int me = pfq_team_rank(flow->team);
    int rank;
    for (int i = 0; i < 2; i++) {
        if (!find_holder(flow, &parts[i], at, &rank))
            continue;
        const struct plan_piece *const piece = &flow->tables->pieces[parts[i].turn][me];
        if (rank == me)
            pack_more(flow, parts[i].slice->buffer.data + (at - piece->begin),
                      (size_t)(piece->end - at), to, packed, own);
        return;
    }
    if (me == 0 && flow->start <= at && at < flow->given)
        pack_more(flow, flow->carried.data + (at - flow->start), (size_t)(flow->given - at), to,
                  packed, own);
}

/* A wrapped record may be longer than this round and the next, though something in it looked like
 * the beginning of another. Where a slice needs text that is not made yet (of the words of the
 * ranks: where it goes on, and how much it holds), makes as much again, for rank 0 to carry. */
static pfq_status pull(struct flow *flow, const uint64_t *words, pfq_error *own, pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    const int ranks = pfq_team_size(flow->team);
    struct inflow_stretch stretch = {.into = &flow->pulled, .position = flow->position};
    size_t have = carried_bytes(flow), came = 0;
    for (int rank = 0; rank < ranks; rank++, words += NEEDS)
        if (words[AT] == flow->given && words[HELD] > stretch.want)
            stretch.want = words[HELD];
    if (!flow->rules->multiline || flow->ends || !stretch.want)
        return PFQ_OK;
    pfq_status status = inflow_next(&flow->inflow, &stretch, own, err);
    if (status)
        return status;
    uint64_t all = stretch.bytes;
    flow->ends = stretch.ends;
    flow->position = stretch.position;
    memset(tables->counts, 0, (size_t)ranks * sizeof *tables->counts);
    tables->counts[0] = stretch.bytes;
    status = team_exchange(flow->team, flow->pulled.data, tables->counts, 1, &tables->received,
                           &tables->received_capacity, &came, err);
    if (!status)
        status = team_sum(flow->team, &all, 1, err);
    if (!status && pfq_team_rank(flow->team) == 0 &&
        !buffer_reserve(&flow->carried, have + came, have, own))
        append(&flow->carried, &have, tables->received, came);
    flow->given += all;
    return status;
}

/* Appends what came. Nothing: that is the end of the text, or it is damaged there, or this is a
 * line without an end. */
static void eat(struct flow *flow, struct slice *slice, size_t came, pfq_error *own)
{
    const uint64_t at = slice->range.begin + slice->text_bytes;
    const size_t skipped = (size_t)(slice->text - slice->buffer.data);
    size_t have = skipped + slice->text_bytes;
    if (!came && complete(flow) && at == flow->given)
        slice->file_bytes = at;
    else if (!came && flow->ends && flow->inflow.fault.status)
        slice->starved = true;
    else if (!came && !own->status)
        error_set(own, PFQ_NOT_FASTQ, flow->inflow.file->path,
                  "not FASTQ: no record ends in the %zu bytes behind byte %llu", slice->text_bytes,
                  (unsigned long long)slice->range.begin);
    else if (!own->status && !buffer_reserve(&slice->buffer, have + came, have, own)) {
        append(&slice->buffer, &have, flow->tables->received, came);
        slice->text = slice->buffer.data + skipped;
        slice->text_bytes += came;
    }
}

pfq_status flow_feed(struct flow *flow, const struct flow_part parts[2], pfq_error *own,
                     pfq_error *err)
{
    struct flow_tables *const tables = flow->tables;
    struct slice *const slice = parts[0].slice;
    const int ranks = pfq_team_size(flow->team);
    const uint64_t mine[NEEDS] = {
        slice->hungry ? slice->range.begin + slice->text_bytes : UINT64_MAX, slice->text_bytes};
    size_t packed = 0, came = 0;
    pfq_status status = team_gather_all(flow->team, mine, NEEDS, tables->words, err);
    if (!status)
        status = pull(flow, tables->words, own, err);
    memset(tables->counts, 0, (size_t)ranks * sizeof *tables->counts);
    for (int rank = 0; rank < ranks && !status; rank++)
        if (tables->words[NEEDS * rank + AT] != UINT64_MAX)
            serve(flow, parts, tables->words[NEEDS * rank + AT], rank, &packed, own);
    if (!status)
        status = team_exchange(flow->team, tables->send.data, tables->counts, 1, &tables->received,
                               &tables->received_capacity, &came, err);
    if (!status && slice->hungry)
        eat(flow, slice, came, own);
    return status;
}
