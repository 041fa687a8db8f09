/*
 * What can go wrong, as one table: name, exit code of the command, sentence.
 *
 * Exit codes: 0 good; 1 the data are bad; 2 wrong use; 3 the machine failed (I/O, memory, MPI,
 * HDF5). A new status is one row here and nothing else.
 */
#ifndef PARFASTQ_STATUS_H
#define PARFASTQ_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
#define PFQ_STATUS_TABLE(row)                                                     \
    row(PFQ_OK,                 0, "no error")                                    \
    row(PFQ_BAD_HEADER,         1, "a record does not begin with '@'")            \
    row(PFQ_BAD_PLUS,           1, "the third line of a record is not its '+' line") \
    row(PFQ_BAD_LENGTH,         1, "numbers of bases and quality values differ")  \
    row(PFQ_BAD_BASE,           1, "a byte that cannot be a base")                \
    row(PFQ_BAD_QUALITY,        1, "a byte outside the quality encoding")         \
    row(PFQ_BAD_NAME,           1, "a byte that cannot be in a name")             \
    row(PFQ_BLANK_LINE,         1, "a blank line between records")                \
    row(PFQ_TRUNCATED,          1, "the input ends inside a record")              \
    row(PFQ_NOT_FASTQ,          1, "the input is not FASTQ")                      \
    row(PFQ_BAD_COMPRESSED,     1, "compressed data are damaged")                 \
    row(PFQ_NO_MATE,            1, "a read without its mate")                     \
    row(PFQ_NOT_A_PAIR,         1, "mates with different names")                  \
    row(PFQ_BAD_FILE,           1, "the HDF5 file is not one of parfastq")        \
    row(PFQ_BAD_RECORDS,        1, "bad records were found")                      \
    row(PFQ_BAD_GZIP,           1, "gzip data are damaged")                       \
    row(PFQ_CUT_GZIP,           1, "gzip data are cut short")                     \
    row(PFQ_AFTER_GZIP,         1, "something else follows gzip data")            \
    row(PFQ_NO_SUCH_NAME,       1, "no read has this name")                       \
    row(PFQ_USAGE,              2, "wrong use")                                   \
    row(PFQ_NOT_FOUND,          2, "no such file")                                \
    row(PFQ_EXISTS,             2, "the output exists")                           \
    row(PFQ_UNSUPPORTED,        2, "not supported by this build")                 \
    row(PFQ_IO,                 3, "input or output failed")                      \
    row(PFQ_NO_SPACE,           3, "no space left")                               \
    row(PFQ_NO_MEMORY,          3, "out of memory")                               \
    row(PFQ_MPI_FAILED,         3, "MPI failed")                                  \
    row(PFQ_HDF5_FAILED,        3, "HDF5 failed")                                 \
    row(PFQ_STOPPED,            3, "stopped by request")
/* clang-format on */

typedef enum pfq_status {
#define PFQ_STATUS_NAME(name, exit_code, sentence) name,
    PFQ_STATUS_TABLE(PFQ_STATUS_NAME)
#undef PFQ_STATUS_NAME
        PFQ_STATUS_COUNT
} pfq_status;

/* The status in words.
 * Collective: no. Threads: safe. Owns: nothing.
 * Returns: a constant string, never NULL. */
const char *pfq_status_sentence(pfq_status status);

/* The exit code a command ends with: 0, 1, 2 or 3.
 * Collective: no. Threads: safe. Owns: nothing.
 * Returns: the code; 3 for a value that is not in the table. */
int pfq_status_exit_code(pfq_status status);

#ifdef __cplusplus
}
#endif
#endif
