/*
 * Claim: every way of parsing gives the same records with the same rows, for memory, a file, lanes,
 * pairs and interleaved pairs, wrapped or not, any number of ranks and threads, any slice and
 * chunk. Each way meets each input with each number of threads; slices, chunks and balance take
 * turns beside them.
 *
 * A digest is a sum over records of a hash of all there is to a record, so it can be added up over
 * threads and ranks; the generator knows what it must be.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "parfastq/parser.h"
#include "support/check.h"
#include "support/ranks.h"
#include "team/team.h"

enum { RECORDS = 300, LONGEST = 400, TEXT_BYTES = RECORDS * (2 * LONGEST + 64) };

/* ---- records that are known ---- */

static uint64_t mix(uint64_t h, const void *data, size_t bytes)
{
    const uint8_t *const from = data;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ from[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t hash(uint64_t row, int mate, const char *name, size_t name_bytes,
                     const char *sequence, const uint8_t *quality, size_t bases)
{
    uint64_t h = mix(UINT64_C(0xcbf29ce484222325), &row, sizeof row);
    h = mix(h, &mate, sizeof mate);
    h = mix(h, name, name_bytes);
    h = mix(h, sequence, bases);
    h = mix(h, quality, bases);
    return h ^ h >> 29;
}

static char *print_lines(char *out, const char *text, size_t size, size_t width)
{
    for (; size > width; size -= width, text += width)
        out += sprintf(out, "%.*s\n", (int)width, text);
    return out + sprintf(out, "%.*s\n", (int)size, text);
}

/* Writes record `row` of a mate, on lines of `width` at most; adds its hash. */
static char *print_record(char *out, uint64_t row, int mate, size_t width, uint64_t *digest)
{
    char text[LONGEST];
    char name[32], sequence[LONGEST];
    uint8_t quality[LONGEST];
    uint64_t x = row * 2654435761u + (uint64_t)mate * 97;
    const size_t bases = (size_t)(x >> 7) % (mate == 2 ? 60 : LONGEST);
    const int name_bytes = sprintf(name, "read.%d/%d", (int)row, mate);
    for (size_t i = 0; i < bases; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        sequence[i] = "ACGTN"[(x >> 33) % 5];
        quality[i] = (uint8_t)((x >> 40) % 42);
    }
    *digest += hash(row, mate, name, (size_t)name_bytes, sequence, quality, bases);
    for (size_t i = 0; i < bases; i++)
        text[i] = (char)(quality[i] + 33);
    out += sprintf(out, "@%s\n", name);
    out = print_lines(out, sequence, bases, width);
    out += sprintf(out, "+\n");
    return print_lines(out, text, bases, width);
}

/* ---- inputs ---- */

struct input {
    pfq_reads reads;
    uint64_t digest;
    int mates;
    bool multiline;
};

enum { FILES = 5 };

static char texts[2][TEXT_BYTES], dealt[2 * TEXT_BYTES]; /* by mates; interleaved */
static char wrapped[4 * TEXT_BYTES];                     /* `dealt`, on short lines */
static pfq_text memory[2][2], whole[1], dealt_text[1];   /* mate, lane: parts of a mate's text */
static pfq_text wrapped_text[1];
static char paths[FILES][512];
static const char *files[2][2], *whole_file[1];
static uint64_t digest_one, digest_pair;

static void make_texts(void)
{
    char *both = dealt, *lines = wrapped;
    for (uint64_t row = 0; row < RECORDS; row++)
        for (int mate = 1; mate <= 2; mate++) {
            uint64_t unused = 0;
            both = print_record(both, row, mate, LONGEST, &unused);
            lines = print_record(lines, row, mate, 7, &unused);
        }
    wrapped_text[0] = (pfq_text){wrapped, (size_t)(lines - wrapped)};
    dealt_text[0] = (pfq_text){dealt, (size_t)(both - dealt)};
    for (int mate = 1; mate <= 2; mate++) {
        uint64_t digest = 0;
        char *end = texts[mate - 1];
        for (int lane = 0; lane < 2; lane++) {
            const char *const begin = end;
            for (uint64_t row = lane ? 120 : 0; row < (lane ? RECORDS : 120); row++)
                end = print_record(end, row, mate, LONGEST, &digest);
            memory[mate - 1][lane] = (pfq_text){begin, (size_t)(end - begin)};
        }
        if (mate == 1)
            whole[0] = (pfq_text){texts[0], (size_t)(end - texts[0])};
        digest_one = mate == 1 ? digest : digest_one;
        digest_pair += digest;
    }
}

static void write_file(const char *path, const pfq_text *text)
{
    FILE *const file = fopen(path, "wb");
    CHECK(file);
    CHECK_EQUAL(fwrite(text->data, 1, text->bytes, file), text->bytes);
    CHECK_EQUAL(fclose(file), 0);
}

/* Files lie where the program does, which is in the build, wherever it was started. */
static void write_files(pfq_team *team)
{
    const pfq_text *const written[FILES] = {&memory[0][0], &memory[0][1], &memory[1][0],
                                            &memory[1][1], &whole[0]};
    const char **const named[FILES] = {&files[0][0], &files[0][1], &files[1][0], &files[1][1],
                                       &whole_file[0]};
    char place[400];
    const ssize_t bytes = readlink("/proc/self/exe", place, sizeof place);
    CHECK(bytes > 0 && bytes < (ssize_t)sizeof place);
    for (int i = 0; i < FILES; i++) {
        snprintf(paths[i], sizeof paths[i], "%.*s.%d.%d.fastq", (int)bytes, place,
                 pfq_team_size(team), i);
        *named[i] = paths[i];
        if (pfq_team_rank(team) == 0)
            write_file(paths[i], written[i]);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

/* ---- consumers ---- */

struct tally {
    uint64_t digest, records, last_row;
    pfq_team *team;
    bool ordered;
};

static void add_record(struct tally *tally, const pfq_record *record)
{
    tally->digest += hash(record->row, record->mate, record->name, record->name_bytes,
                          record->sequence, record->quality, record->bases);
    tally->records++;
}

static void add_chunk(struct tally *tally, const pfq_chunk *chunk)
{
    if (tally->ordered)
        CHECK(chunk->row >= tally->last_row);
    tally->last_row = chunk->row;
    for (size_t i = 0; i < chunk->batches[0].records; i++)
        for (int mate = 1; mate <= chunk->mates; mate++) {
            const pfq_record record = pfq_chunk_record(chunk, mate, i);
            add_record(tally, &record);
        }
}

static pfq_status begin_thread(void *context, int thread, void **state, pfq_error *err)
{
    (void)thread, (void)err;
    struct tally *const tally = calloc(1, sizeof *tally);
    CHECK(tally);
    tally->ordered = ((struct tally *)context)->ordered;
    *state = tally;
    return PFQ_OK;
}

static pfq_status end_thread(void *context, int thread, void *state, pfq_error *err)
{
    (void)thread, (void)err;
    struct tally *const sum = context, *const own = state;
    sum->digest += own->digest;
    sum->records += own->records;
    free(own);
    return PFQ_OK;
}

static pfq_status on_record(void *state, const pfq_record *record, pfq_error *err)
{
    (void)err;
    add_record(state, record);
    return PFQ_OK;
}

static pfq_status on_chunk(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)err;
    add_chunk(state, chunk);
    return PFQ_OK;
}

/* ---- the ways ---- */

static void each_way(pfq_parser *parser, const pfq_consumer *how, struct tally *tally)
{
    pfq_consumer consumer = *how;
    tally->ordered = how->in_order;
    consumer.begin = begin_thread;
    consumer.end = end_thread;
    consumer.context = tally;
    CHECK_EQUAL(pfq_parse_each(parser, &consumer, NULL), PFQ_OK);
}

static void by_record(pfq_parser *parser, struct tally *tally)
{
    each_way(parser, &(pfq_consumer){.record = on_record}, tally);
}

static void by_chunk(pfq_parser *parser, struct tally *tally)
{
    each_way(parser, &(pfq_consumer){.chunk = on_chunk}, tally);
}

static void by_order(pfq_parser *parser, struct tally *tally)
{
    each_way(parser, &(pfq_consumer){.chunk_end = on_chunk, .in_order = true}, tally);
}

static void add_records(struct tally *tally, const pfq_records *records)
{
    for (size_t i = 0; i < records->run_count; i++) {
        const pfq_run *const run = &records->runs[i];
        const pfq_chunk chunk = {
            .row = run->row - run->index, .mates = records->mates, .batches = records->batch};
        for (uint64_t k = run->index; k < run->index + run->records; k++)
            for (int mate = 1; mate <= records->mates; mate++) {
                const pfq_record record = pfq_chunk_record(&chunk, mate, k);
                add_record(tally, &record);
            }
    }
}

static void by_all(pfq_parser *parser, struct tally *tally)
{
    pfq_records records;
    CHECK_EQUAL(pfq_parse_all(parser, &records, NULL), PFQ_OK);
    add_records(tally, &records);
    pfq_records_release(&records);
}

/* To rank 0, where all rows are in order and none is missing; dealt out again; and counted. */
static void by_gather(pfq_parser *parser, struct tally *tally)
{
    pfq_records records, all, again;
    static uint64_t counts[64];
    uint64_t sum = 0;
    CHECK_EQUAL(pfq_parse_all(parser, &records, NULL), PFQ_OK);
    CHECK_EQUAL(pfq_gather(tally->team, &records, &all, NULL), PFQ_OK);
    if (pfq_team_rank(tally->team) == 0) {
        CHECK_EQUAL(all.batch[0].records, RECORDS);
        CHECK_EQUAL(all.run_count, 1);
        CHECK_EQUAL(all.runs[0].row, 0);
    }
    static int turn;
    const pfq_balance balance = (pfq_balance)(turn++ % 4);
    CHECK_EQUAL(pfq_scatter(tally->team, &all, balance, &again, NULL), PFQ_OK);
    CHECK_EQUAL(pfq_count(tally->team, &again, counts, NULL), PFQ_OK);
    for (int r = 0; r < pfq_team_size(tally->team); r++)
        sum += counts[r];
    CHECK_EQUAL(sum, RECORDS);
    add_records(tally, &again);
    pfq_records_release(&records);
    pfq_records_release(&all);
    pfq_records_release(&again);
}

static void by_chunks(pfq_parser *parser, struct tally *tally)
{
    pfq_chunk *chunks;
    size_t count;
    CHECK_EQUAL(pfq_parse_chunks(parser, &chunks, &count, NULL), PFQ_OK);
    tally->ordered = true;
    for (size_t i = 0; i < count; i++)
        add_chunk(tally, &chunks[i]);
    pfq_chunks_release(chunks, count);
}

static void by_stream(pfq_parser *parser, struct tally *tally)
{
    pfq_stream *stream;
    const pfq_chunk *chunk;
    CHECK_EQUAL(pfq_stream_open(parser, 3, &stream, NULL), PFQ_OK);
    tally->ordered = true;
    do {
        CHECK_EQUAL(pfq_stream_next(stream, &chunk, NULL), PFQ_OK);
        if (chunk)
            add_chunk(tally, chunk);
    } while (chunk);
    CHECK_EQUAL(pfq_stream_next(stream, &chunk, NULL), PFQ_OK);
    CHECK(!chunk);
    pfq_stream_close(stream);
}

static pfq_status process(void *state, const pfq_chunk *chunk, void **result, pfq_error *err)
{
    (void)err;
    add_chunk(state, chunk);
    *result = malloc(sizeof chunk->row);
    CHECK(*result);
    memcpy(*result, &chunk->row, sizeof chunk->row);
    return PFQ_OK;
}

static pfq_status sink_rows(void *context, const pfq_chunk *chunk, void *result, pfq_error *err)
{
    (void)err;
    struct tally *const tally = context;
    CHECK(chunk && memcmp(result, &chunk->row, sizeof chunk->row) == 0);
    CHECK(chunk->row >= tally->last_row);
    tally->last_row = chunk->row;
    free(result);
    return PFQ_OK;
}

static void by_pipeline(pfq_parser *parser, struct tally *tally)
{
    const pfq_pipeline pipeline = {.threads = 3,
                                   .depth = 2,
                                   .begin = begin_thread,
                                   .process = process,
                                   .end = end_thread,
                                   .sink = sink_rows,
                                   .context = tally};
    CHECK_EQUAL(pfq_parse_pipeline(parser, &pipeline, NULL), PFQ_OK);
}

static void by_checked(pfq_parser *parser, struct tally *tally)
{
    pfq_records records;
    pfq_fault *faults;
    size_t count;
    CHECK_EQUAL(pfq_parse_checked(parser, &records, &faults, &count, NULL), PFQ_OK);
    CHECK_EQUAL(count, 0);
    add_records(tally, &records);
    pfq_records_release(&records);
    free(faults);
}

static void (*const ways[])(pfq_parser *, struct tally *) = {by_record, by_chunk,    by_order,
                                                             by_all,    by_gather,   by_chunks,
                                                             by_stream, by_pipeline, by_checked};

/* ---- the claim ---- */

static void check_input(pfq_team *team, const struct input *input, const pfq_parser_config *config)
{
    pfq_parser *parser;
    pfq_error err = {0};
    const size_t n = sizeof ways / sizeof *ways - (input->mates > 1); /* checked: not of pairs */
    CHECK_EQUAL(pfq_parser_open(&input->reads, config, &parser, &err), PFQ_OK);
    for (size_t i = 0; i < n; i++) {
        struct tally tally = {.team = team};
        ways[i](parser, &tally);
        uint64_t sums[2] = {tally.digest, tally.records};
        CHECK_EQUAL(team_sum(team, sums, 2, NULL), PFQ_OK);
        CHECK_EQUAL(sums[1], (uint64_t)RECORDS * (uint64_t)input->mates);
        CHECK_EQUAL(sums[0], input->digest);
        CHECK(pfq_parser_progress(parser, NULL) == 1);
    }
    pfq_parser_close(parser);
}

/* The ranges cover all bytes and begin at records. */
static void check_find(pfq_team *team, const struct input *input, const pfq_parser_config *config)
{
    pfq_parser *parser;
    pfq_range *ranges;
    size_t count;
    (void)team;
    CHECK_EQUAL(pfq_parser_open(&input->reads, config, &parser, NULL), PFQ_OK);
    CHECK_EQUAL(pfq_find_chunks(parser, &ranges, &count, NULL), PFQ_OK);
    uint64_t expected = 0;
    for (size_t i = 0; i < count; i++) {
        const bool one = input->reads.lanes[0] == 1;
        const pfq_text *const text = one ? whole : &memory[ranges[i].mate - 1][ranges[i].lane];
        const char *const at = (const char *)text->data + ranges[i].begin;
        CHECK_EQUAL(ranges[i].begin, expected);
        CHECK(strncmp(at, "@read.", 6) == 0);
        expected = ranges[i].end == text->bytes ? 0 : ranges[i].end;
    }
    CHECK_EQUAL(expected, 0);
    free(ranges);
    pfq_parser_close(parser);
}

int main(int argc, char **argv)
{
    pfq_team *const team = ranks_begin(&argc, &argv);
    make_texts();
    write_files(team);
    const struct input inputs[] = {
        {{.mates = 1, .lanes = {1}, .texts = {whole}}, digest_one, 1, false},
        {{.mates = 1, .lanes = {1}, .files = {whole_file}}, digest_one, 1, false},
        {{.mates = 1, .lanes = {2}, .texts = {memory[0]}}, digest_one, 1, false},
        {{.mates = 1, .lanes = {2}, .files = {files[0]}}, digest_one, 1, false},
        {{.mates = 2, .lanes = {2, 2}, .files = {files[0], files[1]}}, digest_pair, 2, false},
        {{.mates = 2, .lanes = {2, 2}, .texts = {memory[0], memory[1]}}, digest_pair, 2, false},
        {{.mates = 1, .lanes = {1}, .texts = {dealt_text}, .interleaved = true},
         digest_pair,
         2,
         false},
        {{.mates = 1, .lanes = {1}, .texts = {wrapped_text}, .interleaved = true},
         digest_pair,
         2,
         true},
    };
    const int threads[] = {1, 2, 4};
    const uint64_t slices[] = {3000, 64 << 10, 0}, chunks[] = {700, 9000, 0};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        for (size_t k = 0; k < 6; k++) {
            const pfq_parser_config config = {.team = team,
                                              .threads = threads[k % 3],
                                              .slice_bytes = slices[(k + k / 3) % 3],
                                              .chunk_bytes = chunks[(k + i) % 3],
                                              .no_prefetch = k == 4,
                                              .multiline = inputs[i].multiline,
                                              .balance = (pfq_balance)((k + i) % 4)};
            check_input(team, &inputs[i], &config);
            if (!inputs[i].reads.interleaved)
                check_find(team, &inputs[i], &config);
        }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    for (int i = 0; i < FILES && pfq_team_rank(team) == 0; i++)
        CHECK_EQUAL(unlink(paths[i]), 0);
    ranks_end(team);
    return 0;
}
