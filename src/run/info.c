/*
 * What is in an HDF5 file: rank 0 looks and prints, everybody learns how it went.
 */
#include "parfastq/run.h"

#include "store/store.h"
#include "team/team.h"

static void print_file(const char *input, FILE *out, pfq_error *err)
{
    struct store_reader *reader = NULL;
    if (store_open(input, &reader, err) == PFQ_OK)
        store_print(reader, out, err);
    store_close(reader);
}

pfq_status pfq_info(pfq_team *team, const char *input, FILE *out, pfq_error *err)
{
    pfq_error outcome = {0};
    if (pfq_team_rank(team) == 0)
        print_file(input, out, &outcome);
    const pfq_status status = team_conclude(team, &outcome, err);
    return status;
}
