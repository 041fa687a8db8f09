/*
 * The choice: one mate, or both mates of an interleaved file in turn; all rows, or a range of them.
 *
 * Several lanes become one file, which must be valid FASTQ: blank lines between lanes are left out,
 * a lane without a last newline gets one. Only the very end of the input is the end of the export,
 * and only where the whole input is exported up to its last record.
 */
#include "run/export_choice.h"

#include <inttypes.h>
#include <string.h>

#include "parfastq/batch.h"

static pfq_status choose_mates(const struct store_summary *summary, const char *input, int wanted,
                               struct export_choice *choice, pfq_error *err)
{
    if (wanted < 0 || wanted > summary->mates)
        return error_set(err, PFQ_USAGE, input, "there is no mate %d; the file holds %d", wanted,
                         summary->mates);
    const bool interleaved = strcmp(summary->layout, "interleaved") == 0 && summary->mates == 2;
    if (wanted == 0 && summary->mates > 1 && !interleaved)
        return error_set(err, PFQ_USAGE, input, "the file holds %d mates; choose one with --mate",
                         summary->mates);
    choice->mates = wanted == 0 && interleaved ? 2 : 1;
    choice->mate[0] = wanted > 0 ? wanted : 1;
    choice->mate[1] = 2;
    choice->keeps_end = wanted == 0 || !interleaved;
    return PFQ_OK;
}

static pfq_status choose_rows(uint64_t records, const char *input, const pfq_export_config *config,
                              struct export_choice *choice, pfq_error *err)
{
    choice->row_begin = config->rows_given ? config->row_begin : 0;
    choice->row_end =
        config->rows_given && config->row_end != UINT64_MAX ? config->row_end : records;
    if (choice->row_begin > records || choice->row_end > records)
        return error_set(err, PFQ_USAGE, input,
                         "rows up to %" PRIu64 " are asked for, but there are only %" PRIu64,
                         choice->row_end > records ? choice->row_end : choice->row_begin, records);
    if (choice->row_begin > choice->row_end)
        return error_set(err, PFQ_USAGE, input,
                         "rows %" PRIu64 ":%" PRIu64 " end before they begin", choice->row_begin,
                         choice->row_end);
    return PFQ_OK;
}

pfq_status export_check_columns(const struct store_mate *mate, const char *input, bool fasta,
                                pfq_error *err)
{
    if (mate->without & PFQ_COLUMN_SEQUENCE)
        return error_set(err, PFQ_USAGE, input,
                         "the column sequence was left out of this file, so there are no reads to "
                         "be exported");
    if (mate->without & PFQ_COLUMN_NAME)
        return error_set(err, PFQ_USAGE, input,
                         "the column name was left out of this file, and without names there is "
                         "neither FASTQ nor FASTA");
    if (!fasta && (mate->without & PFQ_COLUMN_QUALITY))
        return error_set(err, PFQ_USAGE, input,
                         "the column quality was left out of this file; --fasta exports without "
                         "qualities");
    return PFQ_OK;
}

pfq_status export_choose(const struct store_summary *summary, const char *input,
                         const pfq_export_config *config, struct export_choice *choice,
                         pfq_error *err)
{
    pfq_status status = choose_mates(summary, input, config->mate, choice, err);
    if (status)
        return status;
    for (int i = 0; i < choice->mates && !status; i++)
        status =
            export_check_columns(&summary->mate[choice->mate[i] - 1], input, config->fasta, err);
    if (status)
        return status;
    const uint64_t records = summary->mate[choice->mate[0] - 1].records;
    if (choice->mates == 2 && summary->mate[choice->mate[1] - 1].records != records)
        return error_set(err, PFQ_BAD_FILE, input,
                         "interleaved, but its mates have different numbers of records");
    status = choose_rows(records, input, config, choice, err);
    const bool has_last = choice->row_begin < choice->row_end || records == 0;
    choice->keeps_end &= !config->fasta && choice->row_end == records && has_last;
    return status;
}

uint64_t export_tail_bytes(uint64_t before, const struct store_origin *origin)
{
    return origin->records ? origin->tail_bytes : before + origin->tail_bytes;
}
