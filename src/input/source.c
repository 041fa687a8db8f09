/*
 * Looking at the inputs before the first round: size, date, and the first bytes, which tell what a
 * file is when it is not FASTQ.
 */
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "team/team.h"

enum { SNIFF_BYTES = 16 };

/* What a file is by its first bytes, where that is not FASTQ. The longest beginnings come first. */
static const struct {
    const char *bytes;
    size_t size;
    const char *what;
} others[] = {
    {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file"},
    {"\xfd"
     "7zXZ",
     5, "compressed by xz"},
    {"\x28\xb5\x2f\xfd", 4, "compressed by zstd"},
    {"PK\x03\x04", 4, "a zip archive"},
    {"BAM\x01", 4, "a BAM file"},
    {"CRAM", 4, "a CRAM file"},
    {"\xef\xbb\xbf", 3, "text with a byte order mark"},
    {"BZh", 3, "compressed by bzip2"},
    {"\x1f\x8b", 2, "compressed by gzip"},
    {"\xff\xfe", 2, "UTF-16 text"},
    {"\xfe\xff", 2, "UTF-16 text"},
    {">", 1, "FASTA"},
};

static pfq_status sniff(const char *path, const char *bytes, size_t size, pfq_error *err)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (size >= others[i].size && memcmp(bytes, others[i].bytes, others[i].size) == 0)
            return error_set(err, PFQ_NOT_FASTQ, path, "not plain FASTQ: this is %s",
                             others[i].what);
    if (size && bytes[0] != '@' && memchr(bytes, '\0', size))
        return error_set(err, PFQ_NOT_FASTQ, path, "not FASTQ: binary data");
    return PFQ_OK;
}

static pfq_status look(struct input_file *file, pfq_error *err)
{
    char first[SNIFF_BYTES];
    struct stat facts;
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &facts) != 0) {
        const int why = errno;
        if (fd >= 0)
            close(fd);
        return error_set(err, error_status_of_errno(why), file->path, "cannot open: %s",
                         strerror(why));
    }
    if (!S_ISREG(facts.st_mode)) {
        close(fd);
        return error_set(err, PFQ_UNSUPPORTED, file->path, "%s, not a file that ranks can share",
                         S_ISDIR(facts.st_mode) ? "a directory" : "a pipe or device");
    }
    const ssize_t got = pread(fd, first, sizeof first, 0);
    const int why = errno;
    close(fd);
    if (got < 0)
        return error_set(err, PFQ_IO, file->path, "cannot read: %s", strerror(why));
    file->bytes = (uint64_t)facts.st_size;
    file->modified = (int64_t)facts.st_mtime;
    return sniff(file->path, first, (size_t)got, err);
}

/* A text needs no looking at the system; every rank has it. */
static pfq_status look_at_text(struct input_file *file, pfq_error *err)
{
    const size_t size = file->bytes < SNIFF_BYTES ? (size_t)file->bytes : SNIFF_BYTES;
    return sniff(file->path, (const char *)file->text, size, err);
}

static pfq_status make_list(const pfq_reads *reads, int mate, struct input_source *source,
                            pfq_error *err)
{
    source->count = reads->lanes[mate];
    source->files = memory_allocate(source->count, sizeof *source->files, err);
    if (!source->files)
        return PFQ_NO_MEMORY;
    const pfq_text *const texts = reads->texts[mate];
    for (size_t i = 0; i < source->count; i++) {
        struct input_file *const file = &source->files[i];
        file->path = reads->files[mate] ? reads->files[mate][i] : "memory";
        if (!texts)
            continue;
        file->text = texts[i].data ? texts[i].data : (const void *)"";
        file->bytes = texts[i].bytes;
    }
    return PFQ_OK;
}

/* Rank 0 looks; everybody learns what it saw. */
static pfq_status look_together(pfq_team *team, struct input_source *source, pfq_error *err)
{
    pfq_error own = {0};
    for (size_t i = 0; i < source->count && !own.status && pfq_team_rank(team) == 0; i++)
        source->files[i].text ? look_at_text(&source->files[i], &own)
                              : look(&source->files[i], &own);
    pfq_status status = team_agree(team, 0, &own);
    if (status) {
        if (err)
            *err = own;
        return status;
    }
    for (size_t i = 0; i < source->count; i++) {
        struct input_file *file = &source->files[i];
        uint64_t facts[2] = {file->bytes, (uint64_t)file->modified};
        status = team_share(team, 0, facts, sizeof facts, err);
        if (status)
            return status;
        file->bytes = facts[0];
        file->modified = (int64_t)facts[1];
    }
    return PFQ_OK;
}

pfq_status input_source_open(pfq_team *team, const pfq_reads *reads, struct input_source *sources,
                             pfq_error *err)
{
    pfq_error own = {0};
    for (int mate = 0; mate < reads->mates && !own.status; mate++)
        make_list(reads, mate, &sources[mate], &own);
    pfq_status status = team_conclude(team, &own, err);
    for (int mate = 0; mate < reads->mates && !status; mate++)
        status = look_together(team, &sources[mate], err);
    return status;
}

uint64_t input_source_rest(const struct input_source *source, size_t index, uint64_t start)
{
    uint64_t rest = 0;
    for (size_t i = index; i < source->count; i++)
        rest += source->files[i].bytes;
    return rest - start;
}

void input_source_release(struct input_source *source)
{
    free(source->files);
    *source = (struct input_source){0};
}
