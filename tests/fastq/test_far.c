/*
 * Claim: records are found, parsed and copied as they are at the front of a text, as far as 2^40
 * bytes into it; and a chunk that goes on for more than 4 GiB is parsed up to there, then refused
 * in a sentence.
 *
 * Texts are as long as they are said to be, but have no memory: only their last pages can be
 * looked at, or all of their pages are the same few. The second claim takes seconds: PFQ_LONG=1.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fastq/boundary.h"
#include "fastq/chunk.h"
#include "support/check.h"
#include "support/repeated.h"

static const char records[] = "@a\nACGT\n+\nIIII\n"
                              "@b 1\r\nAC\r\n+b 1\r\n@@\r\n"
                              "@c\nACG\n+\nII\n"
                              "@d\nA\n+\n@\n"
                              "@e\nAC GT\n+\nIIIII\n"
                              "@f\nACGTACGTA\n+\n@@@@@@@@@\n\n\n";
static const char wrapped[] = "@a\nAC\nGT\n+\nII\n@I\n"
                              "@b\nACG\nT\n+\nIII\n"
                              "@c\nAC\nGT\nA\n+c\n@I\n+I\n@\n"
                              "@d\n\n+\n\n"
                              "@e\nACGT\n+\n+@\n@+\n";

static struct fastq_rules rules_of(bool multiline)
{
    return (struct fastq_rules){.kernel = scan_kernel_choose(),
                                .quality_min = 33,
                                .quality_max = 126,
                                .skip = true,
                                .max_faults = 100,
                                .multiline = multiline};
}

/* ---- far into a text ---- */

/* A text whose last bytes are these, behind `front` that must not be looked at, but for the one
 * right before them. data == NULL: there are not so many addresses here. */
static struct span text_behind(uint64_t front, const char *words)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = front + strlen(words);
    const size_t open = front / page * page - page;
    char *const data =
        mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return (struct span){NULL, 0};
    CHECK(mprotect(data + open, size - open, PROT_READ | PROT_WRITE) == 0);
    data[front - 1] = '\n';
    memcpy(data + front, words, strlen(words));
    return (struct span){(const uint8_t *)data, size};
}

static void found_alike(struct span near, struct span far, uint64_t front,
                        const struct fastq_rules *rules)
{
    for (size_t from = 0; from < near.size; from++) {
        size_t here = 0, there = 0;
        const enum fastq_found found = fastq_find(near, from, near.size, true, rules, &here);
        CHECK_EQUAL(fastq_find(far, front + from, far.size, true, rules, &there), found);
        if (found == FASTQ_FOUND)
            CHECK_EQUAL(there - front, here);
    }
}

static void columns_alike(const pfq_batch *near, const pfq_batch *far)
{
    CHECK(near->records == far->records && near->bases == far->bases &&
          near->name_bytes == far->name_bytes);
    CHECK(memcmp(near->sequence, far->sequence, near->bases) == 0);
    CHECK(memcmp(near->quality, far->quality, near->bases) == 0);
    CHECK(memcmp(near->name, far->name, near->name_bytes) == 0);
    CHECK(memcmp(near->style, far->style, near->records) == 0);
}

static void parsed_alike(struct span near, struct span far, uint64_t front,
                         const struct fastq_rules *rules)
{
    const struct fastq_filling filling = {.kernel = rules->kernel, .text_offset = 33, .deal = 1};
    struct fastq_chunk one = {.stop = near.size}, other = {.begin = front, .stop = far.size};
    CHECK_EQUAL(fastq_chunk_parse(&one, near, true, rules, NULL), PFQ_OK);
    CHECK_EQUAL(fastq_chunk_parse(&other, far, true, rules, NULL), PFQ_OK);
    CHECK_EQUAL(other.end - front, one.end);
    CHECK_EQUAL(other.tail - front, one.tail);
    CHECK(one.seen == other.seen && one.lines == other.lines && one.bad == other.bad);
    CHECK(one.count == other.count && one.fault_count == other.fault_count);
    for (size_t i = 0; i < one.fault_count; i++) {
        CHECK_EQUAL(other.faults[i].byte - front, one.faults[i].byte);
        CHECK(one.faults[i].line == other.faults[i].line);
        CHECK(one.faults[i].record == other.faults[i].record);
        CHECK_TEXT(other.faults[i].message, one.faults[i].message);
    }
    for (size_t i = 0; i < one.count; i++)
        CHECK(fastq_origin_of(&one, &one.records[i]).begin ==
              fastq_origin_of(&other, &other.records[i]).begin);
    CHECK_EQUAL(fastq_columns_fill(&one, near, &filling, NULL), PFQ_OK);
    CHECK_EQUAL(fastq_columns_fill(&other, far, &filling, NULL), PFQ_OK);
    columns_alike(&one.columns[0].batch, &other.columns[0].batch);
    fastq_chunk_release(&one);
    fastq_chunk_release(&other);
}

static bool is_alike(uint64_t front, const char *words, bool multiline)
{
    const struct fastq_rules rules = rules_of(multiline);
    const struct span near = {(const uint8_t *)words, strlen(words)};
    const struct span far = text_behind(front, words);
    if (!far.data)
        return false;
    found_alike(near, far, front, &rules);
    parsed_alike(near, far, front, &rules);
    CHECK(munmap((void *)far.data, far.size) == 0);
    return true;
}

/* ---- 4 GiB of records ---- */

enum { PIECE_BYTES = 2 << 20, PIECES = 2051, BELOW_4_GIB = 2048 };

/* A text of so many records. */
static struct span same_again(void)
{
    const size_t half = (PIECE_BYTES - 8) / 2, size = (size_t)PIECES * PIECE_BYTES;
    FILE *const file = tmpfile();
    uint8_t *const piece = malloc(PIECE_BYTES);
    CHECK(file && piece);
    memcpy(piece, "@ab\n", 4);
    memset(piece + 4, 'A', half);
    memcpy(piece + 4 + half, "\n+\n", 3);
    memset(piece + 7 + half, 'I', half);
    piece[PIECE_BYTES - 1] = '\n';
    CHECK(fwrite(piece, 1, PIECE_BYTES, file) == PIECE_BYTES);
    free(piece);
    return (struct span){repeated_text(file, PIECE_BYTES, size), size};
}

static void long_chunks_are_refused(bool multiline)
{
    const struct fastq_rules rules = rules_of(multiline);
    const struct span text = same_again();
    struct fastq_chunk chunk = {.begin = PIECE_BYTES, .stop = text.size};
    pfq_error err = {0};
    CHECK_EQUAL(fastq_chunk_parse(&chunk, text, true, &rules, &err), PFQ_UNSUPPORTED);
    CHECK(strstr(err.message, "more than 4 GiB"));
    CHECK_EQUAL(chunk.count, BELOW_4_GIB);
    CHECK_EQUAL(chunk.end, (size_t)(BELOW_4_GIB + 1) * PIECE_BYTES);
    for (size_t i = 0; i < chunk.count; i++)
        CHECK_EQUAL(chunk.records[i].begin, i * PIECE_BYTES);
    chunk.begin = chunk.end; /* the rest is no longer than it may be */
    CHECK_EQUAL(fastq_chunk_parse(&chunk, text, true, &rules, &err), PFQ_OK);
    CHECK_EQUAL(chunk.count, PIECES - BELOW_4_GIB - 1);
    CHECK_EQUAL(chunk.end, text.size);
    fastq_chunk_release(&chunk);
    CHECK(munmap((void *)text.data, text.size) == 0);
}

int main(void)
{
    static const uint64_t fronts[] = {(UINT64_C(1) << 31) - 20, (UINT64_C(1) << 32) - 20,
                                      (UINT64_C(1) << 40) + 1};
    int done = 0;
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        done += is_alike(fronts[i], records, false) && is_alike(fronts[i], records, true) &&
                is_alike(fronts[i], wrapped, true);
    CHECK(done > 0);
    if (getenv("PFQ_LONG")) {
        long_chunks_are_refused(false);
        long_chunks_are_refused(true);
    }
    return 0;
}
