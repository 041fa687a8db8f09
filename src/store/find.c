/*
 * From names to rows: hashes of the names, matches in any order, and matches by name.
 */
#include "store/find.h"

#include <stdlib.h>
#include <string.h>

#include "fastq/names.h"
#include "threads/threads.h"

enum { NAMES_PER_TURN = 4096 };

pfq_status find_add(struct find_pairs *pairs, uint64_t row, uint64_t number, pfq_error *err)
{
    if (pairs->count == pairs->capacity &&
        memory_grow(&pairs->list, &pairs->capacity, pairs->count + 1, sizeof *pairs->list, err))
        return PFQ_NO_MEMORY;
    pairs->list[pairs->count++] = (struct index_entry){row, number};
    return PFQ_OK;
}

/* Mates of a pair have one name, whichever number it ends with; among single reads the number is
 * part of the name. */
bool find_agrees(const struct search *search, uint64_t number, const uint8_t *name, size_t size)
{
    const uint8_t *const wanted = (const uint8_t *)search->names[number];
    const size_t wanted_size = strlen(search->names[number]);
    const size_t key = fastq_name_key(wanted, wanted_size);
    if (fastq_name_key(name, size) != key || (key && memcmp(name, wanted, key) != 0))
        return false;
    const int one = fastq_name_mate(wanted, wanted_size, key);
    const int other = fastq_name_mate(name, size, key);
    return search->reader->summary.mates > 1 || !one || !other || one == other;
}

/* ---- before ---- */

static pfq_status hash_names(void *context, size_t i, int thread, pfq_error *err)
{
    struct search *const search = context;
    const size_t end = (i + 1) * NAMES_PER_TURN < search->n ? (i + 1) * NAMES_PER_TURN : search->n;
    (void)thread, (void)err;
    for (size_t k = i * NAMES_PER_TURN; k < end; k++) {
        const uint8_t *const name = (const uint8_t *)search->names[k];
        const size_t size = fastq_name_key(name, strlen(search->names[k]));
        search->wanted[k] = (struct index_entry){fastq_name_hash(name, size), k};
    }
    return PFQ_OK;
}

static pfq_status begin(struct search *search, pfq_error *err)
{
    const int threads = search->reader->decoder.threads;
    search->wanted = memory_allocate(search->n, sizeof *search->wanted, err);
    if (!search->wanted)
        return PFQ_NO_MEMORY;
    const pfq_status status = threads_for(
        threads, (search->n + NAMES_PER_TURN - 1) / NAMES_PER_TURN, hash_names, search, err);
    return status ? status : index_sort(threads, search->wanted, search->n, err);
}

/* ---- after ---- */

/* Sorts what was found by name, and by row. */
static pfq_status list_matches(struct search *search, pfq_matches *matches, pfq_error *err)
{
    struct find_pairs *const found = &search->found;
    matches->names = search->n;
    matches->first = memory_allocate(search->n + 1, sizeof *matches->first, err);
    matches->row = memory_allocate(found->count, sizeof *matches->row, err);
    if (!matches->first || !matches->row)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < found->count; i++)
        found->list[i] = (struct index_entry){found->list[i].row, found->list[i].hash};
    const pfq_status status =
        index_sort(search->reader->decoder.threads, found->list, found->count, err);
    for (size_t i = 0; i < found->count; i++) {
        matches->row[i] = found->list[i].row;
        matches->first[found->list[i].hash + 1]++;
    }
    for (size_t i = 0; i < search->n; i++)
        matches->first[i + 1] += matches->first[i];
    return status;
}

pfq_status store_find(struct store_reader *reader, int mate, const char *const *names, size_t n,
                      pfq_matches *matches, pfq_error *err)
{
    struct search search = {.reader = reader, .mate = mate, .names = names, .n = n};
    *matches = (pfq_matches){0};
    if (reader->summary.mate[mate - 1].without & PFQ_COLUMN_NAME)
        return error_set(err, PFQ_USAGE, reader->path,
                         "the column name was left out of this file, so no name can be found");
    pfq_status status = begin(&search, err);
    if (!status)
        status = schema_has(reader->summary.mate[mate - 1].without, SCHEMA_INDEX_HASH)
                     ? find_by_index(&search, err)
                     : find_by_scan(&search, err);
    if (!status)
        status = list_matches(&search, matches, err);
    free(search.wanted);
    free(search.found.list);
    if (status)
        pfq_matches_release(matches);
    return status;
}

void pfq_matches_release(pfq_matches *matches)
{
    free(matches->first);
    free(matches->row);
    *matches = (pfq_matches){0};
}
