/*
 * Leaves a file for check_h5py.py: leave_file PATH ROUNDS MATES STYLES(0|1)
 * WRITER(direct|gather) COMPRESSION(none|fast|gzip). Without MPI, or where it is started alone,
 * the team is one.
 */
#if PFQ_MPI
#include <mpi.h>

#include "parfastq/mpi.h"
#endif

#include "store/rows.h"

static pfq_team *make_team(int *argc, char ***argv)
{
    pfq_team *team = NULL;
#if PFQ_MPI
    int level;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    CHECK_EQUAL(pfq_team_from_comm(MPI_COMM_WORLD, &team, NULL), PFQ_OK);
#else
    (void)argc;
    (void)argv;
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
#endif
    return team;
}

int main(int argc, char **argv)
{
    pfq_team *team = make_team(&argc, &argv);
    CHECK_EQUAL(argc, 7);
    const bool odd = argv[4][0] == '1';
    const struct rows_plan plan = {
        .mates = atoi(argv[3]),
        .rounds = atoi(argv[2]),
        .scale = 200,
        .fixed_length = !odd,
        .odd_styles = odd,
        .tails = odd,
        .compression.method = strcmp(argv[6], "none") == 0   ? PFQ_COMPRESS_NONE
                              : strcmp(argv[6], "gzip") == 0 ? PFQ_COMPRESS_GZIP
                                                             : PFQ_COMPRESS_FAST,
        .threads = 2,
        .writer = strcmp(argv[5], "gather") == 0 ? PFQ_WRITER_GATHER : PFQ_WRITER_DIRECT,
    };
    rows_write(team, &plan, argv[1]);
    pfq_team_destroy(team);
#if PFQ_MPI
    MPI_Finalize();
#endif
    return 0;
}
