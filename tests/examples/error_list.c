/*
 * The good records, and where the bad ones are: error_list READS.fastq
 */
#include <parfastq/parfastq.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    pfq_parser *parser = NULL;
    pfq_records records = {0};
    pfq_fault *faults = NULL;
    size_t count = 0;
    pfq_error err;
    char line[2048];

    if (argc != 2)
        return 2;
    pfq_status status = pfq_parser_open_file(argv[1], NULL, &parser, &err);
    if (!status)
        status = pfq_parse_checked(parser, &records, &faults, &count, &err);
    for (size_t i = 0; i < count; i++)
        if (pfq_error_format(&faults[i].error, line, sizeof line) >= 0)
            printf("%s (chunk %llu)\n", line, (unsigned long long)faults[i].chunk);
    if (status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    printf("%llu good records\n", (unsigned long long)records.batch[0].records);
    free(faults);
    pfq_records_release(&records);
    pfq_parser_close(parser);
    return pfq_status_exit_code(status);
}
