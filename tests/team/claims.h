/*
 * What is true of every team, of one rank or of many, with MPI or without: run by test_alone.c and
 * by test_team.c. Every expectation is computed from rank and size.
 */
#ifndef TEST_TEAM_CLAIMS_H
#define TEST_TEAM_CLAIMS_H

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "team/operations.h"
#include "team/team.h"

enum { MOST_RANKS = 16 };

/* A directory that rank 0 has made and all ranks know. */
static char directory[PATH_MAX];

static const char *in_directory(const char *name)
{
    static char paths[4][PATH_MAX + 300];
    static unsigned turn;
    char *const path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void make_directory(pfq_team *team)
{
    const char *const parent = getenv("TMPDIR");
    if (team->rank == 0) {
        snprintf(directory, sizeof directory, "%s/test_team_XXXXXX", parent ? parent : "/tmp");
        CHECK(mkdtemp(directory) != NULL);
    }
    CHECK_EQUAL(team_share(team, 0, directory, sizeof directory, NULL), PFQ_OK);
}

/* Fails if a test has left anything behind. */
static void remove_directory(pfq_team *team)
{
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (team->rank == 0)
        CHECK_EQUAL(rmdir(directory), 0);
}

static int entries_in_directory(void)
{
    int n = 0;
    DIR *const listing = opendir(directory);
    CHECK(listing != NULL);
    while (readdir(listing))
        n++;
    closedir(listing);
    return n - 2; /* without "." and ".." */
}

/* ---- words ---- */

/* Sums, minima and maxima are over all ranks, for any number of values, in one piece or many. */
static void reductions_are_over_all_ranks(pfq_team *team)
{
    const size_t numbers[] = {0, 1, 2, 7};
    const uint64_t ranks = (uint64_t)team->size, rank = (uint64_t)team->rank;
    for (size_t k = 0; k < 4; k++) {
        const size_t n = numbers[k];
        uint64_t sum[7], low[7], high[7];
        for (size_t i = 0; i < n; i++)
            sum[i] = low[i] = high[i] = (rank + 1) << (8 * i);
        CHECK_EQUAL(team_sum(team, sum, n, NULL), PFQ_OK);
        CHECK_EQUAL(team_min(team, low, n, NULL), PFQ_OK);
        CHECK_EQUAL(team_max(team, high, n, NULL), PFQ_OK);
        for (size_t i = 0; i < n; i++) {
            CHECK_EQUAL(sum[i], (ranks * (ranks + 1) / 2) << (8 * i));
            CHECK_EQUAL(low[i], (uint64_t)1 << (8 * i));
            CHECK_EQUAL(high[i], ranks << (8 * i));
        }
    }
}

/* Words have no sign: the largest, which stands for "nothing here", is not the smallest. */
static void words_have_no_sign(pfq_team *team)
{
    const bool first = team->rank == 0;
    uint64_t low = first ? 1 : UINT64_MAX, high = first ? UINT64_MAX : 1;
    uint64_t before = first ? UINT64_MAX - 1 : 1;
    CHECK_EQUAL(team_min(team, &low, 1, NULL), PFQ_OK);
    CHECK_EQUAL(team_max(team, &high, 1, NULL), PFQ_OK);
    CHECK_EQUAL(team_max_before(team, &before, 1, NULL), PFQ_OK);
    CHECK(low == 1 && high == UINT64_MAX);
    CHECK(before == (first ? 0 : UINT64_MAX - 1));
}

/* What comes before a rank is the sum, or the largest, of the ranks before it, and 0 on rank 0. */
static void scans_are_over_the_ranks_before(pfq_team *team)
{
    uint64_t sum[3], high[3], want_sum = 0, want_high = 0;
    for (uint64_t r = 0; r <= (uint64_t)team->rank; r++) {
        const uint64_t value = (r * 5 + 3) % 7; /* not monotone */
        for (size_t i = 0; i < 3; i++)
            sum[i] = high[i] = value;
        if (r < (uint64_t)team->rank) {
            want_sum += value;
            want_high = value > want_high ? value : want_high;
        }
    }
    CHECK_EQUAL(team_sum_before(team, sum, 3, NULL), PFQ_OK);
    CHECK_EQUAL(team_max_before(team, high, 3, NULL), PFQ_OK);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQUAL(sum[i], want_sum);
        CHECK_EQUAL(high[i], want_high);
    }
}

/* Everybody holds the bytes of the root, whoever that is and however many they are. */
static void bytes_of_any_root_are_shared(pfq_team *team)
{
    const size_t sizes[] = {0, 1, 63, 64, 65, 1000};
    for (int root = 0; root < team->size; root++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            uint8_t data[1001];
            memset(data, 0xee, sizeof data);
            for (size_t i = 0; i < sizes[k] && root == team->rank; i++)
                data[i] = (uint8_t)(i * 7 + (size_t)root);
            CHECK_EQUAL(team_share(team, root, data, sizes[k], NULL), PFQ_OK);
            for (size_t i = 0; i < sizes[k]; i++)
                CHECK_EQUAL(data[i], (uint8_t)(i * 7 + (size_t)root));
            CHECK_EQUAL(data[sizes[k]], 0xee);
        }
}

/* What is gathered lies in rank order on rank 0, or on all ranks, and scattering it gives each rank
 * its own back. */
static void gather_and_scatter_are_inverse(pfq_team *team)
{
    for (size_t words = 0; words < 4; words++) {
        uint64_t mine[3] = {0}, back[3] = {0}, all[MOST_RANKS * 3] = {0};
        for (size_t i = 0; i < words; i++)
            mine[i] = (uint64_t)team->rank * 100 + i;
        CHECK_EQUAL(team_gather(team, mine, words, all, NULL), PFQ_OK);
        for (size_t i = 0; i < (size_t)team->size * words && team->rank == 0; i++)
            CHECK_EQUAL(all[i], i / words * 100 + i % words);
        memset(all, 0, sizeof all);
        CHECK_EQUAL(team_gather_all(team, mine, words, all, NULL), PFQ_OK);
        for (size_t i = 0; i < (size_t)team->size * words; i++)
            CHECK_EQUAL(all[i], i / words * 100 + i % words);
        CHECK_EQUAL(team_scatter(team, all, words, back, NULL), PFQ_OK);
        for (size_t i = 0; i < words; i++)
            CHECK_EQUAL(back[i], mine[i]);
    }
}

/* ---- exchange ---- */

static uint64_t items_for(int from, int to, uint64_t factor)
{
    return (uint64_t)(from * 7 + to * 3) % 5 * factor;
}

/* Byte b of the i-th item from one rank to another. */
static uint8_t item_byte(int from, int to, uint64_t i, size_t b)
{
    return (uint8_t)((uint64_t)(from * 31 + to * 17) + i * 13 + b);
}

static void exchange_once(pfq_team *team, uint64_t factor, size_t item_bytes, uint8_t **received,
                          size_t *capacity)
{
    uint64_t counts[MOST_RANKS];
    static uint8_t send[MOST_RANKS * 5 * 50 * 24];
    uint8_t *next = send;
    for (int to = 0; to < team->size; to++) {
        counts[to] = items_for(team->rank, to, factor);
        for (uint64_t i = 0; i < counts[to]; i++)
            for (size_t b = 0; b < item_bytes; b++)
                *next++ = item_byte(team->rank, to, i, b);
    }
    size_t count = 99;
    CHECK_EQUAL(team_exchange(team, send, counts, item_bytes, received, capacity, &count, NULL),
                PFQ_OK);
    const uint8_t *came = *received;
    size_t want = 0;
    for (int from = 0; from < team->size; from++) {
        const uint64_t n = items_for(from, team->rank, factor);
        want += n;
        for (uint64_t i = 0; i < n; i++)
            for (size_t b = 0; b < item_bytes; b++)
                CHECK_EQUAL(*came++, item_byte(from, team->rank, i, b));
    }
    CHECK_EQUAL(count, want);
    CHECK(*capacity >= count);
}

/* Items arrive whole, in the order of their senders, for uneven counts and for none. */
static void exchanged_items_arrive_in_order(pfq_team *team)
{
    const size_t item_bytes[] = {1, 8, 24};
    const uint64_t factors[] = {0, 1, 50, 2};
    for (size_t k = 0; k < 3; k++) {
        uint8_t *received = NULL;
        size_t capacity = 0;
        for (size_t f = 0; f < 4; f++)
            exchange_once(team, factors[f], item_bytes[k], &received, &capacity);
        free(received);
    }
}

/* More items than can be counted are refused by all ranks before a byte moves, and the team lives.
 */
static void too_many_items_are_refused_by_all(pfq_team *team)
{
    uint64_t counts[MOST_RANKS] = {0};
    if (team->rank == team->size - 1)
        counts[0] = UINT64_MAX;
    uint8_t *received = NULL;
    size_t capacity = 0, count = 0;
    pfq_error err = {0};
    const pfq_status status =
        team_exchange(team, NULL, counts, 8, &received, &capacity, &count, &err);
    /* A team of one has no limit but memory. */
    const pfq_status want =
        team->operations->exchange_limit == INT_MAX ? PFQ_MPI_FAILED : PFQ_NO_MEMORY;
    CHECK_EQUAL(status, want);
    CHECK_EQUAL(err.status, want);
    CHECK(received == NULL);
    uint8_t *again = NULL;
    exchange_once(team, 1, 8, &again, &capacity);
    free(again);
}

/* A message of many pieces reaches rank 0 whole; no message goes from rank 0 to itself. */
static void messages_reach_rank_0(pfq_team *team)
{
    static uint8_t data[MOST_RANKS * 333];
    const size_t bytes = (size_t)team->rank * 333;
    if (team->rank > 0) {
        memset(data, team->rank, bytes);
        CHECK_EQUAL(team_send(team, 0, data, bytes, NULL), PFQ_OK);
        return;
    }
    for (int from = 1; from < team->size; from++) {
        CHECK_EQUAL(team_receive(team, from, data, (size_t)from * 333, NULL), PFQ_OK);
        for (size_t i = 0; i < (size_t)from * 333; i++)
            CHECK_EQUAL(data[i], from);
    }
    CHECK_EQUAL(team_send(team, 0, data, 1, NULL), PFQ_MPI_FAILED);
    CHECK_EQUAL(team_receive(team, 0, data, 1, NULL), PFQ_MPI_FAILED);
    CHECK_EQUAL(team_receive(team, team->size, data, 1, NULL), PFQ_MPI_FAILED);
}

/* ---- agreement ---- */

static void fail(const pfq_team *team, pfq_error *err)
{
    memset(err, 0, sizeof *err);
    err->status = PFQ_BAD_BASE;
    err->record = (uint64_t)team->rank + 1;
    snprintf(err->message, sizeof err->message, "rank %d has failed", team->rank);
}

static void check_agreed(pfq_team *team, uint64_t order, pfq_error *err, int loser)
{
    char sentence[64];
    snprintf(sentence, sizeof sentence, "rank %d has failed", loser);
    CHECK_EQUAL(team_agree(team, order, err), PFQ_BAD_BASE);
    CHECK_EQUAL(err->status, PFQ_BAD_BASE);
    CHECK_EQUAL(err->rank, loser);
    CHECK_EQUAL(err->record, loser + 1);
    CHECK_TEXT(err->message, sentence);
}

/* Where nobody failed, nobody's error is touched. */
static void without_failure_all_go_on(pfq_team *team)
{
    pfq_error err = {.record = 77};
    CHECK_EQUAL(team_agree(team, 0, &err), PFQ_OK);
    CHECK_EQUAL(err.record, 77);
}

/* The error of the one rank that failed becomes everybody's, even one that claims no place. */
static void one_failure_is_everybodys(pfq_team *team)
{
    for (int loser = 0; loser < team->size; loser++) {
        pfq_error err = {0};
        if (team->rank == loser)
            fail(team, &err);
        check_agreed(team, UINT64_MAX, &err, loser);
    }
}

/* Of many errors the one with the smallest order wins; among equals, that of the lowest rank. */
static void the_smallest_order_wins(pfq_team *team)
{
    pfq_error err;
    fail(team, &err);
    check_agreed(team, (uint64_t)(team->size - team->rank), &err, team->size - 1);
    fail(team, &err);
    check_agreed(team, 5, &err, 0);

    /* Rank 0 did not fail; its order does not count. */
    memset(&err, 0, sizeof err);
    if (team->rank > 0)
        fail(team, &err);
    if (team->size > 1)
        check_agreed(team, (uint64_t)(team->rank == 0 ? 0 : 9), &err, 1);
}

/* All ranks of this test share one machine, and together they have at least one CPU. */
static void ranks_know_their_machine(pfq_team *team)
{
    int ranks = 0, cpus = 0;
    cpu_set_t own;
    CHECK_EQUAL(sched_getaffinity(0, sizeof own, &own), 0);
    CHECK_EQUAL(team_machine(team, &ranks, &cpus, NULL), PFQ_OK);
    CHECK_EQUAL(ranks, team->size);
    CHECK(cpus >= CPU_COUNT(&own));
    CHECK(cpus <= sysconf(_SC_NPROCESSORS_CONF));
}

/* Ranks with the same CPUs are neighbours and are numbered in the order of ranks. */
static void ranks_with_the_same_cpus_are_neighbours(pfq_team *team)
{
    int rank = -1, ranks = -1;
    CHECK_EQUAL(team_neighbours(team, &rank, &ranks, NULL), PFQ_OK);
    CHECK_EQUAL(rank, team->rank);
    CHECK_EQUAL(ranks, team->size);
}

/* A rank with other CPUs is nobody's neighbour, and the others are numbered without it. */
static void a_rank_with_other_cpus_is_no_neighbour(pfq_team *team)
{
    cpu_set_t own, one;
    int rank = -1, ranks = -1;
    CHECK_EQUAL(sched_getaffinity(0, sizeof own, &own), 0);
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
        if (CPU_ISSET(cpu, &own))
            CPU_SET(cpu, &one);
    if (CPU_COUNT(&own) < 2)
        return; /* there are no other CPUs; all ranks find the same here */
    if (team->rank == 0)
        CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    CHECK_EQUAL(team_neighbours(team, &rank, &ranks, NULL), PFQ_OK);
    CHECK_EQUAL(rank, team->rank ? team->rank - 1 : 0);
    CHECK_EQUAL(ranks, team->rank ? team->size - 1 : 1);
    CHECK_EQUAL(sched_setaffinity(0, sizeof own, &own), 0);
}

/* ---- files ---- */

enum { FILE_BYTES = 10000 };

static uint8_t file_byte(uint64_t offset)
{
    return (uint8_t)(offset * 37 + offset / 251);
}

/* Each rank writes its own range; together they are the file. */
static void write_ranges(pfq_team *team, const char *path)
{
    if (team->rank == 0)
        CHECK(close(open(path, O_CREAT | O_EXCL | O_WRONLY, 0666)) == 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    static uint8_t data[FILE_BYTES];
    const uint64_t ranks = (uint64_t)team->size, rank = (uint64_t)team->rank;
    const uint64_t begin = FILE_BYTES * rank / ranks, end = FILE_BYTES * (rank + 1) / ranks;
    for (uint64_t i = begin; i < end; i++)
        data[i - begin] = file_byte(i);
    struct team_file *file;
    CHECK_EQUAL(team_file_open(team, path, TEAM_WRITE, &file, NULL), PFQ_OK);
    CHECK_EQUAL(team_file_write(file, begin, data, (size_t)(end - begin), NULL), PFQ_OK);
    CHECK_EQUAL(team_file_close(file, NULL), PFQ_OK);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

static void check_bytes(const uint8_t *data, uint64_t offset, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        CHECK_EQUAL(data[i], file_byte(offset + i));
    CHECK_EQUAL(data[bytes], 0xee);
}

/* A range holds what was written there, and nothing behind it is touched. */
static void ranges_are_read_exactly(struct team_file *file)
{
    const struct {
        uint64_t offset;
        size_t bytes;
    } ranges[] = {{0, 0},    {0, 1},          {0, FILE_BYTES},    {1, 64},
                  {99, 129}, {FILE_BYTES, 0}, {FILE_BYTES - 1, 1}};
    static uint8_t data[FILE_BYTES + 1];
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        memset(data, 0xee, sizeof data);
        CHECK_EQUAL(team_file_read(file, ranges[k].offset, data, ranges[k].bytes, NULL), PFQ_OK);
        check_bytes(data, ranges[k].offset, ranges[k].bytes);
    }
}

/* A range that the file does not hold is an error that says how much of it is there. */
static void short_reads_are_errors(struct team_file *file, const char *path)
{
    static const char sentence[] = "short read: 100 of 400 bytes at offset 9900: "
                                   "the file shrank while it was being read";
    uint8_t data[400];
    pfq_error err = {0};
    CHECK_EQUAL(team_file_read(file, FILE_BYTES - 100, data, 400, &err), PFQ_IO);
    CHECK_TEXT(err.message, sentence);
    CHECK_TEXT(err.file, path);
}

/* What ranks write is what ranks read, in calls of any size. */
static void files_hold_what_was_written(pfq_team *team)
{
    const size_t calls[] = {TEAM_CALL_BYTES, 64, 1000};
    for (size_t k = 0; k < 3; k++) {
        const char *const path = in_directory("ranges");
        team->call_bytes = calls[k];
        write_ranges(team, path);
        struct team_file *file;
        CHECK_EQUAL(team_file_open(team, path, TEAM_READ, &file, NULL), PFQ_OK);
        ranges_are_read_exactly(file);
        short_reads_are_errors(file, path);
        CHECK_EQUAL(team_file_close(file, NULL), PFQ_OK);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
        if (team->rank == 0)
            CHECK_EQUAL(unlink(path), 0);
        team->call_bytes = TEAM_CALL_BYTES;
    }
    CHECK_EQUAL(team_file_close(NULL, NULL), PFQ_OK);
}

static void check_refused(pfq_team *team, const char *path, enum team_file_mode mode,
                          pfq_status status, const char *sentence)
{
    pfq_error err = {0};
    struct team_file *file;
    CHECK_EQUAL(team_file_open(team, path, mode, &file, &err), status);
    CHECK_TEXT(err.message, sentence);
    CHECK_TEXT(err.file, path);
    CHECK(file == NULL);
}

/* What cannot be opened is refused in the words of the operating system. */
static void unusable_files_are_refused(pfq_team *team)
{
    static const char missing[] = "cannot open: No such file or directory";
    check_refused(team, in_directory("missing"), TEAM_READ, PFQ_NOT_FOUND, missing);
    check_refused(team, in_directory("missing"), TEAM_WRITE, PFQ_NOT_FOUND, missing);
    check_refused(team, directory, TEAM_READ, PFQ_USAGE, "is a directory");
    const char *const pipe_path = in_directory("pipe");
    if (team->rank == 0)
        CHECK_EQUAL(mkfifo(pipe_path, 0666), 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    check_refused(team, pipe_path, TEAM_READ, PFQ_UNSUPPORTED,
                  "is a pipe, and parallel access needs a file; write it to a file first");
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (team->rank == 0)
        CHECK_EQUAL(unlink(pipe_path), 0);
}

/* A write the system refuses is an error with the reason; here the limit of a file's size. */
static void failed_writes_are_errors(pfq_team *team)
{
    char name[32];
    snprintf(name, sizeof name, "limited.%d", team->rank);
    const char *const path = in_directory(name);
    CHECK(close(open(path, O_CREAT | O_EXCL | O_WRONLY, 0666)) == 0);
    struct team_file *file;
    CHECK_EQUAL(team_file_open(team, path, TEAM_WRITE, &file, NULL), PFQ_OK);

    struct rlimit before, tight;
    CHECK_EQUAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_EQUAL(setrlimit(RLIMIT_FSIZE, &tight), 0);
    static const uint8_t data[FILE_BYTES];
    pfq_error err = {0};
    CHECK_EQUAL(team_file_write(file, 0, data, FILE_BYTES, &err), PFQ_IO);
    CHECK_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
    CHECK(strstr(err.message, "cannot write") != NULL);
    CHECK(strstr(err.message, "File too large") != NULL);
    CHECK_TEXT(err.file, path);
    CHECK_EQUAL(team_file_close(file, NULL), PFQ_OK);
    CHECK_EQUAL(unlink(path), 0);
}

/* ---- outputs ---- */

static void write_text(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_EQUAL(fclose(file), 0);
}

static void check_text_of(const char *path, const char *want)
{
    char text[64] = "";
    FILE *const file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fgets(text, sizeof text, file) != NULL);
    fclose(file);
    CHECK_TEXT(text, want);
}

static struct team_output *create(pfq_team *team, const char *path, bool force)
{
    struct team_output *output;
    CHECK_EQUAL(team_output_create(team, path, force, &output, NULL), PFQ_OK);
    CHECK_EQUAL(access(team_output_path(output), F_OK), 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    return output;
}

static void remove_on_root(pfq_team *team, const char *path)
{
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (team->rank == 0) {
        CHECK_EQUAL(unlink(path), 0);
        CHECK_EQUAL(entries_in_directory(), 0);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

/* An output has its name when it is published and not before, with the permissions of any new file.
 */
static void outputs_appear_when_published(pfq_team *team, const char *name)
{
    const char *const path = in_directory(name);
    const mode_t mask = umask(027);
    struct team_output *const output = create(team, path, false);
    CHECK(access(path, F_OK) != 0);
    if (team->rank == 0)
        write_text(team_output_path(output), "first");
    CHECK_EQUAL(team_output_publish(output, NULL), PFQ_OK);
    umask(mask);
    check_text_of(path, "first");
    struct stat about;
    CHECK_EQUAL(stat(path, &about), 0);
    CHECK_EQUAL(about.st_mode & 0777, 0640);
    remove_on_root(team, path);
}

/* A name that was used is not used again, and nobody writes through a link that has taken the place
 * of an unfinished file. */
static void outputs_follow_no_links(pfq_team *team)
{
    const char *const path = in_directory("linked.h5");
    char first[4096], other[4096];
    struct team_output *output = create(team, path, false);
    snprintf(first, sizeof first, "%s", team_output_path(output));
    team_output_discard(output);
    output = create(team, path, false);
    CHECK(strcmp(first, team_output_path(output)) != 0);
    snprintf(other, sizeof other, "%s", in_directory("other"));
    if (team->rank == 0) {
        write_text(other, "another's");
        CHECK_EQUAL(unlink(team_output_path(output)), 0);
        CHECK_EQUAL(symlink(other, team_output_path(output)), 0);
        pfq_error err = {0};
        CHECK(!team_output_stream(output, &err));
        CHECK_EQUAL(err.status, PFQ_IO);
        CHECK_TEXT(err.file, path);
    }
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    struct team_file *file = NULL;
    CHECK_EQUAL(team_file_open(team, team_output_path(output), TEAM_WRITE, &file, NULL), PFQ_IO);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    team_output_discard(output);
    check_text_of(other, "another's");
    remove_on_root(team, other);
}

/* Without force an output that exists is refused and kept; with force it is replaced at the end. */
static void existing_outputs_need_force(pfq_team *team)
{
    const char *const path = in_directory("existing.h5");
    if (team->rank == 0)
        write_text(path, "old");
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    pfq_error err = {0};
    struct team_output *output;
    CHECK_EQUAL(team_output_create(team, path, false, &output, &err), PFQ_EXISTS);
    CHECK(output == NULL);
    CHECK_TEXT(err.message, "exists; use --force to replace it");
    CHECK_TEXT(err.file, path);

    output = create(team, path, true);
    if (team->rank == 0)
        write_text(team_output_path(output), "new");
    check_text_of(path, "old");
    CHECK_EQUAL(team_output_publish(output, NULL), PFQ_OK);
    check_text_of(path, "new");
    remove_on_root(team, path);
}

/* A file that takes the name while the run is under way is not lost: the run fails, and leaves
 * nothing. */
static void outputs_do_not_replace_what_came_meanwhile(pfq_team *team)
{
    const char *const path = in_directory("meanwhile.h5");
    struct team_output *const output = create(team, path, false);
    if (team->rank == 0)
        write_text(path, "somebody else");
    pfq_error err = {0};
    CHECK_EQUAL(team_output_publish(output, &err), PFQ_EXISTS);
    CHECK_TEXT(err.message, "exists; use --force to replace it");
    check_text_of(path, "somebody else");
    remove_on_root(team, path);
}

/* A discarded output leaves nothing behind, and neither does one that a signal handler removes. */
static void discarded_outputs_leave_nothing(pfq_team *team)
{
    for (int by_signal = 0; by_signal < 2; by_signal++) {
        struct team_output *const one = create(team, in_directory("one.h5"), false);
        struct team_output *const two = create(team, in_directory("two.h5"), true);
        if (team->rank == 0)
            CHECK_EQUAL(entries_in_directory(), 2);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
        if (by_signal)
            team_output_remove_unfinished();
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
        if (by_signal)
            CHECK_EQUAL(entries_in_directory(), 0);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
        team_output_discard(one);
        team_output_discard(two);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
        CHECK_EQUAL(entries_in_directory(), 0);
        CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    }
    team_output_discard(NULL);
}

static void check_no_output(pfq_team *team, const char *path, pfq_status status,
                            const char *sentence)
{
    pfq_error err = {0};
    struct team_output *output;
    CHECK_EQUAL(team_output_create(team, path, true, &output, &err), status);
    CHECK_TEXT(err.message, sentence);
    CHECK_TEXT(err.file, path);
    CHECK(output == NULL);
}

/* A place where no output can be is refused with a sentence that names it. */
static void impossible_outputs_are_refused(pfq_team *team)
{
    char sentence[PATH_MAX + 100];
    const char *const file = in_directory("file");
    snprintf(sentence, sizeof sentence, "the directory %s/nowhere does not exist", directory);
    check_no_output(team, in_directory("nowhere/out.h5"), PFQ_NOT_FOUND, sentence);
    check_no_output(team, directory, PFQ_EXISTS, "is a directory");
    check_no_output(team, in_directory(""), PFQ_USAGE, "is not the name of a file");
    check_no_output(team, "/dev/null", PFQ_EXISTS, "exists and is not a regular file");
    if (team->rank == 0)
        write_text(file, "file");
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    snprintf(sentence, sizeof sentence, "%s is not a directory", file);
    check_no_output(team, in_directory("file/out.h5"), PFQ_NOT_FOUND, sentence);
    remove_on_root(team, file);
}

/* A directory that cannot be written to is named; root can write anywhere, and is not asked. */
static void unwritable_directories_are_refused(pfq_team *team)
{
    if (geteuid() == 0)
        return;
    char sentence[PATH_MAX + 100];
    snprintf(sentence, sizeof sentence, "the directory %s is not writable: Permission denied",
             directory);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (team->rank == 0)
        CHECK_EQUAL(chmod(directory, 0500), 0);
    check_no_output(team, in_directory("out.h5"), PFQ_IO, sentence);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    if (team->rank == 0)
        CHECK_EQUAL(chmod(directory, 0700), 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

/* What a hint became is known with the next file: over MPI-IO, its value or that it is unknown; a
 * team of one reads without. A key has one value; texts that MPI would not take are refused. */
static void hints_reach_mpi(pfq_team *team)
{
    static char endless[5000];
    const char *const path = in_directory("hinted");
    struct team_output *output;
    struct team_file *file;
    pfq_error err = {0};
    memset(endless, 'x', sizeof endless - 1);
    CHECK_EQUAL(pfq_team_add_hint(team, "", "1", &err), PFQ_USAGE);
    CHECK_EQUAL(pfq_team_add_hint(team, "key", "", &err), PFQ_USAGE);
    const bool limited = team->operations->hint_key_most < strlen(endless);
    CHECK_EQUAL(pfq_team_add_hint(team, endless, "1", &err), limited ? PFQ_USAGE : PFQ_OK);
    CHECK_EQUAL(pfq_team_add_hint(team, "cb_buffer_size", "1048576", &err), PFQ_OK);
    CHECK_EQUAL(pfq_team_add_hint(team, "striping_factor", "4", &err), PFQ_OK);
    CHECK_EQUAL(pfq_team_add_hint(team, "cb_buffer_size", "2097152", &err), PFQ_OK);
    const size_t first = limited ? 0 : 1;
    const pfq_hint *hint = pfq_team_hint(team, first);
    CHECK_TEXT(hint->key, "cb_buffer_size");
    CHECK_TEXT(hint->value, "2097152");
    CHECK(!hint->taken && pfq_team_hint(team, first + 1) && !pfq_team_hint(team, first + 2));

    CHECK_EQUAL(team_output_create(team, path, false, &output, &err), PFQ_OK);
    CHECK_EQUAL(team_file_open(team, team_output_path(output), TEAM_WRITE, &file, &err), PFQ_OK);
    hint = pfq_team_hint(team, first);
    if (team->size > 1)
        CHECK(hint->taken && strcmp(hint->taken, "2097152") == 0);
    else
        CHECK(!hint->taken);
    CHECK_EQUAL(team_file_close(file, &err), PFQ_OK);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    team_output_discard(output);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
    CHECK_EQUAL(entries_in_directory(), 0);
    CHECK_EQUAL(team_wait(team, NULL), PFQ_OK);
}

/* ---- all of them ---- */

static void check_talking(pfq_team *team)
{
    const size_t calls[] = {TEAM_CALL_BYTES, 16, 64}; /* one piece, and many */
    for (size_t k = 0; k < 3; k++) {
        team->call_bytes = calls[k];
        reductions_are_over_all_ranks(team);
        words_have_no_sign(team);
        scans_are_over_the_ranks_before(team);
        bytes_of_any_root_are_shared(team);
        messages_reach_rank_0(team);
        one_failure_is_everybodys(team);
    }
    team->call_bytes = TEAM_CALL_BYTES;
    gather_and_scatter_are_inverse(team);
    exchanged_items_arrive_in_order(team);
    too_many_items_are_refused_by_all(team);
    without_failure_all_go_on(team);
    the_smallest_order_wins(team);
    ranks_know_their_machine(team);
    ranks_with_the_same_cpus_are_neighbours(team);
    a_rank_with_other_cpus_is_no_neighbour(team);
}

static void check_files(pfq_team *team)
{
    char longest[NAME_MAX + 1];
    memset(longest, 'n', NAME_MAX);
    longest[NAME_MAX] = '\0';

    make_directory(team);
    files_hold_what_was_written(team);
    unusable_files_are_refused(team);
    failed_writes_are_errors(team);
    outputs_appear_when_published(team, "new.h5");
    outputs_appear_when_published(team, longest);
    outputs_follow_no_links(team);
    existing_outputs_need_force(team);
    outputs_do_not_replace_what_came_meanwhile(team);
    discarded_outputs_leave_nothing(team);
    impossible_outputs_are_refused(team);
    unwritable_directories_are_refused(team);
    hints_reach_mpi(team);
    remove_directory(team);
}

#endif
