/*
 * All records on rank 0, parsed by all ranks: mpirun -n 3 gather READS.fastq
 */
#include <mpi.h>
#include <parfastq/mpi.h>
#include <parfastq/parfastq.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    pfq_parser_config config = {0};
    pfq_parser *parser = NULL;
    pfq_records mine = {0}, all = {0};
    pfq_error err;
    char line[2048];

    pfq_status status = pfq_team_from_comm(MPI_COMM_WORLD, &config.team, &err);
    if (!status)
        status = pfq_parser_open_file(argc > 1 ? argv[1] : "", &config, &parser, &err);
    if (!status)
        status = pfq_parse_all(parser, &mine, &err);
    if (!status)
        status = pfq_gather(config.team, &mine, &all, &err);
    if (status && err.rank == pfq_team_rank(config.team) &&
        pfq_error_format(&err, line, sizeof line) >= 0)
        fprintf(stderr, "%s\n", line);
    else if (!status && pfq_team_rank(config.team) == 0)
        printf(
            "%llu records on rank 0, the last is %.*s\n", (unsigned long long)all.batch[0].records,
            (int)(all.batch[0].name_bytes - all.batch[0].name_offset[all.batch[0].records - 1]),
            (const char *)all.batch[0].name + all.batch[0].name_offset[all.batch[0].records - 1]);
    pfq_records_release(&mine);
    pfq_records_release(&all);
    pfq_parser_close(parser);
    pfq_team_destroy(config.team);
    MPI_Finalize();
    return pfq_status_exit_code(status);
}
