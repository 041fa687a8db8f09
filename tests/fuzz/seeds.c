/*
 * Runs a fuzz target without libFuzzer: over every file of some directories, and over each of them
 * again after a few changes, by the mutator of the target where it has one, drawn from a generator
 * that always draws the same. Nothing is searched for; this keeps the targets and what they claim
 * true on every machine, with every compiler.
 *
 *     fuzz_chunk DIRECTORY ...
 */
#include <dirent.h>
#include <stdbool.h>

#include "fuzz/fuzz.h"

enum { CHANGED_COPIES = 400, ROOM = FUZZ_MAX_BYTES, NUMBERS = 24 };

static uint64_t state = 1; /* of the generator */

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
    run(seed);
    for (int k = 0; k < CHANGED_COPIES; k++) {
        changed = *seed;
        change(&changed);
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
    printf("%d seeds, %d inputs\n", seeds, seeds * (1 + CHANGED_COPIES));
    CHECK(seeds > 0);
    return 0;
}
