/*
 * Looking for names among all names, where there is no index.
 *
 * Names are read some megabytes at a time, and all threads hash them. The wanted hashes are sorted;
 * a table says where those that begin with the same bits begin, so most names are dismissed by one
 * look.
 */
#include <stdlib.h>
#include <string.h>

#include "fastq/names.h"
#include "store/find.h"
#include "threads/threads.h"

enum {
    ROWS_AT_ONCE = 1 << 18,
    NAME_BYTES_AT_ONCE = 1 << 25,
    ROWS_PER_TURN = 1 << 12,
    MOST_BITS = 24
};

struct scan {
    struct search *search;
    int threads;
    unsigned bits;
    size_t *begin; /* of the wanted hashes that begin with these bits; 2^bits + 1 */
    uint64_t first;
    size_t n; /* rows [first, first + n) are at hand */
    uint64_t *offset;
    struct buffer text;       /* their names, from offset[0] on */
    struct find_pairs *found; /* one list for each thread */
};

static pfq_status begin(struct scan *scan, pfq_error *err)
{
    const struct search *const search = scan->search;
    while (scan->bits < MOST_BITS && ((size_t)1 << scan->bits) < 2 * search->n)
        scan->bits++;
    const size_t parts = (size_t)1 << scan->bits;
    scan->begin = memory_allocate(parts + 1, sizeof *scan->begin, err);
    scan->offset = memory_allocate(ROWS_AT_ONCE + 1, sizeof *scan->offset, err);
    scan->found = memory_allocate((size_t)scan->threads, sizeof *scan->found, err);
    if (!scan->begin || !scan->offset || !scan->found)
        return PFQ_NO_MEMORY;
    for (size_t i = 0; i < search->n; i++)
        scan->begin[(search->wanted[i].hash >> (64 - scan->bits)) + 1]++;
    for (size_t i = 0; i < parts; i++)
        scan->begin[i + 1] += scan->begin[i];
    return PFQ_OK;
}

static void end(struct scan *scan)
{
    for (int i = 0; scan->found && i < scan->threads; i++)
        free(scan->found[i].list);
    free(scan->found);
    free(scan->begin);
    free(scan->offset);
    buffer_release(&scan->text);
}

/* Reads the next names, as many as fit; at least one. */
static pfq_status load(struct scan *scan, pfq_error *err)
{
    struct store_reader *const reader = scan->search->reader;
    const int mate = scan->search->mate;
    const struct store_mate *const about = &reader->summary.mate[mate - 1];
    const uint64_t left = about->records - scan->first;
    scan->n = left < ROWS_AT_ONCE ? (size_t)left : ROWS_AT_ONCE;
    pfq_status status = reader_column(reader, mate, SCHEMA_NAME_OFFSET, scan->first, scan->n + 1,
                                      scan->offset, err);
    if (status)
        return status;
    for (size_t i = 0; i < scan->n; i++)
        if (scan->offset[i] > scan->offset[i + 1] || scan->offset[i + 1] > about->name_bytes)
            return reader_bad(reader, mate, SCHEMA_NAME_OFFSET, "has values that are no offsets",
                              err);
    while (scan->n > 1 && scan->offset[scan->n] - scan->offset[0] > NAME_BYTES_AT_ONCE)
        scan->n /= 2;
    const uint64_t bytes = scan->offset[scan->n] - scan->offset[0];
    status = buffer_reserve(&scan->text, bytes, 0, err);
    return status ? status
                  : reader_column(reader, mate, SCHEMA_NAME, scan->offset[0], bytes,
                                  scan->text.data, err);
}

static pfq_status look_at_name(const struct scan *scan, size_t i, struct find_pairs *found,
                               pfq_error *err)
{
    const struct search *const search = scan->search;
    const uint8_t *const name = scan->text.data + (scan->offset[i] - scan->offset[0]);
    const size_t size = (size_t)(scan->offset[i + 1] - scan->offset[i]);
    const uint64_t hash = fastq_name_hash(name, fastq_name_key(name, size));
    const size_t bits = (size_t)(hash >> (64 - scan->bits));
    pfq_status status = PFQ_OK;
    for (size_t k = scan->begin[bits]; k < scan->begin[bits + 1] && !status; k++)
        if (search->wanted[k].hash == hash &&
            find_agrees(search, search->wanted[k].row, name, size))
            status = find_add(found, scan->first + i, search->wanted[k].row, err);
    return status;
}

static pfq_status look(void *context, size_t i, int thread, pfq_error *err)
{
    const struct scan *const scan = context;
    const size_t end_row = (i + 1) * ROWS_PER_TURN < scan->n ? (i + 1) * ROWS_PER_TURN : scan->n;
    pfq_status status = PFQ_OK;
    for (size_t k = i * ROWS_PER_TURN; k < end_row && !status; k++)
        status = look_at_name(scan, k, &scan->found[thread], err);
    return status;
}

/* What the threads have found, in one list. */
static pfq_status join(struct scan *scan, pfq_error *err)
{
    pfq_status status = PFQ_OK;
    for (int t = 0; t < scan->threads; t++)
        for (size_t i = 0; i < scan->found[t].count && !status; i++)
            status = find_add(&scan->search->found, scan->found[t].list[i].hash,
                              scan->found[t].list[i].row, err);
    return status;
}

pfq_status find_by_scan(struct search *search, pfq_error *err)
{
    const int threads = search->reader->decoder.threads;
    const uint64_t records = search->reader->summary.mate[search->mate - 1].records;
    struct scan scan = {.search = search, .threads = threads > 1 ? threads : 1, .bits = 1};
    pfq_status status = begin(&scan, err);
    for (; scan.first < records && search->n && !status; scan.first += scan.n) {
        status = load(&scan, err);
        if (!status)
            status = threads_for(scan.threads, (scan.n + ROWS_PER_TURN - 1) / ROWS_PER_TURN, look,
                                 &scan, err);
    }
    if (!status)
        status = join(&scan, err);
    end(&scan);
    return status;
}
