/*
 * GC content, counted by all threads in a callback: gc_content READS.fastq
 */
#include <parfastq/parfastq.h>
#include <stdio.h>
#include <stdlib.h>

struct tally {
    unsigned long long gc, bases;
};

static pfq_status begin(void *context, int thread, void **state, pfq_error *err)
{
    (void)context, (void)thread;
    *state = calloc(1, sizeof(struct tally));
    return *state ? PFQ_OK : pfq_error_say(err, PFQ_NO_MEMORY, "no memory for a tally");
}

static pfq_status count(void *state, const pfq_chunk *chunk, pfq_error *err)
{
    (void)err;
    struct tally *const tally = state;
    const pfq_batch *const batch = &chunk->batches[0];
    for (uint64_t i = 0; i < batch->bases; i++)
        tally->gc += batch->sequence[i] == 'G' || batch->sequence[i] == 'C';
    tally->bases += batch->bases;
    return PFQ_OK;
}

static pfq_status end(void *context, int thread, void *state, pfq_error *err)
{
    (void)thread, (void)err;
    struct tally *const sum = context, *const own = state;
    sum->gc += own->gc;
    sum->bases += own->bases;
    free(own);
    return PFQ_OK;
}

int main(int argc, char **argv)
{
    struct tally sum = {0};
    const pfq_consumer consumer = {.begin = begin, .chunk = count, .end = end, .context = &sum};
    pfq_parser *parser = NULL;
    pfq_error err;
    char line[2048];

    if (argc != 2)
        return 2;
    pfq_status status = pfq_parser_open_file(argv[1], NULL, &parser, &err);
    if (!status)
        status = pfq_parse_each(parser, &consumer, &err);
    if (status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    else
        printf("%llu of %llu bases are G or C\n", sum.gc, sum.bases);
    pfq_parser_close(parser);
    return pfq_status_exit_code(status);
}
