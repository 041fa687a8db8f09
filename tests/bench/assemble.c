/*
 * What HDF5 takes for each chunk when it is told of all of them at the end of a run: the part of a
 * run that rank 0 does alone.
 *
 *     bench_assemble FILE CHUNKS
 *
 * FILE is made, of CHUNKS chunks that are nowhere, and removed. Prints the number of chunks and the
 * microseconds for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/encoder.h"
#include "store/store.h"
#include "team/team.h"

enum { CHUNK_BYTES = 100, RECORD_BASES = 150, RECORD_NAME_BYTES = 60 };

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench_assemble: %s\n", what);
    exit(1);
}

/* Gives every chunk of a column a place. */
static void place(struct store *store, enum schema_column column)
{
    struct encoder *const encoder = store->encoder;
    const struct schema_dataset *const row = &schema_datasets[column];
    const uint64_t elements = store->mate[0].length[row->length] + row->more;
    const uint64_t chunks = elements / row->chunk_elements + (elements % row->chunk_elements != 0);
    check(memory_grow(&encoder->places, &encoder->place_capacity, encoder->place_count + chunks,
                      sizeof *encoder->places, NULL) == PFQ_OK,
          "no memory");
    for (uint64_t i = 0; i < chunks; i++) {
        encoder->places[encoder->place_count++] = (struct chunk_place){
            .dataset = column, .chunk = i, .address = store->next_address, .bytes = CHUNK_BYTES};
        store->next_address += CHUNK_BYTES;
    }
}

int main(int argc, char **argv)
{
    check(argc == 3, "needs FILE and CHUNKS");
    const uint64_t chunks = strtoull(argv[2], NULL, 10);
    const struct store_origin origin = {.path = "none", .compression = "none", .mate = 1};
    struct store_config config = {.mates = 1,
                                  .layout = "single",
                                  .encoding = PFQ_QUALITY_SANGER,
                                  .writer = PFQ_WRITER_DIRECT,
                                  .align = 1};
    pfq_team *team;
    struct store *store;
    FILE *const file = fopen(argv[1], "wb");
    check(file && fclose(file) == 0, "cannot make the file");
    check(pfq_team_alone(&team, NULL) == PFQ_OK, "no team");
    check(store_settle_compression(&config.compression, NULL) == PFQ_OK, "no compression");
    check(store_create(team, argv[1], &config, &store, NULL) == PFQ_OK, "cannot begin");

    /* About as many records as fill so many chunks of 256 KiB. */
    const uint64_t record_bytes = 2 * RECORD_BASES + RECORD_NAME_BYTES + 2 * sizeof(uint64_t);
    const uint64_t records = chunks * (256 << 10) / record_bytes;
    store->mate[0].length[SCHEMA_RECORDS] = records;
    store->mate[0].length[SCHEMA_BASES] = records * RECORD_BASES;
    store->mate[0].length[SCHEMA_NAME_BYTES] = records * RECORD_NAME_BYTES;
    for (enum schema_column column = 0; column < SCHEMA_COLUMNS; column++)
        if (schema_has(store->without, column))
            place(store, column);
    check(buffer_reserve(&store->encoder->out[0], CHUNK_BYTES, 0, NULL) == PFQ_OK, "no memory");

    const double begun = clock_seconds();
    check(store_assemble(store, &origin, 1, NULL) == PFQ_OK, "cannot make the HDF5 file");
    const double seconds = clock_seconds() - begun;
    printf("%zu %.3f\n", store->encoder->place_count,
           1e6 * seconds / (double)store->encoder->place_count);
    store_abandon(store);
    pfq_team_destroy(team);
    unlink(argv[1]);
    return 0;
}
