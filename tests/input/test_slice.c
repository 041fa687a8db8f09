/*
 * Claim: a slice parsed by 1, 2 or 4 threads with any chunk size gives the same records and faults
 * as its text parsed in one piece, whether the text is good or damaged, wherever the slice begins
 * and ends, and wherever its left neighbour really ended; near the front of a file, and far from
 * it.
 *
 * The text lies in a file and the slice is read from it; the piece is parsed from memory.
 */
#include "input/slice.h"

#include <unistd.h>

#include "fastq/boundary.h"
#include "support/check.h"

enum { LONG_BASES = 150000, MAX_TEXT = 4 * LONG_BASES, MAX_RECORDS = 2000, ONE_CHUNK = 1 << 20 };

/* Where texts that flow are taken to begin: no number of 32 bits, nor a double's fraction, holds
 * it. */
static const uint64_t far = (UINT64_C(1) << 40) + 1;

/* ---- the file ---- */

static const char *const pieces[] = {
    "@a\nACGT\n+\nIIII\n",           "@b\nA\n+\n@\n", "@c\nAC\n+\n@b\n",
    "@d\r\nACG\r\n+d\r\n+++\r\n",    "@e\n\n+\n\n",   "@f\nAC\n+\n@+\n",
    "@g\nACGTACGTA\n+\n@@@@@@@@@\n",
};

static size_t append(char *text, size_t size, const char *piece)
{
    memcpy(text + size, piece, strlen(piece));
    return size + strlen(piece);
}

/* A read that is longer than what a slice reads behind its end at a time. */
static size_t append_long(char *text, size_t size)
{
    size = append(text, size, "@long\n");
    memset(text + size, 'A', LONG_BASES);
    size = append(text, size + LONG_BASES, "\n+\n");
    memset(text + size, '@', LONG_BASES);
    return append(text, size + LONG_BASES, "\n");
}

/* Records, about every thirtieth text with one long one among them; then damages. */
static size_t make_text(char *text, int damages)
{
    const int records = 1 + rand() % 60, longest = rand() % (30 * 60);
    size_t size = 0;
    for (int i = 0; i < records; i++)
        size =
            i == longest ? append_long(text, size) : append(text, size, pieces[(size_t)rand() % 7]);
    if (rand() % 4 == 0)
        size = append(text, size, "\n\r\n\n");
    for (int i = 0; i < damages; i++)
        text[(size_t)rand() % size] = "@+\nA \r"[rand() % 6];
    return size;
}

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file);
    CHECK_EQUAL(fwrite(text, 1, size, file), size);
    CHECK_EQUAL(fclose(file), 0);
}

/* ---- what came out ---- */

/* All records and faults, with places in the file. */
struct outcome {
    uint64_t end, seen, lines, bad, tail_bytes, records, faults;
    struct {
        uint64_t begin, name, bases, style;
    } record[MAX_RECORDS];
    struct {
        uint64_t status, byte, line, record;
    } fault[MAX_RECORDS];
};

/* Adds a chunk of a text that begins at `offset` of the file. */
static void collect(const struct fastq_chunk *chunk, uint64_t offset, struct outcome *outcome)
{
    CHECK(outcome->records + chunk->count <= MAX_RECORDS);
    CHECK(outcome->faults + chunk->fault_count <= MAX_RECORDS);
    for (size_t i = 0; i < chunk->count; i++) {
        const struct scan_record *found = &chunk->records[i];
        const size_t at = outcome->records++;
        outcome->record[at].begin = offset + chunk->begin + found->begin;
        outcome->record[at].name = found->name;
        outcome->record[at].bases = found->bases;
        outcome->record[at].style = found->style;
    }
    for (size_t i = 0; i < chunk->fault_count; i++) {
        const struct fastq_fault *found = &chunk->faults[i];
        const size_t at = outcome->faults++;
        outcome->fault[at].status = found->status;
        outcome->fault[at].byte = offset + found->byte;
        outcome->fault[at].line = outcome->lines + found->line;
        outcome->fault[at].record = outcome->seen + found->record;
    }
    outcome->seen += chunk->seen;
    outcome->lines += chunk->lines;
    outcome->bad += chunk->bad;
    outcome->tail_bytes += chunk->end - chunk->tail;
    outcome->end = offset + chunk->end;
}

/* The records that begin in [begin, end) of the text, which is at `offset` of the file, parsed in
 * one piece. */
static void parse_piece(struct span text, uint64_t offset, size_t begin, size_t end,
                        const struct fastq_rules *rules, struct outcome *outcome)
{
    struct fastq_chunk chunk = {.begin = begin, .stop = end};
    memset(outcome, 0, sizeof *outcome);
    CHECK_EQUAL(fastq_chunk_parse(&chunk, text, true, rules, NULL), PFQ_OK);
    CHECK(!chunk.more);
    collect(&chunk, offset, outcome);
    fastq_chunk_release(&chunk);
}

static void collect_slice(const struct slice *slice, struct outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    outcome->end = slice->end;
    for (size_t i = 0; i < slice->count; i++)
        collect(&slice->chunks[i], slice->range.begin, outcome);
}

static void check_sums(const struct slice *slice, const struct slice_rules *rules,
                       const struct outcome *outcome)
{
    CHECK_EQUAL(slice->end, outcome->end);
    CHECK_EQUAL(slice->records, outcome->records);
    CHECK_EQUAL(slice->seen, outcome->seen);
    CHECK_EQUAL(slice->lines, outcome->lines);
    CHECK_EQUAL(slice->bad, outcome->bad);
    CHECK_EQUAL(slice->faulty, outcome->bad && !rules->fastq.skip);
}

/* ---- the claim ---- */

struct given {
    struct team_file *file;
    struct span text;
    size_t begin, end, from; /* begin <= end, begin <= from */
};

/* The text is at `offset` of the file. */
static void check_parsed(struct slice *slice, const struct given *given, uint64_t offset,
                         const struct slice_rules *rules)
{
    static struct outcome one, many;
    const size_t froms[2] = {given->begin, given->from}; /* at first nobody knows better */
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(slice_parse(slice, offset + froms[i], rules, NULL, NULL), PFQ_OK);
        if (slice->count == 0) /* an empty slice has no chunk to be mended */
            continue;
        collect_slice(slice, &many);
        parse_piece(given->text, offset, froms[i], given->end, &rules->fastq, &one);
        check_sums(slice, rules, &one);
        CHECK(memcmp(&one, &many, sizeof one) == 0);
    }
    slice_release(slice);
}

static void check_slice(const struct given *given, const struct slice_rules *rules)
{
    const struct span text = given->text;
    struct slice read = {
        .range = {given->begin, given->end}, .file_bytes = text.size, .file = given->file};
    CHECK_EQUAL(slice_begin(&read, NULL), PFQ_OK);
    while (slice_unread(&read))
        CHECK_EQUAL(slice_read(&read, NULL), PFQ_OK);
    check_parsed(&read, given, 0, rules);
    struct slice flowing = {.range = {far + given->begin, far + given->end},
                            .file_bytes = far + text.size,
                            .text = text.data + given->begin,
                            .text_bytes = text.size - given->begin};
    check_parsed(&flowing, given, far, rules);
}

/* Where a slice may be cut: at the first record from any byte on, or at the end. */
static size_t any_cut(struct span text, size_t from)
{
    size_t where = text.size;
    const size_t begin = from + (size_t)rand() % (text.size - from + 1);
    (void)fastq_find_record(text, begin, text.size, true, &where);
    return where;
}

/* A stretch of the file: all of it, or from one cut to another. */
static struct given any_stretch(struct team_file *file, struct span text)
{
    struct given given = {file, text, 0, text.size, 0};
    if (rand() % 3) {
        given.begin = any_cut(text, 0);
        given.end = any_cut(text, given.begin);
        given.from = given.begin + (size_t)rand() % (text.size - given.begin + 1);
    }
    return given;
}

static void check_file(pfq_team *team, const char *path, struct span text, int turn)
{
    static const size_t sizes[] = {1, 2, 3, 7, 16, 50, 200, 1000, 100000, ONE_CHUNK};
    static const int threads[] = {1, 2, 4};
    struct team_file *file;
    CHECK_EQUAL(team_file_open(team, path, TEAM_READ, &file, NULL), PFQ_OK);
    const struct given given = any_stretch(file, text);
    for (size_t t = 0; t < 3; t++) {
        size_t chunk_bytes = sizes[rand() % 10];
        if (text.size > LONG_BASES && chunk_bytes < 1000)
            chunk_bytes = 1000; /* else there are more chunks than time */
        const struct slice_rules rules = {.fastq = {.kernel = scan_kernel_choose(),
                                                    .quality_min = 33,
                                                    .quality_max = 126,
                                                    .skip = turn % 2 == 0,
                                                    .max_faults = MAX_RECORDS},
                                          .chunk_bytes = chunk_bytes,
                                          .threads = threads[t]};
        check_slice(&given, &rules);
    }
    CHECK_EQUAL(team_file_close(file, NULL), PFQ_OK);
}

int main(void)
{
    static char text[MAX_TEXT];
    char path[] = "test_slice.XXXXXX";
    const int made = mkstemp(path);
    CHECK(made >= 0);
    close(made);
    pfq_team *team;
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
    srand(4);
    for (int turn = 0; turn < 600; turn++) {
        const size_t size = make_text(text, turn % 3 ? rand() % 5 : 0);
        write_file(path, text, size);
        check_file(team, path, (struct span){(const uint8_t *)text, size}, turn);
    }
    pfq_team_destroy(team);
    CHECK_EQUAL(unlink(path), 0);
    return 0;
}
