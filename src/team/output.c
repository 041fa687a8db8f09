/*
 * Outputs that appear complete or not at all.
 *
 * The data go to `DIRECTORY/.NAME.XXXXXX.part`, on the same file system as the final name, so that
 * giving it that name is one atomic step. Rank 0 does all of it; the others wait for the outcome.
 * What a killed run would leave behind is kept in a small registry, which a signal handler can
 * empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "team/operations.h"

struct team_output {
    pfq_team *team;
    bool force;
    char *path;               /* the final name */
    char temporary[PATH_MAX]; /* "" on rank 0: there is no file */
    bool kept;                /* it outlives a discarded output */
    int lock;                 /* on rank 0, a descriptor of the file that is kept; -1: none */
    int directory;            /* likewise of the directory, which may get another name meanwhile */
};

/* ---- the registry of unfinished files ---- */

/* The only mutable variable of the library: a signal handler has no argument through which it could
 * be told what to remove. An output that finds no free place is not removed by the handler, and
 * nothing else is lost. */
enum { UNFINISHED_MOST = 64 };
static _Atomic(const char *) unfinished[UNFINISHED_MOST];

/* Puts `to` where `from` is; NULL is a free place. */
static void registry_replace(const char *from, const char *to)
{
    for (size_t i = 0; i < UNFINISHED_MOST; i++) {
        const char *expected = from;
        if (atomic_compare_exchange_strong(&unfinished[i], &expected, to))
            return;
    }
}

void team_output_remove_unfinished(void)
{
    for (size_t i = 0; i < UNFINISHED_MOST; i++) {
        const char *const path = atomic_load(&unfinished[i]);
        if (path)
            (void)unlink(path);
    }
}

/* ---- names ---- */

/* The last part of a path; what lies before it is the directory, with its '/'. */
static const char *name_of(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The directory of a path as one can open it: "." for a bare name, "/" for "/name". */
static void directory_of(const char *path, char *directory, size_t size)
{
    const size_t prefix = (size_t)(name_of(path) - path);
    if (prefix == 0)
        snprintf(directory, size, ".");
    else
        snprintf(directory, size, "%.*s", prefix == 1 ? 1 : (int)prefix - 1, path);
}

/* Six letters that nobody can guess, so that nobody in a shared directory can have taken the name
 * before; where the system has no randomness, letters that are unlikely to be taken. O_EXCL sees to
 * it when they are. */
static void letters(unsigned attempt, char text[7])
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint64_t seed;
    if (getentropy(&seed, sizeof seed) != 0) {
        struct timespec now = {0};
        (void)clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)getpid() << 44;
        seed = (seed + attempt) * UINT64_C(0x9e3779b97f4a7c15); /* low bits spread to high ones */
    }
    for (size_t i = 0; i < 6; i++, seed /= 36)
        text[i] = alphabet[seed % 36];
    text[6] = '\0';
}

/* `DIRECTORY/.NAME.XXXXXX.part`; a NAME as long as names may be is cut to make room. false: too
 * long. */
static bool temporary_name(const char *path, unsigned attempt, char temporary[PATH_MAX])
{
    char random[7];
    letters(attempt, random);
    const char *const name = name_of(path);
    const int room = NAME_MAX - (int)strlen("..XXXXXX.part");
    const int length = snprintf(temporary, PATH_MAX, "%.*s.%.*s.%s.part", (int)(name - path), path,
                                room, name, random);
    return length < PATH_MAX;
}

/* ---- what rank 0 does ---- */

static pfq_status refuse_existing(const char *path, pfq_error *err)
{
    return error_set(err, PFQ_EXISTS, path, "exists; use --force to replace it");
}

/* Only a regular file may be replaced: renaming over /dev/null would take it from everybody. A link
 * that leads nowhere exists, too. */
static pfq_status check_target(const char *path, bool force, pfq_error *err)
{
    struct stat about;
    if (*name_of(path) == '\0')
        return error_set(err, PFQ_USAGE, path, "is not the name of a file");
    const bool there = stat(path, &about) == 0;
    if (there && S_ISDIR(about.st_mode))
        return error_set(err, PFQ_EXISTS, path, "is a directory");
    if (there && !S_ISREG(about.st_mode))
        return error_set(err, PFQ_EXISTS, path, "exists and is not a regular file");
    if (!force && lstat(path, &about) == 0)
        return refuse_existing(path, err);
    return PFQ_OK;
}

static pfq_status check_directory(const char *path, pfq_error *err)
{
    char directory[PATH_MAX];
    directory_of(path, directory, sizeof directory);
    struct stat about;
    if (stat(directory, &about) != 0) {
        if (errno == ENOENT)
            return error_set(err, PFQ_NOT_FOUND, path, "the directory %s does not exist",
                             directory);
        return error_set(err, error_status_of_errno(errno), path, "cannot use the directory %s: %s",
                         directory, strerror(errno));
    }
    if (!S_ISDIR(about.st_mode))
        return error_set(err, PFQ_NOT_FOUND, path, "%s is not a directory", directory);
    return PFQ_OK;
}

static pfq_status cannot_create(const char *path, int number, pfq_error *err)
{
    char directory[PATH_MAX];
    directory_of(path, directory, sizeof directory);
    if (number == EACCES || number == EPERM || number == EROFS)
        return error_set(err, PFQ_IO, path, "the directory %s is not writable: %s", directory,
                         strerror(number));
    return error_set(err, error_status_of_errno(number), path,
                     "cannot create a file in the directory %s: %s", directory, strerror(number));
}

static pfq_status make_temporary(pfq_team *team, const char *path, char temporary[PATH_MAX],
                                 pfq_error *err)
{
    int number = EEXIST;
    for (unsigned attempt = 0; attempt < 100 && number == EEXIST; attempt++) {
        if (!temporary_name(path, attempt, temporary)) {
            number = ENAMETOOLONG;
            break;
        }
        number = team->files->create(team, temporary);
        if (number == 0) {
            registry_replace(NULL, temporary);
            return PFQ_OK;
        }
    }
    temporary[0] = '\0';
    return cannot_create(path, number, err);
}

/* Best effort: where it cannot be held, it is found by its name. */
static void hold_directory(struct team_output *output)
{
    char directory[PATH_MAX];
    directory_of(output->path, directory, sizeof directory);
    output->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void remove_temporary(struct team_output *output)
{
    if (output->directory < 0 || unlinkat(output->directory, name_of(output->temporary), 0) != 0)
        (void)unlink(output->temporary);
    registry_replace(output->temporary, NULL);
}

static pfq_status begin_output(struct team_output *output, pfq_error *err)
{
    pfq_status status = check_target(output->path, output->force, err);
    if (status == PFQ_OK)
        status = check_directory(output->path, err);
    if (status == PFQ_OK)
        hold_directory(output);
    if (status == PFQ_OK)
        status = make_temporary(output->team, output->path, output->temporary, err);
    return status;
}

/* Holds the file that is kept as long as this run is at it. File systems that know no locks let
 * everybody have it. */
static pfq_status lock_file(struct team_output *output, pfq_error *err)
{
    output->lock = open(output->temporary, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (output->lock < 0)
        return error_set(err, error_status_of_errno(errno), output->temporary, "cannot open: %s",
                         strerror(errno));
    if (flock(output->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return error_set(err, PFQ_EXISTS, output->temporary, "another run is writing to it");
    return PFQ_OK;
}

static pfq_status take_up(struct team_output *output, const char *kept, pfq_error *err)
{
    pfq_status status = check_target(output->path, output->force, err);
    if (status == PFQ_OK && strlen(kept) >= sizeof output->temporary)
        status = error_set(err, PFQ_USAGE, output->path, "this name is too long");
    if (status != PFQ_OK)
        return status;
    snprintf(output->temporary, sizeof output->temporary, "%s", kept);
    output->kept = true;
    return lock_file(output, err);
}

/* Best effort: the file is complete under its name either way; after a power cut the name might be
 * lost. */
static void sync_directory(const char *path)
{
    char directory[PATH_MAX];
    directory_of(path, directory, sizeof directory);
    const int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    (void)close(descriptor);
}

static pfq_status rename_to_kept(struct team_output *output, const char *kept, pfq_error *err)
{
    if (strlen(kept) >= sizeof output->temporary || rename(output->temporary, kept) != 0)
        return error_set(err, error_status_of_errno(errno), output->path,
                         "cannot keep the unfinished file as %s: %s", kept, strerror(errno));
    registry_replace(output->temporary, NULL);
    sync_directory(kept);
    return PFQ_OK;
}

/* What ranks wrote they have synced themselves (team_file_sync); this is for what was written
 * since. EINVAL: the file system cannot sync. */
static pfq_status sync_file(const struct team_output *output, pfq_error *err)
{
    const int descriptor = open(output->temporary, O_RDONLY | O_CLOEXEC);
    int number = descriptor < 0 ? errno : 0;
    if (number == 0 && fsync(descriptor) != 0 && errno != EINVAL)
        number = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && number == 0 && errno != EINTR)
        number = errno;
    if (number == 0)
        return PFQ_OK;
    return error_set(err, error_status_of_errno(number), output->path, "cannot write to disk: %s",
                     strerror(number));
}

/* The final name, unless somebody else has it by now. Returns an errno value, or 0. File systems
 * that do not know RENAME_NOREPLACE know links, which never replace; those that know neither (FAT,
 * some object stores) get a look and a rename. */
static int rename_without_replacing(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != ENOSYS && errno != EINVAL)
        return errno;
    if (link(from, to) == 0) {
        (void)unlink(from);
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        return errno;
    struct stat about;
    if (lstat(to, &about) == 0)
        return EEXIST;
    return rename(from, to) == 0 ? 0 : errno;
}

static pfq_status name_output(struct team_output *output, pfq_error *err)
{
    pfq_status status = sync_file(output, err);
    if (status != PFQ_OK)
        return status;
    int number;
    if (output->force)
        number = rename(output->temporary, output->path) == 0 ? 0 : errno;
    else
        number = rename_without_replacing(output->temporary, output->path);
    if (number == EEXIST)
        return refuse_existing(output->path, err);
    if (number != 0)
        return error_set(err, error_status_of_errno(number), output->path,
                         "cannot give the finished file its name: %s", strerror(number));
    registry_replace(output->temporary, NULL);
    output->temporary[0] = '\0';
    sync_directory(output->path);
    return PFQ_OK;
}

/* ---- what all ranks do ---- */

/* May fail alone: no memory on this rank, or rank 0 cannot have the file. */
static struct team_output *prepare(pfq_team *team, const char *path, bool force, const char *kept,
                                   pfq_error *err)
{
    struct team_output *const output = memory_allocate(1, sizeof *output, err);
    if (!output)
        return NULL;
    output->team = team;
    output->force = force;
    output->lock = output->directory = -1;
    output->path = memory_string(path, err);
    if (output->path && pfq_team_rank(team) == 0)
        (void)(kept ? take_up(output, kept, err) : begin_output(output, err));
    return output;
}

pfq_status team_output_create(pfq_team *team, const char *path, bool force,
                              struct team_output **output, pfq_error *err)
{
    return team_output_take_up(team, path, force, NULL, output, err);
}

pfq_status team_output_take_up(pfq_team *team, const char *path, bool force, const char *kept,
                               struct team_output **output, pfq_error *err)
{
    *output = NULL;
    pfq_error own = {0};
    struct team_output *made = prepare(team, path, force, kept, &own);
    pfq_status status = team_agree(team, 0, &own);
    if (status == PFQ_OK) /* then every rank has made one */
        status = team_share(team, 0, made->temporary, sizeof made->temporary, &own);
    if (status == PFQ_OK) {
        made->kept = kept != NULL;
        *output = made;
        return PFQ_OK;
    }
    team_output_discard(made);
    if (err)
        *err = own;
    return status;
}

const char *team_output_path(const struct team_output *output)
{
    return output->temporary;
}

FILE *team_output_stream(const struct team_output *output, pfq_error *err)
{
    const int descriptor = open(output->temporary, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
    FILE *const stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (stream)
        return stream;
    error_set(err, error_status_of_errno(errno), output->path, "cannot write: %s", strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return NULL;
}

bool team_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

void team_output_name(const struct team_output *output, pfq_error *err)
{
    if (output && err && strcmp(err->file, output->temporary) == 0)
        snprintf(err->file, sizeof err->file, "%s", output->path);
}

pfq_status team_output_publish(struct team_output *output, pfq_error *err)
{
    pfq_team *const team = output->team;
    pfq_error own = {0};
    /* No rank may still be writing when rank 0 says that all is on disk. */
    if (team_wait(team, &own) == PFQ_OK && pfq_team_rank(team) == 0)
        (void)name_output(output, &own);
    const pfq_status status = team_agree(team, 0, &own);
    team_output_discard(output);
    if (status != PFQ_OK && err)
        *err = own;
    return status;
}

pfq_status team_output_keep(struct team_output *output, const char *kept, pfq_error *err)
{
    pfq_error own = {0};
    const bool moves = !output->kept;
    if (moves && pfq_team_rank(output->team) == 0)
        (void)rename_to_kept(output, kept, &own);
    const pfq_status status = team_conclude(output->team, &own, err);
    if (!status && moves)
        snprintf(output->temporary, sizeof output->temporary, "%s", kept);
    output->kept |= !status;
    return status;
}

void team_output_drop(struct team_output *output)
{
    if (output)
        output->kept = false;
}

void team_output_discard(struct team_output *output)
{
    if (!output)
        return;
    if (output->lock >= 0)
        (void)close(output->lock);
    if (pfq_team_rank(output->team) == 0 && output->temporary[0] != '\0' && !output->kept)
        remove_temporary(output);
    if (output->directory >= 0)
        (void)close(output->directory);
    free(output->path);
    free(output);
}
