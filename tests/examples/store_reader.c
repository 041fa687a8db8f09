/*
 * The HDF5 file in C: rows, a whole pass, and rows by name: store_reader READS.h5 NAME
 */
#include <parfastq/parfastq.h>
#include <stdio.h>

/* The mean quality of all reads, batch by batch. */
static pfq_status print_mean(pfq_store *store, pfq_error *err)
{
    unsigned long long sum = 0, bases = 0;
    const pfq_chunk *chunk;
    pfq_status status;
    while ((status = pfq_store_next(store, &chunk, err)) == PFQ_OK && chunk) {
        for (uint64_t i = 0; i < chunk->batches[0].bases; i++)
            sum += chunk->batches[0].quality[i];
        bases += chunk->batches[0].bases;
    }
    if (!status)
        printf("mean quality %.2f\n", bases ? (double)sum / (double)bases : 0.0);
    return status;
}

/* The reads of a name, mate 1. */
static pfq_status print_named(pfq_store *store, const char *name, pfq_error *err)
{
    pfq_matches matches = {0};
    pfq_batch batch = {0};
    pfq_status status = pfq_store_find(store, 1, &name, 1, &matches, err);
    if (!status)
        status = pfq_store_read_list(store, 1, matches.row, matches.first[1], &batch, err);
    for (uint64_t i = 0; i < batch.records; i++)
        printf("row %llu: %.*s\n", (unsigned long long)matches.row[i],
               (int)(batch.offset[i + 1] - batch.offset[i]),
               (const char *)batch.sequence + batch.offset[i]);
    pfq_batch_release(&batch);
    pfq_matches_release(&matches);
    return status;
}

int main(int argc, char **argv)
{
    pfq_store *store = NULL;
    pfq_error err;
    char line[2048];

    if (argc != 3)
        return 2;
    pfq_status status = pfq_store_open(argv[1], NULL, &store, &err);
    if (!status)
        status = print_mean(store, &err);
    if (!status)
        status = print_named(store, argv[2], &err);
    if (status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    pfq_store_close(store);
    return pfq_status_exit_code(status);
}
