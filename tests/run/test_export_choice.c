/*
 * Claims: an export holds exactly the mates and rows that were asked for, says what there is when
 * that cannot be, and ends as the input ended only when it holds the last record of the whole
 * input.
 */
#include "run/export_choice.h"

#include "support/check.h"

static struct store_summary summary_of(const char *layout, int mates, uint64_t records)
{
    struct store_summary summary = {.mates = mates};
    snprintf(summary.layout, sizeof summary.layout, "%s", layout);
    for (int i = 0; i < mates; i++)
        summary.mate[i].records = records;
    return summary;
}

static struct export_choice good(const struct store_summary *summary,
                                 const pfq_export_config *config)
{
    struct export_choice choice;
    CHECK_EQUAL(export_choose(summary, "x.h5", config, &choice, NULL), PFQ_OK);
    return choice;
}

static void refused(const struct store_summary *summary, const pfq_export_config *config,
                    const char *message)
{
    struct export_choice choice;
    pfq_error err = {0};
    CHECK_EQUAL(export_choose(summary, "x.h5", config, &choice, &err), PFQ_USAGE);
    CHECK_TEXT(err.message, message);
    CHECK_TEXT(err.file, "x.h5");
}

static void mates_are_chosen(void)
{
    const struct store_summary single = summary_of("single", 1, 9);
    const struct store_summary paired = summary_of("paired", 2, 9);
    const struct store_summary interleaved = summary_of("interleaved", 2, 9);
    const pfq_export_config any = {0}, second = {.mate = 2}, fifth = {.mate = 5};

    CHECK_EQUAL(good(&single, &any).mates, 1);
    CHECK_EQUAL(good(&paired, &second).mate[0], 2);
    CHECK_EQUAL(good(&interleaved, &any).mates, 2);
    CHECK_EQUAL(good(&interleaved, &second).mates, 1);
    CHECK_EQUAL(good(&interleaved, &second).mate[0], 2);
    refused(&paired, &any, "the file holds 2 mates; choose one with --mate");
    refused(&single, &second, "there is no mate 2; the file holds 1");
    refused(&interleaved, &fifth, "there is no mate 5; the file holds 2");
}

static void rows_are_within_the_file(void)
{
    const struct store_summary ten = summary_of("single", 1, 10);
    for (uint64_t begin = 0; begin <= 10; begin++)
        for (uint64_t end = begin; end <= 10; end++) {
            const pfq_export_config rows = {.rows_given = true, .row_begin = begin, .row_end = end};
            const struct export_choice choice = good(&ten, &rows);
            CHECK_EQUAL(choice.row_begin, begin);
            CHECK_EQUAL(choice.row_end, end);
            CHECK_EQUAL(choice.keeps_end, end == 10 && begin < 10);
        }
    const pfq_export_config open = {.rows_given = true, .row_begin = 4, .row_end = UINT64_MAX};
    CHECK_EQUAL(good(&ten, &open).row_end, 10);
    const pfq_export_config beyond = {.rows_given = true, .row_begin = 4, .row_end = 11};
    refused(&ten, &beyond, "rows up to 11 are asked for, but there are only 10");
    const pfq_export_config after = {.rows_given = true, .row_begin = 12, .row_end = UINT64_MAX};
    refused(&ten, &after, "rows up to 12 are asked for, but there are only 10");
    const pfq_export_config backward = {.rows_given = true, .row_begin = 5, .row_end = 4};
    refused(&ten, &backward, "rows 5:4 end before they begin");
}

static void the_end_is_kept_only_where_the_input_ends(void)
{
    const struct store_summary single = summary_of("single", 1, 10);
    const struct store_summary paired = summary_of("paired", 2, 10);
    const struct store_summary interleaved = summary_of("interleaved", 2, 10);
    const struct store_summary empty = summary_of("single", 1, 0);
    const pfq_export_config any = {0}, second = {.mate = 2}, fasta = {.fasta = true};

    CHECK(good(&single, &any).keeps_end);
    CHECK(good(&empty, &any).keeps_end);
    CHECK(good(&paired, &second).keeps_end);
    CHECK(good(&interleaved, &any).keeps_end);
    CHECK(!good(&interleaved, &second).keeps_end); /* not the file that came in */
    CHECK(!good(&single, &fasta).keeps_end);
}

static void blank_lines_before_more_records_are_left_out(void)
{
    const struct store_origin lanes[] = {
        {.records = 0, .tail_bytes = 1}, {.records = 5, .tail_bytes = 2},
        {.records = 7, .tail_bytes = 4}, {.records = 0, .tail_bytes = 8},
        {.records = 0, .tail_bytes = 0}, {.records = 0, .tail_bytes = 16},
        {.records = 1, .tail_bytes = 0},
    };
    static const uint64_t want[] = {1, 2, 4, 12, 12, 28, 0};
    uint64_t tail = 0;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        tail = export_tail_bytes(tail, &lanes[i]);
        CHECK_EQUAL(tail, want[i]);
    }
}

int main(void)
{
    mates_are_chosen();
    rows_are_within_the_file();
    the_end_is_kept_only_where_the_input_ends();
    blank_lines_before_more_records_are_left_out();
    return 0;
}
