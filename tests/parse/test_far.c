/*
 * Claim: chunks of a text of 2^40 bytes begin at its records, wherever they lie, and cover it.
 *
 * The text is as long as that, but its pages are the same ones again and again, and only those
 * around the cuts are looked at.
 */
#include "parfastq/parser.h"
#include "support/check.h"
#include "support/ranks.h"
#include "support/repeated.h"

enum { RECORD_BYTES = 64, PIECE_BYTES = 64 << 20 };

static const uint64_t all = UINT64_C(1) << 40;

/* Records of RECORD_BYTES each. */
static const char *make_text(void)
{
    static const char record[RECORD_BYTES + 1] =
        "@read.of.a.text\nACGTACGTACGTACGTACGTAC\n+\n@IIIIIIIIIIIIIIIIIIIII\n";
    FILE *const file = tmpfile();
    CHECK(file && strlen(record) == RECORD_BYTES);
    for (size_t i = 0; i < PIECE_BYTES / RECORD_BYTES; i++)
        CHECK(fwrite(record, 1, RECORD_BYTES, file) == RECORD_BYTES);
    return repeated_text(file, PIECE_BYTES, all);
}

static void chunks_begin_at_records(pfq_team *team, const char *text, uint64_t chunk_bytes)
{
    const pfq_parser_config config = {.team = team, .threads = 1, .chunk_bytes = chunk_bytes};
    pfq_parser *parser;
    pfq_range *ranges;
    size_t count;
    pfq_error err = {0};
    CHECK_EQUAL(pfq_parser_open_memory(text, all, &config, &parser, &err), PFQ_OK);
    CHECK_EQUAL(pfq_find_chunks(parser, &ranges, &count, &err), PFQ_OK);
    CHECK_EQUAL(count, (all - 1) / chunk_bytes + 1);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t due = (i * chunk_bytes + RECORD_BYTES - 1) / RECORD_BYTES * RECORD_BYTES;
        CHECK_EQUAL(ranges[i].begin, due);
        CHECK_EQUAL(ranges[i].end, i + 1 < count ? ranges[i + 1].begin : all);
    }
    free(ranges);
    pfq_parser_close(parser);
}

int main(int argc, char **argv)
{
    pfq_team *const team = ranks_begin(&argc, &argv);
    const char *const text = make_text();
    chunks_begin_at_records(team, text, UINT64_C(1) << 30);
    chunks_begin_at_records(team, text, (UINT64_C(1) << 30) - 4321);
    ranks_end(team);
    return 0;
}
