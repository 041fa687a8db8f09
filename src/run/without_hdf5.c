/*
 * What a build without HDF5 answers to whoever asks for it. The functions are there in every build,
 * so that a program links against any of them, and hears at run time which one it has met. All
 * ranks are of one build, so they agree without a word.
 */
#include "base/error.h"
#include "parfastq/run.h"
#include "run/stats.h"
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

pfq_status stats_count_store(pfq_team *team, const char *input, const pfq_stats_config *config,
                             bool all, struct stats_counted *counted, pfq_error *err)
{
    (void)team, (void)input, (void)config, (void)all, (void)counted;
    return refuse("read an HDF5 file", err);
}

pfq_status validate_is_file(pfq_team *team, const pfq_reads *reads, bool *is, pfq_error *err)
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
