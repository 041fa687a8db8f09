/*
 * A team of one, without MPI, does everything a team does.
 */

#include "claims.h"

int main(void)
{
    pfq_team *team;
    CHECK_EQUAL(pfq_team_alone(&team, NULL), PFQ_OK);
    CHECK_EQUAL(pfq_team_rank(team), 0);
    CHECK_EQUAL(pfq_team_size(team), 1);
    check_talking(team);
    check_files(team);
    pfq_team_destroy(team);
    pfq_team_destroy(NULL);
    return 0;
}
