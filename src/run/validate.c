/*
 * validate: the parser over everything, and a list of what is wrong. An HDF5 file is told by its
 * first bytes and checked in its own way.
 */
#include "parse/reading.h"

#include "base/clock.h"
#include "run/counting.h"
#include "run/store_input.h"
#include "run/validate_file.h"

pfq_status pfq_validate(pfq_team *team, const pfq_reads *reads, const pfq_parser_config *config,
                        pfq_counts *counts, pfq_error *err)
{
    bool store;
    const pfq_status told = store_input(team, reads, &store, err);
    if (told || store)
        return told ? told : validate_file(team, reads->files[0][0], config, counts, err);
    struct reading reading;
    struct counting counting;
    const pfq_error none = {0};
    const struct reading_wish wish = {.skip_bad_records = true};
    pfq_status status = reading_open(team, reads, config, &wish, &reading, err);
    counting_begin(&counting, reads);
    while (!status) {
        const struct input_round *round;
        status = input_next(reading.input, &none, &round, err);
        if (status || !round)
            break;
        counting_add(&counting, round);
        reading_tell(&reading, false);
    }
    if (!status)
        status = counting_end(&counting, &reading, counts, err);
    if (!status)
        status = reading_conclude(&reading, err);
    reading_close(&reading);
    return status;
}
