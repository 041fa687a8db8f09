/*
 * Looking at the inputs before the first round: size, date, and the first bytes, which tell how a
 * file is compressed, or what it is when it is not FASTQ. Names do not count.
 */
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/index.h"
#include "team/team.h"

/* How a compressed file begins. */
static const struct {
    const char *bytes;
    size_t size;
    enum unpack_kind kind;
} packings[] = {
    {"\xfd"
     "7zXZ",
     6, UNPACK_XZ},
    {"\x28\xb5\x2f\xfd", 4, UNPACK_ZSTD},
    {"BZh", 3, UNPACK_BZIP2},
    {"\x1f\x8b", 2, UNPACK_GZIP},
};

/* What a file is by its first bytes, where that is not FASTQ. The longest beginnings come first. */
static const struct {
    const char *bytes;
    size_t size;
    const char *what;
} others[] = {
    {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file"},
    {"PK\x03\x04", 4, "a zip archive"},
    {"BAM\x01", 4, "a BAM file"},
    {"CRAM", 4, "a CRAM file"},
    {"\xef\xbb\xbf", 3, "text with a byte order mark"},
    {"\xff\xfe", 2, "UTF-16 text"},
    {"\xfe\xff", 2, "UTF-16 text"},
    {">", 1, "FASTA"},
};

static pfq_status sniff(struct input_file *file, const void *first, size_t size, pfq_error *err)
{
    const char *const bytes = first;
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
        if (size >= packings[i].size && memcmp(bytes, packings[i].bytes, packings[i].size) == 0) {
            file->packed = packings[i].kind;
            return PFQ_OK;
        }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (size >= others[i].size && memcmp(bytes, others[i].bytes, others[i].size) == 0)
            return error_set(err, PFQ_NOT_FASTQ, file->path, "not FASTQ: this is %s",
                             others[i].what);
    if (size && bytes[0] != '@' && memchr(bytes, '\0', size))
        return error_set(err, PFQ_NOT_FASTQ, file->path, "not FASTQ: binary data");
    return PFQ_OK;
}

static pfq_status cannot(const char *what, const struct input_file *file, pfq_error *err)
{
    const int why = errno;
    return error_set(err, error_status_of_errno(why), file->path, "cannot %s: %s", what,
                     strerror(why));
}

/* Opens what is at the path; of a pipe, waits for somebody to write. */
static pfq_status open_path(struct input_file *file, int *fd, struct stat *facts, pfq_error *err)
{
    if (strcmp(file->path, "-") == 0)
        *fd = STDIN_FILENO;
    else if (stat(file->path, facts) != 0)
        return cannot("open", file, err);
    else if (S_ISDIR(facts->st_mode))
        return error_set(err, PFQ_UNSUPPORTED, file->path, "a directory, not a file");
    else
        *fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, facts) != 0)
        return cannot("open", file, err);
    return PFQ_OK;
}

/* The first bytes of a pipe, which will not come a second time. */
static pfq_status read_first(struct input_file *file, int fd, pfq_error *err)
{
    while (file->first_bytes < sizeof file->first) {
        const ssize_t got =
            read(fd, file->first + file->first_bytes, sizeof file->first - file->first_bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot("read", file, err);
        if (got == 0)
            break;
        file->first_bytes += (size_t)got;
    }
    return PFQ_OK;
}

/* The standard input counts as a pipe even if it is a file: it may be open on rank 0 alone, and at
 * any place. */
static pfq_status look(struct input_file *file, pfq_error *err)
{
    struct stat facts;
    int fd = -1;
    pfq_status status = open_path(file, &fd, &facts, err);
    if (!status && (fd == STDIN_FILENO || !S_ISREG(facts.st_mode))) {
        file->piped = true;
        file->pipe = fd;
        status = read_first(file, fd, err);
        return status ? status : sniff(file, file->first, file->first_bytes, err);
    }
    char first[INPUT_FIRST_BYTES];
    const ssize_t got = status ? 0 : pread(fd, first, sizeof first, 0);
    if (got < 0)
        status = cannot("read", file, err);
    if (fd >= 0)
        close(fd);
    if (status)
        return status;
    file->bytes = (uint64_t)facts.st_size;
    file->modified = (int64_t)facts.st_mtim.tv_sec;
    file->nanoseconds = (int64_t)facts.st_mtim.tv_nsec;
    return sniff(file, first, (size_t)got, err);
}

/* A text needs no looking at the system; every rank has it. */
static pfq_status look_at_text(struct input_file *file, pfq_error *err)
{
    const size_t size = file->bytes < INPUT_FIRST_BYTES ? (size_t)file->bytes : INPUT_FIRST_BYTES;
    return sniff(file, file->text, size, err);
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
        file->pipe = -1;
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
        uint64_t facts[4] = {file->bytes, (uint64_t)file->modified, file->packed, file->piped};
        status = team_share(team, 0, facts, sizeof facts, err);
        if (status)
            return status;
        file->bytes = facts[0];
        file->modified = (int64_t)facts[1];
        file->packed = (enum unpack_kind)facts[2];
        file->piped = facts[3];
    }
    return PFQ_OK;
}

static size_t times_standard_input(const pfq_reads *reads)
{
    size_t times = 0;
    for (int mate = 0; mate < reads->mates; mate++)
        for (size_t i = 0; i < reads->lanes[mate] && reads->files[mate]; i++)
            times += strcmp(reads->files[mate][i], "-") == 0;
    return times;
}

pfq_status input_source_open(pfq_team *team, const pfq_reads *reads, struct input_source *sources,
                             pfq_error *err)
{
    pfq_error own = {0};
    for (int mate = 0; mate < reads->mates && !own.status; mate++)
        make_list(reads, mate, &sources[mate], &own);
    if (!own.status && times_standard_input(reads) > 1)
        error_set(&own, PFQ_USAGE, "-", "the standard input can be read only once");
    pfq_status status = team_conclude(team, &own, err);
    for (int mate = 0; mate < reads->mates && !status; mate++)
        status = look_together(team, &sources[mate], err);
    return status;
}

pfq_status input_source_plain(const struct input_source *source, pfq_error *err)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct input_file *const file = &source->files[i];
        if (file->piped)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "a pipe, which has no byte ranges to share");
        if (file->packed != UNPACK_NONE)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "compressed by %s: only plain text has byte ranges to share",
                             unpack_name(file->packed));
    }
    return PFQ_OK;
}

pfq_status input_source_indexable(const struct input_source *source, pfq_error *err)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct input_file *const file = &source->files[i];
        if (file->piped)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "a pipe, beside which no index can be written");
        if (file->text)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "a text in memory, beside which no index can be written");
        if (file->packed == UNPACK_NONE)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "not compressed: ranks read it anywhere without an index");
        if (file->packed != UNPACK_GZIP)
            return error_set(err, PFQ_UNSUPPORTED, file->path,
                             "compressed by %s: an index can be written of gzip files only",
                             unpack_name(file->packed));
    }
    return PFQ_OK;
}

uint64_t input_source_rest(const struct input_source *source, size_t index, uint64_t start)
{
    uint64_t rest = 0;
    for (size_t i = index; i < source->count; i++)
        rest += source->files[i].bytes;
    return rest - start;
}

pfq_status input_file_open(pfq_team *team, const struct input_file *file, struct team_file **out,
                           pfq_error *err)
{
    return file->text ? team_file_of_memory(file->text, file->bytes, file->path, out, err)
                      : team_file_open(team, file->path, TEAM_READ, out, err);
}

void input_source_release(struct input_source *source)
{
    for (size_t i = 0; i < source->count && source->files; i++)
        if (source->files[i].pipe > STDIN_FILENO)
            close(source->files[i].pipe);
    for (size_t i = 0; i < source->count && source->files; i++)
        index_writer_drop(source->files[i].index);
    free(source->files);
    *source = (struct input_source){0};
}
