/*
 * What a team is inside: two tables of operations, one for talking and one for files.
 *
 * team.c and file.c hold everything that does not depend on MPI (agreement, pieces, short reads)
 * and call these tables for the rest. alone.c and mpi.c implement both. A communicator of one rank
 * talks through MPI and reads through POSIX, since there is nobody to share a file with.
 */
#ifndef TEAM_OPERATIONS_H
#define TEAM_OPERATIONS_H

#include "team/team.h"

/* The most bytes one call of MPI or of the system moves: counts of MPI-3 are int, and Linux moves
 * at most 0x7ffff000 bytes a call. */
enum { TEAM_CALL_BYTES = 1 << 30 };

enum { TEAM_NOBODY = -1 };

enum team_reduction { TEAM_SUM, TEAM_MIN, TEAM_MAX };

/* Collective, and the same on every rank, where nothing else is said. */
struct team_operations {
    uint64_t exchange_limit; /* the most items one rank can send or receive in an exchange */
    size_t hint_key_most, hint_value_most; /* letters of a hint */

    /* values[0 .. n) over all ranks, or over the ranks before this one (0 on rank 0);
     * n * 8 <= call_bytes. */
    pfq_status (*reduce)(pfq_team *team, enum team_reduction reduction, uint64_t *values, size_t n,
                         pfq_error *err);
    pfq_status (*reduce_before)(pfq_team *team, enum team_reduction reduction, uint64_t *values,
                                size_t n, pfq_error *err);

    /* Rank root's bytes to everybody; bytes <= call_bytes. */
    pfq_status (*share)(pfq_team *team, int root, void *data, size_t bytes, pfq_error *err);

    /* To rank 0 and back; words <= INT_MAX. */
    pfq_status (*gather)(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                         pfq_error *err);
    pfq_status (*scatter)(pfq_team *team, const uint64_t *all, size_t words, uint64_t *mine,
                          pfq_error *err);

    /* To everybody; words <= INT_MAX. */
    pfq_status (*gather_all)(pfq_team *team, const uint64_t *mine, size_t words, uint64_t *all,
                             pfq_error *err);

    /* One word from every rank to every rank: incoming[r] is counts[this rank] of rank r. */
    pfq_status (*trade_counts)(pfq_team *team, const uint64_t *counts, uint64_t *incoming,
                               pfq_error *err);
    /* Then the items themselves; no sum of counts is over exchange_limit. */
    pfq_status (*trade_items)(pfq_team *team, const void *send, const uint64_t *counts,
                              size_t item_bytes, void *received, const uint64_t *incoming,
                              pfq_error *err);

    /* Two ranks alone; bytes <= call_bytes. Messages arrive in the order they were sent. */
    pfq_status (*send)(pfq_team *team, int to, const void *data, size_t bytes, pfq_error *err);
    pfq_status (*receive)(pfq_team *team, int from, void *data, size_t bytes, pfq_error *err);
    /* Both at once, each of `bytes` bytes; TEAM_NOBODY instead of a rank is no message. */
    pfq_status (*pass)(pfq_team *team, int to, const void *data, int from, void *room, size_t bytes,
                       pfq_error *err);

    pfq_status (*wait)(pfq_team *team, pfq_error *err);

    /* mask[0 .. bytes) becomes the union over the ranks of this machine, whose number is returned.
     */
    pfq_status (*unite_machine)(pfq_team *team, uint8_t *mask, size_t bytes, int *local_ranks,
                                pfq_error *err);
    /* The ranks of this machine that give the same colour (0 .. INT_MAX): this one's number among
     * them, and how many they are. */
    pfq_status (*meet_alike)(pfq_team *team, int colour, int *rank, int *ranks, pfq_error *err);
    void (*destroy)(pfq_team *team); /* releases `team` too */
};

/* Files, each rank for itself; bytes <= call_bytes. `got` and `put` may be smaller than `bytes`; 0
 * means that the file ends there. */
struct team_file_operations {
    bool for_threads; /* several threads may read at once */
    pfq_status (*open)(pfq_team *team, const char *path, enum team_file_mode mode,
                       struct team_file **file, pfq_error *err);
    /* Makes an empty file where nothing was. Returns 0 or an errno value. */
    int (*create)(pfq_team *team, const char *path);
    pfq_status (*read)(struct team_file *file, uint64_t offset, void *data, size_t bytes,
                       size_t *got, pfq_error *err);
    pfq_status (*write)(struct team_file *file, uint64_t offset, const void *data, size_t bytes,
                        size_t *put, pfq_error *err);
    /* What was written is on disk when it returns. */
    pfq_status (*sync)(struct team_file *file, pfq_error *err);
    /* Closes and releases `file`, except its path. */
    pfq_status (*close)(struct team_file *file, pfq_error *err);
};

struct pfq_team {
    int rank;
    int size;
    const struct team_operations *operations;
    const struct team_file_operations *files;
    size_t call_bytes;  /* TEAM_CALL_BYTES; tests make it small */
    uint64_t *incoming; /* size words, for team_exchange: allocated when it can still be refused */
    struct team_hint *hints; /* hints.c */
    size_t hint_count, hint_capacity;
};

/* A hint, in memory of its own. */
struct team_hint {
    char *key, *value, *taken; /* taken may be NULL */
    pfq_hint shown;            /* the same, for the caller */
};

/* hints.c: notes what MPI-IO made of a hint, with a file that was opened: its value, or "". Without
 * memory it stays unknown. */
void team_hint_note(struct team_hint *hint, const char *taken);
void team_hints_release(pfq_team *team);

/* The beginning of an open file; alone.c and mpi.c put their handles behind it. */
struct team_file {
    const struct team_file_operations *operations;
    char *path;
    size_t call_bytes;
    const uint8_t *memory; /* the text, if that is what it is */
};

/* Files through pread and pwrite. */
extern const struct team_file_operations team_posix_files;

#endif
