/*
 * Claim: a text parsed in chunks with any cuts, mended from left to right where they do not fit,
 * gives the same records and faults as the text parsed in one piece, whether it is good or damaged,
 * of four lines or wrapped.
 */
#include <stdlib.h>

#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "support/check.h"

enum { MAX_TEXT = 4000, MAX_CHUNKS = 40 };

static const char *const pieces[] = {
    "@a\nACGT\n+\nIIII\n",           "@b\nA\n+\n@\n", "@c\nAC\n+\n@b\n",
    "@d\r\nACG\r\n+d\r\n+++\r\n",    "@e\n\n+\n\n",   "@f\nAC\n+\n@+\n",
    "@g\nACGTACGTA\n+\n@@@@@@@@@\n",
};

static const char *const wrapped[] = {
    "@a\nAC\nGT\n+\nII\nII\n",
    "@b\nAC\nGT\nA\n+\n@I\n+I\n@\n",
    "@c\nA\nC\nG\n+c\n@\n+\n@\n",
    "@d\r\nACG\r\nT\r\n+\r\n+++\r\n@\r\n",
    "@e\nAAA\nAAA\nAAA\nAAA\n+\n@II\nIII\n+II\nIII\n",
    "@f\n\n+\n\n",
    "@g\nACGT\n+\n+@\n@+\n",
};

static const char *any_piece(bool multiline)
{
    return multiline && rand() % 3 ? wrapped[(size_t)rand() % (sizeof wrapped / sizeof *wrapped)]
                                   : pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)];
}

static size_t make_text(char *text, int records, int damages, bool multiline)
{
    size_t size = 0;
    for (int i = 0; i < records; i++) {
        const char *piece = any_piece(multiline);
        memcpy(text + size, piece, strlen(piece));
        size += strlen(piece);
    }
    for (int i = 0; i < damages && size; i++)
        text[(size_t)rand() % size] = "@+\nA \r"[rand() % 6];
    return size;
}

/* All records and faults of chunks, with places in the text. */
struct outcome {
    size_t records, faults, end;
    uint64_t lines, seen;
    size_t begin[MAX_TEXT];
    uint64_t style[MAX_TEXT];
    uint64_t fault_byte[MAX_TEXT], fault_line[MAX_TEXT], fault_record[MAX_TEXT];
};

static void collect(const struct fastq_chunk *chunk, struct outcome *outcome)
{
    for (size_t i = 0; i < chunk->count; i++) {
        outcome->begin[outcome->records] =
            chunk->begin + fastq_origin_of(chunk, &chunk->records[i]).begin;
        outcome->style[outcome->records++] = chunk->records[i].style;
    }
    for (size_t i = 0; i < chunk->fault_count; i++) {
        outcome->fault_byte[outcome->faults] = chunk->faults[i].byte;
        outcome->fault_line[outcome->faults] = outcome->lines + chunk->faults[i].line;
        outcome->fault_record[outcome->faults++] = outcome->seen + chunk->faults[i].record;
    }
    outcome->lines += chunk->lines;
    outcome->seen += chunk->seen;
    outcome->end = chunk->end;
}

/* Parses with cuts looked for near the given places, mending seams from left to right. */
static void parse(struct span text, const struct fastq_rules *rules, const size_t *near, int cuts,
                  struct outcome *outcome)
{
    struct fastq_chunk chunk = {0};
    size_t begins[MAX_CHUNKS + 2];
    int count = 0;
    begins[count++] = 0;
    for (int i = 0; i < cuts; i++) {
        size_t where;
        if (fastq_find(text, near[i], text.size, true, rules, &where) == FASTQ_FOUND &&
            where > begins[count - 1])
            begins[count++] = where;
    }
    begins[count] = text.size;
    *outcome = (struct outcome){0};
    size_t expected = 0;
    for (int i = 0; i < count; i++) {
        chunk.begin = expected;
        chunk.stop = begins[i + 1];
        CHECK(fastq_chunk_parse(&chunk, text, true, rules, NULL) == PFQ_OK);
        CHECK(!chunk.more);
        collect(&chunk, outcome);
        expected = chunk.end;
        if (chunk.bad && !rules->skip)
            break;
    }
    fastq_chunk_release(&chunk);
}

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static char text[MAX_TEXT];
    static struct outcome whole, cut;
    srand(3);
    for (int turn = 0; turn < 6000; turn++) {
        const bool multiline = turn % 4 < 2;
        const size_t size = make_text(text, 1 + rand() % 40, turn % 3 ? rand() % 4 : 0, multiline);
        const struct span span = {(const uint8_t *)text, size};
        const struct fastq_rules rules = {.kernel = scan_kernel_choose(),
                                          .quality_min = 33,
                                          .quality_max = 126,
                                          .skip = turn % 2 == 0,
                                          .max_faults = 1000,
                                          .coded = turn % 5 == 0,
                                          .multiline = multiline};
        size_t near[MAX_CHUNKS];
        const int cuts = rand() % 8;
        for (int i = 0; i < cuts; i++)
            near[i] = (size_t)rand() % size;
        qsort(near, (size_t)cuts, sizeof *near, by_size);
        parse(span, &rules, NULL, 0, &whole);
        parse(span, &rules, near, cuts, &cut);
        CHECK(memcmp(&whole, &cut, sizeof whole) == 0);
        if (turn % 3 == 0)
            CHECK(whole.faults == 0 && whole.end == size);
    }
    return 0;
}
