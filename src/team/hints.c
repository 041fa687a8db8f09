/*
 * Hints to MPI-IO: kept by the team, given with each file that it opens (mpi.c), and what became of
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "team/operations.h"

static struct team_hint *find(const pfq_team *team, const char *key)
{
    for (size_t i = 0; i < team->hint_count; i++)
        if (strcmp(team->hints[i].key, key) == 0)
            return &team->hints[i];
    return NULL;
}

static void show(struct team_hint *hint)
{
    hint->shown = (pfq_hint){hint->key, hint->value, hint->taken};
}

static pfq_status check(const pfq_team *team, const char *key, const char *value, pfq_error *err)
{
    const size_t key_most = team->operations->hint_key_most;
    const size_t value_most = team->operations->hint_value_most;
    if (!*key || !*value)
        return error_set(err, PFQ_USAGE, NULL, "a hint needs a key and a value");
    if (strlen(key) > key_most || strlen(value) > value_most)
        return error_set(err, PFQ_USAGE, NULL,
                         "the hint '%.40s' is too long: MPI takes keys of %zu and values of %zu "
                         "letters",
                         key, key_most, value_most);
    return PFQ_OK;
}

static pfq_status replace(struct team_hint *hint, const char *value, pfq_error *err)
{
    char *const copy = memory_string(value, err);
    if (!copy)
        return PFQ_NO_MEMORY;
    free(hint->value);
    hint->value = copy;
    show(hint);
    return PFQ_OK;
}

pfq_status pfq_team_add_hint(pfq_team *team, const char *key, const char *value, pfq_error *err)
{
    pfq_status status = check(team, key, value, err);
    struct team_hint *const known = find(team, key);
    if (status || known)
        return status ? status : replace(known, value, err);
    status = memory_grow(&team->hints, &team->hint_capacity, team->hint_count + 1,
                         sizeof *team->hints, err);
    if (status)
        return status;
    struct team_hint hint = {.key = memory_string(key, err), .value = memory_string(value, err)};
    if (!hint.key || !hint.value) {
        free(hint.key);
        free(hint.value);
        return PFQ_NO_MEMORY;
    }
    show(&hint);
    team->hints[team->hint_count++] = hint;
    return PFQ_OK;
}

const pfq_hint *pfq_team_hint(const pfq_team *team, size_t i)
{
    return i < team->hint_count ? &team->hints[i].shown : NULL;
}

void team_hint_note(struct team_hint *hint, const char *taken)
{
    char *const copy = memory_string(taken, NULL);
    if (!copy)
        return;
    free(hint->taken);
    hint->taken = copy;
    show(hint);
}

void team_hints_release(pfq_team *team)
{
    for (size_t i = 0; i < team->hint_count; i++) {
        free(team->hints[i].key);
        free(team->hints[i].value);
        free(team->hints[i].taken);
    }
    free(team->hints);
}
