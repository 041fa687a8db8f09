/*
 * Everything in one batch, with a bar on the way: progress_bar READS.fastq
 */
#include <parfastq/parfastq.h>
#include <stdio.h>

static void show(void *context, const pfq_progress *progress)
{
    (void)context;
    const double part =
        progress->total_bytes ? (double)progress->bytes / (double)progress->total_bytes : 1;
    fprintf(stderr, "\r[%-40.*s] %3.0f %%", (int)(40 * part),
            "########################################", 100 * part);
}

int main(int argc, char **argv)
{
    const pfq_parser_config config = {.progress = show};
    pfq_parser *parser = NULL;
    pfq_records records = {0};
    pfq_error err;
    char line[2048];

    if (argc != 2)
        return 2;
    pfq_status status = pfq_parser_open_file(argv[1], &config, &parser, &err);
    if (!status)
        status = pfq_parse_all(parser, &records, &err);
    if (status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    else
        printf("\n%llu records, %llu bases, %.0f %% done\n",
               (unsigned long long)records.batch[0].records,
               (unsigned long long)records.batch[0].bases, 100 * pfq_parser_progress(parser, NULL));
    pfq_records_release(&records);
    pfq_parser_close(parser);
    return pfq_status_exit_code(status);
}
