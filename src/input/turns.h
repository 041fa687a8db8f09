/*
 * A part of a file that is read by threads: in turns of a loop, each into its place.
 */
#ifndef INPUT_TURNS_H
#define INPUT_TURNS_H

#include "team/team.h"
#include "threads/threads.h"

struct turns {
    struct team_file *file;
    uint64_t begin, end; /* what is read, of the file */
    uint8_t *to;         /* where its first byte goes */
};

/* How many there are. */
size_t turns_count(const struct turns *turns);

/* A threads_body: reads turn i of the struct turns in *context. */
pfq_status turns_read(void *context, size_t i, int thread, pfq_error *err);

#endif
