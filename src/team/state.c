/*
 * The file: a head, the sections, their table. The head is written last and tells where the table
 * is, so that a state that was not finished has none.
 */
#include "team/state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/mix.h"
#include "team/team.h"

#define MAGIC UINT64_C(0x0a31747374716670) /* "pfqtst1\n" */

enum { HEAD_WORDS = 8, HEAD_BYTES = HEAD_WORDS * sizeof(uint64_t) };
enum { HEAD_MAGIC, HEAD_TABLE, HEAD_SECTIONS, HEAD_SUM };

struct section {
    char name[STATE_NAME_BYTES];
    uint64_t address, count, item_words;
    uint64_t sum; /* of the mixed words */
};

struct team_state {
    pfq_team *team;
    char *path;
    struct team_file *file;
    uint64_t end; /* of what has been written */
    struct section *sections;
    size_t count, capacity;
    pfq_error failure; /* of this rank, not agreed yet */
};

/* ---- sums ---- */

/* Of n words from `place` of their section on. Addition, so that ranks can add up what each has. */
static uint64_t sum_of(const void *items, uint64_t place, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t word;
        memcpy(&word, (const uint8_t *)items + i * sizeof word, sizeof word);
        sum += mix_at(word, place + i);
    }
    return sum;
}

/* ---- begin and end ---- */

static struct team_state *make(pfq_team *team, const char *path, enum team_file_mode mode,
                               pfq_error *own)
{
    struct team_state *const made = memory_allocate(1, sizeof *made, own);
    if (!made)
        return NULL;
    made->team = team;
    made->end = HEAD_BYTES;
    made->path = memory_string(path, own);
    if (made->path)
        team_file_open(team, path, mode, &made->file, own);
    return made;
}

void state_close(struct team_state *state)
{
    if (!state)
        return;
    team_file_close(state->file, NULL);
    free(state->sections);
    free(state->path);
    free(state);
}

pfq_status state_create(pfq_team *team, const char *path, struct team_state **state, pfq_error *err)
{
    pfq_error own = {0};
    struct team_state *const made = make(team, path, TEAM_WRITE, &own);
    const pfq_status status = team_conclude(team, &own, err);
    if (status)
        state_close(made);
    else
        *state = made;
    return status;
}

/* ---- writing ---- */

pfq_status state_put(struct team_state *state, const char *name, const void *items, size_t count,
                     size_t item_words, pfq_error *err)
{
    uint64_t before = count;
    struct section section = {.address = state->end, .item_words = item_words};
    pfq_error *const own = &state->failure;
    pfq_status status = team_sum_before(state->team, &before, 1, err);
    if (status)
        return status;
    const size_t words = count * item_words; /* they are in memory */
    uint64_t all[2] = {count, sum_of(items, before * item_words, words)};
    status = team_sum(state->team, all, 2, err);
    if (status)
        return status;
    strncpy(section.name, name, sizeof section.name - 1);
    section.count = all[0];
    section.sum = all[1];
    if (words && !own->status)
        team_file_write(state->file, state->end + before * item_words * sizeof(uint64_t), items,
                        words * sizeof(uint64_t), own);
    if (!own->status && !memory_grow(&state->sections, &state->capacity, state->count + 1,
                                     sizeof *state->sections, own))
        state->sections[state->count++] = section;
    state->end += section.count * item_words * sizeof(uint64_t);
    return PFQ_OK;
}

/* Rank 0: the table, and then the head that leads to it. */
static void write_table(struct team_state *state)
{
    pfq_error *const own = &state->failure;
    const size_t words = state->count * sizeof *state->sections / sizeof(uint64_t);
    uint64_t head[HEAD_WORDS] = {MAGIC, state->end, state->count};
    head[HEAD_SUM] = sum_of(state->sections, 0, words);
    if (!own->status)
        team_file_write(state->file, state->end, state->sections, words * sizeof(uint64_t), own);
    if (!own->status)
        team_file_sync(state->file, own);
    if (!own->status)
        team_file_write(state->file, 0, head, sizeof head, own);
}

pfq_status state_finish(struct team_state *state, pfq_error *err)
{
    pfq_error *const own = &state->failure;
    if (pfq_team_rank(state->team) == 0)
        write_table(state);
    if (!own->status)
        team_file_sync(state->file, own);
    struct team_file *const file = state->file;
    state->file = NULL;
    team_file_close(file, own->status ? NULL : own);
    const pfq_status status = team_conclude(state->team, own, err);
    state_close(state);
    return status;
}

/* ---- reading ---- */

static pfq_status damaged(const struct team_state *state, const char *why, pfq_error *err)
{
    return error_set(err, PFQ_BAD_FILE, state->path,
                     "is no checkpoint that could be taken up (%s); remove it to begin anew", why);
}

/* Rank 0. A short read says that the file is cut off. */
static void read_table(struct team_state *state, pfq_error *own)
{
    uint64_t head[HEAD_WORDS];
    uint64_t unused = 0;
    const pfq_status status = team_file_read(state->file, 0, head, sizeof head, own);
    for (int i = HEAD_SUM + 1; i < HEAD_WORDS && !status; i++)
        unused |= head[i];
    if (status || head[HEAD_MAGIC] != MAGIC || unused || head[HEAD_SECTIONS] > 1 << 20) {
        damaged(state, "it does not begin like one", own);
        return;
    }
    state->count = (size_t)head[HEAD_SECTIONS];
    state->end = head[HEAD_TABLE];
    const size_t bytes = state->count * sizeof *state->sections;
    state->sections = memory_allocate(state->count, sizeof *state->sections, own);
    if (!state->sections)
        return;
    if (team_file_read(state->file, state->end, state->sections, bytes, own) ||
        sum_of(state->sections, 0, bytes / sizeof(uint64_t)) != head[HEAD_SUM])
        damaged(state, "its table is damaged", own);
}

/* Everybody learns the table. */
static pfq_status share_table(struct team_state *state, pfq_error *err)
{
    pfq_error own = {0};
    uint64_t count = state->count;
    pfq_status status = team_share(state->team, 0, &count, sizeof count, err);
    if (status)
        return status;
    if (!state->sections)
        state->sections = memory_allocate((size_t)count, sizeof *state->sections, &own);
    state->count = (size_t)count;
    status = team_conclude(state->team, &own, err);
    return status ? status
                  : team_share(state->team, 0, state->sections,
                               (size_t)count * sizeof *state->sections, err);
}

pfq_status state_open(pfq_team *team, const char *path, struct team_state **state, pfq_error *err)
{
    pfq_error own = {0};
    struct team_state *const made = make(team, path, TEAM_READ, &own);
    if (made && !own.status && pfq_team_rank(team) == 0)
        read_table(made, &own);
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = share_table(made, err);
    if (status)
        state_close(made);
    else
        *state = made;
    return status;
}

static const struct section *find(const struct team_state *state, const char *name,
                                  size_t item_words)
{
    for (size_t i = 0; i < state->count; i++)
        if (strncmp(state->sections[i].name, name, STATE_NAME_BYTES) == 0 &&
            state->sections[i].item_words == item_words)
            return &state->sections[i];
    return NULL;
}

/* Items [first, first + n) of a section into memory of their own. *sum is that of their words. */
static void *read_items(const struct team_state *state, const struct section *section,
                        uint64_t first, size_t n, uint64_t *sum, pfq_error *own)
{
    const size_t words = n * (size_t)section->item_words;
    const uint64_t place = first * section->item_words;
    uint64_t *const items = memory_allocate(words, sizeof *items, own);
    *sum = 0;
    if (items && words &&
        !team_file_read(state->file, section->address + place * sizeof *items, items,
                        words * sizeof *items, own))
        *sum = sum_of(items, place, words);
    return items;
}

/* Hands the items to the caller, or frees them. */
static pfq_status hand_over(void *read, size_t n, pfq_status status, void *items, size_t *count)
{
    if (status) {
        free(read);
        return status;
    }
    memcpy(items, &read, sizeof read);
    *count = n;
    return PFQ_OK;
}

pfq_status state_get_all(struct team_state *state, const char *name, size_t item_words, void *items,
                         size_t *count, pfq_error *err)
{
    const struct section *const section = find(state, name, item_words);
    if (!section)
        return damaged(state, "a part is missing", err);
    const bool reads = pfq_team_rank(state->team) == 0;
    const size_t n = (size_t)section->count, bytes = n * item_words * sizeof(uint64_t);
    pfq_error own = {0};
    uint64_t sum = section->sum;
    void *read = NULL;
    if (reads)
        read = read_items(state, section, 0, n, &sum, &own);
    else
        read = memory_allocate(n * item_words, sizeof(uint64_t), &own);
    if (!own.status && sum != section->sum)
        damaged(state, "a part is damaged", &own);
    pfq_status status = team_conclude(state->team, &own, err);
    if (!status)
        status = team_share(state->team, 0, read, bytes, err);
    return hand_over(read, n, status, items, count);
}

/* share * rank / size, for any sizes. */
static uint64_t part_before(uint64_t count, int rank, int size)
{
    const uint64_t each = count / (uint64_t)size, more = count % (uint64_t)size;
    const uint64_t r = (uint64_t)rank;
    return each * r + (r < more ? r : more);
}

pfq_status state_get_share(struct team_state *state, const char *name, size_t item_words,
                           void *items, size_t *count, pfq_error *err)
{
    const struct section *const section = find(state, name, item_words);
    if (!section)
        return damaged(state, "a part is missing", err);
    const int rank = pfq_team_rank(state->team), size = pfq_team_size(state->team);
    const uint64_t first = part_before(section->count, rank, size);
    const size_t n = (size_t)(part_before(section->count, rank + 1, size) - first);
    pfq_error own = {0};
    uint64_t sum;
    void *const read = read_items(state, section, first, n, &sum, &own);
    pfq_status status = team_conclude(state->team, &own, err);
    if (!status)
        status = team_sum(state->team, &sum, 1, err);
    if (!status && sum != section->sum)
        status = damaged(state, "a part is damaged", err);
    return hand_over(read, n, status, items, count);
}
