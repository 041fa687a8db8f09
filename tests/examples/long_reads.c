/*
 * Names of reads longer than a length, pulled from a stream: long_reads READS.fastq LENGTH
 */
#include <parfastq/parfastq.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    pfq_parser *parser = NULL;
    pfq_stream *stream = NULL;
    const pfq_chunk *chunk = NULL;
    pfq_error err;
    char line[2048];

    if (argc != 3)
        return 2;
    const size_t least = (size_t)strtoull(argv[2], NULL, 10);
    pfq_status status = pfq_parser_open_file(argv[1], NULL, &parser, &err);
    if (!status)
        status = pfq_stream_open(parser, 0, &stream, &err);
    while (!status && !(status = pfq_stream_next(stream, &chunk, &err)) && chunk)
        for (uint64_t i = 0; i < chunk->batches[0].records; i++) {
            const pfq_record read = pfq_chunk_record(chunk, 1, i);
            if (read.bases > least)
                printf("%llu %.*s %zu\n", (unsigned long long)read.row, (int)read.name_bytes,
                       read.name, read.bases);
        }
    if (status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    pfq_stream_close(stream);
    pfq_parser_close(parser);
    return pfq_status_exit_code(status);
}
