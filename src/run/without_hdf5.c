/*
 * What a build without HDF5 answers to whoever asks for it. The functions are there in every build,
 * so that a program links against any of them, and hears at run time which one it has met. All
 * ranks are of one build, so they agree without a word.
 */
#include "base/error.h"
#include "parfastq/run.h"
#include "parfastq/store.h"
#include "run/stats.h"
#include "run/store_input.h"
#include "run/validate_file.h"

static pfq_status refuse(const char *what, pfq_error *err)
{
    return error_set(err, PFQ_UNSUPPORTED, NULL,
                     "this build of parfastq has no HDF5 (PFQ_HDF5=OFF), so it cannot %s", what);
}

pfq_status pfq_convert(pfq_team *team, const pfq_reads *reads, const char *output,
                       const pfq_convert_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)reads, (void)output, (void)config, (void)counts;
    return refuse("convert", err);
}

pfq_status pfq_export(pfq_team *team, const char *input, const char *output,
                      const pfq_export_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)input, (void)output, (void)config, (void)counts;
    return refuse("export", err);
}

pfq_status pfq_info(pfq_team *team, const char *input, FILE *out, pfq_error *err)
{
    (void)team, (void)input, (void)out;
    return refuse("show an HDF5 file", err);
}

pfq_status pfq_get(pfq_team *team, const char *input, const char *output, FILE *out,
                   const pfq_get_config *config, pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)input, (void)output, (void)out, (void)config, (void)counts;
    return refuse("get reads of an HDF5 file", err);
}

/* No store is ever opened, so nobody has one to ask. */

pfq_status pfq_store_open(const char *path, const pfq_store_config *config, pfq_store **store,
                          pfq_error *err)
{
    (void)path, (void)config;
    *store = NULL;
    return refuse("open an HDF5 file", err);
}

void pfq_store_close(pfq_store *store)
{
    (void)store;
}

const pfq_store_facts *pfq_store_about(const pfq_store *store)
{
    static const pfq_store_facts nothing;
    (void)store;
    return &nothing;
}

pfq_status pfq_store_read_rows(pfq_store *store, int mate, uint64_t begin, uint64_t end,
                               pfq_batch *batch, pfq_error *err)
{
    (void)store, (void)mate, (void)begin, (void)end, (void)batch;
    return refuse("read rows", err);
}

pfq_status pfq_store_read_list(pfq_store *store, int mate, const uint64_t *rows, size_t n,
                               pfq_batch *batch, pfq_error *err)
{
    (void)store, (void)mate, (void)rows, (void)n, (void)batch;
    return refuse("read rows", err);
}

pfq_status pfq_store_next(pfq_store *store, const pfq_chunk **chunk, pfq_error *err)
{
    (void)store, (void)chunk;
    return refuse("read rows", err);
}

void pfq_store_rewind(pfq_store *store)
{
    (void)store;
}

pfq_status pfq_store_find(pfq_store *store, int mate, const char *const *names, size_t n,
                          pfq_matches *matches, pfq_error *err)
{
    (void)store, (void)mate, (void)names, (void)n, (void)matches;
    return refuse("find names", err);
}

void pfq_batch_release(pfq_batch *batch)
{
    (void)batch;
}

void pfq_matches_release(pfq_matches *matches)
{
    (void)matches;
}

pfq_status store_input(pfq_team *team, const pfq_reads *reads, bool *is, pfq_error *err)
{
    (void)team, (void)reads, (void)err;
    *is = false;
    return PFQ_OK;
}

pfq_status validate_file(pfq_team *team, const char *path, const pfq_parser_config *config,
                         pfq_counts *counts, pfq_error *err)
{
    (void)team, (void)path, (void)config, (void)counts;
    return refuse("validate an HDF5 file", err);
}

pfq_status stats_count_store(pfq_team *team, const char *input, const pfq_stats_config *config,
                             bool all, struct stats_counted *counted, pfq_error *err)
{
    (void)team, (void)input, (void)config, (void)all, (void)counted;
    return refuse("read an HDF5 file", err);
}
