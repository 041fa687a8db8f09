/*
 * Tiles against each other: what a tile has in a group of positions, less what tiles have there on
 * the average. As FastQC has it, the mean of a group is that of the means of its positions.
 */
#include "base/memory.h"
#include "report/parts.h"

/* The mean score of a tile in each group; 0 where it has no reads. */
static void find_means(const struct figures *figures, size_t tile, double *means)
{
    const uint64_t *const words = figures->tally->tiles.words + tile * QC_TILE_WORDS;
    uint64_t reads[QC_TILE_POSITIONS + 2] = {0}; /* that are so long or longer */
    for (size_t bases = QC_TILE_POSITIONS; bases > 0; bases--)
        reads[bases] = reads[bases + 1] + words[QC_TILE_POSITIONS + bases];
    for (size_t g = 0; g < figures->group_count; g++) {
        const struct positions_group *const group = &figures->groups[g];
        unsigned positions = 0;
        double sum = 0;
        for (uint64_t at = group->first; at <= group->last && reads[at]; at++, positions++)
            sum += (double)words[at - 1] / (double)reads[at] + '!' - figures->offset;
        means[g] = positions ? sum / positions : 0;
    }
}

pfq_status parts_tiles(struct figures *figures, pfq_error *err)
{
    const size_t tiles = figures->tally->tiles.count, groups = figures->group_count;
    double *const means = memory_allocate(tiles * groups, sizeof *means, err);
    figures->tile_difference = means;
    if (!means)
        return PFQ_NO_MEMORY;
    for (size_t tile = 0; tile < tiles; tile++)
        find_means(figures, tile, means + tile * groups);
    for (size_t g = 0; g < groups; g++) {
        double all = 0;
        for (size_t tile = 0; tile < tiles; tile++)
            all += means[tile * groups + g];
        for (size_t tile = 0; tile < tiles; tile++)
            means[tile * groups + g] -= all / (double)tiles;
    }
    return PFQ_OK;
}
