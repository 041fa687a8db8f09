/*
 * Mates in step: do row i of one mate and row i of another belong to one fragment?
 *
 * Ranks cut the files of the mates at different rows. So each rank keeps, for the rows it has
 * parsed, the keys of their names and where they lie; as soon as all mates have come as far as some
 * row, the keys of the rows before it travel to a rank that owns this part of the rows, which
 * compares. Rows that one mate is ahead stay where they are; the planner holds back a mate that is
 * too far ahead.
 */
#ifndef INPUT_MATES_H
#define INPUT_MATES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "parfastq/team.h"

/* A row this rank has parsed: the keys of its name, and where its record begins. */
struct mates_row {
    uint64_t row, whole, dotted;
    uint64_t byte;
    uint64_t file : 24, further_lines : 40; /* before it in the file, beyond four for each record */
};

struct mates {
    pfq_team *team;
    int count;
    struct mates_list {
        struct mates_row *rows; /* ascending */
        size_t count, capacity;
    } lists[4];
    uint64_t checked; /* rows before are done with */
    struct mates_key *send, *received;
    size_t send_capacity, received_capacity;
    uint64_t *counts; /* of rows for each rank */
};

/* Local. Owns: mates_destroy, also after a failure. */
pfq_status mates_create(pfq_team *team, int count, struct mates *mates, pfq_error *err);
void mates_destroy(struct mates *mates);

/* Room for `more` rows of a mate (0-based), to be filled by the caller and counted by adding to
 * list->count. */
pfq_status mates_reserve(struct mates *mates, int mate, size_t more, pfq_error *err);

/* Compares the names of the rows before `until` that have not been compared. *row is the first row
 * whose names do not agree, *mate the mate (0-based) that differs from mate 0 there; UINT64_MAX:
 * all agree. A rank that has no memory leaves that in *own. Collective; returns PFQ_OK or the
 * failure of a collective, on every rank. */
pfq_status mates_compare(struct mates *mates, uint64_t until, uint64_t *row, int *mate,
                         pfq_error *own, pfq_error *err);

/* Forgets the rows before `until`. */
void mates_drop(struct mates *mates, uint64_t until);

/* The row of a mate if this rank holds it, else NULL. */
const struct mates_row *mates_find(const struct mates *mates, int mate, uint64_t row);

#endif
