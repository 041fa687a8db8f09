/*
 * Numbers as people write them on a command line: counts, sizes in bytes, ranges of rows.
 *
 * All of them refuse what they do not wholly understand (signs, blanks, anything behind the number)
 * and what does not fit in 64 bits; then the output is left alone.
 */
#ifndef CLI_SIZES_H
#define CLI_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal number. */
bool sizes_parse_count(const char *text, uint64_t *count);

/* A decimal number of bytes, or of k, M, G or T (powers of 1024, either case; KiB, MiB, GiB and TiB
 * mean the same). KB and MB are refused: half of the world reads them as powers of 1000. */
bool sizes_parse_bytes(const char *text, uint64_t *bytes);

/* "A:B", rows A .. B - 1 counted from 0. Without A it begins at 0, without B it ends at UINT64_MAX.
 * A range that ends before it begins is refused. */
bool sizes_parse_rows(const char *text, uint64_t *begin, uint64_t *end);

/* Writes bytes in the largest unit that is exact, as sizes_parse_bytes reads them: "64M", "1000".
 */
void sizes_format_bytes(uint64_t bytes, char *text, size_t size);

#endif
