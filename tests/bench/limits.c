/*
 * What the machine can do at best: the same bytes moved by the same number of processes, with
 * nothing else done.
 *
 *     limits write OUT BYTES PROCESSES        pwrite from a reused buffer of 1 MiB, fsync
 *     limits copy  IN OUT PROCESSES           pread into it, pwrite from it, fsync
 *     limits read  IN PROCESSES               pread alone
 *     limits lines IN PROCESSES               pread, and a newline count by the scan kernel
 *     limits blocks IN.bgzf PROCESSES         libdeflate on mapped blocks, with their checksums
 *
 * Prints the wall time in seconds. Each process takes an equal stretch of the file. What is written
 * ends with an fsync, as `convert` does (which a memory file system has for nothing).
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gzip/bgzf.h"
#include "scan/scan.h"

enum { PIECE_BYTES = 1 << 20, BLOCK_BYTES = 1 << 16 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* What is done: a negative descriptor leaves its half out, no kernel the count. */
struct work {
    int in, out;
    off_t bytes;
    const struct scan_kernel *kernel;
    struct gzip_bgzf_row row; /* or these blocks are inflated */
    const uint8_t *mapped;
};

/* Moves bytes [begin, end). */
static void move(const struct work *work, off_t begin, off_t end)
{
    const int in = work->in, out = work->out;
    size_t lines = 0;
    char *buffer = malloc(PIECE_BYTES);
    if (!buffer)
        fail("malloc");
    memset(buffer, 'A', PIECE_BYTES);
    while (begin < end) {
        const size_t bytes = end - begin < PIECE_BYTES ? (size_t)(end - begin) : PIECE_BYTES;
        if (in >= 0 && pread(in, buffer, bytes, begin) != (ssize_t)bytes)
            fail("pread");
        if (work->kernel)
            lines += work->kernel->newlines((const uint8_t *)buffer, bytes);
        if (out >= 0 && pwrite(out, buffer, bytes, begin) != (ssize_t)bytes)
            fail("pwrite");
        begin += (off_t)bytes;
    }
    if (out >= 0 && fsync(out) != 0)
        fail("fsync");
    if (work->kernel && lines == 0)
        fail("no lines");
    free(buffer);
}

/* Inflates blocks [begin, end), each to the same place. */
static void inflate_blocks(const struct work *work, off_t begin, off_t end)
{
    struct libdeflate_decompressor *const inflater = libdeflate_alloc_decompressor();
    uint8_t *text = NULL;
    if (!inflater)
        fail("libdeflate");
    for (off_t i = begin; i < end; i++) {
        const struct gzip_bgzf_block *const block = &work->row.blocks[i];
        if (!text && !(text = malloc(BLOCK_BYTES)))
            fail("malloc");
        if (block->size > BLOCK_BYTES ||
            libdeflate_gzip_decompress(inflater, work->mapped + block->offset, block->bytes, text,
                                       block->size, NULL) != LIBDEFLATE_SUCCESS)
            fail("inflate");
    }
    free(text);
    libdeflate_free_decompressor(inflater);
}

/* Maps the file, and finds its blocks, which are then what is counted. */
static void map_blocks(struct work *work)
{
    const size_t bytes = (size_t)work->bytes;
    void *const mapped = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, work->in, 0);
    const struct gzip_input input = {{mapped, bytes}, 0, true};
    enum gzip_answer answer;
    uint64_t end;
    if (mapped == MAP_FAILED ||
        gzip_bgzf_walk(&input, 0, bytes, &work->row, &end, &answer, NULL) != PFQ_OK ||
        answer != GZIP_YES)
        fail("blocks");
    work->mapped = mapped;
    work->bytes = (off_t)work->row.count;
}

static void work_together(const struct work *work, int processes)
{
    const off_t bytes = work->bytes;
    for (int i = 0; i < processes; i++) {
        const pid_t child = fork();
        if (child < 0)
            fail("fork");
        if (child == 0) {
            const off_t begin = bytes / processes * i;
            const off_t end = i == processes - 1 ? bytes : bytes / processes * (i + 1);
            (work->mapped ? inflate_blocks : move)(work, begin, end);
            _exit(0);
        }
    }
    int status, bad = 0;
    while (wait(&status) > 0)
        bad |= status;
    if (bad)
        exit(1);
}

static int open_input(const char *path, off_t *bytes)
{
    struct stat facts;
    const int in = open(path, O_RDONLY);
    if (in < 0 || fstat(in, &facts) != 0)
        fail(path);
    *bytes = facts.st_size;
    return in;
}

static int open_output(const char *path)
{
    const int out = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0666);
    if (out < 0)
        fail(path);
    return out;
}

int main(int argc, char **argv)
{
    struct work work = {.in = -1, .out = -1};
    int processes = 0;
    if (argc == 5 && strcmp(argv[1], "write") == 0) {
        work.out = open_output(argv[2]);
        work.bytes = atoll(argv[3]);
        processes = atoi(argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "copy") == 0) {
        work.in = open_input(argv[2], &work.bytes);
        work.out = open_output(argv[3]);
        processes = atoi(argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "read") == 0) {
        work.in = open_input(argv[2], &work.bytes);
        processes = atoi(argv[3]);
    } else if (argc == 4 && strcmp(argv[1], "lines") == 0) {
        work.in = open_input(argv[2], &work.bytes);
        work.kernel = scan_kernel_choose();
        processes = atoi(argv[3]);
    } else if (argc == 4 && strcmp(argv[1], "blocks") == 0) {
        work.in = open_input(argv[2], &work.bytes);
        map_blocks(&work);
        processes = atoi(argv[3]);
    }
    if (processes < 1) {
        fprintf(stderr, "use: limits write OUT BYTES N | copy IN OUT N | read IN N | lines IN N | "
                        "blocks IN N\n");
        return 2;
    }
    const double began = seconds();
    work_together(&work, processes);
    printf("%.3f\n", seconds() - began);
    return 0;
}
