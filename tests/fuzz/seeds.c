/*
 * Runs a fuzz target without libFuzzer: over every file of some directories, and over each of them
 * again after a few changes, by the mutator of the target where it has one, drawn from a generator
 * that always draws the same. Nothing is searched for; this keeps the targets and what they claim
 * true on every machine, with every compiler.
 *
 *     fuzz_chunk DIRECTORY ...
 */
#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#include <execinfo.h>
enum { TELLS_FAULTS = true }; /* whose fault it is when a library is in play */
#else
enum { TELLS_FAULTS = false };
#define backtrace(frames, most) 0
#endif

enum { CHANGED_COPIES = 400, FORKED_COPIES = 50, ROOM = FUZZ_MAX_BYTES, NUMBERS = 24 };

static uint64_t state = 1; /* of the generator */
static int inputs, failed_elsewhere;

static size_t draw(size_t limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(state >> 33) % limit;
}

struct seed {
    uint8_t bytes[ROOM];
    size_t size;
};

/* Puts a byte in, in the place of another or before it, or takes one out. */
static void change_byte(struct seed *seed)
{
    static const uint8_t telling[] = "@+\n\r A!~-\t\xff"; /* and NUL */
    const size_t at = draw(seed->size + 1);
    uint8_t *place = seed->bytes + at;
    const size_t behind = seed->size - at, what = draw(3);
    if (what == 0 && behind) {
        memmove(place, place + 1, behind - 1);
        seed->size--;
    } else if (what == 1 && seed->size < ROOM) {
        memmove(place + 1, place, behind);
        seed->size++;
        *place = telling[draw(sizeof telling)];
    } else if (behind) {
        *place = telling[draw(sizeof telling)];
    }
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    static struct seed seed;
    memcpy(seed.bytes, data, size);
    seed.size = size;
    change_byte(&seed);
    if (seed.size > max_size)
        return size;
    memcpy(data, seed.bytes, seed.size);
    return seed.size;
}

/* Of a target without one. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                                                     unsigned seed)
{
    (void)seed;
    return LLVMFuzzerMutate(data, size, max_size);
}

/* Changes a few bytes, sometimes takes an end off, and leaves random numbers behind the text. */
static void change(struct seed *seed)
{
    for (size_t i = draw(5); i > 0; i--)
        seed->size =
            LLVMFuzzerCustomMutator(seed->bytes, seed->size, ROOM, (unsigned)draw(1 << 30));
    if (draw(4) == 0)
        seed->size = draw(seed->size + 1);
    for (int i = 0; i < NUMBERS && seed->size < ROOM; i++)
        seed->bytes[seed->size++] = (uint8_t)draw(256);
}

static void run(const struct seed *seed)
{
    const struct span all = {seed->bytes, seed->size};
    uint8_t *copy = fuzz_copy(all, seed->size);
    LLVMFuzzerTestOneInput(copy, seed->size);
    free(copy);
}

/* ---- a library that is itself not proof against its input ---- */

enum { ELSEWHERE = 77, INPUT_SECONDS = 20 };

/* Part of the name of that library; a target that calls one has this. */
extern const char fuzz_library[] __attribute__((weak));

/* A fault is the library's where the function that faulted, or the one that called libc to, is in
 * it. The first frames are this one and that of the signal. */
static void judge_fault(int number)
{
    void *frames[32];
    const int count = backtrace(frames, 32);
    for (int i = 2; i < count; i++) {
        Dl_info about;
        if (!dladdr(frames[i], &about) || strstr(about.dli_fname, "libc.so"))
            continue;
        if (strstr(about.dli_fname, fuzz_library))
            _exit(ELSEWHERE);
        break;
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Runs an input in a process of its own. true: the library failed on it. */
static bool run_forked(const struct seed *seed)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};
    int status;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
            (void)signal(faults[i], judge_fault);
        alarm(INPUT_SECONDS);
        run(seed);
        _exit(0);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(status == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == ELSEWHERE));
    return status != 0;
}

/* Room is left for the numbers. */
static bool read_seed(const char *directory, const char *name, struct seed *seed)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    seed->size = fread(seed->bytes, 1, ROOM - NUMBERS, file);
    const bool good = !ferror(file); /* a directory can be opened, but not read */
    fclose(file);
    return good;
}

/* A seed, and changed copies of it. */
static void run_changed(const struct seed *seed)
{
    static struct seed changed;
    const bool forks = fuzz_library;
    const int copies = !forks ? CHANGED_COPIES : TELLS_FAULTS ? FORKED_COPIES : 0;
    run(seed);
    inputs += 1 + copies;
    for (int k = 0; k < copies; k++) {
        changed = *seed;
        change(&changed);
        if (forks)
            failed_elsewhere += run_forked(&changed);
        else
            run(&changed);
    }
}

/* Returns how many seeds a directory had. */
static int run_directory(const char *directory)
{
    static struct seed seed;
    struct dirent **names;
    const int count = scandir(directory, &names, NULL, alphasort);
    CHECK(count > 0);
    int seeds = 0;
    for (int i = 0; i < count; i++) {
        if (read_seed(directory, names[i]->d_name, &seed)) {
            seeds++;
            run_changed(&seed);
        }
        free(names[i]);
    }
    free(names);
    return seeds;
}

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    int seeds = 0;
    for (int i = 1; i < argc; i++)
        seeds += run_directory(argv[i]);
    printf("%d seeds, %d inputs\n", seeds, inputs);
    if (fuzz_library)
        printf("%s failed on %d of them\n", fuzz_library, failed_elsewhere);
    CHECK(seeds > 0);
    return 0;
}
