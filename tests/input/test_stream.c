/*
 * Claim: rounds add up to totals and places of more than 2^40, of records, lines and bytes, over
 * ranks, rounds and files.
 *
 * A round is what the ranks before this one and all ranks say they found; nothing is read.
 */
#include "input/stream.h"

#include "support/check.h"

enum { ROUNDS = 9, FILES = 2 };

/* Of all ranks in a round; those before this one have half of it. No multiple of it fits 32 bits,
 * and no two are alike. */
static const uint64_t total[STREAM_WORDS] = {
    [STREAM_RECORDS] = (UINT64_C(1) << 38) + 2, [STREAM_SEEN] = (UINT64_C(1) << 38) + 6,
    [STREAM_LINES] = (UINT64_C(1) << 40) + 24,  [STREAM_BAD] = (UINT64_C(1) << 33) + 4,
    [STREAM_TAIL] = (UINT64_C(1) << 34) + 10,
};
static const uint64_t round_bytes = (UINT64_C(1) << 41) + 7;

/* One bad record: the third of a rank's share, and its tenth line. */
static struct fastq_fault bad_record = {PFQ_BAD_LENGTH, 500, 9, 2, "bad"};
static struct fastq_chunk chunk = {.faults = &bad_record, .fault_count = 1, .bad = 1};

static void settle(struct stream *stream, size_t file, uint64_t round, struct faults *faults)
{
    struct stream_slot *const slot = stream_now(stream);
    uint64_t before[STREAM_WORDS];
    pfq_error fault = {0}, own = {0};
    for (size_t i = 0; i < STREAM_WORDS; i++)
        before[i] = total[i] / 2;
    slot->active = true;
    slot->slice.file_index = file;
    slot->slice.range.begin = round * round_bytes + round_bytes / 2;
    slot->slice.chunks = &chunk;
    slot->slice.count = 1;
    slot->position = (round + 1) * round_bytes;
    stream_settle(stream, before, total, (round + 1) * round_bytes, faults, &fault, &own);
    CHECK(!own.status && !fault.status);
}

/* Where this rank's records of the round begin, and its bad one is. */
static void check_places(const struct stream *stream, uint64_t file, uint64_t round,
                         const struct faults_entry *entry)
{
    const uint64_t rounds = file * ROUNDS + round; /* before this one */
    const uint64_t seen = round * total[STREAM_SEEN] + total[STREAM_SEEN] / 2;
    const uint64_t lines = round * total[STREAM_LINES] + total[STREAM_LINES] / 2;
    CHECK_EQUAL(stream->first, rounds * total[STREAM_RECORDS] + total[STREAM_RECORDS] / 2);
    CHECK_EQUAL(stream->first_seen, rounds * total[STREAM_SEEN] + total[STREAM_SEEN] / 2);
    CHECK_EQUAL(stream->first_line, lines);
    CHECK_EQUAL(entry->file, file);
    CHECK_EQUAL(entry->fault.record, seen + 2);
    CHECK_EQUAL(entry->fault.line, lines + 9);
    CHECK_EQUAL(entry->fault.byte, round * round_bytes + round_bytes / 2 + 500);
}

int main(void)
{
    struct input_file files[FILES] = {{.bytes = ROUNDS * round_bytes},
                                      {.bytes = ROUNDS * round_bytes}};
    struct stream stream = {.source = {files, FILES}, .own_first_bad = UINT64_MAX};
    struct faults faults = {.limit = FILES * ROUNDS};
    for (size_t file = 0; file < FILES; file++)
        for (uint64_t round = 0; round < ROUNDS; round++) {
            settle(&stream, file, round, &faults);
            CHECK_EQUAL(faults.count, file * ROUNDS + round + 1);
            check_places(&stream, file, round, &faults.entries[faults.count - 1]);
        }
    CHECK_EQUAL(stream.own_first_bad, total[STREAM_SEEN] / 2 + 2);
    CHECK_EQUAL(stream.records, FILES * ROUNDS * total[STREAM_RECORDS]);
    CHECK_EQUAL(stream.seen, FILES * ROUNDS * total[STREAM_SEEN]);
    CHECK_EQUAL(stream.bad, FILES * ROUNDS * total[STREAM_BAD]);
    CHECK_EQUAL(stream.bytes, FILES * ROUNDS * round_bytes);
    CHECK_EQUAL(stream.file_bytes, FILES * ROUNDS * round_bytes);
    CHECK_EQUAL(stream.file_lines, ROUNDS * total[STREAM_LINES]);
    CHECK_EQUAL(files[1].first_row, ROUNDS * total[STREAM_RECORDS]);
    for (size_t file = 0; file < FILES; file++) {
        CHECK_EQUAL(files[file].records, ROUNDS * total[STREAM_RECORDS]);
        CHECK_EQUAL(files[file].tail_bytes, ROUNDS * total[STREAM_TAIL]);
    }
    free(faults.entries);
    return 0;
}
