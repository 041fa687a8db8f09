/*
 * 4-mers of all reads, counted by every rank over its own: mpirun -n 3 kmers R1.fastq R2.fastq
 */
#include <mpi.h>
#include <parfastq/mpi.h>
#include <parfastq/parfastq.h>
#include <stdio.h>

enum { K = 4, KMERS = 1 << 2 * K };

static void count(unsigned long long *counts, const pfq_batch *batch, uint64_t read)
{
    unsigned kmer = 0, length = 0;
    for (uint64_t i = batch->offset[read]; i < batch->offset[read + 1]; i++) {
        const uint8_t base = batch->sequence[i];
        const int code = base == 'A' ? 0 : base == 'C' ? 1 : base == 'G' ? 2 : base == 'T' ? 3 : -1;
        length = code < 0 ? 0 : length + 1;
        kmer = (kmer << 2 | (unsigned)(code & 3)) % KMERS;
        counts[kmer] += length >= K;
    }
}

static pfq_status count_chunk(void *context, const pfq_chunk *chunk, pfq_error *err)
{
    (void)err;
    for (int mate = 0; mate < chunk->mates; mate++)
        for (uint64_t i = 0; i < chunk->batches[mate].records; i++)
            count(context, &chunk->batches[mate], i);
    return PFQ_OK;
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    static unsigned long long counts[KMERS];
    const pfq_consumer consumer = {.chunk = count_chunk, .context = counts, .in_order = true};
    const char *const files[2][1] = {{argc > 1 ? argv[1] : ""}, {argc > 2 ? argv[2] : ""}};
    const pfq_reads reads = {.mates = 2, .lanes = {1, 1}, .files = {files[0], files[1]}};
    pfq_parser_config config = {0};
    pfq_parser *parser = NULL;
    pfq_error err;
    char line[2048];

    pfq_status status = pfq_team_from_comm(MPI_COMM_WORLD, &config.team, &err);
    if (!status)
        status = pfq_parser_open(&reads, &config, &parser, &err);
    if (!status)
        status = pfq_parse_each(parser, &consumer, &err);
    MPI_Allreduce(MPI_IN_PLACE, counts, KMERS, MPI_UNSIGNED_LONG_LONG, MPI_SUM, MPI_COMM_WORLD);
    unsigned long long all = 0;
    for (int i = 0; i < KMERS; i++)
        all += counts[i];
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0 && status && pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    else if (rank == 0)
        printf("%llu 4-mers, %llu of them ACGT\n", all, counts[0x1b]);
    pfq_parser_close(parser);
    pfq_team_destroy(config.team);
    MPI_Finalize();
    return pfq_status_exit_code(status);
}
