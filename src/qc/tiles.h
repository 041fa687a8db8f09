/*
 * Mean quality by tile of the flow cell and position, for names as Illumina writes them.
 *
 * The header line is cut at its colons: the tile is the fifth of seven fields or more, else the
 * third of five or more. As FastQC does, the first 10,000 reads are looked at and then every tenth,
 * by their rows. Where a name has no tile, where there are more than QC_MOST_TILES or a read is
 * longer than QC_TILE_POSITIONS, the names or the machine are of another kind, and there are no
 * tiles at all.
 */
#ifndef QC_TILES_H
#define QC_TILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "qc/read.h"

enum {
    QC_MOST_TILES = 2500,
    QC_TILE_POSITIONS = 659,
    /* Words of a tile: the sum of classes at each position, and how many reads are so long. */
    QC_TILE_WORDS = QC_TILE_POSITIONS + QC_TILE_POSITIONS + 1
};

struct qc_tiles {
    uint64_t *words; /* QC_TILE_WORDS for each tile */
    uint64_t *id;    /* of each tile */
    size_t count, capacity, id_capacity;
    size_t last; /* where the tile of the last read is */
    bool none;   /* there are no tiles */
};

/* Looks at a read. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status tiles_look(struct qc_tiles *tiles, const struct qc_read *read, int shift,
                      pfq_error *err);

/* The words of a tile, made if need be; NULL where there is no memory, or no tiles at all. */
uint64_t *tiles_of(struct qc_tiles *tiles, uint64_t id, pfq_error *err);

/* Adds all of `from`. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status tiles_merge(struct qc_tiles *tiles, const struct qc_tiles *from, pfq_error *err);

/* Puts the tiles in ascending order. Returns PFQ_OK or PFQ_NO_MEMORY. */
pfq_status tiles_sort(struct qc_tiles *tiles, pfq_error *err);

void tiles_release(struct qc_tiles *tiles);

#endif
