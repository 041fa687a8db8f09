#include "run/store_input.h"

#include "store/check.h"
#include "team/team.h"

pfq_status store_input(pfq_team *team, const pfq_reads *reads, bool *is, pfq_error *err)
{
    unsigned char answer = 0;
    const bool one = reads->mates == 1 && reads->lanes[0] == 1 && !reads->interleaved;
    if (one && pfq_team_rank(team) == 0)
        answer = store_is_hdf5(reads->files[0][0]);
    const pfq_status status = team_share(team, 0, &answer, 1, err);
    *is = answer;
    return status;
}
